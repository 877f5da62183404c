// Keeps polling honest: it rests while nobody looks or nothing can be reached, asks at once on
// return, says how old the news is, announces a change of status once, and keeps the focus. Nothing but
// the portal's own fragments gets into the page.
import { question, speakerOf } from "./answer.js";
import { announce, find } from "./dom.js";
import { isTurn, keepPace } from "./poll-pace.js";
import { keepTicket, ticketOf } from "./poll-tickets.js";

/** @typedef {Record<string, string>} Headers_ */
/** @typedef {{ elt: Element, headers: Headers_, triggeringEvent?: Event }} RequestConfig */
/** @typedef {{ requestConfig: RequestConfig, xhr: XMLHttpRequest, target: Element, successful?: boolean }} Detail */

const STEP = 5000;
const EMPTY = 204;
const FAULTY = 422;
const BUSY = 429;
const LEADING = ["HX-Redirect", "HX-Refresh", "HX-Location"];
// The banners, by what was asked.
const OF_POLLS = ["news", "fault", "gone"];
const OF_TAPS = ["lost", "failed", "refused"];
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
 * What to say of no fresh news, and of a tap: the portal refused, it failed, or it never heard.
 * @param {Detail} detail
 */
const troubleOf = (detail) => {
  const { status } = detail.xhr;
  const isPortals = speakerOf(detail) === "portal";
  const isRefused = isPortals && status < 500 && status !== BUSY;
  if (isPoll(detail)) return isRefused ? "gone" : isPortals ? "fault" : "news";
  return isRefused ? "refused" : isPortals ? "failed" : "lost";
};

/**
 * A poll comes again by itself. A tap does not: the person must know, wherever they scrolled.
 * @param {Detail} detail
 */
const showTrouble = (detail) => {
  const trouble = troubleOf(detail);
  if (isPoll(detail)) hide(...OF_POLLS);
  const banner = byId(`${trouble}-banner`);
  banner.hidden = false;
  if (!isPoll(detail)) banner.scrollIntoView({ block: "nearest" });
};

/**
 * Whether the answer leads elsewhere, or holds the part that it is to replace, and is no whole page:
 * a script that is led elsewhere gets one.
 * @param {Detail} detail
 */
const isFragment = ({ xhr, target }) => {
  const isLeading = LEADING.some((name) => xhr.getResponseHeader(name) !== null);
  if (isLeading || xhr.status === EMPTY || (xhr.status >= 400 && xhr.status !== FAULTY))
    return true;
  const id = (xhr.getResponseHeader("HX-Retarget") ?? `#${target.id}`).slice(1);
  return xhr.responseText.includes(`id="${id}"`) && !/<html[\s>]/i.test(xhr.responseText);
};

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers } = /** @type {CustomEvent<RequestConfig>} */ (event).detail;
  Object.assign(headers, question(), ticketOf(elt));
});

/**
 * A page that is no more than news stays where it is when the session has ended: hubs may wait here.
 * @param {Detail} detail
 */
const isToStay = (detail) =>
  detail.requestConfig.elt.getAttribute("data-poll") === "stay" &&
  detail.xhr.getResponseHeader("HX-Redirect") !== null;

on("beforeOnLoad", (detail, event) => {
  if (speakerOf(detail) === "portal" && isToStay(detail)) {
    event.preventDefault();
    byId("ended-banner").hidden = false;
    return;
  }
  if (speakerOf(detail) === "portal" && isFragment(detail)) return;
  event.preventDefault();
  showTrouble(detail);
});
/**
 * Whether a poll is not left out. What an event asks for, such as the return to the page, never is.
 * @param {Detail} detail
 */
const isDue = ({ requestConfig: { elt, triggeringEvent } }) =>
  triggeringEvent !== undefined || isTurn(elt.id);

on("beforeRequest", (detail, event) => {
  if (!isPoll(detail)) hide(...OF_TAPS);
  else if (resting() || !isDue(detail)) event.preventDefault();
});
on("afterRequest", (detail) => {
  if (!detail.successful) return;
  hide(...OF_POLLS);
  if (isPoll(detail)) {
    newsAt = Date.now();
    keepTicket(detail.requestConfig.elt, detail.xhr);
    byId("pace-banner").hidden = !keepPace(detail.xhr);
  }
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
on("timeout", showTrouble);
document.addEventListener("visibilitychange", wake);
window.addEventListener("online", wake);
// What was sent from this page is news to it.
let isSending = false;
document.addEventListener("tray-sync", (event) => {
  const { sending } = /** @type {CustomEvent<{ sending: Set<string> }>} */ (event).detail;
  if (isSending && !sending.size) wake();
  isSending = sending.size > 0;
});
document.addEventListener("connection", (event) => {
  if (/** @type {CustomEvent<{ online: boolean }>} */ (event).detail.online) wake();
});

news();
showAge();
setInterval(showAge, 1000);
