// The words of a page, by name and by number.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Words } from "../../static/js/tray/words.js";

const part = (when, textContent, dataset = {}) => ({ textContent, dataset: { when, ...dataset } });
const words = (...parts) => new Words({ content: { querySelectorAll: () => parts } });

test("a sentence takes in what is filled in, letter by letter", () => {
  const said = words(part("foreign", "  We read “{}”. ")).say("foreign", "$& $1");
  assert.equal(said, "We read “$& $1”.");
});

test("a number has the form that the language gives it", () => {
  const counted = words(part("claim", "", { one: "Claim {} hub", other: "Claim {} hubs" }));
  assert.equal(counted.count("claim", 1), "Claim 1 hub");
  assert.equal(counted.count("claim", 0), "Claim 0 hubs");
  assert.equal(counted.count("claim", 12), "Claim 12 hubs");
});

test("what a row says comes with its look", () => {
  const { kind, word, title, text } = words(
    part("kept", "It is confirmed.", { kind: "attention", word: "Waiting" }),
  ).news("kept");
  assert.deepEqual([kind, word, title, text], ["attention", "Waiting", "", "It is confirmed."]);
});

test("words that the page lacks are a mistake in it", () => {
  assert.throws(() => words().say("new"), RangeError);
});
