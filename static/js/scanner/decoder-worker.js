// The reader in a thread of its own: addresses first, then a picture a question; each is answered by
// {codes} or {problem}.
import { prepare, read } from "./reader.js";

/** @import { Pass } from "./reader.js" */
/** @import { Rectangle } from "./scan-pass.js" */
/** @typedef {{ script: string, wasm: string }} Addresses */
/** @typedef {{ picture: ImageBitmap | VideoFrame, cut: Rectangle, pass: Pass }} Question */

/** @param {Addresses | Question} message */
const answer = async (message) => {
  if ("picture" in message) {
    const { picture, cut, pass } = message;
    return read(picture, cut, pass).finally(() => picture.close());
  }
  await prepare(message);
  return [];
};

globalThis.addEventListener("message", async ({ data }) => {
  try {
    globalThis.postMessage({ codes: await answer(data) });
  } catch (error) {
    globalThis.postMessage({ problem: String(error) });
  }
});
