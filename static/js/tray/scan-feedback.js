// Takes what was read into the tray, and says what it was.
import { find } from "../page/dom.js";
import { TrayModel } from "./model.js";
import { tailOf } from "./row.js";

/** @import { Found, Label, Problem } from "../scanner/hub-id.js" */
/** @import { ChosenSite } from "./model.js" */
/** @import { SignalName, TraySound } from "./sound.js" */
/** @import { KeptRow } from "./store.js" */
/** @import { Words } from "./words.js" */

/**
 * @param {Label} label
 * @returns {label is Label & Found}
 */
const namesHub = (label) => Boolean(label.hubId);

/**
 * @param {Label} label
 * @returns {label is Label & Problem}
 */
export const namesNone = (label) => Boolean(label.problem) && !isOpen(label);

/**
 * Whether a person has to say which of its ids is the hub's.
 * @param {Label} label
 */
const isOpen = (label) => Boolean(label.problem && label.ids.length);

// Of an id.
const DIGITS = 32;
// What would be believed to be kept.
const KEPT = ["new", "again", "confirmed", "brought-back"];
const UNKEPT = ["unkept", "new-unkept", "confirmed-unkept"];

export class ScanFeedback {
  // Of which ids of the last label one is the hub's, where only a person can tell.
  /** @type {string[]} */
  choices = [];
  #model;
  #words;
  #sound;
  #element;
  #icons;
  #shown = "";

  /**
   * @param {TrayModel} model
   * @param {HTMLElement} element It says it.
   * @param {Words} words
   * @param {TraySound} sound
   * @param {string} icons The address of the page's icons.
   */
  constructor(model, element, words, sound, icons) {
    this.#model = model;
    this.#element = element;
    this.#words = words;
    this.#sound = sound;
    this.#icons = icons;
  }

  /**
   * Adds all hubs that were read.
   * @param {Label[]} labels
   * @param {ChosenSite} site
   * @param {boolean} isText Whether they were typed or pasted, and not read off a label.
   */
  take(labels, site, isText) {
    const fresh = this.#fresh(labels);
    const over = fresh.map(({ hubId }) => this.#model.of(hubId)).filter((row) => row !== undefined);
    if (over.length) this.#model.remove(over);
    // Only the id is kept and sent: what else is on a label may be a key.
    const added = fresh.map(({ hubId, printed }) => ({ text: printed, hubId }));
    const rows = added.length ? this.#model.add(added, site) : [];
    this.#report(labels, rows, isText);
  }

  /**
   * How many hubs were read that are not in the tray yet.
   * @param {Label[]} labels
   */
  countNew(labels) {
    return this.#fresh(labels).length;
  }

  /**
   * Says that SpKey has this hub here already, which a lookup found out.
   * @param {KeptRow} row
   */
  signalClaimed(row) {
    this.#signal("claimed", this.#words.sentence("claimed", tailOf(row.hubId)));
  }

  /**
   * Shows `text` with the look and the first word of `name`; "" puts nothing in their place.
   * @param {string} name
   * @param {string} [text]
   */
  show(name, text = this.#words.sentence(name)) {
    const { kind, icon, word } = this.#words.news(name);
    /** @param {string} which */
    const part = (which) => find(this.#element, `[data-said=${which}]`, Element);
    this.#shown = name;
    this.#element.dataset.kind = kind;
    this.#element.dataset.beat = this.#element.dataset.beat === "1" ? "2" : "1";
    part("icon").setAttribute("href", `${this.#icons}#${icon}`);
    part("word").textContent = word;
    part("text").textContent = text;
    this.#element.hidden = false;
  }

  /**
   * Takes back what was said, if it was one of these.
   * @param {string[]} names
   */
  clear(...names) {
    if (names.includes(this.#shown)) this.#element.hidden = true;
  }

  /**
   * Puts right what was said last, when the device keeps the tray no longer, or again.
   * @param {boolean} isKept
   */
  tellKept(isKept) {
    const isSaid = !this.#element.hidden && (isKept ? UNKEPT : KEPT).includes(this.#shown);
    if (isSaid) this.show(isKept ? "kept-again" : "unkept");
  }

  /**
   * Each hub once. One whose claim came to nothing may be tried again.
   * @param {Label[]} labels
   */
  #fresh(labels) {
    const seen = new Set();
    return labels.filter(namesHub).filter(({ hubId }) => {
      if (seen.has(hubId)) return false;
      seen.add(hubId);
      const row = this.#model.of(hubId);
      return !row || (TrayModel.isOver(row) && !TrayModel.isDone(row));
    });
  }

  /**
   * The gravest thing is told: what is no label, then what is new.
   * @param {Label[]} labels
   * @param {KeptRow[]} rows
   * @param {boolean} isText
   */
  #report(labels, rows, isText) {
    this.choices = [...new Set(labels.flatMap((label) => (label.problem ? label.ids : [])))];
    const foreign = labels.find(namesNone);
    const many = rows.length ? this.#words.count("many", rows.length) : "";
    if (foreign) {
      this.#sound.play("foreign");
      const name = foreign.problem === "keyboard" ? "keyboard" : "foreign";
      return this.show(name, `${this.#refusal(foreign)} ${many}`.trim());
    }
    if (this.choices.length) {
      this.#sound.play("again");
      const name = this.choices.length > 1 ? "choose" : "choose-one";
      const said = isText && name === "choose-one" ? "choose-one-text" : name;
      return this.show(name, `${this.#words.sentence(said)} ${many}`.trim());
    }
    if (rows.length > 1) return this.#signal("new", many);
    const known = this.#model.of(labels.find(namesHub)?.hubId ?? "");
    if (!known) return;
    const before = TrayModel.isDone(known) ? "claimed" : "again";
    const name = rows.length ? "new" : before;
    this.#signal(name, this.#words.sentence(name, tailOf(known.hubId)));
  }

  /**
   * @param {SignalName} name
   * @param {string} text
   */
  #signal(name, text) {
    this.#sound.play(name);
    this.show(name === "new" && !this.#model.isKept ? "new-unkept" : name, text);
  }

  /** @param {Problem} problem */
  #refusal({ problem, read, typed }) {
    const name = typed === null ? problem : typed === DIGITS ? "gaps" : "miscount";
    const why = this.#words.sentence(name, typed ?? "");
    return `${read ? this.#words.sentence("foreign", read) : ""} ${why}`.trim();
  }
}
