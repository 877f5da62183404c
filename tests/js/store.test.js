// What the device keeps, in a database that may be slow, refused, full, or taken away.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { forceCloseDatabase, IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { MemoryStore } from "../../static/js/tray/memory-store.js";
import { TrayStore } from "../../static/js/tray/store.js";
import { job, progress, row, session, until } from "./rows.js";

const OPEN_WITHIN = 4000;
const { open } = IDBFactory.prototype;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => {
  mock.restoreAll();
  mock.timers.reset();
});

// Has each database that opens handed to `act` before anybody else hears of it.
const onOpen = (act) => {
  mock.method(IDBFactory.prototype, "open", function (...of) {
    const opening = open.apply(this, of);
    opening.addEventListener("success", (event) => act(opening, event));
    return opening;
  });
};

// Holds an answer of the database back; answers with how to let it go.
const holdBack = (opening, kind) => {
  const waiting = [];
  const listen = opening.addEventListener.bind(opening);
  const happened = new Promise((resolve) => listen(kind, resolve));
  opening.addEventListener = (type, listener) =>
    type === kind ? waiting.push(listener) : listen(type, listener);
  const letGo = () => {
    for (const listener of waiting) listener(new Event(kind));
  };
  return { happened, letGo };
};

const changesOf = (store) => {
  const changes = [];
  store.changes.addEventListener("change", ({ detail }) => changes.push(detail));
  return changes;
};

test("a person's rows come oldest first, and nobody else's with them", async () => {
  const store = new TrayStore();
  const [late, early, twin] = [row({ at: 2 }), row({ at: 1, id: "b" }), row({ at: 1, id: "a" })];
  await store.put(late, early, twin, row({ person: "ada" }));
  assert.deepEqual(await store.rows("ira"), [twin, early, late]);
});

test("writes use the strictest durability there is", async () => {
  const asked = [];
  const store = new TrayStore();
  await store.get("any");
  const { transaction } = globalThis.IDBDatabase.prototype;
  mock.method(globalThis.IDBDatabase.prototype, "transaction", function (...of) {
    asked.push(of);
    return transaction.apply(this, of);
  });
  await store.put(row());
  assert.deepEqual(asked, [["rows", "readwrite", { durability: "strict" }]]);
});

test("a change neither restores a removed row nor undoes another change", async () => {
  const store = new TrayStore();
  const [gone, left, other] = [row(), row(), row()];
  await store.put(gone, left, other);
  await store.remove(gone.id);
  await store.change([gone.id, left.id, other.id], (each) =>
    each.id === other.id ? undefined : { ...each, stage: "sent" },
  );
  assert.deepEqual(await store.rows("ira"), [{ ...left, stage: "sent" }, other]);
});

test("only confirmed rows are counted as waiting", async () => {
  const store = new TrayStore();
  await store.put(row(), row({ stage: "confirmed" }), row({ stage: "sent" }));
  await store.put(row({ stage: "confirmed", person: "ada" }));
  assert.equal(await store.waiting("ira"), 1);
  assert.equal(await store.waiting("nobody"), 0);
});

test("a session is kept without its token", async () => {
  const store = new TrayStore();
  await store.keepPerson(session());
  const kept = await store.person("ira");
  assert.equal(kept.organisation.name, "Acme");
  assert.ok(kept.seenAt > 0);
  assert.ok(!("csrf" in kept));
  await store.forgetPerson("ira");
  assert.equal(await store.person("ira"), undefined);
});

test("what somebody could do here is forgotten when another is here, and their rows stay", async () => {
  const store = new TrayStore();
  await store.put(row());
  await store.keepPerson({ ...session("ira"), jobs: [job()] });
  await store.keepPerson(session("ada"));
  assert.equal(await store.person("ira"), undefined);
  assert.equal((await store.person("ada")).id, "ada");
  assert.equal((await store.rows("ira")).length, 1);
});

test("how far jobs are is kept with them, and of no other job", async () => {
  for (const store of [new TrayStore(), new MemoryStore(new TrayStore(), [])]) {
    await store.keepPerson({ ...session(), jobs: [job({ id: "one" }), job({ id: "other" })] });
    await store.keepProgress("ira", [progress({ job: "one", claimed: 3 })]);
    await store.keepProgress("nobody", [progress({ job: "one", claimed: 9 })]);
    const { jobs } = await store.person("ira");
    assert.deepEqual(
      jobs.map((each) => each.progress.claimed),
      [3, 0],
    );
  }
});

test("a remembered value can be cleared", async () => {
  const store = new TrayStore();
  await store.set("sound", "off");
  assert.equal(await store.get("sound"), "off");
  await store.set("sound", undefined);
  assert.equal(await store.get("sound"), undefined);
});

test("each write is announced to this page and to the others, once", async () => {
  const [here, there] = [new TrayStore(), new TrayStore()];
  const [mine, theirs] = [changesOf(here), changesOf(there)];
  const one = row();
  await here.put(one);
  await here.put();
  await until(() => theirs.length);
  const change = { store: "rows", ids: [one.id] };
  assert.deepEqual([mine, theirs], [[change], [change]]);
});

test("all work of a page goes through one connection", async () => {
  const store = new TrayStore();
  let opened = 0;
  onOpen(() => {
    opened += 1;
  });
  await Promise.all([store.put(row()), store.get("sound"), store.waiting("ira")]);
  await store.rows("ira");
  assert.equal(opened, 1);
});

test("a connection that was taken away is opened again", async () => {
  const databases = [];
  onOpen((opening) => databases.push(opening.result));
  const store = new TrayStore();
  await store.set("sound", "on");
  databases[0].close();
  await store.set("sound", "off");
  assert.equal(await store.get("sound"), "off");
  assert.equal(databases.length, 2);
});

