// An agent at work for another organisation: they say why once for the tray, and use their second factor
// again before what they have tapped is done.
import { find } from "../page/dom.js";
import { WHY } from "./owner.js";

/** @import { Said, TrayModel } from "./model.js" */
/** @import { TraySync } from "./sync.js" */

const LEAST_REASON = 10;
const FIELDS = ["reason", "ticket"];

export class Acting {
  #form;
  #model;
  #sync;
  #hasTapped = false;

  /**
   * @param {HTMLFormElement} form It asks why.
   * @param {HTMLElement} element The <hub-tray>.
   * @param {TrayModel} model
   * @param {TraySync} sync
   * @param {AbortSignal} signal Ends it.
   */
  constructor(form, element, model, sync, signal) {
    this.#form = form;
    this.#model = model;
    this.#sync = sync;
    this.#restore();
    const tapped = () => this.noteTap();
    element.addEventListener("click", tapped, { signal });
    form.addEventListener("submit", (event) => event.preventDefault(), { signal });
    form.addEventListener("input", () => this.#write(), { signal });
    document.addEventListener("tray-sync", () => this.#lead(), { signal });
  }

  /** @returns {Said} */
  get said() {
    return {
      reason: this.#field("reason").value.trim(),
      ticket: this.#field("ticket").value.trim(),
    };
  }

  // Whether it is said why; where it is not, asks for it.
  isSaid() {
    const isMissing = this.said.reason.length < LEAST_REASON;
    this.#complain(isMissing);
    if (isMissing) this.#field("reason").focus();
    return !isMissing;
  }

  // Somebody is here who may be led away.
  noteTap() {
    this.#hasTapped = true;
  }

  // Why is asked once: it outlives the way to the second factor and back, in this tab alone.
  #restore() {
    try {
      for (const name of FIELDS) {
        const kept = sessionStorage.getItem(this.#key(name));
        if (kept) this.#field(name).value = kept;
      }
    } catch {
      // It is asked again.
    }
  }

  #write() {
    this.#complain(false);
    try {
      for (const name of FIELDS) sessionStorage.setItem(this.#key(name), this.#field(name).value);
    } catch {
      // It holds for this page.
    }
  }

  /** @param {string} name */
  #key(name) {
    return `${WHY} ${this.#form.dataset.trayWhy} ${name}`;
  }

  /** @param {boolean} isMissing */
  #complain(isMissing) {
    find(this.#form, "[data-no-reason]", HTMLElement).hidden = !isMissing;
    this.#field("reason").toggleAttribute("aria-invalid", isMissing);
  }

  /** @param {string} name */
  #field(name) {
    const field = this.#form.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) return field;
    throw new TypeError(`The form has no ${name}.`);
  }

  // Only after a tap, and never away from what is on this page alone: a notice leads there as well.
  #lead() {
    const { stepUp } = this.#sync.detail;
    if (!stepUp || !this.#hasTapped || !this.#model.isKept) return;
    this.#hasTapped = false;
    location.assign(stepUp);
  }
}
