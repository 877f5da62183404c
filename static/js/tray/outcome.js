// What a row's outcome means to the tray. Nothing goes by a chip's kind, its colour.

/** @import { KeptRow } from "./store.js" */
/** @import { Outcome } from "./wire.js" */

/** @type {(Outcome | undefined)[]} */
const DONE = ["here", "claimed"];
/** @type {(Outcome | undefined)[]} */
const REFUSED = ["refused", "elsewhere"];
/** @type {(Outcome | undefined)[]} */
const BAD = [...REFUSED, "failed", "lost", "forbidden"];
/** @type {(Outcome | undefined)[]} */
const ON_ITS_WAY = ["looking", "under_way"];

/**
 * Whether the row is of a hub that is not claimed yet and still can be.
 * @param {KeptRow} row
 */
export const isUnsent = ({ stage, news }) =>
  stage === "confirmed" || (stage === "tray" && news?.canClaim !== false);

/**
 * Whether the hub is where it should be.
 * @param {Outcome | undefined} outcome
 */
export const isDone = (outcome) => DONE.includes(outcome);

/**
 * Whether the hub cannot be claimed as it is.
 * @param {Outcome | undefined} outcome
 */
export const isRefused = (outcome) => REFUSED.includes(outcome);

/**
 * Whether the portal does not take it from this person at present.
 * @param {Outcome | undefined} outcome
 */
export const isKept = (outcome) => outcome === "forbidden";

/**
 * Whether the person has to know of it before anything else.
 * @param {Outcome | undefined} outcome
 */
export const isBad = (outcome) => BAD.includes(outcome);

/**
 * Whether it changes by itself in a moment.
 * @param {Outcome | undefined} outcome
 */
export const isOnItsWay = (outcome) => ON_ITS_WAY.includes(outcome);
