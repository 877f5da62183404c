// What the tray says above its rows: of the session, of the portal, of the device.
import { find } from "../page/dom.js";

/** @import { TraySync } from "./sync.js" */

export class Notices {
  #element;

  /** @param {HTMLElement} element The <hub-tray>. */
  constructor(element) {
    this.#element = element;
  }

  /**
   * Says how it goes, as long as `signal` lets it.
   * @param {TraySync} sync
   * @param {AbortSignal} signal
   */
  follow(sync, signal) {
    document.addEventListener("tray-sync", () => this.#update(sync), { signal });
  }

  /**
   * @param {string} name
   * @param {boolean} isShown
   */
  show(name, isShown) {
    find(this.#element, `[data-notice=${name}]`, HTMLElement).hidden = !isShown;
  }

  /**
   * Says whether the hubs are on this device or on this page alone; then nothing leads away from it.
   * @param {boolean} isKept
   */
  showKept(isKept) {
    this.show("unkept", !isKept);
    /** @type {NodeListOf<HTMLElement>} */
    const parts = this.#element.querySelectorAll("[data-while-kept]");
    for (const part of parts) part.hidden = part.dataset.whileKept !== String(isKept);
    for (const way of ["[data-sign-in]", "[data-step-up]"]) {
      find(this.#element, way, HTMLAnchorElement).target = isKept ? "" : "_blank";
    }
  }

  /** @param {TraySync} sync */
  #update({ detail: { state, isForeign, problem, signIn, stepUp } }) {
    this.show("step-up", Boolean(stepUp) && !isForeign);
    find(this.#element, "[data-step-up]", HTMLAnchorElement).href = stepUp;
    this.show("signed-out", state === "signed-out");
    this.show("somebody-else", isForeign);
    this.show("problem", Boolean(problem) && !isForeign);
    find(this.#element, "[data-problem]", HTMLElement).textContent = problem;
    if (signIn) find(this.#element, "[data-sign-in]", HTMLAnchorElement).href = signIn;
  }
}
