// <hub-tray>: many hubs for one site, scanned one after the other and claimed together.
// Markup and words: templates/tray/tray.html. It takes the place of everything with data-plain.
import { find, keepFocus } from "../page/dom.js";
import { reportUnlessRefused } from "../page/report.js";
import "../page/site-picker.js";
import { loadSoon } from "../scanner/label-reader.js";
import { Address } from "./address.js";
import { Notices } from "./notices.js";
import { ownerOf } from "./owner.js";
import { sync } from "./page-sync.js";
import { isServed } from "./served.js";
import { Words } from "./words.js";
import { Workplace } from "./workplace.js";

/** @import { Owner } from "./model.js" */
/** @import { KeptPerson } from "./store.js" */

const ASK_AGAIN = 2500;

/** @param {unknown} error */
const isLate = (error) => error instanceof DOMException && error.name === "TimeoutError";

class HubTray extends HTMLElement {
  /** @type {AbortController | undefined} */
  #ending;
  /** @type {Workplace | undefined} */
  #workplace;

  async connectedCallback() {
    if (!isServed()) return;
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    const notices = new Notices(this);
    const { person, organisation, kept, ...under } = await this.#owner(notices, signal);
    if (signal.aborted) return;
    notices.show("silent", false);
    notices.show("nobody", !person);
    notices.show("no-claims", Boolean(person && !organisation));
    this.#showWhose(kept);
    if (!person || !organisation) {
      this.dataset.state = "nobody";
      return;
    }
    const words = new Words(find(this, "[data-tray-words]", HTMLTemplateElement));
    const owner = { person, organisation, ...under };
    /** @param {boolean} isKept */
    const tell = (isKept) => notices.showKept(isKept);
    const workplace = new Workplace(this, this.#button, owner, sync, words, tell, signal);
    this.#workplace = workplace;
    notices.follow(sync, signal);
    document.addEventListener("tray-sync", () => this.#close(sync.detail.isForeign), { signal });
    const address = new Address(this.dataset.page ?? "");
    const job = address.get("job");
    const site = this.dataset.askedSite || address.get("site");
    await workplace.open({ site, offered: address.get("offer"), job }, kept);
    if (signal.aborted) return;
    if (job) workplace.followJob(job, (isGone) => notices.show("job-gone", isGone), signal);
    const [label, ...plain] = this.#plain();
    workplace.take(label ?? address.get("label") ?? "");
    address.settle();
    // Shown at once, and whole. Until here the plain form serves whoever the tray fails.
    this.dataset.state = "ready";
    for (const part of plain) part.remove();
    const button = this.#button;
    button.hidden = false;
    this.#close(sync.detail.isForeign);
    sync.watch(person);
    loadSoon();
    for (const kind of ["online", "mended"]) addEventListener(kind, loadSoon, { signal });
    signal.addEventListener("abort", () => {
      button.hidden = true;
      sync.unwatch();
    });
  }

  disconnectedCallback() {
    this.#ending?.abort();
    delete this.dataset.state;
  }

  // The button is among the page's actions.
  get #button() {
    return find(document, "[data-tray-claim]", HTMLElement);
  }

  /**
   * Whose tray it is. Where the page knows nobody, the person of the last visit: then the device is asked
   * until it answers.
   * @param {Notices} notices
   * @param {AbortSignal} signal Ends it.
   * @returns {Promise<Partial<Owner> & { kept?: KeptPerson }>}
   */
  async #owner(notices, signal) {
    const { person = "", organisation = "", grant, until } = this.dataset;
    // Nothing of it is known to the device: an agent works where there is a network.
    if (grant) {
      return { person: ownerOf(person, grant), organisation, grant, until: Number(until) };
    }
    for (;;) {
      try {
        return await this.#knownOwner();
      } catch (error) {
        reportUnlessRefused(error);
        if (person || !isLate(error) || signal.aborted) return { person, organisation };
      }
      this.dataset.state = "nobody";
      notices.show("silent", true);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
    }
  }

  /** @returns {Promise<{ person?: string, organisation?: string, kept?: KeptPerson }>} */
  async #knownOwner() {
    const { store } = sync;
    const person = this.dataset.person || (await store.get("current"));
    const kept = person ? await store.person(person) : undefined;
    return { person, organisation: this.dataset.organisation || kept?.organisation.id, kept };
  }

  /** @param {KeptPerson | undefined} kept */
  #showWhose(kept) {
    const whose = find(this, "[data-whose]", HTMLElement);
    whose.hidden = Boolean(this.dataset.person) || !kept;
    if (whose.hidden || !kept) return;
    const name = `${kept.person.name} · ${kept.organisation.name}`;
    find(this, "[data-whose-name]", HTMLElement).textContent = name;
  }

  /**
   * What the form without scripts holds, which goes on here (an address may bring a label), and its parts.
   * @returns {[string | undefined, ...Element[]]}
   */
  #plain() {
    const field = document.querySelector("[data-plain] [name=label]");
    const isField = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
    return [isField ? field.value : undefined, ...document.querySelectorAll("[data-plain]")];
  }

  /** @param {boolean} isClosed Whether somebody else has signed in. */
  #close(isClosed) {
    const state = isClosed ? "closed" : "ready";
    if (!this.dataset.state || this.dataset.state === state) return;
    this.dataset.state = state;
    this.#button.hidden = isClosed;
    if (isClosed) this.#workplace?.close();
    keepFocus();
  }
}

customElements.define("hub-tray", HubTray);
