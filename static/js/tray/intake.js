// How labels come into the tray: before the camera, typed or pasted, in a photo.
import { find, keepFocus, onTap } from "../page/dom.js";
import { report } from "../page/report.js";
import "../scanner/label-camera.js";
import { load, present } from "../scanner/label-reader.js";
import { Halt } from "./api-client.js";
import { namesNone } from "./scan-feedback.js";
import { StrayScan } from "./stray-scan.js";
import { TextInput } from "./text-input.js";

/** @import { Label } from "../scanner/hub-id.js" */
/** @import { Reading } from "../scanner/label-reader.js" */
/** @import { ApiClient } from "./api-client.js" */
/** @import { ChosenSite } from "./model.js" */
/** @import { Offers } from "./offers.js" */
/** @import { ScanFeedback } from "./scan-feedback.js" */
/** @import { Words } from "./words.js" */

// All that a tablet's camera has, for a label seen from afar; and what is sent as it is.
const PHOTO_SIDE = 4096;
const PHOTO_PIXELS = 16_000_000;
const PHOTO_BYTES = 2 * 1024 * 1024;
const PHOTO_KINDS = ["image/jpeg", "image/png", "image/webp"];

/**
 * What the browser cannot read is sent as it is: the portal says what is wrong with it.
 * @param {File} photo
 */
const shrunk = async (photo) => {
  const isLight = photo.size <= PHOTO_BYTES && PHOTO_KINDS.includes(photo.type);
  /** @param {number} pixels */
  const isFine = (pixels) => isLight && pixels <= PHOTO_PIXELS;
  try {
    const { smaller } = await import("../page/shrink.js");
    return await smaller(photo, PHOTO_SIDE, isFine);
  } catch {
    return photo;
  }
};

export class Intake {
  input;
  #element;
  #portal;
  #feedback;
  #words;
  #site;
  #ready;
  #taken;
  #waits;
  // How many texts wait to be read.
  #waiting = 0;
  /** @type {Offers | undefined} */
  #offers;

  /**
   * @param {HTMLElement} element The <hub-tray>.
   * @param {ApiClient} portal It reads photos.
   * @param {ScanFeedback} feedback
   * @param {Words} words
   * @param {object} way
   * @param {() => ChosenSite} way.site Where hubs are to be claimed.
   * @param {Promise<Reading>} way.ready Resolves once hubs can be read and taken.
   * @param {() => void} way.taken Called after each reading.
   * @param {() => void} way.waits Called when something has to wait to be read.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(element, portal, feedback, words, { site, ready, taken, waits }, signal) {
    this.#element = element;
    this.#portal = portal;
    this.#feedback = feedback;
    this.#words = words;
    this.#site = site;
    this.#ready = ready.then(async (reading) => {
      await this.#prepareOffers(signal);
      element.toggleAttribute("data-reads", true);
      return reading;
    });
    this.#taken = taken;
    this.#waits = waits;
    const form = find(element, "[data-type]", HTMLFormElement);
    this.input = new TextInput(form, (text) => this.takeAll(text), signal);
    new StrayScan(element, form, (text) => this.input.take(text), signal);
    const photo = find(element, "[data-photo-input]", HTMLInputElement);
    onTap(element, "photo", () => photo.click(), signal);
    photo.addEventListener("change", () => this.#takePhoto(photo), { signal });
    element.addEventListener(
      "label-read",
      (event) => event instanceof CustomEvent && this.#takeOne(event.detail.text),
      { signal },
    );
    this.#followCamera(form, signal);
    // What waits is nowhere else.
    addEventListener("beforeunload", (event) => this.#waiting && event.preventDefault(), {
      signal,
    });
  }

  /**
   * Adds all hubs that a text names. Resolves with what of it named none, to be corrected: without
   * what it calls secret, and such that no two pieces of it make an id.
   * @param {string} text
   */
  async takeAll(text) {
    const { parseAll, withoutSecrets } = await this.#reading();
    const labels = parseAll(text);
    this.#take(labels, true);
    const left = labels.filter(namesNone).map((label) => withoutSecrets(label.text).trim());
    return left.join(", ");
  }

  // Whether something waits to be read, in the field or taken from it.
  get isUnread() {
    return this.#waiting > 0 || (!present() && Boolean(this.input.text.trim()));
  }

  // Resolves once all that came so far is read.
  async caughtUp() {
    if (this.#waiting) await this.#ready;
  }

  // How many hubs the field names that are not in the tray yet: none before it can be read.
  countTyped() {
    const { text } = this.input;
    return text.trim() ? this.#feedback.countNew(present()?.parseAll(text) ?? []) : 0;
  }

  /** @param {string} text */
  async #takeOne(text) {
    const { parse } = await this.#reading();
    this.#take([{ text, ...parse(text) }], false);
  }

  /**
   * @param {Label[]} labels
   * @param {boolean} isText
   */
  #take(labels, isText) {
    this.#feedback.take(labels, this.#site(), isText);
    this.#offers?.show(this.#feedback.choices, true);
    this.#taken();
  }

  // What reads labels, once it is there: what came first is read first. Each text that comes before
  // tries to load it.
  async #reading() {
    if (!present()) {
      this.#feedback.show("reading");
      load().catch((error) => {
        report(error);
        this.#feedback.show("unread");
      });
    }
    this.#waiting += 1;
    if (!present()) this.#waits();
    const reading = await this.#ready;
    this.#waiting -= 1;
    return reading;
  }

  /** @param {AbortSignal} signal */
  async #prepareOffers(signal) {
    const { Offers } = await import("./offers.js");
    /** @type {(ids: string[], left: string[]) => void} */
    const take = (ids, left) => this.#takeOffered(ids, left);
    this.#offers = new Offers(this.#element, this.#words, take, signal);
  }

  /**
   * @param {string[]} ids
   * @param {string[]} left
   */
  async #takeOffered(ids, left) {
    await this.takeAll(ids.join("\n"));
    this.#offers?.show(left, false);
    if (!left.length) keepFocus();
  }

  /**
   * The hub of a photo; several are offered together, since not all may be meant.
   * @param {string[]} ids
   */
  async #takeSeen(ids) {
    const [only = "", ...others] = ids;
    if (!others.length) return this.#takeOne(only);
    await this.#reading();
    this.#feedback.show("photo-many", this.#words.count("photo-many", ids.length));
    this.#offers?.show(ids, false);
  }

  /** @param {HTMLInputElement} input */
  async #takePhoto(input) {
    const [photo] = input.files ?? [];
    input.value = "";
    if (!photo) return;
    this.#feedback.show("photo-reading");
    try {
      const sent = await shrunk(photo);
      const text = await this.#portal.read(sent, this.#element.dataset.photo ?? "");
      await this.#takeSeen(text.split("\n"));
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
