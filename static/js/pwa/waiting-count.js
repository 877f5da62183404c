// How much waits to be sent, told in <connection-line>: on the pages of whoever is signed in, and in
// the shell, where it is that of whoever worked on this device last.
import { setting } from "../page/settings.js";
import { store } from "../tray/page-store.js";

export class WaitingCount {
  #line;
  #signedOut = false;
  #plurals = new Intl.PluralRules(document.documentElement.lang || "en");

  // `line` is the <connection-line>.
  constructor(line) {
    this.#line = line;
    store.addEventListener("change", () => this.show());
    document.addEventListener("tray-sync", ({ detail }) => {
      this.#signedOut = detail.state === "signed-out";
      this.show();
    });
    this.show();
  }

  // Where the device keeps nothing there is nothing to count: the tray says so.
  show() {
    this.#count().catch(() => {});
  }

  async #count() {
    const person = setting("person") || (await store.get("current"));
    const count = person ? await store.waiting(person) : 0;
    this.#tell("waiting", count, !this.#signedOut);
    this.#tell("sign-in", count, this.#signedOut);
  }

  #tell(name, count, wanted) {
    const part = this.#line.querySelector(`[data-${name}]`);
    part.hidden = !wanted || count === 0;
    const words = part.querySelector("[data-other]");
    const { one, other } = words.dataset;
    words.textContent = (this.#plurals.select(count) === "one" ? one : other).replace("{}", count);
    part.querySelector("[data-number]").textContent = count;
  }
}
