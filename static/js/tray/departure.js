// May I leave? What is still to be done here, from the rows on the device and what the portal said.
import { TrayModel } from "./model.js";
import { isKept } from "./outcome.js";

/** @import { KeptRow } from "./store.js" */
/** @import { Awaited, Job } from "./wire.js" */

/**
 * What keeps somebody: rows that are not sent for want of a network, hubs that are not claimed yet, hubs
 * without power or network, claims that are under way, hubs that are missing, hubs that are not claimed
 * after all; or nothing does: an administrator decides about claims, they go on elsewhere, all is done,
 * the job is over, or nothing was begun. Of a job that is over nothing keeps anybody, beside rows that are not sent. Of rows
 * that are "kept" the portal takes none from this person now, and staying helps nothing.
 * @typedef {"unsent" | "kept" | "to-claim" | "offline" | "under-way" | "missing" | "failed"
 *   | "to-release" | "elsewhere" | "done" | "over" | "nothing"} Why
 */
/**
 * `number` is how many keep them; `awaited` one of the hubs that are not online. `left` counts the hubs
 * for which nothing was begun, whatever else keeps them, and `inTray` those of them that are scanned.
 * `expected` is how many hubs there should be; `claimed` and `online` are of these, and `unlisted` and
 * `unlistedOnline` of what a job has beyond them. `hubs` is how many may be online in the end.
 * @typedef {object} Departure
 * @property {Why} why
 * @property {number} number
 * @property {Awaited | undefined} awaited
 * @property {number} left
 * @property {number} inTray
 * @property {number} expected
 * @property {number} hubs
 * @property {number} claimed
 * @property {number} online
 * @property {number} unlisted
 * @property {number} unlistedOnline
 */

// What a claim has come to that is neither there nor on its way, and that somebody should know of.
const FAILED = ["failed", "lost"];

/** @param {KeptRow} row */
const isFailed = ({ stage, news }) => stage === "sent" && FAILED.includes(news?.outcome ?? "");

/**
 * The hubs of these rows that are claimed and online.
 * @param {KeptRow[]} rows
 * @param {(row: KeptRow) => boolean} [isOver] Whether the row's job is over.
 */
export const arrived = (rows, isOver = () => false) =>
  rows.filter(
    (row) => row.stage === "sent" && TrayModel.isDone(row) && row.news?.online && !isOver(row),
  );

/**
 * How far the hubs of the rows themselves are.
 * @param {KeptRow[]} rows
 */
const ownProgress = (rows) => {
  const sent = rows.filter((row) => row.stage === "sent");
  const atHub = sent.filter(({ news }) => news?.atHub);
  const done = sent.filter(TrayModel.isDone);
  /** @param {string} outcome */
  const others = (outcome) =>
    sent.filter(({ news }) => news?.outcome === outcome && !news.atHub).length;
  return {
    claimed: done.length,
    online: done.filter(({ news }) => news?.online).length,
    underWay: others("under_way") + others("not_taken"),
    heldUp: others("held_up"),
    toRelease: sent.filter(({ news }) => news?.toRelease).length,
    offline: atHub.length,
    awaited: atHub.map(({ hubId, news }) => ({ hubId, lastSeen: news?.lastSeen ?? "" })),
  };
};

/**
 * @param {KeptRow[]} all Those at the site, and for the job if there is one.
 * @param {Job | undefined} job
 * @param {boolean} isOnline Whether rows are sent at present.
 * @param {(row: KeptRow) => boolean} [isOver] Whether the row's job is over.
 * @returns {Departure}
 */
export const departure = (all, job, isOnline, isOver = () => false) => {
  const rows = all.filter((row) => row.stage !== "sent" || !isOver(row));
  const progress = job?.progress ?? ownProgress(rows);
  const confirmed = rows.filter((row) => row.stage === "confirmed");
  const kept = confirmed.filter(({ news }) => isKept(news?.outcome)).length;
  const unsent = confirmed.length - (isOnline ? kept : 0);
  const toClaim = rows.filter((row) => TrayModel.isClaimable(row)).length;
  const failed = rows.filter(isFailed).length;
  const { claimed, online, underWay, heldUp, offline } = progress;
  // Each once: what is claimed and not online is among those that are offline.
  const begun = online + offline + underWay + heldUp + confirmed.length;
  // What is confirmed here is begun, though the portal does not know of it.
  const missing = Math.max(0, (job?.progress.missing ?? 0) - confirmed.length);
  const left = Math.max(toClaim, missing);
  const expected = job?.expected || begun;
  const { unlisted = 0, unlistedOnline = 0 } = job?.progress ?? {};
  const numbers = {
    left,
    inTray: toClaim,
    expected,
    hubs: Math.max(expected, begun + missing),
    claimed: claimed - unlisted,
    online: online - unlistedOnline,
    unlisted,
    unlistedOnline,
  };
  /**
   * @param {Why} why
   * @param {number} [number]
   */
  const because = (why, number = 0) => {
    const [awaited] = why === "offline" ? progress.awaited : [];
    return { why, number, awaited, ...numbers };
  };
  if (unsent) return because(isOnline ? "under-way" : "unsent", unsent);
  if (offline) return because("offline", offline);
  if (toClaim) return because("to-claim", toClaim);
  if (underWay) return because("under-way", underWay);
  if (kept) return because("kept", kept);
  if (left) return because("missing", left);
  if (failed) return because("failed", failed);
  if (progress.toRelease) return because("to-release", progress.toRelease);
  if (heldUp) return because("elsewhere", heldUp);
  if (rows.length < all.length) return because("over");
  return claimed ? because("done", claimed) : because("nothing");
};
