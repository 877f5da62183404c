// Whose answer it is: the portal's, or that of something between.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, NoAnswer, question, speakerOf } from "../../static/js/page/answer.js";
import { signed } from "./signed.js";

const ADDRESS = "/health/";
const GATE = "<html><form action='http://gate.example/'>Room number</form></html>";

const network = (t, answer) => t.mock.method(globalThis, "fetch", answer);

const speakerAt = async (t, answer) => {
  network(t, answer);
  try {
    await ask(ADDRESS);
    return "portal";
  } catch (error) {
    assert.ok(error instanceof NoAnswer);
    return error.speaker;
  }
};

const said = (text, status = 200, headers = {}) => new Response(text, { status, headers });
const portals = (text, status) => (_address, options) => signed(said(text, status), options);

test("what the portal says is given as it is said, refusals and failures too", async (t) => {
  for (const status of [200, 401, 403, 404, 409, 422, 429, 500, 503]) {
    network(t, portals(`{"problem":"Χωρίς ${status}"}`, status));
    const { status: told, ok, text } = await ask(ADDRESS);
    assert.deepEqual([told, ok], [status, status === 200]);
    assert.equal(text, `{"problem":"Χωρίς ${status}"}`);
  }
  network(t, (_address, options) => signed(new Response(null, { status: 204 }), options));
  assert.equal((await ask(ADDRESS)).text, "");
});

for (const [name, answer, speaker] of [
  ["a gate's page", () => said(GATE), "gate"],
  ["a gate's empty page", () => said(""), "gate"],
  ["JSON that is not the portal's", () => said('{"rows":[]}'), "gate"],
  ["a network that says that it wants a sign-in", () => said(GATE, 511), "gate"],
  ["a proxy that wants a sign-in", () => said("", 407), "gate"],
  ["a sign-in proxy whose session ended", () => said("", 401), "gate"],
  ["a way elsewhere", () => ({ type: "opaqueredirect", status: 0, text: async () => "" }), "gate"],
  ["a filter", () => said("Blocked", 403), "blocked"],
  ["a page that is not there", () => said("Not found", 404), "blocked"],
  ["what the law forbids", () => said("", 451), "blocked"],
  ["a proxy without a portal", () => said("", 502), "away"],
  ["a proxy that is too busy", () => said("", 429), "away"],
  ["a proxy that waited too long", () => said("", 504), "away"],
  ["no answer", () => Promise.reject(new TypeError("Failed to fetch")), "nobody"],
  ["no answer in time", () => Promise.reject(new DOMException("", "TimeoutError")), "nobody"],
]) {
  test(`${name} is an answer of "${speaker}"`, async (t) => {
    assert.equal(await speakerAt(t, answer), speaker);
  });
}

test("an answer that cannot be unpacked is none", async (t) => {
  const broken = async (_address, options) => {
    const { status, headers } = await signed(said("news"), options);
    const text = () => Promise.reject(new TypeError("ERR_CONTENT_DECODING_FAILED"));
    return { status, headers, text };
  };
  assert.equal(await speakerAt(t, broken), "nobody");
});

test("what the portal said before, and a cache says again, is none", async (t) => {
  let kept;
  const first = async (_address, options) => {
    kept = await signed(said("old news"), options);
    return kept.clone();
  };
  assert.equal(await speakerAt(t, first), "portal");
  assert.equal(await speakerAt(t, () => kept), "nobody");
});

test("nobody is followed elsewhere, nothing comes from a cache, and every request ends", async (t) => {
  const within = t.mock.method(AbortSignal, "timeout");
  const asked = network(t, portals("ok"));
  await ask(ADDRESS, { headers: { "HX-Request": "true" } }, 1234);
  const [, options] = asked.mock.calls[0].arguments;
  assert.deepEqual([options.redirect, options.cache], ["manual", "no-store"]);
  assert.equal(options.headers["HX-Request"], "true");
  assert.deepEqual(within.mock.calls[0].arguments, [1234]);
});

test("each question is another one, and short enough to be repeated", () => {
  const [one, other] = [question(), question()].map((each) => each["X-Portal-Question"]);
  assert.notEqual(one, other);
  assert.match(one, /^[\w-]{1,40}$/);
});

const FRAGMENT = '<div id="live">Συνδεδεμένο</div>';
const bytes = Buffer.byteLength(FRAGMENT);

for (const [name, status, signature, text, speaker] of [
  ["the portal's fragment", 200, (asked) => `1 ${asked} ${bytes}`, FRAGMENT, "portal"],
  ["the portal's refusal", 403, (asked) => `1 ${asked} 2`, "No", "portal"],
  ["nothing new", 204, (asked) => `1 ${asked} 0`, "", "portal"],
  ["a fragment cut short", 200, (asked) => `1 ${asked} ${bytes}`, FRAGMENT.slice(0, 20), "nobody"],
  ["a fragment left out", 200, (asked) => `1 ${asked} ${bytes}`, "", "nobody"],
  ["one with more in it", 200, (asked) => `1 ${asked} ${bytes}`, `${FRAGMENT}<b>`, "nobody"],
  ["an old fragment", 200, () => `1 another ${bytes}`, FRAGMENT, "nobody"],
  ["a gate's page", 200, () => null, GATE, "gate"],
  ["a gate's fragment of the same id", 200, () => null, FRAGMENT, "gate"],
  ["a proxy's page", 503, () => null, "", "away"],
  ["no answer", 0, () => null, "", "nobody"],
]) {
  test(`to htmx, ${name} is of "${speaker}"`, () => {
    const headers = question();
    const told = signature(headers["X-Portal-Question"]);
    const xhr = { status, responseText: text, getResponseHeader: () => told };
    assert.equal(speakerOf({ requestConfig: { headers }, xhr }), speaker);
  });
}
