// Labels that are typed, pasted, or typed by a hand-held scanner.
import { find } from "../page/dom.js";
import { present } from "../scanner/label-reader.js";
import { isForForm } from "./stray-scan.js";

// Milliseconds. No hand types ids so quickly, sign after sign; nobody waits long for what was scanned.
const QUICK = 60;
const STILL_SCANNING = 300;
const AFTER_SCAN = 200;
const SHORTEST = 32;
const FEWEST = 4;
// Signs that end or part a text, as scanners type them: LF and CR, GS, FS, RS, US, and tab.
const ENDS = ["j", "m", "i", "]", "\\", "^", "_", "b", "c", "d"];
const END_KEYS = ["BracketRight", "Backslash"];
// A Greek or Cyrillic keyboard has other letters on the same keys.
const LATIN = /^[\x20-\x7e]+$/;
// Of these nobody expects anything where an id was typed.
const SURE_ENDS = ["j", "m", "]"];
// Of an id, whose rest a busy device hears late.
const BEGINNING = /^[0-9a-f-]{1,35}$/i;

/**
 * The Latin letter that the key stands for.
 * @param {KeyboardEvent} event
 */
const keyOf = ({ key, code }) => {
  if (LATIN.test(key)) return key.toLowerCase();
  return code === "BracketRight" ? "]" : code.replace(/^Key/, "").toLowerCase();
};

