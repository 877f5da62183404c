// The device's clipboard, which not every browser has, nor every page may use.

export const canCopy = () => Boolean(navigator.clipboard);

/**
 * Answers with whether the text can be pasted now; the browser, or the person, may refuse.
 * @param {string} text
 */
export const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
};
