// <site-picker>: radio cards that can be searched once there are more than a handful.
const HANDFUL = 6;
const plain = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();

class SitePicker extends HTMLElement {
  connectedCallback() {
    if (this.cards) return;
    this.cards = [...this.querySelectorAll(".radio-card")];
    const search = this.querySelector("[data-search]");
    if (!search || this.cards.length <= HANDFUL) return;
    search.hidden = false;
    const input = search.querySelector("input");
    input.addEventListener("input", () => this.filter(input.value));
    input.addEventListener("keydown", (event) => this.chooseOnly(event));
  }

  filter(text) {
    const words = plain(text).split(/\s+/);
    const fits = (card) => words.every((word) => plain(card.textContent).includes(word));
    for (const card of this.cards) {
      // The chosen site stays in sight, whatever is searched for.
      card.hidden = !fits(card) && !card.querySelector("input").checked;
    }
    this.querySelector("[data-nothing]").hidden = this.cards.some(fits);
  }

  // Enter chooses the one site that is left, and never sends the form half filled.
  chooseOnly(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const left = this.cards
      .filter((card) => !card.hidden)
      .map((card) => card.querySelector("input"))
      .filter((radio) => !radio.checked);
    if (left.length !== 1) return;
    left[0].checked = true;
    left[0].focus();
    left[0].dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("site-picker", SitePicker);
