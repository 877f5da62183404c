// Copies what a button with `data-copy` names, and says so, or that it could not. A page may get more of them later. In
// long tables they are empty, and look like the one in the template "copy-button".
import { announce, find } from "./dom.js";
import { within } from "./within.js";

const SHOWN_FOR = 2000;
const COPIED_WITHIN = 2000;

// The browser may refuse, or never answer: to a page in a frame, or for a person who said no once.
/** @param {string} text */
const isCopied = (text) =>
  within(COPIED_WITHIN, navigator.clipboard.writeText(text)).then(
    () => true,
    () => false,
  );

/** @param {HTMLElement} button */
const copy = async (button) => {
  const isDone = await isCopied(button.dataset.copy ?? "");
  const banner = find(document, "#copy-banner", HTMLElement);
  banner.hidden = isDone;
  if (!isDone) return banner.scrollIntoView({ block: "nearest" });
  button.dataset.done = "";
  announce(button.dataset.copied ?? "");
  setTimeout(() => {
    delete button.dataset.done;
  }, SHOWN_FOR);
};

/** @param {HTMLElement} button */
const fill = (button) => {
  const model = document.getElementById("copy-button");
  const drawn = model instanceof HTMLTemplateElement && model.content.firstElementChild;
  if (!(drawn instanceof HTMLElement)) return;
  button.append(...drawn.cloneNode(true).childNodes);
  button.title = drawn.title;
  button.dataset.copied = drawn.dataset.copied;
};

const offer = () => {
  /** @type {NodeListOf<HTMLElement>} */
  const buttons = document.querySelectorAll("[data-copy]");
  for (const button of buttons) {
    if (!button.childElementCount) fill(button);
    button.hidden = false;
  }
};

// Only a page that came by https may copy.
if (navigator.clipboard) {
  offer();
  document.addEventListener("htmx:afterSwap", offer);
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-copy]") : null;
    if (button instanceof HTMLElement) copy(button);
  });
}
