// <label-camera>: a camera that stays open and says which hub labels are held before it.
// Attributes: decoder-src, wasm-src and worker-src, the addresses of what reads labels (without
// them the browser's own detector is used); `auto` opens it where the camera is already allowed.
// Fires `label-read` with {text, format}, once for each code in view; `data-state` says how it is.
// Its parts and words come with templates/tray/label_camera.html.

// What is wrong with the camera, by the name of the browser's error.
const PROBLEMS = {
  NotAllowedError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
  SecurityError: "insecure",
  InstalledAppError: "installed",
};

// Whether the person has allowed this page the camera for good; false where nobody can tell.
const isAllowed = async () => {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false;
  }
};

export class LabelCamera extends HTMLElement {
  // One more than the longest label has: enough to see that it is none.
  static #MOST = 257;
  // Milliseconds between looks, for the rest of the page and for the battery.
  static #PAUSE = 25;
  static #ZOOM_STEP = 1.5;

  #turn = 0;
  #isOpen = false;
  #camera;
  #connection;

  connectedCallback() {
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    const on = (name, kind, act) => this.#part(name).addEventListener(kind, act, { signal });
    on("open", "click", () => this.open());
    on("close", "click", () => this.close());
    on("torch", "click", () => this.#switchTorch());
    on("closer", "click", () => this.#zoom(LabelCamera.#ZOOM_STEP));
    on("wider", "click", () => this.#zoom(1 / LabelCamera.#ZOOM_STEP));
    on("cameras", "change", (event) => this.#start((camera) => camera.choose(event.target.value)));
    document.addEventListener("visibilitychange", () => this.#rest(), { signal });
    this.#say(this.isPossible ? "closed" : "impossible");
    if (this.hasAttribute("auto")) this.#openIfAllowed();
  }

  disconnectedCallback() {
    this.#connection.abort();
    this.close();
  }

  // Whether anything here can read labels.
  get isPossible() {
    return Boolean(this.#addresses.script) || "BarcodeDetector" in window;
  }

  // Resolves once it is looking, or once it has said why it cannot. In a hidden tab it waits for
  // whoever comes back to it.
  async open() {
    if (this.#isOpen || !this.isPossible) return;
    this.#isOpen = true;
    if (!document.hidden) await this.#start((camera) => camera.open());
  }

  close() {
    this.#isOpen = false;
    this.#release();
    if (this.isPossible) this.#say("closed");
  }

  get #addresses() {
    const [script, wasm, worker] = ["decoder", "wasm", "worker"].map((what) =>
      this.getAttribute(`${what}-src`),
    );
    return { script, wasm, worker };
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  async #openIfAllowed() {
    if ((await isAllowed()) && this.isConnected) this.open();
  }

  // While the tab is hidden the camera is free for others.
  #rest() {
    if (!this.#isOpen) return;
    if (document.hidden) this.#release();
    else this.#start((camera) => camera.open());
  }

  // Ends the present turn: whatever is still under way for it notices that and stops.
  #release() {
    this.#turn += 1;
    this.#camera?.close();
  }

  // Nothing of this is loaded before somebody opens the camera.
  async #load() {
    const [{ Camera }, { LabelDecoder }, { CodeChoice }] = await Promise.all([
      import("./camera.js"),
      import("./decoder.js"),
      import("./code-choice.js"),
    ]);
    this.#camera ??= new Camera(this.#part("video"), () => this.#fail("ended"));
    return { camera: this.#camera, LabelDecoder, CodeChoice };
  }

  async #start(openCamera) {
    this.#release();
    const turn = this.#turn;
    try {
      this.#say("asking");
      const { camera, LabelDecoder, CodeChoice } = await this.#load();
      if (turn !== this.#turn || !(await openCamera(camera))) return;
      await this.#showTools();
      if (turn !== this.#turn) return;
      this.#say("loading");
      const decoder = await LabelDecoder.load(this.#addresses);
      if (turn !== this.#turn) return;
      this.#say("aim");
      this.#watch(decoder, new CodeChoice(), turn);
    } catch (error) {
      if (turn === this.#turn) this.#fail(PROBLEMS[error.name] ?? "decoder");
    }
  }

  async #watch(decoder, choice, turn) {
    try {
      while (turn === this.#turn) {
        const look = await decoder.look(this.#part("video"));
        if (turn !== this.#turn) return;
        this.#judge(choice.take(look, performance.now()));
        await new Promise((resolve) => setTimeout(resolve, LabelCamera.#PAUSE));
      }
    } catch {
      if (turn === this.#turn) this.#fail("decoder");
    }
  }

  #judge({ code, several }) {
    this.#say(several ? "several" : "aim");
    if (!code) return;
    const text = [...code.text].slice(0, LabelCamera.#MOST).join("");
    const detail = { ...code, text };
    this.dispatchEvent(new CustomEvent("label-read", { bubbles: true, detail }));
  }

  async #showTools() {
    this.#part("torch").hidden = !this.#camera.hasTorch;
    this.#part("torch").setAttribute("aria-pressed", "false");
    this.#showZoom();
    const cameras = await this.#camera.all();
    const select = this.#part("cameras");
    const options = cameras.map(({ deviceId, label, isOpen }, index) => {
      const name = label || `${select.dataset.unnamed} ${index + 1}`;
      return new Option(name, deviceId, isOpen, isOpen);
    });
    select.replaceChildren(...options);
    select.hidden = cameras.length < 2;
  }

  #showZoom() {
    const zoom = this.#camera.zoom;
    this.#part("zoom").hidden = !zoom;
    if (!zoom) return;
    const number = new Intl.NumberFormat(document.documentElement.lang, {
      maximumFractionDigits: 1,
    });
    this.#part("times").textContent = `${number.format(zoom.now)}×`;
    // Not `disabled`, which would take the focus away from whoever presses it.
    this.#part("closer").setAttribute("aria-disabled", String(zoom.now >= zoom.most));
    this.#part("wider").setAttribute("aria-disabled", String(zoom.now <= zoom.least));
  }

  async #zoom(factor) {
    const { now, least, most } = this.#camera.zoom;
    await this.#camera.zoomTo(Math.min(most, Math.max(least, now * factor)));
    this.#showZoom();
  }

  async #switchTorch() {
    const button = this.#part("torch");
    const on = button.getAttribute("aria-pressed") !== "true";
    if (await this.#camera.torch(on)) {
      button.setAttribute("aria-pressed", String(on));
      return;
    }
    const hadFocus = button === document.activeElement;
    button.hidden = true;
    if (hadFocus) this.#keepFocus();
  }

  #fail(problem) {
    this.#isOpen = false;
    this.#release();
    this.#say(problem);
  }

  #say(state) {
    if (this.dataset.state === state) return;
    const hadFocus = this.contains(document.activeElement);
    this.dataset.state = state;
    const words = this.#part("words").content.querySelector(`[data-when=${state}]`);
    this.#part("status").textContent = words?.textContent ?? "";
    if (hadFocus) this.#keepFocus();
  }

  // What had the focus may just have gone.
  #keepFocus() {
    const isSeen = (element) => element.getClientRects().length > 0;
    const { activeElement, body } = document;
    if (activeElement !== body && isSeen(activeElement)) return;
    const around = this.closest("dialog") ?? this;
    [...around.querySelectorAll("button")].find(isSeen)?.focus();
  }
}

customElements.define("label-camera", LabelCamera);
