// Which of the codes in sight is meant, told once for as long as it stays in sight.
import { parse, secretsIn } from "./hub-id.js";

/** @typedef {{ text: string, format: string }} Code */
/** What one pass over the picture found; `isWhole`: all that is in sight was looked at. */
/** @typedef {{ codes: Code[], isWhole: boolean }} Seen */
/** @typedef {Code & { key: string, isMatrix: boolean, hub: string | undefined }} Distinct */

const MATRIX = ["qr_code", "data_matrix", "aztec", "pdf417"];
// Milliseconds.
const AWAY = 1500;
const BLINK = 600;
const PATIENCE = { matrix: 400, linear: 1000 };
// A slow device has to have looked, too.
const WHOLE_PASSES = 3;

// What labels of this visit called secret: no id itself, so that nobody finds keys here.
/** @type {Set<string>} */
const secrets = new Set();

/**
 * A digest that tells ids apart, and does not give them back.
 * @param {string} id
 */
const digestOf = (id) => {
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  for (const sign of id) {
    const code = sign.charCodeAt(0);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  return `${one >>> 0}.${two >>> 0}`;
};

/**
 * The one hub that a code names, and no label in sight or before calls secret.
 * @param {string} text
 */
const hubOf = (text) => {
  const { hubId } = parse(text);
  return hubId && !secrets.has(digestOf(hubId)) ? hubId : undefined;
};

/**
 * One entry a hub, or a text; `hub` where it names one.
 * @param {Code[]} codes
 */
const distinct = (codes) => {
  /** @type {Map<string, Distinct>} */
  const found = new Map();
  for (const { text } of codes) for (const id of secretsIn(text)) secrets.add(digestOf(id));
  for (const { text, format } of codes) {
    const isMatrix = MATRIX.includes(format);
    const hub = isMatrix || format === "code_128" ? hubOf(text) : undefined;
    const key = hub ?? text;
    if (!found.has(key)) found.set(key, { key, text, format, isMatrix, hub });
  }
  return [...found.values()];
};

// A label has often more than the hub's code on it: a serial number, a link to the manual. A code
// that holds a hub id counts at once; any other only after it was alone for a while.
export class CodeChoice {
  /** @type {Code[]} */
  #recent = [];
  /** When each code was seen last. @type {Map<string, number>} */
  #inView = new Map();
  /** The code that names no hub and was alone. */
  #foreign = { key: "", since: 0, last: 0, passes: 0 };

  /**
   * Takes what one more pass has seen, at `now` in milliseconds.
   * @param {Seen} seen
   * @param {number} now
   * @returns {{ code: Code | undefined, several: boolean }} The code to report, if there is one;
   *   whether there are too many to tell.
   */
  take({ codes, isWhole }, now) {
    // A pass over a part does not say that what the last whole one saw is gone.
    this.#recent = isWhole ? codes : [...this.#recent, ...codes];
    if (isWhole) this.#foreign.passes += 1;
    const inSight = distinct(this.#recent);
    const { code, several } = this.#meant(inSight, now);
    const isNew = code && !this.#isInView(code, now);
    // What is beside a code belongs to it, and is nothing new when that is gone.
    const known = code ? inSight : distinct(codes).filter((one) => this.#isInView(one, now));
    for (const one of known) this.#inView.set(one.key, now);
    return { code: isNew ? { text: code.text, format: code.format } : undefined, several };
  }

  /**
   * @param {Distinct} code
   * @param {number} now
   */
  #isInView({ key }, now) {
    return now - (this.#inView.get(key) ?? Number.NEGATIVE_INFINITY) < AWAY;
  }

  /**
   * @param {Distinct[]} codes
   * @param {number} now
   * @returns {{ code: Distinct | undefined, several: boolean }}
   */
  #meant(codes, now) {
    const hubs = codes.filter((code) => code.hub);
    if (hubs.length) this.#forget();
    if (hubs.length === 1) return { code: hubs[0], several: false };
    const matrix = codes.filter((code) => code.isMatrix);
    const several = hubs.length > 1 || matrix.length > 1;
    const [only, ...others] = matrix.length ? matrix : codes;
    return { code: this.#patient(others.length ? undefined : only, now), several };
  }

  #forget() {
    this.#foreign = { key: "", since: 0, last: 0, passes: 0 };
  }

  /**
   * Answers the code once it was alone for long enough, in almost every pass.
   * @param {Distinct | undefined} code
   * @param {number} now
   */
  #patient(code, now) {
    if (now - this.#foreign.last > BLINK) this.#forget();
    if (!code) return undefined;
    if (code.key !== this.#foreign.key) {
      this.#foreign = { key: code.key, since: now, last: now, passes: 0 };
    }
    this.#foreign.last = now;
    const { since, passes } = this.#foreign;
    const isPatient = now - since >= PATIENCE[code.isMatrix ? "matrix" : "linear"];
    return isPatient && passes >= WHOLE_PASSES ? code : undefined;
  }
}
