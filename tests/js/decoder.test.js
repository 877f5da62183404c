// What reads labels in the page itself comes in time, or is told as what it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LabelDecoder } from "../../static/js/scanner/decoder.js";

const ADDRESSES = { script: "/zxing.js", wasm: "/zxing.wasm", worker: "/worker.js" };
const MINUTE = 60_000;

/** @param {() => Promise<Response>} fetching */
const inPageWithout = (fetching) => {
  globalThis.window = /** @type {any} */ ({});
  const content = { querySelectorAll: () => [{ getAttribute: () => ADDRESSES.script }] };
  globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content }) });
  globalThis.fetch = fetching;
};

/** @param {unknown} error */
const isNoTroubleOfTheCamera = (error) =>
  error instanceof Error && !(error instanceof DOMException) && error.name === "Error";

test("a reader that never comes is late, and the camera is not to blame", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  inPageWithout(() => new Promise(() => {}));
  const loading = assert.rejects(LabelDecoder.load(ADDRESSES), isNoTroubleOfTheCamera);
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  mock.timers.tick(MINUTE);
  await loading;
});

for (const kind of ["text/html", "application/json", ""]) {
  test(`what a gate answers in its place is not imported: "${kind}"`, async () => {
    const headers = { "Content-Type": kind };
    inPageWithout(async () => new Response("", { headers }));
    await assert.rejects(LabelDecoder.load(ADDRESSES), ({ cause }) => /not there/.test(cause));
  });
}
