// How hubs leave the tray: the last reading undone, what is finished put away, one row removed.
import { find, keepFocus, onTap } from "../page/dom.js";
import { TrayModel } from "./model.js";
import { RemovalDialog } from "./removal.js";
import { tailOf } from "./row.js";

/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { KeptRow } from "./store.js" */
/** @import { Words } from "./words.js" */

export class Leaving {
  #element;
  #model;
  #feedback;
  #words;
  #dialog;
  #lastId = "";

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {TrayModel} model
   * @param {ScanFeedback} feedback
   * @param {Words} words
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, model, feedback, words, signal) {
    this.#element = element;
    this.#model = model;
    this.#feedback = feedback;
    this.#words = words;
    const dialog = find(element, "[data-dialog]", HTMLDialogElement);
    this.#dialog = new RemovalDialog(dialog, words, signal);
    onTap(element, "undo", () => this.#undo(), signal);
    onTap(element, "put-away", () => this.#putAway(), signal);
    onTap(element, "remove", (id) => this.#remove(id), signal);
    model.addEventListener("change", () => this.#show(), { signal });
  }

  // Remembers the last row, which can be undone.
  remember() {
    this.#lastId = [...this.#model.rows.keys()].at(-1) ?? "";
    this.#show();
  }

  #show() {
    const done = this.#model.done().length;
    find(this.#element, "[data-undo]", HTMLElement).hidden = this.#undoable() === undefined;
    find(this.#element, "[data-put-away]", HTMLElement).hidden = done === 0;
    const words = this.#words.count("put-away", done);
    find(this.#element, "[data-put-away-words]", HTMLElement).textContent = words;
  }

  #undoable() {
    const row = this.#model.rows.get(this.#lastId);
    return row?.stage === "tray" ? row : undefined;
  }

  #undo() {
    const row = this.#undoable();
    if (!row) return;
    this.#leave([row]);
    this.#feedback.show("undone", this.#words.sentence("undone", tailOf(row.hubId)));
    this.remember();
  }

  #putAway() {
    this.#leave(this.#model.done());
    this.#feedback.clear("confirmed", "claimed", "undone", "removed");
  }

  /**
   * Nothing that is not over leaves without a question that names it.
   * @param {string} id
   */
  async #remove(id) {
    const row = this.#model.rows.get(id);
    if (!row || !(TrayModel.isDone(row) || (await this.#dialog.ask(row)))) return;
    const present = this.#model.rows.get(id);
    if (present) this.#leave([present]);
    this.#feedback.show("removed", this.#words.sentence("removed", tailOf(row.hubId)));
  }

  /** @param {KeptRow[]} rows */
  #leave(rows) {
    this.#model.remove(rows);
    keepFocus();
  }
}
