// The tablet's camera, shown in a video element.
import { reportUnlessRefused } from "../page/report.js";
import { within } from "../page/within.js";
import { store } from "../tray/page-store.js";
import { isAllowed } from "./camera-permission.js";

/** @typedef {{ deviceId: string, label: string, isOpen: boolean }} Device */

// What does not pass by itself, of the browser's reasons.
const LASTING = [
  "NotAllowedError",
  "NotFoundError",
  "OverconstrainedError",
  "SecurityError",
  "TimeoutError",
];
// How long a failure that may pass is tried again, and how soon.
const TRIED_FOR = 2000;
const TRIED_EVERY = 300;
// How long the device has for what needs nobody's leave. The camera itself may be asleep.
const OPENS_WITHIN = 5000;
const PLAYS_WITHIN = 3000;
const OBEYS_WITHIN = 2000;
const REMEMBERS_WITHIN = 1000;
// Enough for a label of 2 cm at arm's length, where the camera has it.
const SIZE = { width: { ideal: 1920 }, height: { ideal: 1080 } };
const BACK = { facingMode: { ideal: "environment" } };

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Some systems give an installed app no camera at all, though its page in the browser has one.
const demand = () => {
  if (window.isSecureContext && navigator.mediaDevices) return;
  const isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone;
  const name = window.isSecureContext && isInstalled ? "InstalledAppError" : "SecurityError";
  throw new DOMException("There is no camera here.", name);
};

/** @param {MediaStream | undefined} stream */
const stop = (stream) => {
  for (const track of stream?.getTracks() ?? []) track.stop();
};

/**
 * Zoom has to be asked for here: later it would take another question to the person. A person has all
 * the time to answer one; a device that asks nobody has not, and is let go when it answers later.
 * @param {MediaTrackConstraints} which
 */
const request = async (which) => {
  const video = { ...which, ...SIZE, zoom: true };
  const isUnasked = await isAllowed();
  const opening = navigator.mediaDevices.getUserMedia({ video });
  if (!isUnasked) return opening;
  try {
    return await within(OPENS_WITHIN, opening);
  } catch (error) {
    opening.then(stop, () => {});
    throw error;
  }
};

/**
 * What may pass is tried again before anybody is told of it.
 * @param {MediaTrackConstraints} which
 * @param {() => boolean} isWanted
 */
const requestPatiently = async (which, isWanted) => {
  const until = performance.now() + TRIED_FOR;
  for (;;) {
    try {
      return await request(which);
    } catch (error) {
      const mayPass = error instanceof DOMException && !LASTING.includes(error.name);
      if (!mayPass || performance.now() > until || !isWanted()) throw error;
    }
    await pause(TRIED_EVERY);
  }
};

// A device that keeps nothing, or does not answer, starts with the back camera each time.
const remembered = () => within(REMEMBERS_WITHIN, store.get("camera")).catch(reportUnlessRefused);

/**
 * One that cannot be kept was chosen for now.
 * @param {string} deviceId
 */
const remember = (deviceId) => store.set("camera", deviceId).catch(reportUnlessRefused);

// Opens the one chosen last on this device, and where that fails the back camera; keeps the focus and
// the screen awake while it is open. Rejections are the browser's, and like them: NoPictureError says
// that the camera is open and shows nothing, TimeoutError that it does not open.
export class Camera {
  #video;
  #ended;
  #turn = 0;
  /** @type {MediaStream | undefined} */
  #stream;
  /** Chosen in this page. @type {string | undefined} */
  #chosen;
  /** Failed in this page. @type {string | undefined} */
  #distrusted;
  /** The lens that is open, unless it is the back camera. @type {string | undefined} */
  #lens;
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
      demand();
      await this.#openAny(turn);
      if (turn !== this.#turn) return false;
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
    this.#drop();
    this.#constraints = {};
    this.#lock?.release();
    this.#lock = undefined;
  }

  /**
   * Opens this camera from now on, and the next time on this device if it opens now.
   * @param {string} deviceId
   */
  choose(deviceId) {
    this.#chosen = deviceId;
    this.#distrusted = undefined;
    return this.open();
  }

  // What is open shows nothing: answers with whether there is another, the back camera, for the next time.
  giveUpLens() {
    if (!this.#lens) return false;
    this.#distrusted = this.#lens;
    return true;
  }

  get track() {
    return this.#track;
  }

  // Whether pictures are to be expected of it.
  get isRunning() {
    const track = this.#track;
    const isShown = this.#video.srcObject === this.#stream;
    return isShown && track?.readyState === "live" && !track.muted;
  }

  /**
   * Those of which the browser tells; none where it tells of none.
   * @returns {Promise<Device[]>}
   */
  async all() {
    const asking = navigator.mediaDevices?.enumerateDevices() ?? Promise.resolve([]);
    /** @type {MediaDeviceInfo[]} */
    const devices = await within(OBEYS_WITHIN, asking).catch(() => []);
    const present = this.#track?.getSettings().deviceId;
    return devices
      .filter(({ kind, deviceId }) => kind === "videoinput" && deviceId)
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

  /**
   * A lens fails in many ways, and none of them is to keep the person from the other cameras.
   * @param {number} turn
   */
  async #openAny(turn) {
    const lens = this.#chosen ?? (await remembered());
    if (!lens || lens === this.#distrusted) return this.#show(BACK, turn);
    try {
      await this.#show({ deviceId: { exact: lens } }, turn);
    } catch (error) {
      if (turn !== this.#turn) throw error;
      this.#distrusted = lens;
      return this.#show(BACK, turn);
    }
    this.#lens = lens;
    if (lens === this.#chosen) remember(lens);
  }

  /**
   * @param {MediaTrackConstraints} which
   * @param {number} turn
   */
  async #show(which, turn) {
    const isWanted = () => turn === this.#turn;
    const stream = await requestPatiently(which, isWanted);
    if (!isWanted()) return stop(stream);
    this.#stream = stream;
    this.#track?.addEventListener("ended", () => stream === this.#stream && this.#ended());
    this.#video.srcObject = stream;
    try {
      await within(PLAYS_WITHIN, this.#video.play());
    } catch {
      if (isWanted()) this.#drop();
      throw new DOMException("The camera shows nothing.", "NoPictureError");
    }
  }

  #drop() {
    stop(this.#stream);
    this.#stream = undefined;
    this.#lens = undefined;
    this.#video.srcObject = null;
  }

  /**
   * All constraints at once: each set of constraints replaces the one before.
   * @param {MediaTrackConstraintSet & { torch?: boolean, focusMode?: string, zoom?: number }} more
   */
  async #constrain(more) {
    const constraints = { ...this.#constraints, ...more };
    if (!Object.keys(constraints).length) return true;
    try {
      const obeying = this.#track?.applyConstraints({ advanced: [constraints] });
      await within(OBEYS_WITHIN, Promise.resolve(obeying));
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
