// A table whose cells the server draws without labels: each gets that of its column, which stands
// beside it where the screen is narrow. An address there breaks after its @.

for (const table of document.querySelectorAll("table[data-labels-from-head]")) {
  const labels = [...table.querySelectorAll("thead th")].map((head) => head.textContent?.trim());
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.children].forEach((cell, number) => {
      const label = labels[number];
      if (!label || cell.tagName !== "TD") return;
      /** @type {HTMLElement} */ (cell).dataset.label = label;
      const words = cell.childElementCount ? [] : (cell.textContent ?? "").trim().split("@");
      if (words.length !== 2) return;
      const address = document.createElement("span");
      address.append(`${words[0]}@`, document.createElement("wbr"), words[1] ?? "");
      cell.replaceChildren(address);
    });
  }
}
