// Reads the codes in pictures with the zxing package: as a worker, or in the page without one.
"use strict";

{
  // The package's names of codes, and the standard's.
  const FORMATS = {
    QRCode: "qr_code",
    DataMatrix: "data_matrix",
    Aztec: "aztec",
    PDF417: "pdf417",
    Code128: "code_128",
    Code93: "code_93",
    Code39: "code_39",
  };
  const OPTIONS = { formats: Object.keys(FORMATS), textMode: "Plain", maxNumberOfSymbols: 8 };

  // Fetches and starts what the package's script needs from `wasm`, an address.
  const prepare = (wasm) => {
    const overrides = { locateFile: () => wasm };
    return globalThis.ZXingWASM.prepareZXingModule({ overrides, fireImmediately: true });
  };

  // The codes in an ImageData: [{text, format}]. `options` are the package's.
  const read = async (image, options) => {
    const codes = await globalThis.ZXingWASM.readBarcodes(image, { ...OPTIONS, ...options });
    return codes
      .filter((code) => code.text)
      .map((code) => ({ text: code.text, format: FORMATS[code.symbology] }));
  };

  globalThis.LabelReader = { prepare, read };
}

// As a worker: {script, wasm} first, then {bitmap, options} a picture; each is answered by
// {codes} or {problem}.
if (globalThis.WorkerGlobalScope) {
  let canvas;

  const pixels = (bitmap) => {
    const { width, height } = bitmap;
    if (canvas?.width !== width || canvas.height !== height) {
      canvas = new OffscreenCanvas(width, height);
    }
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    drawing.drawImage(bitmap, 0, 0);
    bitmap.close();
    return drawing.getImageData(0, 0, width, height);
  };

  const answer = async ({ script, wasm, bitmap, options }) => {
    if (bitmap) return globalThis.LabelReader.read(pixels(bitmap), options);
    globalThis.importScripts(script);
    await globalThis.LabelReader.prepare(wasm);
    return [];
  };

  globalThis.addEventListener("message", async (event) => {
    try {
      globalThis.postMessage({ codes: await answer(event.data) });
    } catch (error) {
      globalThis.postMessage({ problem: String(error) });
    }
  });
}
