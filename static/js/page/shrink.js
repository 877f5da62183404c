// Makes a photo smaller on the device: in a basement every megabyte is a wait, and where the photo
// was taken then never leaves the device. It is also how a photo arrives that only the browser can read.

import { within } from "./within.js";

const QUALITY = 0.88;
// Some devices begin to read a photo and never end.
const DONE_WITHIN = 10_000;

/**
 * @param {File} file
 * @returns {Promise<HTMLImageElement>}
 */
const imageOf = async (file) => {
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
};

/**
 * The photo decoded. Some browsers show kinds of photo of which they make no bitmap.
 * @param {File} file
 * @returns {Promise<ImageBitmap | HTMLImageElement>}
 */
const decoded = (file) => createImageBitmap(file).catch(() => imageOf(file));

/**
 * @param {ImageBitmap | HTMLImageElement} picture
 * @param {number} side
 * @returns {Promise<Blob | null>}
 */
const drawn = (picture, side) => {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const paper = canvas.getContext("2d");
  if (!paper) return Promise.resolve(null);
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
};

/**
 * @param {File} file
 * @param {number} side
 * @param {(pixels: number) => boolean} isFine
 */
const shrunk = async (file, side, isFine) => {
  const picture = await decoded(file);
  try {
    if (isFine(picture.width * picture.height)) return file;
    const photo = await drawn(picture, side);
    return photo ? new File([photo], "photo.jpg", { type: "image/jpeg" }) : file;
  } finally {
    if ("close" in picture) picture.close();
  }
};

/**
 * The photo as a JPEG, at most `side` pixels wide and high; as it is where `isFine` says so of its
 * pixels. Rejects where the browser cannot read it, or not in time.
 * @param {File} file
 * @param {number} side
 * @param {(pixels: number) => boolean} [isFine]
 */
export const smaller = (file, side, isFine = () => false) =>
  within(DONE_WITHIN, shrunk(file, side, isFine));
