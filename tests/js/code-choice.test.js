// Which code is meant, and when it is told.
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
    const told = [];
    let several = false;
    for (let pass = 0; pass < passes; pass += 1) {
      now += STEP;
      const taken = choice.take({ codes, isWhole }, now);
      if (taken.code) told.push(taken.code.text);
      several = taken.several;
    }
    return { told, several };
  };
};

test("a hub is told at once, and once for as long as it stays", () => {
  const see = watcher();
  assert.deepEqual(see([qr(HUB)], 100).told, [HUB]);
});

test("a label that blinks is not told again, one that was away is", () => {
  const see = watcher();
  see([qr(HUB)]);
  see([], 10);
  assert.deepEqual(see([qr(HUB)]).told, []);
  see([], 20);
  assert.deepEqual(see([qr(HUB)]).told, [HUB]);
});

test("hubs held up in turn are each told", () => {
  const see = watcher();
  const told = [HUB, OTHER, HUB].flatMap((hub) => see([qr(hub)], 20).told);
  assert.deepEqual(told, [HUB, OTHER, HUB]);
});

test("a foreign code is told after a moment, and once", () => {
  const see = watcher();
  assert.deepEqual(see([qr("https://example.com/")], 3).told, []);
  assert.deepEqual(see([qr("https://example.com/")], 20).told, ["https://example.com/"]);
});

test("a linear code alone needs more patience than a matrix code", () => {
  const see = watcher();
  assert.deepEqual(see([linear("SN00417")], 8).told, []);
  assert.deepEqual(see([linear("SN00417")], 8).told, ["SN00417"]);
});

test("a slow device has looked a few times before a foreign code counts", () => {
  const choice = new CodeChoice();
  const at = (now) => choice.take({ codes: [qr("SN")], isWhole: true }, now).code;
  assert.equal(at(0), undefined);
  assert.equal(at(500), undefined);
  assert.equal(at(1000), undefined);
  assert.deepEqual(at(1500), qr("SN"));
});

test("of several codes on a label the one with a hub id is told, and none of the others", () => {
  const see = watcher();
  assert.deepEqual(see([qr("https://example.com/"), qr(HUB), linear("SN1")], 50).told, [HUB]);
});

test("a serial number that stood beside the hub's code is not told when it is left alone", () => {
  const see = watcher();
  see([qr(HUB), linear("SN00417")]);
  assert.deepEqual(see([linear("SN00417")], 30).told, []);
});

test("two hubs in sight are asked about, and the one that is left is told", () => {
  const see = watcher();
  assert.deepEqual(see([qr(HUB), qr(OTHER)], 10), { told: [], several: true });
  assert.deepEqual(see([qr(HUB)]), { told: [HUB], several: false });
});

test("one hub in two codes is one hub", () => {
  const see = watcher();
  assert.deepEqual(see([qr(HUB), linear(HUB.toUpperCase())]), { told: [HUB], several: false });
});

test("a pass over a part does not say that what the whole showed is gone", () => {
  const see = watcher();
  see([qr(HUB), qr(OTHER)]);
  assert.equal(see([qr(HUB)], 1, false).several, true);
  assert.equal(see([qr(HUB)], 1, true).several, false);
});

test("an id in a kind of code that hub labels do not have is a foreign text", () => {
  const see = watcher();
  assert.deepEqual(see([{ text: HUB, format: "code_39" }], 5).told, []);
});
