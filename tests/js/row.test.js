// What the device itself says of a row of which the portal has told nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { leadsOf, nameOf, OUTCOMES } from "../../static/js/tray/row.js";
import { row } from "./rows.js";

const STATES = ["online", "offline", "gate", "unavailable", "signed-out", "ended", "somebody-else"];
const BOTH = [true, false];

for (const state of STATES) {
  test(`whatever is said while the portal is ${state} has an outcome`, () => {
    for (const stage of ["tray", "confirmed"])
      for (const isLate of BOTH)
        for (const isKept of BOTH)
          for (const isSent of BOTH) {
            const one = row({ stage });
            const sending = new Set(isSent ? [one.id] : []);
            const name = nameOf(one, { state, sending, isLate, isKept });
            assert.ok(name in OUTCOMES, name);
          }
  });
}

const LEADS = { moveUrl: "move", askUrl: "ask", requestUrl: "request" };

for (const [url, name] of Object.entries(LEADS)) {
  test(`a row leads by its ${url} to one place alone`, () => {
    const leads = Object.entries(leadsOf({ [url]: "/there/" })).filter(([, to]) => to);
    assert.deepEqual(leads, [[name, "/there/"]]);
  });
}

test("a hub that was asked for in vain is asked for again from its row", () => {
  const leads = leadsOf({ askUrl: "/ask/", requestUrl: "/request/" });
  assert.deepEqual(leads, { move: "", ask: "/ask/", request: "/request/" });
});

for (const news of [null, undefined, {}]) {
  test(`a row of which the portal says ${JSON.stringify(news)} leads nowhere`, () => {
    assert.deepEqual(leadsOf(news), { move: "", ask: "", request: "" });
  });
}
