// When the tray is sent and asked after, by a clock and through a network that the test holds.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Halt } from "../../static/js/tray/api-client.js";
import { MemoryStore } from "../../static/js/tray/memory-store.js";
import { TraySync } from "../../static/js/tray/sync.js";
import { job, news, progress, row, session } from "./rows.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let clock;
let portal;
let store;
let sync;
let unkept;

beforeEach(() => {
  clock = 0;
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(performance, "now", () => clock);
  mock.method(Math, "random", () => 0.5);
  mock.method(console, "warn", () => {});
  navigator.onLine = true;
  document.hidden = false;
  portal = {
    session: mock.fn(async () => session()),
    exchange: mock.fn(async (_person, _organisation, rows) => told(rows.map(({ id }) => news(id)))),
  };
  store = memory();
  sync = new TraySync(portal, "ira", store);
  unkept = mock.fn();
  document.addEventListener("tray-unkept", unkept);
});

afterEach(() => {
  sync.stop();
  document.removeEventListener("tray-unkept", unkept);
  mock.timers.reset();
  mock.restoreAll();
});

// A store without a device under it, which knows the person already.
const memory = () => {
  const changes = new EventTarget();
  const done = async () => undefined;
  const under = {
    changes,
    put: done,
    remove: done,
    keepPerson: done,
    keepProgress: done,
    set: done,
    person: async () => session(),
    get: async (name) => (name === "current" ? "ira" : undefined),
    publish: (detail) => changes.dispatchEvent(new CustomEvent("change", { detail })),
  };
  return new MemoryStore(under, []);
};

// Lets everything happen that waits for nothing.
const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) {
    mock.timers.tick(0);
    await new Promise(setImmediate);
  }
};

const pass = async (milliseconds) => {
  const steps = Math.ceil(milliseconds / 100);
  for (let step = 0; step < steps; step += 1) {
    clock += 100;
    mock.timers.tick(100);
    await new Promise(setImmediate);
  }
  await settle();
};

const start = async (...rows) => {
  await store.put(...rows);
  sync.start();
  await settle();
};

const watch = async (...rows) => {
  await start(...rows);
  sync.watch("ira");
  await settle();
};

// Each question as the ids in it.
const asked = () => portal.exchange.mock.calls.map(({ arguments: [, , rows] }) => ids(rows));
const ids = (rows) => rows.map(({ id }) => id);
const stageOf = async (id) => (await store.rows("ira")).find((each) => each.id === id)?.stage;
const answer = (act) => portal.exchange.mock.mockImplementation(act);
const told = (rows, progress = []) => ({ rows, progress });
const answerWith = (more) =>
  answer(async (_p, _o, rows) => told(rows.map(({ id }) => news(id, more))));
const halt = (state, told) => new Halt(state, told);
const fail = (error) =>
  answer(async () => {
    throw error;
  });

test("without anybody watching only confirmed rows are sent", async () => {
  const [tray, confirmed, sent] = ["tray", "confirmed", "sent"].map((stage) => row({ stage }));
  sent.news = news(sent.id);
  await start(tray, confirmed, sent);
  assert.deepEqual(asked(), [[confirmed.id]]);
});

test("somebody who watches the rows gets news of all of them", async () => {
  const [tray, sent] = [row(), row({ stage: "sent" })];
  sent.news = news(sent.id, { claimId: "claim", seen: "before" });
  await watch(tray, sent);
  const [{ arguments: question }] = portal.exchange.mock.calls;
  assert.deepEqual(
    question[2].map(({ claim, claimId, seen }) => [claim, claimId, seen]),
    [
      [false, "", ""],
      [true, "claim", "before"],
    ],
  );
});

test("rows are asked for when the portal says, and finished rows not at all", async () => {
  const [one, other] = [row(), row()];
  answer(async (_p, _o, rows) =>
    told(rows.map(({ id }) => news(id, id === one.id ? { settled: true } : { pollIn: 3 }))),
  );
  await watch(one, other);
  await pass(2 * SECOND);
  assert.equal(asked().length, 1);
  await pass(2 * SECOND);
  assert.deepEqual(asked().slice(1), [[other.id]]);
});

