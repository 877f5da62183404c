// The line that says whether one may leave, and what stands above the rows once all is done.
import { announce, find, onTap, timeZone } from "../page/dom.js";
import { canCopy, copy } from "./clipboard.js";
import { arrived, departure } from "./departure.js";
import { tailOf } from "./row.js";

/** @import { Departure } from "./departure.js" */
/** @import { TrayJobs } from "./jobs.js" */
/** @import { TrayModel } from "./model.js" */
/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { TraySite } from "./site.js" */
/** @import { KeptRow } from "./store.js" */
/** @import { Detail, TraySync } from "./sync.js" */
/** @import { Job } from "./wire.js" */
/** @import { Words } from "./words.js" */

// "3 min ago" grows old by itself.
const REDRAWN_EVERY = 20_000;
const UNITS = /** @type {const} */ ([
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
]);

// What is said of rows that are not sent: a signal helps only where the network is what is missing, and
// nobody leaves well who does not know whether the portal will take them.
/** @type {Partial<Record<Detail["state"], string>>} */
const UNSENT = {
  offline: "leave-unsent",
  gate: "leave-gate",
  unavailable: "leave-unavailable",
  "signed-out": "leave-signed-out",
};

const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

/** @param {number} at In milliseconds. */
const timeOf = (at) =>
  new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  }).format(at);

/**
 * A span of time; the days are named where it is none of one day.
 * @param {number} since
 * @param {number} until
 */
const spanOf = (since, until) => {
  const ends = [since, until];
  /** @param {number} at */
  const dayOf = (at) =>
    new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone }).format(at);
  const isOneDay = new Set(ends.map(dayOf)).size === 1;
  const times = ends.map((at) => (isOneDay ? timeOf(at) : `${dayOf(at)} ${timeOf(at)}`));
  return [...new Set(times)].join(isOneDay ? "–" : " – ");
};

/** @param {string} moment */
const ago = (moment) => {
  const seconds = Math.min(0, (Date.parse(moment) - Date.now()) / 1000);
  const [unit, size] = UNITS.find(([, each]) => -seconds >= each) ?? ["second", 1];
  const how = /** @type {const} */ ({ numeric: "auto" });
  return new Intl.RelativeTimeFormat(language, how).format(Math.trunc(seconds / size), unit);
};

