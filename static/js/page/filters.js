// A list's filters: what was chosen and is not asked for yet is seen at their button.

for (const form of document.querySelectorAll("form.filters")) {
  const button = form.querySelector("button:not([type=button])");
  form.addEventListener("change", () => button?.classList.add("primary"));
}
