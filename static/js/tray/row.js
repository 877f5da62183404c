// One row of the tray on the screen, drawn from a template; it changes only what is different.

const ACTIONS = ["try_now", "stop", "again"];
// What has become of a row that the device itself has words for, by their name.
const OUTCOMES = {
  looking: "looking",
  unknown: "unknown",
  waiting: "under_way",
  sending: "under_way",
  kept: "held_up",
  stumbling: "held_up",
  "sign-in": "held_up",
};

export class TrayRow {
  element;
  // What the row says at present.
  view = {};
  #words;
  #icons;
  #parts = {};
  #keys = new Map();

  // `words` and `icons`: the page's Words and the address of its icons.
  constructor(template, words, icons) {
    this.#words = words;
    this.#icons = icons;
    this.element = template.content.firstElementChild.cloneNode(true);
    for (const part of this.element.querySelectorAll("[data-part]")) {
      this.#parts[part.dataset.part] = part;
    }
  }

  // `row` as TrayStore has it; `now` is `{state, sending, site}`: what the sync tells, and the id
  // of the tray's site.
  show(row, now) {
    const view = this.#viewOf(row, now);
    const tail = row.hubId.slice(-4).toUpperCase();
    this.element.dataset.row = row.id;
    this.element.dataset.stage = row.stage;
    this.#write("tail", tail);
    // What needs no words of its own is called by its model.
    this.#write("title", view.title || view.meta || view.word);
    this.#write("meta", (view.title && view.meta) || "");
    this.#write("text", view.text);
    this.#write("site", row.stage !== "tray" && row.site !== now.site ? row.siteName : "");
    this.#write("reference", view.reference ? this.#words.say("reference", view.reference) : "");
    this.#write("word", view.word);
    this.#put("chip", "data-kind", view.kind);
    this.#put("icon", "href", `${this.#icons}#${view.icon}`);
    this.#link(view.url);
    this.#put("remove", "aria-label", this.#words.say("remove", tail));
    for (const action of ACTIONS) this.#offer(action, tail, view, now.sending);
    this.view = { ...view, tail };
  }

  // How a row stands, in words: the portal's, or those for what the portal does not know of yet.
  #viewOf(row, { state, sending }) {
    const known = row.news ?? {};
    if (row.stage === "sent") return known;
    const isTold = Boolean(known.outcome);
    if (isTold && (row.stage === "tray" || TrayRow.#isLeft(row, state, sending))) return known;
    const name = TrayRow.#nameOf(row, state, sending);
    return { ...this.#words.news(name), outcome: OUTCOMES[name], meta: known.meta };
  }

  // Whether the portal has just said of a confirmed row why it did not take it.
  static #isLeft({ id }, state, sending) {
    return state === "online" && !sending.has(id);
  }

  static #nameOf(row, state, sending) {
    if (row.stage === "tray") return state === "online" ? "looking" : "unknown";
    if (sending.has(row.id)) return "sending";
    const names = { online: "waiting", stumbling: "stumbling", "signed-out": "sign-in" };
    return names[state] ?? "kept";
  }

  #offer(action, tail, { actions = [] }, sending) {
    const button = this.#parts[action];
    const isOffered = actions.includes(action);
    if (button.hidden === isOffered) button.hidden = !isOffered;
    if (!isOffered) return;
    this.#put(action, "aria-label", `${button.textContent.trim()} (${tail})`);
    this.#put(action, "aria-disabled", String(sending.has(this.element.dataset.row)));
  }

  // The row leads to the claim's page, once there is one.
  #link(url) {
    const { link } = this.#parts;
    if (url) this.#put("link", "href", url);
    else if (link.hasAttribute("href")) {
      link.removeAttribute("href");
      this.#keys.delete("link href");
    }
  }

  #write(name, text) {
    if (this.#keys.get(name) === text) return;
    this.#keys.set(name, text);
    this.#parts[name].textContent = text;
  }

  #put(name, attribute, value) {
    const key = `${name} ${attribute}`;
    if (this.#keys.get(key) === value) return;
    this.#keys.set(key, value);
    this.#parts[name].setAttribute(attribute, value);
  }
}
