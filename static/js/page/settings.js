// What the portal tells its scripts in the page's head: `<meta name="portal-…" content="…">`.

/**
 * @param {string} name
 * @returns {string} What is said under this name, or "".
 */
export const setting = (name) =>
  document.head.querySelector(`meta[name="portal-${name}"]`)?.getAttribute("content") ?? "";
