// Tells screen readers where rows have come to: several at once in one telling.
"use strict";

globalThis.TrayAnnouncer = class TrayAnnouncer {
  static #GATHER = 300;
  #view;
  #ids = new Set();

  // `view(id)` is what a row says, as TrayRow.view; undefined for one that is gone.
  constructor(view) {
    this.#view = view;
  }

  tell(id) {
    if (!this.#ids.size) setTimeout(() => this.#tellAll(), TrayAnnouncer.#GATHER);
    this.#ids.add(id);
  }

  #tellAll() {
    const views = [...this.#ids].map((id) => this.#view(id)).filter(Boolean);
    this.#ids.clear();
    const texts = views.map(({ tail, word }) => `${tail}: ${word}`);
    document.getElementById("announcer").textContent = texts.join(". ");
  }
};
