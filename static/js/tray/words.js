// Words of a page's template, by name: `<p data-when="name">` with `{}` for what is filled in.
export class Words {
  #parts;
  #plurals = new Intl.PluralRules(document.documentElement.lang || "en");

  constructor(template) {
    const parts = template.content.querySelectorAll("[data-when]");
    this.#parts = new Map([...parts].map((part) => [part.dataset.when, part]));
  }

  // A sentence.
  say(name, value = "") {
    return this.#parts
      .get(name)
      .textContent.trim()
      .replace("{}", () => value);
  }

  // A sentence about a number of things: `data-one` and `data-other` hold its forms.
  count(name, number) {
    const { dataset } = this.#parts.get(name);
    return (dataset[this.#plurals.select(number)] ?? dataset.other).replace("{}", String(number));
  }

  // What a row says: `{kind, icon, word, title, text}`.
  news(name) {
    const { kind, icon, word, title } = this.#parts.get(name).dataset;
    return { kind, icon, word, title, text: this.say(name) };
  }
}
