// Whether this browser has what the tray cannot do without. Where it has not, the plain form stays.

const NEEDED = [
  () => typeof crypto.randomUUID === "function",
  () => typeof BroadcastChannel === "function",
  () => typeof AbortSignal.timeout === "function",
  () => typeof HTMLDialogElement === "function",
  () => typeof Array.prototype.toReversed === "function",
  () => typeof Intl.PluralRules === "function",
];

export const isServed = () => NEEDED.every((has) => has());
