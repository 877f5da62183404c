// Menus where the browser knows no popovers (before iPadOS 17): the same elements, opened and closed by
// `data-open`, which base.css shows.

/** @type {HTMLElement | null} */
let open = null;

/** @param {HTMLElement | null} menu */
const show = (menu) => {
  open?.removeAttribute("data-open");
  open = menu;
  open?.setAttribute("data-open", "");
};

/** @param {Event} event */
const tap = ({ target }) => {
  if (!(target instanceof Element)) return;
  const name = target.closest("[popovertarget]")?.getAttribute("popovertarget");
  if (name) {
    const menu = document.getElementById(name);
    show(menu === open ? null : menu);
  } else if (open && !open.contains(target)) show(null);
};

/** @param {KeyboardEvent} event */
const close = ({ key }) => {
  if (key !== "Escape" || !open) return;
  /** @type {HTMLElement | null} */
  const button = document.querySelector(`[popovertarget="${open.id}"]`);
  show(null);
  button?.focus();
};

if (!("popover" in HTMLElement.prototype)) {
  document.addEventListener("click", tap);
  document.addEventListener("keydown", close);
}
