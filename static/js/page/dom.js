// What scripts find on their page: its parts, and what the portal tells in the head.

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new (...args: any[]) => T} kind
 * @returns {T} The first such element, which the template has: without it this throws.
 */
export const find = (root, selector, kind) => {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new TypeError(`The page has no ${selector}.`);
};

/**
 * @param {string} name
 * @returns {string} What `<meta name="portal-…">` says under this name, or "".
 */
export const setting = (name) =>
  document.head.querySelector(`meta[name="portal-${name}"]`)?.getAttribute("content") ?? "";

/** The portal's time zone: whatever a device thinks, one clock is told from. */
export const timeZone = setting("time-zone") || undefined;

/**
 * Has something said to those who listen rather than look.
 * @param {string} text
 */
export const announce = (text) => {
  find(document, "#announcer", HTMLElement).textContent = text;
};

/**
 * Has something done when a button with `data-tap` of this name is used; one that is switched off
 * does nothing.
 * @param {HTMLElement} element It holds the buttons.
 * @param {string} name
 * @param {(rowId: string) => void} act Gets the row of the button, or "".
 * @param {AbortSignal} signal Ends it.
 */
export const onTap = (element, name, act, signal) => {
  /** @param {Event} event */
  const tap = ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    if (!button || button.ariaDisabled === "true" || button.dataset.tap !== name) return;
    act(button.closest("[data-row]")?.getAttribute("data-row") ?? "");
  };
  element.addEventListener("click", tap, { signal });
};

/**
 * Whether anything of the element is drawn.
 * @param {Element} element
 */
export const isDrawn = (element) => element.getClientRects().length > 0;

// The element that had the focus may just have gone. A field would bring up the keyboard.
export const keepFocus = () => {
  const { activeElement, body } = document;
  if (activeElement && activeElement !== body && isDrawn(activeElement)) return;
  find(document, "#content", HTMLElement).focus({ preventScroll: true });
};
