// A form is sent once: until the answer is there, another tap on its button does nothing. The portal
// would make one thing of both (see portal/core/web/once.py); this spares people the second wait.

// A file that is fetched leaves the page as it is, and so does an answer that never comes.
const PATIENCE = 5000;

/** @type {Map<HTMLFormElement, () => void>} How each form that was sent is let go. */
const sent = new Map();

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
const hold = (form, button) => {
  button?.setAttribute("aria-disabled", "true");
  const letGo = () => {
    button?.removeAttribute("aria-disabled");
    sent.delete(form);
  };
  sent.set(form, letGo);
  setTimeout(letGo, PATIENCE);
};

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post")
    return;
  if (sent.has(form)) event.preventDefault();
  else hold(form, submitter);
});

// Who goes back finds the page as it was left.
addEventListener("pageshow", () => {
  for (const letGo of sent.values()) letGo();
});
