// The rows of the tray on the screen, newest first, and how many they are. Each row keeps its element
// as long as it is there.
import { find, isDrawn } from "../page/dom.js";
import { alike } from "./alike.js";
import { Announcer } from "./announcer.js";
import { isDone, isRefused } from "./outcome.js";
import { TrayRow } from "./row.js";

/** @import { TrayJobs } from "./jobs.js" */
/** @import { TrayModel } from "./model.js" */
/** @import { Now } from "./row.js" */
/** @import { KeptRow } from "./store.js" */
/** @import { Words } from "./words.js" */

/** What a row's look depends on. */
/**
 * @typedef {object} Shown
 * @property {KeptRow} row
 * @property {string} state
 * @property {boolean} isSent
 * @property {boolean} isOwed
 * @property {string} site
 * @property {string} place
 */

/**
 * Whether the row's hub is where it should be, and needs nobody: its chip says all.
 * @param {TrayRow} row
 */
const isThere = ({ view }) => isDone(view?.outcome) && !view?.isNear;

/** @param {string} text */
const lineOf = (text) => {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
};

export class TrayView {
  #element;
  #model;
  #jobs;
  #words;
  #now;
  #list;
  #announcer;
  /** @type {Map<string, TrayRow>} */
  #rows = new Map();
  /** @type {Map<string, Shown>} */
  #shown = new Map();
  // What was claimed, and what could not be when it was: below the rest.
  /** @type {Set<string>} */
  #claimed = new Set();
  /** @type {Set<string>} */
  #sunk = new Set();

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {object} parts
   * @param {TrayModel} parts.model
   * @param {TrayJobs} parts.jobs
   * @param {Words} parts.words
   * @param {() => Now} parts.now
   * @param {(row: KeptRow) => void} signalClaimed See Announcer.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, { model, jobs, words, now }, signalClaimed, signal) {
    this.#element = element;
    this.#model = model;
    this.#jobs = jobs;
    this.#words = words;
    this.#now = now;
    this.#list = find(element, "[data-rows]", HTMLElement);
    this.#list.replaceChildren();
    this.#announcer = new Announcer((id) => this.#rows.get(id)?.view, signalClaimed, signal);
    model.addEventListener("change", () => this.show(), { signal });
    jobs.addEventListener("change", () => this.show(), { signal });
    document.addEventListener("tray-sync", () => this.show(), { signal });
  }

  // Has what came in last in sight: on a phone the button at the bottom may lie over it.
  reveal() {
    this.#list.firstElementChild?.scrollIntoView({ block: "nearest" });
  }

  // Draws what changed, and tells of it once.
  show() {
    const { rows } = this.#model;
    const known = new Set(this.#rows.keys());
    const changed = this.#draw(rows).filter((row) => known.has(row.id));
    this.#announcer.announce(changed);
    this.#sayAbove();
    find(this.#element, "[data-empty]", HTMLElement).hidden = rows.size > 0;
    const isEmpty = rows.size === 0 && this.#model.putAside.length === 0;
    find(this.#element, "[data-list]", HTMLElement).hidden = isEmpty;
    const size = this.#words.count("size", rows.size);
    find(this.#element, "[data-size]", HTMLElement).textContent = size;
  }

  /**
   * Answers with the rows that say something else than before.
   * @param {Map<string, KeptRow>} rows Oldest first.
   */
  #draw(rows) {
    const focused = this.#focused();
    for (const id of this.#rows.keys()) if (!rows.has(id)) this.#take(id);
    const now = this.#now();
    const changed = [...rows.values()].filter((row) => this.#drawRow(row, now));
    this.#sink([...rows.values()]);
    this.#order([...rows.keys()]);
    this.#keepFocus(focused);
    return changed;
  }

  /**
   * Once hubs are claimed, those that could not be are below them: each of these takes the room of
   * several. One that is read later is seen at once.
   * @param {KeptRow[]} rows
   */
  #sink(rows) {
    const claimed = rows.filter(({ stage }) => stage !== "tray").map(({ id }) => id);
    const isNew = claimed.some((id) => !this.#claimed.has(id));
    this.#claimed = new Set(claimed);
    const refused = rows.filter(({ news }) => isRefused(news?.outcome));
    const sinks = refused.filter(
      ({ id, stage }) => isNew || stage !== "tray" || this.#sunk.has(id),
    );
    this.#sunk = new Set(sinks.map(({ id }) => id));
  }

  /**
   * Newest first: a row that was brought back has its place among the others.
   * @param {string[]} ids Oldest first.
   */
  #order(ids) {
    let above = this.#list.firstElementChild;
    const newest = ids.toReversed();
    const [sunk, others] = [true, false].map((is) =>
      newest.filter((id) => this.#sunk.has(id) === is),
    );
    for (const id of [...(others ?? []), ...(sunk ?? [])]) {
      const element = this.#rows.get(id)?.element ?? null;
      if (element && element !== above) this.#list.insertBefore(element, above);
      else above = above?.nextElementSibling ?? null;
    }
  }

  // What several rows say is said once above them, and a row that says nothing else is one line.
  #sayAbove() {
    const said = alike([...this.#rows.values()].filter((row) => !isThere(row)));
    const above = new Set([...said.values()].flat());
    for (const row of this.#rows.values()) {
      const isSaid = above.has(row) || isThere(row);
      row.element.dataset.brief = isSaid ? "said" : row.view?.text ? "" : "short";
    }
    const lines = [...said.keys()];
    const list = find(this.#element, "[data-said-above]", HTMLElement);
    const present = [...list.children].map((line) => line.textContent);
    if (present.join("\n") === lines.join("\n")) return;
    list.replaceChildren(...lines.map(lineOf));
  }

  /**
   * @param {KeptRow} row
   * @param {Now} now
   */
  #drawRow(row, now) {
    const place = this.#jobs.placeOf(row);
    const isSent = now.sending.has(row.id);
    const state = [now.state, now.isLate, now.isKept].join(" ");
    const isOwed = now.owes(row.id);
    const shown = { row, state, isSent, isOwed, site: now.site, place };
    const last = this.#shown.get(row.id);
    const isAsBefore =
      last?.row === row &&
      last.state === shown.state &&
      last.isSent === shown.isSent &&
      last.isOwed === shown.isOwed &&
      last.site === shown.site &&
      last.place === shown.place;
    if (isAsBefore) return false;
    this.#shown.set(row.id, shown);
    const drawn = this.#rows.get(row.id) ?? this.#add(row.id);
    const before = drawn.view;
    drawn.show(row, now, place);
    const said = /** @type {const} */ (["word", "title", "tried"]);
    return said.some((each) => before?.[each] !== drawn.view?.[each]);
  }

  /** @param {string} id */
  #add(id) {
    const template = find(this.#element, "[data-row-template]", HTMLTemplateElement);
    const row = new TrayRow(template, this.#words, this.#element.dataset.icons ?? "");
    this.#rows.set(id, row);
    this.#list.prepend(row.element);
    return row;
  }

  /** @param {string} id */
  #take(id) {
    this.#rows.get(id)?.element.remove();
    this.#rows.delete(id);
    this.#shown.delete(id);
  }

  #focused() {
    const element = document.activeElement?.closest("[data-row]");
    if (!element || !this.#list.contains(element)) return undefined;
    return { element, next: element.nextElementSibling ?? element.previousElementSibling };
  }

  /**
   * After a row is removed, or a used button is gone, the focus goes on beside it.
   * @param {{ element: Element, next: Element | null } | undefined} focused
   */
  #keepFocus(focused) {
    if (!focused) return;
    const { activeElement, body } = document;
    if (activeElement && activeElement !== body && isDrawn(activeElement)) return;
    const { element, next } = focused;
    const place = element.isConnected ? element : next;
    const way = element.isConnected && element.querySelector("[data-part=link][href]");
    const goal = way || place?.querySelector("[data-part=remove]");
    if (goal instanceof HTMLElement) goal.focus();
  }
}