export class TextInput {
  #form;
  #field;
  #take;
  // What is being scanned: what was in the field before it, when it began, how it goes.
  #scan = { before: "", began: 0, signs: 0, isParted: false };
  #value = "";
  // When the field was filled last, and when a key of the scan was pressed last.
  #filled = 0;
  #last = Number.NEGATIVE_INFINITY;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLFormElement} form It holds the field.
   * @param {(text: string) => Promise<string>} take Given what was typed or pasted; resolves with what
   *   of it named no hub.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(form, take, signal) {
    this.#form = form;
    this.#field = find(form, "[name=text]", HTMLInputElement);
    this.#take = take;
    this.#field.addEventListener("input", (event) => this.#follow(event), { signal });
    this.#field.addEventListener("keydown", (event) => this.#end(event), { signal });
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    document.addEventListener("paste", (event) => this.#paste(event), { signal });
    document.addEventListener("keydown", (event) => this.#type(event), { signal });
    document.addEventListener("keydown", (event) => this.#part(event), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  // The text of the field.
  get text() {
    return this.#field.value;
  }

  set text(text) {
    this.#field.value = text;
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Adds the text of the field. Resolves with what was no label, which comes back into it.
  async add() {
    const { text } = this;
    if (!text.trim()) return "";
    this.text = "";
    return this.take(text);
  }

  /**
   * Adds a text. Resolves with what of it was no label: that is put in the field, before what came
   * there since.
   * @param {string} text
   * @param {string} [before] What was in the field, to be replaced.
   * @param {string} [gap] Between what was no label and what came since.
   */
  async take(text, before = "", gap = " ") {
    const left = (await this.#take(text)).replace(/\s+/gu, " ");
    if (!left) return "";
    this.text = this.text === before ? left : `${left}${gap}${this.text}`;
    this.#mark(true);
    return left;
  }

  focus() {
    this.#field.focus();
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    if (await this.#addBeforeNext()) this.#field.focus();
  }

  // What a scanner reads next takes the place of what was no label, unless the rest of that may still be on
  // its way. Resolves with whether there is none.
  async #addBeforeNext() {
    const left = await this.add();
    if (left && this.text === left && !BEGINNING.test(left)) this.#field.select();
    return !left;
  }

  /**
   * A hand-held scanner types wherever the focus is.
   * @param {KeyboardEvent} event
   */
  #type(event) {
    const isLetter = [...event.key].length === 1 && event.key !== " ";
    if (!isLetter || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (isForForm(this.#form, event.target)) this.#field.focus();
  }

  /**
   * Many scanners end with Tab instead of Enter. With anything but an id in the field it leads on.
   * @param {KeyboardEvent} event
   */
  #end(event) {
    if (event.key !== "Tab" || event.shiftKey) return;
    const reading = present();
    const isId = reading ? reading.parse(this.text).hubId : this.#isQuick(SHORTEST);
    if (!isId) return;
    event.preventDefault();
    this.add();
  }

  /**
   * Counts how quickly the field fills: some scanners send nothing when they are done, and some put
   * all in at once.
   * @param {Event} event
   */
  #follow(event) {
    this.#mark(false);
    const before = this.#value;
    this.#value = this.text;
    if (!(event instanceof InputEvent)) return;
    const added = this.text.length - before.length;
    if (event.timeStamp - this.#last > STILL_SCANNING || !before) {
      this.#scan = { before, began: event.timeStamp, signs: 0, isParted: false };
    }
    this.#scan.signs += Math.max(0, added);
    this.#last = event.timeStamp;
    this.#filled = event.timeStamp;
    this.#wait();
  }

  /**
   * Whether so many signs, and all since, came more quickly than from a hand.
   * @param {number} fewest
   */
  #isQuick(fewest) {
    const { began, signs } = this.#scan;
    return signs >= fewest && this.#filled - began <= signs * QUICK;
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.#isQuick(SHORTEST)) this.#timer = setTimeout(() => this.#takeScan(), AFTER_SCAN);
  }

  /**
   * Takes what was scanned, where it is ids and nothing else. A scanner that types for another
   * keyboard is told of, since it never will be.
   */
  #takeScan() {
    const { before, isParted } = this.#scan;
    const parseAll = present()?.parseAll;
    // Behind what somebody had begun to type.
    const scanned = this.text.startsWith(before) ? this.text.slice(before.length) : "";
    if (!parseAll) return this.#takeUnread(scanned);
    const labels = this.text.trim() ? parseAll(this.text) : [];
    const isAll = labels.length > 0 && labels.every(({ hubId }) => hubId);
    const isSome = isParted && labels.some(({ hubId }) => hubId);
    if (isAll || isSome || labels.some(({ problem }) => problem === "keyboard")) {
      this.#addScan();
      return;
    }
    if (!before || !parseAll(scanned).every(({ hubId }) => hubId)) return;
    this.#take(scanned);
    this.text = before;
  }

  // Adds a scan that nothing has ended: what comes meanwhile may be the rest of its last id.
  async #addScan() {
    const { text } = this;
    this.text = "";
    const isCut = BEGINNING.test(text.split(" ").at(-1) ?? "");
    const left = await this.take(text, "", isCut ? "" : " ");
    if (!left) return;
    if (!BEGINNING.test(left)) {
      if (this.text === left) this.#field.select();
      return;
    }
    this.#scan = { ...this.#scan, before: "", signs: this.text.length, isParted: true };
    this.#wait();
  }

  /**
   * Nothing can say yet what was scanned: it makes room for the next, so that the two stay two.
   * @param {string} scanned
   */
  #takeUnread(scanned) {
    if (!scanned.trim()) return;
    this.text = this.#scan.before;
    this.take(scanned);
  }

  /**
   * A scanner's sign for the end of a line or of a part is a command to the browser: it is held off,
   * and ends what was scanned.
   * @param {KeyboardEvent} event
   */
  #part(event) {
    const isScanning = event.timeStamp - this.#last <= STILL_SCANNING && this.#isQuick(FEWEST);
    if (!event.ctrlKey) {
      if (event.key === "Enter" || event.key === "Tab") this.#last = event.timeStamp;
      return;
    }
    const key = keyOf(event);
    if (event.altKey || event.metaKey || key === "control") return;
    if (event.target !== this.#field && !isForForm(this.#form, event.target)) return;
    const isEnd = ENDS.includes(key) || END_KEYS.includes(event.code);
    const isTyped = SURE_ENDS.includes(key) && Boolean(present()?.parse(this.text).hubId);
    if (!isEnd || !(isScanning || isTyped)) return;
    event.preventDefault();
    if (!isScanning) {
      this.add();
      return;
    }
    this.#last = event.timeStamp;
    if (!this.text) return;
    this.#field.value += " ";
    this.#value = this.text;
    this.#scan.isParted = true;
    this.#wait();
  }

  /**
   * What names hubs is in the tray at once; anything else is left in the field to be corrected.
   * @param {ClipboardEvent} event
   */
  async #paste(event) {
    if (event.target !== this.#field && !isForForm(this.#form, event.target)) return;
    const text = event.clipboardData?.getData("text") ?? "";
    if (!text.trim()) return;
    event.preventDefault();
    if (await this.take(text, this.text)) this.#field.focus();
  }

  /** @param {boolean} isInvalid */
  #mark(isInvalid) {
    if (isInvalid) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
  }
}
