// What can be done to a claim from its row: try now, stop, try again.
import { onTap } from "../page/dom.js";
import { ACTIONS } from "./row.js";

/** @import { TrayModel } from "./model.js" */
/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { TraySync } from "./sync.js" */
/** @import { Action } from "./wire.js" */

export class RowActions {
  #model;
  #sync;
  #feedback;
  #state;

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {TrayModel} model
   * @param {TraySync} sync
   * @param {ScanFeedback} feedback
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, model, sync, feedback, signal) {
    this.#model = model;
    this.#sync = sync;
    this.#feedback = feedback;
    this.#state = sync.detail.state;
    for (const action of ACTIONS) onTap(element, action, (id) => this.#do(id, action), signal);
    document.addEventListener("tray-sync", () => this.#hear(), { signal });
  }

  /**
   * Signing in leaves this page, which would forget what was noted.
   * @param {string} id
   * @param {Action} action
   */
  #do(id, action) {
    const { state } = this.#sync.detail;
    if (state === "signed-out" || state === "ended") return this.#feedback.show("sign-in-first");
    this.#sync.act(id, action);
    if (action === "try_now") this.#model.noteTry(id);
    this.#showThatItWaits();
  }

  #hear() {
    const { state } = this.#sync.detail;
    if (state === this.#state) return;
    this.#state = state;
    this.#showThatItWaits();
  }

  #showThatItWaits() {
    const isAway = ["offline", "gate", "unavailable"].includes(this.#sync.detail.state);
    if (isAway && this.#sync.owes) this.#feedback.show("later");
  }
}
