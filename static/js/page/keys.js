// Keys for the whole page. None of them acts while somebody types, or while a dialog is open.

const TYPED_IN = "input, textarea, select, [contenteditable]";

/**
 * Has something done whenever a key is pressed by itself.
 * @param {string} key As KeyboardEvent.key names it.
 * @param {() => void} act
 */
export const onKey = (key, act) => {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const isTyping = target instanceof Element && target.closest(TYPED_IN);
    const isChord = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (event.key !== key || isTyping || isChord || event.defaultPrevented) return;
    if (document.querySelector("dialog:modal")) return;
    event.preventDefault();
    act();
  });
};
