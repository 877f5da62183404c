// Asks before a hub leaves the tray, and says what that means for it.
import { find } from "../page/dom.js";
import { isDone } from "./outcome.js";
import { tailOf } from "./row.js";

/** @import { KeptRow } from "./store.js" */
/** @import { Words } from "./words.js" */

/**
 * What leaving the tray means for the row.
 * @param {KeptRow} row
 */
const kindOf = ({ stage, news }) => {
  if (stage !== "sent") return stage;
  if (isDone(news?.outcome) && !news?.online) return "offline";
  return news?.settled ? "over" : "sent";
};

export class RemovalDialog {
  #dialog;
  #words;
  /** @type {(isToGo: boolean) => void} */
  #answer = () => {};

  /**
   * @param {HTMLDialogElement} dialog
   * @param {Words} words
   * @param {AbortSignal} signal Ends it.
   */
  constructor(dialog, words, signal) {
    this.#dialog = dialog;
    this.#words = words;
    dialog.addEventListener("submit", (event) => this.#take(event), { signal });
    // This is told late: by then the dialog may be open again with the next question.
    dialog.addEventListener("close", () => dialog.open || this.#answer(false), { signal });
  }

  /**
   * Resolves to whether to remove the row.
   * @param {KeptRow} row
   * @returns {Promise<boolean>}
   */
  ask(row) {
    /**
     * @param {string} name
     * @param {string} text
     */
    const put = (name, text) => {
      find(this.#dialog, `[data-ask=${name}]`, HTMLElement).textContent = text;
    };
    put("title", this.#words.sentence("ask", tailOf(row.hubId)));
    put("hub", row.hubId);
    put("text", this.#words.sentence(`ask-${kindOf(row)}`, row.siteName));
    this.#answer(false);
    this.#dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  /**
   * Closed first, so that the focus is back on the page before a row leaves it.
   * @param {SubmitEvent} event
   */
  #take(event) {
    event.preventDefault();
    this.#dialog.close();
    this.#answer(event.submitter?.getAttribute("value") === "remove");
  }
}
