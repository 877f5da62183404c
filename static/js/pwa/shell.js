// The shell opens in the place of whatever page was asked for, and leads there once it can: also
// when its language was changed meanwhile. In the shell alone. `address` is that of the shell in this
// language, `tray` the path of the tray's page.

import { setting } from "../page/settings.js";
import { Address } from "../tray/address.js";
import { store } from "../tray/page-store.js";
import { WaitingCount } from "./waiting-count.js";

new WaitingCount(document.querySelector("connection-line"));
const address = setting("shell");
const tray = setting("tray-page");
const here = new URL(location.href);
// Whoever came by the shell's own address chose its language, or sent a form that got lost.
const isItself = here.pathname === address;

// The path of a page of this portal, whoever wrote the address. What an address asks of the tray
// was done here, and is not asked again.
const pathOf = (asked) => {
  const page = URL.canParse(asked, here) ? new URL(asked, here) : new URL(tray, here);
  if (page.origin !== here.origin) return tray;
  if (page.pathname !== tray) return page.pathname + page.search;
  for (const name of Address.NAMES) page.searchParams.delete(name);
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
  store.set("language", language).catch(() => {});
}
