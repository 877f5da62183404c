// The button that claims what is in the tray.
import { keepFocus } from "../page/dom.js";
import { arrived } from "../scanner/label-reader.js";

/** @import { Acting } from "./acting.js" */
/** @import { Intake } from "./intake.js" */
/** @import { ChosenSite, TrayModel } from "./model.js" */
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
  #chosen;
  #sync;
  #words;
  #acting;
  #organisation;

  /**
   * @param {HTMLElement} button
   * @param {HTMLElement} element The <hub-tray>.
   * @param {object} parts
   * @param {TrayModel} parts.model
   * @param {Intake} parts.intake
   * @param {ScanFeedback} parts.feedback
   * @param {TraySite} parts.site
   * @param {() => ChosenSite} parts.chosen Where hubs are to be claimed.
   * @param {TraySync} parts.sync
   * @param {Words} parts.words
   * @param {() => Acting | undefined} parts.acting Asks an agent why.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(button, element, parts, signal) {
    const { model, intake, feedback, site, chosen, sync, words, acting } = parts;
    this.#button = button;
    this.#acting = acting;
    this.#organisation = element.dataset.actingFor ?? "";
    this.#model = model;
    this.#intake = intake;
    this.#feedback = feedback;
    this.#site = site;
    this.#chosen = chosen;
    this.#sync = sync;
    this.#words = words;
    button.addEventListener("click", () => this.#claimAll(), { signal });
    element.addEventListener("input", () => this.showCount(), { signal });
    element.addEventListener("change", () => this.showCount(), { signal });
    model.addEventListener("change", () => this.show(), { signal });
    document.addEventListener("tray-sync", () => this.show(), { signal });
    arrived.then(() => signal.aborted || this.showCount());
  }

  show() {
    const rows = [...this.#model.rows.values()];
    const isAnyConfirmed = rows.some((row) => row.stage === "confirmed");
    if (!isAnyConfirmed || this.#isNobodyIn) this.#feedback.clear("confirmed", "confirmed-unkept");
    this.showCount();
  }

  // Nothing is sent until somebody signs in, as the rows and a notice say.
  get #isNobodyIn() {
    return ["signed-out", "ended"].includes(this.#sync.detail.state);
  }

  // What can be claimed, or may be once it is read.
  showCount() {
    const typed = this.#intake.countTyped();
    const count = this.#model.claimable().length + typed;
    const text = this.#label(count);
    if (this.#button.textContent !== text) this.#button.textContent = text;
    this.#button.setAttribute("aria-disabled", String(!count && !this.#intake.isUnread));
  }

  /**
   * The building is named where the thumb is: nobody moves hubs to another.
   * @param {number} count
   */
  #label(count) {
    const { name } = this.#chosen();
    if (!count) return this.#words.sentence("claim-none");
    if (!name) return this.#words.count("claim", count);
    return this.#words.count("claim-at", count, name, this.#organisation);
  }

  async #claimAll() {
    this.#site.doubt();
    const site = this.#chosen();
    // The button counts what can be claimed: what could not be read stays in the field beside it.
    const isRead = !(await this.#intake.input.add());
    // What it counted waits for nothing that came since.
    if (!this.#model.claimable().length) await this.#intake.caughtUp();
    // Who has chosen another building while that was read has to tap for it.
    if (this.#chosen().id !== site.id) return undefined;
    const rows = this.#model.claimable();
    if (!rows.length) return isRead ? this.#nothingToClaim() : this.#intake.input.focus();
    if (this.#site.isEmpty) return this.#feedback.show("no-site-to-pick");
    if (!site.id) {
      this.#feedback.show("pick-site");
      return this.#site.ask();
    }
    const acting = this.#acting();
    if (acting && !acting.isSaid()) return undefined;
    acting?.noteTap();
    this.#model.confirm(rows, site, acting?.said);
    this.#site.use();
    const name = this.#model.isKept ? "confirmed" : "confirmed-unkept";
    const said = this.#words.count(name, rows.length);
    if (!this.#isNobodyIn) this.#feedback.show(name, said);
    this.#sync.syncNow();
    keepFocus();
  }

  #nothingToClaim() {
    const isBusy = [...this.#model.rows.values()].some((row) => row.stage !== "tray");
    if (isBusy) return;
    this.#feedback.show("nothing-to-claim");
    this.#intake.input.focus();
  }
}
