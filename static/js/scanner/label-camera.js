// <label-camera>: a camera that stays open and says which hub labels are held before it.
// Attributes: decoder-src, wasm-src and worker-src, the addresses of what reads labels (without
// them the browser's own detector is used); `auto` opens it where the camera is already allowed.
// Fires `label-read` with {text, format}, once for each code in view; `data-state` says how it is.
// Its parts and words come with templates/tray/label_camera.html.
import { find } from "../page/dom.js";
import { report } from "../page/report.js";
import { within } from "../page/within.js";
import { isAllowed } from "./camera-permission.js";
import { fetchLater, load } from "./label-reader.js";

/** @import { Camera } from "./camera.js" */
/** @import { Code, CodeChoice } from "./code-choice.js" */
/** @import { LabelDecoder } from "./decoder.js" */
/** @import { PictureWatch } from "./picture-watch.js" */

// What is wrong with the camera, by the name of the browser's error.
/** @type {Record<string, string>} */
const PROBLEMS = {
  NotAllowedError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
  SecurityError: "insecure",
  InstalledAppError: "installed",
};
// While it is at work, or about to be. Else it is closed, or failed.
const OPEN = ["asking", "unanswered", "waking", "again", "loading", "aim", "several"];
const CLOSED = ["closed", "impossible"];
// What another app, or the system, may have done while nobody looked: it may be over.
const PASSING = ["busy", "ended", "frozen"];
// One more than the longest label has: enough to see that it is none.
const MOST = 257;
// Milliseconds between looks, for the rest of the page and for the battery.
const PAUSE = 25;
const ZOOM_STEP = 1.5;
// Who has not answered by then may see no question.
const ANSWERED_WITHIN = 6000;
const LOADS_WITHIN = 30_000;
// Pictures that came for so long will not fail for the reason of before.
const SOUND_AFTER = 10_000;
// A reader that stops so soon after another has stopped is not replaced again by itself.
const REPLACED_ONCE_IN = 30_000;

/**
 * What is wrong, by name: with the camera, where a browser says so; undefined for all else.
 * @param {unknown} error
 */
const problemOf = (error) => {
  if (error instanceof DOMException) return PROBLEMS[error.name] ?? "frozen";
  return error instanceof Error ? PROBLEMS[error.name] : undefined;
};

export class LabelCamera extends HTMLElement {
  #turn = 0;
  /** The turn in which it is being opened. */
  #starting = -1;
  #isOpen = false;
  #isLit = false;
  /** When it was opened again for want of pictures. */
  #wokenAt = Number.NEGATIVE_INFINITY;
  /** When what reads labels was replaced last. */
  #replacedAt = Number.NEGATIVE_INFINITY;
  /** @type {PictureWatch | undefined} */
  #pictures;
  /** @type {Camera | undefined} */
  #camera;
  /** @type {AbortController | undefined} */
  #connection;

  connectedCallback() {
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    /**
     * @param {string} name
     * @param {() => void} act
     */
    const onClick = (name, act) => this.#part(name).addEventListener("click", act, { signal });
    onClick("open", () => this.open());
    onClick("close", () => this.close());
    onClick("torch", () => this.#switchTorch());
    onClick("closer", () => this.#zoom(ZOOM_STEP));
    onClick("wider", () => this.#zoom(1 / ZOOM_STEP));
    const cameras = this.#cameras;
    cameras.addEventListener("change", () => this.#choose(cameras.value), { signal });
    document.addEventListener("visibilitychange", () => this.#rest(), { signal });
    // Some systems take the camera, and give the page back, without a word of what is seen.
    for (const name of ["focus", "pageshow"]) {
      addEventListener(name, () => this.#return(), { signal });
    }
    addEventListener("mended", () => this.#mended(), { signal });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#plugged(), { signal });
    this.#show(this.isPossible ? "closed" : "impossible");
    if (this.hasAttribute("auto")) this.#openIfAllowed();
  }

  disconnectedCallback() {
    this.#connection?.abort();
    this.close();
  }

  // Whether anything here can read labels.
  get isPossible() {
    return Boolean(this.#addresses.script) || "BarcodeDetector" in window;
  }

  // Resolves once it is looking, or once it has said why it cannot. In a hidden tab it waits
  // until the tab is shown.
  async open() {
    if (this.#isOpen || !this.isPossible) return;
    this.#isOpen = true;
    this.#wokenAt = Number.NEGATIVE_INFINITY;
    this.#replacedAt = Number.NEGATIVE_INFINITY;
    if (!document.hidden) await this.#start((camera) => camera.open());
  }

  close() {
    this.#isOpen = false;
    this.#isLit = false;
    this.#release();
    if (this.isPossible) this.#show("closed");
  }

  get #addresses() {
    return {
      script: this.getAttribute("decoder-src"),
      wasm: this.getAttribute("wasm-src"),
      worker: this.getAttribute("worker-src"),
    };
  }

  /** @param {string} name */
  #part(name) {
    return find(this, `[data-${name}]`, HTMLElement);
  }

  get #video() {
    return find(this, "[data-video]", HTMLVideoElement);
  }

  get #cameras() {
    return find(this, "[data-cameras]", HTMLSelectElement);
  }

  async #openIfAllowed() {
    if ((await isAllowed()) && this.isConnected) this.open();
  }

  // While the tab is hidden the camera is free for others.
  #rest() {
    if (!document.hidden) this.#return();
    else if (this.#isOpen) this.#release();
  }

  // Somebody looks at the page again: what stood still meanwhile is opened again.
  #return() {
    if (document.hidden) return;
    if (!this.#isOpen) {
      if (PASSING.includes(this.dataset.state ?? "")) this.open();
    } else if (this.#starting !== this.#turn && !this.#camera?.isRunning) {
      this.#start((camera) => camera.open());
    }
  }

  // A camera that was not there, or was unplugged, may be there now.
  #plugged() {
    if (!document.hidden && ["none", "ended"].includes(this.dataset.state ?? "")) this.open();
  }

  // What it did not have may be there now.
  #mended() {
    if (this.dataset.state === "decoder") this.open();
  }

  /** @param {string} deviceId */
  #choose(deviceId) {
    if (!deviceId) return;
    this.#isOpen = true;
    this.#wokenAt = Number.NEGATIVE_INFINITY;
    this.#start((camera) => camera.choose(deviceId));
  }

