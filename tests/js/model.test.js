// One person's tray in memory, and on a device that may refuse to keep it.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { IDBFactory } from "fake-indexeddb";
import { MemoryStore } from "../../static/js/tray/memory-store.js";
import { TrayModel } from "../../static/js/tray/model.js";
import { TrayStore } from "../../static/js/tray/store.js";
import { news, row, until } from "./rows.js";

const OWNER = { person: "ira", organisation: "acme" };
const MILL = { id: "mill", name: "Mill Court", job: "4711", places: [] };
const QUAY = { id: "quay", name: "Quay", job: "", places: [] };
const label = (n) => ({ text: `text ${n}`, hubId: `hub ${n}` });

let sync;
beforeEach(() => {
  mock.restoreAll();
  globalThis.indexedDB = new IDBFactory();
  sync = { store: new TrayStore(), wake: mock.fn() };
});

const settled = async (model) => {
  await model.refresh();
  return [...model.rows.values()];
};

const stages = (rows) => rows.map(({ stage, site }) => [stage, site]);

test("added rows are on the device, in order, for the chosen site", async () => {
  const model = new TrayModel(OWNER, sync);
  model.add([label(1), label(2)], MILL);
  model.add([label(3)], MILL);
  await settled(model);
  const kept = await sync.store.rows("ira");
  assert.deepEqual(
    kept.map(({ hubId, siteName }) => [hubId, siteName]),
    [1, 2, 3].map((n) => [`hub ${n}`, "Mill Court"]),
  );
});

test("rows stay in order when the clock is set back", async () => {
  const model = new TrayModel(OWNER, sync);
  model.add([label(1)], MILL);
  mock.method(Date, "now", () => 0);
  model.add([label(2)], MILL);
  assert.deepEqual(
    (await settled(model)).map(({ hubId }) => hubId),
    ["hub 1", "hub 2"],
  );
});

test("rows of another organisation are not shown, unless they were refused", async () => {
  const refused = row({
    organisation: "old",
    stage: "confirmed",
    news: news("x", { outcome: "forbidden" }),
  });
  const other = row({ organisation: "old", stage: "confirmed" });
  const mine = row();
  await sync.store.put(refused, other, mine);
  const model = new TrayModel(OWNER, sync);
  assert.deepEqual(await settled(model), [refused, mine]);
  assert.equal(model.of(refused.hubId).id, mine.id);
});

test("only rows in the tray that can be claimed are confirmed, and keep the hub's model", async () => {
  const ready = row({ news: news("a", { meta: "SPK-Hub 2" }) });
  const unknown = row({ news: news("b", { canClaim: false }) });
  const sent = row({ stage: "sent", news: news("c") });
  await sync.store.put(ready, unknown, sent);
  const model = new TrayModel(OWNER, sync);
  await model.refresh();
  assert.deepEqual(
    model.claimable().map(({ id }) => id),
    [ready.id],
  );
  model.confirm([...model.rows.values()], QUAY);
  const [one, ...others] = await settled(model);
  assert.deepEqual(stages([one]), [["confirmed", "quay"]]);
  assert.deepEqual(one.news, { meta: "SPK-Hub 2" });
  assert.deepEqual(stages(others), [
    ["tray", "mill"],
    ["sent", "mill"],
  ]);
});

test("a confirmed row keeps the place at which its job expects it", async () => {
  const model = new TrayModel(OWNER, sync);
  const [one, other] = model.add([label(1), label(2)], MILL);
  await model.refresh();
  model.putAt(other, "Cellar");
  const places = [one, other].map(({ hubId }) => ({ name: "Roof", hubId, takenBy: "" }));
  model.confirm([...model.rows.values()], { ...MILL, places });
  assert.deepEqual(
    (await settled(model)).map(({ place }) => place),
    ["Roof", "Cellar"],
  );
});

test("confirming a row does not undo what another page changed meanwhile", async () => {
  const model = new TrayModel(OWNER, sync);
  const [mine] = model.add([label(1)], MILL);
  await model.refresh();
  await sync.store.change([mine.id], (each) => ({ ...each, stage: "sent", news: news(each.id) }));
  model.confirm([mine], QUAY);
  const [kept] = await settled(model);
  assert.deepEqual(stages([kept]), [["sent", "mill"]]);
});

