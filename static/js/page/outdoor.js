// The look for the sun: its switch, remembered on the device. Runs before anything is painted, so
// that nobody in the sun is shown another look first: the sheet's link is `blocking` for that. So
// it is a classic script; a module runs only after the page was parsed.
"use strict";

{
  const NAME = "look";
  const OUTDOOR = "outdoor";
  const root = document.documentElement;
  const sheet = /** @type {HTMLLinkElement} */ (document.getElementById("outdoor-look"));
  const deviceMedia = sheet.media;
  let chosen = false;

  // A device that keeps nothing for us throws at the very mention of its storage.
  const remembered = () => {
    try {
      return localStorage.getItem(NAME) === OUTDOOR;
    } catch {
      return chosen;
    }
  };

  const remember = () => {
    try {
      if (chosen) localStorage.setItem(NAME, OUTDOOR);
      else localStorage.removeItem(NAME);
    } catch {
      // It holds for this page.
    }
  };

  const show = () => {
    root.dataset.look = chosen ? OUTDOOR : "";
    sheet.media = chosen ? "all" : deviceMedia;
    /** @type {NodeListOf<HTMLElement>} */
    const buttons = document.querySelectorAll("[data-look-switch]");
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(chosen));
      button.hidden = false;
    }
  };

  const look = () => {
    chosen = remembered();
    show();
  };

  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element && target.closest("[data-look-switch]"))) return;
    chosen = !chosen;
    remember();
    show();
  });
  // The switch itself is further down; other tabs, and the way back, may have changed it.
  document.addEventListener("DOMContentLoaded", show);
  addEventListener("storage", look);
  addEventListener("pageshow", look);
  look();
}
