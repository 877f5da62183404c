// Asks before a hub leaves the tray, and says what that means for it.
"use strict";

globalThis.TrayRemoval = class TrayRemoval {
  #dialog;
  #words;

  constructor(dialog, words) {
    this.#dialog = dialog;
    this.#words = words;
  }

  // Resolves to whether to remove the row.
  ask(row) {
    const put = (name, text) => {
      this.#dialog.querySelector(`[data-ask=${name}]`).textContent = text;
    };
    put("title", this.#words.say("ask", row.hubId.slice(-4).toUpperCase()));
    put("hub", row.hubId);
    const isOver = row.stage === "sent" && row.news.settled;
    put("text", this.#words.say(isOver ? "ask-over" : `ask-${row.stage}`, row.siteName));
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
    return new Promise((resolve) => {
      const answer = () => resolve(this.#dialog.returnValue === "remove");
      this.#dialog.addEventListener("close", answer, { once: true });
    });
  }
};
