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

const OBJECT = /^\s*[{[<]/u;
const SAYS_ANYTHING = /[\p{L}\p{N}]/u;
const BETWEEN = /[\s,;|]+/u;
const PARTS = /^(?:[\s,;|&+"'()[\]{}]*|and|und|et|y|e|και|и)$/u;
const LONGEST_LABEL = 2000;
const OWNERS = "site org organisation organization user account customer client tenant".split(" ");
const FEWEST_DIGITS = 24;
const MOST_DIGITS = 40;
const MOST_OTHERS = 4;
const SPACED = /(?:^|[^\p{L}\p{N}])((?:[0-9A-Fa-f]{2,}[ -]){2,}[0-9A-Fa-f]{2,})(?![\p{L}\p{N}])/gu;
const CUT = /^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-?){1,3}[0-9A-Fa-f]{0,11}$/;

/** @param {string} piece */
const digitsIn = (piece) => piece.replace(/[^0-9A-Fa-f]/g, "").length;

/**
 * Whether somebody seems to have meant an id: as long, and of little else than digits of one; or
 * its beginning.
 * @param {string} piece
 */
const isMistyped = (piece) => {
  const digits = digitsIn(piece);
  const others = piece.replace(/[0-9A-Fa-f-]/g, "").length;
  const isLong = digits >= FEWEST_DIGITS && digits <= MOST_DIGITS && others <= MOST_OTHERS;
  return (/^[0-9A-Za-z-]+$/.test(piece) && isLong) || CUT.test(piece);
};

/**
 * What of a line without its ids seems to be one with a mistake in it.
 * @param {string} rest
 * @returns {string[]}
 */
const mistypedIn = (rest) => {
  const spaced = [...rest.matchAll(SPACED)]
    .map(([, found = ""]) => found)
    .filter((found) => digitsIn(found) >= FEWEST_DIGITS && /[A-Fa-f]/.test(found))
    .filter((found) => digitsIn(found) <= MOST_DIGITS && !found.split(" ").some(isMistyped));
  return [...spaced, ...rest.split(BETWEEN).filter(isMistyped)];
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
 * The ids of one line, or of one object, that are hubs; `isOpen` where only a person can tell which.
 * What is called less than another beside it is none.
 * @param {string} text Where they are.
 * @param {Named[]} ids
 * @param {boolean} isAnyHub Whether the text calls some id a hub's.
 */
const meantIn = (text, ids, isAnyHub) => {
  const most = Math.max(NAME.none, ...ids.map(({ name }) => name));
  const meant = ids.filter(({ name }) => name === most);
  const isOtherwise = isAnyHub && most < NAME.hub && meant.some(({ given }) => given);
  const names = new Set(meant.map(({ given }) => given));
  const different = new Set(meant.map(({ hubId }) => hubId)).size > 1;
  const isListed = names.size < 2 && isList(text, meant);
  return { meant, isOpen: isOtherwise || (most === NAME.none && different && !isListed) };
};

/**
 * @param {string} text Where the ids are.
 * @param {{ meant: Named[], isOpen: boolean }} found
 * @returns {Label[]}
 */
const labelsOf = (text, { meant, isOpen }) => {
  if (!isOpen) return meant.map(({ hubId, printed }) => ({ text: printed, hubId, printed }));
  const ids = [...new Set(meant.map(({ printed }) => printed))];
  return [refusedOf(text.trim(), { problem: "several", typed: null, ids })];
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
  let start = 0;
  return [...ends, text.length].map((end) => {
    const begin = start;
    start = end + 1;
    const here = ids.filter((id) => id.start >= begin && id.start < end);
    const found = here.map((id) => ({ ...id, start: id.start - begin, end: id.end - begin }));
    return { text: text.slice(begin, end), found };
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
  return lines.map(({ text, found }) => ({
    text,
    found: found.map((id) => (isOwned(id) ? { ...id, name: NAME.other } : id)),
  }));
};

/**
 * Whether two ids without a name are all, and one has hyphens.
 * @param {ReturnType<typeof linesOf>} lines
 */
const areUnlike = (lines) => {
  const ids = lines.flatMap(({ found }) => found);
  const [one, other] = ids;
  const isOneRun = lines.some(({ text, found: [first, next] }) =>
    first && next ? text.slice(first.end, next.start) === JOIN : false,
  );
  if (!one || !other || ids.length > 2 || one.hubId === other.hubId || isOneRun) return false;
  const isNamed = ids.some(({ name }) => name !== NAME.none);
  return !isNamed && one.text.includes("-") !== other.text.includes("-");
};

/**
 * @param {ReturnType<typeof linesOf>[number]} line
 * @param {boolean} isAnyHub
 * @param {boolean} isList Whether each line is to be a hub.
 * @param {boolean} isDoubt Whether nobody can tell if its id is a hub's.
 * @returns {Label[]}
 */
const inLine = ({ text, found }, isAnyHub, isList, isDoubt) => {
  if (hasSpoilt(text)) return spoiltIn(text.trim());
  const mistyped = mistypedIn(without(text, found)).map((piece) => refusedOf(piece));
  const ids = found.filter(({ name }) => name !== NAME.other);
  if (ids.length) {
    const { meant, isOpen } = meantIn(text, ids, isAnyHub);
    return [...labelsOf(text, { meant, isOpen: isOpen || isDoubt }), ...mistyped];
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
  const isDoubt = (plain.length <= LONGEST_LABEL && isDoubtful(plain)) || areUnlike(lines);
  const isAnyHub = lines.some(({ found }) => found.some(({ name }) => name === NAME.hub));
  const named = lines.filter(({ found }) => found.length);
  const written = lines.filter((line) => line.text.trim());
  if (!named.length && written.length < 2) return spoiltIn(text);
  const isOfIds = named.every((line) => !SAYS_ANYTHING.test(without(line.text, line.found)));
  const isList = isOfIds && named.length * 2 >= written.length;
  const labels = lines.flatMap((line) => inLine(line, isAnyHub, isList, isDoubt));
  return labels.length ? labels : [{ text: withoutSecrets(text), ...parse(text) }];
};
