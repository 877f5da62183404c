// Reads the codes in pictures with the zxing package, in a worker or in the page.

/** @import { Code } from "./code-choice.js" */
/** @import { Rectangle, Region } from "./scan-pass.js" */
/** @typedef {Omit<Region, "cut">} Pass */

// The package's names of codes by the standard's.
/** @type {Record<string, string>} */
const NAMES = {
  qr_code: "QRCode",
  data_matrix: "DataMatrix",
  aztec: "Aztec",
  pdf417: "PDF417",
  code_128: "Code128",
  code_93: "Code93",
  code_39: "Code39",
};
const FORMATS = Object.fromEntries(Object.entries(NAMES).map(([ours, theirs]) => [theirs, ours]));
const OPTIONS = { textMode: "Plain", maxNumberOfSymbols: 8 };

/**
 * What we need of the package.
 * @typedef {object} Zxing
 * @property {(options: object) => Promise<unknown>} prepareZXingModule
 * @property {(picture: ImageData, options: object) => Promise<{ text: string, symbology: string }[]>} readBarcodes
 */
/** @type {Zxing} */
let zxing;
/** @type {HTMLCanvasElement | OffscreenCanvas | undefined} */
let canvas;

/**
 * Loads the package from the address `script`, and what it needs from `wasm`.
 * @param {{ script: string, wasm: string }} addresses
 */
export const prepare = async ({ script, wasm }) => {
  zxing = await import(script);
  const overrides = { locateFile: () => wasm };
  await zxing.prepareZXingModule({ overrides, fireImmediately: true });
};

/**
 * The middle of the picture, turned so that what leans by `angle` is upright.
 * @param {CanvasImageSource} source
 * @param {Rectangle} cut
 * @param {Pass} pass
 */
const pixels = (source, cut, { drawn, size, flat, angle, inverted, soft }) => {
  const [[width, height], [across, down]] = [size, drawn];
  canvas ??= globalThis.document?.createElement("canvas") ?? new OffscreenCanvas(1, 1);
  [canvas.width, canvas.height] = size;
  const drawing = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true })
  );
  drawing.filter = soft ? "blur(1px)" : "none";
  drawing.translate(width / 2, height / 2);
  drawing.scale(1, flat);
  drawing.rotate(-angle);
  drawing.drawImage(source, ...cut, -across / 2, -down / 2, across, down);
  if (inverted) {
    drawing.resetTransform();
    drawing.globalCompositeOperation = "difference";
    drawing.fillStyle = "#fff";
    drawing.fillRect(0, 0, width, height);
  }
  return drawing.getImageData(0, 0, width, height);
};

/**
 * The codes in `cut` of `source`, looked for as `pass` says.
 * @param {CanvasImageSource} source
 * @param {Rectangle} cut
 * @param {Pass} pass
 * @returns {Promise<Code[]>}
 */
export const read = async (source, cut, pass) => {
  const codes = await zxing.readBarcodes(pixels(source, cut, pass), {
    ...OPTIONS,
    ...pass.options,
    formats: pass.formats.map((format) => NAMES[format]),
  });
  return codes
    .filter((code) => code.text)
    .map((code) => ({ text: code.text, format: FORMATS[code.symbology] ?? "" }));
};
