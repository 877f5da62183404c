// Finds the codes in a camera's picture: with the browser's own detector where it reads all kinds
// of labels, else with the zxing package in a worker, else with the package in the page.
import { within } from "../page/within.js";
import { fetchLater } from "./label-reader.js";
import { ScanPass } from "./scan-pass.js";

/** @import { Code, Seen } from "./code-choice.js" */
/** @import { Region } from "./scan-pass.js" */
/** The addresses of the package's script, its WebAssembly and our worker. */
/** @typedef {{ script: string | null, wasm: string | null, worker: string | null }} Addresses */
/** @typedef {{ script: string, wasm: string, worker: string }} Package */
/** @typedef {(video: HTMLVideoElement, region: Region) => Promise<Code[]>} Read */

const FORMATS = ["qr_code", "data_matrix", "code_128", "aztec", "pdf417", "code_93", "code_39"];
// What hub labels come as: a detector without one of these would leave some unread.
const NEEDED = FORMATS.slice(0, 3);
// Pixels a side, and times what the camera has: what takes a worker some 15 to 40 ms a pass on a
// plain machine. In the page a pass must not be felt.
const IN_WORKER = { longest: 960, finest: 1.5 };
const IN_PAGE = { longest: 480, finest: 0.75 };
// Milliseconds after which what does not answer is given up: it has to load, or to look.
const LOADS_WITHIN = 60_000;
const SCAN_WITHIN = 10_000;
const SAYS_WITHIN = 2000;

const ownFormats = async () => {
  try {
    const asking = window.BarcodeDetector?.getSupportedFormats();
    return (await within(SAYS_WITHIN, Promise.resolve(asking))) ?? [];
  } catch {
    return [];
  }
};

/**
 * Undefined where there are no frames, or where they lie otherwise than the video shows them.
 * @param {HTMLVideoElement} video
 */
const frameOf = (video) => {
  try {
    const frame = new VideoFrame(video);
    if (frame.displayWidth === video.videoWidth) return frame;
    frame.close();
  } catch {
    // The page cuts instead.
  }
  return undefined;
};

/**
 * What to send away. A frame of video costs the page nothing: the worker converts and cuts it.
 * Without one the page cuts.
 * @param {HTMLVideoElement} video
 * @param {Region} region
 */
const pictureOf = async (video, { cut, drawn }) => {
  const frame = frameOf(video);
  if (frame) return { picture: frame, cut };
  const [resizeWidth, resizeHeight] = [Math.min(drawn[0], cut[2]), Math.min(drawn[1], cut[3])];
  const picture = await createImageBitmap(video, ...cut, { resizeWidth, resizeHeight });
  return { picture, cut: [0, 0, resizeWidth, resizeHeight] };
};

/**
 * Asks the thread one question at a time: the next answer is the answer. One that is broken, or
 * silent for `within` milliseconds, ends.
 * @param {Worker} thread
 */
const lineTo = (thread) => {
  /**
   * @param {number} within
   * @param {object} message
   * @param {Transferable[]} [transfer]
   * @returns {Promise<Code[]>}
   */
  const asked = (within, message, transfer = []) => {
    /** @type {ReturnType<typeof setTimeout>} */
    let timer;
    return new Promise((resolve, reject) => {
      timer = setTimeout(reject, within, new Error("The decoder is silent."));
      thread.onerror = reject;
      thread.onmessage = ({ data }) =>
        data.codes ? resolve(data.codes) : reject(new Error(data.problem));
      thread.postMessage(message, transfer);
    })
      .catch((error) => {
        thread.terminate();
        throw error;
      })
      .finally(() => clearTimeout(timer));
  };
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  /**
   * @param {Parameters<typeof asked>} question
   * @returns {Promise<Code[]>}
   */
  return (...question) => {
    const answer = last.then(() => asked(...question));
    last = answer;
    return answer;
  };
};

export class LabelDecoder {
  /** @type {Promise<LabelDecoder> | undefined} */
  static #ready;
  // Some browsers have a detector that never answers, or always fails.
  static #isOwnBroken = false;

  #read;
  #passes;
  #end;
  #turn = 0;
  /** @type {ScanPass | undefined} */
  #fruitful;
  #since = 0;

