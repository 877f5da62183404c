// Takes what was read into the tray, and says what it was.
import { parse, parseAll } from "../scanner/hub-id.js";
import { TrayModel } from "./model.js";

export class ScanFeedback {
  #model;
  #words;
  #sound;
  #element;
  #icons;
  #said;

  // `element` says it; `words`, `sound` and `icons` are what it says it with.
  constructor(model, element, words, sound, icons) {
    this.#model = model;
    this.#element = element;
    this.#words = words;
    this.#sound = sound;
    this.#icons = icons;
  }

  // Adds the one hub that a label names. Answers with its row, or undefined.
  takeOne(text, site) {
    return this.#take([{ text, ...parse(text) }], site)[0];
  }

  // Adds all hubs that a text names. Answers with what of it named none, to be mended.
  takeAll(text, site) {
    const labels = parseAll(text);
    this.#take(labels, site);
    const left = labels.filter((label) => !label.hubId).map((label) => label.text.trim());
    return left.join(" ");
  }

  // How many hubs a text names that are not in the tray yet.
  countNew(text) {
    const labels = text.trim() ? parseAll(text) : [];
    return this.#fresh(labels).length;
  }

  // Says that SpKey has this hub here already, which a lookup found out.
  tellClaimed(row) {
    this.#sound.play("claimed");
    this.say("claimed", this.#words.say("claimed", ScanFeedback.#tail(row.hubId)));
  }

  // Shows `text` with the look and the first word of `name`; "" puts nothing in their place.
  say(name, text = this.#words.say(name)) {
    const { kind, icon, word } = this.#words.news(name);
    const part = (which) => this.#element.querySelector(`[data-said=${which}]`);
    this.#said = name;
    this.#element.dataset.kind = kind;
    this.#element.dataset.beat = this.#element.dataset.beat === "1" ? "2" : "1";
    part("icon").setAttribute("href", `${this.#icons}#${icon}`);
    part("word").textContent = word;
    part("text").textContent = text;
    this.#element.hidden = false;
  }

  // Takes back what was said, if it was one of these.
  unsay(...names) {
    if (names.includes(this.#said)) this.#element.hidden = true;
  }

  #take(labels, site) {
    const fresh = this.#fresh(labels);
    const over = fresh.map(({ hubId }) => this.#model.of(hubId)).filter(Boolean);
    if (over.length) this.#model.remove(over);
    const rows = fresh.length ? this.#model.add(fresh, site) : [];
    this.#tell(labels, rows);
    return rows;
  }

  // Each hub once. One whose claim came to nothing may be tried anew.
  #fresh(labels) {
    const seen = new Set();
    return labels.filter(({ hubId }) => {
      if (!hubId || seen.has(hubId)) return false;
      seen.add(hubId);
      const row = this.#model.of(hubId);
      return !row || (TrayModel.isOver(row) && !TrayModel.isDone(row));
    });
  }

  // The gravest thing is told: what is no label, then what is new.
  #tell(labels, rows) {
    const foreign = labels.find((label) => label.problem);
    const many = rows.length ? this.#words.count("many", rows.length) : "";
    if (foreign) return this.#signal("foreign", `${this.#refusal(foreign)} ${many}`.trim());
    if (rows.length > 1) return this.#signal("new", many);
    if (rows.length)
      return this.#signal("new", this.#words.say("new", ScanFeedback.#tail(rows[0].hubId)));
    const row = this.#model.of(labels[0].hubId);
    const name = TrayModel.isDone(row) ? "claimed" : "again";
    this.#signal(name, this.#words.say(name, ScanFeedback.#tail(row.hubId)));
  }

  #signal(name, text) {
    this.#sound.play(name);
    this.say(name, text);
  }

  #refusal({ problem, read, typed }) {
    const why = typed === null ? this.#words.say(problem) : this.#words.say("miscount", typed);
    return `${read ? this.#words.say("foreign", read) : ""} ${why}`.trim();
  }

  static #tail(hubId) {
    return hubId.slice(-4).toUpperCase();
  }
}
