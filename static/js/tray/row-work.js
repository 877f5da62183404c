// What people do with rows, whether these are kept, and whether one may leave: nothing of it is needed before there is a row.
import { Aside } from "./aside.js";
import { Keeping } from "./keeping.js";
import { Leaving } from "./leaving.js";
import { MayLeave } from "./may-leave.js";
import { Places } from "./places.js";
import { RowActions } from "./row-actions.js";

/** @import { TrayJobs } from "./jobs.js" */
/** @import { ChosenSite, TrayModel } from "./model.js" */
/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { TraySite } from "./site.js" */
/** @import { TraySync } from "./sync.js" */
/** @import { Words } from "./words.js" */

export class RowWork {
  leaving;
  mayLeave;

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {object} parts
   * @param {TrayModel} parts.model
   * @param {TrayJobs} parts.jobs
   * @param {TraySite} parts.site
   * @param {TraySync} parts.sync
   * @param {ScanFeedback} parts.feedback
   * @param {Words} parts.words
   * @param {() => ChosenSite} chosen Where hubs are to be claimed.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, parts, chosen, signal) {
    const { model, jobs, sync, feedback, words } = parts;
    new Keeping(model, signal);
    this.leaving = new Leaving(element, model, feedback, words, chosen, signal);
    this.mayLeave = new MayLeave(element, parts, signal);
    new Places(element, model, jobs, words, signal);
    new Aside(element, model, feedback, words, chosen, signal);
    new RowActions(element, model, sync, feedback, signal);
  }
}
