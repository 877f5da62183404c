// Keeps polling honest: it rests while nobody looks or nothing can be reached, asks at once on
// return, says how old the news is, announces a change of status once, and keeps the focus.
import { announce, find } from "./dom.js";

/** @typedef {{ requestConfig: { elt: Element }, xhr: XMLHttpRequest, successful?: boolean }} Detail */

const STEP = 5000;
/** @param {string} id */
const byId = (id) => find(document, `#${id}`, HTMLElement);
const polled = () => document.querySelectorAll("[data-poll]");
const resting = () => document.hidden || !navigator.onLine;
/** @param {Detail} detail */
const isPoll = (detail) => detail.requestConfig.elt.matches("[data-poll]");
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", {
  numeric: "auto",
  style: "short",
});
let newsAt = Date.now();
/** @type {Set<string>} */
let announced = new Set();
/** @type {Element | null} */
let focused = null;

/**
 * Listens to what htmx tells.
 * @param {string} kind
 * @param {(detail: Detail, event: Event) => void} act
 */
const on = (kind, act) =>
  document.addEventListener(`htmx:${kind}`, (event) =>
    act(/** @type {CustomEvent<Detail>} */ (event).detail, event),
  );

const showAge = () => {
  const seconds = (Math.floor((Date.now() - newsAt) / STEP) * STEP) / 1000;
  const text =
    seconds < 60
      ? relative.format(-seconds, "second")
      : relative.format(-Math.floor(seconds / 60), "minute");
  for (const place of document.querySelectorAll("[data-news-age]")) {
    const words = (place.getAttribute("data-news-age") ?? "").replace("{}", text);
    if (place.textContent !== words) place.textContent = words;
  }
};

const wake = () => {
  if (resting()) return;
  for (const element of polled()) window.htmx?.trigger(element, "poll");
};

const news = () => {
  const places = [...document.querySelectorAll("[data-announce]")];
  const texts = new Set(places.map((place) => place.getAttribute("data-announce") ?? ""));
  const fresh = [...texts].filter((text) => text && !announced.has(text));
  announced = texts;
  return fresh.join(". ");
};

// A button that ends its own use (Stop trying) must not take the keyboard's place with it.
const keepPlace = () => {
  const lost = focused && !focused.isConnected && document.activeElement === document.body;
  if (lost) byId("content").focus({ preventScroll: true });
};

/** @param {string[]} names */
const hide = (...names) => {
  for (const name of names) byId(`${name}-banner`).hidden = true;
};

/**
 * A poll comes again by itself. A tap does not: the person must know, wherever they scrolled.
 * @param {Detail} detail
 */
const showTrouble = (detail) => {
  if (isPoll(detail)) {
    byId("news-banner").hidden = false;
    return;
  }
  const refused = [403, 404].includes(detail.xhr.status);
  const banner = byId(refused ? "refused-banner" : "lost-banner");
  banner.hidden = false;
  banner.scrollIntoView({ block: "nearest" });
};

on("beforeRequest", (detail, event) => {
  if (!isPoll(detail)) hide("lost", "refused");
  else if (resting()) event.preventDefault();
});
on("afterRequest", (detail) => {
  if (!detail.successful) return;
  hide("news");
  if (isPoll(detail)) newsAt = Date.now();
  showAge();
});
on("beforeSwap", () => {
  focused = document.activeElement;
});
on("afterSettle", () => {
  keepPlace();
  const fresh = news();
  if (fresh) announce(fresh);
  showAge();
});
on("responseError", showTrouble);
on("sendError", showTrouble);
document.addEventListener("visibilitychange", wake);
window.addEventListener("online", wake);

news();
showAge();
setInterval(showAge, 1000);
