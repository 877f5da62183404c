// <connection-line>: whether the portal can be reached.
//
// It listens to the browser, to htmx, and to `tray-sync`, and asks the address in `portal` when it
// is in doubt. With `doubtful` it stands on a page that opened without the portal.
//
// Parts of the page with data-while="online" or "offline" are shown while that is so, and each
// change is told as `connection` on the document, with detail.online.
export class ConnectionLine extends HTMLElement {
  static #PATIENCE = 6000;
  static #ASK_AGAIN = 10_000;
  // What was heard of the portal stands for so long. Then it is asked, while somebody looks.
  static #STANDS = 30_000;

  #online;
  #ending;
  #heardAt = 0;
  #waiting;
  #asking;
  #silence;

  connectedCallback() {
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    const on = (target, kind, act) => target.addEventListener(kind, act, { signal });
    on(window, "offline", () => this.#tell(false));
    on(window, "online", () => this.#ask());
    on(document, "visibilitychange", () => this.#wake());
    on(document, "htmx:beforeRequest", () => this.#listen());
    on(document, "htmx:afterRequest", (event) => this.#hear(event.detail.xhr.status));
    on(document, "tray-sync", (event) => this.#take(event.detail.state));
    this.#waiting = setInterval(() => this.#wake(), ConnectionLine.#ASK_AGAIN);
    this.#tell(!this.hasAttribute("doubtful"));
    this.#wake();
  }

  disconnectedCallback() {
    this.#ending.abort();
    clearInterval(this.#waiting);
    clearTimeout(this.#silence);
  }

  #wake() {
    const isOld = performance.now() - this.#heardAt > ConnectionLine.#STANDS;
    if ((isOld || !this.#online) && navigator.onLine && !document.hidden) this.#ask();
  }

  // A network that swallows everything ends no request: silence is asked about too.
  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#ask(), ConnectionLine.#PATIENCE);
  }

  // htmx gives the status 0 to what had no answer, and a proxy's is 5xx. One lost request may have
  // many reasons.
  #hear(status) {
    clearTimeout(this.#silence);
    if (status > 0 && status < 500) this.#tell(true);
    else this.#ask();
  }

  // Where the tray had no use of the answer, the portal may still have given one.
  #take(state) {
    if (state !== "offline") this.#tell(true);
    else if (this.#online) this.#ask();
  }

  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const { ok } = await fetch(this.getAttribute("portal"), {
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(ConnectionLine.#PATIENCE),
      });
      this.#tell(ok);
    } catch {
      this.#tell(false);
    } finally {
      this.#asking = false;
    }
  }

  // An answer may arrive just after the network went.
  #tell(answered) {
    const online = answered && navigator.onLine;
    if (online) this.#heardAt = performance.now();
    if (online === this.#online) return;
    this.#online = online;
    this.dataset.state = online ? "online" : "offline";
    const word = this.querySelector("[data-word]");
    const words = online ? word.dataset.online : word.dataset.offline;
    if (word.textContent !== words) word.textContent = words;
    for (const part of document.querySelectorAll("[data-while]")) {
      part.hidden = part.dataset.while !== this.dataset.state;
    }
    document.dispatchEvent(new CustomEvent("connection", { detail: { online } }));
  }
}

customElements.define("connection-line", ConnectionLine);
