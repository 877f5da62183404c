// What mail and pages write in place of a text's own signs, undone. The rules of
// portal/hubs/labels/markup.py, where they are explained.

const HEX = "[0-9A-Fa-f]";
const RETURN = "(?:[ \\t]*(?:\\r\\n|[\\r\\n]))";
const PRINTED_END = new RegExp(`([\\p{L}\\p{N}-])?=0D=0A=?${RETURN}?(?=([\\p{L}\\p{N}-])?)`, "giu");
const PRINTED_SPACE = new RegExp(`=20(?:=?${RETURN}|(?==0D=0A))`, "giu");
const PRINTED_EQUALS = new RegExp(
  `=3D(?=${HEX}{8}-${HEX}{4}-|${HEX}{32}(?![\\p{L}\\p{N}]))`,
  "giu",
);
const PRINTED_HYPHEN = new RegExp(`(${HEX}{4})=2D(?=${HEX}{4})`, "giu");
const PRINTED_SIGNS = new RegExp(`(?:=[89A-F][0-9A-F](?:=${RETURN})?){2,}`, "gu");
const BYTE = /=([0-9A-F]{2})/gu;
const WITHIN = /^(?:[0-9A-Fa-f-]{2}|\p{L}{2})$/u;
const ENTITY = /&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,14}));/gu;
const ENTITIES = new Map(
  Object.entries({
    nbsp: " ",
    ensp: " ",
    emsp: " ",
    thinsp: " ",
    Tab: "\t",
    NewLine: "\n",
    shy: "\u00ad",
    ZeroWidthSpace: "\u200b",
    zwnj: "\u200c",
    zwj: "\u200d",
    hyphen: "-",
    dash: "-",
    ndash: "-",
    mdash: "-",
    minus: "-",
    lowbar: "_",
    quot: '"',
    apos: "'",
    amp: "&",
    lt: "<",
    gt: ">",
    colon: ":",
    equals: "=",
    semi: ";",
    comma: ",",
  }),
);
const LAST_SIGN = 0x10ffff;
const [FIRST_HALF, AFTER_HALVES] = [0xd800, 0xe000];
const LOOKS =
  "(?:[ \\t\\r\\n]+(?:class|style|width|height|align|valign|colspan|rowspan|bgcolor|border|cellpadding" +
  "|cellspacing|nowrap|scope|dir)(?:=(?:\"[^\"<>]*\"|'[^'<>]*'|[^ \\t\\r\\n<>\"'=]+))?)*[ \\t\\r\\n]*/?";
const WITHIN_WORD = new RegExp(
  `<wbr${LOOKS}>|([0-9A-Fa-f-])(?:</?(?:span|b|i|u|em|strong|font|mark|code)${LOOKS}>)+` +
    "(?=[0-9A-Fa-f-])",
  "giu",
);
const NEXT_CELL = new RegExp(`</t[dh]>[ \\t\\r\\n]*<t[dh]${LOOKS}>`, "giu");
const ENDS_LINE = new RegExp(`<br${LOOKS}>|</(?:tr|li)>`, "giu");
const FRAME = new RegExp(
  `<(?:table|thead|tbody|tr|t[dh]|ul|ol|li)${LOOKS}>|</(?:table|thead|tbody|t[dh]|ul|ol)>`,
  "giu",
);
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** @param {string} printed */
const signsOf = (printed) => {
  const bytes = [...printed.matchAll(BYTE)].map(([, byte = ""]) => Number.parseInt(byte, 16));
  try {
    return utf8.decode(Uint8Array.from(bytes));
  } catch {
    return printed;
  }
};

/**
 * @param {string} whole
 * @param {string | undefined} decimal
 * @param {string | undefined} hex
 * @param {string | undefined} name
 */
const signOf = (whole, decimal, hex, name) => {
  if (name) return ENTITIES.get(name) ?? whole;
  const code = decimal ? Number(decimal) : Number.parseInt(hex ?? "", 16);
  const isHalf = code >= FIRST_HALF && code < AFTER_HALVES;
  return code > 0 && code <= LAST_SIGN && !isHalf ? String.fromCodePoint(code) : whole;
};

/**
 * The text as who wrote it saw it: its signs, the cells of its tables and the lines of its lists.
 * @param {string} text
 */
export const undone = (text) =>
  text
    .replace(PRINTED_SIGNS, signsOf)
    .replace(PRINTED_HYPHEN, "$1-")
    .replace(PRINTED_SPACE, "\n")
    .replace(PRINTED_EQUALS, "=")
    .replace(PRINTED_END, (_, before = "", after = "") =>
      WITHIN.test(before + after) ? `${before}=\n` : `${before}\n`,
    )
    .replace(ENTITY, signOf)
    .replace(WITHIN_WORD, "$1")
    .replace(NEXT_CELL, "\t")
    .replace(ENDS_LINE, "\n")
    .replace(FRAME, "");
