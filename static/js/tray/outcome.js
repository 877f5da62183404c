// What a row's outcome (wire.js) means to the tray. Nothing goes by a chip's kind, its colour.

const DONE = ["here", "claimed"];
const REFUSED = ["refused", "elsewhere"];
const BAD = [...REFUSED, "failed", "lost", "forbidden"];
const ON_ITS_WAY = ["looking", "under_way"];

// Whether the hub is where it should be.
export const isDone = (outcome) => DONE.includes(outcome);

// Whether the hub cannot be claimed as it is.
export const isRefused = (outcome) => REFUSED.includes(outcome);

// Whether the person has to know of it before anything else.
export const isBad = (outcome) => BAD.includes(outcome);

// Whether it changes by itself in a moment.
export const isOnItsWay = (outcome) => ON_ITS_WAY.includes(outcome);
