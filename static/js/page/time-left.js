// <time-left seconds="540" words="{} left" over="It is over">: what is left, counted down by the
// second once it is less than an hour. Until then it stays as the page wrote it.

const SHOWN_FROM = 3600;

/** @param {number} seconds */
const clock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

class TimeLeft extends HTMLElement {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;
  #endsAt = 0;

  connectedCallback() {
    // By this device's clock from here on, whatever that says: of the portal's only the length.
    this.#endsAt = Date.now() + Number(this.getAttribute("seconds")) * 1000;
    this.#ticking = setInterval(() => this.update(), 1000);
    this.update();
  }

  disconnectedCallback() {
    clearInterval(this.#ticking);
  }

  update() {
    const left = Math.max(0, Math.ceil((this.#endsAt - Date.now()) / 1000));
    if (left >= SHOWN_FROM) return;
    const words = left ? this.getAttribute("words") : this.getAttribute("over");
    this.textContent = (words ?? "{}").replace("{}", clock(left));
    this.toggleAttribute("ended", !left);
    if (!left) clearInterval(this.#ticking);
  }
}

customElements.define("time-left", TimeLeft);
