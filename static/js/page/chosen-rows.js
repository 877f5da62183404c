// Rows that are chosen in a table: one, a range, all of a page, all that match, none. What is done with them is a
// form's. They stay chosen on other pages of the list and in another order, and not under other filters.
import { announce, find } from "./dom.js";
import { keep, kept } from "./kept-choice.js";

const CELL = ".choose";
// An open menu takes Escape first.
const OPEN = "popover" in HTMLElement.prototype ? ":popover-open" : "[popover][data-open]";

/** @param {number} number */
const inWords = (number) => new Intl.NumberFormat(document.documentElement.lang).format(number);

// The browser has what was chosen when it was left, also where that was used since.
/** @param {PageTransitionEvent} [event] */
const isShownAgain = (event) =>
  event?.persisted ||
  performance
    .getEntriesByType("navigation")
    .some((entry) => "type" in entry && entry.type === "back_forward");

/** @param {HTMLFormElement} form */
const choosing = (form) => {
  const list = form.dataset.chosenRows ?? "";
  const bar = find(form, ".bulk-bar", HTMLElement);
  const words = find(form, "[data-chosen-words]", HTMLElement);
  const number = find(form, "[data-chosen-number]", HTMLElement);
  const elsewhere = find(form, "[data-chosen-elsewhere]", HTMLElement);
  const all = find(form, "[data-choose-all]", HTMLInputElement);
  /** @type {HTMLInputElement | null} */
  const matching = form.querySelector("[name=every]");
  /** @type {HTMLInputElement[]} */
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")].filter(
    (box) => box instanceof HTMLInputElement,
  );
  const here = new Set(boxes.map((box) => box.value));
  const sent = document.createElement("input");
  sent.type = "hidden";
  sent.name = "hub";
  form.append(sent);
  /** @type {string[]} Chosen on other pages. */
  let others = [];
  /** @type {HTMLInputElement | undefined} */
  let last;

  const chosen = () => boxes.filter((box) => box.checked);

  const show = () => {
    const count = chosen().length;
    const isWhole = count === boxes.length;
    if (matching) {
      if (!isWhole) matching.checked = false;
      find(form, "[data-choose-matching]", HTMLElement).hidden = !isWhole;
    }
    const isAll = matching?.checked;
    number.textContent = (isAll && matching?.dataset.number) || inWords(count + others.length);
    elsewhere.textContent =
      others.length && !isAll ? ` (${inWords(others.length)} ${elsewhere.dataset.words})` : "";
    sent.value = others.join(" ");
    all.checked = isWhole;
    all.indeterminate = count > 0 && !isWhole;
    form.toggleAttribute("data-any", count + others.length > 0);
  };

  const changed = () => {
    show();
    const isAny = form.hasAttribute("data-any");
    const ids = [...others, ...chosen().map((box) => box.value)];
    keep(isAny ? { list, ids, matching: matching?.checked ?? false } : null);
    const said = isAny ? words.textContent : words.dataset.none;
    announce((said ?? "").replace(/\s+/g, " ").trim());
  };

  /** @param {boolean} checked */
  const choosePage = (checked) => {
    for (const box of boxes) box.checked = checked;
    changed();
  };

  const clear = () => {
    // The button that was used goes away with the bar.
    if (bar.contains(document.activeElement)) (last ?? boxes[0])?.focus({ preventScroll: true });
    others = [];
    choosePage(false);
  };

  const letGo = () => {
    for (const box of boxes) box.checked = false;
    if (matching) matching.checked = false;
    others = [];
  };

  /** @param {import("./kept-choice.js").Choice} was */
  const drop = (was) => {
    keep(null);
    const isMine = was.list.split(" ")[0] === list.split(" ")[0];
    find(document, "[data-choice-dropped]", HTMLElement).hidden = !isMine;
  };

  /** @param {PageTransitionEvent} [event] */
  const restore = (event) => {
    const was = kept();
    if (was?.list === list) {
      for (const box of boxes) box.checked = was.matching || was.ids.includes(box.value);
      if (matching) matching.checked = was.matching;
      others = was.ids.filter((id) => !here.has(id));
    } else if (was !== undefined) {
      if (isShownAgain(event)) letGo();
      if (was) drop(was);
    }
    show();
  };

  /** @param {HTMLInputElement} box */
  const chooseTo = (box) => {
    const [from, to] = [boxes.indexOf(last ?? box), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const each of boxes.slice(from, (to ?? 0) + 1)) each.checked = box.checked;
  };

  form.addEventListener("click", (event) => {
    const { target, shiftKey } = event;
    const cell = target instanceof Element ? target.closest(`tbody ${CELL}`) : null;
    const box = cell?.querySelector("input");
    if (!box || !here.has(box.value)) return;
    // Some browsers leave a label alone while Shift is held.
    const isBeside = shiftKey && target !== box;
    if (isBeside) {
      event.preventDefault();
      box.checked = !box.checked;
    } else if (target !== box) return;
    if (shiftKey) chooseTo(box);
    last = box;
    if (isBeside) changed();
  });
  // Shift would choose the text between the two as well.
  form.addEventListener("mousedown", (event) => {
    const cell = event.target instanceof Element ? event.target.closest(`tbody ${CELL}`) : null;
    if (!cell || !event.shiftKey) return;
    event.preventDefault();
    cell.querySelector("input")?.focus();
  });
  form.addEventListener("change", ({ target }) => {
    if (target === all) choosePage(all.checked);
    else changed();
  });
  form.querySelector("[data-choose-page]")?.addEventListener("click", () => {
    choosePage(true);
    // In place of the button that was used.
    matching?.focus({ preventScroll: true });
  });
  form.querySelector("[data-choose-none]")?.addEventListener("click", clear);
  document.addEventListener("keydown", ({ key, target, defaultPrevented }) => {
    const isHere = target === document.body || (target instanceof Node && form.contains(target));
    if (key !== "Escape" || !isHere || defaultPrevented || document.querySelector(OPEN)) return;
    if (form.hasAttribute("data-any")) clear();
  });
  // A page that the browser shows once more has what was chosen then.
  addEventListener("pageshow", restore);
  restore();
};

for (const form of document.querySelectorAll("form[data-chosen-rows]")) {
  if (form instanceof HTMLFormElement) choosing(form);
}
