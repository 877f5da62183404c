// The service worker before a network, or a cache, that never answers.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, mock, test } from "node:test";
import { runInNewContext } from "node:vm";

const SCRIPT = readFileSync(
  new URL("../../static/js/pwa/service-worker.js", import.meta.url),
  "utf8",
);
const OURS = "/static/js/a.0123456789ab.js";
const BEFORE = "/static/js/a.ba9876543210.js";
const PLAIN = "/static/js/a.js";
const silent = () => new Promise(() => {});
const digest = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

// A worker in a browser whose network and cache do as told; answers with how to hand it an event.
const worker = ({ fetch = silent, add = silent, open, files = [OURS], keys, match } = {}) => {
  const listeners = new Map();
  const cache = {
    add,
    keys: keys ?? (async () => []),
    put: mock.fn(async () => {}),
    delete: mock.fn(async () => true),
  };
  const caches = {
    open: open ?? (async () => cache),
    delete: mock.fn(async () => true),
    keys: async () => [],
    match: match ?? (async () => undefined),
  };
  const skipWaiting = mock.fn(async () => {});
  const claim = mock.fn(async () => {});
  const self = {
    PRECACHE: {
      version: "1",
      shells: { en: "/shell/en/" },
      files,
      integrity: { [OURS]: digest("ours") },
      under: "/static/",
      patience: 100,
    },
    addEventListener: (kind, act) => listeners.set(kind, act),
    skipWaiting,
    clients: { claim },
  };
  class Request {
    constructor(url, options) {
      Object.assign(this, { url: new URL(url, location).href, ...options });
    }
  }
  const { setTimeout, clearTimeout, Response, DOMException, URL, crypto, btoa } = globalThis;
  const given = { setTimeout, clearTimeout, Response, DOMException, URL, crypto, btoa };
  const browser = { ...given, location, navigator };
  runInNewContext(SCRIPT, { ...browser, self, caches, fetch, Request, indexedDB: {} });
  return { hand: (kind, event) => listeners.get(kind)(event), caches, cache, skipWaiting, claim };
};

const asked = (path, more = {}) => ({
  url: new URL(path, location).href,
  method: "GET",
  mode: "cors",
  headers: new Headers(),
  ...more,
});

// Resolves once everything is done that does not wait for a timer.
const rest = async () => {
  for (let times = 0; times < 5; times += 1) await new Promise(setImmediate);
};

const pass = async (milliseconds) => {
  await rest();
  mock.timers.tick(milliseconds);
  await rest();
};

for (const [name, path] of [
  ["a file of this release", OURS],
  ["a file of another release", BEFORE],
  ["a file that changes", PLAIN],
]) {
  test(`${name} that never comes is an error`, async () => {
    const { hand } = worker();
    let answered;
    hand("fetch", { request: asked(path), respondWith: (answer) => (answered = answer) });
    await pass(2000);
    await pass(60_000);
    await pass(60_000);
    const answer = await Promise.race([answered, rest().then(() => "nothing")]);
    assert.equal(answer.type, "error");
  });

  test(`${name} that a network refuses is an error`, async () => {
    const { hand } = worker({ fetch: async () => Promise.reject(new TypeError()) });
    let answered;
    hand("fetch", { request: asked(path), respondWith: (answer) => (answered = answer) });
    assert.equal((await answered).type, "error");
  });

  test(`${name} that comes late, and not too late, is served`, async () => {
    let arrive;
    const coming = new Promise((resolve) => (arrive = resolve));
    const { hand } = worker({ fetch: () => coming });
    let answered;
    hand("fetch", { request: asked(path), respondWith: (answer) => (answered = answer) });
    await pass(30_000);
    arrive(new Response("it"));
    assert.equal(await (await answered).text(), "it");
  });
}

test("a file that changes is served though the cache does not open", async () => {
  const how = { fetch: async () => new Response("it"), open: silent, files: [PLAIN] };
  const { hand } = worker(how);
  let answered;
  hand("fetch", { request: asked(PLAIN), respondWith: (answer) => (answered = answer) });
  await rest();
  await pass(2000);
  const answer = await Promise.race([answered, rest().then(() => new Response("nothing"))]);
  assert.equal(await answer.text(), "it");
});

test("an installation that never ends is given up, and nothing of it stays", async () => {
  const { hand, caches, skipWaiting } = worker();
  let installing;
  hand("install", { waitUntil: (promise) => (installing = promise) });
  const given = assert.rejects(installing, { name: "TimeoutError" });
  await pass(240_000);
  await given;
  assert.equal(caches.delete.mock.callCount(), 2);
  assert.equal(skipWaiting.mock.callCount(), 0);
});

test("what is lost and never comes back is given up behind the page", async () => {
  const { hand } = worker({ fetch: async () => new Response("page") });
  let mending;
  hand("fetch", {
    request: asked("/", { mode: "navigate" }),
    respondWith: () => {},
    waitUntil: (promise) => (mending = promise),
  });
  await pass(240_000);
  assert.equal(await Promise.race([mending.then(() => "over"), rest()]), "over");
});

test("what proves wrong is thrown out, and kept again as soon as the portal gives it", async () => {
  const how = {
    fetch: async () => new Response("ours"),
    match: async () => new Response("gate's"),
  };
  const { hand, cache } = worker(how);
  let answered;
  hand("fetch", { request: asked(OURS), respondWith: (answer) => (answered = answer) });
  assert.equal(await (await answered).text(), "ours");
  assert.deepEqual(cache.delete.mock.calls[0].arguments[0], OURS);
  assert.deepEqual(cache.put.mock.calls[0].arguments[0], OURS);
});

test("what is thrown out while everything else is looked through comes back with the next page", async () => {
  let look;
  const add = mock.fn(async () => {});
  const everything = ["/shell/en/?version=1", OURS].map((each) => ({ url: asked(each).url }));
  const keys = mock.fn(() => new Promise((resolve) => (look = () => resolve(everything))));
  const fetch = async ({ mode }) => {
    if (mode === "navigate") return new Response("page");
    throw new TypeError();
  };
  const { hand } = worker({ fetch, add, keys, match: async () => new Response("gate's") });
  const open = () => {
    const behind = {};
    const event = { request: asked("/", { mode: "navigate" }), respondWith: () => {} };
    hand("fetch", { ...event, waitUntil: (promise) => (behind.mending = promise) });
    return behind;
  };
  const first = open();
  await rest();
  let answered;
  hand("fetch", { request: asked(OURS), respondWith: (answer) => (answered = answer) });
  assert.equal((await answered).type, "error");
  look();
  await first.mending;
  everything.pop();
  const second = open();
  await rest();
  look();
  await second.mending;
  assert.equal(add.mock.callCount(), 1);
});

test("a page that the worker does not serve yet may ask for it", async () => {
  const { hand, claim } = worker();
  const waitUntil = mock.fn();
  hand("message", { data: "something else", waitUntil });
  hand("message", { data: "claim", waitUntil });
  assert.equal(waitUntil.mock.callCount(), 1);
  assert.equal(claim.mock.callCount(), 1);
});
