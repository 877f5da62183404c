// How labels come into the tray: before the camera, typed or pasted, in a photo.
import { find, onTap } from "../page/dom.js";
import "../scanner/label-camera.js";
import { Halt } from "./api-client.js";
import { TextInput } from "./text-input.js";

/** @import { ApiClient } from "./api-client.js" */
/** @import { ChosenSite } from "./model.js" */
/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { Words } from "./words.js" */

export class Intake {
  input;
  #element;
  #portal;
  #feedback;
  #words;
  #site;
  #taken;

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {ApiClient} portal It reads photos.
   * @param {ScanFeedback} feedback
   * @param {Words} words
   * @param {() => ChosenSite} site Where hubs are to be claimed.
   * @param {() => void} taken Called after each reading.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, portal, feedback, words, site, taken, signal) {
    this.#element = element;
    this.#portal = portal;
    this.#feedback = feedback;
    this.#words = words;
    this.#site = site;
    this.#taken = taken;
    const form = find(element, "[data-type]", HTMLFormElement);
    this.input = new TextInput(form, (text) => this.takeAll(text), signal);
    const photo = find(element, "[data-photo-input]", HTMLInputElement);
    onTap(element, "photo", () => photo.click(), signal);
    photo.addEventListener("change", () => this.#takePhoto(photo), { signal });
    element.addEventListener(
      "label-read",
      (event) => event instanceof CustomEvent && this.#takeOne(event.detail.text),
      { signal },
    );
    this.#followCamera(form, signal);
  }

  /**
   * Answers with what of the text named no hub.
   * @param {string} text
   */
  takeAll(text) {
    const left = this.#feedback.takeAll(text, this.#site());
    this.#taken();
    return left;
  }

  /** @param {string} text */
  #takeOne(text) {
    this.#feedback.takeOne(text, this.#site());
    this.#taken();
  }

  /** @param {HTMLInputElement} input */
  async #takePhoto(input) {
    const [photo] = input.files ?? [];
    input.value = "";
    if (!photo) return;
    this.#feedback.show("photo-reading");
    try {
      this.#takeOne(await this.#portal.read(photo, this.#element.dataset.photo ?? ""));
    } catch (error) {
      if (!(error instanceof Halt)) throw error;
      const why = error.problem || this.#words.sentence(`photo-${error.state}`);
      this.#feedback.show("photo-failed", why);
    }
  }

  /**
   * Who scans looks at the rows: then these come first, and the field below them.
   * @param {HTMLFormElement} form
   * @param {AbortSignal} signal
   */
  #followCamera(form, signal) {
    const camera = find(this.#element, "label-camera", HTMLElement);
    const arrange = () => {
      if (form.contains(document.activeElement)) return;
      const isScanning = ["aim", "several"].includes(camera.dataset.state ?? "");
      if (isScanning) find(this.#element, "[data-list]", HTMLElement).after(form);
      else find(this.#element, "[data-empty]", HTMLElement).before(form);
    };
    const watching = new MutationObserver(arrange);
    watching.observe(camera, { attributeFilter: ["data-state"] });
    signal.addEventListener("abort", () => watching.disconnect());
  }
}