test("another site applies to rows not yet confirmed, and clears their news", async () => {
  const tray = row({ news: news("a") });
  const confirmed = row({ stage: "confirmed" });
  await sync.store.put(tray, confirmed);
  const model = new TrayModel(OWNER, sync);
  await model.refresh();
  model.moveTo(QUAY);
  const rows = await settled(model);
  assert.deepEqual(stages(rows), [
    ["tray", "quay"],
    ["confirmed", "mill"],
  ]);
  assert.equal(rows[0].news, null);
});

test("a removal never overtakes what it removes", async () => {
  const model = new TrayModel(OWNER, sync);
  model.remove(model.add([label(1), label(2)], MILL).slice(0, 1));
  assert.deepEqual(
    (await settled(model)).map(({ hubId }) => hubId),
    ["hub 2"],
  );
  assert.equal((await sync.store.rows("ira")).length, 1);
});

test("rows are for the job of their site until they are confirmed", async () => {
  const model = new TrayModel(OWNER, sync);
  const rows = model.add([label(1), label(2)], MILL);
  assert.deepEqual(
    model.added,
    rows.map(({ id }) => id),
  );
  model.confirm(rows.slice(0, 1), MILL);
  model.moveTo(QUAY);
  assert.deepEqual(
    (await settled(model)).map(({ job, site }) => [job, site]),
    [
      ["4711", "mill"],
      ["", "quay"],
    ],
  );
});

test("a place is remembered, and is new to the portal once the row is confirmed", async () => {
  const [tray, sent] = [row(), row({ stage: "sent", news: news("a") })];
  await sync.store.put(tray, sent);
  const model = new TrayModel(OWNER, sync);
  await model.refresh();
  for (const each of model.rows.values()) model.putAt(each, "Roof");
  assert.deepEqual(
    (await settled(model)).map(({ place, isPlaceNew }) => [place, isPlaceNew]),
    [
      ["Roof", false],
      ["Roof", true],
    ],
  );
});

test("what was put away comes back in its place", async () => {
  const model = new TrayModel(OWNER, sync);
  const rows = model.add([label(1), label(2), label(3)], MILL);
  model.putAway([rows[1]]);
  assert.equal(model.rows.size, 2);
  model.bringBack(MILL);
  assert.deepEqual(
    (await settled(model)).map(({ hubId }) => hubId),
    ["hub 1", "hub 2", "hub 3"],
  );
  assert.equal((await sync.store.rows("ira")).length, 3);
});

for (const [name, stage, fields, isFinished] of [
  ["a hub that is claimed and online", "sent", { outcome: "claimed", online: true }, true],
  ["a hub that is claimed and not online", "sent", { outcome: "claimed" }, false],
  ["a hub that was looked up and is here", "tray", { outcome: "here" }, true],
  ["a hub that can never be claimed", "tray", { outcome: "refused", settled: true }, true],
  ["a claim that was refused and may go on", "sent", { outcome: "refused" }, false],
  ["a claim that was refused for good", "sent", { outcome: "refused", settled: true }, true],
  ["a hub that came out to be elsewhere", "sent", { outcome: "elsewhere", settled: true }, true],
  ["a hub that is elsewhere", "tray", { outcome: "elsewhere", settled: true }, true],
  ["a claim that gave up", "sent", { outcome: "failed", settled: true }, false],
  ["a hub that is ready", "tray", { outcome: "ready", settled: true }, false],
]) {
  test(`${name} is ${isFinished ? "" : "not "}put away with the finished ones`, () => {
    assert.equal(TrayModel.isFinished(row({ stage, news: news("a", fields) })), isFinished);
  });
}

test("an unchanged row stays the same object", async () => {
  const one = row();
  await sync.store.put(one);
  const model = new TrayModel(OWNER, sync);
  const [first] = await settled(model);
  const [again] = await settled(model);
  assert.equal(first, again);
  await sync.store.change([one.id], (each) => ({ ...each, stage: "confirmed" }));
  assert.notEqual((await settled(model))[0], first);
});

