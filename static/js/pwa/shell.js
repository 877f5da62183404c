// The shell opens in the place of the page that was asked for, and leads there once it can: also
// when its language was changed meanwhile. It gives way by itself: at once to whoever has done nothing in
// it, else once nobody looks, and never while something would be lost. In the shell alone.
import { find, setting } from "../page/dom.js";
import { reportUnlessRefused } from "../page/report.js";
import { store } from "../tray/page-store.js";
import { sync } from "../tray/page-sync.js";
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

// A portal that answers here, and not there, would be asked for ever.
const NOT_AGAIN_WITHIN = 60_000;
const GAVE_WAY = "shell-gave-way";
const AT_WORK = ["pointerdown", "keydown", "input", "paste"];
const TYPED = "main input:is([type=text], [type=search], :not([type])), main textarea";
let isAtWork = isItself;

const work = () => {
  isAtWork = true;
};

const isHoldingSomething = () => {
  /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */
  const fields = document.querySelectorAll(TYPED);
  const isTyping = [...fields].some(({ value }) => value.trim());
  const isUnkept = document.querySelector("[data-notice=unkept]:not([hidden])");
  return isTyping || Boolean(isUnkept || document.querySelector("dialog[open]")) || sync.owes;
};

// When this tab gave way last, as it remembers.
const gaveWayAt = () => {
  try {
    return Number(sessionStorage.getItem(GAVE_WAY) ?? 0);
  } catch {
    return 0;
  }
};

const isNoted = () => {
  try {
    sessionStorage.setItem(GAVE_WAY, String(Date.now()));
    return true;
  } catch {
    return false;
  }
};

const giveWay = () => {
  const line = find(document, "connection-line", HTMLElement);
  const isFree = !isLost && !isHoldingSomething() && (!isAtWork || document.hidden);
  if (line.dataset.state !== "online" || !isFree) return;
  if (Math.abs(Date.now() - gaveWayAt()) < NOT_AGAIN_WITHIN) return;
  // One that remembers nothing waits as long as it would before it went again.
  const early = NOT_AGAIN_WITHIN - performance.now();
  if (isNoted() || early <= 0) location.replace(page);
  else setTimeout(giveWay, early);
};

for (const kind of AT_WORK) document.addEventListener(kind, work, { capture: true });
// What the camera reads is work, too.
store.changes.addEventListener("change", (event) => {
  if (event instanceof CustomEvent && event.detail.store === "rows" && !sync.detail.sending.size)
    work();
});
document.addEventListener("connection", giveWay);
document.addEventListener("visibilitychange", giveWay);
giveWay();