test("a hidden tab asks for nothing, and asks at once when shown", async () => {
  await watch(row());
  document.hidden = true;
  await pass(10 * SECOND);
  const before = asked().length;
  await pass(MINUTE);
  assert.equal(asked().length, before);
  document.hidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  await settle();
  assert.equal(asked().length, before + 1);
});

test("a row refused without a claim is back in the tray, with the reason", async () => {
  const confirmed = row({ stage: "confirmed" });
  answerWith({ settled: true, kind: "stop", word: "Suspended" });
  await watch(confirmed);
  const [kept] = await store.rows("ira");
  assert.deepEqual([kept.stage, kept.news.word], ["tray", "Suspended"]);
});

test("a claim is followed, also one that somebody else made of the hub", async () => {
  const [mine, scanned] = [row({ stage: "confirmed" }), row()];
  answerWith({ claimId: "claim" });
  await watch(mine, scanned);
  assert.deepEqual([await stageOf(mine.id), await stageOf(scanned.id)], ["sent", "sent"]);
});

test("a lost answer leaves the row confirmed, and it is sent again, later and later", async () => {
  const confirmed = row({ stage: "confirmed" });
  fail(halt("offline"));
  await start(confirmed);
  assert.equal(sync.detail.state, "offline");
  const after = async (milliseconds) => {
    await pass(milliseconds);
    return asked().length;
  };
  assert.deepEqual(
    [await after(900), await after(200), await after(1800), await after(300), await after(4000)],
    [1, 2, 2, 3, 4],
  );
  await pass(10 * MINUTE);
  const before = asked().length;
  await pass(MINUTE + SECOND);
  assert.equal(asked().length, before + 1);
  assert.equal(await stageOf(confirmed.id), "confirmed");

  answerWith({ claimId: "claim" });
  dispatchEvent(new Event("online"));
  await settle();
  assert.equal(await stageOf(confirmed.id), "sent");
  assert.equal(sync.detail.state, "online");
});

test("without a network nothing is tried", async () => {
  navigator.onLine = false;
  await start(row({ stage: "confirmed" }));
  await pass(MINUTE);
  assert.equal(portal.session.mock.callCount(), 0);
  assert.equal(sync.detail.state, "offline");
});

test("a row removed meanwhile does not come back, and a moved one is asked for again", async () => {
  const [gone, moved] = [row(), row()];
  let answering;
  answer((_p, _o, rows) => {
    const all = told(rows.map(({ id }) => news(id, { settled: true })));
    return answering
      ? Promise.resolve(all)
      : new Promise((resolve) => {
          answering = () => resolve(all);
        });
  });
  await watch(gone, moved);
  await store.remove(gone.id);
  await store.change([moved.id], (each) => ({ ...each, site: "quay" }));
  answering();
  await settle();
  assert.equal(await stageOf(gone.id), undefined);
  assert.deepEqual(asked().at(-1), [moved.id]);
});

test("nothing is sent while somebody else is signed in, until the person is back", async () => {
  portal.session.mock.mockImplementation(async () => session("ada"));
  await start(row({ stage: "confirmed" }));
  assert.deepEqual([sync.detail.state, sync.detail.isForeign], ["somebody-else", true]);
  fail(halt("offline"));
  dispatchEvent(new Event("offline"));
  assert.equal(sync.detail.isForeign, true);
  await pass(MINUTE);
  assert.deepEqual(asked(), []);

  answerWith({ claimId: "claim" });
  portal.session.mock.mockImplementation(async () => session());
  sync.syncNow();
  await settle();
  assert.equal(sync.detail.isForeign, false);
  assert.equal(asked().length, 1);
});

test("a person who may not claim counts as somebody else", async () => {
  portal.session.mock.mockImplementation(async () => {
    throw halt("refused", { problem: "You may not.", person: "sam" });
  });
  await start(row({ stage: "confirmed" }));
  assert.equal(sync.detail.isForeign, true);
});

