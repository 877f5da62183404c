// How much waits to be sent, shown in <connection-line>: on the pages of somebody signed in, and in
// the shell, where it is that of the person who worked on this device last.
import { find, setting } from "../page/dom.js";
import { reportUnlessRefused } from "../page/report.js";
import { isKept, isUnsent } from "../tray/outcome.js";
import { present, store } from "../tray/page-store.js";

/** @import { KeptRow } from "../tray/store.js" */

const plurals = new Intl.PluralRules(document.documentElement.lang || "en");
let isSignedOut = false;

/**
 * @param {HTMLElement} element
 * @param {number} count
 */
const wordsFor = ({ dataset: { one, other } }, count) => {
  const form = plurals.select(count) === "one" ? one : other;
  return (form ?? "").replace("{}", String(count));
};

/**
 * @param {string} name
 * @param {number} count
 * @param {boolean} isWanted
 */
const show = (name, count, isWanted) => {
  const part = find(document, `connection-line [data-${name}]`, HTMLElement);
  part.hidden = !isWanted || count === 0;
  const words = find(part, "[data-other]", HTMLElement);
  words.textContent = wordsFor(words, count);
  find(part, "[data-number]", HTMLElement).textContent = String(count);
};

/**
 * @param {HTMLElement} notice
 * @param {number} count
 */
const say = (notice, count) => {
  notice.hidden = count === 0;
  find(notice, "[data-kept-words]", HTMLElement).textContent = wordsFor(notice, count);
};

/**
 * Pages for people who may send nothing say what stays on the device.
 * @param {number} count
 */
const showKept = (count) => {
  /** @type {NodeListOf<HTMLElement>} */
  const notices = document.querySelectorAll("[data-kept-hubs]");
  for (const notice of notices) say(notice, count);
};

/**
 * Who works in several organisations has a tray in each: pages say what stands in the others.
 * @param {string} person
 */
const showElsewhere = async (person) => {
  /** @type {NodeListOf<HTMLElement>} */
  const notices = document.querySelectorAll("[data-kept-elsewhere]");
  if (!notices.length) return;
  const isThere = (/** @type {KeptRow} */ row) => isUnsent(row) && !isKept(row.news?.outcome);
  const rows = (await present().rows(person)).filter(isThere);
  for (const notice of notices) {
    const { keptElsewhere } = notice.dataset;
    say(notice, rows.filter(({ organisation }) => organisation === keptElsewhere).length);
  }
};

const count = async () => {
  try {
    const person = setting("person") || (await present().get("current"));
    const waiting = person ? await present().waiting(person) : 0;
    show("waiting", waiting, !isSignedOut);
    show("sign-in", waiting, isSignedOut);
    showKept(waiting);
    if (person) await showElsewhere(person);
  } catch (error) {
    // Where the device keeps nothing there is nothing to count: the tray says so.
    reportUnlessRefused(error);
  }
};

// Counts now, and at each change.
export const countWaiting = () => {
  store.changes.addEventListener("change", count);
  document.addEventListener("tray-sync", (event) => {
    isSignedOut = event instanceof CustomEvent && event.detail.state === "signed-out";
    count();
  });
  count();
};
