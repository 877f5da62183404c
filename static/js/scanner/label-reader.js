// What reads labels: it is large, so it comes once the page has settled, or with the first text to read.
import { within } from "../page/within.js";

/** @typedef {Pick<typeof import("./hub-id.js"), "parse" | "withoutSecrets">} OfOne */
/** @typedef {OfOne & Pick<typeof import("./pasted-text.js"), "parseAll">} Reading */

const LOADS_WITHIN = 30_000;
// Safari never says that it is idle.
const SETTLED_AFTER = 200;
const OURS = /^(?:text\/javascript|application\/wasm)/;

/** @type {Reading | undefined} */
let reading;
/** @type {Promise<Reading> | undefined} */
let loading;
/** @type {(reading: Reading) => void} */
let arrive;

/** Resolves once it is there: who asked first is told first. @type {Promise<Reading>} */
export const arrived = new Promise((resolve) => {
  arrive = resolve;
});

// Undefined before it is there.
export const present = () => reading;

/**
 * @param {string} address
 * @param {RequestCache} cache
 */
const asked = async (address, cache) => {
  const answer = await fetch(address, { cache });
  const isOurs = OURS.test(answer.headers.get("Content-Type") ?? "");
  if (!answer.ok || !isOurs) throw new TypeError("A script for later is not there.");
  await answer.blob();
};

/** @param {string} address */
const fetched = (address) => asked(address, "default").catch(() => asked(address, "reload"));

/**
 * Fetches all that the page has for later by this name. Some browsers never again import what failed
 * once: so nothing of it is imported before.
 * @param {string} name
 */
export const fetchLater = async (name) => {
  /** @type {HTMLTemplateElement | null} */
  const list = document.querySelector(`template[data-later=${name}]`);
  const links = [...(list?.content.querySelectorAll("link") ?? [])];
  await Promise.all(links.map((link) => fetched(link.getAttribute("href") ?? "")));
};

const imported = async () => {
  await fetchLater("texts");
  const [{ parse, withoutSecrets }, { parseAll }] = await Promise.all([
    import("./hub-id.js"),
    import("./pasted-text.js"),
  ]);
  reading = { parse, withoutSecrets, parseAll };
  arrive(reading);
  return reading;
};

// Rejects where it does not load, and has page/mend.js look why; asked again, it tries again.
export const load = () => {
  loading ??= within(LOADS_WITHIN, imported()).catch((error) => {
    loading = undefined;
    dispatchEvent(new Event("unloaded"));
    throw error;
  });
  return loading;
};

// Loads it when the page has nothing else to do. Whether that failed is told with the first text.
export const loadSoon = () => {
  const begin = () => load().catch(() => {});
  if ("requestIdleCallback" in globalThis) requestIdleCallback(begin);
  else setTimeout(begin, SETTLED_AFTER);
};