test("who is signed in is asked once a minute", async () => {
  answerWith({ pollIn: 5 });
  await watch(row());
  await pass(50 * SECOND);
  assert.equal(portal.session.mock.callCount(), 1);
  await pass(20 * SECOND);
  assert.equal(portal.session.mock.callCount(), 2);
});

test("an action is asked for until it is answered", async () => {
  const sent = row({ stage: "sent" });
  sent.news = news(sent.id, { settled: true });
  await watch(sent);
  fail(halt("unavailable"));
  sync.act(sent.id, "stop");
  await settle();
  assert.equal(sync.owes, true);
  answerWith({ settled: true });
  await pass(2 * SECOND);
  const actions = portal.exchange.mock.calls.map(({ arguments: [, , rows] }) => rows[0].action);
  assert.deepEqual(actions, ["", "stop", "stop"]);
  assert.equal(sync.owes, false);
});

test("an action that is refused is asked for once, and says why", async () => {
  const sent = row({ stage: "sent" });
  sent.news = news(sent.id, { settled: true });
  await watch(sent);
  fail(halt("refused", { problem: "You may not." }));
  sync.act(sent.id, "stop");
  await pass(MINUTE - SECOND);
  assert.equal(asked().length, 2);
  assert.deepEqual([sync.detail.state, sync.detail.problem], ["online", "You may not."]);
});

test("a confirmed row that is refused says why, and is sent again after a while", async () => {
  const confirmed = row({ stage: "confirmed", news: { meta: "SPK-Hub 2" } });
  fail(halt("refused", { problem: "Not yours.", news: news("", { kind: "stop", meta: "" }) }));
  await start(confirmed);
  const [kept] = await store.rows("ira");
  assert.deepEqual(
    [kept.stage, kept.news.kind, kept.news.meta],
    ["confirmed", "stop", "SPK-Hub 2"],
  );
  answerWith({ claimId: "claim" });
  await pass(MINUTE + SECOND);
  assert.equal(await stageOf(confirmed.id), "sent");
});

test("a failure for one organisation does not delay another's rows", async () => {
  const [old, mine] = ["old", "acme"].map((organisation) =>
    row({ stage: "confirmed", organisation }),
  );
  answer(async (_person, organisation, rows) => {
    if (organisation === "old") throw Halt.of(new Response("", { status: 500 }), null);
    return told(rows.map(({ id }) => news(id, { claimId: "claim" })));
  });
  await start(old, mine);
  assert.deepEqual([await stageOf(old.id), await stageOf(mine.id)], ["confirmed", "sent"]);
  assert.equal(sync.detail.state, "unavailable");
});

test("many rows travel in batches of one organisation each", async () => {
  const rows = Array.from({ length: 60 }, () => row({ stage: "confirmed" }));
  const other = row({ stage: "confirmed", organisation: "old" });
  answerWith({ claimId: "claim" });
  await start(...rows, other);
  assert.deepEqual(
    portal.exchange.mock.calls.map(({ arguments: [, of, batch] }) => [of, batch.length]),
    [
      ["acme", 50],
      ["acme", 10],
      ["old", 1],
    ],
  );
});

test("rows are marked as sending until they are answered", async () => {
  const confirmed = row({ stage: "confirmed" });
  const sending = [];
  document.addEventListener("tray-sync", ({ detail }) => sending.push([...detail.sending]));
  await start(confirmed);
  assert.ok(sending.some((each) => each.includes(confirmed.id)));
  assert.deepEqual([...sync.detail.sending], []);
});

test("a device that cannot store the answer says so and does not blame the portal", async () => {
  store.change = async () => {
    throw new DOMException("", "QuotaExceededError");
  };
  await start(row({ stage: "confirmed" }));
  assert.equal(unkept.mock.callCount(), 1);
  assert.equal(sync.detail.state, "online");
});

