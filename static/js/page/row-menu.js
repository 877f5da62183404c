// One menu for all rows of a table: it is of the row whose button opened it. A row's page has the same.

const NOBODY = "00000000-0000-0000-0000-000000000000";

/**
 * @param {HTMLElement} menu
 * @param {HTMLElement} button
 */
const fill = (menu, button) => {
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = menu.querySelectorAll("[data-of-row]");
  for (const link of links) {
    link.href = (link.dataset.ofRow ?? "").replace(NOBODY, button.dataset.rowMenu ?? "");
  }
};

/**
 * Where the browser does not put it at its button by itself.
 * @param {HTMLElement} menu
 * @param {HTMLElement} button
 */
const place = (menu, button) => {
  if (CSS.supports("position-area", "block-end")) return;
  const { bottom, right } = button.getBoundingClientRect();
  const lowest = innerHeight - menu.offsetHeight;
  menu.style.top = `${Math.max(0, Math.min(bottom, lowest))}px`;
  menu.style.right = `${Math.max(0, document.documentElement.clientWidth - right)}px`;
};

const menu = document.getElementById("row-menu");
if (menu) {
  /** @type {NodeListOf<HTMLElement>} */
  const buttons = document.querySelectorAll("[data-row-menu]");
  for (const button of buttons) {
    button.hidden = false;
    // Before it opens.
    button.addEventListener("click", () => {
      fill(menu, button);
      requestAnimationFrame(() => place(menu, button));
    });
  }
}
