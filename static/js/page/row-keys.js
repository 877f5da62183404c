// Keys of a table whose rows can be chosen: on, back, choose, open. They act only while the focus is in it, so that
// none is set off by who speaks to the device, or types elsewhere.

/** @type {Record<string, number>} */
const STEPS = { j: 1, k: -1 };
const BOX = "input[type=checkbox]";

/**
 * The Latin letter of a key, on a Greek keyboard too.
 * @param {KeyboardEvent} event
 */
const letter = ({ key, code }) =>
  (/^[a-z]$/i.test(key) ? key : code.replace(/^Key/, "")).toLowerCase();

/**
 * @param {HTMLTableElement} table
 * @param {Element} from What has the focus.
 * @param {number} by
 */
const step = (table, from, by) => {
  const rows = [...table.querySelectorAll("tbody tr")];
  const at = rows.findIndex((row) => row.contains(from));
  const next = rows[Math.max(0, at + by)];
  /** @type {HTMLElement | null | undefined} */
  const part = next?.querySelector(from.matches(BOX) ? BOX : ".row-link");
  part?.focus();
};

/** @param {KeyboardEvent} event */
const act = (event) => {
  const { currentTarget: table, target, shiftKey } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!(table instanceof HTMLTableElement) || !(target instanceof Element)) return;
  const row = target.closest("tbody tr");
  const pressed = letter(event);
  const by = STEPS[pressed];
  if (by) step(table, target, by);
  else if (pressed === "x" && row) {
    row
      .querySelector(BOX)
      ?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  } else if (event.key === "Enter" && row && target.matches(BOX)) {
    // It would send the form.
    event.preventDefault();
    /** @type {HTMLElement | null} */
    const link = row.querySelector(".row-link");
    link?.click();
  }
};

for (const table of document.querySelectorAll("table[data-row-keys]")) {
  /** @type {HTMLElement} */ (table).addEventListener("keydown", act);
}
