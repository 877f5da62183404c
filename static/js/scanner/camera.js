// The tablet's camera, shown in a video element.
import { reportUnlessRefused } from "../page/report.js";
import { store } from "../tray/page-store.js";

/** @typedef {{ deviceId: string, label: string, isOpen: boolean }} Device */

const GONE = ["OverconstrainedError", "NotFoundError"];
// Enough for a label of 2 cm at arm's length, where the camera has it.
const SIZE = { width: { ideal: 1920 }, height: { ideal: 1080 } };

/** @param {unknown} error */
const isGone = (error) => error instanceof DOMException && GONE.includes(error.name);

// Some systems give an installed app no camera at all, though its page in the browser has one.
const demand = () => {
  if (window.isSecureContext && navigator.mediaDevices) return;
  const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
  const name = window.isSecureContext && isInstalled ? "InstalledAppError" : "SecurityError";
  throw new DOMException("There is no camera here.", name);
};

/**
 * Zoom has to be asked for here: later it would take another question to the person.
 * @param {MediaTrackConstraints} which
 */
const request = (which) =>
  navigator.mediaDevices.getUserMedia({ video: { ...which, ...SIZE, zoom: true } });

/** @param {MediaStream | undefined} stream */
const stop = (stream) => {
  for (const track of stream?.getTracks() ?? []) track.stop();
};

// A device that keeps nothing starts with the back camera each time.
const remembered = () => store.get("camera").catch(reportUnlessRefused);

/**
 * One that cannot be kept was chosen for now.
 * @param {string} deviceId
 */
const remember = (deviceId) => store.set("camera", deviceId).catch(reportUnlessRefused);

// Opens the back camera, or the one chosen last on this device; keeps the focus and the screen
// awake while it is open. Rejections are the browser's, and like them.
export class Camera {
  #video;
  #ended;
  #turn = 0;
  /** @type {MediaStream | undefined} */
  #stream;
  /** @type {string | undefined} */
  #chosen;
  /** @type {{ torch?: boolean, focusMode?: string, zoom?: number }} */
  #constraints = {};
  /** @type {WakeLockSentinel | undefined} */
  #lock;

  /**
   * @param {HTMLVideoElement} video
   * @param {() => void} ended Called when the camera is taken away while it is open.
   */
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
      if (turn !== this.#turn) {
        stop(stream);
        return false;
      }
      this.#stream = stream;
      this.#track?.addEventListener("ended", () => turn === this.#turn && this.#ended());
      this.#video.srcObject = stream;
      await this.#video.play();
      const isAbleTo = this.#capabilities.focusMode?.includes("continuous");
      await this.#constrain(isAbleTo ? { focusMode: "continuous" } : {});
    } catch (error) {
      if (turn === this.#turn) throw error;
    }
    if (turn !== this.#turn) return false;
    this.#stayAwake(turn);
    return true;
  }

  close() {
    this.#turn += 1;
    stop(this.#stream);
    this.#stream = undefined;
    this.#video.srcObject = null;
    this.#constraints = {};
    this.#lock?.release();
    this.#lock = undefined;
  }

  /**
   * Opens this camera from now on, and the next time on this device.
   * @param {string} deviceId
   */
  choose(deviceId) {
    this.#chosen = deviceId;
    remember(deviceId);
    return this.open();
  }

  /** @returns {Promise<Device[]>} */
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

  /**
   * Resolves to whether the light obeyed.
   * @param {boolean} on
   */
  torch(on) {
    return this.#constrain({ torch: on });
  }

  /** In times of the widest picture, or undefined without zoom. */
  get zoom() {
    const { zoom } = this.#capabilities;
    if (!zoom || !(zoom.min > 0 && zoom.max > zoom.min)) return undefined;
    const now = this.#constraints.zoom ?? this.#track?.getSettings().zoom ?? zoom.min;
    return { least: 1, most: zoom.max / zoom.min, now: now / zoom.min };
  }

  /**
   * Resolves to whether the lens obeyed.
   * @param {number} times Kept within what the camera can do.
   */
  async zoomTo(times) {
    const { zoom } = this.#capabilities;
    if (!zoom) return false;
    return this.#constrain({ zoom: Math.min(zoom.max, Math.max(zoom.min, times * zoom.min)) });
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  /** @returns {MediaTrackCapabilities} */
  get #capabilities() {
    return this.#track?.getCapabilities?.() ?? {};
  }

  async #ask() {
    demand();
    const last = this.#chosen ?? (await remembered());
    if (!last) return request({ facingMode: { ideal: "environment" } });
    try {
      return await request({ deviceId: { exact: last } });
    } catch (error) {
      if (!isGone(error)) throw error;
      return request({ facingMode: { ideal: "environment" } });
    }
  }

  /**
   * All constraints at once: each set of constraints replaces the one before.
   * @param {MediaTrackConstraintSet & { torch?: boolean, focusMode?: string, zoom?: number }} more
   */
  async #constrain(more) {
    const constraints = { ...this.#constraints, ...more };
    if (!Object.keys(constraints).length) return true;
    try {
      await this.#track?.applyConstraints({ advanced: [constraints] });
      this.#constraints = constraints;
      return true;
    } catch {
      return false;
    }
  }

  /** @param {number} turn */
  async #stayAwake(turn) {
    try {
      const lock = await navigator.wakeLock?.request("screen");
      if (turn === this.#turn) this.#lock = lock;
      else lock?.release();
    } catch {
      // Low on power, the browser refuses. Scanning goes on.
    }
  }
}
