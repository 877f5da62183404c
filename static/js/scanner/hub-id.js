// What a label says, understood on the device: the rules of portal/hubs/labels/parse.py.

/**
 * A label that names no one hub. `read` is what was read, safe to look at; `typed` how many digits
 * somebody typed, or null.
 * @typedef {object} Problem
 * @property {undefined} [hubId]
 * @property {"empty" | "too_long" | "nothing" | "several"} problem
 * @property {string} read
 * @property {number | null} typed
 */
/** @typedef {{ hubId: string, problem?: undefined }} Found */
/** @typedef {Found | Problem} Parsed */
/** @typedef {{ text: string } & Parsed} Label */

const LONGEST = 256;
const SHOWN = 60;
const DIGITS = 32;
const HEX = "[0-9A-Fa-f]";
const GAP = "[- ]{1,4}";
const ALONE = ["(?<![\\p{L}\\p{N}])", "(?![\\p{L}\\p{N}])"];
const GROUPS = [8, 4, 4, 4, 12].map((digits) => `${HEX}{${digits}}`).join(GAP);
const GROUPED = new RegExp(ALONE.join(GROUPS), "gu");
const UNBROKEN = new RegExp(ALONE.join(`${HEX}{${DIGITS}}`), "gu");
const HEX_ONLY = new RegExp(`^${HEX}+$`, "u");
// "ß'+*": where other keyboards have the hyphen that a hand-held scanner types.
const HYPHENS = /[\p{Pd}_\u2043\u2212ß'+*]/gu;
// On a Greek keyboard these are where an American one has a to f.
const GREEK = "αβψδεφΑΒΨΔΕΦ";
const AMERICAN = "abcdefABCDEF";
const GREEK_KEYS = new RegExp(`[${GREEK}]`, "gu");
const INVISIBLE = /\p{Cf}/gu;
const SPACES = /[\p{Zs}\p{Zl}\p{Zp}\p{Cc}]/gu;
const WRAPPING = /^[ \-{}()[\]<>"'.,;]+|[ \-{}()[\]<>"'.,;]+$/gu;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
// What Python's strip() takes away, which is not quite what trim() does.
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\p{Zs}\\u2028\\u2029]+";
const ENDS = new RegExp(`^${BLANK}|${BLANK}$`, "gu");
const BETWEEN = /[\s,;|]+/u;
const LINES = /[\r\n\u2028\u2029]+/u;
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** @param {string} encoded */
const bytesOf = (encoded) => {
  const bytes = encoded.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
};

/**
 * Undoes percent-encoding as Python's unquote() does: what is none stays as it is.
 * @param {string} text
 */
const unquoted = (text) =>
  text.includes("%") ? text.replace(/[\0-\x7f]+/g, (ascii) => utf8.decode(bytesOf(ascii))) : text;

/** @param {string} text */
const folded = (text) =>
  unquoted(unquoted(text))
    .normalize("NFKC")
    .replace(HYPHENS, "-")
    .replace(GREEK_KEYS, (key) => AMERICAN.charAt(GREEK.indexOf(key)))
    .replace(INVISIBLE, "")
    .replace(SPACES, " ");

/** @param {string} text */
const canonical = (text) =>
  text
    .replace(/[^0-9A-Fa-f]/g, "")
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/**
 * How many digits somebody typed who typed nothing else; null for any other text.
 * @param {string} plain
 */
const digitsTyped = (plain) => {
  const typed = plain.replace(WRAPPING, "").replace(/[- ]/g, "");
  return HEX_ONLY.test(typed) ? typed.length : null;
};

/** @param {string} plain */
const idsIn = (plain) => {
  const found = [...plain.matchAll(GROUPED), ...plain.matchAll(UNBROKEN)];
  if (!found.length && digitsTyped(plain) === DIGITS) return [canonical(plain)];
  found.sort((one, other) => one.index - other.index);
  return [...new Set(found.map(([text]) => canonical(text)))];
};

/** @param {string} character */
const spelt = (character) => {
  if (!HIDDEN.test(character)) return character;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `[U+${code.padStart(4, "0")}]`;
};

/** @param {string} text */
const lengthOf = (text) => [...text].length;

/**
 * The text on one line, its hidden characters spelt as `[U+202E]`, cut after about 60.
 * @param {string} text
 */
const printable = (text) => {
  let shown = "";
  for (const character of text.replace(ENDS, "")) {
    const piece = spelt(character);
    if (lengthOf(shown) + piece.length > SHOWN) return `${shown}…`;
    shown += piece;
  }
  return shown;
};

/**
 * @param {Problem["problem"]} problem
 * @param {string} text
 * @param {number | null} typed
 * @returns {Problem}
 */
const refused = (problem, text, typed = null) => ({ problem, read: printable(text), typed });

/**
 * The one hub id in a text, or why there is none.
 * @param {string} text
 * @returns {Parsed}
 */
export const parse = (text) => {
  if (lengthOf(text) > LONGEST) return refused("too_long", text);
  const plain = folded(text);
  if (!plain.trim()) return refused("empty", text);
  const [hubId, ...others] = idsIn(plain);
  if (others.length) return refused("several", text);
  return hubId ? { hubId } : refused("nothing", text, digitsTyped(plain));
};

/**
 * Whether somebody seems to have meant an id: as long, and of little else than digits of one.
 * @param {string} piece
 */
const isMistyped = (piece) => {
  const digits = piece.replace(/[^0-9A-Fa-f]/g, "").length;
  const others = piece.replace(/[0-9A-Fa-f-]/g, "").length;
  return /^[0-9A-Za-z-]+$/.test(piece) && digits >= 24 && digits <= 40 && others <= 4;
};

/**
 * What is between the ids of a line and seems to be one with a mistake in it.
 * @param {string} plain
 * @returns {Label[]}
 */
const mistypedIn = (plain) =>
  plain
    .replace(GROUPED, " ")
    .replace(UNBROKEN, " ")
    .split(BETWEEN)
    .filter(isMistyped)
    .map((piece) => ({ text: piece, ...parse(piece) }));

/**
 * @param {string} line
 * @returns {Label[]}
 */
const inLine = (line) => {
  const whole = parse(line);
  const plain = folded(line);
  const mistyped = whole.problem === "nothing" ? [] : mistypedIn(plain);
  if (!mistyped.length && !["several", "too_long"].includes(whole.problem ?? "")) {
    return [{ text: line, ...whole }];
  }
  const found = idsIn(plain).map((hubId) => ({ text: hubId, hubId }));
  const pieces = [...found, ...mistyped];
  return pieces.length ? pieces : [{ text: line, ...whole }];
};

/**
 * All that a pasted or typed text names, in order, each with what `parse` says of it. Between ids
 * may be line breaks, commas or spaces. Among ids, one with a mistake in it is reported as well.
 * @param {string} text
 * @returns {Label[]}
 */
export const parseAll = (text) => {
  const whole = parse(text);
  const isOne = whole.hubId && !mistypedIn(folded(text)).length;
  if (isOne || ["nothing", "empty"].includes(whole.problem ?? "")) return [{ text, ...whole }];
  const lines = text.split(LINES).filter((line) => line.trim());
  return lines.flatMap(inLine);
};
