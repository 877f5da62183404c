// What could not be claimed and has left the tray: found again below it for a week, with the whole id
// to copy, to be told of, or to be put back.
import { find, keepFocus, onTap, timeZone } from "../page/dom.js";
import { canCopy, copy } from "./clipboard.js";
import { isDone } from "./outcome.js";
import { leadsOf, tailOf } from "./row.js";

/** @import { ChosenSite, TrayModel } from "./model.js" */
/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { KeptRow } from "./store.js" */
/** @import { Words } from "./words.js" */

const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const moment = new Intl.DateTimeFormat(language, {
  dateStyle: "medium",
  timeStyle: "short",
  timeZone,
});

/**
 * Whether the hub can be claimed by now: somebody has released it since.
 * @param {KeptRow} row
 */
const isFree = ({ news }) => news?.outcome === "ready";

/**
 * Whether there is still something to do about it: a colleague may have claimed it since.
 * @param {KeptRow} row
 */
const isOpen = ({ news }) => !isDone(news?.outcome) && news?.outcome !== "yours";

export class Aside {
  #element;
  #model;
  #feedback;
  #words;
  #chosen;
  /** The rows on the screen, by id. @type {Map<string, { item: HTMLElement, row: KeptRow }>} */
  #shown = new Map();

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {TrayModel} model
   * @param {ScanFeedback} feedback
   * @param {Words} words
   * @param {() => ChosenSite} chosen Where hubs are to be claimed.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, model, feedback, words, chosen, signal) {
    this.#element = element;
    this.#model = model;
    this.#feedback = feedback;
    this.#words = words;
    this.#chosen = chosen;
    model.addEventListener("change", () => this.#show(), { signal });
    onTap(element, "copy", (id) => this.#copy(id), signal);
    onTap(element, "take-back", (id) => this.#takeBack(id), signal);
    onTap(element, "forget", (id) => this.#forget(id), signal);
    this.#show();
  }

  // Each row keeps its element, and with it the focus, as long as it lies there.
  #show() {
    const aside = this.#model.aside.filter(isOpen);
    const section = find(this.#element, "[data-aside]", HTMLDetailsElement);
    section.hidden = aside.length === 0;
    find(section, "[data-aside-title]", HTMLElement).textContent = this.#title(aside);
    const list = find(section, "ul", HTMLElement);
    const ids = new Set(aside.map(({ id }) => id));
    for (const [id, { item }] of this.#shown) {
      if (ids.has(id)) continue;
      item.remove();
      this.#shown.delete(id);
    }
    let above = list.firstElementChild;
    for (const row of aside) {
      const item = this.#draw(row);
      if (item === above) above = item.nextElementSibling;
      else list.insertBefore(item, above);
    }
  }

  /**
   * What can be claimed by now is counted by itself.
   * @param {KeptRow[]} aside
   */
  #title(aside) {
    const free = aside.filter(isFree).length;
    const refused = aside.length - free;
    const parts = [
      refused ? this.#words.count("aside", refused) : "",
      free ? this.#words.count("aside-free", free) : "",
    ];
    return parts.filter(Boolean).join(" · ");
  }

  /**
   * @param {KeptRow} row
   * @returns {HTMLElement}
   */
  #draw(row) {
    const shown = this.#shown.get(row.id);
    if (shown && JSON.stringify(shown.row) === JSON.stringify(row)) return shown.item;
    const item = shown?.item ?? this.#make(row);
    this.#shown.set(row.id, { item, row });
    this.#write(item, row);
    return item;
  }

  /** @param {KeptRow} row */
  #make({ id }) {
    const template = find(this.#element, "[data-aside-template]", HTMLTemplateElement);
    const item = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    item.dataset.row = id;
    return item;
  }

  /**
   * @param {HTMLElement} item
   * @param {KeptRow} row
   */
  #write(item, row) {
    const { hubId, news, siteName, at } = row;
    /**
     * @param {string} name
     * @param {string} text
     */
    const put = (name, text) => {
      find(item, `[data-part=${name}]`, HTMLElement).textContent = text;
    };
    put("whole", hubId);
    put("title", isFree(row) ? this.#words.sentence("free-now") : news?.title || news?.word || "");
    put("text", isFree(row) ? "" : (news?.text ?? ""));
    put("where", [siteName, moment.format(at)].filter(Boolean).join(" · "));
    find(item, "[data-tap=tell]", HTMLElement).hidden = !news?.actions?.includes("tell");
    find(item, "[data-tap=copy]", HTMLElement).hidden = !canCopy();
    for (const [name, url] of Object.entries(leadsOf(news))) {
      const link = find(item, `[data-part=${name}]`, HTMLAnchorElement);
      link.hidden = !url;
      if (url) link.href = url;
    }
    const buttons = find(item, ".tray-row-actions", HTMLElement);
    for (const button of buttons.children) {
      button.setAttribute("aria-label", `${button.textContent?.trim()} (${tailOf(hubId)})`);
    }
    const first = isFree(row) ? "[data-tap=take-back]" : "[data-tap=tell]";
    const button = find(buttons, first, HTMLElement);
    if (buttons.firstElementChild !== button) buttons.prepend(button);
  }

  /** @param {string} id */
  async #copy(id) {
    const row = this.#model.rows.get(id) ?? this.#model.aside.find((each) => each.id === id);
    if (!row) return;
    if (await copy(row.hubId)) return this.#feedback.show("copied-id");
    this.#feedback.show("not-copied", row.hubId);
  }

  /** @param {string} id */
  #takeBack(id) {
    this.#model.takeBack(id, this.#chosen());
    this.#feedback.show("brought-back", this.#words.count("brought-back", 1));
    keepFocus();
  }

  /** @param {string} id */
  #forget(id) {
    this.#model.forgetAside(id);
    keepFocus();
  }
}