test("a connection that the browser ends is opened again", async () => {
  const databases = [];
  onOpen((opening) => databases.push(opening.result));
  const store = new TrayStore();
  await store.set("sound", "on");
  forceCloseDatabase(databases[0]);
  assert.equal(await store.get("sound"), "on");
  assert.equal(databases.length, 2);
});

test("a page lets go of the database when another wants to renew it", async () => {
  const store = new TrayStore();
  await store.set("sound", "on");
  const renewed = await openDB("spkey-portal", 2);
  renewed.close();
  await assert.rejects(store.get("sound"), { name: "VersionError" });
});

test("a database that opens late is used from then on", async () => {
  let late;
  mock.method(IDBFactory.prototype, "open", function (...of) {
    const opening = open.apply(this, of);
    late ??= holdBack(opening, "success");
    return opening;
  });
  const store = new TrayStore();
  mock.timers.enable({ apis: ["setTimeout"] });
  const waiting = store.get("sound");
  mock.timers.tick(OPEN_WITHIN);
  await assert.rejects(waiting, { name: "TimeoutError" });
  mock.timers.reset();
  await assert.rejects(store.get("sound"), { name: "TimeoutError" });

  await late.happened;
  late.letGo();
  await new Promise(setImmediate);
  await store.set("sound", "off");
  assert.equal(await store.get("sound"), "off");
});

test("a database that another page holds in its old form is refused at once", async () => {
  mock.method(IDBFactory.prototype, "open", function (...of) {
    const opening = open.apply(this, of);
    const blocked = holdBack(opening, "blocked");
    holdBack(opening, "success");
    setImmediate(blocked.letGo);
    return opening;
  });
  await assert.rejects(new TrayStore().get("sound"), { name: "InvalidStateError" });
});

test("a browser without a database, or one that refuses it, rejects with its own error", async () => {
  globalThis.indexedDB = undefined;
  await assert.rejects(new TrayStore().get("sound"), DOMException);
  globalThis.indexedDB = new IDBFactory();
  mock.method(IDBFactory.prototype, "open", () => {
    throw new DOMException("", "SecurityError");
  });
  await assert.rejects(new TrayStore().get("sound"), { name: "SecurityError" });
});

test("a full device keeps nothing of a write rather than half", async () => {
  const store = new TrayStore();
  const [one, other] = [row(), row()];
  const { put } = globalThis.IDBObjectStore.prototype;
  mock.method(globalThis.IDBObjectStore.prototype, "put", function (thing) {
    if (thing.id === other.id) throw new DOMException("", "QuotaExceededError");
    return put.call(this, thing);
  });
  await assert.rejects(store.put(one, other), { name: "QuotaExceededError" });
  assert.deepEqual(await store.rows("ira"), []);
});

test("in memory a page goes on, and the device stores what it can", async () => {
  const store = new TrayStore();
  const [known, fresh] = [row(), row({ stage: "confirmed" })];
  const memory = new MemoryStore(store, [known]);
  const changes = changesOf(memory);
  await memory.put(fresh);
  await memory.change([known.id, "gone"], (each) => ({ ...each, stage: "sent" }));
  assert.equal(await memory.waiting("ira"), 1);
  await memory.remove(fresh.id);
  assert.deepEqual(await memory.rows("ira"), [{ ...known, stage: "sent" }]);
  assert.ok(changes.some(({ ids }) => ids.includes(fresh.id)));
  await until(() => changes.length >= 6);
  assert.deepEqual(await store.rows("ira"), [{ ...known, stage: "sent" }]);
});

test("in memory a person's rows come oldest first, too", async () => {
  const [late, early, twin] = [row({ at: 2 }), row({ at: 1, id: "b" }), row({ at: 1, id: "a" })];
  const memory = new MemoryStore(new TrayStore(), [late, early]);
  await memory.put(twin);
  assert.deepEqual(await memory.rows("ira"), [twin, early, late]);
});

test("memory learns what the device holds, and knows better what this page did", async () => {
  const [changed, gone, other] = [row(), row(), row()];
  const memory = new MemoryStore(new TrayStore(), [{ ...changed, stage: "confirmed" }], [gone.id]);
  memory.learn([changed, gone, other]);
  assert.deepEqual(await memory.rows("ira"), [{ ...changed, stage: "confirmed" }, other]);
});

test("in memory a page goes on though the device refuses everything", async () => {
  globalThis.indexedDB = undefined;
  const memory = new MemoryStore(new TrayStore(), []);
  await memory.put(row());
  await memory.set("sound", "off");
  await memory.keepPerson(session());
  await memory.keepProgress("ira", []);
  assert.equal((await memory.rows("ira")).length, 1);
  assert.equal(await memory.get("sound"), undefined);
  assert.equal((await memory.person("ira")).organisation.name, "Acme");
  await memory.forgetPerson("ira");
  assert.equal(await memory.person("ira"), undefined);
});

test("in memory a page goes on though the store is broken, which is told once", async () => {
  mock.method(console, "warn", () => {});
  const broken = new TypeError("x is not a function");
  const fail = async () => {
    throw broken;
  };
  const under = { put: fail, get: fail, set: fail, publish: () => {} };
  const memory = new MemoryStore(under, []);
  await memory.put(row());
  await memory.set("sound", "off");
  assert.equal(await memory.get("sound"), undefined);
  assert.equal((await memory.rows("ira")).length, 1);
  const warned = console.warn.mock.calls.map(({ arguments: [error] }) => error);
  assert.deepEqual(warned, [broken]);
});
