// The tray at work for one person: its parts, and what they have to do with each other.
import { find } from "../page/dom.js";
import { Claiming } from "./claiming.js";
import { Intake } from "./intake.js";
import { Leaving } from "./leaving.js";
import { TrayModel } from "./model.js";
import { RowActions } from "./row-actions.js";
import { ScanFeedback } from "./scan-feedback.js";
import { TraySite } from "./site.js";
import { TraySound } from "./sound.js";
import { TrayView } from "./view.js";

/** @import { ChosenSite, Owner } from "./model.js" */
/** @import { KeptPerson } from "./store.js" */
/** @import { TraySync } from "./sync.js" */
/** @import { Words } from "./words.js" */

export class Workplace {
  #element;
  #model;
  #feedback;
  #site;
  #intake;

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {HTMLElement} button It claims.
   * @param {Owner} owner
   * @param {TraySync} sync
   * @param {Words} words
   * @param {() => void} unkept Called once the device refuses to keep the tray.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, button, owner, sync, words, unkept, signal) {
    this.#element = element;
    const icons = element.dataset.icons ?? "";
    const store = () => sync.store;
    const model = new TrayModel(owner, sync);
    signal.addEventListener("abort", () => model.close());
    model.addEventListener("unkept", unkept, { signal });
    const sound = new TraySound(find(element, "[data-sound]", HTMLElement), store, signal);
    const said = find(element, "[data-outcome]", HTMLElement);
    const feedback = new ScanFeedback(model, said, words, sound, icons);
    const site = new TraySite(element, owner, store, words, (to) => this.#move(to), signal);
    const chosen = () => site.site;
    const now = () => ({ ...sync.detail, site: site.site.id });
    new TrayView(element, model, words, now, (row) => feedback.signalClaimed(row), signal);
    const leaving = new Leaving(element, model, feedback, words, signal);
    const taken = () => leaving.remember();
    const intake = new Intake(element, sync.portal, feedback, words, chosen, taken, signal);
    new Claiming(button, element, { model, intake, feedback, site, sync, words }, signal);
    new RowActions(element, sync, feedback, signal);
    this.#model = model;
    this.#feedback = feedback;
    this.#site = site;
    this.#intake = intake;
  }

  /**
   * Shows what the device holds, at the site that was asked for or chosen last.
   * @param {string | null} askedSite
   * @param {KeptPerson | undefined} kept
   */
  async open(askedSite, kept) {
    await this.#site.take(askedSite, kept);
    await this.#model.refresh();
    if (this.#site.site.id) this.#model.moveTo(this.#site.site);
  }

  /**
   * Takes what the page brought; what of it is no label is left in the field.
   * @param {string} text
   */
  take(text) {
    if (text.trim()) this.#intake.input.text = this.#intake.takeAll(text);
  }

  // What one person scanned is nothing for another to see, or to add to.
  close() {
    find(this.#element, "[data-dialog]", HTMLDialogElement).close();
    const camera = this.#element.querySelector("label-camera");
    if (camera && "close" in camera && typeof camera.close === "function") camera.close();
  }

  /** @param {ChosenSite} site */
  #move(site) {
    this.#model.moveTo(site);
    this.#feedback.clear("claimed", "pick-site");
  }
}
