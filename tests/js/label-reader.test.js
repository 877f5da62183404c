// What reads labels comes late: nothing is imported before all of it is there, and who waits waits in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrived, load, present } from "../../static/js/scanner/label-reader.js";

const ID = "0d9f6ed6-6d3a-4c5e-9f0b-2a1b3c4d5e6f";
const LATER = ["/static/a.js", "/static/b.js"];

/** @type {string[]} */
const asked = [];

/** @param {number} status */
const script = (status, kind = "text/javascript") =>
  new Response("", { status, headers: { "Content-Type": kind } });

/** @param {(address: string) => Response} answer */
const online = (answer) => {
  /** @param {string | URL | Request} address */
  globalThis.fetch = async (address) => {
    asked.push(String(address));
    return answer(String(address));
  };
};

test("what failed is asked for again, and who waited is told first", async () => {
  const links = LATER.map((address) => ({ getAttribute: () => address }));
  const content = { querySelectorAll: () => links };
  globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content }) });
  /** @type {string[]} */
  const told = [];
  for (const name of ["first", "second"]) arrived.then(() => told.push(name));

  /** @type {Event[]} */
  const unloaded = [];
  addEventListener("unloaded", (event) => unloaded.push(event));
  online((address) => script(address.endsWith("b.js") ? 503 : 200));
  await assert.rejects(load(), /not there/);
  for (const kind of ["text/html", "text/plain", "application/json", "text/css"]) {
    online((address) => script(200, address.endsWith("b.js") ? kind : undefined));
    await assert.rejects(load(), /not there/);
  }
  globalThis.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  await assert.rejects(load(), /Failed to fetch/);
  assert.equal(unloaded.length, 6);
  assert.equal(present(), undefined);
  assert.deepEqual(told, []);

  asked.length = 0;
  online(() => script(200));
  const [one, other] = await Promise.all([load(), load()]);
  assert.equal(one, other);
  assert.deepEqual(asked, LATER);
  assert.equal(present()?.parse(ID).hubId, ID);
  assert.equal(present()?.parseAll(`${ID}\n`).length, 1);
  await arrived;
  assert.deepEqual(told, ["first", "second"]);
});