test("two rows that became one claim are one row", async () => {
  const twins = [row(), row()].map((each) => ({
    ...each,
    stage: "sent",
    news: news(each.id, { claimId: "claim" }),
  }));
  await sync.store.put(...twins);
  const model = new TrayModel(OWNER, sync);
  await model.refresh();
  assert.deepEqual([...model.rows.keys()], [twins[0].id]);
});

for (const [name, stage, fields, isDone, isOver] of [
  ["a row of which nothing is known", "tray", {}, false, false],
  ["a hub that is at the site already", "tray", { outcome: "here" }, true, true],
  ["a hub that nobody knows", "tray", { outcome: "refused", settled: true }, false, true],
  ["a claim that goes on", "sent", { outcome: "held_up" }, false, false],
  ["a claim that failed", "sent", { outcome: "failed", settled: true }, false, true],
  ["a claim that is done", "sent", { outcome: "claimed", settled: true }, true, true],
]) {
  test(`${name} is ${isDone ? "" : "not "}done, and ${isOver ? "" : "not "}over`, () => {
    const judged = row({ stage, news: news("a", fields) });
    assert.equal(Boolean(TrayModel.isDone(judged)), isDone);
    assert.equal(Boolean(TrayModel.isOver(judged)), isOver);
  });
}

test("a device that refuses to keep the tray is reported once, and the rows stay", async () => {
  const model = new TrayModel(OWNER, sync);
  const unkept = mock.fn();
  model.addEventListener("unkept", unkept);
  model.add([label(1)], MILL);
  await model.refresh();
  mock.method(globalThis.IDBObjectStore.prototype, "put", () => {
    throw new DOMException("", "QuotaExceededError");
  });
  model.add([label(2)], MILL);
  model.add([label(3)], MILL);
  assert.equal((await settled(model)).length, 3);
  assert.ok(sync.store instanceof MemoryStore);
  assert.equal(unkept.mock.callCount(), 1);
  assert.equal(sync.wake.mock.callCount(), 1);
});

test("an answer that the device cannot store is reported as well", async () => {
  const model = new TrayModel(OWNER, sync);
  await model.refresh();
  document.dispatchEvent(new Event("tray-unkept"));
  assert.ok(sync.store instanceof MemoryStore);
  model.close();
});

// A model that gives the device up while it reads it for the first time; the device answers all the same.
const givenUpWhileReading = async (...kept) => {
  await sync.store.put(...kept);
  const model = new TrayModel(OWNER, sync);
  const { store } = sync;
  const read = store.rows.bind(store);
  mock.method(store, "rows", async (person) => {
    const rows = await read(person);
    document.dispatchEvent(new Event("tray-unkept"));
    return rows;
  });
  await model.refresh();
  assert.ok(sync.store instanceof MemoryStore);
  model.close();
  return model;
};

test("what is shown of a device that was given up meanwhile can be confirmed and sent", async () => {
  const model = await givenUpWhileReading(row(), row());
  model.confirm(model.claimable(), QUAY);
  await until(() => !model.isWriting);
  assert.equal(await sync.store.waiting("ira"), 2);
  assert.deepEqual(stages(await sync.store.rows("ira")), [
    ["confirmed", "quay"],
    ["confirmed", "quay"],
  ]);
});

test("what was confirmed before the device was given up is sent as well", async () => {
  await givenUpWhileReading(row({ stage: "confirmed" }), row());
  assert.equal(await sync.store.waiting("ira"), 1);
});

test("a row removed while the device was given up does not come back", async () => {
  const [gone, left] = [row(), row()];
  const model = await givenUpWhileReading(gone, left);
  model.remove([gone]);
  assert.deepEqual(await settled(model), [left]);
});

test("the browser is asked once to keep the rows, and once more in the installed app", async () => {
  const persist = mock.fn(async () => true);
  navigator.storage = { persist };
  const model = new TrayModel(OWNER, sync);
  const add = async (...numbers) => {
    for (const n of numbers) model.add([label(n)], MILL);
    await settled(model);
  };
  await add(1, 2, 3);
  await until(() => persist.mock.callCount() === 1);
  await add(4);
  mock.method(globalThis, "matchMedia", () => ({ matches: true }));
  await add(5, 6);
  await until(() => persist.mock.callCount() === 2);
  await until(async () => (await sync.store.get("persist in app")) === "asked");
  await add(7);
  assert.equal(persist.mock.callCount(), 2);
});

