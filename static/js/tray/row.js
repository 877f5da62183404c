// One row of the tray on the screen, drawn from a template; it changes only what is different.
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
    for (const deed of ["try_now", "stop", "again"]) this.#offer(deed, tail, view, now.sending);
    this.view = { ...view, tail };
  }

  // How a row stands, in words: the portal's, or those for what the portal does not know of yet.
  #viewOf(row, { state, sending }) {
    const known = row.news ?? {};
    if (row.stage === "sent") return known;
    if (known.kind && (row.stage === "tray" || TrayRow.#isLeft(row, state, sending))) return known;
    return { ...this.#words.news(TrayRow.#nameOf(row, state, sending)), meta: known.meta };
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

  // What takes seconds is not stopped here, nor does the row grow a button for it.
  #offer(deed, tail, { deeds = [], kind }, sending) {
    const button = this.#parts[deed];
    const isOffered = deeds.includes(deed) && (deed !== "stop" || kind === "attention");
    if (button.hidden === isOffered) button.hidden = !isOffered;
    if (!isOffered) return;
    this.#put(deed, "aria-label", `${button.textContent.trim()} (${tail})`);
    this.#put(deed, "aria-disabled", String(sending.has(this.element.dataset.row)));
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
