// A change of language in the middle of a form keeps its content. What somebody had filled in
// is kept for that one change, in this tab alone: no file, no password, nothing hidden or write-only.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/** @typedef {{ page: string, values: [string, string][] }} Kept */

const NAME = "kept-fields";
const FIELDS = "main form :is(input, textarea, select)[name]:not([data-write-only])";
const TYPES_LEFT = new Set(["password", "hidden", "file", "submit"]);

const fields = () =>
  [.../** @type {NodeListOf<Field>} */ (document.querySelectorAll(FIELDS))].filter(
    (field) => !TYPES_LEFT.has(field.type),
  );

/**
 * @param {Field} field
 * @returns {field is HTMLInputElement} Whether it is marked rather than filled in.
 */
const isMark = (field) => field.type === "radio" || field.type === "checkbox";
const page = () => location.pathname + location.search;

const keep = () => {
  const values = fields()
    .filter((field) => !isMark(field) || field.checked)
    .map((field) => [field.name, field.value]);
  sessionStorage.setItem(NAME, JSON.stringify({ page: page(), values }));
};

/** @param {Kept} kept */
const restore = ({ page: of, values }) => {
  if (of !== page()) return;
  for (const field of fields()) {
    const found = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isMark(field)) field.checked = found.includes(field.value);
    else if (found[0] !== undefined) field.value = found[0];
  }
};

document.addEventListener("submit", ({ target }) => {
  if (target instanceof Element && target.matches("[data-language-switch]")) keep();
});
const kept = sessionStorage.getItem(NAME);
sessionStorage.removeItem(NAME);
if (kept) restore(JSON.parse(kept));
