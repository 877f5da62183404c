// A device that does not answer: nothing waits for it for ever, and nothing is lost once it does.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { Keeping } from "../../static/js/tray/keeping.js";
import { MemoryStore } from "../../static/js/tray/memory-store.js";
import { TrayModel } from "../../static/js/tray/model.js";
import { TrayStore } from "../../static/js/tray/store.js";
import { row, session } from "./rows.js";

const OWNER = { person: "ira", organisation: "acme" };
const MILL = { id: "mill", name: "Mill Court", job: "", places: [] };
const label = (n) => ({ text: `text ${n}`, hubId: `hub ${n}` });
const LATE = { name: "TimeoutError" };

let clock;
let holders;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  clock = 0;
  holders = [];
  mock.method(performance, "now", () => clock);
});
afterEach(async () => {
  mock.timers.reset();
  mock.restoreAll();
  await letGo();
});

// As another page that begins a transaction and does not end it.
const hold = async (names = ["rows"], mode = "readwrite") => {
  const database = await openDB("spkey-portal", 1);
  const transaction = database.transaction(names, mode);
  const holder = { isHeld: true, database, done: transaction.done };
  const store = transaction.objectStore(names[0]);
  const goOn = () => holder.isHeld && store.get("any").then(goOn);
  goOn();
  holders.push(holder);
};
const letGo = async () => {
  for (const holder of holders) holder.isHeld = false;
  await Promise.all(holders.map(({ done }) => done));
  for (const { database } of holders) database.close();
  holders = [];
};

// Resolves once it is so, though time stands still.
const until = async (isSo) => {
  for (let n = 0; n < 2000 && !isSo(); n += 1) await new Promise(setImmediate);
  assert.ok(isSo());
};

// Lets this much time pass, as the page's clock and its timers have it.
const pass = async (milliseconds) => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  clock += milliseconds;
  mock.timers.tick(milliseconds);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

// A store that has been at work.
const opened = async (...rows) => {
  const store = new TrayStore();
  await store.put(row({ person: "nobody" }), ...rows);
  return store;
};
const late = async (asking) => {
  const refused = assert.rejects(asking, LATE);
  await pass(2000);
  await refused;
};

for (const [name, ask] of [
  ["a row to keep", (store) => store.put(row())],
  ["a row to remove", (store) => store.remove("any")],
  ["a row to change", (store) => store.change(["any"], (each) => each)],
  ["the rows", (store) => store.rows("ira")],
  ["how many wait", (store) => store.waiting("ira")],
  ["all that is owed", (store) => store.settle([row()], ["any"])],
  ["a session to keep", (store) => store.keepPerson(session())],
  ["a session", (store) => store.person("ira")],
  ["what the device remembers", (store) => store.get("sound")],
  ["what the device is to remember", (store) => store.set("sound", "off")],
]) {
  test(`${name}: another page that holds the device is not waited for`, async () => {
    const store = await opened();
    mock.timers.enable({ apis: ["setTimeout"] });
    await hold(["rows", "people", "device"]);
    await late(ask(store));
  });
}

test("a page that only reads holds up writing, which is not waited for either", async () => {
  const store = await opened();
  mock.timers.enable({ apis: ["setTimeout"] });
  await hold(["rows"], "readonly");
  await late(store.put(row()));
});

test("what came too late to be kept is not kept later, behind the page's back", async () => {
  const store = await opened();
  mock.timers.enable({ apis: ["setTimeout"] });
  await hold();
  await late(store.put(row()));
  await letGo();
  clock += 2000;
  assert.deepEqual(await store.rows("ira"), []);
});

test("a device that did not answer is left alone for a while, then asked again", async () => {
  const store = await opened();
  mock.timers.enable({ apis: ["setTimeout"] });
  await hold();
  await late(store.put(row()));
  await assert.rejects(store.rows("ira"), LATE);
  await assert.rejects(store.get("sound"), LATE);
  await letGo();
  await pass(2000);
  await store.put(row());
  assert.equal((await store.rows("ira")).length, 1);
});

test("a connection that is dead is replaced", async () => {
  const { transaction } = globalThis.IDBDatabase.prototype;
  let isDead = false;
  const databases = new Set();
  mock.method(globalThis.IDBDatabase.prototype, "transaction", function (...of) {
    databases.add(this);
    const made = transaction.apply(this, of);
    // No event of a connection that hangs ever comes.
    if (isDead && databases.size === 1) made.addEventListener = () => {};
    return made;
  });
  const store = new TrayStore();
  await store.get("sound");
  mock.timers.enable({ apis: ["setTimeout"] });
  isDead = true;
  await late(store.set("sound", "off"));
  await pass(2000);
  await store.set("sound", "on");
  assert.equal(await store.get("sound"), "on");
  assert.equal(databases.size, 2);
});