  /**
   * @param {Read} read Finds the codes in a video.
   * @param {ScanPass[]} passes
   * @param {() => void} [end] Lets go of what reads, once it is broken.
   */
  constructor(read, passes, end = () => {}) {
    this.#read = read;
    this.#passes = passes;
    this.#end = end;
  }

  /**
   * The page's decoder. Nothing of the addresses is fetched before. Rejects when none loads; asked
   * again, it tries again.
   * @param {Addresses} addresses
   */
  static load(addresses) {
    LabelDecoder.#ready ??= LabelDecoder.#choose(addresses).catch((cause) => {
      LabelDecoder.#ready = undefined;
      throw new Error("The label reader did not load.", { cause });
    });
    return LabelDecoder.#ready;
  }

  /**
   * Scans what the video shows now, in one pass, formats as the standard names them. Rejects when the
   * decoder is broken; `load` then makes another.
   * @param {HTMLVideoElement} video
   * @returns {Promise<Seen>}
   */
  async scan(video) {
    const pass = this.#next();
    try {
      const hasPicture = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
      const reading = hasPicture ? this.#read(video, pass.region(video)) : Promise.resolve([]);
      const codes = await within(SCAN_WITHIN, reading);
      if (codes.length) this.#fruitful = pass;
      else if (pass === this.#fruitful) this.#fruitful = undefined;
      return { codes, isWhole: pass.isWhole };
    } catch (error) {
      LabelDecoder.#ready = undefined;
      this.#end();
      throw error;
    }
  }

  // Every third time the pass that found something last: what is in view stays in view.
  #next() {
    this.#since = (this.#since + 1) % 3;
    if (this.#fruitful && this.#since === 0) return this.#fruitful;
    const pass = this.#passes[this.#turn % this.#passes.length];
    this.#turn += 1;
    if (!pass) throw new RangeError("There is no way to look.");
    return pass;
  }

  /** @param {Addresses} addresses */
  static async #choose({ script, wasm, worker }) {
    const own = await ownFormats();
    const readsAll = NEEDED.every((format) => own.includes(format));
    const isOwnUsed = readsAll && !LabelDecoder.#isOwnBroken;
    if (isOwnUsed || !script || !wasm || !worker) return LabelDecoder.#own(own);
    const hasWorkers = "Worker" in window && "OffscreenCanvas" in window;
    const found = { script, wasm, worker };
    return hasWorkers ? LabelDecoder.#inWorker(found) : LabelDecoder.#inPage(found);
  }

  /** @param {string[]} supported */
  static #own(supported) {
    if (!window.BarcodeDetector) throw new TypeError("Nothing here reads labels.");
    const formats = FORMATS.filter((format) => supported.includes(format));
    const detector = new window.BarcodeDetector({ formats });
    // The browser looks at all of the picture by itself.
    const whole = ScanPass.turns(IN_WORKER).slice(0, 1);
    /** @param {HTMLVideoElement} video */
    const detect = async (video) => {
      try {
        return await within(SCAN_WITHIN, detector.detect(video));
      } catch (cause) {
        LabelDecoder.#isOwnBroken = true;
        throw new Error("The browser's own detector failed.", { cause });
      }
    };
    return new LabelDecoder(async (video) => {
      const codes = await detect(video);
      return codes
        .filter((code) => code.rawValue)
        .map(({ rawValue, format }) => ({ text: rawValue, format }));
    }, whole);
  }

  /** @param {Package} addresses */
  static async #inWorker({ script, wasm, worker }) {
    const thread = new Worker(worker, { type: "module" });
    const ask = lineTo(thread);
    await ask(LOADS_WITHIN, { script, wasm });
    /** @type {Read} */
    const read = async (video, region) => {
      const { cut: _, ...pass } = region;
      const sent = await pictureOf(video, region);
      return ask(SCAN_WITHIN, { ...sent, pass }, [sent.picture]);
    };
    return new LabelDecoder(read, ScanPass.turns(IN_WORKER), () => thread.terminate());
  }

  /** @param {Package} addresses */
  static async #inPage(addresses) {
    const loading = fetchLater("reader").then(() => import("./reader.js"));
    const reader = await within(LOADS_WITHIN, loading);
    await within(LOADS_WITHIN, reader.prepare(addresses));
    return new LabelDecoder(
      (video, { cut, ...pass }) => reader.read(video, cut, pass),
      ScanPass.turns(IN_PAGE),
    );
  }
}
