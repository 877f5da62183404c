// While the device does not keep the tray: asks it again and again, and asks whoever is about to leave
// the page with something that is nowhere else.
import { reportUnlessRefused } from "../page/report.js";
import { isUnsent } from "./outcome.js";

/** @import { TrayModel } from "./model.js" */

const FIRST_PAUSE = 2500;
const LONGEST_PAUSE = 5000;

export class Keeping {
  #model;
  #signal;
  #pause = FIRST_PAUSE;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {TrayModel} model
   * @param {AbortSignal} signal Ends it.
   */
  constructor(model, signal) {
    this.#model = model;
    this.#signal = signal;
    model.addEventListener("unkept", () => this.#begin(), { signal });
    if (!model.isKept) this.#begin();
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    addEventListener("beforeunload", (event) => this.#isAtRisk && event.preventDefault(), {
      signal,
    });
  }

  // Whether something would be gone with the page.
  get #isAtRisk() {
    const { isKept, isWriting, rows } = this.#model;
    return isWriting || (!isKept && [...rows.values()].some(isUnsent));
  }

  #begin() {
    this.#pause = FIRST_PAUSE;
    this.#plan();
  }

  #plan() {
    clearTimeout(this.#timer);
    if (this.#signal.aborted) return;
    this.#timer = setTimeout(() => this.#try(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  async #try() {
    await this.#model.keepAgain().catch(reportUnlessRefused);
    if (!this.#model.isKept) this.#plan();
  }
}
