// The shell opens in the place of whatever page was asked for, and leads there once it can: also
// when its language was changed meanwhile. In the shell alone. Data of the script's own element:
// `address`, that of the shell in this language, and `tray`, the path of the tray's page.
"use strict";

{
  const { address, tray } = document.currentScript.dataset;
  const here = new URL(location.href);
  // Whoever came by the shell's own address chose its language, or sent a form that got lost.
  const isItself = here.pathname === address;

  // The path of a page of this portal, whoever wrote the address. What an address asks of the tray
  // was done here, and is not asked again.
  const pathOf = (asked) => {
    const page = URL.canParse(asked, here) ? new URL(asked, here) : new URL(tray, here);
    if (page.origin !== here.origin) return tray;
    if (page.pathname !== tray) return page.pathname + page.search;
    for (const name of globalThis.TrayAddress.NAMES) page.searchParams.delete(name);
    return page.pathname + page.search;
  };

  const page = pathOf(isItself ? (here.searchParams.get("page") ?? tray) : here.href);
  document.querySelector("[data-asked-page]").href = page;
  for (const link of document.querySelectorAll("[data-shell-language]")) {
    link.search = new URLSearchParams({ page });
  }

  // Told once, and not again when the page is loaded anew.
  document.querySelector("[data-lost]").hidden = !(isItself && here.searchParams.has("lost"));
  if (isItself) {
    here.searchParams.delete("lost");
    history.replaceState(history.state, "", here);
    const language = document.documentElement.lang.split("-")[0];
    new TrayStore().set("language", language).catch(() => {});
  }
}
