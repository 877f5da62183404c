// The words of a page, by name and by number.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Words } from "../../static/js/tray/words.js";

const part = (when, textContent, dataset = {}) => ({ textContent, dataset: { when, ...dataset } });
const words = (...parts) => new Words({ content: { querySelectorAll: () => parts } });

test("a filled-in value appears in the sentence unchanged", () => {
  const sentence = words(part("foreign", "  We read “{}”. ")).sentence("foreign", "$& $1");
  assert.equal(sentence, "We read “$& $1”.");
});

test("a number has the form that the language gives it", () => {
  const counted = words(part("claim", "", { one: "Claim {} hub", other: "Claim {} hubs" }));
  assert.equal(counted.count("claim", 1), "Claim 1 hub");
  assert.equal(counted.count("claim", 0), "Claim 0 hubs");
  assert.equal(counted.count("claim", 12), "Claim 12 hubs");
});

test("several values are filled in one after the other, and none twice", () => {
  const parts = words(
    part("claim", "", { other: "Claim {} at {}" }),
    part("wait", "Wait for {} ({})."),
  );
  assert.equal(parts.count("claim", 2, "{} Court"), "Claim 2 at {} Court");
  assert.equal(parts.sentence("wait", "4A17"), "Wait for 4A17 ().");
});

test("the words of a row come with its look", () => {
  const { kind, word, title, text } = words(
    part("kept", "It is confirmed.", { kind: "attention", word: "Waiting" }),
  ).news("kept");
  assert.deepEqual([kind, word, title, text], ["attention", "Waiting", "", "It is confirmed."]);
});

test("missing words are an error", () => {
  assert.throws(() => words().sentence("new"), RangeError);
});
