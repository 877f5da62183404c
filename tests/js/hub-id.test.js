// What a typed or pasted text names. That single labels are understood as the portal does is held by
// test_hub_ids_agree.py.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseAll } from "../../static/js/scanner/hub-id.js";

const [ONE, OTHER, THIRD] = [0, 1, 2].map((n) => `${n}f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b`);
const ids = (text) => parseAll(text).map(({ hubId }) => hubId);
const refused = (text) => parseAll(text).filter(({ problem }) => problem);

test("one label is one hub, whatever surrounds it", () => {
  assert.deepEqual(ids(`https://spkey.example/h/${ONE.toUpperCase()}`), [ONE]);
  assert.deepEqual(parse(ONE), { hubId: ONE });
});

for (const [name, between] of [
  ["line breaks", "\n"],
  ["commas", ", "],
  ["spaces", " "],
  ["tabs", "\t"],
  ["semicolons", ";"],
  ["Windows' line breaks", "\r\n"],
]) {
  test(`several hubs are separated by ${name}`, () => {
    assert.deepEqual(ids([ONE, OTHER, THIRD].join(between)), [ONE, OTHER, THIRD]);
  });
}

test("a line that names no hub is reported among others that do", () => {
  const found = parseAll(`${ONE}\nfrom the office\n${OTHER}`);
  assert.deepEqual(
    found.map(({ hubId, read }) => hubId ?? read),
    [ONE, "from the office", OTHER],
  );
});

for (const [name, mistake] of [
  ["a digit too few", (hub) => hub.slice(0, -1)],
  ["a digit too many", (hub) => `${hub}0`],
  ["a letter for a digit", (hub) => `${hub.slice(0, 35)}O`],
]) {
  test(`an id with ${name} is reported, whatever is beside it`, () => {
    const wrong = mistake(THIRD);
    for (const text of [`${wrong} ${ONE}`, `${ONE}, ${wrong}`, `${ONE}, ${wrong}, ${OTHER}`]) {
      assert.deepEqual(
        refused(text).map((label) => label.text),
        [wrong],
      );
      assert.ok(ids(text).includes(ONE));
    }
  });
}

test("a text that names no hub is reported as a whole", () => {
  assert.deepEqual(parseAll("SN 00417"), [{ text: "SN 00417", ...parse("SN 00417") }]);
  assert.equal(parse("").problem, "empty");
  assert.equal(parse(ONE.slice(1)).typed, 31);
});

test("a label with two ids names no hub", () => {
  assert.equal(parse(`${ONE} ${OTHER}`).problem, "several");
});
