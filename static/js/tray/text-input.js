// How labels come into the tray: typed, pasted, from a scanner that types, from a photo.
import { parse } from "../scanner/hub-id.js";

export class TextInput {
  #form;
  #field;
  #take;

  // `form` holds the field. `take(text)` is given what was typed or pasted, and answers with what of
  // it named no hub.
  constructor(form, take) {
    this.#form = form;
    this.#field = form.elements.namedItem("text");
    this.#take = take;
    this.#field.addEventListener("input", () => this.#mark(false));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      // What a scanner reads next takes the place of what was no label.
      if (this.add()) this.#field.focus();
      else this.#field.select();
    });
    this.#field.addEventListener("keydown", (event) => this.#end(event));
    this.#field.addEventListener("paste", (event) => this.#paste(event));
    document.addEventListener("paste", (event) => this.#elsewhere(event) && this.#paste(event));
    document.addEventListener("keydown", (event) => this.#type(event));
  }

  // What stands in the field.
  get text() {
    return this.#field.value;
  }

  set text(text) {
    this.#field.value = text;
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Adds what stands in the field, which keeps what was no label. Answers whether it is empty now.
  add() {
    if (this.text.trim()) this.text = this.#take(this.text);
    this.#mark(Boolean(this.text.trim()));
    return !this.text.trim();
  }

  focus() {
    this.#field.focus();
  }

  // A hand-held scanner types wherever the focus is.
  #type(event) {
    const isLetter = [...event.key].length === 1 && event.key !== " ";
    if (!isLetter || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (this.#elsewhere(event)) this.#field.focus();
  }

  // Many scanners end with Tab instead of Enter. With anything but an id in the field it leads on.
  #end(event) {
    if (event.key !== "Tab" || event.shiftKey || !parse(this.text).hubId) return;
    event.preventDefault();
    this.add();
  }

  // Whether nothing else takes in what is typed.
  #elsewhere({ target }) {
    const writes = "input:not([type=radio], [type=checkbox], [type=file]), textarea, select";
    const isTaken = target.closest?.(writes) || target.isContentEditable;
    const isOver = document.querySelector("dialog[open], :popover-open");
    return !isTaken && !isOver && this.#form.checkVisibility();
  }

  // What names hubs is in the tray at once; anything else is left in the field to be mended.
  #paste(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!text.trim()) return;
    event.preventDefault();
    const left = this.#take(text);
    if (left) {
      this.text = left.replace(/\s+/gu, " ");
      this.#mark(true);
      this.#field.focus();
    }
  }

  #mark(isInvalid) {
    if (isInvalid) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
  }
}
