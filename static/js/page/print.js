// A button with `data-print` prints its page.

document.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("[data-print]")) globalThis.print();
});
