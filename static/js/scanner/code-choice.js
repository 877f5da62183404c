// Which of the codes in sight is meant, told once for as long as it stays in sight.
// A label has often more than the hub's code on it: a serial number, a link to the manual. A code
// that holds a hub id counts at once; any other only after it was alone for a while.
import { parse } from "./hub-id.js";

export class CodeChoice {
  static #MATRIX = ["qr_code", "data_matrix", "aztec", "pdf417"];
  // Milliseconds.
  static #AWAY = 1500;
  static #BLINK = 600;
  static #PATIENCE = { matrix: 400, linear: 1000 };
  // A slow device has to have looked, too.
  static #WHOLE_LOOKS = 3;

  #recent = [];
  #inView = new Map();
  #foreign = {};

  // Takes one more look, {codes: [{text, format}], isWhole}, at `now` in milliseconds. Answers
  // `{code, several}`: the code to report, or undefined; whether there are too many to tell.
  take({ codes, isWhole }, now) {
    // A look at a part does not say that what the last whole look saw is gone.
    this.#recent = isWhole ? codes : [...this.#recent, ...codes];
    if (isWhole) this.#foreign.looks += 1;
    const inSight = this.#distinct(this.#recent);
    const { code, several } = this.#meant(inSight, now);
    const isNew = code && !this.#isInView(code, now);
    // What stands beside a code belongs to it, and is nothing new when that is gone.
    const known = code ? inSight : this.#distinct(codes).filter((one) => this.#isInView(one, now));
    for (const one of known) this.#inView.set(one.key, now);
    return { code: isNew ? { text: code.text, format: code.format } : undefined, several };
  }

  // One entry a hub, or a text; `hub` where it names one.
  #distinct(codes) {
    const found = new Map();
    for (const { text, format } of codes) {
      const isMatrix = CodeChoice.#MATRIX.includes(format);
      const hub = isMatrix || format === "code_128" ? CodeChoice.#hubIn(text) : undefined;
      const key = hub ?? text;
      if (!found.has(key)) found.set(key, { key, text, format, isMatrix, hub });
    }
    return [...found.values()];
  }

  static #hubIn(text) {
    return parse(text).hubId;
  }

  #isInView({ key }, now) {
    return now - this.#inView.get(key) < CodeChoice.#AWAY;
  }

  #meant(codes, now) {
    const hubs = codes.filter((code) => code.hub);
    if (hubs.length) this.#foreign = {};
    if (hubs.length === 1) return { code: hubs[0] };
    const matrix = codes.filter((code) => code.isMatrix);
    const several = hubs.length > 1 || matrix.length > 1;
    const [only, ...others] = matrix.length ? matrix : codes;
    return { code: this.#patient(others.length ? undefined : only, now), several };
  }

  // Answers the code once it was alone for long enough, in almost every look.
  #patient(code, now) {
    if (now - this.#foreign.last > CodeChoice.#BLINK) this.#foreign = {};
    if (!code) return undefined;
    if (code.key !== this.#foreign.key) this.#foreign = { key: code.key, since: now, looks: 0 };
    this.#foreign.last = now;
    const patience = CodeChoice.#PATIENCE[code.isMatrix ? "matrix" : "linear"];
    const { since, looks } = this.#foreign;
    return now - since >= patience && looks >= CodeChoice.#WHOLE_LOOKS ? code : undefined;
  }
}
