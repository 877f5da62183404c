// Puts together the ids of a pasted text that lines have broken: in mail, in narrow columns, in
// several columns beside each other. Ends of different columns are never put together.

/** @typedef {{ text: string, line: number, start: number }} Cell */
/** @typedef {{ cell: Cell, start: number, end: number }} Piece Where a part of an id is. */

const HYPHENS = [8, 13, 18, 23];
const LENGTH = 36;
// After the last hyphen only digits follow, which may be a number of its own.
const LAST_GROUP = 24;
const CELL = /[^\s|](?:[^\s|]| (?=[^\s|]))*/gu;
// `=` is how mail of old breaks a line within a word.
const HEAD = /(?:^|[^\p{L}\p{N}])([0-9A-Fa-f-]{9,35}=?)$/u;
const TAIL = /^[0-9A-Fa-f-]+/;
const WHOLE = /^[0-9A-Fa-f-]+[.,;)]*$/;

/** @param {string} text */
const beginsId = (text) =>
  [...text].every((sign, place) => (sign === "-") === HYPHENS.includes(place)) &&
  text.length <= LENGTH;

/**
 * @param {string} line
 * @param {number} number
 * @returns {Cell[]}
 */
const cellsOf = (line, number) =>
  [...line.matchAll(CELL)].map(({ 0: text, index }) => ({ text, line: number, start: index }));

/**
 * The part of an id that a cell ends with.
 * @param {Cell} cell
 * @returns {Piece | undefined}
 */
const headOf = (cell) => {
  const head = cell.text.match(HEAD)?.[1] ?? "";
  const start = cell.text.length - head.length;
  return beginsId(head.replace("=", "")) && head
    ? { cell, start, end: cell.text.length }
    : undefined;
};

/**
 * The cell that goes on where this one ends: below it, or alone in the next line as this one's
 * part of an id is in its own.
 * @param {Cell} cell
 * @param {Cell[]} line The cells beside it.
 * @param {Cell[]} next The cells of the next line.
 */
const below = (cell, line, next) => {
  const same = next.find(({ start }) => start === cell.start);
  if (same) return same;
  if (line.length === next.length) return next[line.indexOf(cell)];
  const isOnly = line.filter(headOf).length === 1;
  return isOnly && next.length === 1 ? next[0] : undefined;
};

/**
 * Whether the digits may go on in the next cell: a number of its own does not.
 * @param {string} head
 * @param {Cell} cell
 * @param {string} tail
 */
const goesOn = (head, cell, tail) => {
  const id = head.replace("=", "") + tail;
  if (!tail || !beginsId(id)) return false;
  const isWhole = WHOLE.test(cell.text);
  if (id.length < LENGTH) return isWhole;
  const after = cell.text[tail.length] ?? "";
  if (/[\p{L}\p{N}]/u.test(after)) return false;
  const isSure = /[-=]$/.test(head) || tail.includes("-");
  return isSure || head.length < LAST_GROUP || (isWhole && !/^[0-9]{1,4}$/.test(tail));
};

/**
 * All parts of the id that begins in a cell, or none.
 * @param {Piece} head
 * @param {Cell[][]} lines
 * @returns {Piece[]}
 */
const partsFrom = (head, lines) => {
  const parts = [head];
  let cell = head.cell;
  let id = cell.text.slice(head.start);
  while (id.length < LENGTH) {
    const next = below(cell, lines[cell.line] ?? [], lines[cell.line + 1] ?? []);
    const tail = next?.text.match(TAIL)?.[0] ?? "";
    if (!next || !goesOn(id, next, tail)) return [];
    id = id.replace("=", "") + tail;
    parts.push({ cell: next, start: 0, end: tail.length });
    cell = next;
  }
  return parts;
};

/**
 * The text with each id in one piece, where it begins.
 * @param {string} plain
 */
export const joined = (plain) => {
  const texts = plain.split("\n");
  const lines = texts.map(cellsOf);
  const edits = lines.flat().flatMap((cell) => {
    const head = headOf(cell);
    const parts = head ? partsFrom(head, lines) : [];
    const id = parts.map(({ cell: { text }, start, end }) => text.slice(start, end)).join("");
    return parts.map(({ cell: { line, start: at }, start, end }, index) => {
      const put = index ? " ".repeat(end - start) : id.replace("=", "");
      return { line, from: at + start, to: at + end, put };
    });
  });
  // From the end of each line: what is put in moves all behind it.
  edits.sort((one, other) => other.from - one.from);
  for (const { line, from, to, put } of edits) {
    const text = texts[line] ?? "";
    texts[line] = text.slice(0, from) + put + text.slice(to);
  }
  return texts.join("\n");
};
