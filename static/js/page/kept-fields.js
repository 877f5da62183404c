// Whoever changes the language in the middle of a form finds it as it was. What they had filled in
// is kept for that one change, in this tab alone: no file, no password, nothing hidden.
const NAME = "kept-fields";
const FIELDS = "main form :is(input, textarea, select)[name]";
const TYPES_LEFT = new Set(["password", "hidden", "file", "submit"]);

const fields = () =>
  [...document.querySelectorAll(FIELDS)].filter((field) => !TYPES_LEFT.has(field.type));
const isMark = (field) => field.type === "radio" || field.type === "checkbox";
const page = () => location.pathname + location.search;

const keep = () => {
  const values = fields()
    .filter((field) => !isMark(field) || field.checked)
    .map((field) => [field.name, field.value]);
  sessionStorage.setItem(NAME, JSON.stringify({ page: page(), values }));
};

const restore = ({ page: of, values }) => {
  if (of !== page()) return;
  for (const field of fields()) {
    const found = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isMark(field)) field.checked = found.includes(field.value);
    else if (found.length) field.value = found[0];
  }
};

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-language-switch]")) keep();
});
const kept = sessionStorage.getItem(NAME);
sessionStorage.removeItem(NAME);
if (kept) restore(JSON.parse(kept));
