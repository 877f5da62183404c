// Ids that were read, of which a person says which are hubs'.
import { find } from "../page/dom.js";
import { tailOf } from "./row.js";

/** @import { Words } from "./words.js" */

export class Offers {
  #element;
  #words;
  /** @type {string[]} */
  #ids = [];
  #isOneOf = false;

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {Words} words
   * @param {(ids: string[], left: string[]) => void} take Gets what was tapped, and what of it is
   *   offered still.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, words, take, signal) {
    this.#element = find(element, "[data-offers]", HTMLElement);
    this.#words = words;
    /** @param {Event} event */
    const tap = ({ target }) => {
      const id = target instanceof Element ? target.closest("button")?.dataset.offer : undefined;
      if (id === undefined) return;
      const taken = id ? [id] : this.#ids;
      const isDone = this.#isOneOf || !id;
      take(taken, isDone ? [] : this.#ids.filter((each) => each !== id));
    };
    this.#element.addEventListener("click", tap, { signal });
  }

  /**
   * Offers these; none hides what was offered.
   * @param {string[]} ids As they are printed.
   * @param {boolean} isOneOf Whether one of them is the hub's, and the others are something else.
   */
  show(ids, isOneOf) {
    this.#ids = ids;
    this.#isOneOf = isOneOf;
    const buttons = ids.map((id) => this.#button(id, id, "mono"));
    for (const [index, button] of buttons.entries()) {
      button.setAttribute("aria-label", this.#words.sentence("offer", tailOf(ids[index] ?? "")));
    }
    if (!isOneOf && ids.length > 1) {
      buttons.unshift(this.#button("", this.#words.count("offer-all", ids.length), "primary"));
    }
    this.#element.replaceChildren(...buttons);
    this.#element.hidden = !ids.length;
  }

  /**
   * @param {string} id
   * @param {string} text
   * @param {string} kind
   */
  #button(id, text, kind) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `button ${kind}`;
    button.dataset.offer = id;
    button.textContent = text;
    return button;
  }
}