test("a page that knows nobody works for the person who was here last", async () => {
  sync = new TraySync(portal, "", store);
  await start(row({ stage: "confirmed" }));
  assert.equal(asked().length, 1);
});

test("a person new to the device is asked for even if nothing waits", async () => {
  store.person = async () => undefined;
  await start();
  assert.equal(portal.session.mock.callCount(), 1);
});

test("nobody watching any more, only confirmed rows are sent again", async () => {
  const [tray, sent] = [row(), row({ stage: "sent" })];
  sent.news = news(sent.id, { claimId: "claim" });
  await watch(tray, sent);
  const before = asked().length;
  sync.unwatch();
  await pass(2 * MINUTE);
  assert.equal(asked().length, before);
  const confirmed = row({ stage: "confirmed" });
  await store.put(confirmed);
  await settle();
  assert.deepEqual(asked().slice(before), [[confirmed.id]]);
});

test("after the watching a page that knows nobody works for whom the device remembers", async () => {
  sync = new TraySync(portal, "", store);
  await start();
  sync.watch("ada");
  assert.equal(await sync.person(), "ada");
  sync.unwatch();
  assert.equal(await sync.person(), "ira");
});

test("a store that fails stops no sync, and its failure is told unless the device refused", async () => {
  const failure = new TypeError("x is not a function");
  const refusal = new DOMException("full", "QuotaExceededError");
  const failing = mock.fn(async () => {
    throw failure;
  });
  store.person = failing;
  store.keepPerson = async () => {
    throw refusal;
  };
  await start(row({ stage: "confirmed" }));
  assert.deepEqual([asked().length, failing.mock.callCount()], [1, 1]);
  const warned = console.warn.mock.calls.map(({ arguments: [error] }) => error);
  assert.deepEqual(warned, [failure]);
});

const places = () =>
  portal.exchange.mock.calls.map(({ arguments: [, , rows] }) => rows.map(({ place }) => place));

test("a row is sent with its job and place, and one of before without", async () => {
  await start(row({ stage: "confirmed", job: "4711", place: "Roof" }), row({ stage: "confirmed" }));
  const [{ arguments: question }] = portal.exchange.mock.calls;
  assert.deepEqual(
    question[2].map(({ job, place }) => [job, place]),
    [
      ["4711", "Roof"],
      ["", ""],
    ],
  );
});

test("a place that was changed after the claim is told once, though nobody watches", async () => {
  const claimed = news("x", { claimId: "claim", settled: true });
  const sent = row({ stage: "sent", place: "Roof", news: claimed });
  answer(async () => told([]));
  await start(sent);
  assert.deepEqual(places(), []);
  await store.change([sent.id], (each) => ({ ...each, place: "Cellar", isPlaceNew: true }));
  await settle();
  await pass(MINUTE);
  assert.deepEqual(places(), [["Cellar"]]);
  assert.equal((await store.rows("ira"))[0].isPlaceNew, false);
});

test("a place that is changed while the row is on its way is told afterwards", async () => {
  const confirmed = row({ stage: "confirmed", place: "Roof" });
  let answering;
  answer(async (_p, _o, rows) => {
    const all = told(rows.map(({ id }) => news(id, { claimId: "claim", settled: true })));
    if (answering) return all;
    return new Promise((resolve) => {
      answering = () => resolve(all);
    });
  });
  await start(confirmed);
  await store.change([confirmed.id], (each) => ({ ...each, place: "Cellar", isPlaceNew: true }));
  answering();
  await settle();
  assert.deepEqual(places(), [["Roof"], ["Cellar"]]);
});

test("how far jobs are is kept, and a portal that tells of none is understood", async () => {
  portal.session.mock.mockImplementation(async () => ({ ...session(), jobs: [job()] }));
  answer(async () => ({ rows: [] }));
  await start(row({ stage: "confirmed" }));
  answer(async () => told([], [progress({ claimed: 2 })]));
  await store.put(row({ stage: "confirmed" }));
  await settle();
  assert.equal((await store.person("ira")).jobs[0].progress.claimed, 2);
});

