// What could not be claimed and has left the tray: found again below it for a week, with the whole id
// to copy, to be told of, or to be put back.
import { find, keepFocus, onTap } from "../page/dom.js";

/** @import { TrayModel } from "./model.js" */
/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { KeptRow } from "./store.js" */
/** @import { Words } from "./words.js" */

const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

export class Aside {
  #element;
  #model;
  #feedback;
  #words;
  #shown = "";

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {TrayModel} model
   * @param {ScanFeedback} feedback
   * @param {Words} words
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, model, feedback, words, signal) {
    this.#element = element;
    this.#model = model;
    this.#feedback = feedback;
    this.#words = words;
    model.addEventListener("change", () => this.#show(), { signal });
    onTap(element, "copy", (id) => this.#copy(id), signal);
    onTap(element, "take-back", (id) => this.#takeBack(id), signal);
    onTap(element, "forget", (id) => this.#forget(id), signal);
  }

  #show() {
    const { aside } = this.#model;
    const shown = JSON.stringify(aside);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const section = find(this.#element, "[data-aside]", HTMLDetailsElement);
    section.hidden = aside.length === 0;
    const title = this.#words.count("aside", aside.length);
    find(section, "[data-aside-title]", HTMLElement).textContent = title;
    find(section, "ul", HTMLElement).replaceChildren(...aside.map((row) => this.#itemOf(row)));
  }

  /** @param {KeptRow} row */
  #itemOf({ id, hubId, news, siteName, at }) {
    const template = find(this.#element, "[data-aside-template]", HTMLTemplateElement);
    const item = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    item.dataset.row = id;
    /**
     * @param {string} name
     * @param {string} text
     */
    const put = (name, text) => {
      find(item, `[data-part=${name}]`, HTMLElement).textContent = text;
    };
    put("whole", hubId);
    put("title", news?.title || news?.word || "");
    put("text", news?.text ?? "");
    put("where", [siteName, moment.format(at)].filter(Boolean).join(" · "));
    find(item, "[data-tap=tell]", HTMLElement).hidden = !news?.actions?.includes("tell");
    return item;
  }

  /** @param {string} id */
  async #copy(id) {
    const row = this.#model.rows.get(id) ?? this.#model.aside.find((each) => each.id === id);
    if (!row) return;
    await navigator.clipboard.writeText(row.hubId);
    this.#feedback.show("copied-id");
  }

  /** @param {string} id */
  #takeBack(id) {
    this.#model.takeBack(id);
    this.#feedback.show("brought-back", this.#words.count("brought-back", 1));
    keepFocus();
  }

  /** @param {string} id */
  #forget(id) {
    this.#model.forgetAside(id);
    keepFocus();
  }
}