test("in memory the device is told of nothing twice, and of all in one go once it answers", async () => {
  const [known, gone, other] = [row(), row(), row()];
  const store = await opened(known, gone, other);
  mock.timers.enable({ apis: ["setTimeout"] });
  await hold();
  const fresh = row({ stage: "confirmed" });
  const memory = new MemoryStore(store, [known, gone, other]);
  await memory.put(fresh);
  await memory.remove(gone.id);
  await memory.change([known.id], (each) => ({ ...each, place: "Roof" }));
  await pass(2000);
  await assert.rejects(memory.settle(), LATE);
  await letGo();
  await pass(2000);
  // Another page was at work meanwhile, on what this one left alone.
  await store.change([other.id], (each) => ({ ...each, place: "Cellar" }));
  assert.equal(await memory.settle(), true);
  const kept = await store.rows("ira");
  assert.deepEqual(
    kept.map(({ id, place }) => [id, place]),
    [
      [known.id, "Roof"],
      [other.id, "Cellar"],
      [fresh.id, undefined],
    ],
  );
  const put = mock.method(globalThis.IDBObjectStore.prototype, "put");
  assert.equal(await memory.settle(), true);
  assert.equal(put.mock.callCount(), 0);
});

test("a session that was told meanwhile is kept too, with how far its jobs are", async () => {
  const store = await opened();
  const memory = new MemoryStore(store, []);
  await memory.keepPerson(session());
  await store.forgetPerson("ira");
  await memory.settle();
  const kept = await store.person("ira");
  assert.equal(kept.organisation.name, "Acme");
  assert.ok(!("csrf" in kept));
});

// The tray of a page whose device does not answer.
const heldTray = async (...rows) => {
  const store = await opened(...rows);
  const sync = { store, wake: mock.fn() };
  const model = new TrayModel(OWNER, sync);
  const told = [];
  for (const name of ["unkept", "kept"]) model.addEventListener(name, () => told.push(name));
  const ending = new AbortController();
  new Keeping(model, ending.signal);
  mock.timers.enable({ apis: ["setTimeout"] });
  await hold();
  return { sync, model, told, store, end: () => ending.abort() };
};

test("a late read at the start opens the tray from memory, and what is kept comes later", async () => {
  const before = row();
  const { sync, model, told, end } = await heldTray(before);
  const reading = model.refresh();
  await pass(2000);
  await reading;
  assert.deepEqual([told, model.isKept, model.rows.size], [["unkept"], false, 0]);
  const [fresh] = model.add([label(1)], MILL);
  await until(() => !model.isWriting);
  assert.deepEqual(await sync.store.rows("ira"), [fresh]);
  await letGo();
  await pass(2500);
  await until(() => model.rows.size === 2);
  assert.deepEqual([told, model.isKept], [["unkept", "kept"], true]);
  end();
});

test("what was scanned while nothing was kept is on the device once it answers", async () => {
  const { model, told, store, end } = await heldTray();
  model.add([label(1), label(2)], MILL);
  await pass(2000);
  model.confirm([...model.rows.values()].slice(0, 1), MILL);
  const [, taken] = [...model.rows.values()];
  model.remove([taken]);
  model.add([label(3)], MILL);
  for (let times = 0; times < 4; times += 1) await pass(5000);
  assert.deepEqual(told, ["unkept"]);
  await letGo();
  await pass(5000);
  await pass(5000);
  const kept = await store.rows("ira");
  assert.deepEqual(
    kept.map(({ hubId, stage }) => [hubId, stage]),
    [
      ["hub 1", "confirmed"],
      ["hub 3", "tray"],
    ],
  );
  assert.deepEqual(told, ["unkept", "kept"]);
  end();
});

test("who leaves with something that is nowhere else is asked, and nobody is afterwards", async () => {
  const leave = () => {
    const leaving = new Event("beforeunload", { cancelable: true });
    dispatchEvent(leaving);
    return leaving.defaultPrevented;
  };
  const { model, end } = await heldTray();
  assert.equal(leave(), false);
  model.add([label(1)], MILL);
  assert.equal(leave(), true);
  await pass(2000);
  assert.equal(leave(), true);
  await letGo();
  await pass(2500);
  await until(() => model.isKept && !model.isWriting);
  assert.equal(leave(), false);
  end();
});

test("a page that is closed asks the device no more", async () => {
  const { model, told, end } = await heldTray();
  model.add([label(1)], MILL);
  await pass(2000);
  end();
  await letGo();
  await pass(20_000);
  assert.deepEqual([told, model.isKept], [["unkept"], false]);
});
