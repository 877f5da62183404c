// Makes a photo smaller before it is sent. What the browser cannot read is sent as it is.
import { smaller } from "./shrink.js";

const FIELDS = ".photo-add input, input[data-shrink]";
const SIDE = 2048;
const SMALL_ENOUGH = 1024 * 1024;
/** @type {WeakSet<Event>} */
const ready = new WeakSet();

/**
 * @param {HTMLInputElement} input
 * @param {File} file
 */
const shrink = async (input, file) => {
  const form = input.closest("form");
  form?.setAttribute("data-busy", "");
  try {
    const chosen = new DataTransfer();
    chosen.items.add(await smaller(file, SIDE));
    input.files = chosen.files;
  } catch {
    // The portal says what is wrong with it.
  }
  form?.removeAttribute("data-busy");
  const event = new Event("change", { bubbles: true });
  ready.add(event);
  input.dispatchEvent(event);
};

// Before htmx, which sends the form at a change.
document.addEventListener(
  "change",
  (event) => {
    const { target } = event;
    if (!(target instanceof HTMLInputElement) || !target.matches(FIELDS)) return;
    const file = target.files?.[0];
    if (ready.has(event) || !file || file.size <= SMALL_ENOUGH) return;
    event.stopPropagation();
    shrink(target, file);
  },
  { capture: true },
);

// One that did not arrive may be chosen again.
document.addEventListener("click", ({ target }) => {
  if (target instanceof HTMLInputElement && target.matches(FIELDS)) target.value = "";
});
