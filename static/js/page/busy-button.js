// A button of a live page that says at once that it works (`data-busy-words`), until the page's
// answer replaces it.

/** @type {HTMLElement | null} */
let busy = null;
let words = "";

// The answer did not come: it can be tapped again.
const letGo = () => {
  if (busy?.isConnected) {
    busy.textContent = words;
    busy.removeAttribute("aria-disabled");
  }
  busy = null;
};

// Before htmx, which takes the form from here.
document.addEventListener(
  "submit",
  (event) => {
    const { submitter } = event;
    if (!submitter?.matches("[data-busy-words]")) return;
    if (submitter.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    letGo();
    busy = submitter;
    words = submitter.textContent ?? "";
    submitter.textContent = submitter.dataset.busyWords ?? words;
    submitter.setAttribute("aria-disabled", "true");
  },
  { capture: true },
);

for (const kind of ["sendError", "responseError", "timeout"]) {
  document.addEventListener(`htmx:${kind}`, letGo);
}
