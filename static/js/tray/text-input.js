// Labels that are typed, pasted, or typed by a hand-held scanner.
import { find } from "../page/dom.js";
import { parse } from "../scanner/hub-id.js";

const WRITES = "input:not([type=radio], [type=checkbox], [type=file]), textarea, select";

export class TextInput {
  #form;
  #field;
  #take;

  /**
   * @param {HTMLFormElement} form It holds the field.
   * @param {(text: string) => string} take Given what was typed or pasted; answers with what of it
   *   named no hub.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(form, take, signal) {
    this.#form = form;
    this.#field = find(form, "[name=text]", HTMLInputElement);
    this.#take = take;
    this.#field.addEventListener("input", () => this.#mark(false), { signal });
    this.#field.addEventListener("keydown", (event) => this.#end(event), { signal });
    form.addEventListener("submit", (event) => this.#submit(event), { signal });
    document.addEventListener("paste", (event) => this.#paste(event), { signal });
    document.addEventListener("keydown", (event) => this.#type(event), { signal });
  }

  // The text of the field.
  get text() {
    return this.#field.value;
  }

  set text(text) {
    this.#field.value = text;
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Adds the text of the field, which keeps what was no label. Answers whether it is empty now.
  add() {
    if (this.text.trim()) this.text = this.#take(this.text);
    this.#mark(Boolean(this.text.trim()));
    return !this.text.trim();
  }

  focus() {
    this.#field.focus();
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    // What a scanner reads next takes the place of what was no label.
    if (this.add()) this.#field.focus();
    else this.#field.select();
  }

  /**
   * A hand-held scanner types wherever the focus is.
   * @param {KeyboardEvent} event
   */
  #type(event) {
    const isLetter = [...event.key].length === 1 && event.key !== " ";
    if (!isLetter || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (this.#isElsewhere(event.target)) this.#field.focus();
  }

  /**
   * Many scanners end with Tab instead of Enter. With anything but an id in the field it leads on.
   * @param {KeyboardEvent} event
   */
  #end(event) {
    if (event.key !== "Tab" || event.shiftKey || !parse(this.text).hubId) return;
    event.preventDefault();
    this.add();
  }

  /**
   * Whether nothing else takes in what is typed.
   * @param {EventTarget | null} target
   */
  #isElsewhere(target) {
    const isEditable = target instanceof HTMLElement && target.isContentEditable;
    const isTaken = isEditable || (target instanceof Element && target.closest(WRITES));
    const isOver = document.querySelector("dialog[open], :popover-open");
    return !isTaken && !isOver && this.#form.checkVisibility();
  }

  /**
   * What names hubs is in the tray at once; anything else is left in the field to be corrected.
   * @param {ClipboardEvent} event
   */
  #paste(event) {
    if (event.target !== this.#field && !this.#isElsewhere(event.target)) return;
    const text = event.clipboardData?.getData("text") ?? "";
    if (!text.trim()) return;
    event.preventDefault();
    const left = this.#take(text);
    if (!left) return;
    this.text = left.replace(/\s+/gu, " ");
    this.#mark(true);
    this.#field.focus();
  }

  /** @param {boolean} isInvalid */
  #mark(isInvalid) {
    if (isInvalid) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
  }
}
