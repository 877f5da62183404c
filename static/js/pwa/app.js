// The portal as an app on this device: its service worker, who works here, and the button that
// installs it. Storage that is refused is told by the tray, where somebody scans.
import { ask } from "../page/answer.js";
import { announce, find, setting } from "../page/dom.js";
import { reportUnlessRefused } from "../page/report.js";
import { isUnsent } from "../tray/outcome.js";
import { forgetWhy, personOf } from "../tray/owner.js";
import { present, store } from "../tray/page-store.js";
import { countWaiting } from "./waiting-count.js";

/** @import { KeptRow } from "../tray/store.js" */

const SIGN_OUT_PATIENCE = 1000;
const INSTALL_AGAIN_AFTER = 5000;
const LONGEST_PAUSE = 300_000;
const person = setting("person");

/**
 * @param {string} name
 * @param {string} value
 */
const remember = async (name, value) => {
  if ((await store.get(name)) !== value) await store.set(name, value);
};

/**
 * @param {number} milliseconds
 * @param {Promise<unknown>} promise
 */
const within = (milliseconds, promise) =>
  Promise.race([promise, new Promise((done) => setTimeout(done, milliseconds))]);

const signUp = () =>
  navigator.serviceWorker.register(setting("worker"), { updateViaCache: "none" });

/**
 * @param {ServiceWorker} worker
 * @param {() => void} act Called once at most.
 */
const whenRedundant = (worker, act) => {
  const look = () => {
    if (worker.state !== "redundant") return;
    worker.removeEventListener("statechange", look);
    act();
  };
  worker.addEventListener("statechange", look);
};

/**
 * One that is being installed may have met what something else answered in the portal's place: it comes to
 * nothing, and so does whoever asked for another meanwhile. It may have done so before this page knew; or
 * its script itself was somebody else's. So it is tried again, ever more seldom. One that was ready while
 * this page was still on its way serves it from now on.
 * @param {number} [pause] Milliseconds before the next.
 */
const install = async (pause = INSTALL_AGAIN_AFTER) => {
  const again = () => setTimeout(() => install(Math.min(2 * pause, LONGEST_PAUSE)), pause);
  try {
    /** @type {ServiceWorkerRegistration | undefined} */
    const registration = await signUp();
    // Where a browser has none, it says nothing.
    if (!registration) return;
    if (registration.active) {
      if (!navigator.serviceWorker.controller) registration.active.postMessage("claim");
      return;
    }
    const first = registration.installing ?? registration.waiting;
    if (!first || first.state === "redundant") again();
    else whenRedundant(first, again);
  } catch (error) {
    if (pause === INSTALL_AGAIN_AFTER) reportUnlessRefused(error);
    again();
  }
};

// What the page itself needs comes first. Where storage is full, or refused, the portal works as
// before, with a network.
const register = () => {
  const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
  whenIdle(() => install());
};

// What could not be kept while something else answered in the portal's place is kept now.
const keepNow = async () => (await signUp()).update();

const forgetHere = () => {
  forgetWhy();
  return Promise.all([
    store.set("current", undefined),
    store.forgetPerson(person),
    present().forgetGrants(() => false),
  ]);
};

/**
 * What an agent scanned for others is kept for them alone, and while their grant stands: where a page
 * knows which do, it says so.
 * @param {KeptRow} row
 */
const stands = (row) => {
  const isTheirs = personOf(row.person) === person && Date.now() < (row.until ?? 0);
  const standing = document.querySelector("[data-standing-grants]");
  if (!isTheirs || !(standing instanceof HTMLElement)) return isTheirs;
  return (standing.dataset.standingGrants ?? "").split(" ").includes(row.grant ?? "");
};

// The line in the bar believes the browser when it says that there is no network. Here it is asked.
const isReached = async () => {
  const line = find(document, "connection-line", HTMLElement);
  if (line.dataset.state === "online") return true;
  const { ok } = await ask(line.getAttribute("portal") ?? "", {}, SIGN_OUT_PATIENCE);
  return ok;
};

/**
 * The person who signs out is forgotten here first. A device that cannot forget them must still sign out. Of
 * somebody whose session lives on nothing is forgotten: the page says that it needs a connection.
 * @param {SubmitEvent} event
 */
const signOut = async (event) => {
  event.preventDefault();
  if (!(await isReached().catch(() => false))) {
    announce(find(document, "[data-sign-out-note]", HTMLElement).textContent ?? "");
    return;
  }
  await within(SIGN_OUT_PATIENCE, forgetHere()).catch(reportUnlessRefused);
  /** @type {HTMLFormElement} */ (event.target).submit();
};

// Who is about to sign out reads what is left behind.
const showUnsent = async () => {
  const count = (await present().rows(person)).filter(isUnsent).length;
  const isOne = new Intl.PluralRules(document.documentElement.lang).select(count) === "one";
  /** @type {NodeListOf<HTMLElement>} */
  const notes = document.querySelectorAll("[data-unsent]");
  for (const note of notes) {
    note.hidden = count === 0;
    const { one, other, unkeptOne, unkeptOther } = note.dataset;
    const [single, several] = present() === store ? [one, other] : [unkeptOne, unkeptOther];
    note.textContent = ((isOne ? single : several) ?? "").replace("{}", String(count));
  }
};

/** @param {BeforeInstallPromptEvent} offer */
const offerToInstall = (offer) => {
  const button = document.querySelector("[data-install]");
  if (!(button instanceof HTMLElement)) return;
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

Promise.all([
  remember("current", person),
  remember("language", document.documentElement.lang.split("-")[0] ?? ""),
  store.forgetGrants(stands),
]).catch(reportUnlessRefused);
if ("serviceWorker" in navigator) {
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
  document.addEventListener("connection", (event) => {
    const isBack = event instanceof CustomEvent && event.detail.online;
    // The next page tries again.
    if (isBack && document.readyState === "complete") keepNow().catch(() => undefined);
  });
}
const showUnsentSafely = () => showUnsent().catch(reportUnlessRefused);
document.getElementById("person-menu")?.addEventListener("beforetoggle", showUnsentSafely);
showUnsentSafely();
for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", (event) => signOut(/** @type {SubmitEvent} */ (event)));
}
window.addEventListener("beforeinstallprompt", offerToInstall);
countWaiting();