export class MayLeave {
  #element;
  #parts;
  #isDone = false;
  /** The rows whose hubs are claimed and online. @type {KeptRow[]} */
  #arrived = [];

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {object} parts
   * @param {TrayModel} parts.model
   * @param {TrayJobs} parts.jobs
   * @param {TraySite} parts.site
   * @param {TraySync} parts.sync
   * @param {ScanFeedback} parts.feedback
   * @param {Words} parts.words
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, parts, signal) {
    this.#element = element;
    this.#parts = parts;
    const show = () => this.show();
    find(element, "[data-tap=share]", HTMLElement).hidden = !canCopy() && !navigator.canShare;
    parts.model.addEventListener("change", show, { signal });
    parts.jobs.addEventListener("change", show, { signal });
    document.addEventListener("tray-sync", show, { signal });
    const timer = setInterval(show, REDRAWN_EVERY);
    signal.addEventListener("abort", () => clearInterval(timer));
    onTap(element, "share", () => this.#share(), signal);
    onTap(element, "print", () => globalThis.print(), signal);
    this.show();
  }

  show() {
    const { site, jobs, sync, words } = this.#parts;
    const chosen = site.site;
    const job = jobs.at(chosen.id);
    const isOnline = sync.detail.state === "online";
    const rows = this.#rows(chosen.id);
    /** @param {KeptRow} row */
    const isOver = (row) => row.job !== job?.id && jobs.isOver(row);
    const now = departure(rows, job, isOnline, isOver);
    this.#arrived = arrived(rows, isOver);
    this.#write("[data-job-name]", job ? words.sentence("job", job.number) : "");
    this.#write("[data-job-note]", job?.note ?? "");
    this.#write("[data-numbers]", this.#numbers(now, job, isOnline));
    const line = find(this.#element, "[data-leave]", HTMLElement);
    line.hidden = now.why === "nothing" || now.why === "done";
    line.dataset.why = now.why;
    this.#write("[data-leave-words]", line.hidden ? "" : this.#sentences(now, sync.detail.state));
    const isHelp = ["offline", "under-way"].includes(now.why) && !now.left;
    find(this.#element, "[data-leave-help]", HTMLElement).hidden = !isHelp;
    this.#showDone(now, job);
  }

  /**
   * The rows at the site, of whatever job.
   * @param {string} site
   */
  #rows(site) {
    return [...this.#parts.model.rows.values()].filter((row) => row.site === site);
  }

  /**
   * @param {Departure} now
   * @param {Job | undefined} job
   * @param {boolean} isOnline
   */
  #numbers({ expected, claimed, online, unlisted, unlistedOnline }, job, isOnline) {
    const { jobs, words } = this.#parts;
    if (!job && !expected) return "";
    const numbers = [
      ...(job && !job.expected ? [] : [words.count(job ? "expected" : "hubs", expected)]),
      words.count("claimed-of", claimed),
      words.count("online-of", online),
      ...(unlisted ? [this.#beyond(unlisted, unlistedOnline, job)] : []),
      ...(job && !isOnline ? [words.sentence("as-of", timeOf(jobs.asOf))] : []),
    ];
    return numbers.join(" · ");
  }

  /**
   * The hubs that nobody expected: of a list, or of a number alone.
   * @param {number} unlisted
   * @param {number} unlistedOnline
   * @param {Job | undefined} job
   */
  #beyond(unlisted, unlistedOnline, job) {
    const isOfList = Boolean(job?.places.length);
    return this.#parts.words.count(isOfList ? "unlisted" : "beyond", unlisted, unlistedOnline);
  }

  /**
   * What keeps somebody, and what is still to be claimed beside it.
   * @param {Departure} now
   * @param {Detail["state"]} state
   */
  #sentences(now, state) {
    const left = this.#left(now);
    if (["to-claim", "missing"].includes(now.why)) return left;
    return [this.#sentence(now, state), left].filter(Boolean).join(" ");
  }

  /** @param {Departure} now */
  #left({ left, inTray }) {
    const { words } = this.#parts;
    if (!left) return "";
    if (!inTray) return words.count("leave-missing", left);
    if (inTray === left) return words.count("leave-to-claim", left);
    return words.count("leave-some-in-tray", left, inTray);
  }

  /**
   * @param {Departure} now
   * @param {Detail["state"]} state
   */
  #sentence({ why, number, awaited, hubs, online, unlisted }, state) {
    const { words } = this.#parts;
    if (why === "over") return words.sentence("leave-over");
    const isLost = !this.#parts.model.isKept && ["unsent", "kept"].includes(why);
    if (isLost) return words.count("leave-unkept", number);
    if (why === "unsent") return words.count(UNSENT[state] ?? "leave-kept", number);
    if (!awaited) return words.count(`leave-${why}`, number);
    const seen = awaited.lastSeen
      ? words.sentence("last-seen", ago(awaited.lastSeen))
      : words.sentence("never-seen");
    const others = number > 1 ? ` ${words.count("and-others", number - 1)}` : "";
    const whom = /** @type {const} */ ([tailOf(awaited.hubId), seen]);
    // The hubs beyond the expected ones have numbers of their own.
    const wait =
      hubs > 1 && !unlisted
        ? words.sentence("leave-offline-of", online, hubs, ...whom)
        : words.sentence("leave-offline", ...whom);
    return `${wait}${others}`;
  }

  /**
   * @param {Departure} now
   * @param {Job | undefined} job
   */
  #showDone({ why, number }, job) {
    const { words } = this.#parts;
    const isDone = why === "done";
    find(this.#element, "[data-done]", HTMLElement).hidden = !isDone;
    if (isDone) {
      this.#write("[data-done-title]", words.count("leave-done", number));
      this.#write("[data-done-facts]", this.#facts(number, job));
      const complete = find(this.#element, "[data-complete]", HTMLAnchorElement);
      complete.hidden = !job?.complete;
      if (job?.complete) complete.href = job.complete;
    }
    // Not of what was done before the page was opened.
    if (isDone && !this.#isDone) announce(words.count("leave-done", number));
    this.#isDone = isDone;
  }

  /**
   * Where, from when to when, how many.
   * @param {number} number
   * @param {Job | undefined} job
   */
  #facts(number, job) {
    const { site, words } = this.#parts;
    const read = this.#arrived.map(({ at }) => at);
    const since = job ? Date.parse(job.progress.since) : Math.min(...read);
    const until = job ? Date.parse(job.progress.until) : Math.max(...read);
    return [site.site.name, spanOf(since, until), words.count("hubs", number)].join(" · ");
  }

  async #share() {
    const { feedback, jobs } = this.#parts;
    const hubs = this.#arrived.map((row) => `${row.hubId} ${jobs.placeOf(row)}`.trim());
    /** @param {string} selector */
    const said = (selector) => find(this.#element, selector, HTMLElement).textContent ?? "";
    const lines = [said("[data-done-facts]"), said("[data-job-name]"), ...hubs];
    const text = lines.filter(Boolean).join("\n");
    if (navigator.canShare?.({ text }) && (await this.#isSent(text))) return;
    const isCopied = await copy(text);
    feedback.show(isCopied ? "copied" : "not-copied");
  }

  /**
   * Whether somebody sent it, or thought better of it. Where a share before has never ended, or none is
   * allowed, the browser refuses.
   * @param {string} text
   */
  async #isSent(text) {
    try {
      await navigator.share({ text });
      return true;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return error.name === "AbortError";
    }
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  #write(selector, text) {
    const part = find(this.#element, selector, HTMLElement);
    if (part.textContent !== text) part.textContent = text;
    part.hidden = !text;
  }
}
