// The text of a label with each value's name before it. The rules of portal/hubs/labels/arranged.py,
// where they are explained.
import {
  BRAND,
  CONTENT,
  DESCRIBES,
  HIDDEN,
  isSecret,
  NAME,
  nameOf,
  OBJECT,
  speaksOfSecret,
  valuesIn,
  WHOLE,
  WORDS,
  wordsOf,
} from "./naming.js";

/** @typedef {{ text: string, start: number, end: number }} Value */

const FIRST_ID = /[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}/u;
const GAPS = [/ *\t */u, / *\| */u, / *; */u, / *, */u, / {2,}/u];
const MARKS = /^[ "':]+|[ "':]+$/gu;
const QUOTED = /"[^"\n]*"/gu;
const PARTS = ",;|\t";
const KEPT = "\ue000\ue001\ue002\ue003";
const BETWEEN_NAMES = /[\n/+|:,;&\t(){}[\]]+| (?:and|und|et|y|e|og|och|και|и|with|mit) /gu;
const LETTERS = /[\p{L}\p{N}]/u;
const GIVES = /[:=]\s*$/u;
const BEHIND =
  /^[\s\-:=([<←→⇒⟶➔➜►▸»~/·|>*"',{}\])]*(?:(?:is|was|are|ist|war|est|es) )?(?:(?:the|a|an|my|our|its|der|die|das|la|le|el|il|hub's) )?(\p{L}[\p{L}\p{N}_\- ]{0,30}?)[ )\]"'}.!]*(?:$|[,;|(])/u;
const GLUED_VALUE = "(?:[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32})";
const GLUED = new RegExp(
  `(^|[^\\p{L}\\p{N}])((?:\\p{L}{2,20}?${GLUED_VALUE})+)(?![\\p{L}\\p{N}])`,
  "gu",
);
const GLUED_PAIR = new RegExp(`(\\p{L}{2,20}?)(${GLUED_VALUE})`, "gu");
const LONGEST_HEADING = 120;
const MOST_WORDS = 5;
const MOST_ABOVE = 5;
const SECRET = "secret";
const UNNAMED = "x";
const FOR = WORDS.FOR.split(" ");
const OTHERS = WORDS.OTHERS.split(" ");

/**
 * @param {string} text
 * @param {string} name
 */
const named = (text, name) => text.replace(WHOLE, `$1${name}: $2`);

/** @param {string} text */
const asSecrets = (text) => named(text, SECRET);

/** @param {string} name */
const namesValue = (name) => (nameOf(name) ?? NAME.none) !== NAME.none || speaksOfSecret(name);

/**
 * @param {string} text
 * @param {string} from
 * @param {string} to
 */
const exchanged = (text, from, to) =>
  [...text].map((sign) => to[from.indexOf(sign)] ?? sign).join("");

/**
 * @param {string[]} names
 * @param {RegExp} gap
 * @param {string} row
 */
const rowOf = (names, gap, row) => {
  const kept = row.trim().replace(QUOTED, (cell) => exchanged(cell, PARTS, KEPT));
  const cells = kept.split(gap).map((cell) => exchanged(cell, KEPT, PARTS));
  if (cells.length === names.length) {
    return cells.map((cell, at) => `${(names[at] ?? "").replace(MARKS, "")}: ${cell}`).join("\t");
  }
  return cells.length > 1 && names.some(speaksOfSecret) ? asSecrets(row) : row;
};

/**
 * The text, a space between the names and the values that a scanner ran together.
 * @param {string} plain
 */
const parted = (plain) =>
  plain.replace(GLUED, (whole, before, found) => {
    const pairs = [...found.matchAll(GLUED_PAIR)];
    if (!pairs.every(([, name = ""]) => namesValue(name))) return whole;
    return before + pairs.map(([, name, value]) => `${name}: ${value}`).join("\n");
  });

/** @param {string} name */
const namesId = (name) => (nameOf(name) ?? NAME.none) > NAME.none && !speaksOfSecret(name);

/**
 * The text, each value with its name before it that is said in a field of its own:
 * `{"name": "hubId", "value": "…"}`.
 * @param {string} plain
 */
const described = (plain) =>
  plain.replace(OBJECT, (object) => {
    const names = [...object.matchAll(DESCRIBES)].map(([, name = ""]) => name);
    const name = names.filter(namesId).join(" ");
    return name ? object.replace(CONTENT, (content) => named(content, name)) : object;
  });

/** @param {string} plain */
const tabled = (plain) => {
  const lines = plain.replace(/^\n+|\n+$/g, "").split("\n");
  const first = Math.max(
    0,
    lines.findIndex((line) => FIRST_ID.test(line)),
  );
  const above = [...lines.keys()].slice(0, first);
  const near = above.slice(-MOST_ABOVE).reverse();
  for (const at of [...near, ...above.slice(0, -MOST_ABOVE).slice(0, 1)]) {
    const heading = lines[at] ?? "";
    for (const gap of GAPS) {
      const names = heading.trim().split(gap);
      if (names.length < 2 || !names.some(namesValue)) continue;
      if (!lines.slice(at + 1).some((row) => gap.test(row.trim()))) continue;
      const rows = lines.slice(at + 1).map((row) => rowOf(names, gap, row));
      return [...lines.slice(0, at), ...rows].join("\n");
    }
  }
  return plain;
};

/**
 * The values, those together that have no word between them.
 * @param {string} plain
 */
const groupsOf = (plain) => {
  /** @type {Value[][]} */
  const groups = [];
  for (const value of valuesIn(plain)) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (last && !LETTERS.test(plain.slice(last.end, value.start))) group?.push(value);
    else groups.push([value]);
  }
  return groups;
};

/**
 * What values the words name: none where there are no words, null where they name no value.
 * @param {string} chunk
 */
const namesIn = (chunk) => {
  const words = wordsOf(chunk);
  /** @type {string[]} */
  const names = [];
  words.forEach((word, at) => {
    const before = names.at(-1);
    if (isSecret(word, at, words)) {
      if (before !== SECRET) names.push(SECRET);
    } else if ((nameOf(word.folded) ?? NAME.none) !== NAME.none) {
      if (before && before !== SECRET) names[names.length - 1] = `${before} ${word.folded}`;
      else names.push(word.folded);
    }
  });
  const isOfOther = words.some(({ folded }) => FOR.includes(folded));
  return words.length && (!names.length || isOfOther || words.length > MOST_WORDS) ? null : names;
};

/**
 * The names of values that a text ends with, in order, and what is before them.
 * @param {string} heading
 */
const namesAtEnd = (heading) => {
  const masked = heading.replace(BRAND, (brand) => HIDDEN.repeat(brand.length));
  const end = [...masked].slice(-LONGEST_HEADING).join("");
  const gaps = [...end.matchAll(BETWEEN_NAMES)];
  const starts = [0, ...gaps.map(({ 0: gap, index }) => index + gap.length)];
  const stops = [...gaps.map(({ index }) => index), end.length];
  /** @type {string[]} */
  const names = [];
  let begun = end.length;
  for (let at = starts.length - 1; at >= 0; at -= 1) {
    const called = namesIn(end.slice(starts[at], stops[at]));
    if (!called) break;
    if (called.length) {
      names.unshift(...called);
      begun = starts[at] ?? 0;
    }
  }
  return { names, rest: heading.slice(0, heading.length - end.length + begun) };
};

/** @param {string} plain */
const paired = (plain) => {
  let [text, last] = ["", 0];
  for (const group of groupsOf(plain)) {
    const end = group.at(-1)?.end ?? last;
    const { names, rest } = namesAtEnd(plain.slice(last, group[0]?.start));
    if (group.length > 1 && names.length > 1 && names.includes(SECRET)) {
      const isEach = names.length === group.length;
      const values = group.map((value, at) => `\n${isEach ? names[at] : SECRET}: ${value.text}`);
      text += rest + values.join("");
    } else text += plain.slice(last, end);
    last = end;
  }
  return text + plain.slice(last);
};

/** @param {string} said */
const nameBehind = (said) => {
  const words = wordsOf(said);
  const last = words.at(-1);
  if (!last || words.length >= MOST_WORDS) return "";
  if (isSecret(last, words.length - 1, words)) return SECRET;
  return namesValue(said) || OTHERS.includes(last.folded) ? said : "";
};

/**
 * The names of the values of a line that begins with one and ends with a name.
 * @param {string} line
 * @param {Value[]} values
 */
const namesBehind = (line, values) => {
  if (!values.length || LETTERS.test(line.slice(0, values[0]?.start))) return [];
  const names = values.map(({ end }, at) => {
    const said = line.slice(end, values[at + 1]?.start);
    return GIVES.test(said) ? "" : nameBehind(said.match(BEHIND)?.[1] ?? "");
  });
  return names.every(Boolean) ? names : [];
};

/**
 * The values with their names, where below each value of several stands its name.
 * @param {string[]} lines
 */
const eachBelow = (lines) => {
  const [values, names] = [0, 1].map((odd) => lines.filter((_, at) => at % 2 === odd));
  if (!values || !names || values.length < 2 || values.length !== names.length) return [];
  const called = names.map((name) => (GIVES.test(name) ? "" : nameBehind(name.trim())));
  if (!values.every(isBare) || !called.every(Boolean)) return [];
  return values.map((value, at) => `${called[at]}: ${value}`);
};

/**
 * Whether a line is a value, and nothing else.
 * @param {string} line
 */
const isBare = (line) => valuesIn(line).length > 0 && !LETTERS.test(line.replace(WHOLE, "$1"));

/** @param {string} plain */
const behind = (plain) => {
  const lines = plain.split("\n");
  const written = lines.flatMap((line, at) => (line.trim() ? [at] : []));
  const below = eachBelow(written.map((at) => lines[at] ?? ""));
  if (below.length) return below.join("\n");
  const arranged = [...lines];
  lines.forEach((line, at) => {
    const values = valuesIn(line);
    const names = namesBehind(line, values);
    if (!names.length) return;
    arranged[at] = values.map(({ text }, index) => `${names[index]}: ${text}`).join("\t");
    const next = lines[at + 1] ?? "";
    const name = names.at(-1) === SECRET ? SECRET : UNNAMED;
    if (isBare(next)) arranged[at + 1] = named(next, name);
  });
  const [above = -1, last = -1] = written.slice(-2);
  const name = lines[last] ?? "";
  const isName = !GIVES.test(name) && nameBehind(name.trim()) === SECRET;
  if (written.length > 1 && isName && isBare(lines[above] ?? "")) {
    arranged[above] = asSecrets(lines[above] ?? "");
  }
  return arranged.join("\n");
};

/**
 * The text, each value with what it is called before it.
 * @param {string} plain
 */
export const arranged = (plain) =>
  FIRST_ID.test(plain) || valuesIn(plain).length
    ? behind(paired(tabled(described(parted(plain)))))
    : plain;
