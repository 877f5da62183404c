// What fails here unexpectedly is reported to the portal, for those who run it: nothing of a person, and
// nothing of what is on the page.
import { setting } from "./dom.js";

// A page that fails again and again has nothing new to say.
const MOST = 5;
const LONGEST = 200;
// Ids of people, hubs and claims; and the query of an address.
const IDS = /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[\w.+-]+@[\w.-]+|\d{5,}/gi;
const QUERIES = /[?#][^\s:)]*/g;
// A line of a stack: the script's address, and where in it.
const PLACE = /(https?:\/\/[^\s)]+?):(\d+):\d+/;

/** @type {Set<string>} */
const reported = new Set();

/** @param {string} text */
const scrubbed = (text) => text.replace(QUERIES, "").replace(IDS, "…").slice(0, LONGEST);

/** @param {string | undefined} stack */
const placeIn = (stack) => {
  const found = PLACE.exec((stack ?? "").replace(QUERIES, ""));
  if (!found) return { script: "", line: 0 };
  const [, address = "", line = "0"] = found;
  return { script: new URL(address).pathname, line: Number(line) };
};

/**
 * @param {unknown} error
 * @returns {{ name: string, message: string, script: string, line: number }}
 */
export const describe = (error) => {
  const isError = error instanceof Error || error instanceof DOMException;
  const name = isError ? error.name : typeof error;
  const message = scrubbed(isError ? error.message : String(error));
  return { name: name.slice(0, 50), message, ...placeIn(isError ? error.stack : "") };
};

/**
 * Sends a description once. What cannot be sent is dropped: a device without a network has other
 * worries, and the next page fails again if it is worth knowing.
 * @param {ReturnType<typeof describe>} description
 * @param {unknown} what For the console.
 */
const send = (description, what) => {
  const body = JSON.stringify({ ...description, release: setting("release") });
  if (reported.size >= MOST || reported.has(body)) return;
  reported.add(body);
  console.warn(what);
  const address = setting("errors");
  if (!address || !navigator.onLine) return;
  const headers = { "Content-Type": "application/json" };
  const how = { method: "POST", headers, body, keepalive: true, credentials: "omit" };
  fetch(address, /** @type {RequestInit} */ (how)).catch(() => {});
};

/**
 * Reports an error, once.
 * @param {unknown} error
 */
export const report = (error) => send(describe(error), error);

/**
 * A script of ours that did not load, or one that it imports. Others' come from extensions.
 * @param {HTMLScriptElement} script
 */
const reportUnloaded = (script) => {
  const { origin, pathname } = new URL(script.src, location.href);
  if (origin !== location.origin) return;
  const message = "the script did not load";
  send({ name: "LoadError", message, script: pathname, line: 0 }, script);
};

/**
 * For what is asked of the device, which may refuse it, as storage: browsers refuse with a
 * DOMException, and the page goes on. Anything else is reported.
 * @param {unknown} error
 * @returns {undefined}
 */
export const reportUnlessRefused = (error) => {
  if (!(error instanceof DOMException)) report(error);
};

// Uncaught errors, and scripts that do not load: these tell only whoever captures it. An event
// without an error is another origin's, or tells of a resize loop.
globalThis.addEventListener?.(
  "error",
  ({ error, target }) => {
    if (error) report(error);
    else if (target instanceof HTMLScriptElement) reportUnloaded(target);
  },
  { capture: true },
);
globalThis.addEventListener?.("unhandledrejection", ({ reason }) => report(reason));
