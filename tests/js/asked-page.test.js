// The shell leads back to a page of this portal, whatever its address says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOf } from "../../static/js/pwa/asked-page.js";

const TRAY = "/claims/new/";
const here = new URL("https://portal.example/shell/en/?lost=1");
const leadsTo = (asked) => new URL(pathOf(asked, here, TRAY), here);

test("no address leads to another origin", () => {
  const addresses = [
    ..."/.//evil.example/x;//evil.example/x;/\\evil.example/x;\\\\evil.example/x".split(";"),
    ..."/..//evil.example;/%2e//evil.example;/./\\evil.example;///evil.example/x".split(";"),
    ..."https://portal.example//evil.example/x;https://portal.example/.//evil.example".split(";"),
    ..."https://evil.example/x;javascript:alert(1);data:text/html,x;https://:;/\t//x".split(";"),
  ];
  for (const asked of addresses) assert.equal(leadsTo(asked).origin, here.origin, asked);
});

test("a page of the portal is led to as it was asked for", () => {
  assert.equal(pathOf("/claims/?q=Mill%20Court", here, TRAY), "/claims/?q=Mill%20Court");
  assert.equal(pathOf("https://portal.example/sites/", here, TRAY), "/sites/");
});

test("what an address asks of the tray is not asked again", () => {
  assert.equal(
    pathOf("/claims/new/?site=mill&label=abc&next=1", here, TRAY),
    "/claims/new/?next=1",
  );
});
