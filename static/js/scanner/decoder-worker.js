// The reader in a thread of its own: {script, wasm} first, then {picture, cut, pass} a look; each is
// answered by {codes} or {problem}.
import { prepare, read } from "./reader.js";

const answer = async ({ picture, cut, pass, ...addresses }) => {
  if (picture) return read(picture, cut, pass).finally(() => picture.close());
  await prepare(addresses);
  return [];
};

globalThis.addEventListener("message", async ({ data }) => {
  try {
    globalThis.postMessage({ codes: await answer(data) });
  } catch (error) {
    globalThis.postMessage({ problem: String(error) });
  }
});
