// <time-ago datetime="…">: a moment as people say it. Exact in the tooltip, and in place for some
// seconds after a tap. With `ahead`, what is overdue comes now.
const page = document.documentElement.lang || "en";
const language = page === "en" ? "en-GB" : page;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
const units = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const shown = new Set();

const say = (seconds) => {
  const unit = units.find(([, size]) => Math.abs(seconds) >= size);
  if (unit) return relative.format(Math.trunc(seconds / unit[1]), unit[0]);
  // The past is coarse, so that a page at rest does not tick; what is to come counts down.
  return relative.format(seconds > 0 ? seconds : Math.ceil(seconds / 10) * 10, "second");
};

const tick = () => {
  for (const element of shown) element.tell();
};

class TimeAgo extends HTMLElement {
  connectedCallback() {
    this.at = new Date(this.getAttribute("datetime"));
    if (Number.isNaN(this.at.getTime())) return;
    this.words = this.querySelector("time") ?? this;
    this.title = exact.format(this.at);
    this.addEventListener("click", () => this.showExact());
    shown.add(this);
    this.tell();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  showExact() {
    if (this.closest("a, button")) return;
    this.exactUntil = Date.now() + 5000;
    this.tell();
  }

  tell() {
    const now = Date.now();
    const seconds = Math.round((this.at - now) / 1000);
    const from = this.hasAttribute("ahead") ? 0 : -Infinity;
    const text = now < (this.exactUntil ?? 0) ? this.title : say(Math.max(from, seconds));
    if (this.words.textContent !== text) this.words.textContent = text;
  }
}

customElements.define("time-ago", TimeAgo);
setInterval(tick, 1000);
