// <hub-tray>: many hubs for one site, scanned one after the other and claimed together.
// Markup and words: templates/tray/tray.html. It takes the place of everything with data-plain.
import { find, keepFocus } from "../page/dom.js";
import { reportUnlessRefused } from "../page/report.js";
import "../page/site-picker.js";
import { Address } from "./address.js";
import { Notices } from "./notices.js";
import { sync } from "./page-sync.js";
import { Words } from "./words.js";
import { Workplace } from "./workplace.js";

/** @import { KeptPerson } from "./store.js" */

class HubTray extends HTMLElement {
  /** @type {AbortController | undefined} */
  #ending;
  /** @type {Workplace | undefined} */
  #workplace;

  async connectedCallback() {
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    const notices = new Notices(this);
    const { person, organisation, kept } = await this.#owner();
    if (signal.aborted) return;
    notices.show("nobody", !person);
    notices.show("no-claims", Boolean(person && !organisation));
    this.#showWhose(kept);
    if (!person || !organisation) {
      this.dataset.state = "nobody";
      return;
    }
    const words = new Words(find(this, "[data-tray-words]", HTMLTemplateElement));
    const owner = { person, organisation };
    const unkept = () => notices.show("unkept", true);
    const workplace = new Workplace(this, this.#button, owner, sync, words, unkept, signal);
    this.#workplace = workplace;
    notices.follow(sync, signal);
    document.addEventListener("tray-sync", () => this.#close(sync.detail.isForeign), { signal });
    const address = new Address(this.dataset.page ?? "");
    const job = address.get("job");
    await workplace.open({ site: this.dataset.askedSite || address.get("site"), job }, kept);
    if (signal.aborted) return;
    if (job) workplace.followJob(job, (isGone) => notices.show("job-gone", isGone), signal);
    workplace.take(this.#takeOver() ?? address.get("label") ?? "");
    address.settle();
    // Shown at once, and whole.
    this.dataset.state = "ready";
    const button = this.#button;
    button.hidden = false;
    this.#close(sync.detail.isForeign);
    sync.watch(person);
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

  // Whose tray it is. Where the page knows nobody, the person of the last visit.
  async #owner() {
    const person = this.dataset.person || (await sync.person());
    const kept = person ? await sync.store.person(person).catch(reportUnlessRefused) : undefined;
    const organisation = this.dataset.organisation || kept?.organisation.id;
    return { person, organisation, kept };
  }

  /** @param {KeptPerson | undefined} kept */
  #showWhose(kept) {
    const whose = find(this, "[data-whose]", HTMLElement);
    whose.hidden = Boolean(this.dataset.person) || !kept;
    if (whose.hidden || !kept) return;
    const name = `${kept.person.name} · ${kept.organisation.name}`;
    find(this, "[data-whose-name]", HTMLElement).textContent = name;
  }

  // What the form without scripts held goes on here: an address may bring a label.
  #takeOver() {
    const plain = document.querySelector("[data-plain] [name=label]");
    for (const part of document.querySelectorAll("[data-plain]")) part.remove();
    const isField = plain instanceof HTMLInputElement || plain instanceof HTMLTextAreaElement;
    return isField ? plain.value : undefined;
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
