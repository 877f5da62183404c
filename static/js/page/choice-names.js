// Names for the choices that Django's pages draw by select2: of a field it draws no label, and
// while nothing is chosen, what it draws has no name at all.

/** @param {Element} drawn what select2 put behind a select */
const name = (drawn) => {
  const select = drawn.previousElementSibling;
  const shown = drawn.querySelector(".select2-selection__rendered");
  if (!(select instanceof HTMLSelectElement) || !shown) return;
  const [label] = select.labels;
  if (!label) return;
  label.id ||= `${select.id}-label`;
  shown.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
};

const nameAll = () => {
  for (const drawn of document.querySelectorAll(".select2-container")) name(drawn);
};

// Rows are added later.
new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
nameAll();