  // No pictures come any more: the camera is opened again, then the back camera, before it is said.
  #wake() {
    if (this.#isWokenAgain() && !this.#camera?.giveUpLens()) return this.#fail("frozen");
    this.#start((camera) => camera.open(), "waking");
  }

  // It was taken away, which may be over at once: it is opened again before anybody is accused.
  #revive() {
    if (this.#isWokenAgain()) return this.#fail("ended");
    this.#start((camera) => camera.open(), "again");
  }

  // Whether it was opened again by itself only just now. From here on it was.
  #isWokenAgain() {
    const isAgain = performance.now() - this.#wokenAt < SOUND_AFTER;
    this.#wokenAt = performance.now();
    return isAgain;
  }

  // Ends the present turn: what is still under way for it notices that and stops.
  #release() {
    this.#turn += 1;
    this.#pictures?.end();
    this.#camera?.close();
  }

  // Nothing of this is loaded before somebody opens the camera.
  async #load() {
    const loading = Promise.all([
      fetchLater("camera").then(() =>
        Promise.all([import("./camera.js"), import("./decoder.js"), import("./picture-watch.js")]),
      ),
      load().then(() => import("./code-choice.js")),
    ]);
    try {
      const [[{ Camera }, { LabelDecoder }, { PictureWatch }], { CodeChoice }] = await within(
        LOADS_WITHIN,
        loading,
      );
      this.#camera ??= new Camera(this.#video, () => this.#revive());
      return { camera: this.#camera, LabelDecoder, choice: new CodeChoice(), PictureWatch };
    } catch (cause) {
      throw new Error("The scanner did not load.", { cause });
    }
  }

  /**
   * @param {(camera: Camera) => Promise<boolean>} openCamera
   * @param {string} [state] What it is called until the camera is there.
   */
  async #start(openCamera, state = "asking") {
    this.#release();
    const turn = this.#turn;
    this.#starting = turn;
    try {
      this.#show(state);
      const { camera, LabelDecoder, choice, PictureWatch } = await this.#load();
      if (turn !== this.#turn || !(await this.#answered(openCamera(camera), turn))) return;
      await this.#showTools(camera);
      if (turn !== this.#turn) return;
      const stalled = () => turn === this.#turn && this.#wake();
      this.#pictures = new PictureWatch(this.#video, camera.track, stalled);
      this.#starting = -1;
      await this.#look(LabelDecoder, choice, turn);
    } catch (error) {
      if (turn === this.#turn) this.#giveUp(error);
    }
  }

  /**
   * Waits for the camera, and says meanwhile what to do where nobody answers the browser's question.
   * @param {Promise<boolean>} opening
   * @param {number} turn
   */
  #answered(opening, turn) {
    const timer = setTimeout(() => turn === this.#turn && this.#showUnanswered(), ANSWERED_WITHIN);
    return opening.finally(() => clearTimeout(timer));
  }

  async #showUnanswered() {
    const turn = this.#turn;
    const isAsked = !(await isAllowed());
    if (turn === this.#turn && this.dataset.state === "asking" && isAsked) this.#show("unanswered");
  }

  /**
   * Loads what reads labels, and begins to look.
   * @param {typeof LabelDecoder} Decoder
   * @param {CodeChoice} choice
   * @param {number} turn
   */
  async #look(Decoder, choice, turn) {
    this.#show("loading");
    const decoder = await Decoder.load(this.#addresses);
    if (turn !== this.#turn) return;
    this.#show("aim");
    this.#watch(decoder, choice, turn).catch((error) => {
      if (turn === this.#turn) this.#replace(error, () => this.#look(Decoder, choice, turn));
    });
  }

  /**
   * @param {LabelDecoder} decoder
   * @param {CodeChoice} choice
   * @param {number} turn
   */
  async #watch(decoder, choice, turn) {
    while (turn === this.#turn) {
      const seen = await decoder.scan(this.#video);
      if (turn !== this.#turn) return;
      this.#judge(choice.take(seen, performance.now()));
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  /**
   * What read labels has stopped: another takes its place, once, before anybody is asked to do something.
   * @param {unknown} error
   * @param {() => Promise<void>} look
   */
  async #replace(error, look) {
    report(error);
    const isAgain = performance.now() - this.#replacedAt < REPLACED_ONCE_IN;
    this.#replacedAt = performance.now();
    if (isAgain) return this.#fail("silent");
    const turn = this.#turn;
    await look().catch((failure) => turn === this.#turn && this.#giveUp(failure));
  }

  /** @param {{ code: Code | undefined, several: boolean }} judged */
  #judge({ code, several }) {
    this.#show(several ? "several" : "aim");
    if (!code) return;
    const text = [...code.text].slice(0, MOST).join("");
    const detail = { ...code, text };
    this.dispatchEvent(new CustomEvent("label-read", { bubbles: true, detail }));
  }

  /** @param {Camera} camera */
  async #showTools(camera) {
    const isLit = this.#isLit && camera.hasTorch && (await camera.torch(true));
    this.#part("torch").hidden = !camera.hasTorch;
    this.#part("torch").setAttribute("aria-pressed", String(isLit));
    this.#showZoom();
    await this.#listCameras(camera);
  }

  /**
   * Where none is open, none of them is chosen.
   * @param {Camera} camera
   */
  async #listCameras(camera) {
    const turn = this.#turn;
    const cameras = await camera.all();
    if (turn !== this.#turn) return;
    const select = this.#cameras;
    const options = cameras.map(({ deviceId, label, isOpen }, index) => {
      const name = label || `${select.dataset.unnamed} ${index + 1}`;
      return new Option(name, deviceId, isOpen, isOpen);
    });
    const isAnyOpen = cameras.some(({ isOpen }) => isOpen);
    const ask = isAnyOpen ? [] : [new Option(select.dataset.ask, "", true, true)];
    select.replaceChildren(...ask, ...options);
    select.hidden = cameras.length < 2;
  }

  #showZoom() {
    const zoom = this.#camera?.zoom;
    this.#part("zoom").hidden = !zoom;
    if (!zoom) return;
    const number = new Intl.NumberFormat(document.documentElement.lang, {
      maximumFractionDigits: 1,
    });
    this.#part("times").textContent = `${number.format(zoom.now)}×`;
    // Not `disabled`, which would take the focus away from the person who presses it.
    this.#part("closer").setAttribute("aria-disabled", String(zoom.now >= zoom.most));
    this.#part("wider").setAttribute("aria-disabled", String(zoom.now <= zoom.least));
  }

  /** @param {number} factor */
  async #zoom(factor) {
    const zoom = this.#camera?.zoom;
    if (!zoom) return;
    await this.#camera?.zoomTo(Math.min(zoom.most, Math.max(zoom.least, zoom.now * factor)));
    this.#showZoom();
  }

  async #switchTorch() {
    const button = this.#part("torch");
    const on = button.getAttribute("aria-pressed") !== "true";
    if (await this.#camera?.torch(on)) {
      this.#isLit = on;
      button.setAttribute("aria-pressed", String(on));
      return;
    }
    const hadFocus = button === document.activeElement;
    button.hidden = true;
    if (hadFocus) this.#keepFocus();
  }

  /**
   * What is no trouble with the camera is trouble with what reads labels.
   * @param {unknown} error
   */
  #giveUp(error) {
    const problem = problemOf(error);
    if (!problem) {
      report(error);
      dispatchEvent(new Event("unloaded"));
    }
    this.#fail(problem ?? "decoder");
  }

  /** @param {string} problem */
  #fail(problem) {
    this.#isOpen = false;
    this.#release();
    this.#cameras.hidden = true;
    this.#show(problem);
    // Another one may work.
    if (this.#camera) this.#listCameras(this.#camera);
  }

  /** @param {string} state */
  #show(state) {
    if (this.dataset.state === state) return;
    const hadFocus = this.contains(document.activeElement);
    this.dataset.state = state;
    this.toggleAttribute("data-running", OPEN.includes(state));
    this.toggleAttribute("data-failed", ![...OPEN, ...CLOSED].includes(state));
    const { content } = find(this, "[data-words]", HTMLTemplateElement);
    const words = content.querySelector(`[data-when=${state}]`);
    this.#part("status").textContent = words?.textContent ?? "";
    if (hadFocus) this.#keepFocus();
  }

  // What had the focus may just have gone.
  #keepFocus() {
    /** @param {Element | null} element */
    const isSeen = (element) => element !== null && element.getClientRects().length > 0;
    const { activeElement, body } = document;
    if (activeElement !== body && isSeen(activeElement)) return;
    const around = this.closest("dialog") ?? this;
    [...around.querySelectorAll("button")].find(isSeen)?.focus();
  }
}

customElements.define("label-camera", LabelCamera);
