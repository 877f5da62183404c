// <site-picker>: cards, of radio buttons or check boxes, that can be searched once there are more than a handful.
import { find } from "./dom.js";
import { folded } from "./folded.js";

const HANDFUL = 6;

/** @param {HTMLElement} card */
const radioOf = (card) => find(card, "input", HTMLInputElement);

class SitePicker extends HTMLElement {
  /** @type {HTMLElement[]} */
  #cards = [];
  /** @type {AbortController | undefined} */
  #listening;

  connectedCallback() {
    this.#cards = [
      .../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".radio-card")),
    ];
    const search = this.querySelector("[data-search]");
    if (!(search instanceof HTMLElement) || this.#cards.length <= HANDFUL) return;
    search.hidden = false;
    const input = find(search, "input", HTMLInputElement);
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    input.addEventListener("input", () => this.#filter(input.value), { signal });
    input.addEventListener("keydown", (event) => this.#chooseOnly(event), { signal });
  }

  disconnectedCallback() {
    this.#listening?.abort();
  }

  /** @param {string} text */
  #filter(text) {
    const words = folded(text).split(/\s+/);
    /** @param {HTMLElement} card */
    const fits = (card) => words.every((word) => folded(card.textContent).includes(word));
    for (const card of this.#cards) {
      // The chosen site stays in sight during every search.
      card.hidden = !fits(card) && !radioOf(card).checked;
    }
    find(this, "[data-nothing]", HTMLElement).hidden = this.#cards.some(fits);
  }

  /**
   * Enter chooses the one site that is left, and never sends the form half filled.
   * @param {KeyboardEvent} event
   */
  #chooseOnly(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const left = this.#cards
      .filter((card) => !card.hidden)
      .map(radioOf)
      .filter((radio) => !radio.checked);
    const [only, ...others] = left;
    if (!only || others.length) return;
    only.checked = true;
    only.focus();
    only.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("site-picker", SitePicker);
