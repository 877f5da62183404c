// That single labels are understood as the portal does is held by test_hub_ids_agree.py.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../static/js/scanner/hub-id.js";

const [ONE, OTHER] = [0, 1].map((n) => `${n}f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b`);

test("one label is one hub, told with its capitals", () => {
  assert.deepEqual(parse(ONE), { hubId: ONE, printed: ONE });
  assert.deepEqual(parse(`hub:${ONE.toUpperCase()}`), { hubId: ONE, printed: ONE.toUpperCase() });
});

test("a label that tells two ids not apart offers both", () => {
  const { problem, ids } = parse(`{"a":"${ONE}","b":"${OTHER}"}`);
  assert.deepEqual([problem, ids], ["several", [ONE, OTHER]]);
});

test("what is read of a label without a hub shows no secret", () => {
  const { problem, read } = parse(`{"deviceKey":"${OTHER}"}`);
  assert.equal(problem, "nothing");
  assert.ok(!read.includes(OTHER.slice(0, 8)));
});

test("who typed too few digits is told how many there are", () => {
  assert.equal(parse(ONE.slice(1)).typed, 31);
  assert.equal(parse("").problem, "empty");
});
