// The search from everywhere, and the list of keys: two dialogs that every page has.
import { ask as askPortal } from "./answer.js";
import { find } from "./dom.js";
import { within } from "./within.js";

const PAUSE = 150;
// As long as an id.
const LABEL = 32;
const ID = /^\s*[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}\s*$/i;
const READER_WITHIN = 5000;
const FOUND_WITHIN = 15_000;
const LINKS = "a[href]";
const TYPED_IN = "input:not([type=checkbox]), textarea, select, [contenteditable]";

const dialog = find(document, "#finder", HTMLDialogElement);
const form = find(dialog, "form", HTMLFormElement);
const input = find(dialog, "input", HTMLInputElement);
const results = find(dialog, "[data-results]", HTMLElement);
const keys = find(document, "#keys", HTMLDialogElement);
const areOn = find(keys, "[data-keys-on]", HTMLInputElement);
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pause;
/** @type {AbortController | undefined} */
let asking;

const links = () => [
  .../** @type {NodeListOf<HTMLAnchorElement>} */ (results.querySelectorAll(LINKS)),
];
const marked = () => links().find((link) => link.dataset.marked !== undefined);

/** @param {HTMLAnchorElement | undefined} link */
const mark = (link) => {
  for (const other of links()) delete other.dataset.marked;
  if (!link) return;
  link.dataset.marked = "";
  link.scrollIntoView({ block: "nearest" });
};

/** @param {number} by */
const move = (by) => {
  const all = links();
  const shown = marked();
  const at = shown ? all.indexOf(shown) + by : by > 0 ? 0 : -1;
  mark(all.at(at % all.length));
};

/**
 * A label that is scanned here may have a key beside its id: no address has that in it, nor what nobody
 * can read because the reader does not come.
 * @param {string} text
 */
const withoutKeys = async (text) => {
  if (text.length < LABEL || ID.test(text)) return text;
  try {
    const reader = import("../scanner/hub-id.js");
    const { parse, withoutSecrets } = await within(READER_WITHIN, reader);
    return parse(text).hubId ?? withoutSecrets(text);
  } catch {
    return "";
  }
};

const address = async () => {
  const url = new URL(form.action);
  url.searchParams.set("q", await withoutKeys(input.value));
  return url;
};

const ask = async () => {
  asking?.abort();
  const turn = new AbortController();
  const { signal } = turn;
  const timer = setTimeout(() => turn.abort(), FOUND_WITHIN);
  asking = turn;
  try {
    const answer = await askPortal(await address(), { headers: { "HX-Request": "true" }, signal });
    // Somebody signed out, or a page that is of another organisation: the page itself says so.
    if (!answer.ok || answer.headers.has("HX-Redirect")) return;
    const fragment = new DOMParser().parseFromString(answer.text, "text/html");
    if (signal.aborted) return;
    results.replaceChildren(...fragment.body.childNodes);
    mark(links()[0]);
  } catch {
    // Without an answer Enter opens the page of the search, which says what is wrong.
    if (asking === turn) results.replaceChildren();
  } finally {
    clearTimeout(timer);
  }
};

const open = () => {
  dialog.showModal();
  input.select();
};

input.addEventListener("input", () => {
  clearTimeout(pause);
  // What was found before is not what is typed now.
  mark(undefined);
  if (input.value.trim()) pause = setTimeout(ask, PAUSE);
  else {
    asking?.abort();
    results.replaceChildren();
  }
});

input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape") {
    // A search field would be emptied by it first.
    event.preventDefault();
    dialog.close();
  }
});

form.addEventListener("submit", (event) => {
  const link = marked();
  event.preventDefault();
  if (!link && input.value.trim()) {
    address().then((url) => location.assign(url));
    return;
  }
  link?.click();
});

// The lists' own searches are addresses as well.
document.addEventListener("submit", async (event) => {
  const list = /** @type {HTMLFormElement} */ (event.target);
  const words = list.matches("[role=search]") && list.querySelector("input[type=search]");
  if (list === form || !(words instanceof HTMLInputElement) || words.value.length < LABEL) return;
  event.preventDefault();
  words.value = await withoutKeys(words.value);
  list.submit();
});

for (const shown of [dialog, keys]) {
  shown.addEventListener("click", ({ target }) => {
    if (target === shown) shown.close();
  });
}

document.addEventListener("click", (event) => {
  const { target } = event;
  if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (target.closest("[data-search-open]")) {
    event.preventDefault();
    open();
  } else if (target.closest("[data-keys]")) keys.showModal();
});

/** @type {NodeListOf<HTMLElement>} */
const offers = document.querySelectorAll("[data-keys]");
for (const offer of offers) offer.hidden = false;

// Who speaks to the device rather than types can switch the keys off, for good where it remembers.
const OFF = "keys-off";
/** @param {boolean} are */
const switchKeys = (are) => {
  areOn.checked = are;
  // It is how the page is, and nothing that was filled in.
  areOn.defaultChecked = are;
};
switchKeys(true);
try {
  switchKeys(localStorage.getItem(OFF) === null);
} catch {
  // They are on.
}
areOn.addEventListener("change", () => {
  switchKeys(areOn.checked);
  try {
    if (areOn.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "");
  } catch {
    // It holds for this page.
  }
});

// None of the keys acts while somebody types, or while a dialog is open.
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const isTyping = target instanceof Element && target.closest(TYPED_IN);
  const isChord = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (!areOn.checked || isTyping || isChord || document.querySelector("dialog:modal")) return;
  if (key !== "/" && key !== "?") return;
  event.preventDefault();
  if (key === "/") open();
  else keys.showModal();
});