test("a page that goes before the browser was asked leaves it to the next", async () => {
  const persist = mock.fn(async () => true);
  navigator.storage = { persist };
  mock.method(sync.store, "set", () => new Promise(() => {}));
  new TrayModel(OWNER, sync).add([label(1)], MILL);
  await until(() => persist.mock.callCount() === 1);

  new TrayModel(OWNER, sync).add([label(2)], MILL);
  await until(() => persist.mock.callCount() === 2);
});

test("a closed model receives no more changes", async () => {
  const model = new TrayModel(OWNER, sync);
  model.close();
  await sync.store.put(row());
  await new Promise(setImmediate);
  assert.equal(model.rows.size, 0);
  document.dispatchEvent(new Event("tray-unkept"));
  assert.ok(sync.store instanceof TrayStore);
});

const refused = (outcome) => ({ outcome, settled: true, canClaim: false });
const lookedUp = (hubId, outcome, more = {}) =>
  row({ hubId, news: news(hubId, refused(outcome)), ...more });

test("what could not be claimed lies aside once it leaves the tray, however it leaves", async () => {
  const rows = ["refused", "elsewhere", "refused"].map((outcome, n) =>
    lookedUp(`hub ${n}`, outcome, { at: Date.now() + n }),
  );
  await sync.store.put(...rows);
  const model = new TrayModel(OWNER, sync);
  await settled(model);
  model.remove([rows[0]]);
  model.putAway([rows[1], rows[2]]);
  assert.deepEqual(await settled(model), []);
  assert.deepEqual(
    model.aside.map(({ hubId }) => hubId),
    ["hub 2", "hub 1", "hub 0"],
  );
  assert.equal(model.claimable().length, 0);
});

test("what can still be claimed, or is done, leaves nothing aside", async () => {
  const rows = [row(), lookedUp("hub 1", "here"), lookedUp("hub 2", "ready")];
  await sync.store.put(...rows);
  const model = new TrayModel(OWNER, sync);
  await settled(model);
  model.remove(rows);
  await settled(model);
  assert.deepEqual(model.aside, []);
  assert.deepEqual(await sync.store.rows("ira"), []);
});

test("undo, and a tap, bring it back from aside; scanned again it is forgotten there", async () => {
  const [one, other] = [1, 2].map((n) => lookedUp(`hub ${n}`, "refused", { at: Date.now() + n }));
  await sync.store.put(one, other);
  const model = new TrayModel(OWNER, sync);
  await settled(model);
  model.putAway([one, other]);
  model.bringBack(MILL);
  assert.equal((await settled(model)).length, 2);
  assert.deepEqual(model.aside, []);
  const refuse = (each) => ({ ...each, news: news(each.id, refused("refused")) });
  await sync.store.change([one.id, other.id], refuse);
  await settled(model);
  model.putAway([...model.rows.values()]);
  await settled(model);
  model.takeBack(one.id, MILL);
  assert.deepEqual(
    (await settled(model)).map(({ hubId }) => hubId),
    ["hub 1"],
  );
  model.add([label(2)], MILL);
  await settled(model);
  assert.deepEqual(model.aside, []);
  assert.equal((await sync.store.rows("ira")).length, 2);
});

test("after a week, or at a tap, what lies aside is forgotten", async () => {
  const week = 7 * 24 * 3_600_000;
  const old = lookedUp("hub 1", "refused", { isAside: true, at: Date.now() - week - 1 });
  const young = lookedUp("hub 2", "refused", { isAside: true, at: Date.now() - week + 60_000 });
  await sync.store.put(old, young);
  const model = new TrayModel(OWNER, sync);
  await settled(model);
  assert.deepEqual(
    model.aside.map(({ hubId }) => hubId),
    ["hub 2"],
  );
  model.forgetAside(young.id);
  await settled(model);
  assert.deepEqual(await sync.store.rows("ira"), []);
});

