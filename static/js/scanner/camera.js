// The tablet's camera, shown in a video element.
// Opens the back camera, or the one chosen last on this device; keeps the focus and the screen
// awake while it is open. Rejections are the browser's, and like them.
import { store } from "../tray/page-store.js";

export class Camera {
  static #GONE = ["OverconstrainedError", "NotFoundError"];
  // Enough for a label of 2 cm at arm's length, where the camera has it.
  static #SIZE = { width: { ideal: 1920 }, height: { ideal: 1080 } };

  #video;
  #ended;
  #turn = 0;
  #stream;
  #chosen;
  #wishes = {};
  #lock;

  // `ended` is called when the camera is taken away while it is open.
  constructor(video, ended) {
    this.#video = video;
    this.#ended = ended;
  }

  // Resolves to true once the picture runs, to false when it was closed meanwhile.
  async open() {
    this.close();
    const turn = this.#turn;
    try {
      const stream = await this.#ask();
      if (turn !== this.#turn) return Camera.#stop(stream);
      this.#stream = stream;
      this.#track.addEventListener("ended", () => turn === this.#turn && this.#ended());
      this.#video.srcObject = stream;
      await this.#video.play();
      await this.#wish(this.#offers("focusMode", "continuous") ? { focusMode: "continuous" } : {});
    } catch (error) {
      if (turn === this.#turn) throw error;
    }
    if (turn !== this.#turn) return false;
    this.#stayAwake(turn);
    return true;
  }

  close() {
    this.#turn += 1;
    Camera.#stop(this.#stream);
    this.#stream = undefined;
    this.#video.srcObject = null;
    this.#wishes = {};
    this.#lock?.release();
    this.#lock = undefined;
  }

  // Opens this camera from now on, and the next time on this device.
  choose(deviceId) {
    this.#chosen = deviceId;
    Camera.#remember(deviceId);
    return this.open();
  }

  // All cameras: [{deviceId, label, isOpen}].
  async all() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const present = this.#track?.getSettings().deviceId;
    return devices
      .filter((device) => device.kind === "videoinput")
      .map(({ deviceId, label }) => ({ deviceId, label, isOpen: deviceId === present }));
  }

  get hasTorch() {
    return Boolean(this.#capabilities.torch);
  }

  // Resolves to whether the light obeyed.
  torch(on) {
    return this.#wish({ torch: on });
  }

  // {least, most, now} in times of the widest picture, or undefined without zoom.
  get zoom() {
    const { zoom } = this.#capabilities;
    if (!(zoom?.min > 0 && zoom.max > zoom.min)) return undefined;
    const now = this.#wishes.zoom ?? this.#track.getSettings().zoom ?? zoom.min;
    return { least: 1, most: zoom.max / zoom.min, now: now / zoom.min };
  }

  // Resolves to whether the lens obeyed. `times` is kept within what the camera can do.
  zoomTo(times) {
    const { zoom } = this.#capabilities;
    return this.#wish({ zoom: Math.min(zoom.max, Math.max(zoom.min, times * zoom.min)) });
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  get #capabilities() {
    return this.#track?.getCapabilities?.() ?? {};
  }

  #offers(capability, value) {
    return this.#capabilities[capability]?.includes?.(value);
  }

  async #ask() {
    Camera.#demand();
    const last = this.#chosen ?? (await Camera.#remembered());
    if (!last) return Camera.#request({ facingMode: { ideal: "environment" } });
    try {
      return await Camera.#request({ deviceId: { exact: last } });
    } catch (error) {
      if (!Camera.#GONE.includes(error.name)) throw error;
      return Camera.#request({ facingMode: { ideal: "environment" } });
    }
  }

  // Some systems give an installed app no camera at all, though its page in the browser has one.
  static #demand() {
    if (window.isSecureContext && navigator.mediaDevices) return;
    const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
    const name = window.isSecureContext && isInstalled ? "InstalledAppError" : "SecurityError";
    throw new DOMException("There is no camera here.", name);
  }

  // Zoom has to be asked for here: later it would take another question to the person.
  static #request(which) {
    return navigator.mediaDevices.getUserMedia({
      video: { ...which, ...Camera.#SIZE, zoom: true },
    });
  }

  // All wishes at once: each set of constraints replaces the one before.
  async #wish(more) {
    const wishes = { ...this.#wishes, ...more };
    if (!Object.keys(wishes).length) return true;
    try {
      await this.#track.applyConstraints({ advanced: [wishes] });
      this.#wishes = wishes;
      return true;
    } catch {
      return false;
    }
  }

  async #stayAwake(turn) {
    try {
      const lock = await navigator.wakeLock?.request("screen");
      if (turn === this.#turn) this.#lock = lock;
      else lock?.release();
    } catch {
      // Low on power, the browser refuses. Scanning goes on.
    }
  }

  static #stop(stream) {
    for (const track of stream?.getTracks() ?? []) track.stop();
    return false;
  }

  // A device that keeps nothing starts with the back camera each time.
  static async #remembered() {
    try {
      return await store.get("camera");
    } catch {
      return undefined;
    }
  }

  static async #remember(deviceId) {
    try {
      await store.set("camera", deviceId);
    } catch {
      // It was chosen for now.
    }
  }
}
