// Asks where in the building a hub goes: one of the places that its job expects, or typed.
import { find, onTap } from "../page/dom.js";
import { folded } from "../page/folded.js";
import { tailOf } from "./row.js";

/** @import { TrayJobs } from "./jobs.js" */
/** @import { TrayModel } from "./model.js" */
/** @import { KeptRow } from "./store.js" */
/** @import { Place } from "./wire.js" */
/** @import { Words } from "./words.js" */

export class Places {
  #dialog;
  #field;
  #model;
  #jobs;
  #words;
  #rowId = "";

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {TrayModel} model
   * @param {TrayJobs} jobs
   * @param {Words} words
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, model, jobs, words, signal) {
    this.#dialog = find(element, "[data-place-dialog]", HTMLDialogElement);
    this.#field = find(this.#dialog, "input", HTMLInputElement);
    this.#model = model;
    this.#jobs = jobs;
    this.#words = words;
    onTap(element, "place", (id) => this.#ask(id), signal);
    this.#dialog.addEventListener("click", (event) => this.#pick(event), { signal });
    this.#dialog.addEventListener("submit", (event) => this.#take(event), { signal });
    this.#field.addEventListener("input", () => this.#filter(), { signal });
  }

  /** @param {string} id */
  #ask(id) {
    const row = this.#model.rows.get(id);
    if (!row) return;
    this.#rowId = id;
    const title = this.#words.sentence("place-of", tailOf(row.hubId));
    find(this.#dialog, "[data-place-title]", HTMLElement).textContent = title;
    this.#field.value = row.place ?? "";
    this.#list(row);
    this.#dialog.showModal();
  }

  /** @param {KeptRow} row */
  #list(row) {
    const list = find(this.#dialog, "[data-place-list]", HTMLElement);
    const template = find(this.#dialog, "template", HTMLTemplateElement);
    const places = (this.#jobs.of(row)?.places ?? []).filter(({ name }) => name);
    const present = this.#jobs.placeOf(row);
    // Where nothing is yet stands first: that is what is looked for.
    const found = places.map((place) => ({ place, hub: this.#hubAt(place, row) }));
    found.sort((one, other) => Number(Boolean(one.hub)) - Number(Boolean(other.hub)));
    const options = found.map(({ place, hub }) => {
      const option = /** @type {HTMLElement} */ (
        template.content.firstElementChild?.cloneNode(true)
      );
      const button = find(option, "button", HTMLButtonElement);
      button.value = place.name;
      button.setAttribute("aria-pressed", String(place.name === present));
      find(option, "[data-place-name]", HTMLElement).textContent = place.name;
      find(option, "[data-place-taken]", HTMLElement).textContent = hub
        ? this.#words.sentence("place-taken", tailOf(hub))
        : "";
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = places.length === 0;
  }

  /**
   * Another hub that is there, or is to go there: as this device has it, else as the portal said.
   * @param {Place} place
   * @param {KeptRow} row
   */
  #hubAt({ name, takenBy }, row) {
    const others = [...this.#model.rows.values()].filter(({ id }) => id !== row.id);
    const here = others.find((each) => each.site === row.site && this.#jobs.placeOf(each) === name);
    return here?.hubId ?? (takenBy === row.hubId ? "" : takenBy);
  }

  // Hundreds of places: what is typed leaves those that contain it.
  #filter() {
    const typed = folded(this.#field.value);
    /** @type {NodeListOf<HTMLElement>} */
    const names = this.#dialog.querySelectorAll("[data-place-name]");
    for (const name of names) {
      const option = name.closest("li");
      if (option) option.hidden = !folded(name.textContent).includes(typed);
    }
  }

  /** @param {Event} event */
  #pick({ target }) {
    const option = target instanceof Element ? target.closest("[data-place-list] button") : null;
    if (option instanceof HTMLButtonElement) this.#put(option.value);
  }

  /** @param {SubmitEvent} event */
  #take(event) {
    event.preventDefault();
    const isKept = event.submitter?.getAttribute("value") === "cancel";
    if (isKept) this.#dialog.close();
    else this.#put(this.#field.value.trim().replace(/\s+/gu, " "));
  }

  /**
   * Closed first, so that the focus is back on the page.
   * @param {string} place
   */
  #put(place) {
    this.#dialog.close();
    const row = this.#model.rows.get(this.#rowId);
    if (row) this.#model.putAt(row, place);
  }
}
