// What an agent scans for others: kept apart, forgotten in time, sent by its own address alone.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { IDBFactory } from "fake-indexeddb";
import { MemoryStore } from "../../static/js/tray/memory-store.js";
import { ownerOf, personOf } from "../../static/js/tray/owner.js";
import { TrayStore } from "../../static/js/tray/store.js";
import { TraySync } from "../../static/js/tray/sync.js";
import { news, row, session, until } from "./rows.js";

const OWNER = ownerOf("sam", "grant");

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  navigator.onLine = true;
  document.hidden = false;
});

const ofGrant = (more = {}) => row({ person: OWNER, grant: "grant", until: 9e15, ...more });

test("a name of an owner says whose it is", () => {
  assert.equal(ownerOf("sam", ""), "sam");
  assert.equal(ownerOf("", "grant"), "");
  assert.equal(personOf(OWNER), "sam");
  assert.equal(personOf("sam"), "sam");
});

test("what is scanned under a grant is in no other tray, and counted in none", async () => {
  const store = new TrayStore();
  const [own, acting] = [
    row({ person: "sam", stage: "confirmed" }),
    ofGrant({ stage: "confirmed" }),
  ];
  const other = row({ person: ownerOf("sam", "other"), grant: "other" });
  await store.put(own, acting, other);
  assert.deepEqual(await store.rows("sam"), [own]);
  assert.deepEqual(await store.rows(OWNER), [acting]);
  assert.equal(await store.waiting("sam"), 1);
});

for (const [name, make] of [
  ["the device", () => new TrayStore()],
  ["the page's memory", () => new MemoryStore(new TrayStore(), [])],
]) {
  test(`${name} forgets what was scanned under grants that stand no more`, async () => {
    const store = make();
    const [own, standing, over] = [row({ person: "sam" }), ofGrant(), ofGrant({ grant: "over" })];
    await store.put(own, standing, over);
    await store.forgetGrants(({ grant }) => grant === "grant");
    assert.deepEqual(await store.rows("sam"), [own]);
    assert.deepEqual(await store.rows(OWNER), [standing]);
    await store.forgetGrants(() => false);
    assert.deepEqual(await store.rows(OWNER), []);
    assert.deepEqual(await store.rows("sam"), [own]);
  });
}

const portalOf = (grant) => ({
  grant,
  session: mock.fn(async () => session("sam")),
  exchange: mock.fn(async (_person, _organisation, rows) => ({
    rows: rows.map(({ id }) => news(id, { settled: true })),
    progress: [],
    stepUp: "",
  })),
});

const started = async (portal, owner, store) => {
  const sync = new TraySync(portal, owner, store);
  await sync.start();
  sync.watch(owner);
  await until(() => portal.exchange.mock.callCount() > 0);
  sync.stop();
  return portal.exchange.mock.calls[0].arguments;
};

test("a grant's tray sends its own rows, as the person, with why", async () => {
  const store = new TrayStore();
  const acting = ofGrant({ stage: "confirmed", reason: "Their tablet broke", ticket: "T-1" });
  await store.put(row({ person: "sam", stage: "confirmed" }), acting);
  const [person, organisation, rows] = await started(portalOf("grant"), OWNER, store);
  assert.equal(person, "sam");
  assert.equal(organisation, "acme");
  assert.deepEqual(
    rows.map(({ id, reason, ticket }) => [id, reason, ticket]),
    [[acting.id, "Their tablet broke", "T-1"]],
  );
});

test("an ordinary tray of the same person sends none of them", async () => {
  const store = new TrayStore();
  const own = row({ person: "sam", stage: "confirmed" });
  await store.put(own, ofGrant({ stage: "confirmed" }));
  const [, , rows] = await started(portalOf(""), "sam", store);
  assert.deepEqual(
    rows.map(({ id }) => id),
    [own.id],
  );
});

test("for whom an agent acts is not kept for times without a network", async () => {
  const store = new TrayStore();
  await store.put(ofGrant());
  await started(portalOf("grant"), OWNER, store);
  assert.equal(await store.person("sam"), undefined);
  assert.equal(await store.person(OWNER), undefined);
});

test("where a factor must be used again, everybody who listens is told where", async () => {
  const store = new TrayStore();
  const acting = ofGrant({ stage: "confirmed" });
  await store.put(acting);
  const portal = portalOf("grant");
  portal.exchange.mock.mockImplementation(async (_p, _o, rows) => ({
    rows: rows.map(({ id }) => news(id, { outcome: "forbidden", settled: false, pollIn: 30 })),
    progress: [],
    stepUp: "/factor/",
  }));
  const sync = new TraySync(portal, OWNER, store);
  await sync.start();
  sync.watch(OWNER);
  await until(() => sync.detail.stepUp);
  sync.stop();
  assert.equal(sync.detail.stepUp, "/factor/");
  const [kept] = await store.rows(OWNER);
  assert.equal(kept.stage, "confirmed");
});
