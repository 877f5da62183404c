// The portal as the tray speaks to it: sessions, rows, photos, all in JSON.

/** @import { Answer, Label, Refusal, Request, Row, Session, SignIn } from "./wire.js" */

/**
 * Why nothing goes on: "offline" (or nothing that speaks for the portal), "unavailable" (the portal
 * is there, and fails), "signed-out", "ended" (signed out for want of any access), "somebody-else" or
 * "refused".
 * @typedef {"offline" | "unavailable" | "signed-out" | "ended" | "somebody-else" | "refused"} HaltState
 */

const ANSWER_WITHIN = 15_000;
// How long a try may take, and after which none begins.
const PHOTO_WITHIN = 60_000;
const PHOTO_TRIES = 4;
const PHOTO_LONGEST_WAIT = 10_000;
const LONGEST_RETRY_AFTER = 3_600_000;

/**
 * @param {number} status
 * @param {boolean} isPortals Whether the portal itself says why.
 * @returns {HaltState}
 */
const stateOf = (status, isPortals) => {
  if (status === 401) return isPortals ? "ended" : "signed-out";
  if (status === 409) return "somebody-else";
  // A refusal without words is none of the portal's own: a token that ran out, a hotel's gate.
  if (status >= 400 && status < 500 && status !== 429) return isPortals ? "refused" : "offline";
  // Without words it is a proxy that says there is no portal behind it.
  return isPortals || [429, 500].includes(status) ? "unavailable" : "offline";
};

// Why there is no usable answer. `problem` is the portal's sentence, or ""; `signIn` where to sign
// in, or ""; `person` who is signed in, and `news` what a refused row is to show, where the portal said
// so; `isPortals`: the portal, or a proxy before it, failed at this very request; `retryAfter`: in how
// many milliseconds the portal wants to be asked again, 0 where it does not say.
export class Halt extends Error {
  isPortals = false;
  retryAfter = 0;

  /**
   * @param {HaltState} state
   * @param {Partial<Refusal & SignIn> | null} [body]
   */
  constructor(state, body) {
    super(state);
    this.state = state;
    this.problem = body?.problem ?? "";
    this.signIn = body?.signIn ?? "";
    this.person = body?.person;
    this.news = body?.news;
  }

  /**
   * @param {Response} answer
   * @param {Partial<Refusal & SignIn> | null} body
   */
  static of(answer, body) {
    const halt = new Halt(stateOf(answer.status, Boolean(body?.problem)), body);
    halt.isPortals = answer.status >= 500;
    const seconds = Number(answer.headers.get("Retry-After") ?? 0);
    if (seconds > 0) halt.retryAfter = Math.min(seconds * 1000, LONGEST_RETRY_AFTER);
    return halt;
  }
}

// All methods reject with a Halt.
export class ApiClient {
  #url;
  #csrf = "";

  /** @param {string} url Where sessions are read and rows are sent. */
  constructor(url) {
    this.#url = url;
  }

  // Who is signed in and may do what.
  async session() {
    /** @type {Session} */
    const session = await this.#ask(this.#url, {});
    this.#csrf = session.csrf;
    return session;
  }

  /**
   * What there is to tell of these rows and their jobs, after what they ask for was done.
   * @param {string} person
   * @param {string} organisation
   * @param {Row[]} rows
   * @returns {Promise<Answer>}
   */
  async exchange(person, organisation, rows) {
    /** @type {Request} */
    const request = { person, organisation, rows };
    const headers = { "Content-Type": "application/json" };
    return this.#post(this.#url, JSON.stringify(request), headers);
  }

  /**
   * The text of the label in a photo.
   * @param {File} photo
   * @param {string} url
   */
  async read(photo, url) {
    // Signing in again in another tab has replaced the token.
    await this.session();
    const body = new FormData();
    body.append("photo", photo);
    const until = performance.now() + PHOTO_WITHIN;
    for (let tries = 1; ; tries += 1) {
      try {
        /** @type {Label} */
        const label = await this.#post(url, body, {}, PHOTO_WITHIN);
        return label.text;
      } catch (error) {
        // The portal reads few photos at a time, and each of them quickly.
        const wait = error instanceof Halt && error.state === "unavailable" ? error.retryAfter : 0;
        const isOver = tries === PHOTO_TRIES || performance.now() + wait > until;
        if (!wait || wait > PHOTO_LONGEST_WAIT || isOver) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  /**
   * @param {string} url
   * @param {string | FormData} body
   * @param {Record<string, string>} headers
   * @param {number} [within]
   */
  #post(url, body, headers, within) {
    const all = { ...headers, "X-CSRFToken": this.#csrf };
    return this.#ask(url, { method: "POST", headers: all, body }, within);
  }

  /**
   * @param {string} url
   * @param {RequestInit} options
   * @param {number} [within]
   */
  async #ask(url, options, within = ANSWER_WITHIN) {
    const signal = AbortSignal.timeout(within);
    let answer;
    let body;
    try {
      answer = await fetch(url, { cache: "no-store", ...options, signal });
      body = await answer.json().catch(() => null);
    } catch {
      throw new Halt("offline");
    }
    if (answer.ok && body) return body;
    throw Halt.of(answer, body);
  }
}
