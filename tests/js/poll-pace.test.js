// Polls that are left out while the portal has too much to do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isTurn, keepPace } from "../../static/js/page/poll-pace.js";

const saying = (pace) => ({ getResponseHeader: () => pace });
const asked = (id, times) => Array.from({ length: times }, () => isTurn(id));
const number = (answers) => answers.filter(Boolean).length;

test("a page asks each time, as long as nothing else is said", () => {
  assert.equal(keepPace(saying(null)), false);
  assert.equal(number(asked("usual", 6)), 6);
});

test("it asks every third time, in each part, and each time again afterwards", () => {
  assert.equal(keepPace(saying("3")), true);
  assert.deepEqual(asked("live", 6), [false, false, true, false, false, true]);
  assert.equal(number(asked("other", 9)), 3);
  assert.equal(keepPace(saying(null)), false);
  assert.equal(number(asked("live", 4)), 4);
});

for (const nonsense of ["", "0", "-2", "1.5", "soon", "NaN", "Infinity"]) {
  test(`"${nonsense}" says nothing`, () => {
    assert.equal(keepPace(saying(nonsense)), false);
    assert.equal(number(asked("nonsense", 3)), 3);
  });
}

test("nothing that is said keeps a page from asking for ever", () => {
  keepPace(saying("1000000"));
  assert.ok(number(asked("ever", 40)) >= 2);
  keepPace(saying(null));
});
