// A form is sent once: until the answer is there, another tap on its button does nothing. The portal
// would make one thing of both (see portal/core/web/once.py); this spares people the second wait.

// A file that is fetched leaves the page as it is, and so does an answer that never comes.
const PATIENCE = 5000;

/** @type {Map<HTMLElement, () => void>} How each that was sent is let go. */
const sent = new Map();

/**
 * What is sent once: the form, or of one that gives files, each of these.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
const whichOf = (form, button) => (button?.matches("[data-file]") ? button : form);

/**
 * @param {HTMLElement} which
 * @param {HTMLElement | null} button
 */
const hold = (which, button) => {
  button?.setAttribute("aria-disabled", "true");
  const letGo = () => {
    button?.removeAttribute("aria-disabled");
    sent.delete(which);
  };
  sent.set(which, letGo);
  setTimeout(letGo, PATIENCE);
};

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post")
    return;
  const which = whichOf(form, submitter);
  if (sent.has(which)) event.preventDefault();
  else hold(which, submitter);
});

// Who goes back finds the page as it was left.
addEventListener("pageshow", () => {
  for (const letGo of sent.values()) letGo();
});
