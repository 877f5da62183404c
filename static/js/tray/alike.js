// What several rows say word for word, and is said once above them.

/** @import { RowWords } from "./words.js" */

// What so many rows say, or more, is said once.
const MANY = 2;

/**
 * All that the row says of its state; "" where its chip says it all.
 * @param {RowWords | undefined} words
 */
const saying = (words) => (words?.text ? `${words.title || words.word}. ${words.text}` : "");

/**
 * What several of these say, and which of them do.
 * @template {{ view?: RowWords }} T
 * @param {T[]} rows
 * @returns {Map<string, T[]>}
 */
export const alike = (rows) => {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const row of rows) {
    const said = saying(row.view);
    if (said) groups.set(said, [...(groups.get(said) ?? []), row]);
  }
  return new Map([...groups].filter(([, each]) => each.length >= MANY));
};
