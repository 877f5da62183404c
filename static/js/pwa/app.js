// The portal as an app on this device: its service worker, who works here, and the button that
// installs it. `worker` is the service worker's address, `person` the id of whoever is signed in.

import { setting } from "../page/settings.js";
import { store } from "../tray/page-store.js";
import { WaitingCount } from "./waiting-count.js";

const worker = setting("worker");
const person = setting("person");
const SIGN_OUT_PATIENCE = 1000;

const remember = async (name, value) => {
  if ((await store.get(name)) !== value) await store.set(name, value);
};

const within = (milliseconds, promise) =>
  Promise.race([promise, new Promise((done) => setTimeout(done, milliseconds))]);

// What the page itself needs comes first.
const register = () => {
  const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
  whenIdle(() => {
    navigator.serviceWorker.register(worker, { updateViaCache: "none" }).catch(() => {
      // Storage is full, or refused: the portal works as before, with a network.
    });
  });
};

const forget = () => Promise.all([store.set("current", undefined), store.forgetPerson(person)]);

// The line in the bar believes the browser when it says that there is no network. Here it is asked.
const isReached = async () => {
  const line = document.querySelector("connection-line");
  if (line.dataset.state === "online") return true;
  const signal = AbortSignal.timeout(SIGN_OUT_PATIENCE);
  const answer = await fetch(line.getAttribute("portal"), { cache: "no-store", signal });
  return answer.ok;
};

// Whoever signs out is forgotten here first. A device that cannot forget must still sign out. Of
// somebody whose session lives on nothing is forgotten: the page says that it needs a connection.
const signOut = async (event) => {
  event.preventDefault();
  if (!(await isReached().catch(() => false))) {
    const note = document.querySelector("[data-sign-out-note]");
    document.getElementById("announcer").textContent = note.textContent;
    return;
  }
  await within(SIGN_OUT_PATIENCE, forget()).catch(() => {});
  event.target.submit();
};

const isUnsent = ({ stage, news }) =>
  stage === "confirmed" || (stage === "tray" && news?.canClaim !== false);

// Whoever is about to sign out reads what is left behind.
const tellUnsent = async () => {
  const count = (await store.rows(person)).filter(isUnsent).length;
  const form = new Intl.PluralRules(document.documentElement.lang).select(count);
  for (const note of document.querySelectorAll("[data-unsent]")) {
    note.hidden = count === 0;
    note.textContent = (note.dataset[form] ?? note.dataset.other).replace("{}", count);
  }
};

const offerToInstall = (offer) => {
  const button = document.querySelector("[data-install]");
  if (!button) return;
  offer.preventDefault();
  button.hidden = false;
  const hide = () => {
    button.hidden = true;
  };
  button.onclick = () => {
    hide();
    offer.prompt();
  };
  window.addEventListener("appinstalled", hide);
};

new WaitingCount(document.querySelector("connection-line"));
const remembered = Promise.all([
  remember("current", person),
  remember("language", document.documentElement.lang.split("-")[0]),
]);
remembered.catch(() => {
  // Storage is refused: the tray says so where somebody scans.
});
if ("serviceWorker" in navigator) {
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
}
const tell = () => tellUnsent().catch(() => {});
document.getElementById("person-menu")?.addEventListener("beforetoggle", tell);
tell();
for (const form of document.querySelectorAll("[data-sign-out]")) {
  form.addEventListener("submit", signOut);
}
window.addEventListener("beforeinstallprompt", offerToInstall);
