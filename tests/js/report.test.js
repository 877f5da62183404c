// What of an error is reported to the portal, and how often.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

const HUB = "3f2a9c1e-7b54-4d0e-9a61-0c3d77f01a2b";
const SCRIPT = "https://portal.example/static/js/tray/sync.0123456789ab.js";
let sent;
let loaded = 0;

beforeEach(() => {
  mock.restoreAll();
  mock.method(console, "warn", () => {});
  sent = [];
  mock.method(globalThis, "fetch", async (url, options) => {
    sent.push({ url, ...options, body: JSON.parse(options.body) });
  });
  navigator.onLine = true;
  const settings = { errors: "/client-errors/", release: "abc" };
  document.head.querySelector = (selector) => ({
    getAttribute: () => settings[/portal-(\w+)/.exec(selector)[1]],
  });
});

// As on a page of its own.
const freshly = async () => {
  loaded += 1;
  return import(`../../static/js/page/report.js?${loaded}`);
};

const thrown = (message, stack = `TypeError: x\n    at run (${SCRIPT}?v=1:12:7)`) =>
  Object.assign(new TypeError(message), { stack });

test("an error is reported with its name, its message and its place, and by the release", async () => {
  const { report } = await freshly();
  report(thrown("x is not a function"));
  const [{ url, body, credentials }] = sent;
  assert.deepEqual([url, credentials], ["/client-errors/", "omit"]);
  assert.deepEqual(body, {
    name: "TypeError",
    message: "x is not a function",
    script: "/static/js/tray/sync.0123456789ab.js",
    line: 12,
    release: "abc",
  });
});

test("nothing that names a person, a hub or a claim leaves the device", async () => {
  const { describe } = await freshly();
  const { message } = describe(
    thrown(`${HUB} ${HUB.replaceAll("-", "")} ira@acme.example /claims/?q=Ira#x serial 0041799`),
  );
  assert.equal(message, "… … … /claims/ serial …");
  assert.ok(describe(thrown("x".repeat(5000))).message.length <= 200);
});

test("one error is reported once, and a page that fails again and again reports only a few", async () => {
  const { report } = await freshly();
  for (let turn = 0; turn < 3; turn += 1) report(thrown("again"));
  assert.equal(sent.length, 1);
  for (let turn = 0; turn < 20; turn += 1) report(thrown(`number ${"x".repeat(turn)}`));
  assert.equal(sent.length, 5);
});

test("a report that cannot be sent is dropped silently", async () => {
  const { report } = await freshly();
  navigator.onLine = false;
  report(thrown("offline"));
  assert.equal(sent.length, 0);
  navigator.onLine = true;
  globalThis.fetch.mock.mockImplementation(async () => {
    throw new TypeError("Failed to fetch");
  });
  report(thrown("lost"));
  await new Promise(setImmediate);
});

test("anything that is thrown can be reported, an error or not", async () => {
  const { describe } = await freshly();
  assert.deepEqual(describe("silent"), { name: "string", message: "silent", script: "", line: 0 });
  assert.equal(describe(undefined).name, "undefined");
  assert.equal(describe(new DOMException("", "AbortError")).name, "AbortError");
});

test("a script of ours that does not load is reported, another's or a picture is not", async () => {
  await freshly();
  const script = (src) => Object.assign(new HTMLScriptElement(), { src });
  const fail = (target) =>
    dispatchEvent(Object.defineProperty(new Event("error"), "target", { value: target }));
  fail(script(SCRIPT));
  fail(script("chrome-extension://abc/x.js"));
  fail({ src: "https://portal.example/static/icons.svg" });
  // Each module that these tests loaded hears of it.
  const told = new Set(sent.map(({ body: { name, script } }) => `${name} ${script}`));
  assert.deepEqual([...told], ["LoadError /static/js/tray/sync.0123456789ab.js"]);
});

test("what the device refuses is not reported, anything else is", async () => {
  const { reportUnlessRefused } = await freshly();
  assert.equal(reportUnlessRefused(new DOMException("full", "QuotaExceededError")), undefined);
  assert.equal(reportUnlessRefused(thrown("x is not a function")), undefined);
  assert.deepEqual(
    sent.map(({ body }) => body.message),
    ["x is not a function"],
  );
});

test("an uncaught error is reported as well", async () => {
  await freshly();
  dispatchEvent(Object.assign(new Event("error"), { error: thrown("uncaught") }));
  dispatchEvent(Object.assign(new Event("unhandledrejection"), { reason: thrown("unhandled") }));
  dispatchEvent(Object.assign(new Event("error"), { error: null }));
  const messages = new Set(sent.map(({ body }) => body.message));
  assert.deepEqual([...messages], ["uncaught", "unhandled"]);
});
