// <connection-line>: whether the portal can be reached.
//
// It listens to the browser, to htmx, and to `tray-sync`, and asks the address in `portal` when it
// is in doubt. `doubtful` marks a page that opened without the portal.
//
// Parts of the page with data-while="online" or "offline" are shown while that is so, and each
// change is told as `connection` on the document, with detail.online.
import { find } from "../page/dom.js";

const PATIENCE = 6000;
const ASK_AGAIN = 10_000;
// How long an answer of the portal counts. Then it is asked, while somebody looks.
const HEARD_FOR = 30_000;

class ConnectionLine extends HTMLElement {
  /** @type {boolean | undefined} */
  #online;
  /** @type {AbortController | undefined} */
  #ending;
  #heardAt = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #waiting;
  #asking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;

  connectedCallback() {
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    /**
     * @param {string} kind
     * @param {(detail: any) => void} act
     */
    const on = (kind, act) =>
      document.addEventListener(kind, (event) => act(/** @type {CustomEvent} */ (event).detail), {
        signal,
      });
    window.addEventListener("offline", () => this.#show(false), { signal });
    window.addEventListener("online", () => this.#ask(), { signal });
    on("visibilitychange", () => this.#wake());
    on("htmx:beforeRequest", () => this.#listen());
    on("htmx:afterRequest", (detail) => this.#hear(detail.xhr.status));
    on("tray-sync", (detail) => this.#take(detail.state));
    this.#waiting = setInterval(() => this.#wake(), ASK_AGAIN);
    this.#show(!this.hasAttribute("doubtful"));
    this.#wake();
  }

  disconnectedCallback() {
    this.#ending?.abort();
    clearInterval(this.#waiting);
    clearTimeout(this.#silence);
  }

  #wake() {
    const isOld = performance.now() - this.#heardAt > HEARD_FOR;
    if ((isOld || !this.#online) && navigator.onLine && !document.hidden) this.#ask();
  }

  // A network that swallows everything ends no request: silence is asked about too.
  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#ask(), PATIENCE);
  }

  /**
   * htmx gives the status 0 to what had no answer, and a proxy's is 5xx. One lost request may have
   * many reasons.
   * @param {number} status
   */
  #hear(status) {
    clearTimeout(this.#silence);
    if (status > 0 && status < 500) this.#show(true);
    else this.#ask();
  }

  /**
   * Where the tray had no use of the answer, the portal may still have given one.
   * @param {string} state
   */
  #take(state) {
    if (state !== "offline") this.#show(true);
    else if (this.#online) this.#ask();
  }

  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    const signal = this.#ending?.signal;
    try {
      const { ok } = await fetch(this.getAttribute("portal") ?? "", {
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (!signal?.aborted) this.#show(ok);
    } catch {
      if (!signal?.aborted) this.#show(false);
    } finally {
      this.#asking = false;
    }
  }

  /**
   * An answer may arrive just after the network went.
   * @param {boolean} answered
   */
  #show(answered) {
    const online = answered && navigator.onLine;
    if (online) this.#heardAt = performance.now();
    if (online === this.#online) return;
    this.#online = online;
    this.dataset.state = online ? "online" : "offline";
    const word = find(this, "[data-word]", HTMLElement);
    const words = (online ? word.dataset.online : word.dataset.offline) ?? "";
    if (word.textContent !== words) word.textContent = words;
    /** @type {NodeListOf<HTMLElement>} */
    const parts = document.querySelectorAll("[data-while]");
    for (const part of parts) part.hidden = part.dataset.while !== this.dataset.state;
    document.dispatchEvent(new CustomEvent("connection", { detail: { online } }));
  }
}

customElements.define("connection-line", ConnectionLine);
