// What a label says, understood on the device: the rules of portal/hubs/labels/parse.py.

import { arranged } from "./arranged.js";
import { looksLikeOne, undone } from "./keyboards.js";
import { undone as plainOf } from "./markup.js";
import {
  hidden as blackedOut,
  isUnknownName,
  JOIN,
  NAME,
  nameOf,
  namesOther,
  wordsHidden,
  wordsMended,
} from "./naming.js";

/**
 * A label that names no one hub. `read` is what was read, safe to look at; `typed` how many digits
 * somebody typed, or null; `ids` the hubs of which one is meant, where there are several.
 * @typedef {object} Problem
 * @property {undefined} [hubId]
 * @property {"empty" | "too_long" | "nothing" | "nobodys" | "several" | "keyboard"} problem
 * @property {string} read
 * @property {number | null} typed
 * @property {string[]} ids
 */
/** `printed`: the id with the label's capitals. */
/** @typedef {{ hubId: string, printed: string, problem?: undefined }} Found */
/** @typedef {Found | Problem} Parsed */
/** @typedef {{ text: string } & Parsed} Label */

/** @typedef {{ text: string, start: number, end: number }} Match */

const LONGEST = 256;
// No label has so long a word.
const LONG_RUN = /[0-9A-Za-z+/=]{121,}/g;
const SHOWN = 60;
const NOBODYS = /^(?:0{32}|f{32})$/i;
const HEX = "[0-9A-Fa-f]";
const APART = ["(^|[^\\p{L}\\p{N}])(", ")(?![\\p{L}\\p{N}])"];
const GROUPS = [8, 4, 4, 4, 12].map((digits) => `${HEX}{${digits}}`);
const FOUR = `${HEX}{4}`;
const HYPHENED = GROUPS.join("-");
/** @param {string} pattern */
const apart = (pattern) => new RegExp(APART.join(pattern), "gu");
const GROUPED = apart(GROUPS.join("(?: ?-[ \\n]?|\\n-| )"));
const COMPACT = apart(GROUPS.join("-?"));
const FOURS = apart(`${FOUR}(?<gap>[ \\-])(?:${FOUR}\\k<gap>){6}${FOUR}`);
const ROW_OF_FOURS = apart(`(?:${FOUR}[ \\-]){3,}${FOUR}`);
const SINGLE = new RegExp(`^${HEX}(?: ${HEX}){31}$`, "u");
const BESIDE = [
  new RegExp(`(?:^|[^\\p{L}\\p{N}])(?=[A-Fa-f]*[0-9])${HEX}{4,}:?[ \\-]*$`, "u"),
  new RegExp(`^[ \\-]*${FOUR}(?![\\p{L}\\p{N}])`, "u"),
];
const PLAUSIBLE = new RegExp(`^${HEX}{12}[1-8]${HEX}{3}[89ABab]${HEX}{15}$`, "u");
const SYMBOLOGY = /(^|[\s,;|])\][A-Za-z][0-9A-Za-z](?=\S)/gu;
const SYMBOLOGIES = new RegExp(`(${HEX}{12})\\][A-Za-z][0-9A-Za-z](?=\\S)`, "gu");
const GS1 = new RegExp(
  `((?:^|[\\s,;|])\\](?:C1|d2|e0|Q3|J1)\\x1d?|\\x1d)(?:21|24[01]|25[01]|8004|8010|9[0-9])` +
    `(?=(?:${HYPHENED}|${HEX}{32})(?![\\p{L}\\p{N}]))`,
  "gu",
);
const PARTED = "(?:\\\\[nrt]|[xX])?";
const ADDRESS = "[G-Zg-z][A-Za-z]*[:/.]";
const TOGETHER = new RegExp(`(${HYPHENED})(?:${PARTED}(?=${HYPHENED})|(?=${ADDRESS}))`, "gu");
const WRITTEN = `(?:${HYPHENED}|${HEX}{32})`;
const RUNS = new RegExp(
  `${APART[0]}${WRITTEN}(?:${PARTED}${WRITTEN})*)(?:(?![\\p{L}\\p{N}])|(?=${ADDRESS}))`,
  "gu",
);
const SOFT = /[\u00ad\u200b\u21b5\u23ce\\]+[ \t]*\n/gu;
const BREAK = "[ \\t]*\\n[ \\t]*";
const BROKEN = apart(`[0-9A-Fa-f-]{1,36}(?:[=-]${BREAK}[0-9A-Fa-f-]{1,36}){1,8}`);
const SPREAD = new RegExp(`=${BREAK}|${BREAK}`, "gu");
const HYPHENATED = new RegExp(`[=-]?${BREAK}`, "gu");
const WRITTEN_ID = new RegExp(WRITTEN, "gu");
const COMPACT_ID = new RegExp(`^${HEX}{32}$`, "u");
const COLUMNS = /\S(?: {2,}|\t|\|)[ \t]*\S/u;
const LINE_ENDS = /\r\n|[\n\r\v\f\x85\u2028\u2029]/gu;
const HYPHENS_OF_OTHERS = new RegExp(
  `(${HEX}{4})(?:--|[\\u30fc\\u2500\\u2501])(?=${HEX}{4})`,
  "gu",
);
const QUOTES = /^[ \t]*>[> \t]*/gmu;
const SPOILT = apart(`${HEX}{8}(?<gap>[^0-9A-Fa-f\\s\\-])(?:${FOUR}\\k<gap>){3}${HEX}{12}`);
const USUAL = new RegExp(`^${HYPHENED}$`, "u");
const HYPHENS = /[\p{Pd}_\u2043\u2212]/gu;
const INVISIBLE = /\p{Cf}/gu;
const SPACES = /(?![\n\t])[\p{Zs}\p{Cc}]/gu;
// The last word of a name, where something says that its value follows.
const GIVEN = /([\p{L}\p{N}]+)[^\p{L}\p{N}]*[:=>"'/[{(]\s*$/u;
const HEX_ONLY = new RegExp(`^${HEX}+$`, "u");
const WRAPPING = /^[ \-{}()[\]<>"'.,;\n\t]+|[ \-{}()[\]<>"'.,;\n\t]+$/gu;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
// What Python's strip() takes away, which is not quite what trim() does.
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\p{Zs}\\u2028\\u2029]+";
const ENDS = new RegExp(`^${BLANK}|${BLANK}$`, "gu");
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

/**
 * Whether the lines from `start` to `end` are of several columns.
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
const isOfColumns = (text, start, end) => {
  const begin = start ? text.lastIndexOf("\n", start - 1) + 1 : 0;
  const close = text.indexOf("\n", end);
  return COLUMNS.test(text.slice(begin, close < 0 ? text.length : close));
};

/**
 * The text with each id in one piece that line ends break within its groups.
 * @param {string} text
 */
const mended = (text) =>
  text.replace(BROKEN, (whole, before, found, at) => {
    const start = at + before.length;
    if (isOfColumns(text, start, start + found.length)) return whole;
    const spread = found.replace(SPREAD, "");
    if (USUAL.test(spread)) return before + spread;
    const digits = found.replace(HYPHENATED, "");
    if (USUAL.test(digits)) return before + digits;
    const isId = COMPACT_ID.test(digits) && (!found.includes("-") || isPlausible(digits));
    return before + (isId ? digits : found);
  });

/**
 * The text, what ran together apart: not digits alone that may be one long number.
 * @param {string} text
 */
const parted = (text) =>
  text.replace(RUNS, (whole, before, found, at) => {
    const ids = found.match(WRITTEN_ID) ?? [];
    if (ids.length > 1 && !found.includes("-") && !ids.every(isPlausible)) return whole;
    const isAddressNext = /[\p{L}\p{N}]/u.test(text[at + whole.length] ?? "");
    return before + ids.join(JOIN) + (isAddressNext ? JOIN : "");
  });

/** @param {string} text */
export const folded = (text) => {
  const plain = plainOf(unquoted(unquoted(text)))
    .normalize("NFKC")
    .replace(LONG_RUN, "…")
    .replace(GS1, "$1 ")
    .replace(LINE_ENDS, "\n")
    .replace(SOFT, "=\n")
    .replace(HYPHENS, "-")
    .replace(INVISIBLE, "")
    .replace(SPACES, " ")
    .replace(QUOTES, "")
    .replace(HYPHENS_OF_OTHERS, "$1-");
  const bare = mended(wordsMended(plain))
    .replace(SYMBOLOGIES, `$1${JOIN}`)
    .replace(SYMBOLOGY, "$1 ");
  return parted(bare).replace(TOGETHER, `$1${JOIN}`);
};

/**
 * Folded text with each value's name before it, and what it calls secret blacked out.
 * @param {string} plain
 */
export const hidden = (plain) => blackedOut(arranged(plain));

/** @param {string} text */
const digitsOf = (text) => text.replace(/[^0-9A-Fa-f]/g, "");

/** @param {string} text */
const withHyphens = (text) =>
  digitsOf(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/**
 * How many digits somebody typed who typed nothing else; null for any other text.
 * @param {string} plain
 */
const digitsTyped = (plain) => {
  const typed = plain.replace(WRAPPING, "").replace(/[- \n\t\u2009]/g, "");
  return HEX_ONLY.test(typed) ? typed.length : null;
};

/** @param {string} text */
const isPlausible = (text) => {
  const digits = digitsOf(text);
  return PLAUSIBLE.test(digits) && !/^[0-9]+$/.test(digits);
};

/**
 * @param {string} text
 * @param {RegExp} pattern
 * @returns {Match[]}
 */
const matches = (text, pattern) =>
  [...text.matchAll(pattern)].map(({ 1: before = "", 2: found = "", index }) => {
    const start = index + before.length;
    return { text: found, start, end: start + found.length };
  });

/**
 * Whether the digits are one id: not where hyphens part numbers.
 * @param {string} text
 * @param {Match} found
 */
const isInOne = (text, { text: found, start, end }) => {
  const hyphens = found.split("-").length - 1;
  if (!hyphens || hyphens === 4) return true;
  const isChained = text[start - 1] === "-" || text[end] === "-";
  return hyphens > 1 && !isChained && isPlausible(found);
};

/**
 * Whether five groups are one id: not of two columns, not five numbers in a row of others.
 * @param {string} text
 * @param {Match} found
 */
const isOne = (text, { text: found, start, end }) => {
  if (found.includes("\n")) return !isOfColumns(text, start, end);
  return found.includes("-") || found === text.replace(WRAPPING, "") || isPlausible(found);
};

/**
 * Whether no more digits stand beside these.
 * @param {string} text
 * @param {Match} found
 */
const isAlone = (text, { start, end }) =>
  !BESIDE[0]?.test(text.slice(Math.max(0, start - LONGEST), start)) &&
  !BESIDE[1]?.test(text.slice(end, end + LONGEST));

/**
 * All that looks like an id, whatever it is called.
 * @param {string} text
 * @returns {Match[]}
 */
export const lookalikes = (text) => {
  const compact = matches(text, COMPACT).filter((found) => isInOne(text, found));
  const grouped = matches(text, GROUPED).filter((found) => isOne(text, found));
  const fours = matches(text, FOURS).filter((found) => isAlone(text, found));
  const areIds = fours.length === matches(text, ROW_OF_FOURS).length;
  const all = [...compact, ...grouped];
  if (areIds && fours.every((found) => isPlausible(found.text))) all.push(...fours);
  const typed = text.replace(WRAPPING, "");
  if (SINGLE.test(typed)) {
    const start = text.indexOf(typed);
    all.push({ text: typed, start, end: start + typed.length });
  }
  return all.sort((one, other) => one.start - other.start);
};

/**
 * The ids in a text without secrets, in order, each with where it is and what it is called; `isOwn`
 * where that is said of it, and not of one before it.
 * @param {string} text
 */
export const namedIds = (text) => {
  /** @type {(Match & { hubId: string, printed: string, name: number, given: string, isOwn: boolean })[]} */
  const found = [];
  let [name, given, last] = [NAME.none, "", 0];
  for (const match of lookalikes(text)) {
    if (match.start < last) continue;
    const between = text.slice(last, match.start);
    const called = nameOf(between);
    const isOwn = called !== null || (last > 0 && /[\p{L}\p{N}]/u.test(between));
    if (isOwn) {
      name = called ?? NAME.none;
      given = between.match(GIVEN)?.[1] ?? "";
    }
    last = match.end;
    const printed = withHyphens(match.text);
    if (NOBODYS.test(digitsOf(printed))) continue;
    found.push({ ...match, hubId: printed.toLowerCase(), printed, name, given, isOwn });
  }
  return found;
};

/**
 * The ids that folded text may mean, in order: those that it calls a hub's, if any.
 * @param {string} plain
 * @returns {Found[]}
 */
export const hubsIn = (plain) => {
  /** @type {Map<string, { printed: string, name: number }>} */
  const named = new Map();
  for (const { hubId, printed, name } of namedIds(hidden(plain))) {
    const before = named.get(hubId);
    named.set(hubId, {
      printed: before?.printed ?? printed,
      name: Math.max(name, before?.name ?? NAME.other),
    });
  }
  const most = Math.max(NAME.none, ...[...named.values()].map(({ name }) => name));
  return [...named]
    .filter(([, { name }]) => name === most)
    .map(([hubId, { printed }]) => ({ hubId, printed }));
};

/**
 * Whether all that the text names is one id, by names that may be of something else.
 * @param {string} plain
 */
export const isDoubtful = (plain) => {
  const text = hidden(plain);
  const ids = lookalikes(text);
  if (new Set(ids.map((found) => digitsOf(found.text).toLowerCase())).size !== 1) return false;
  return ids.every((found) => {
    const before = text.slice(0, found.start);
    return namesOther(before) || isUnknownName(before, found.text);
  });
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
    if (lengthOf(shown) + lengthOf(piece) > SHOWN) return `${shown}…`;
    shown += piece;
  }
  return shown;
};

/**
 * The text, with what it calls secret blacked out.
 * @param {string} text
 */
export const withoutSecrets = (text) => {
  const plain = folded(text);
  const known = hidden(plain);
  const shown = hubsIn(plain).length ? known : wordsHidden(known);
  return shown === plain ? text : shown;
};

/**
 * What looks like an id, and is a secret by what the text says.
 * @param {string} text
 */
export const secretsIn = (text) => {
  const plain = folded(text);
  /** @param {Match} found */
  const idOf = (found) => withHyphens(found.text).toLowerCase();
  const shown = new Set(lookalikes(hidden(plain)).map(idOf));
  return lookalikes(plain)
    .map(idOf)
    .filter((id) => !shown.has(id));
};

/**
 * @param {Problem["problem"]} problem
 * @param {string} text
 * @param {Partial<Problem>} [more]
 * @returns {Problem}
 */
const refused = (problem, text, more) => ({
  problem,
  read: printable(withoutSecrets(text)),
  typed: null,
  ids: [],
  ...more,
});

/**
 * A text that names no hub, or nobody's.
 * @param {string} text
 */
const refusedOf = (text) => {
  const plain = folded(text);
  const ids = lookalikes(hidden(plain));
  if (ids.length && ids.every((found) => NOBODYS.test(digitsOf(found.text)))) {
    return refused("nobodys", text);
  }
  return refused("nothing", text, { typed: digitsTyped(plain) });
};

/**
 * The hubs in what a scanner meant: codes have ids in one piece.
 * @param {string} meant
 */
const scanned = (meant) => {
  const plain = folded(meant);
  return matches(plain, COMPACT).length ? hubsIn(plain) : [];
};

/**
 * Whether an id is in it that has another sign for its hyphens.
 * @param {string} plain
 */
export const hasSpoilt = (plain) => matches(plain, SPOILT).length > 0;

/**
 * The hubs that a text names, as it stands or by another keyboard.
 * @param {string} text
 * @returns {Found[] | Problem["problem"]}
 */
const meantBy = (text) => {
  const plain = folded(text);
  if (!plain.trim()) return "empty";
  const isAnyId = lookalikes(plain).length > 0;
  const typed = text.replace(ENDS, "");
  if (hasSpoilt(plain)) {
    const [meant, ...more] = undone(typed, scanned, true);
    if (meant && !more.length) return meant;
    if (isAnyId) return "keyboard";
  }
  const hubs = hubsIn(plain);
  if (hubs.length) return hubs;
  // What the text shows as it stands is no hub's, by any keyboard.
  if (isAnyId || hidden(plain) !== plain) return "nothing";
  const [reading, ...others] = undone(typed, scanned);
  if (reading && !others.length) return reading;
  const isSpoilt = others.length || (digitsTyped(plain) === null && looksLikeOne(typed));
  return isSpoilt ? "keyboard" : "nothing";
};

/**
 * The one hub id in a text, or why there is none.
 * @param {string} text
 * @returns {Parsed}
 */
export const parse = (text) => {
  if (USUAL.test(text) && !NOBODYS.test(digitsOf(text))) {
    return { hubId: text.toLowerCase(), printed: text };
  }
  if (lengthOf(text) > LONGEST) return refused("too_long", [...text].slice(0, LONGEST).join(""));
  const meant = meantBy(text);
  if (meant === "nothing") return refusedOf(text);
  if (typeof meant === "string") return refused(meant, text);
  const [hub, ...others] = meant;
  if (!hub || others.length || isDoubtful(folded(text))) {
    return refused("several", text, { ids: meant.map(({ printed }) => printed) });
  }
  return hub;
};
