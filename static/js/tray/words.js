// Words of a page's template, by name: `<p data-when="name">` with `{}` for what is filled in.

/** What a row says. @typedef {{ kind: string, icon: string, word: string, title: string, text: string }} RowWords */

export class Words {
  /** @type {Map<string, HTMLElement>} */
  #parts = new Map();
  #plurals = new Intl.PluralRules(document.documentElement.lang || "en");

  /** @param {HTMLTemplateElement} template */
  constructor(template) {
    /** @type {NodeListOf<HTMLElement>} */
    const parts = template.content.querySelectorAll("[data-when]");
    for (const part of parts) this.#parts.set(part.dataset.when ?? "", part);
  }

  /**
   * A sentence.
   * @param {string} name
   * @param {string | number} [value]
   */
  sentence(name, value = "") {
    return this.#part(name)
      .textContent.trim()
      .replace("{}", () => String(value));
  }

  /**
   * A sentence about a number of things: `data-one` and `data-other` hold its forms.
   * @param {string} name
   * @param {number} number
   */
  count(name, number) {
    const { dataset } = this.#part(name);
    const form = dataset[this.#plurals.select(number)] ?? dataset.other ?? "";
    return form.replace("{}", String(number));
  }

  /**
   * What a row says.
   * @param {string} name
   * @returns {RowWords}
   */
  news(name) {
    const { kind = "", icon = "", word = "", title = "" } = this.#part(name).dataset;
    return { kind, icon, word, title, text: this.sentence(name) };
  }

  /** @param {string} name */
  #part(name) {
    const part = this.#parts.get(name);
    if (!part) throw new RangeError(`There are no words for ${name}.`);
    return part;
  }
}
