// What several rows say is said once above them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alike } from "../../static/js/tray/alike.js";

const POWER = "Is it powered?";
const says = (title, text, word = "Offline", more = {}) => ({
  view: { title, text, word, ...more },
});
const said = (...rows) => [...alike(rows)].map(([line, its]) => [line, its.length]);

test("rows that say the same are said together", () => {
  assert.deepEqual(said(says("Not online", POWER), says("Not online", POWER)), [
    [`Not online. ${POWER}`, 2],
  ]);
});

test("the same text under another title is another thing to say", () => {
  const rows = [says("Not online", POWER), says("Waiting", POWER), says("Not online", POWER)];
  assert.deepEqual(said(...rows), [[`Not online. ${POWER}`, 2]]);
  assert.deepEqual(said(rows[0], rows[1]), []);
});

test("without a title the chip's word tells rows apart", () => {
  const rows = [says("", POWER), says("", POWER, "Kept"), says("", POWER), says("", POWER, "Kept")];
  assert.deepEqual(said(...rows), [
    [`Offline. ${POWER}`, 2],
    [`Kept. ${POWER}`, 2],
  ]);
});

test("when each is looked at next keeps none apart", () => {
  const rows = ["14:07", "14:08", "14:11", "14:20"].map((at) =>
    says("Not online", POWER, "Offline", { next: `Next look at ${at}.` }),
  );
  assert.deepEqual(said(...rows), [[`Not online. ${POWER}`, 4]]);
});

test("what says nothing, and what one row alone says, is not said above", () => {
  assert.deepEqual(
    said(says("Online", ""), says("Online", ""), says("Ready", "Claim it."), {}),
    [],
  );
});
