// One row of the tray on the screen, drawn from a template; it changes only what is different.
import { canCopy } from "./clipboard.js";
import { isBad, isRefused } from "./outcome.js";

/** @import { KeptRow } from "./store.js" */
/** @import { Detail } from "./sync.js" */
/** @import { Action, News, Outcome } from "./wire.js" */
/** @import { RowWords, Words } from "./words.js" */

/**
 * What the sync tells, whether the device keeps the rows, and the id of the tray's site. `owes`:
 * whether something that was tapped is still to be done to a row.
 * @typedef {Pick<Detail, "state" | "sending" | "isLate"> & Of} Now
 * @typedef {{ isKept: boolean, site: string, owes: (id: string) => boolean }} Of
 */
/**
 * What a row says.
 * @typedef {RowWords & Told} RowView
 */
/**
 * @typedef {object} Told
 * @property {Outcome | undefined} outcome
 * @property {string} tail
 * @property {string} tried What came of a try; "" while it goes on, or nobody has asked for one.
 * @property {boolean} isTrying
 * @property {string} next When its claim is looked at next; "" where that is soon.
 * @property {boolean} isNear Whether it waits for power or cable.
 * @property {string} meta
 * @property {string} number
 * @property {string} url
 * @property {Record<string, string>} leads As of `leadsOf`.
 * @property {Action[]} actions
 */

/** What can be done about a row, to its claim or where its hub is elsewhere. @type {Action[]} */
export const ACTIONS = ["try_now", "stop", "again", "tell"];
/** What has become of a row that the device itself has words for, by their name. */
/** @type {Record<string, Outcome>} */
export const OUTCOMES = {
  looking: "looking",
  unknown: "unknown",
  waiting: "under_way",
  late: "held_up",
  "row-unkept": "held_up",
  "unknown-unkept": "unknown",
  sending: "under_way",
  kept: "held_up",
  unavailable: "held_up",
  gate: "held_up",
  "sign-in": "held_up",
  ended: "held_up",
};

/**
 * Where a row's buttons that are links lead, by their names, "" for nowhere: to asking for a move
 * from another site, to asking for a hub that is bound elsewhere, and to what came of that.
 * @param {Partial<News> | null} [news]
 */
export const leadsOf = (news) => ({
  move: news?.moveUrl ?? "",
  ask: news?.askUrl ?? "",
  request: news?.requestUrl ?? "",
});

/** @param {string} hubId */
export const tailOf = (hubId) => hubId.slice(-4).toUpperCase();

/**
 * The state of a row without news from the portal, by the name of the words for it.
 * @param {KeptRow} row
 * @param {Now} now
 */
export const nameOf = ({ id, stage }, { state, sending, isLate, isKept }) => {
  if (stage === "tray" && state === "online") return "looking";
  if (stage === "tray") return isKept ? "unknown" : "unknown-unkept";
  if (sending.has(id)) return "sending";
  if (!isKept) return "row-unkept";
  /** @type {Partial<Record<Detail["state"], string>>} */
  const names = {
    online: isLate ? "late" : "waiting",
    unavailable: "unavailable",
    gate: "gate",
    "signed-out": "sign-in",
    ended: "ended",
  };
  return names[state] ?? "kept";
};

export class TrayRow {
  /** @type {HTMLElement} */
  element;
  /** What the row says at present. @type {RowView | undefined} */
  view;
  #words;
  #icons;
  /** @type {Map<string, HTMLElement>} */
  #parts = new Map();
  /** @type {Map<string, string>} */
  #keys = new Map();

  /**
   * @param {HTMLTemplateElement} template
   * @param {Words} words
   * @param {string} icons The address of the page's icons.
   */
  constructor(template, words, icons) {
    this.#words = words;
    this.#icons = icons;
    this.element = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    /** @type {NodeListOf<HTMLElement>} */
    const parts = this.element.querySelectorAll("[data-part]");
    for (const part of parts) this.#parts.set(part.dataset.part ?? "", part);
  }

  /**
   * @param {KeptRow} row
   * @param {Now} now
   * @param {string} place Where the hub goes; "" where nobody has said.
   */
  show(row, now, place) {
    const view = this.#viewOf(row, now);
    this.element.dataset.row = row.id;
    this.element.dataset.stage = row.stage;
    this.#write("tail", view.tail);
    this.element.dataset.hub = row.hubId;
    this.#showPlace(row, view, place);
    // What needs no words of its own is called by its model.
    if (view.title || !view.meta) this.#write("title", view.title || view.word);
    else this.#writeWhole("title", view.meta);
    this.#writeWhole("meta", (view.title && view.meta) || "");
    this.#write("text", view.text);
    this.#write("next", view.next);
    this.#write("site", row.stage !== "tray" && row.site !== now.site ? row.siteName : "");
    this.#write("tried", view.tried);
    const isStopped = isRefused(view.outcome);
    this.#write("whole", isStopped ? row.hubId : "");
    this.#part("copy").hidden = !isStopped || !canCopy();
    this.#put("copy", "aria-label", `${this.#words.sentence("copy")} (${view.tail})`);
    this.#write("number", view.number ? this.#words.sentence("number", view.number) : "");
    this.#write("word", view.word);
    this.#put("chip", "data-kind", view.kind);
    this.#put("icon", "href", `${this.#icons}#${view.icon}`);
    this.#link(view.url);
    for (const [name, url] of Object.entries(view.leads)) this.#lead(name, url, view.tail);
    this.#put("remove", "aria-label", this.#words.sentence("remove", view.tail));
    this.#write("stop", this.#words.sentence(row.news?.toRelease ? "withdraw" : "stop"));
    for (const action of ACTIONS) this.#offer(action, view, now.sending.has(row.id));
    this.view = view;
  }

