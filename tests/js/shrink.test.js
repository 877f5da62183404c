// A photo is made smaller, or given up in time: devices begin to read one and never end.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { smaller } from "../../static/js/page/shrink.js";

const PHOTO = new File(["as it was taken"], "a.heic");
const silent = () => new Promise(() => {});
const unreadable = () => Promise.reject(new DOMException("", "InvalidStateError"));
const bitmap = async () => ({ width: 40, height: 30, close: mock.fn() });
const canvasThat = (toBlob) => ({ toBlob, getContext: () => ({ fillRect() {}, drawImage() {} }) });
const drawing = (done) => done(new Blob(["small"]));

// A device whose parts do as told.
const device = ({ makeBitmap = bitmap, decode = unreadable, toBlob = drawing }) => {
  globalThis.createImageBitmap = makeBitmap;
  globalThis.Image = class {
    width = 40;
    height = 30;
    decode = decode;
  };
  document.createElement = () => canvasThat(toBlob);
};

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

const passes = async (milliseconds) => {
  await new Promise(setImmediate);
  mock.timers.tick(milliseconds);
};

for (const [name, parts] of [
  ["a bitmap that is never made", { makeBitmap: silent }],
  ["an image that is never decoded", { makeBitmap: unreadable, decode: silent }],
  ["a canvas that is never written", { toBlob: () => {} }],
  [
    "an image whose canvas is never written",
    { makeBitmap: unreadable, decode: async () => {}, toBlob: () => {} },
  ],
]) {
  test(`${name} is waited for ten seconds`, async () => {
    device(parts);
    const shrinking = assert.rejects(smaller(PHOTO, 20), { name: "TimeoutError" });
    await passes(10_000);
    await shrinking;
  });
}

test("a photo that is read in time is made smaller, and nobody waits any longer", async () => {
  device({});
  const small = await smaller(PHOTO, 20);
  assert.deepEqual([small.name, await small.text()], ["photo.jpg", "small"]);
});

test("a photo that is fine stays as it is", async () => {
  device({ toBlob: () => assert.fail("It is not drawn.") });
  assert.equal(await smaller(PHOTO, 20, (pixels) => pixels === 1200), PHOTO);
});

test("a photo that nobody can read is refused at once", async () => {
  device({ makeBitmap: unreadable });
  await assert.rejects(smaller(PHOTO, 20), { name: "InvalidStateError" });
});
