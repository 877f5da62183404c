// <label-scanner for="id of the field">: reads a hub label with the camera into a text field.
// The field, and the photo upload that `photo` may name, work without it; a tap still confirms.
// The `label-read` of its <label-camera> passes through it, once the field has the text.
"use strict";

globalThis.LabelScanner = class LabelScanner extends HTMLElement {
  #next;
  #connection;

  connectedCallback() {
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    const on = (name, kind, act) => this.#part(name).addEventListener(kind, act, { signal });
    // The camera may be defined after this element is.
    customElements.whenDefined("label-camera").then(() => {
      this.#part("scan").hidden = !this.#camera.isPossible;
    });
    this.#part("photo").hidden = !this.#field("photo");
    on("scan", "click", () => this.#open());
    on("leave", "click", () => this.#dialog.close());
    on("type", "click", () => this.#leaveFor(this.#field("for")));
    on("photo", "click", () => {
      this.#leaveFor(this.#field("photo"));
      this.#field("photo").click();
    });
    this.#dialog.addEventListener("close", () => this.#closed(), { signal });
    this.addEventListener("label-read", (event) => this.#take(event.detail.text), { signal });
  }

  disconnectedCallback() {
    this.#connection.abort();
  }

  get #camera() {
    return this.querySelector("label-camera");
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  #field(attribute) {
    return document.getElementById(this.getAttribute(attribute));
  }

  #open() {
    this.#part("outcome").textContent = "";
    this.#next = this.#part("scan");
    this.#camera.open();
    this.#dialog.showModal();
  }

  #closed() {
    this.#camera.close();
    this.#next.focus();
  }

  #leaveFor(field) {
    const fold = field.closest("details");
    if (fold) fold.open = true;
    this.#next = field;
    this.#dialog.close();
  }

  #take(text) {
    const field = this.#field("for");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    navigator.vibrate?.(60);
    this.#dialog.close();
    this.#part("outcome").textContent = this.#part("outcome").dataset.read;
  }
};

customElements.define("label-scanner", LabelScanner);
