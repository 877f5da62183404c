// <time-ago datetime="…">: a moment as people say it. Exact in the tooltip, and in place for some
// seconds after a tap. With `ahead`, what is overdue comes now.

import { timeZone } from "./dom.js";

const page = document.documentElement.lang || "en";
const language = page === "en" ? "en-GB" : page;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const exact = new Intl.DateTimeFormat(language, {
  dateStyle: "medium",
  timeStyle: "medium",
  timeZone,
});
const EXACT_FOR = 5000;
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const units = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** @param {number} seconds Below zero where it is past. */
const wordsFor = (seconds) => {
  const unit = units.find(([, size]) => Math.abs(seconds) >= size);
  if (unit) {
    const number = seconds / unit[1];
    // Seven days that began a moment ago are seven days.
    const whole = number > 0 && unit[0] === "day" ? Math.ceil(number) : Math.trunc(number);
    return relative.format(whole, unit[0]);
  }
  // The past is coarse, so that a page at rest does not tick; what is to come counts down.
  return relative.format(seconds > 0 ? seconds : Math.ceil(seconds / 10) * 10, "second");
};

/** @type {Set<TimeAgo>} */
const shown = new Set();
/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

class TimeAgo extends HTMLElement {
  #at = 0;
  #exactUntil = 0;
  /** @type {Element} */
  #words = this;

  constructor() {
    super();
    this.addEventListener("click", () => this.#showExact());
  }

  connectedCallback() {
    const at = new Date(this.getAttribute("datetime") ?? "");
    this.#at = at.getTime();
    if (Number.isNaN(this.#at)) return;
    this.#words = this.querySelector("time") ?? this;
    this.title = exact.format(at);
    shown.add(this);
    ticking ??= setInterval(() => {
      for (const element of shown) element.update();
    }, 1000);
    this.update();
  }

  disconnectedCallback() {
    shown.delete(this);
    if (shown.size) return;
    clearInterval(ticking);
    ticking = undefined;
  }

  #showExact() {
    if (this.closest("a, button") || !shown.has(this)) return;
    this.#exactUntil = Date.now() + EXACT_FOR;
    this.update();
  }

  update() {
    const now = Date.now();
    const seconds = Math.round((this.#at - now) / 1000);
    const from = this.hasAttribute("ahead") ? 0 : Number.NEGATIVE_INFINITY;
    const text = now < this.#exactUntil ? this.title : wordsFor(Math.max(from, seconds));
    if (this.#words.textContent !== text) this.#words.textContent = text;
  }
}

customElements.define("time-ago", TimeAgo);
