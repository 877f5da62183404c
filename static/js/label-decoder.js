// Finds the codes in a camera's picture: with the browser's own detector where it reads all kinds
// of labels, else with the zxing package in a worker, else with the package in the page.
"use strict";

globalThis.LabelDecoder = class LabelDecoder {
  static #FORMATS = ["qr_code", "data_matrix", "code_128", "aztec", "pdf417", "code_93", "code_39"];
  // What hub labels come as: a detector without one of these would leave some unread.
  static #NEEDED = LabelDecoder.#FORMATS.slice(0, 3);
  // Looks at the picture, taken in turn: `share` of its sides around the middle, drawn with at
  // most `longest` pixels a side. The whole is quick when it is small; a tiny label needs all
  // pixels that the camera has.
  static #LOOKS = [
    { share: 1, longest: 960 },
    { share: 0.5, longest: 960 },
  ];
  static #BRIEF = [
    { share: 1, longest: 480 },
    { share: 0.5, longest: 480 },
  ];
  static #ready;

  #read;
  #looks;
  #turn = 0;

  // `read` finds the codes in a region of a video; `looks` are taken in turn.
  constructor(read, looks = LabelDecoder.#LOOKS) {
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

  // How many looks it takes to have seen everything.
  get round() {
    return this.#looks.length;
  }

  // The codes in what the video shows now: [{text, format}], formats as the standard names them.
  async look(video) {
    if (!video.videoWidth) return [];
    const look = this.#looks[this.#turn++ % this.#looks.length];
    return this.#read(video, LabelDecoder.#region(video, look));
  }

  // What is cut off at the edges of the element is not read either: only what the person sees.
  static #region(video, { share, longest }) {
    const { videoWidth, videoHeight, clientWidth, clientHeight } = video;
    const shown = Math.max(clientWidth / videoWidth, clientHeight / videoHeight) || 1;
    const width = Math.round(Math.min(videoWidth, clientWidth / shown || videoWidth) * share);
    const height = Math.round(Math.min(videoHeight, clientHeight / shown || videoHeight) * share);
    const scale = Math.min(1, longest / Math.max(width, height));
    return {
      cut: [(videoWidth - width) >> 1, (videoHeight - height) >> 1, width, height],
      size: [Math.round(width * scale), Math.round(height * scale)],
    };
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
    const thread = new Worker(worker);
    const ask = (message, transfer) => LabelDecoder.#asked(thread, message, transfer);
    try {
      await ask({ script, wasm });
    } catch (error) {
      thread.terminate();
      throw error;
    }
    return new LabelDecoder(async (video, { cut, size: [resizeWidth, resizeHeight] }) => {
      const bitmap = await createImageBitmap(video, ...cut, { resizeWidth, resizeHeight });
      return ask({ bitmap }, [bitmap]);
    });
  }

  // One question at a time: the next answer is the answer.
  static #asked(thread, message, transfer = []) {
    return new Promise((resolve, reject) => {
      thread.onerror = reject;
      thread.onmessage = ({ data }) => (data.codes ? resolve(data.codes) : reject(data.problem));
      thread.postMessage(message, transfer);
    });
  }

  static async #inPage({ script, wasm, worker }) {
    await Promise.all([script, worker].map(LabelDecoder.#loadScript));
    await globalThis.LabelReader.prepare(wasm);
    const drawing = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    return new LabelDecoder(async (video, { cut, size }) => {
      [drawing.canvas.width, drawing.canvas.height] = size;
      drawing.drawImage(video, ...cut, 0, 0, ...size);
      return globalThis.LabelReader.read(drawing.getImageData(0, 0, ...size), { tryHarder: false });
    }, LabelDecoder.#BRIEF);
  }

  static async #loadScript(address) {
    const script = document.createElement("script");
    script.src = address;
    await new Promise((resolve, reject) => {
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    }).finally(() => script.remove());
  }
};
