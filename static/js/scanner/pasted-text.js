// All hubs that a typed or pasted text names: a list, mail, a table; and what of it was meant for one.
import { joined } from "./broken-ids.js";
import {
  folded,
  hasSpoilt,
  hidden,
  isDoubtful,
  lookalikes,
  namedIds,
  parse,
  withoutSecrets,
} from "./hub-id.js";
import { HIDDEN, JOIN, NAME } from "./naming.js";

/** @import { Label, Problem } from "./hub-id.js" */
/** @typedef {ReturnType<typeof namedIds>[number]} Named */

// A mark before a line, or a time in brackets, begins none.
const OBJECT = /^\s*(?:[{<]|\[\s*["'{[<])/u;
const SAYS_ANYTHING = /[\p{L}\p{N}]/u;
const BETWEEN = /[\s,;|]+/u;
const PARTS = /^(?:[\s,;|&+"'“”„‚‘’«»‹›\x60*()[\]{}]*|and|und|et|y|e|και|и)$/u;
const LONGEST_LABEL = 2000;
const OWNERS = "site org organisation organization user account customer client tenant".split(" ");
const FEWEST_DIGITS = 24;
const MOST_DIGITS = 40;
const MOST_OTHERS = 4;
const SPACED = /(?:^|[^\p{L}\p{N}])((?:[0-9A-Fa-f]{2,}[ -]){2,}[0-9A-Fa-f]{2,})(?![\p{L}\p{N}])/gu;
const CUT = /^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-?){1,3}[0-9A-Fa-f]{0,11}$/;
const SPLIT = /^(?=[^ ]*-)(?=.*[A-Fa-f])[0-9A-Fa-f]+(?:[ -]{1,3}[0-9A-Fa-f]+){2,9}$/;
const END = /^[0-9A-Fa-f]{0,4}-(?:[0-9A-Fa-f]{4}-){1,3}[0-9A-Fa-f]{12}$/;
// What is around a word, in quotes or before a line's end.
const AROUND = /^[^0-9A-Za-z-]+|[^0-9A-Za-z-]+$/gu;
const TAG = /<[^<>]*>/gu;

/** @param {string} piece */
const digitsIn = (piece) => piece.replace(/[^0-9A-Fa-f]/g, "").length;

/**
 * Whether somebody seems to have meant an id: as long, and of little else than digits of one; or
 * its beginning or its end.
 * @param {string} piece
 */
const isMistyped = (piece) => {
  const digits = digitsIn(piece);
  const others = piece.replace(/[0-9A-Fa-f-]/g, "").length;
  const isLong = digits >= FEWEST_DIGITS && digits <= MOST_DIGITS && others <= MOST_OTHERS;
  return (/^[0-9A-Za-z-]+$/.test(piece) && isLong) || CUT.test(piece) || END.test(piece);
};

/**
 * What of a line without its ids seems to be one with a mistake in it.
 * @param {string} line
 * @returns {string[]}
 */
const mistypedIn = (line) => {
  const rest = line.replace(TAG, " ");
  const only = rest.replace(AROUND, "");
  if (SPLIT.test(only) && digitsIn(only) >= FEWEST_DIGITS && digitsIn(only) <= MOST_DIGITS) {
    return [only];
  }
  const spaced = [...rest.matchAll(SPACED)]
    .map(([, found = ""]) => found)
    .filter((found) => digitsIn(found) >= FEWEST_DIGITS && /[A-Fa-f]/.test(found))
    .filter((found) => digitsIn(found) <= MOST_DIGITS && !found.split(" ").some(isMistyped));
  const words = rest.split(BETWEEN).map((word) => word.replace(AROUND, ""));
  return [...spaced, ...words.filter(isMistyped)];
};

/**
 * @param {string} text
 * @param {Partial<Problem>} [more]
 * @returns {Label}
 */
const refusedOf = (text, more) => {
  const parsed = parse(text);
  const problem = parsed.problem ? parsed : { read: text, typed: null, ids: [] };
  return { text, problem: "nothing", ...problem, ...more };
};

/**
 * @param {string} text
 * @param {Named[]} found
 */
const without = (text, found) =>
  found.reduceRight((rest, { start, end }) => `${rest.slice(0, start)} ${rest.slice(end)}`, text);

/**
 * Whether the ids are written alike, and nothing is between them but what parts a list, or the same
 * words that are before the first.
 * @param {string} text
 * @param {Named[]} ids
 */
const isList = (text, ids) => {
  const areAlike = new Set(ids.map(({ text: id }) => id.replace(/[^- ]/g, ""))).size < 2;
  const before = text.slice(0, ids[0]?.start).trim();
  const gaps = ids.slice(1).map(({ start }, at) => text.slice(ids[at]?.end, start));
  // Of what a scanner left nothing between, each is a hub.
  if (gaps.every((gap) => gap === JOIN)) return true;
  const said = gaps.map((gap) =>
    gap
      .split(BETWEEN)
      .filter((piece) => !isMistyped(piece))
      .join(" ")
      .trim(),
  );
  return (areAlike || ids.length > 2) && said.every((gap) => PARTS.test(gap) || gap === before);
};

/**
 * Whether something is said before the first of the ids: in its line, or in the one above.
 * @param {string} text
 * @param {Named[]} ids
 * @param {string} above
 */
const isSaid = (text, ids, above) =>
  !PARTS.test(text.slice(0, ids[0]?.start).trim()) || SAYS_ANYTHING.test(above);

/**
 * The ids of one line, or of one object, that are hubs; `isOpen` where only a person can tell which,
 * `loose` what nothing is said of. What is called less than another beside it is none.
 * @param {string} text Where they are.
 * @param {Named[]} ids
 * @param {boolean} isAnyHub Whether the text calls some id a hub's.
 * @param {string} above What is said in the line above.
 */
const meantIn = (text, ids, isAnyHub, above) => {
  const most = Math.max(NAME.none, ...ids.map(({ name }) => name));
  const meant = ids.filter(({ name }) => name === most);
  const isNamed = meant.some(({ given }) => given) || isSaid(text, meant, above);
  const isOtherwise = isAnyHub && most < NAME.hub && isNamed;
  const loose = ids.filter(({ name, given }) => name < most && name === NAME.none && !given);
  const names = new Set(meant.map(({ given }) => given));
  const different = new Set(meant.map(({ hubId }) => hubId)).size > 1;
  const isListed = names.size < 2 && isList(text, meant);
  return { meant, loose, isOpen: isOtherwise || (most === NAME.none && different && !isListed) };
};

/**
 * @param {string} text Where the ids are.
 * @param {{ meant: Named[], loose: Named[], isOpen: boolean }} found
 * @returns {Label[]}
 */
const labelsOf = (text, { meant, loose, isOpen }) => {
  const offered = isOpen ? [...meant, ...loose] : loose;
  const ids = [...new Set(offered.map(({ printed }) => printed))];
  const taken = isOpen ? [] : meant;
  return [
    ...taken.map(({ hubId, printed }) => ({ text: printed, hubId, printed })),
    ...(ids.length ? [refusedOf(text.trim(), { problem: "several", typed: null, ids })] : []),
  ];
};

/**
 * What a line without any id says: one that a keyboard spoilt, or nothing.
 * @param {string} line
 * @returns {Label[]}
 */
const spoiltIn = (line) => {
  const parsed = parse(line);
  if (parsed.hubId) return [{ text: parsed.printed, ...parsed }];
  const isMixed = lookalikes(folded(line)).length > 0;
  if (parsed.problem !== "several" || isMixed) return [{ text: withoutSecrets(line), ...parsed }];
  return parsed.ids.map((printed) => ({ text: printed, hubId: printed.toLowerCase(), printed }));
};

/**
 * The ids of a text, each with its line: one line for all of an object.
 * @param {string} text
 */
const linesOf = (text) => {
  const ids = namedIds(text);
  const isObject = OBJECT.test(text);
  const ends = isObject ? [] : [...text.matchAll(/\n/gu)].map(({ index }) => index);
  let [start, heading] = [0, ""];
  return [...ends, text.length].map((end) => {
    const begin = start;
    start = end + 1;
    const here = ids.filter((id) => id.start >= begin && id.start < end);
    const found = here.map((id) => ({ ...id, start: id.start - begin, end: id.end - begin }));
    const above = heading;
    const line = text.slice(begin, end);
    if (line.trim()) heading = found.length ? "" : line;
    return { text: line, found, above };
  });
};

/**
 * The lines, without the ids of sites, people and the like where another is called an id.
 * @param {ReturnType<typeof linesOf>} lines
 */
const ownersLeft = (lines) => {
  if (!lines.some(({ found }) => found.some(({ name }) => name > NAME.none))) return lines;
  /** @param {Named} id */
  const isOwned = ({ name, given }) => name === NAME.none && OWNERS.includes(given.toLowerCase());
  return lines.map(({ text, found, above }) => ({
    text,
    above,
    found: found.map((id) => (isOwned(id) ? { ...id, name: NAME.other } : id)),
  }));
};

/**
 * The two ids that are all, where one of them has hyphens.
 * @param {ReturnType<typeof linesOf>} lines
 */
const unlikeIn = (lines) => {
  const ids = lines.flatMap(({ found }) => found);
  const [one, other] = ids;
  const isOneRun = lines.some(({ text, found: [first, next] }) =>
    first && next ? text.slice(first.end, next.start) === JOIN : false,
  );
  if (!one || !other || ids.length > 2 || one.hubId === other.hubId || isOneRun) return null;
  return one.text.includes("-") === other.text.includes("-") ? null : { one, other };
};

/**
 * Whether the names tell two ids that are written otherwise no more apart.
 * @param {ReturnType<typeof unlikeIn>} unlike
 */
const isUntold = (unlike) => {
  if (!unlike) return false;
  const isNamed = unlike.other.isOwn && unlike.other.name !== NAME.none;
  return !isNamed && unlike.one.name === unlike.other.name;
};

/**
 * @param {ReturnType<typeof linesOf>[number]} line
 * @param {boolean} isAnyHub
 * @param {boolean} isList Whether each line is to be a hub.
 * @param {boolean} isDoubt Whether nobody can tell if its id is a hub's.
 * @returns {Label[]}
 */
const inLine = ({ text, found, above }, isAnyHub, isList, isDoubt) => {
  if (hasSpoilt(text)) return spoiltIn(text.trim());
  const mistyped = mistypedIn(without(text, found)).map((piece) => refusedOf(piece));
  const ids = found.filter(({ name }) => name !== NAME.other);
  if (ids.length) {
    const { isOpen, ...which } = meantIn(text, ids, isAnyHub, above);
    return [...labelsOf(text, { ...which, isOpen: isOpen || isDoubt }), ...mistyped];
  }
  if (found.length) return mistyped;
  const spoilt = SAYS_ANYTHING.test(text) && !text.includes(HIDDEN) ? spoiltIn(text.trim()) : [];
  const isSpoilt = spoilt.some(({ hubId, problem }) => hubId || problem === "keyboard");
  if (isSpoilt || (isList && !mistyped.length)) return spoilt;
  return mistyped;
};

/**
 * All that a pasted or typed text names, in order, each with what `parse` says of it. It is looked
 * at as a whole first, since lines may break ids. What looks like most of an id and is none is
 * reported as well, and in a list of hubs each line that names none.
 * @param {string} text
 * @returns {Label[]}
 */
export const parseAll = (text) => {
  const plain = joined(folded(text));
  const lines = ownersLeft(linesOf(hidden(plain)));
  const unlike = unlikeIn(lines);
  const isDoubt = (plain.length <= LONGEST_LABEL && isDoubtful(plain)) || isUntold(unlike);
  const isAnyHub = lines.some(({ found }) => found.some(({ name }) => name === NAME.hub));
  const named = lines.filter(({ found }) => found.length);
  const written = lines.filter((line) => line.text.trim());
  if (!named.length && written.length < 2) return spoiltIn(text);
  const isOfIds = named.every((line) => !SAYS_ANYTHING.test(without(line.text, line.found)));
  const isList = isOfIds && named.length * 2 >= written.length;
  const most = unlike ? Math.max(unlike.one.name, unlike.other.name) : NAME.other;
  const labels = lines.flatMap((line) => {
    const isLess = line.found.length > 0 && line.found.every(({ name }) => name < most);
    return inLine(line, isAnyHub, isList, isDoubt || isLess);
  });
  return labels.length ? labels : [{ text: withoutSecrets(text), ...parse(text) }];
};
