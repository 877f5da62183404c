// The button that claims what is in the tray.

/** @import { Intake } from "./intake.js" */
/** @import { TrayModel } from "./model.js" */
/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { TraySite } from "./site.js" */
/** @import { TraySync } from "./sync.js" */
/** @import { Words } from "./words.js" */

export class Claiming {
  #button;
  #model;
  #intake;
  #feedback;
  #site;
  #sync;
  #words;

  /**
   * @param {HTMLElement} button
   * @param {HTMLElement} element The <hub-tray>.
   * @param {object} parts
   * @param {TrayModel} parts.model
   * @param {Intake} parts.intake
   * @param {ScanFeedback} parts.feedback
   * @param {TraySite} parts.site
   * @param {TraySync} parts.sync
   * @param {Words} parts.words
   * @param {AbortSignal} signal Ends it.
   */
  constructor(button, element, { model, intake, feedback, site, sync, words }, signal) {
    this.#button = button;
    this.#model = model;
    this.#intake = intake;
    this.#feedback = feedback;
    this.#site = site;
    this.#sync = sync;
    this.#words = words;
    button.addEventListener("click", () => this.#claimAll(), { signal });
    element.addEventListener("input", () => this.#showCount(), { signal });
    model.addEventListener("change", () => this.#show(), { signal });
  }

  #show() {
    const rows = [...this.#model.rows.values()];
    if (!rows.some((row) => row.stage === "confirmed")) this.#feedback.clear("confirmed");
    this.#showCount();
  }

  #showCount() {
    const typed = this.#feedback.countNew(this.#intake.input.text);
    const count = this.#model.claimable().length + typed;
    const text = count ? this.#words.count("claim", count) : this.#words.sentence("claim-none");
    if (this.#button.textContent !== text) this.#button.textContent = text;
    this.#button.setAttribute("aria-disabled", String(count === 0));
  }

  #claimAll() {
    // The button counts what can be claimed: what could not be read stays in the field beside it.
    const isRead = this.#intake.input.add();
    const rows = this.#model.claimable();
    if (!rows.length) return isRead ? this.#nothingToClaim() : this.#intake.input.focus();
    if (!this.#site.site.id) {
      this.#feedback.show("pick-site");
      return this.#site.ask();
    }
    this.#model.confirm(rows, this.#site.site);
    this.#feedback.show("confirmed", this.#words.count("confirmed", rows.length));
    this.#sync.syncNow();
  }

  #nothingToClaim() {
    const isBusy = [...this.#model.rows.values()].some((row) => row.stage !== "tray");
    if (isBusy) return;
    this.#feedback.show("nothing-to-claim");
    this.#intake.input.focus();
  }
}
