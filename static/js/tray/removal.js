// Asks before a hub leaves the tray, and says what that means for it.
export class RemovalDialog {
  #dialog;
  #words;
  #answer = () => {};

  constructor(dialog, words) {
    this.#dialog = dialog;
    this.#words = words;
    dialog.addEventListener("submit", (event) => this.#take(event));
    // This is told late: by then the dialog may be open again with the next question.
    dialog.addEventListener("close", () => dialog.open || this.#answer(false));
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
    this.#answer(false);
    this.#dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  // Closed first, so that the focus is back on the page before a row leaves it.
  #take(event) {
    event.preventDefault();
    this.#dialog.close();
    this.#answer(event.submitter.value === "remove");
  }
}