test("the session is asked for again when that is wanted, once a minute at most", async () => {
  await watch();
  for (const wait of [0, 0, MINUTE]) {
    await pass(wait);
    sync.refresh();
    await settle();
  }
  assert.equal(portal.session.mock.callCount(), 2);
});

test("a stopped sync asks for nothing more", async () => {
  await watch(row());
  const before = asked().length;
  sync.stop();
  await pass(MINUTE);
  dispatchEvent(new Event("online"));
  await settle();
  assert.equal(asked().length, before);
});

test("pages of one device take turns", async () => {
  const request = mock.fn((_name, act) => act());
  navigator.locks = { request };
  await start(row({ stage: "confirmed" }));
  navigator.locks = undefined;
  assert.equal(request.mock.calls[0].arguments[0], "tray-sync");
});

test("a portal that names a time is asked no sooner, whatever wakes the page", async () => {
  const limited = halt("unavailable", { problem: "Too many." });
  limited.retryAfter = 5 * MINUTE;
  fail(limited);
  await start(row({ stage: "confirmed" }));
  const before = asked().length;
  sync.syncNow();
  await pass(4 * MINUTE);
  assert.equal(asked().length, before);
  answerWith({ claimId: "claim", settled: true });
  await pass(2 * MINUTE);
  assert.equal(asked().length, before + 1);
});

for (const [name, request] of [
  ["holds the turn for ever", () => new Promise(() => {})],
  [
    "holds it until nobody waits any more",
    (_name, { signal }) =>
      new Promise((_done, fail) => {
        signal.addEventListener("abort", () => fail(signal.reason));
      }),
  ],
  ["gives it when it is too late", (_name, _how, act) => later(() => act({}))],
]) {
  test(`another page that ${name} is not waited for, and what waits is not sent in a moment`, async () => {
    navigator.locks = { request: mock.fn(request) };
    const confirmed = row({ stage: "confirmed" });
    answerWith({ claimId: "claim", settled: true });
    await start(confirmed);
    assert.deepEqual(asked(), []);
    await pass(5 * SECOND);
    assert.deepEqual(asked(), [[confirmed.id]]);
    assert.equal(await stageOf(confirmed.id), "sent");
    await pass(MINUTE);
    const hows = navigator.locks.request.mock.calls.map(({ arguments: [, how] }) => how);
    assert.equal(hows[0].ifAvailable, undefined);
    if (hows.length > 1) assert.equal(hows[1].ifAvailable, true);
    navigator.locks = undefined;
  });
}
const later = (act) => new Promise((done) => setTimeout(() => done(act()), 30 * SECOND));

test("a turn that is refused is done without, and one that was taken is not taken twice", async () => {
  const refuse = async () => {
    throw new DOMException("", "SecurityError");
  };
  const give = (_name, _how, act) => act({});
  for (const request of [refuse, give]) {
    navigator.locks = { request };
    await store.put(row({ stage: "confirmed" }));
  }
  fail(halt("offline"));
  await start();
  navigator.locks = undefined;
  assert.equal(asked().length, 1);
});

test("what was confirmed and is still not sent is late, until it is", async () => {
  let answering;
  portal.session.mock.mockImplementation(
    () =>
      new Promise((done) => {
        answering = () => done(session());
      }),
  );
  answerWith({ claimId: "claim", settled: true });
  await start(row({ stage: "confirmed" }));
  await pass(5 * SECOND);
  assert.equal(sync.detail.isLate, false);
  await pass(2 * SECOND);
  assert.equal(sync.detail.isLate, true);
  answering();
  await settle();
  assert.equal(sync.detail.isLate, false);
});

test("what the portal does not take, without a word for the row, is not sent in a moment", async () => {
  fail(halt("refused", { problem: "Not now." }));
  await start(row({ stage: "confirmed" }));
  assert.deepEqual([sync.detail.state, sync.detail.isLate], ["online", true]);
});

