// The site of the tray: one line, which opens to choose another. It is remembered on the device, and
// asked for again where it may have become the wrong one: a hub claimed there cannot be moved.
import { find, onTap } from "../page/dom.js";
import { reportUnlessRefused } from "../page/report.js";

/** @import { Owner, Store } from "./model.js" */
/** @import { KeptPerson } from "./store.js" */
/** @import { SiteChoice } from "./wire.js" */
/** @import { Words } from "./words.js" */

/** A site; both are empty while nothing is chosen. @typedef {{ id: string, name: string }} NamedSite */

// Who comes back later may be elsewhere.
const STAYS_FOR = 4 * 3_600_000;
const LOOKED_AT_EVERY = 60_000;

/**
 * Whether it was so lately that the site of then still counts.
 * @param {number} at In milliseconds; NaN for never.
 */
const isRecent = (at) => {
  const age = Date.now() - at;
  return age >= 0 && age < STAYS_FOR;
};

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

/** @param {HTMLInputElement} radio */
const nameOf = (radio) =>
  radio.closest(".radio-card")?.querySelector("strong")?.textContent?.trim() ?? "";

export class TraySite {
  #element;
  #details;
  #question;
  #words;
  #changed;
  #store;
  #key;
  #person;
  #isByKey = false;
  #usedAt = Number.NaN;
  /** The site that was used last, while it is asked whether it still is the one; else "". */
  #offered = "";
  // Whether what is offered is named by what led here, rather than used last.
  #isNamed = false;

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {Owner} owner
   * @param {() => Store} store Where it is remembered.
   * @param {Words} words
   * @param {(site: NamedSite) => void} changed Told what was chosen.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, { person, organisation }, store, words, changed, signal) {
    this.#element = element;
    this.#details = find(element, "[data-site]", HTMLDetailsElement);
    this.#question = find(element, "[data-still]", HTMLElement);
    this.#person = person;
    this.#store = store;
    this.#key = `site ${person} ${organisation}`;
    this.#words = words;
    this.#changed = changed;
    this.#details.addEventListener("keydown", () => this.#walk(true), { signal });
    this.#details.addEventListener("pointerdown", () => this.#walk(false), { signal });
    this.#details.addEventListener("change", (event) => this.#choose(event), { signal });
    const doubt = () => this.doubt();
    document.addEventListener("visibilitychange", doubt, { signal });
    for (const kind of ["pageshow", "focus"]) addEventListener(kind, doubt, { signal });
    const timer = setInterval(doubt, LOOKED_AT_EVERY);
    signal.addEventListener("abort", () => clearInterval(timer));
    onTap(element, "still", () => this.#confirm(), signal);
    onTap(element, "elsewhere", () => this.#chooseAnother(), signal);
  }

  /** What is chosen. @returns {NamedSite} */
  get site() {
    const radio = this.#radios.find(({ checked }) => checked);
    return { id: radio?.value ?? "", name: radio ? nameOf(radio) : "" };
  }

  /**
   * Takes over the page's <site-picker>, or makes one, and chooses in it the site that is asked for,
   * the only one, or the one that this person used here within hours. Any other that was used last
   * is offered. Where the wanted one takes no claims any more, none is chosen: nobody's hubs move to
   * another site by themselves.
   * @param {string | null} asked
   * @param {string | null} named It is named by a letter, say: nobody has picked it, so it is offered.
   * @param {KeptPerson | undefined} kept
   */
  async take(asked, named, kept) {
    const last = await this.#last();
    const place = find(this.#details, "[data-picker]", HTMLElement);
    const template = find(this.#element, "[data-picker-template]", HTMLTemplateElement);
    const picker =
      document.querySelector("[data-plain] site-picker") ??
      place.firstElementChild ??
      pickerOf(template, kept?.sites ?? []);
    place.replaceChildren(picker);
    const usual = this.#element.dataset.likelySite || kept?.site;
    const isOne = (/** @type {string | null} */ id) =>
      this.#radios.some(({ value }) => value === id);
    this.#isNamed = !asked && isOne(named);
    const likely = asked || (this.#isNamed && named) || last.id || this.site.id || usual || "";
    const isThere = isOne(likely);
    const isUsed = last.isFresh && likely === last.id;
    const isSure = asked || isUsed || this.#radios.length === 1;
    for (const radio of this.#radios) radio.checked = Boolean(isSure) && radio.value === likely;
    this.#offered = isSure || !isThere ? "" : likely;
    this.#usedAt = last.at;
    this.#show();
    this.#details.open = !this.site.id && !this.#offered;
    if (asked) this.use();
  }

  // A page that was left open for hours lies about as well: its site is offered anew.
  doubt() {
    const { id } = this.site;
    if (!id || this.#radios.length === 1 || isRecent(this.#usedAt)) return;
    for (const radio of this.#radios) radio.checked = false;
    this.#offered = id;
    this.#isNamed = false;
    this.#details.open = false;
    this.#show();
    this.#changed(this.site);
  }

  // Whether there is no site at all to choose.
  get isEmpty() {
    return this.#radios.length === 0;
  }

  // Leads to the choice.
  ask() {
    if (this.#offered) return find(this.#question, "[data-tap=still]", HTMLElement).focus();
    this.#details.open = true;
    this.#radios[0]?.focus();
    this.#details.scrollIntoView({ block: "nearest" });
  }

  get #radios() {
    /** @type {NodeListOf<HTMLInputElement>} */
    const radios = this.#details.querySelectorAll("input[type=radio]");
    return [...radios];
  }

  // Remembers that the site was used just now, and by whom.
  use() {
    const { id } = this.site;
    this.#usedAt = Date.now();
    // A device that keeps nothing says so where the rows are; its site holds for this page.
    const kept = [
      this.#store().set(this.#key, id ? `${id} ${Date.now()}` : undefined),
      this.#store().set("tray person", this.#person),
    ];
    Promise.all(kept).catch(reportUnlessRefused);
  }

  // The site that was used last on this device by the person, and whether it still counts.
  async #last() {
    const get = (/** @type {string} */ name) => this.#store().get(name).catch(reportUnlessRefused);
    const [id = "", at = ""] = ((await get(this.#key)) ?? "").split(" ");
    const usedAt = at ? Number(at) : Number.NaN;
    const isFresh = isRecent(usedAt) && (await get("tray person")) === this.#person;
    return { id, at: usedAt, isFresh };
  }

  #confirm() {
    for (const radio of this.#radios) radio.checked = radio.value === this.#offered;
    this.#settle();
  }

  #chooseAnother() {
    this.#offered = "";
    this.#show();
    this.ask();
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
    this.#settle();
  }

  // Tells what was chosen, and closes the choice.
  #settle() {
    this.#offered = "";
    this.#show();
    this.#changed(this.site);
    this.use();
    if (this.#isByKey) return;
    this.#details.open = false;
    find(this.#details, "summary", HTMLElement).focus();
  }

  #show() {
    const { id, name } = this.site;
    find(this.#details, "[data-site-name]", HTMLElement).textContent =
      name || this.#words.sentence("no-site");
    this.#details.toggleAttribute("data-chosen", Boolean(id));
    this.#details.hidden = Boolean(this.#offered) || this.isEmpty;
    this.#question.hidden = !this.#offered;
    const offered = this.#radios.find(({ value }) => value === this.#offered);
    if (!offered) return;
    const put = (/** @type {string} */ selector, /** @type {string} */ words) => {
      const text = this.#words.sentence(words, nameOf(offered));
      find(this.#question, selector, HTMLElement).textContent = text;
    };
    put("[data-still-words]", this.#isNamed ? "is-at" : "still");
    put("[data-tap=still]", "still-yes");
  }
}
