// Keeps polling honest: it rests while nobody looks or nothing can be reached, asks at once on
// return, says how old the news is, announces a change of status once, and keeps the focus.
const STEP = 5000;
const byId = (id) => document.getElementById(id);
const polled = () => document.querySelectorAll("[data-poll]");
const resting = () => document.hidden || !navigator.onLine;
const isPoll = (event) => event.detail.requestConfig.elt.matches("[data-poll]");
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", {
  numeric: "auto",
  style: "short",
});
let newsAt = Date.now();
let said = new Set();
let focused;

const tellAge = () => {
  const seconds = (Math.floor((Date.now() - newsAt) / STEP) * STEP) / 1000;
  const [amount, unit] = seconds < 60 ? [seconds, "second"] : [Math.floor(seconds / 60), "minute"];
  for (const place of document.querySelectorAll("[data-news-age]")) {
    const text = place.dataset.newsAge.replace("{}", relative.format(-amount, unit));
    if (place.textContent !== text) place.textContent = text;
  }
};

const wake = () => {
  if (resting()) return;
  for (const element of polled()) window.htmx?.trigger(element, "poll");
};

const announce = () => {
  const places = [...document.querySelectorAll("[data-announce]")];
  const texts = new Set(places.map((place) => place.dataset.announce));
  const news = [...texts].filter((text) => text && !said.has(text));
  said = texts;
  return news.join(". ");
};

// A button that ends its own use (Stop trying) must not take the keyboard's place with it.
const keepPlace = () => {
  const lost = focused && !focused.isConnected && document.activeElement === document.body;
  if (lost) byId("content").focus({ preventScroll: true });
};

const hide = (...names) => {
  for (const name of names) byId(`${name}-banner`).hidden = true;
};

// A poll comes again by itself. A tap does not: whoever tapped must know, wherever they scrolled.
const tellTrouble = (event) => {
  if (isPoll(event)) {
    byId("news-banner").hidden = false;
    return;
  }
  const refused = [403, 404].includes(event.detail.xhr.status);
  const banner = byId(refused ? "refused-banner" : "lost-banner");
  banner.hidden = false;
  banner.scrollIntoView({ block: "nearest" });
};

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!isPoll(event)) hide("lost", "refused");
  else if (resting()) event.preventDefault();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  hide("news");
  if (isPoll(event)) newsAt = Date.now();
  tellAge();
});
document.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement;
});
document.addEventListener("htmx:afterSettle", () => {
  keepPlace();
  const news = announce();
  if (news) byId("announcer").textContent = news;
  tellAge();
});
document.addEventListener("htmx:responseError", tellTrouble);
document.addEventListener("htmx:sendError", tellTrouble);
document.addEventListener("visibilitychange", wake);
window.addEventListener("online", wake);

announce();
tellAge();
setInterval(tellAge, 1000);
