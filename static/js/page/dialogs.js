// What is asked before something that cannot be undone: a link with `data-dialog` opens the dialog of
// that id on its own page. Without this script the link leads to a page that asks the same.
// A page with such a dialog (`<dialog class="dialog" id=…>`) loads it in its block `scripts`.

document.addEventListener("click", (event) => {
  const { target } = event;
  if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const opener = target.closest("[data-dialog]");
  if (opener instanceof HTMLElement) {
    const dialog = document.getElementById(opener.dataset.dialog ?? "");
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    dialog.showModal();
  } else if (target instanceof HTMLDialogElement || target.closest("[data-dialog-close]")) {
    event.preventDefault();
    target.closest("dialog")?.close();
  }
});
