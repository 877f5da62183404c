// The site of the tray: one line, which opens to choose another.
export class TraySite {
  #details;
  #name;
  #words;
  #changed;
  #isByKey = false;

  // `details` is the element; `changed(site)` is told what was chosen, as `{id, name}`.
  constructor(details, words, changed) {
    this.#details = details;
    this.#name = details.querySelector("[data-site-name]");
    this.#words = words;
    this.#changed = changed;
    details.addEventListener("keydown", () => this.#walk(true));
    details.addEventListener("pointerdown", () => this.#walk(false));
    details.addEventListener("change", (event) => this.#choose(event));
  }

  // What is chosen, as `{id, name}`; both are empty while nothing is.
  get site() {
    const radio = this.#details.querySelector("input[type=radio]:checked");
    const name = radio?.closest(".radio-card").querySelector("strong").textContent.trim();
    return { id: radio?.value ?? "", name: name ?? "" };
  }

  // Takes over a <site-picker>, and chooses in it the site that is `wanted`, else the one that is
  // chosen there already, else the `likely` one (ids, or nothing). Where the wanted one takes no
  // claims any more, none is chosen: nobody's hubs move to another site by themselves.
  take(picker, wanted, likely) {
    this.#details.querySelector("[data-picker]").replaceChildren(picker);
    const chosen = wanted || this.site.id || likely;
    for (const radio of this.#details.querySelectorAll("input[type=radio]")) {
      radio.checked = radio.value === chosen;
    }
    this.#show();
    this.#details.open = !this.site.id;
  }

  // Makes a <site-picker> of the sites that a person had at the last visit.
  static picker(template, sites) {
    const picker = template.content.firstElementChild.cloneNode(true);
    const cards = picker.querySelector(".radio-cards");
    const one = cards.firstElementChild;
    cards.replaceChildren(...sites.map((site) => TraySite.#card(one, site)));
    return picker;
  }

  static #card(one, { id, name, address }) {
    const card = one.cloneNode(true);
    card.querySelector("input").value = id;
    card.querySelector("strong").textContent = name;
    card.querySelector(".help").textContent = address;
    return card;
  }

  // Leads to the choice.
  ask() {
    this.#details.open = true;
    this.#details.querySelector("input[type=radio]")?.focus();
    this.#details.scrollIntoView({ block: "nearest" });
  }

  #walk(isByKey) {
    this.#isByKey = isByKey;
  }

  // By keyboard one walks through the sites: only a tap says that it is this one.
  #choose(event) {
    if (!event.target.matches("input[type=radio]")) return;
    this.#show();
    this.#changed(this.site);
    if (this.#isByKey) return;
    this.#details.open = false;
    this.#details.querySelector("summary").focus();
  }

  #show() {
    this.#name.textContent = this.site.name || this.#words.say("no-site");
    this.#details.toggleAttribute("data-chosen", Boolean(this.site.id));
  }
}
