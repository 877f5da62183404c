// <hub-tray>: many hubs for one site, scanned one after the other and claimed together.
// Markup and words: templates/tray/tray.html. It takes the place of everything with data-plain.
import "../page/site-picker.js";
import "../scanner/label-camera.js";
import { Address } from "./address.js";
import { Announcer } from "./announcer.js";
import { RowList } from "./list.js";
import { TrayModel } from "./model.js";
import { sync } from "./page-sync.js";
import { PhotoInput } from "./photo.js";
import { RemovalDialog } from "./removal.js";
import { TrayRow } from "./row.js";
import { ScanFeedback } from "./scan-feedback.js";
import { TraySite } from "./site.js";
import { TraySound } from "./sound.js";
import { TextInput } from "./text-input.js";
import { Words } from "./words.js";

class HubTray extends HTMLElement {
  #sync = sync;
  #sound = new TraySound();
  #words;
  #model;
  #list;
  #reader;
  #intake;
  #site;
  #removal;
  #owner;
  #kept;
  #address = new Address(this.dataset.page);
  #claim = document.querySelector("[data-tray-claim]");
  #last;
  #state;
  #announcer = new Announcer(
    (id) => this.#list.view(id),
    (row) => this.#reader.tellClaimed(row),
  );

  async connectedCallback() {
    this.#words = new Words(this.#part("tray-words"));
    await this.#know();
    this.#showOwner();
    if (!this.#owner.person) return;
    this.#model = new TrayModel(this.#owner, this.#sync);
    this.#build();
    this.#listen();
    await this.#chooseSite();
    await this.#model.refresh();
    if (this.#site.site.id) this.#model.moveTo(this.#site.site);
    this.#takeOver();
    // Shown at once, and whole.
    this.dataset.state = "ready";
    this.#claim.hidden = false;
    this.#close(this.#sync.detail.isForeign);
    this.#sync.watch(this.#owner.person);
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  // Whose tray it is. Where the page knows nobody, the person of the last visit.
  async #know() {
    const person = this.dataset.person || (await this.#sync.person());
    this.#kept = person && (await this.#sync.store.person(person).catch(() => undefined));
    const organisation = this.dataset.organisation || this.#kept?.organisation.id;
    this.#owner = { person: organisation && person, organisation };
    this.#notice("nobody", !person);
    this.#notice("no-claims", Boolean(person && !organisation));
  }

  #showOwner() {
    if (!this.#owner.person) this.dataset.state = "nobody";
    const whose = this.#part("whose");
    whose.hidden = Boolean(this.dataset.person) || !this.#owner.person;
    if (whose.hidden) return;
    const { person, organisation } = this.#kept;
    this.#part("whose-name").textContent = `${person.name} · ${organisation.name}`;
  }

  // What one person scanned is nothing for another to see, or to add to.
  #close(isClosed) {
    const state = isClosed ? "closed" : "ready";
    if (!this.dataset.state || this.dataset.state === state) return;
    this.dataset.state = state;
    this.#claim.hidden = isClosed;
    if (isClosed) this.#part("dialog").close();
    if (isClosed) this.querySelector("label-camera").close();
    this.#keepFocus();
  }

  #build() {
    const { icons } = this.dataset;
    const make = () => new TrayRow(this.#part("row-template"), this.#words, icons);
    this.#list = new RowList(this.#part("rows"), make);
    const parts = [this.#part("outcome"), this.#words, this.#sound, icons];
    this.#reader = new ScanFeedback(this.#model, ...parts);
    this.#intake = new TextInput(this.#part("type"), (text) =>
      this.#took(this.#reader.takeAll(text, this.#site.site)),
    );
    const read = (photo) => this.#sync.portal.read(photo, this.dataset.photo);
    new PhotoInput(this.#part("photo-input"), read, this.#reader, this.#words, (text) =>
      this.#took(this.#reader.takeOne(text, this.#site.site)),
    );
    this.#removal = new RemovalDialog(this.#part("dialog"), this.#words);
    this.#site = new TraySite(this.#part("site"), this.#words, (site) => this.#move(site));
  }

  #listen() {
    this.#model.addEventListener("change", () => this.#show());
    this.#model.addEventListener("unkept", () => this.#notice("unkept", true));
    document.addEventListener("tray-sync", () => this.#hear());
    document.addEventListener("tray-unkept", () => this.#model.giveUpKeeping());
    this.addEventListener("label-read", ({ detail }) => {
      this.#took(this.#reader.takeOne(detail.text, this.#site.site));
    });
    const camera = this.querySelector("label-camera");
    const arrange = () => this.#arrange(["aim", "several"].includes(camera.dataset.state));
    new MutationObserver(arrange).observe(camera, { attributeFilter: ["data-state"] });
    this.addEventListener("input", () => this.#showCount());
    this.addEventListener("click", (event) => this.#tap(event.target.closest("button")));
    this.#claim.addEventListener("click", () => this.#claimAll());
    for (const touch of ["pointerdown", "keydown"]) {
      document.addEventListener(touch, () => this.#sound.prepare());
    }
    this.#sound.obey(this.#part("sound"), this.#sync.store);
  }

  // Whoever scans looks at the rows: then these come first, and the field below them.
  #arrange(isScanning) {
    const form = this.#part("type");
    if (form.contains(document.activeElement)) return;
    if (isScanning) this.#part("list").after(form);
    else this.#part("empty").before(form);
  }

  async #chooseSite() {
    const asked = this.dataset.askedSite || this.#address.get("site");
    const wanted = asked || (await this.#sync.store.get(this.#siteKey).catch(() => undefined));
    const picker =
      document.querySelector("[data-plain] site-picker") ??
      TraySite.picker(this.#part("picker-template"), this.#kept?.sites ?? []);
    this.#site.take(picker, wanted, this.#kept?.site);
    if (asked) this.#rememberSite();
  }

  get #siteKey() {
    return `site ${this.#owner.person} ${this.#owner.organisation}`;
  }

  #rememberSite() {
    this.#sync.store.set(this.#siteKey, this.#site.site.id || undefined).catch(() => {});
  }

  // What the form without scripts held goes on here: an address may bring a label.
  #takeOver() {
    const plain = document.querySelector("[data-plain] [name=label]");
    const label = plain ? plain.value : this.#address.get("label");
    for (const part of document.querySelectorAll("[data-plain]")) part.remove();
    if (label?.trim()) this.#intake.text = this.#took(this.#reader.takeAll(label, this.#site.site));
    this.#address.settle();
  }

  // Remembers the last row, for whoever wants it out again.
  #took(added) {
    this.#last = [...this.#model.rows.values()].at(-1);
    this.#show();
    return added;
  }

  #move(site) {
    this.#model.moveTo(site);
    this.#reader.unsay("claimed", "pick-site");
    this.#show();
    this.#rememberSite();
  }

  // Draws what changed, and tells of it once.
  #show() {
    const now = { ...this.#sync.detail, site: this.#site.site.id };
    const before = new Map([...this.#model.rows.keys()].map((id) => [id, this.#list.view(id)]));
    const changed = this.#list.show(this.#model.rows, now);
    const known = changed.filter((id) => before.get(id));
    this.#announcer.tell(known.map((id) => this.#model.rows.get(id)));
    const rows = [...this.#model.rows.values()];
    if (!rows.some((row) => row.stage === "confirmed")) this.#reader.unsay("confirmed");
    this.#showCount();
    const { size } = this.#model.rows;
    this.#part("empty").hidden = size > 0;
    this.#part("list").hidden = size === 0;
    this.#part("size").textContent = this.#words.count("size", size);
    this.#part("undo").hidden = this.#undoable() === undefined;
    const done = this.#model.done().length;
    this.#part("put-away").hidden = done === 0;
    this.#part("put-away-words").textContent = this.#words.count("put-away", done);
  }

  #showCount() {
    const typed = this.#reader.countNew(this.#intake.text);
    const count = this.#model.claimable().length + typed;
    const text = count ? this.#words.count("claim", count) : this.#words.say("claim-none");
    if (this.#claim.textContent !== text) this.#claim.textContent = text;
    this.#claim.setAttribute("aria-disabled", String(count === 0));
  }

  #claimAll() {
    // The button counts what can be claimed: what could not be read stays in the field beside it.
    const isRead = this.#intake.add();
    const rows = this.#model.claimable();
    if (!rows.length) return isRead ? this.#sayNothing() : this.#intake.focus();
    if (!this.#site.site.id) {
      this.#reader.say("pick-site");
      return this.#site.ask();
    }
    this.#model.confirm(rows, this.#site.site);
    this.#reader.say("confirmed", this.#words.count("confirmed", rows.length));
    this.#sync.hurry();
  }

  #sayNothing() {
    const isBusy = [...this.#model.rows.values()].some((row) => row.stage !== "tray");
    if (isBusy) return;
    this.#reader.say("nothing-to-claim");
    this.#intake.focus();
  }

  #tap(button) {
    if (!button || button.ariaDisabled === "true") return;
    const row = this.#model.rows.get(button.closest("[data-row]")?.dataset.row);
    const { tap } = button.dataset;
    if (tap === "undo") this.#undo();
    else if (tap === "put-away") this.#putAway();
    else if (tap === "photo") this.#part("photo-input").click();
    else if (row && tap === "remove") this.#remove(row);
    else if (row && tap) this.#do(row, tap);
  }

  // Signing in leaves this page, which would forget what was noted.
  #do(row, action) {
    if (this.#sync.detail.state === "signed-out") return this.#reader.say("sign-in-first");
    this.#sync.act(row.id, action);
    this.#sayNoted();
  }

  #sayNoted() {
    const { state } = this.#sync.detail;
    if (["offline", "stumbling"].includes(state) && this.#sync.owes) this.#reader.say("later");
  }

  // Nothing that is not over leaves without a question that names it.
  async #remove(row) {
    if (TrayModel.isDone(row) || (await this.#removal.ask(row))) {
      const present = this.#model.rows.get(row.id);
      if (present) this.#leave([present]);
      this.#reader.say("removed", this.#words.say("removed", row.hubId.slice(-4).toUpperCase()));
    }
  }

  #putAway() {
    this.#leave(this.#model.done());
    this.#reader.unsay("confirmed", "claimed", "undone", "removed");
  }

  #leave(rows) {
    this.#model.remove(rows);
    this.#keepFocus();
  }

  // Whatever had the focus may just have gone. The field would bring up the keyboard.
  #keepFocus() {
    const { activeElement, body } = document;
    if (activeElement !== body && activeElement.checkVisibility()) return;
    document.getElementById("content").focus({ preventScroll: true });
  }

  #undoable() {
    const row = this.#last && this.#model.rows.get(this.#last.id);
    return row?.stage === "tray" ? row : undefined;
  }

  #undo() {
    const row = this.#undoable();
    if (!row) return;
    this.#model.remove([row]);
    this.#last = [...this.#model.rows.values()].at(-1);
    this.#reader.say("undone", this.#words.say("undone", row.hubId.slice(-4).toUpperCase()));
    this.#show();
    this.#keepFocus();
  }

  #hear() {
    const { state, isForeign, problem, signIn } = this.#sync.detail;
    if (state !== this.#state) this.#sayNoted();
    this.#state = state;
    this.#notice("signed-out", state === "signed-out");
    this.#notice("somebody-else", isForeign);
    this.#close(isForeign);
    this.#notice("problem", Boolean(problem) && !isForeign);
    this.#part("problem").textContent = problem;
    if (signIn) this.#part("sign-in").href = signIn;
    this.#show();
  }

  #notice(name, isShown) {
    this.querySelector(`[data-notice=${name}]`).hidden = !isShown;
  }
}

customElements.define("hub-tray", HubTray);
