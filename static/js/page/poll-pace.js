// While the portal has too much to do it says so with each answer, and its pages leave out some of
// their polls: portal/core/web/poll_pace.py decides how many.

const PACE = "X-Portal-Pace";
const SLOWEST = 20;
let slowness = 1;
/** @type {Map<string, number>} */
const turns = new Map();

/**
 * Takes up how often to ask from an answer of the portal's. Returns whether it is less often than usual.
 * @param {{ getResponseHeader: (name: string) => string | null }} answer
 */
export const keepPace = (answer) => {
  const said = Number(answer.getResponseHeader(PACE) ?? 1);
  slowness = Number.isInteger(said) && said >= 1 ? Math.min(said, SLOWEST) : 1;
  return slowness > 1;
};

/**
 * Whether a part of the page asks now that its time has come, or leaves that out.
 * @param {string} id Of the part: what is swapped in its place has the same.
 */
export const isTurn = (id) => {
  const turn = ((turns.get(id) ?? 0) + 1) % slowness;
  turns.set(id, turn);
  return turn === 0;
};
