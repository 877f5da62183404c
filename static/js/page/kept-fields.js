// A change of language in the middle of a form keeps its content, and so does a page that refuses what
// was sent: the form opens again as it was. What somebody had filled in is kept for that one change, in
// this tab alone: no file, no password, nothing hidden or write-only. A form that was refused has it until
// another page is opened: people are told to reload.

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/**
 * `form` is the action of the one that was sent, null for all of the page; `isRefused`: it was not taken.
 * @typedef {{ page: string, form: string | null, values: [string, string][], isRefused: boolean }} Kept
 */

const NAME = "kept-fields";
const FIELDS =
  "main form :is(input, textarea, select)[name]:not([data-write-only], [autocomplete=one-time-code])";
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

// The page that says of which organisation it is is the same one.
const page = () => {
  const query = new URLSearchParams(location.search);
  query.delete("organisation");
  return `${location.pathname}?${query}`;
};

/** @param {HTMLFormElement | null} form */
const actionOf = (form) => form?.getAttribute("action") ?? "";

/** @param {Kept | null} kept Null for nothing more. */
const remember = (kept) => {
  try {
    if (kept) sessionStorage.setItem(NAME, JSON.stringify(kept));
    else sessionStorage.removeItem(NAME);
  } catch {
    // A device that is full, or refuses it: what was filled in is sent all the same.
  }
};

/** @returns {Kept | null} */
const remembered = () => {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  } catch {
    return null;
  }
};

/** @param {HTMLFormElement | null} form Null for all of the page. */
const keep = (form) => {
  const values = fields()
    .filter((field) => !form || field.form === form)
    .filter((field) => !isMark(field) || field.checked)
    .map((field) => /** @type {[string, string]} */ ([field.name, field.value]));
  const kept = { page: page(), form: form && actionOf(form), values, isRefused: false };
  remember(kept);
};

/** @param {Kept} kept */
const restore = ({ page: of, form, values, isRefused }) => {
  if (of !== page() || (form !== null && !isRefused)) return;
  for (const field of fields().filter((each) => form === null || actionOf(each.form) === form)) {
    const found = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isMark(field)) field.checked = found.includes(field.value);
    else if (found[0] !== undefined) field.value = found[0];
  }
};

// A page that refuses what was sent, or does not know whether it arrived, leads back to the form.
const isRefusal =
  document.querySelector("[data-refusal]") || new URLSearchParams(location.search).has("lost");

document.addEventListener("submit", ({ target }) => {
  if (!(target instanceof HTMLFormElement) || isRefusal) return;
  if (target.matches("[data-language-switch]")) keep(null);
  else if (target.matches("main form[method=post]:not([hx-post])")) keep(target);
});
const kept = remembered();
if (kept) {
  const isReturn = kept.isRefused && kept.page === page();
  if (isRefusal) remember({ ...kept, isRefused: true });
  else if (!isReturn) remember(null);
  if (!isRefusal) restore(kept);
}
