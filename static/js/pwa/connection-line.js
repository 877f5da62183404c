// <connection-line>: whether the portal can be reached, and where not, why.
//
// It listens to the browser, to htmx, and to `tray-sync`, and asks the address in `portal` when it
// is in doubt. `doubtful` marks a page that opened without the portal.
//
// Parts of the page with data-while="online" or "offline" are shown while that is so, those with "lost",
// "gate", "blocked" or "away" while it is offline for that reason, those with "unreached" for any of these
// but the first; and each change is told as `connection` on the document, with detail.online.
import { ask, NoAnswer, speakerOf } from "../page/answer.js";
import { find } from "../page/dom.js";

const PATIENCE = 6000;
const ASK_AGAIN = 10_000;
// How long an answer of the portal counts. Then it is asked, while somebody looks.
const HEARD_FOR = 30_000;
// For how long others may have no answer beside those for this line until they are believed, and how
// long that counts: the tray asks again within a minute.
const DOUBT_LASTS = 3000;
const DOUBTED_FOR = 90_000;

/** @import { Speaker } from "../page/answer.js" */
/** Why there is no connection, "" while there is one. @typedef {"" | "lost" | "gate" | "blocked" | "away"} Why */

/** @type {Record<Speaker, Why>} */
const REASONS = { portal: "", nobody: "lost", gate: "gate", blocked: "blocked", away: "away" };
// What only the portal can have told the tray.
const TOLD = ["online", "signed-out", "ended", "somebody-else"];
/** @type {Record<string, Why>} */
const UNTOLD = { offline: "lost", gate: "gate" };

class ConnectionLine extends HTMLElement {
  /** @type {Why | undefined} */
  #why;
  /** @type {AbortController | undefined} */
  #ending;
  #heardAt = 0;
  #doubtedSince = 0;
  #doubtedAt = 0;
  /** @type {Why} */
  #doubted = "";
  #tray = "";
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
    window.addEventListener("offline", () => this.#show("lost"), { signal });
    window.addEventListener("online", () => this.#ask(), { signal });
    on("visibilitychange", () => this.#wake());
    on("htmx:beforeRequest", () => this.#listen());
    on("htmx:afterRequest", (detail) => this.#hear(speakerOf(detail)));
    on("tray-sync", (detail) => this.#take(detail.state));
    this.#waiting = setInterval(() => this.#wake(), ASK_AGAIN);
    this.#show(this.hasAttribute("doubtful") ? "lost" : "");
    this.#wake();
  }

  disconnectedCallback() {
    this.#ending?.abort();
    clearInterval(this.#waiting);
    clearTimeout(this.#silence);
  }

  #wake() {
    const isOld = performance.now() - this.#heardAt > HEARD_FOR;
    if ((isOld || this.#why) && navigator.onLine && !document.hidden) this.#ask();
  }

  // A network that swallows everything ends no request: silence is asked about too.
  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#ask(), PATIENCE);
  }

  /**
   * One lost request may have many reasons: one that htmx ended itself is one of them.
   * @param {Speaker} speaker
   */
  #hear(speaker) {
    clearTimeout(this.#silence);
    if (speaker === "portal") this.#trust();
    else this.#doubt(speaker === "nobody" ? "" : REASONS[speaker]);
  }

  /**
   * Where the tray had no use of the answer, the portal may still have given one.
   * @param {string} state
   */
  #take(state) {
    const isNews = state !== this.#tray;
    this.#tray = state;
    if (!TOLD.includes(state)) this.#doubt(UNTOLD[state] ?? "");
    else if (isNews) this.#trust();
    else if (!this.#why) this.#heardAt = performance.now();
  }

  #trust() {
    this.#doubtedSince = 0;
    this.#show("");
  }

  /**
   * What others cannot reach for a while cannot be reached, though this line may be answered.
   * @param {Why} why "" says nothing against the connection.
   */
  #doubt(why) {
    if (why && (!this.#why || this.#doubtedSince)) {
      this.#doubtedAt = performance.now();
      this.#doubtedSince ||= this.#doubtedAt;
      this.#doubted = why;
    }
    if (!this.#why) this.#ask();
  }

  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    const signal = this.#ending?.signal;
    const why = await this.#reason();
    this.#asking = false;
    if (!signal?.aborted) this.#show(why);
  }

  async #reason() {
    const why = await this.#answered();
    const isOld = performance.now() - this.#doubtedAt > DOUBTED_FOR;
    if (why || isOld) this.#doubtedSince = 0;
    const isDoubted = this.#doubtedSince && this.#doubtedAt - this.#doubtedSince >= DOUBT_LASTS;
    return isDoubted ? this.#doubted : why;
  }

  /** @returns {Promise<Why>} */
  async #answered() {
    try {
      const { ok } = await ask(this.getAttribute("portal") ?? "", {}, PATIENCE);
      return ok ? "" : "away";
    } catch (error) {
      return REASONS[error instanceof NoAnswer ? error.speaker : "nobody"];
    }
  }

  /**
   * An answer may arrive just after the network went.
   * @param {Why} told
   */
  #show(told) {
    const why = navigator.onLine ? told : "lost";
    if (!why) this.#heardAt = performance.now();
    if (why === this.#why) return;
    const wasOnline = this.#why === "";
    this.#why = why;
    const online = why === "";
    this.dataset.state = online ? "online" : "offline";
    this.dataset.why = why;
    const word = find(this, "[data-word]", HTMLElement);
    const words = word.dataset[why === "lost" ? "offline" : why || "online"] ?? "";
    if (word.textContent !== words) word.textContent = words;
    /** @type {NodeListOf<HTMLElement>} */
    const parts = document.querySelectorAll("[data-while]");
    const states = [this.dataset.state, why, why && why !== "lost" ? "unreached" : ""];
    for (const part of parts) part.hidden = !states.includes(part.dataset.while ?? "");
    if (online === wasOnline) return;
    document.dispatchEvent(new CustomEvent("connection", { detail: { online } }));
  }
}

customElements.define("connection-line", ConnectionLine);
