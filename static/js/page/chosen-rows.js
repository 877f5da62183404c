// Rows that are chosen in a table: how many, all of a page, none. What is done with them is a form's.

for (const form of document.querySelectorAll("[data-chosen-rows]")) {
  /** @type {HTMLInputElement[]} */
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")].filter(
    (box) => box instanceof HTMLInputElement,
  );
  const all = form.querySelector("[data-choose-all]");
  const number = form.querySelector("[data-chosen-number]");

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    if (number) number.textContent = `${chosen}`;
    if (!(all instanceof HTMLInputElement)) return;
    all.checked = chosen === boxes.length && chosen > 0;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };

  /** @param {boolean} checked */
  const choose = (checked) => {
    for (const box of boxes) box.checked = checked;
    show();
  };

  form.addEventListener("change", ({ target }) => {
    if (target === all && all instanceof HTMLInputElement) choose(all.checked);
    else show();
  });
  form.querySelector("[data-choose-every]")?.addEventListener("click", () => choose(true));
  form.querySelector("[data-choose-none]")?.addEventListener("click", () => choose(false));
  // A page that the browser shows once more may have kept what was chosen.
  addEventListener("pageshow", show);
  show();
}
