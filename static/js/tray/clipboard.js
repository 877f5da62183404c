// The device's clipboard, which not every browser has, nor every page may use.
import { within } from "../page/within.js";

const COPIED_WITHIN = 2000;

export const canCopy = () => Boolean(navigator.clipboard);

/**
 * Answers with whether the text can be pasted now; the browser, or the person, may refuse, or never answer.
 * @param {string} text
 */
export const copy = async (text) => {
  try {
    await within(COPIED_WITHIN, navigator.clipboard.writeText(text));
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
};
