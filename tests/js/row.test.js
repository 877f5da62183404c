// What the device itself says of a row of which the portal has told nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, OUTCOMES } from "../../static/js/tray/row.js";
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
