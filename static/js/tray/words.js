// Words of a page's template, by name: `<p data-when="name">` with `{}` for what is filled in.

/** What a row says. @typedef {{ kind: string, icon: string, word: string, title: string, text: string }} RowWords */

/**
 * The text with these values for each `{}` in turn, and nothing where there are too few.
 * @param {string} text
 * @param {(string | number)[]} values
 */
const fill = (text, values) => {
  const left = [...values];
  return text.replaceAll("{}", () => String(left.shift() ?? ""));
};

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
   * @param {(string | number)[]} values
   */
  sentence(name, ...values) {
    return fill(this.#part(name).textContent.trim(), values);
  }

  /**
   * A sentence about a number of things: `data-one` and `data-other` hold its forms.
   * @param {string} name
   * @param {number} number
   * @param {(string | number)[]} more What is filled in after it.
   */
  count(name, number, ...more) {
    const { dataset } = this.#part(name);
    const form = dataset[this.#plurals.select(number)] ?? dataset.other ?? "";
    return fill(form, [number, ...more]);
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
