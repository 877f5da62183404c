// The tray at work for one person: its parts, and what they have to do with each other.
import { find } from "../page/dom.js";
import { arrived, load } from "../scanner/label-reader.js";
import { Claiming } from "./claiming.js";
import { Intake } from "./intake.js";
import { TrayJobs } from "./jobs.js";
import { TrayModel } from "./model.js";
import { ScanFeedback } from "./scan-feedback.js";
import { TraySite } from "./site.js";
import { TraySound } from "./sound.js";
import { TrayView } from "./view.js";

/** @import { Acting } from "./acting.js" */
/** @import { Owner } from "./model.js" */
/** @import { RowWork } from "./row-work.js" */
/** @import { KeptPerson, KeptRow } from "./store.js" */
/** @import { TraySync } from "./sync.js" */
/** @import { Words } from "./words.js" */

export class Workplace {
  #element;
  #model;
  #feedback;
  #site;
  #jobs;
  #chosen;
  #intake;
  #isReady;
  /** @type {RowWork | undefined} */
  #work;
  /** @type {Acting | undefined} */
  #acting;
  #prepareActing;
  #claiming;

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {HTMLElement} button It claims.
   * @param {Owner} owner
   * @param {TraySync} sync
   * @param {Words} words
   * @param {(isKept: boolean) => void} tell Told when the device keeps the tray no longer, or again.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, button, owner, sync, words, tell, signal) {
    this.#element = element;
    const icons = element.dataset.icons ?? "";
    const store = () => sync.store;
    const model = new TrayModel(owner, sync);
    signal.addEventListener("abort", () => model.close());
    const showWriting = () => element.toggleAttribute("data-writing", model.isWriting);
    model.addEventListener("write", showWriting, { signal });
    const sound = new TraySound(find(element, "[data-sound]", HTMLElement), store, signal);
    const said = find(element, "[data-outcome]", HTMLElement);
    const feedback = new ScanFeedback(model, said, words, sound, icons);
    /** @param {boolean} isKept */
    const tellKept = (isKept) => {
      tell(isKept);
      feedback.tellKept(isKept);
    };
    model.addEventListener("unkept", () => tellKept(false), { signal });
    model.addEventListener("kept", () => tellKept(true), { signal });
    const jobs = new TrayJobs(owner, sync, signal);
    const site = new TraySite(element, owner, store, words, () => this.#move(), signal);
    const chosen = () => {
      const job = jobs.at(site.site.id);
      return { ...site.site, job: job?.id ?? "", places: job?.places ?? [] };
    };
    /** @type {(id: string) => boolean} */
    const owes = (id) => sync.owesTo(id);
    const now = () => ({ ...sync.detail, isKept: model.isKept, site: site.site.id, owes });
    /** @type {(row: KeptRow) => void} */
    const here = (row) => feedback.signalClaimed(row);
    const view = new TrayView(element, { model, jobs, words, now }, here, signal);
    // No row is added before all that can be done with it is there.
    const ready = arrived.then(async (reading) => {
      const { RowWork } = await import("./row-work.js");
      const parts = { model, jobs, site, sync, feedback, words };
      if (!signal.aborted) this.#work = new RowWork(element, parts, chosen, signal);
      return reading;
    });
    this.#isReady = ready;
    model.addEventListener("change", () => this.#prepare(), { signal });
    const taken = () => {
      this.#work?.leaving.remember();
      view.reveal();
      if (site.site.id) site.use();
      waits();
    };
    const waits = () => this.#claiming?.showCount();
    const chosenNow = () => {
      site.doubt();
      return chosen();
    };
    const way = { site: chosenNow, ready, taken, waits };
    const intake = new Intake(element, sync.portal, feedback, words, way, signal);
    const acting = () => this.#acting;
    const parts = { model, intake, feedback, site, chosen, sync, words, acting };
    this.#claiming = new Claiming(button, element, parts, signal);
    this.#prepareActing = async () => {
      const why = document.querySelector("[data-tray-why]");
      if (!(why instanceof HTMLFormElement)) return;
      const { Acting } = await import("./acting.js");
      if (!signal.aborted) this.#acting = new Acting(why, element, model, sync, signal);
    };
    this.#model = model;
    this.#feedback = feedback;
    this.#site = site;
    this.#jobs = jobs;
    this.#chosen = chosen;
    this.#intake = intake;
  }

  /**
   * Shows what the device holds, at the site that was asked for or chosen last.
   * @param {{ site: string | null, offered: string | null, job: string | null }} asked
   * @param {KeptPerson | undefined} kept
   */
  async open(asked, kept) {
    await this.#prepareActing();
    await this.#jobs.open(asked.job, kept);
    const site = asked.site || (asked.job && this.#jobs.askedSite);
    await this.#site.take(site, asked.offered, kept);
    await this.#model.refresh();
    if (this.#site.site.id) this.#model.moveTo(this.#chosen());
    await this.#prepare();
  }

  // Has ready what rows need, where there are any. Without it they are shown all the same.
  async #prepare() {
    const { rows, aside } = this.#model;
    if (this.#work || (!rows.size && !aside.length)) return;
    await load().then(
      () => this.#isReady,
      () => {},
    );
  }

  /**
   * Calls back with whether the job with this id is not one of today's, each time that is told anew.
   * @param {string} id
   * @param {(isLacking: boolean) => void} tell
   * @param {AbortSignal} signal Ends it.
   */
  followJob(id, tell, signal) {
    const look = () => tell(this.#jobs.lacks(id));
    this.#jobs.addEventListener("change", look, { signal });
    look();
  }

  /**
   * Takes what the page brought; what of it is no label is left in the field.
   * @param {string} text
   */
  take(text) {
    if (text.trim()) this.#intake.input.take(text);
  }

  // What one person scanned is nothing for another to see, or to add to.
  close() {
    find(this.#element, "[data-dialog]", HTMLDialogElement).close();
    const camera = this.#element.querySelector("label-camera");
    if (camera && "close" in camera && typeof camera.close === "function") camera.close();
  }

  #move() {
    // What is in the tray stays where it was until another site is chosen.
    if (this.#site.site.id) this.#model.moveTo(this.#chosen());
    this.#claiming.show();
    this.#work?.mayLeave.show();
    this.#feedback.clear("claimed", "pick-site");
  }
}
