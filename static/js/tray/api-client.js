// The portal as the tray speaks to it: sessions, rows, photos, all in JSON.

import { ask, NoAnswer } from "../page/answer.js";

/** @import { PortalAnswer, Speaker } from "../page/answer.js" */
/** @import { Answer, Label, Refusal, Request, Row, Session, SignIn } from "./wire.js" */

/**
 * Why nothing goes on: "offline", "gate" (something else answers in the portal's place), "unavailable"
 * (the portal is there, and fails, or a proxy says that it is not), "signed-out", "ended" (signed out
 * for want of any access), "somebody-else" or "refused".
 * @typedef {"offline" | "gate" | "unavailable" | "signed-out" | "ended" | "somebody-else" | "refused"} HaltState
 */

const ANSWER_WITHIN = 15_000;
// How long a try may take, and after which none begins.
const PHOTO_WITHIN = 60_000;
const PHOTO_TRIES = 4;
const PHOTO_LONGEST_WAIT = 10_000;
const LONGEST_RETRY_AFTER = 3_600_000;

/**
 * @param {number} status
 * @param {boolean} isSaid Whether the portal says why.
 * @returns {HaltState}
 */
const stateOf = (status, isSaid) => {
  if (status === 401) return isSaid ? "ended" : "signed-out";
  if (status === 409) return "somebody-else";
  // A refusal without words is of this one request: its token ran out.
  if (status >= 400 && status < 500 && status !== 429) return isSaid ? "refused" : "unavailable";
  return "unavailable";
};

/** @type {Record<Exclude<Speaker, "portal">, HaltState>} */
const WITHOUT = { gate: "gate", blocked: "gate", away: "unavailable", nobody: "offline" };

/**
 * What is no JSON, or was cut short, is null.
 * @param {string} text
 */
const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
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
   * @param {PortalAnswer} answer
   * @param {Partial<Refusal & SignIn> | null} body
   */
  static of(answer, body) {
    const halt = new Halt(stateOf(answer.status, Boolean(body?.problem)), body);
    halt.isPortals = answer.status >= 500;
    return halt.#until(answer.headers);
  }

  /** @param {unknown} error Why the portal did not answer; anything else is thrown on. */
  static without(error) {
    if (!(error instanceof NoAnswer)) throw error;
    const halt = new Halt(WITHOUT[error.speaker]);
    halt.isPortals = error.speaker === "away";
    return halt.isPortals ? halt.#until(error.headers) : halt;
  }

  /** @param {Headers} headers */
  #until(headers) {
    const seconds = Number(headers.get("Retry-After") ?? 0);
    if (seconds > 0) this.retryAfter = Math.min(seconds * 1000, LONGEST_RETRY_AFTER);
    return this;
  }
}

// All methods reject with a Halt.
export class ApiClient {
  /** The grant by which an agent acts for others, or "". */
  grant;
  #url;
  #csrf = "";

  /**
   * @param {string} url Where sessions are read and rows are sent.
   * @param {string} [grant]
   */
  constructor(url, grant = "") {
    this.#url = url;
    this.grant = grant;
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
    const request = { person, organisation, rows, grant: this.grant };
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
    const answer = await ask(url, options, within).catch((error) => {
      throw Halt.without(error);
    });
    const body = parsed(answer.text);
    if (!answer.ok) throw Halt.of(answer, body);
    if (!body) throw new Halt("offline");
    return body;
  }
}
