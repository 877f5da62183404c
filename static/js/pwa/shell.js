// The shell opens in the place of the page that was asked for, and leads there once it can: also
// when its language was changed meanwhile. In the shell alone.
import { find, setting } from "../page/dom.js";
import { reportUnlessRefused } from "../page/report.js";
import { store } from "../tray/page-store.js";
import { pathOf } from "./asked-page.js";
import { countWaiting } from "./waiting-count.js";

// The path of the tray's page.
const tray = setting("tray-page");
const here = new URL(location.href);
// People who came by the shell's own address chose its language, or sent a form that got lost.
const isItself = here.pathname === setting("shell");

const asked = isItself ? (here.searchParams.get("page") ?? tray) : here.href;
const page = pathOf(asked, here, tray);
find(document, "[data-asked-page]", HTMLAnchorElement).href = page;
/** @type {NodeListOf<HTMLAnchorElement>} */
const links = document.querySelectorAll("[data-shell-language]");
for (const link of links) link.search = String(new URLSearchParams({ page }));

// Shown once, and not again when the page is reloaded.
const isLost = isItself && here.searchParams.has("lost");
find(document, "[data-lost]", HTMLElement).hidden = !isLost;
if (isItself) {
  here.searchParams.delete("lost");
  history.replaceState(history.state, "", here);
  const [language] = document.documentElement.lang.split("-");
  // Storage that is refused is told by the tray.
  store.set("language", language).catch(reportUnlessRefused);
}
countWaiting();
