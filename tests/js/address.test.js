// What an address asks of the tray.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Address } from "../../static/js/tray/address.js";

const at = (address) => {
  globalThis.location = new URL(address, "https://portal.example");
  const shown = [];
  globalThis.history = { state: null, replaceState: (_state, _title, url) => shown.push(url.href) };
  return { asked: new Address("/claims/new/"), shown };
};

test("the tray's own address asks for a site and a label, once", () => {
  const { asked, shown } = at("/claims/new/?site=mill&label=abc&next=1");
  assert.equal(asked.get("site"), "mill");
  assert.equal(asked.get("label"), "abc");
  asked.settle();
  assert.deepEqual(shown, ["https://portal.example/claims/new/?next=1"]);
});

test("a letter's address names a site, once", () => {
  const { asked, shown } = at("/claims/new/?label=abc&offer=mill");
  assert.equal(asked.get("site"), null);
  assert.equal(asked.get("offer"), "mill");
  asked.settle();
  assert.deepEqual(shown, ["https://portal.example/claims/new/"]);
});

test("an address that asks for nothing stays as it is", () => {
  const { asked, shown } = at("/claims/new/?next=1");
  assert.equal(asked.get("site"), null);
  asked.settle();
  assert.deepEqual(shown, []);
});

test("the site filter of a list opened offline does not set the tray's site", () => {
  const { asked } = at("/claims/?site=mill&label=abc");
  assert.equal(asked.get("site"), null);
  assert.equal(asked.get("label"), null);
});
