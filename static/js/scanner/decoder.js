// Finds the codes in a camera's picture: with the browser's own detector where it reads all kinds
// of labels, else with the zxing package in a worker, else with the package in the page.
import { ScanPass } from "./scan-pass.js";

export class LabelDecoder {
  static #FORMATS = ["qr_code", "data_matrix", "code_128", "aztec", "pdf417", "code_93", "code_39"];
  // What hub labels come as: a detector without one of these would leave some unread.
  static #NEEDED = LabelDecoder.#FORMATS.slice(0, 3);
  // Pixels a side, and times what the camera has: what takes a worker some 15 to 40 ms a look on a
  // plain machine. In the page a look must not be felt.
  static #WORKER = { longest: 960, finest: 1.5 };
  static #PAGE = { longest: 480, finest: 0.75 };
  // Milliseconds after which a worker that does not answer is given up: it has to load, or to look.
  static #LOADS_WITHIN = 60_000;
  static #LOOKS_WITHIN = 10_000;
  static #ready;

  #read;
  #looks;
  #turn = 0;
  #fruitful;
  #since = 0;

  // `read` finds the codes in a video, by one of the `looks` if there are any, which it is given.
  constructor(read, looks = []) {
    this.#read = read;
    this.#looks = looks;
  }

  // Whether this browser, or the package, can read labels at all.
  static isPossible({ script }) {
    return Boolean(script) || "BarcodeDetector" in window;
  }

  // The page's decoder. `script`, `wasm` and `worker` are the addresses of the package's script,
  // its WebAssembly and our worker; nothing of them is fetched before. Rejects when none loads;
  // asked again, it tries again.
  static load(addresses) {
    LabelDecoder.#ready ??= LabelDecoder.#choose(addresses).catch((error) => {
      LabelDecoder.#ready = undefined;
      throw error;
    });
    return LabelDecoder.#ready;
  }

  // One look at what the video shows now: {codes: [{text, format}], isWhole}, formats as the
  // standard names them. `isWhole` says whether all that is in sight was looked at. Rejects when
  // the decoder is broken; `load` then makes another.
  async look(video) {
    const look = this.#next();
    try {
      const hasPicture = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
      const codes = hasPicture ? await this.#read(video, look?.region(video)) : [];
      if (codes.length) this.#fruitful = look;
      else if (look === this.#fruitful) this.#fruitful = undefined;
      return { codes, isWhole: look?.isWhole ?? true };
    } catch (error) {
      LabelDecoder.#ready = undefined;
      throw error;
    }
  }

  // Every third time the look that found something last: what is in view stays in view.
  #next() {
    this.#since = (this.#since + 1) % 3;
    if (this.#fruitful && this.#since === 0) return this.#fruitful;
    return this.#looks[this.#turn++ % this.#looks.length];
  }

  static async #choose(addresses) {
    const own = await LabelDecoder.#ownFormats();
    const readsAll = LabelDecoder.#NEEDED.every((format) => own.includes(format));
    if (readsAll || !addresses.script) return LabelDecoder.#own(own);
    const hasWorkers = window.Worker && window.OffscreenCanvas && window.createImageBitmap;
    return hasWorkers ? LabelDecoder.#inWorker(addresses) : LabelDecoder.#inPage(addresses);
  }

  static async #ownFormats() {
    try {
      return (await window.BarcodeDetector?.getSupportedFormats()) ?? [];
    } catch {
      return [];
    }
  }

  static #own(supported) {
    const formats = LabelDecoder.#FORMATS.filter((format) => supported.includes(format));
    const detector = new window.BarcodeDetector({ formats });
    return new LabelDecoder(async (video) => {
      const codes = await detector.detect(video);
      return codes
        .filter((code) => code.rawValue)
        .map(({ rawValue, format }) => ({ text: rawValue, format }));
    });
  }

  static async #inWorker({ script, wasm, worker }) {
    const ask = LabelDecoder.#line(new Worker(worker, { type: "module" }));
    await ask(LabelDecoder.#LOADS_WITHIN, { script, wasm });
    return new LabelDecoder(async (video, { cut, ...pass }) => {
      const picture = await LabelDecoder.#picture(video, cut, pass);
      return ask(LabelDecoder.#LOOKS_WITHIN, { ...picture, pass }, [picture.picture]);
    }, ScanPass.turns(LabelDecoder.#WORKER));
  }

  // {picture, cut} to send away. A frame of video costs the page nothing: the worker converts and
  // cuts it. Without one the page cuts.
  static async #picture(video, cut, { drawn }) {
    const frame = LabelDecoder.#frame(video);
    if (frame) return { picture: frame, cut };
    const [resizeWidth, resizeHeight] = drawn.map((side, i) => Math.min(side, cut[i + 2]));
    const picture = await createImageBitmap(video, ...cut, { resizeWidth, resizeHeight });
    return { picture, cut: [0, 0, resizeWidth, resizeHeight] };
  }

  // Undefined where there are no frames, or where they lie otherwise than the video shows them.
  static #frame(video) {
    try {
      const frame = new VideoFrame(video);
      if (frame.displayWidth === video.videoWidth) return frame;
      frame.close();
    } catch {
      // The page cuts instead.
    }
    return undefined;
  }

  // Asks the thread one question at a time: the next answer is the answer. One that is broken, or
  // silent for `within` milliseconds, ends.
  static #line(thread) {
    const asked = (within, message, transfer = []) => {
      let timer;
      return new Promise((resolve, reject) => {
        timer = setTimeout(reject, within, "silent");
        thread.onerror = reject;
        thread.onmessage = ({ data }) => (data.codes ? resolve(data.codes) : reject(data.problem));
        thread.postMessage(message, transfer);
      })
        .catch((error) => {
          thread.terminate();
          throw error;
        })
        .finally(() => clearTimeout(timer));
    };
    let last = Promise.resolve();
    return (...question) => {
      last = last.then(() => asked(...question));
      return last;
    };
  }

  static async #inPage(addresses) {
    const reader = await import("./reader.js");
    await reader.prepare(addresses);
    return new LabelDecoder(
      (video, { cut, ...pass }) => reader.read(video, cut, pass),
      ScanPass.turns(LabelDecoder.#PAGE),
    );
  }
}
