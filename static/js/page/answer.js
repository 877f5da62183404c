// The portal's answers, and no others: hotels' gates, filters and sign-in proxies answer in its place,
// caches with what it said once, and a network may cut short what it says. The portal signs its answers:
// portal/core/web/signature.py says how. Everything that asks by a script judges by this module.

/**
 * Who has answered: the "portal"; a "gate" that wants a sign-in; something that has "blocked" the
 * request; a proxy that says the portal is "away"; or "nobody", also where the answer is not whole,
 * or one to another question.
 * @typedef {"portal" | "gate" | "blocked" | "away" | "nobody"} Speaker
 */
/** @typedef {{ status: number, ok: boolean, headers: Headers, text: string }} PortalAnswer */

const SIGNATURE = "X-Portal";
const QUESTION = "X-Portal-Question";
const VERSION = "1";
const PATIENCE = 15_000;
const WANTS_PROXY_SIGN_IN = 407;
const TOO_MANY = 429;
const WANTS_NETWORK_SIGN_IN = 511;
let number = 0;

// A header that goes with each request: no answer to an earlier one repeats it.
export const question = () => {
  number += 1;
  const start = Math.random().toString(36).slice(2);
  return { [QUESTION]: `${start}-${Date.now().toString(36)}-${number}` };
};

/**
 * @param {number} status Of an answer that is not the portal's.
 * @returns {Speaker}
 */
const stranger = (status) => {
  if (status === 0) return "nobody";
  if (status < 400 || [401, WANTS_PROXY_SIGN_IN, WANTS_NETWORK_SIGN_IN].includes(status))
    return "gate";
  return status >= 500 || status === TOO_MANY ? "away" : "blocked";
};

/**
 * @param {number} status 0 where there is no answer.
 * @param {string | null} signature
 * @param {string} asked
 * @returns {Speaker}
 */
const speaker = (status, signature, asked) => {
  const [version, answered] = (signature ?? "").split(" ");
  if (version !== VERSION) return stranger(status);
  return answered === asked ? "portal" : "nobody";
};

/**
 * Who has answered htmx. JSON that was cut short is none, but a fragment looks like one.
 * @param {{ xhr: XMLHttpRequest, requestConfig: { headers: Record<string, string> } }} detail
 * @returns {Speaker}
 */
export const speakerOf = ({ xhr, requestConfig }) => {
  const signature = xhr.status ? xhr.getResponseHeader(SIGNATURE) : null;
  const who = speaker(xhr.status, signature, requestConfig.headers[QUESTION] ?? "");
  const length = Number(signature?.split(" ")[2]);
  const isWhole = length === new TextEncoder().encode(xhr.responseText).length;
  return who === "portal" && !isWhole ? "nobody" : who;
};

export class NoAnswer extends Error {
  /**
   * @param {Exclude<Speaker, "portal">} speaker Who has answered instead.
   * @param {Headers} [headers]
   */
  constructor(speaker, headers = new Headers()) {
    super(speaker);
    this.speaker = speaker;
    this.headers = headers;
  }
}

/**
 * The portal's answer, whatever its status. Rejects with NoAnswer where it does not answer in time.
 * The portal leads no script elsewhere: whoever does is not the portal.
 * @param {string | URL} address
 * @param {RequestInit} [options]
 * @param {number} [within] In milliseconds; a signal of the caller's own takes its place.
 * @returns {Promise<PortalAnswer>}
 */
export const ask = async (address, options = {}, within = PATIENCE) => {
  const asked = question();
  const headers = { .../** @type {Record<string, string>} */ (options.headers), ...asked };
  const signal = options.signal ?? AbortSignal.timeout(within);
  let answer;
  let text;
  try {
    const how = /** @type {const} */ ({ cache: "no-store", redirect: "manual" });
    answer = await fetch(address, { ...how, ...options, headers, signal });
    text = await answer.text();
  } catch {
    throw new NoAnswer("nobody");
  }
  if (answer.type === "opaqueredirect") throw new NoAnswer("gate");
  const { status, ok, headers: told } = answer;
  const who = speaker(status, told.get(SIGNATURE), asked[QUESTION] ?? "");
  if (who !== "portal") throw new NoAnswer(who, told);
  return { status, ok, headers: told, text };
};
