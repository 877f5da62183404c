// A clipboard that refuses, or never answers, has copied nothing; what else fails is thrown on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { copy } from "../../static/js/tray/clipboard.js";

/** @param {() => Promise<void>} writeText */
const clipboard = (writeText) => {
  Object.assign(navigator, { clipboard: { writeText } });
};

test("what is written is copied", async () => {
  clipboard(async () => {});
  assert.equal(await copy("id"), true);
});

test("a clipboard that never answers has copied nothing", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  clipboard(() => new Promise(() => {}));
  const copying = copy("id");
  mock.timers.tick(2000);
  assert.equal(await copying, false);
});

for (const name of ["NotAllowedError", "InvalidStateError"]) {
  test(`one that refuses with ${name} has copied nothing`, async () => {
    clipboard(() => Promise.reject(new DOMException("", name)));
    assert.equal(await copy("id"), false);
  });
}

test("a fault of ours is thrown on", async () => {
  clipboard(() => Promise.reject(new TypeError("ours")));
  await assert.rejects(copy("id"), TypeError);
});
