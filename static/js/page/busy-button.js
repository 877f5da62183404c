// A button of a live page that says at once that it works (`data-busy-words`), until the page's
// answer replaces it.

/** @type {HTMLElement | null} */
let busy = null;
let words = "";

// It can be tapped again. One that the answer replaced is gone.
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

// However it ended: answered by the portal or by somebody else, failed, too late or given up.
document.addEventListener("htmx:afterRequest", (event) => {
  const { detail } = /** @type {CustomEvent<{ requestConfig: { elt: Element } }>} */ (event);
  if (busy && detail.requestConfig.elt.contains(busy)) letGo();
});
