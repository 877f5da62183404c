// How hubs leave the tray: what is finished put away, one row removed, and what was added or put
// away together undone together.
import { find, keepFocus, onTap } from "../page/dom.js";
import { TrayModel } from "./model.js";
import { RemovalDialog } from "./removal.js";
import { tailOf } from "./row.js";

/** @import { ChosenSite } from "./model.js" */
/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { KeptRow } from "./store.js" */
/** @import { Words } from "./words.js" */

export class Leaving {
  #element;
  #model;
  #feedback;
  #words;
  #chosen;
  #dialog;
  /** What was added last, by ids. @type {string[]} */
  #added = [];

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {TrayModel} model
   * @param {ScanFeedback} feedback
   * @param {Words} words
   * @param {() => ChosenSite} chosen Where hubs are to be claimed.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, model, feedback, words, chosen, signal) {
    this.#element = element;
    this.#model = model;
    this.#feedback = feedback;
    this.#words = words;
    this.#chosen = chosen;
    const dialog = find(element, "[data-dialog]", HTMLDialogElement);
    this.#dialog = new RemovalDialog(dialog, words, signal);
    onTap(element, "undo", () => this.#undo(), signal);
    onTap(element, "put-away", () => this.#putAway(), signal);
    onTap(element, "remove", (id) => this.#remove(id), signal);
    model.addEventListener("change", () => this.#show(), { signal });
    this.#show();
  }

  // Remembers what was added just now, which can be undone.
  remember() {
    this.#added = this.#model.added;
    this.#show();
  }

  #show() {
    const finished = this.#model.finished();
    const aside = this.#model.putAside.length;
    find(this.#element, "[data-undo]", HTMLElement).hidden = !aside && !this.#undoable().length;
    find(this.#element, "[data-undo-words]", HTMLElement).textContent = aside
      ? this.#words.count("undo-put-away", aside)
      : this.#words.sentence("undo-last");
    find(this.#element, "[data-put-away]", HTMLElement).hidden = finished.length === 0;
    const hopeless = finished.filter(TrayModel.isHopeless).length;
    const words = hopeless
      ? this.#words.count("put-away-some", finished.length, hopeless)
      : this.#words.count("put-away", finished.length);
    find(this.#element, "[data-put-away-words]", HTMLElement).textContent = words;
  }

  // Those of the rows that were added together that are still only in the tray.
  #undoable() {
    const rows = this.#added.map((id) => this.#model.rows.get(id));
    return rows.filter((row) => row !== undefined).filter(({ stage }) => stage === "tray");
  }

  #undo() {
    if (this.#model.putAside.length) return this.#bringBack();
    const rows = this.#undoable();
    const [first] = rows;
    if (!first) return;
    this.#leave(rows);
    const text =
      rows.length > 1
        ? this.#words.count("undone-many", rows.length)
        : this.#words.sentence("undone", tailOf(first.hubId));
    this.#feedback.show("undone", text);
  }

  #bringBack() {
    const rows = this.#model.bringBack(this.#chosen());
    this.#feedback.show("brought-back", this.#words.count("brought-back", rows.length));
    keepFocus();
  }

  #putAway() {
    const rows = this.#model.finished();
    this.#model.putAway(rows);
    keepFocus();
    this.#feedback.show("put-aside", this.#words.count("put-aside", rows.length));
  }

  /**
   * What can still be claimed, or waits to be online, leaves only after a question that names it.
   * @param {string} id
   */
  async #remove(id) {
    const row = this.#model.rows.get(id);
    if (!row) return;
    if (TrayModel.isFinished(row)) {
      this.#model.putAway([row]);
      keepFocus();
    } else {
      if (!(await this.#dialog.ask(row))) return;
      const present = this.#model.rows.get(id);
      if (present) this.#leave([present]);
    }
    this.#feedback.show("removed", this.#words.sentence("removed", tailOf(row.hubId)));
  }

  /** @param {KeptRow[]} rows */
  #leave(rows) {
    this.#model.remove(rows);
    keepFocus();
  }
}
