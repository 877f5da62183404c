// What of ours did not load is mended: docs/tray.md says how. Scripts that load others late say
// `unloaded`, and hear `mended`.
//
// A classic script that imports nothing, before all modules: whichever else fails, this one runs, and
// hears of it. Each page names it anew, so no cache has another's answer in its place.
"use strict";

{
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  // Where static files are.
  const under = new URL("../../", script.src).href;
  /** @type {Record<string, string>} */
  const KINDS = {
    js: "text/javascript",
    css: "text/css",
    wasm: "application/wasm",
    svg: "image/svg+xml",
  };
  const NAMED = /"(\.{0,2}\/[^"?#]+\.(?:js|css|wasm|svg))[?"#]/g;
  const PATIENCE = 60_000;
  const FIRST_PAUSE = 1000;
  const LONGEST_PAUSE = 600_000;
  // It grows for as long as the page lives: so nothing is asked for without end.
  let pause = 0;
  let isMending = false;
  // Whether the page is not whole without being loaded again.
  let isBroken = false;
  let isSending = false;

  /**
   * Our files that a tag, or a module, names.
   * @param {string} text
   * @param {string} address Where it stands.
   */
  const named = (text, address) =>
    [...text.matchAll(NAMED)]
      .map(([, name = ""]) => new URL(name, address).href)
      .filter((each) => each.startsWith(under));

  /**
   * @param {string} address
   * @param {RequestCache} cache
   */
  const fetched = async (address, cache) => {
    const answer = await fetch(address, { cache, signal: AbortSignal.timeout(PATIENCE) });
    const kind = KINDS[address.split(".").at(-1) ?? ""] ?? "";
    const isOurs = answer.ok && answer.headers.get("Content-Type")?.startsWith(kind);
    if (!isOurs) throw new TypeError("Somebody else has answered.");
    return named(await answer.text(), address);
  };

  /** @param {string} address */
  const mended = (address) => fetched(address, "default").catch(() => fetched(address, "reload"));

  // Rejects unless all of the page's files are there, those too that they import.
  const mendAll = async () => {
    /** @type {Set<string>} */
    const known = new Set();
    // Not the whole page: what people typed names no file.
    const naming = document.querySelectorAll("script[src], link, use, template[data-later]");
    let next = named([...naming].map(({ outerHTML }) => outerHTML).join(), location.href);
    while (next.length) {
      for (const each of next) known.add(each);
      const found = await Promise.all([...new Set(next)].map(mended));
      next = found.flat().filter((each) => !known.has(each));
    }
  };

  /** @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} field */
  const isFilledIn = (field) => {
    if (field instanceof HTMLSelectElement) {
      const usual = [...field.options].findLastIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.min(Math.max(usual, 0), field.options.length - 1);
    }
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
      return field.checked !== field.defaultChecked;
    }
    return field.value !== field.defaultValue;
  };

  // Whether somebody would lose something: what is typed, what is open, what was said just now, and what
  // whoever closes the page is asked about.
  const holdsSomething = () => {
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = document.querySelectorAll("input, textarea, select");
    const isHeld = document.querySelector("dialog[open], .messages-said");
    const leaving = new Event("beforeunload", { cancelable: true });
    return isSending || Boolean(isHeld) || [...fields].some(isFilledIn) || !dispatchEvent(leaving);
  };

  // Once a page and release: a device that does not remember that is not led in circles.
  const isFirstTime = () => {
    const release = document.querySelector("meta[name=portal-release]")?.getAttribute("content");
    const name = `mended ${release} ${location.pathname}`;
    try {
      if (sessionStorage.getItem(name)) return false;
      sessionStorage.setItem(name, "yes");
      return true;
    } catch {
      return false;
    }
  };

  // What a form was answered with is not to be had again.
  const isAskedFor = "get" in script.dataset;

  const mend = async () => {
    if (isMending) return;
    isMending = true;
    while (isMending && pause < LONGEST_PAUSE) {
      await new Promise((done) => setTimeout(done, pause));
      pause = 2 * pause || FIRST_PAUSE;
      isMending = await mendAll().then(
        () => false,
        () => true,
      );
    }
    if (isMending) return;
    dispatchEvent(new Event("mended"));
    if (isBroken && isAskedFor && !holdsSomething() && isFirstTime()) location.reload();
  };

  const reloadOnceMended = () => {
    isBroken = true;
    mend();
  };

  /** @param {EventTarget | null} target */
  const addressOf = (target) => {
    if (target instanceof HTMLScriptElement) return target.src;
    return target instanceof HTMLLinkElement && target.rel === "stylesheet" ? target.href : "";
  };

  // A browser runs whatever comes in the place of a classic script, draws nothing where the icons are not
  // ours, and says nothing.
  const checkTheSilent = async () => {
    /** @type {NodeListOf<HTMLScriptElement>} */
    const scripts = document.querySelectorAll("script[src]:not([type])");
    const icons = document.querySelector("use")?.outerHTML ?? "";
    const ours = [...scripts].filter((each) => each !== script && each.src.startsWith(under));
    const addresses = [...ours.map(({ src }) => src), ...named(icons, location.href)];
    await Promise.all(addresses.map((each) => fetched(each, "force-cache")));
  };

  addEventListener(
    "error",
    ({ target }) => {
      if (addressOf(target).startsWith(under)) reloadOnceMended();
    },
    { capture: true },
  );
  addEventListener("unhandledrejection", ({ reason }) => {
    // So all browsers say that an import failed.
    if (reason instanceof TypeError && /import/i.test(reason.message)) reloadOnceMended();
  });
  addEventListener("submit", ({ defaultPrevented }) => {
    isSending ||= !defaultPrevented;
  });
  addEventListener("unloaded", mend);
  // What failed before this script could hear of it: a sheet that is somebody else's has no rules.
  addEventListener("load", () => {
    /** @type {NodeListOf<HTMLLinkElement>} */
    const sheets = document.querySelectorAll("link[rel=stylesheet]");
    if (![...sheets].every(({ sheet }) => sheet?.cssRules.length)) reloadOnceMended();
    checkTheSilent().catch(reloadOnceMended);
  });
}