  /**
   * The state of a row, in words: the portal's, or those for what the portal does not know of yet.
   * @param {KeptRow} row
   * @param {Now} now
   * @returns {RowView}
   */
  #viewOf(row, now) {
    const { kind = "", icon = "", word = "", title = "", text = "", ...known } = row.news ?? {};
    const { outcome, tried = "", meta = "", number = "", url = "", actions = [] } = known;
    const next = row.news?.nextLook ?? "";
    const tail = tailOf(row.hubId);
    // Whether the portal has just said of a confirmed row why it did not take it.
    const isLeft = now.state === "online" && !now.sending.has(row.id);
    if (row.stage === "sent" || (outcome && (row.stage === "tray" || isLeft))) {
      const isTrying = this.#isTrying(row, now);
      const ofTry = { tried: isTrying ? "" : tried, isTrying, isNear: Boolean(row.news?.atHub) };
      const said = {
        outcome,
        kind,
        icon,
        word,
        title,
        text,
        meta,
        number,
        url,
        leads: leadsOf(row.news),
        actions,
        tail,
        next,
      };
      return { ...said, ...ofTry };
    }
    const name = nameOf(row, now);
    const rest = {
      outcome: OUTCOMES[name],
      meta,
      number: "",
      url: "",
      leads: leadsOf(null),
      actions: [],
      tail,
      next: "",
    };
    const ofTry = { tried: "", isTrying: false, isNear: false };
    return { ...this.#words.news(name), ...rest, ...ofTry };
  }

  /**
   * Whether the row's claim is being tried because somebody has tapped: until the portal says that it
   * is not. Where the portal is away nobody tries, but what was tapped here may still be owed.
   * @param {KeptRow} row
   * @param {Now} now
   */
  #isTrying({ id, stage, news, isTried }, { state, owes }) {
    if (!isTried || stage !== "sent" || news?.settled) return false;
    return state === "online" || owes(id);
  }

  /**
   * @param {Action} action
   * @param {RowView} view
   * @param {boolean} isSending
   */
  #offer(action, { actions, isTrying, tail }, isSending) {
    const button = this.#part(action);
    const isBusy = action === "try_now" && isTrying;
    const isOffered = actions.includes(action) || isBusy;
    if (action === "try_now") this.#write(action, this.#words.sentence(isBusy ? "trying" : action));
    if (button.hidden === isOffered) button.hidden = !isOffered;
    if (!isOffered) return;
    this.#put(action, "aria-label", `${button.textContent?.trim()} (${tail})`);
    this.#put(action, "aria-disabled", String(isSending || isBusy));
  }

  /**
   * A hub that goes nowhere needs no place.
   * @param {KeptRow} row
   * @param {RowView} view
   * @param {string} place
   */
  #showPlace(row, { outcome, tail }, place) {
    const isStopped = isBad(outcome) && row.stage === "tray";
    this.#part("place").hidden = isStopped;
    this.#part("place").toggleAttribute("data-empty", !place);
    const text = place || this.#words.sentence("place-none");
    this.#write("place", text);
    this.#put("place", "aria-label", `${text} (${tail})`);
  }

  /**
   * The row leads to the claim's page, once there is one.
   * @param {string} url
   */
  #link(url) {
    if (url) return this.#put("link", "href", url);
    this.#part("link").removeAttribute("href");
    this.#keys.delete("link href");
  }

  /**
   * A button that is a link, there where it leads somewhere.
   * @param {string} name
   * @param {string} url
   * @param {string} tail
   */
  #lead(name, url, tail) {
    const link = this.#part(name);
    if (link.hidden === Boolean(url)) link.hidden = !url;
    if (!url) return;
    this.#put(name, "href", url);
    this.#put(name, "aria-label", `${link.textContent?.trim()} (${tail})`);
  }

  /** @param {string} name */
  #part(name) {
    const part = this.#parts.get(name);
    if (!part) throw new RangeError(`A row has no ${name}.`);
    return part;
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #write(name, text) {
    if (this.#keys.get(name) === text) return;
    this.#keys.set(name, text);
    this.#part(name).textContent = text;
  }

  /**
   * Of what is parted by dots, such as a model and a serial, none breaks where a line has room for it.
   * @param {string} name
   * @param {string} text
   */
  #writeWhole(name, text) {
    if (this.#keys.get(name) === text) return;
    this.#write(name, text);
    const pieces = text.split(" · ").map((piece) => {
      const whole = document.createElement("span");
      whole.className = "whole";
      whole.textContent = piece;
      return whole;
    });
    this.#part(name).replaceChildren(
      ...pieces.flatMap((piece, at) => (at ? [" · ", piece] : [piece])),
    );
  }

  /**
   * @param {string} name
   * @param {string} attribute
   * @param {string} value
   */
  #put(name, attribute, value) {
    const key = `${name} ${attribute}`;
    if (this.#keys.get(key) === value) return;
    this.#keys.set(key, value);
    this.#part(name).setAttribute(attribute, value);
  }
}
