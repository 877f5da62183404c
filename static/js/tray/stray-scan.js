// A hand-held scanner types wherever the focus is, and its Enter presses what has it: in a dialog, in the
// field of a place, on a list. What comes there more quickly than from a hand presses nothing; where it is
// ids it is taken, and what it typed is undone.
import { present } from "../scanner/label-reader.js";

// Milliseconds and signs, as in text-input.js; so few may be a hand's.
const QUICK = 60;
const STILL_SCANNING = 300;
const AFTER_SCAN = 200;
const SHORTEST = 32;
const FEWEST = 8;
const OVER = CSS.supports("selector(:popover-open)")
  ? "dialog[open], :popover-open"
  : "dialog[open]";
const WRITES = "input:not([type=radio], [type=checkbox], [type=file]), textarea, select";
const WRITTEN = [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement];

/**
 * Whether what is typed there goes into the form: nothing else takes it in.
 * @param {HTMLFormElement} form
 * @param {EventTarget | null} target
 */
export const isForForm = (form, target) => {
  const isEditable = target instanceof HTMLElement && target.isContentEditable;
  const isTaken = isEditable || (target instanceof Element && target.closest(WRITES));
  return !isTaken && !document.querySelector(OVER) && form.getClientRects().length > 0;
};

/** @param {EventTarget | null} target */
const writtenIn = (target) =>
  WRITTEN.map((kind) => (target instanceof kind ? target : null)).find(Boolean);

export class StrayScan {
  #element;
  #form;
  #take;
  #text = "";
  #began = 0;
  #last = Number.NEGATIVE_INFINITY;
  /** @type {ReturnType<typeof writtenIn>} What is written in, and what it had before. */
  #field;
  #before = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} element The <hub-tray>: what is typed outside of it is somebody else's.
   * @param {HTMLFormElement} form What is typed into it, or for it, is followed elsewhere.
   * @param {(text: string) => unknown} take Given what was scanned.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, form, take, signal) {
    this.#element = element;
    this.#form = form;
    this.#take = take;
    const how = { signal, capture: true };
    document.addEventListener("keydown", (event) => this.#follow(event), how);
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** @param {KeyboardEvent} event */
  #follow(event) {
    if (!this.#isStray(event.target)) return this.#forget();
    const isSign = [...event.key].length === 1 && !event.ctrlKey;
    if (event.altKey || event.metaKey || event.isComposing) return undefined;
    if (event.timeStamp - this.#last > STILL_SCANNING) this.#forget();
    if (isSign) return this.#add(event);
    const isEnd = event.key === "Enter" || event.key === "Tab" || event.ctrlKey;
    if (!isEnd || !this.#isQuick(FEWEST)) return undefined;
    this.#hold(event);
    if (event.key !== "Control") this.#end();
    return undefined;
  }

  /** @param {EventTarget | null} target */
  #isStray(target) {
    const isOurs = target instanceof Node && this.#element.contains(target);
    const isFields = target instanceof Node && this.#form.contains(target);
    return isOurs && !isFields && !isForForm(this.#form, target);
  }

  /** @param {KeyboardEvent} event */
  #add(event) {
    if (!this.#text) {
      this.#began = event.timeStamp;
      this.#field = writtenIn(event.target);
      this.#before = this.#field?.value ?? "";
    }
    this.#text += event.key;
    this.#last = event.timeStamp;
    // A button is pressed by a space.
    if (event.key === " " && !this.#field && this.#isQuick(FEWEST)) this.#hold(event);
    clearTimeout(this.#timer);
    if (this.#isQuick(SHORTEST)) this.#timer = setTimeout(() => this.#end(), AFTER_SCAN);
  }

  /** @param {KeyboardEvent} event */
  #hold(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * Whether so many signs came more quickly than from a hand.
   * @param {number} fewest
   */
  #isQuick(fewest) {
    const signs = this.#text.length;
    return signs >= fewest && this.#last - this.#began <= signs * QUICK;
  }

  #end() {
    const [text, field, before] = [this.#text, this.#field, this.#before];
    const isScan = this.#isQuick(SHORTEST);
    this.#forget();
    const labels = present()?.parseAll(text);
    const isRead = labels?.every(({ hubId, problem }) => hubId || problem === "keyboard") ?? true;
    if (!isScan || !isRead) return;
    if (field && field.value !== before) {
      field.value = before;
      for (const kind of ["input", "change"])
        field.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    this.#take(text);
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#text = "";
    this.#field = undefined;
  }
}
