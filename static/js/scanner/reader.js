// Reads the codes in pictures with the zxing package, in a worker or in the page.

// The package's names of codes by the standard's.
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
let zxing;
let canvas;

// Loads the package from `script`, and what it needs from `wasm`: addresses.
export const prepare = async ({ script, wasm }) => {
  zxing = await import(script);
  const overrides = { locateFile: () => wasm };
  await zxing.prepareZXingModule({ overrides, fireImmediately: true });
};

// The middle of the picture, turned so that what leans by `angle` (radians) stands upright.
const pixels = (source, cut, { drawn, size, flat, angle, inverted, soft }) => {
  const [[width, height], [across, down]] = [size, drawn];
  canvas ??= globalThis.document?.createElement("canvas") ?? new OffscreenCanvas(1, 1);
  [canvas.width, canvas.height] = size;
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
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

// The codes in `cut`, a rectangle [x, y, width, height] of `source`: [{text, format}]. It is
// drawn with the sides `drawn`, turned by `angle`, flattened; the middle `size` of that is read
// for `formats`, light on dark if `inverted`, without noise if `soft`. `options` are the package's.
export const read = async (source, cut, { formats, options, ...pass }) => {
  const codes = await zxing.readBarcodes(pixels(source, cut, pass), {
    ...OPTIONS,
    ...options,
    formats: formats.map((format) => NAMES[format]),
  });
  return codes
    .filter((code) => code.text)
    .map((code) => ({ text: code.text, format: FORMATS[code.symbology] }));
};
