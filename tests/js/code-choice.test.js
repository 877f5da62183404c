// Which code is meant, and when it is reported.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CodeChoice } from "../../static/js/scanner/code-choice.js";

const HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b";
const OTHER = "b4c1d2e3-0f9a-4b8c-8d7e-6f5a4b3c2d1e";
const qr = (text) => ({ text, format: "qr_code" });
const linear = (text) => ({ text, format: "code_128" });
const STEP = 100;

// Looks with the camera held still: so many passes, a tenth of a second apart.
const watcher = () => {
  const choice = new CodeChoice();
  let now = 0;
  return (codes, passes = 1, isWhole = true) => {
    const reported = [];
    let several = false;
    for (let pass = 0; pass < passes; pass += 1) {
      now += STEP;
      const taken = choice.take({ codes, isWhole }, now);
      if (taken.code) reported.push(taken.code.text);
      several = taken.several;
    }
    return { reported, several };
  };
};

test("a hub is reported at once, and once for as long as it stays", () => {
  const see = watcher();
  assert.deepEqual(see([qr(HUB)], 100).reported, [HUB]);
});

test("a label that blinks is not reported again, one that was away is", () => {
  const see = watcher();
  see([qr(HUB)]);
  see([], 10);
  assert.deepEqual(see([qr(HUB)]).reported, []);
  see([], 20);
  assert.deepEqual(see([qr(HUB)]).reported, [HUB]);
});

test("hubs held up in turn are each reported", () => {
  const see = watcher();
  const reported = [HUB, OTHER, HUB].flatMap((hub) => see([qr(hub)], 20).reported);
  assert.deepEqual(reported, [HUB, OTHER, HUB]);
});

test("a foreign code is reported after a moment, and once", () => {
  const see = watcher();
  assert.deepEqual(see([qr("https://example.com/")], 3).reported, []);
  assert.deepEqual(see([qr("https://example.com/")], 20).reported, ["https://example.com/"]);
});

test("a linear code alone needs more patience than a matrix code", () => {
  const see = watcher();
  assert.deepEqual(see([linear("SN00417")], 8).reported, []);
  assert.deepEqual(see([linear("SN00417")], 8).reported, ["SN00417"]);
});

test("on a slow device a foreign code counts only after a few passes", () => {
  const choice = new CodeChoice();
  const at = (now) => choice.take({ codes: [qr("SN")], isWhole: true }, now).code;
  assert.equal(at(0), undefined);
  assert.equal(at(500), undefined);
  assert.equal(at(1000), undefined);
  assert.deepEqual(at(1500), qr("SN"));
});

test("of several codes on a label only the one with a hub id is reported", () => {
  const see = watcher();
  assert.deepEqual(see([qr("https://example.com/"), qr(HUB), linear("SN1")], 50).reported, [HUB]);
});

test("a serial number beside a hub's code is not reported afterwards", () => {
  const see = watcher();
  see([qr(HUB), linear("SN00417")]);
  assert.deepEqual(see([linear("SN00417")], 30).reported, []);
});

test("of two hubs in view none is reported until one of them is gone", () => {
  const see = watcher();
  assert.deepEqual(see([qr(HUB), qr(OTHER)], 10), { reported: [], several: true });
  assert.deepEqual(see([qr(HUB)]), { reported: [HUB], several: false });
});

test("one hub in two codes is one hub", () => {
  const see = watcher();
  assert.deepEqual(see([qr(HUB), linear(HUB.toUpperCase())]), { reported: [HUB], several: false });
});

test("a pass over a part does not mark what the whole showed as gone", () => {
  const see = watcher();
  see([qr(HUB), qr(OTHER)]);
  assert.equal(see([qr(HUB)], 1, false).several, true);
  assert.equal(see([qr(HUB)], 1, true).several, false);
});

test("an id in a kind of code that hub labels never use is foreign", () => {
  const see = watcher();
  assert.deepEqual(see([{ text: HUB, format: "code_39" }], 5).reported, []);
});

test("a code of what the label beside it calls a key is no hub's, then or later", () => {
  const key = "2b7e151628aed2a6abf7158809cf4f3c";
  const label = JSON.stringify({ hubId: "315e230b-4f3e-4f7e-bc8e-8f38f8275fbc", key });
  const both = [
    { text: key, format: "code_128" },
    { text: label, format: "qr_code" },
  ];
  assert.equal(new CodeChoice().take({ codes: both, isWhole: true }, 0).code?.text, label);
  const alone = { codes: [{ text: key, format: "code_128" }], isWhole: true };
  assert.equal(new CodeChoice().take(alone, 0).code, undefined);
});