test("where the device does not answer, what was confirmed is sent from memory at once", async () => {
  const confirmed = row({ stage: "confirmed" });
  const spare = memory();
  await spare.put(confirmed);
  store.rows = async () => {
    throw new DOMException("", "TimeoutError");
  };
  const takeOver = () => {
    sync.store = spare;
  };
  document.addEventListener("tray-unkept", takeOver, { once: true });
  await start();
  assert.deepEqual(asked(), [[confirmed.id]]);
});

test("an answer that the device does not store is asked for again, from memory", async () => {
  const confirmed = row({ stage: "confirmed" });
  const spare = memory();
  await spare.put(confirmed);
  store.change = async () => {
    throw new DOMException("", "TimeoutError");
  };
  const takeOver = () => {
    sync.store = spare;
  };
  document.addEventListener("tray-unkept", takeOver, { once: true });
  answerWith({ settled: true, word: "Suspended" });
  await start(confirmed);
  assert.equal((await spare.rows("ira"))[0].news.word, "Suspended");
});

const tried = () => {
  const sent = row({ stage: "sent", isTried: true });
  return { ...sent, news: news(sent.id, { claimId: "claim", outcome: "held_up" }) };
};
const kept = async ({ id }) => (await store.rows("ira")).find((each) => each.id === id);
const claim = (more) => ({ claimId: "claim", outcome: "held_up", ...more });

for (const [name, more] of [
  ["says what came of it", { tried: "Tried 14:03: still offline." }],
  ["tells of another state", { outcome: "under_way", word: "Stopping" }],
  ["says that it is held up elsewhere", { word: "Waiting for the key" }],
  ["says that the claim has ended", { outcome: "refused", settled: true }],
]) {
  test(`a try is over with the answer that ${name}`, async () => {
    const one = tried();
    answerWith(claim({ trying: true }));
    await watch(one);
    assert.equal((await kept(one)).isTried, true);
    answerWith(claim(more));
    await pass(2 * SECOND);
    assert.equal((await kept(one)).isTried, false);
  });
}

test("a try is over with an answer that has no news of it", async () => {
  const one = tried();
  answer(async () => told([]));
  await watch(one);
  assert.equal((await kept(one)).isTried, false);
});

test("what came of a try is told once, and stays until the claim is in another state", async () => {
  const one = tried();
  answerWith(claim({ tried: "Tried 14:03: still offline." }));
  await watch(one);
  answerWith(claim({ tried: "", nextLook: "Next look at 14:09." }));
  await pass(3 * SECOND);
  const asked = portal.exchange.mock.calls.map(({ arguments: [, , [each]] }) => each.tried);
  assert.deepEqual(asked.slice(0, 2), [true, false]);
  assert.equal((await kept(one)).news.tried, "Tried 14:03: still offline.");
  answerWith(claim({ outcome: "under_way", word: "Claiming" }));
  await pass(3 * SECOND);
  assert.equal((await kept(one)).news.tried, "");
});

test("an answer to a question from before the tap ends no try", async () => {
  const one = { ...tried(), isTried: false };
  answer(async (_p, _o, rows) => {
    await store.change([one.id], (each) => ({ ...each, isTried: true }));
    return told(rows.map(({ id }) => news(id, claim())));
  });
  await watch(one);
  assert.equal(portal.exchange.mock.callCount(), 1);
  assert.equal((await kept(one)).isTried, true);
});

test("a row that came back without its news is asked for again, once", async () => {
  const one = row();
  answerWith({ outcome: "refused", settled: true });
  await watch(one);
  await store.change([one.id], (each) => ({ ...each, isAside: true }));
  await pass(2 * SECOND);
  assert.deepEqual(asked(), [[one.id]]);
  await store.change([one.id], (each) => ({ ...each, isAside: false, news: null }));
  await pass(2 * SECOND);
  assert.deepEqual(asked(), [[one.id], [one.id]]);
  assert.equal((await kept(one)).news.outcome, "refused");
});
