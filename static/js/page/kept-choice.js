// What is chosen in a list, kept while one looks at its other pages. Where a form uses it up, it is let go.

const NAME = "chosen-rows";

/**
 * @typedef {object} Choice
 * @property {string} list Whose list it is, and its filters.
 * @property {string[]} ids
 * @property {boolean} matching Whether all that match are chosen.
 */

/** @returns {Choice | null | undefined} Null where nothing is kept, undefined where nothing can be. */
export const kept = () => {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "null");
  } catch {
    return undefined;
  }
};

/** @param {Choice | null} choice */
export const keep = (choice) => {
  try {
    if (choice) sessionStorage.setItem(NAME, JSON.stringify(choice));
    else sessionStorage.removeItem(NAME);
  } catch {
    // It holds for this page.
  }
};

document.querySelector("[data-choice-used]")?.addEventListener("submit", () => keep(null));
