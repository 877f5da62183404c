// The site of the tray: one line, which opens to choose another. It is remembered on the device.
import { find } from "../page/dom.js";
import { reportUnlessRefused } from "../page/report.js";

/** @import { ChosenSite, Owner, Store } from "./model.js" */
/** @import { KeptPerson } from "./store.js" */
/** @import { SiteChoice } from "./wire.js" */
/** @import { Words } from "./words.js" */

/**
 * @param {Element} one
 * @param {SiteChoice} site
 */
const cardOf = (one, { id, name, address }) => {
  const card = /** @type {Element} */ (one.cloneNode(true));
  find(card, "input", HTMLInputElement).value = id;
  find(card, "strong", HTMLElement).textContent = name;
  find(card, ".help", HTMLElement).textContent = address;
  return card;
};

/**
 * Makes a <site-picker> of the sites that a person had at the last visit.
 * @param {HTMLTemplateElement} template
 * @param {SiteChoice[]} sites
 */
const pickerOf = (template, sites) => {
  const picker = /** @type {Element} */ (template.content.firstElementChild?.cloneNode(true));
  const cards = find(picker, ".radio-cards", HTMLElement);
  const one = find(cards, ".radio-card", HTMLElement);
  cards.replaceChildren(...sites.map((site) => cardOf(one, site)));
  return picker;
};

export class TraySite {
  #element;
  #details;
  #words;
  #changed;
  #store;
  #key;
  #isByKey = false;

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {Owner} owner
   * @param {() => Store} store Where it is remembered.
   * @param {Words} words
   * @param {(site: ChosenSite) => void} changed Told what was chosen.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, { person, organisation }, store, words, changed, signal) {
    this.#element = element;
    this.#details = find(element, "[data-site]", HTMLDetailsElement);
    this.#store = store;
    this.#key = `site ${person} ${organisation}`;
    this.#words = words;
    this.#changed = changed;
    this.#details.addEventListener("keydown", () => this.#walk(true), { signal });
    this.#details.addEventListener("pointerdown", () => this.#walk(false), { signal });
    this.#details.addEventListener("change", (event) => this.#choose(event), { signal });
  }

  /** What is chosen; both are empty while nothing is. @returns {ChosenSite} */
  get site() {
    const radio = this.#radios.find(({ checked }) => checked);
    const name = radio?.closest(".radio-card")?.querySelector("strong")?.textContent?.trim();
    return { id: radio?.value ?? "", name: name ?? "" };
  }

  /**
   * Takes over the page's <site-picker>, or makes one, and chooses in it the site that is asked for
   * or was chosen last, else the one that is chosen there already, else the likely one. Where the
   * wanted one takes no claims any more, none is chosen: nobody's hubs move to another site by
   * themselves.
   * @param {string | null} asked
   * @param {KeptPerson | undefined} kept
   */
  async take(asked, kept) {
    const wanted = asked || (await this.#store().get(this.#key).catch(reportUnlessRefused));
    const place = find(this.#details, "[data-picker]", HTMLElement);
    const template = find(this.#element, "[data-picker-template]", HTMLTemplateElement);
    const picker =
      document.querySelector("[data-plain] site-picker") ??
      place.firstElementChild ??
      pickerOf(template, kept?.sites ?? []);
    place.replaceChildren(picker);
    const chosen = wanted || this.site.id || kept?.site;
    for (const radio of this.#radios) radio.checked = radio.value === chosen;
    this.#show();
    this.#details.open = !this.site.id;
    if (asked) this.#remember();
  }

  // Leads to the choice.
  ask() {
    this.#details.open = true;
    this.#radios[0]?.focus();
    this.#details.scrollIntoView({ block: "nearest" });
  }

  get #radios() {
    /** @type {NodeListOf<HTMLInputElement>} */
    const radios = this.#details.querySelectorAll("input[type=radio]");
    return [...radios];
  }

  /** @param {boolean} isByKey */
  #walk(isByKey) {
    this.#isByKey = isByKey;
  }

  /**
   * By keyboard one walks through the sites: only a tap says that it is this one.
   * @param {Event} event
   */
  #choose({ target }) {
    if (!(target instanceof HTMLInputElement && target.type === "radio")) return;
    this.#show();
    this.#changed(this.site);
    this.#remember();
    if (this.#isByKey) return;
    this.#details.open = false;
    find(this.#details, "summary", HTMLElement).focus();
  }

  #show() {
    const { id, name } = this.site;
    find(this.#details, "[data-site-name]", HTMLElement).textContent =
      name || this.#words.sentence("no-site");
    this.#details.toggleAttribute("data-chosen", Boolean(id));
  }

  // A device that keeps nothing says so where the rows are; its site holds for this page.
  #remember() {
    this.#store()
      .set(this.#key, this.site.id || undefined)
      .catch(reportUnlessRefused);
  }
}
