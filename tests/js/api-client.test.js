// What the tray makes of the portal's answers, and of those of a proxy before it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiClient, Halt } from "../../static/js/tray/api-client.js";
import { session } from "./rows.js";
import { signed } from "./signed.js";

const URL_ = "/claims/tray/";
const answer = (status, body, headers = {}) =>
  new Response(body === undefined ? "<html>" : JSON.stringify(body), { status, headers });

// Answers one request after the other; notes what was asked.
const portal = (t, ...answers) => {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (url, options) => {
    asked.push({ url, ...options });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return next.isForeign ? next : signed(next, options);
  });
  return asked;
};

// What something between says in the portal's place.
const foreign = (...what) => Object.assign(answer(...what), { isForeign: true });

const haltOf = async (t, ...answers) => {
  portal(t, ...answers);
  try {
    await new ApiClient(URL_).session();
  } catch (error) {
    assert.ok(error instanceof Halt);
    return error;
  }
  return undefined;
};

test("rows are sent with the token of the session", async (t) => {
  const asked = portal(t, answer(200, session()), answer(200, { rows: [{ id: "1" }] }));
  const client = new ApiClient(URL_);
  await client.session();
  assert.deepEqual(await client.exchange("ira", "acme", []), { rows: [{ id: "1" }] });
  const { method, headers, body, cache } = asked[1];
  assert.deepEqual([method, cache], ["POST", "no-store"]);
  assert.equal(headers["X-CSRFToken"], "token");
  const whose = { person: "ira", organisation: "acme", grant: "" };
  assert.deepEqual(JSON.parse(body), { ...whose, rows: [] });
});

test("rows of a grant are sent with its name", async (t) => {
  const asked = portal(t, answer(200, session()), answer(200, { rows: [] }));
  const client = new ApiClient(URL_, "grant");
  await client.session();
  await client.exchange("ira", "acme", []);
  assert.equal(JSON.parse(asked[1].body).grant, "grant");
});

test("the token is renewed before a photo is sent", async (t) => {
  const fresh = { ...session(), csrf: "another" };
  const asked = portal(t, answer(200, session()), answer(200, fresh), answer(200, { text: "id" }));
  const client = new ApiClient(URL_);
  await client.session();
  assert.equal(await client.read(new Blob(["any"]), "/claims/photo/"), "id");
  assert.equal(asked[2].url, "/claims/photo/");
  assert.equal(asked[2].headers["X-CSRFToken"], "another");
  assert.ok(asked[2].body.get("photo"));
});

for (const [name, status, body, state] of [
  ["nobody signed in", 401, { signIn: "/accounts/login/" }, "signed-out"],
  ["nobody who has access any more", 401, { signIn: "/x/", problem: "It ended." }, "ended"],
  ["somebody else signed in", 409, { problem: "Somebody else." }, "somebody-else"],
  ["a refusal in the portal's words", 403, { problem: "You may not." }, "refused"],
  ["a token that ran out", 403, undefined, "unavailable"],
  ["an address that another release has", 404, undefined, "unavailable"],
  ["too many requests", 429, undefined, "unavailable"],
  ["a portal that fails", 500, undefined, "unavailable"],
  ["a portal whose database is busy", 503, { problem: "Not saved yet." }, "unavailable"],
  ["an answer that was cut short", 200, undefined, "offline"],
]) {
  test(`${name} is "${state}"`, async (t) => {
    const halt = await haltOf(t, answer(status, body));
    assert.equal(halt.state, state);
    assert.equal(halt.problem, body?.problem ?? "");
    assert.equal(halt.signIn, body?.signIn ?? "");
    assert.equal(halt.isPortals, status >= 500);
  });
}

for (const [name, status, body, state, isPortals] of [
  ["a gate's page", 200, undefined, "gate", false],
  ["JSON of something else", 200, { rows: [] }, "gate", false],
  ["a sign-in proxy's JSON", 401, { signIn: "/x/", problem: "Sign in." }, "gate", false],
  ["a network that wants a sign-in", 511, undefined, "gate", false],
  ["a filter", 403, { problem: "Category: tools" }, "gate", false],
  ["another organisation's proxy", 409, undefined, "gate", false],
  ["a proxy with no portal behind it", 502, undefined, "unavailable", true],
  ["a proxy that waited too long", 504, undefined, "unavailable", true],
]) {
  test(`of what is not the portal's, ${name} is "${state}"`, async (t) => {
    const halt = await haltOf(t, foreign(status, body));
    assert.deepEqual([halt.state, halt.isPortals], [state, isPortals]);
    assert.deepEqual(
      [halt.problem, halt.signIn, halt.person, halt.news],
      ["", "", undefined, undefined],
    );
  });
}

test("a proxy's Retry-After counts as the portal's, a gate's does not", async (t) => {
  const after = { "Retry-After": "90" };
  assert.equal((await haltOf(t, foreign(503, undefined, after))).retryAfter, 90_000);
  t.mock.restoreAll();
  assert.equal((await haltOf(t, foreign(200, undefined, after))).retryAfter, 0);
});

test("no answer at all is a lost connection", async (t) => {
  assert.equal((await haltOf(t, new TypeError("Failed to fetch"))).state, "offline");
  assert.equal((await haltOf(t, new DOMException("", "TimeoutError"))).state, "offline");
});

test("every request ends some time", async (t) => {
  const within = t.mock.method(AbortSignal, "timeout");
  const asked = portal(
    t,
    answer(200, session()),
    answer(200, session()),
    answer(200, { text: "" }),
  );
  const client = new ApiClient(URL_);
  await client.session();
  await client.read(new Blob([]), "/photo/");
  assert.deepEqual(
    within.mock.calls.map(({ arguments: [milliseconds] }) => milliseconds),
    [15_000, 15_000, 60_000],
  );
  assert.ok(asked.every(({ signal }) => signal instanceof AbortSignal));
});

test("a refusal names the person and says what becomes of the rows", async (t) => {
  const body = { problem: "You may not.", person: "ira", news: { kind: "stop" } };
  const halt = await haltOf(t, answer(403, body));
  assert.deepEqual([halt.person, halt.news], ["ira", { kind: "stop" }]);
});

for (const [named, waited] of [
  ["90", 90_000],
  ["999999", 3_600_000],
  ["-5", 0],
  ["soon", 0],
]) {
  test(`a Retry-After of ${named} is ${waited} ms`, async (t) => {
    const halt = await haltOf(t, answer(429, { problem: "Too many." }, { "Retry-After": named }));
    assert.equal(halt.retryAfter, waited);
  });
}

test("a photo for which the portal has no room is sent again a few times", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const busy = () => answer(429, { problem: "Busy." }, { "Retry-After": "2" });
  const asked = portal(t, answer(200, session()), busy(), busy(), answer(200, { text: "id" }));
  const reading = new ApiClient(URL_).read(new Blob(["any"]), "/claims/photo/");
  for (let turn = 0; turn < 20 && asked.length < 4; turn += 1) {
    await new Promise(setImmediate);
    t.mock.timers.tick(2000);
  }
  assert.equal(await reading, "id");
  assert.equal(asked.length, 4);
});

test("a photo that cannot be read is sent once", async (t) => {
  const asked = portal(t, answer(200, session()), answer(422, { problem: "No code." }));
  await assert.rejects(new ApiClient(URL_).read(new Blob(["any"]), "/claims/photo/"), Halt);
  assert.equal(asked.length, 2);
});
