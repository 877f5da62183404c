// Where the camera's picture is looked at.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ScanPass } from "../../static/js/scanner/scan-pass.js";

const VIDEO = { videoWidth: 1920, videoHeight: 1080, clientWidth: 640, clientHeight: 640 };
const turns = ScanPass.turns({ longest: 960, finest: 1.5 });

test("no pass reads outside what the person sees", () => {
  for (const pass of turns) {
    const { cut } = pass.region(VIDEO);
    const [left, top, width, height] = cut;
    // A square window shows the middle 1080 pixels of the width.
    assert.ok(left >= 420 && left + width <= 1500, String(cut));
    assert.ok(top >= 0 && top + height <= 1080, String(cut));
  }
});

test("no pass over a part of the picture draws it larger than the bound", () => {
  const drawn = turns.map((pass) => pass.region(VIDEO)).filter(({ flat }) => flat === 1);
  for (const { size } of drawn) assert.ok(Math.max(...size) <= 960);
});

test("a turn covers the whole, the middle, lines at all angles, and inverted codes", () => {
  const regions = turns.map((pass) => pass.region(VIDEO));
  const angles = new Set(regions.map(({ angle }) => Math.round((angle * 180) / Math.PI)));
  assert.deepEqual(
    [...angles].sort((a, b) => a - b),
    [-45, 0, 45, 90],
  );
  assert.ok(regions.some(({ inverted }) => inverted));
  assert.ok(regions.some(({ soft }) => soft));
  assert.equal(turns.filter((pass) => pass.isWhole).length, 3);
});

test("before the element has a size the whole picture counts", () => {
  const [whole] = turns;
  const unseen = { ...VIDEO, clientWidth: 0, clientHeight: 0 };
  assert.deepEqual(whole.region(unseen).cut, [0, 0, 1920, 1080]);
});