// A model whose rows, refused one and all, are on the device.
const withRefused = async (...rows) => {
  await sync.store.put(...rows);
  const model = new TrayModel(OWNER, sync);
  await settled(model);
  return model;
};
const inOrder = (number, more = {}) =>
  Array.from({ length: number }, (_, n) =>
    lookedUp(`hub ${n}`, "refused", { at: Date.now() + n, ...more }),
  );
const hubsOf = (rows) => rows.map(({ hubId }) => hubId);

test("a hub that was refused once its claim was sent lies aside, too", async () => {
  const [one] = inOrder(1, { stage: "sent" });
  const model = await withRefused(one);
  model.putAway(model.finished());
  await settled(model);
  assert.deepEqual(hubsOf(model.aside), ["hub 0"]);
});

test("what was put away can be undone after one of it was put back", async () => {
  const model = await withRefused(...inOrder(3));
  const rows = [...model.rows.values()];
  model.putAway(rows);
  model.takeBack(rows[1].id, MILL);
  assert.deepEqual(hubsOf(model.bringBack(MILL)), ["hub 0", "hub 2"]);
  assert.deepEqual(hubsOf(await settled(model)), ["hub 0", "hub 1", "hub 2"]);
  assert.deepEqual(model.aside, []);
});

test("what was forgotten is not brought back with the rest", async () => {
  const model = await withRefused(...inOrder(2));
  const rows = [...model.rows.values()];
  model.putAway(rows);
  model.forgetAside(rows[0].id);
  model.bringBack(MILL);
  assert.deepEqual(hubsOf(await settled(model)), ["hub 1"]);
});

for (const [name, bringBack] of [
  ["put back", (model, [one]) => model.takeBack(one.id, QUAY)],
  ["brought back", (model) => model.bringBack(QUAY)],
]) {
  test(`what is ${name} is for the site of now, and looked up again`, async () => {
    const model = await withRefused(...inOrder(1));
    const rows = [...model.rows.values()];
    model.putAway(rows);
    bringBack(model, rows);
    const [back] = await settled(model);
    assert.deepEqual([back.site, back.siteName, back.job, back.news], ["quay", "Quay", "", null]);
  });

  test(`a claim that is ${name} stays where it was made`, async () => {
    const model = await withRefused(...inOrder(1, { stage: "sent" }));
    const rows = [...model.rows.values()];
    model.putAway(rows);
    bringBack(model, rows);
    const [back] = await settled(model);
    assert.deepEqual([back.site, back.news.outcome], ["mill", "refused"]);
  });
}

test("where no site is chosen, what is put back stays where it was", async () => {
  const model = await withRefused(...inOrder(1));
  const [one] = model.rows.values();
  model.putAway([one]);
  model.takeBack(one.id, { id: "", name: "", job: "", places: [] });
  const [back] = await settled(model);
  assert.deepEqual([back.site, back.siteName, back.news], ["mill", "Mill Court", null]);
});

test("the week counts from when it was put aside, not from the scan", async () => {
  const week = 7 * 24 * 3_600_000;
  const scanned = Date.now() - 2 * week;
  const model = await withRefused(...inOrder(1, { at: scanned }));
  model.putAway([...model.rows.values()]);
  await settled(model);
  assert.deepEqual(hubsOf(model.aside), ["hub 0"]);
  mock.method(Date, "now", () => scanned + 3 * week + 60_000);
  await settled(model);
  assert.deepEqual(model.aside, []);
});

test("of more than fifty the oldest are forgotten, on the device as well", async () => {
  const model = await withRefused(...inOrder(60));
  model.putAway([...model.rows.values()].slice(0, 30));
  model.putAway([...model.rows.values()]);
  assert.equal(model.aside.length, 50);
  await settled(model);
  assert.deepEqual(
    [model.aside.length, model.aside[0].hubId, model.aside.at(-1).hubId],
    [50, "hub 59", "hub 10"],
  );
  assert.equal((await sync.store.rows("ira")).length, 50);
});

test("more than fifty that a page of before left are cut when they are read", async () => {
  const model = await withRefused(...inOrder(55, { isAside: true }));
  assert.equal(model.aside.length, 50);
  await settled(model);
  assert.equal((await sync.store.rows("ira")).length, 50);
});
