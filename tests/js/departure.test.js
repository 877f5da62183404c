// May I leave? What keeps somebody at a site, and what does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrived, departure } from "../../static/js/tray/departure.js";
import { job, news, progress, row } from "./rows.js";

const sent = (fields) => row({ stage: "sent", news: news("a", { settled: true, ...fields }) });
const online = () => sent({ outcome: "claimed", online: true });
const offline = () => sent({ outcome: "claimed", atHub: true, lastSeen: "2026-11-29T10:41:00Z" });
const confirmed = () => row({ stage: "confirmed" });
const of = (expected, fields) => job({ expected, progress: progress(fields) });

for (const [name, rows, at, isOnline, why, number] of [
  ["nothing was begun", [], undefined, true, "nothing", 0],
  ["a row is not sent without a network", [confirmed(), online()], undefined, false, "unsent", 1],
  [
    "the portal takes none of this person",
    [row({ stage: "confirmed", news: news("a", { outcome: "forbidden" }) })],
    undefined,
    true,
    "kept",
    1,
  ],
  ["a row is on its way", [confirmed()], undefined, true, "under-way", 1],
  ["a hub has no power", [offline(), online()], undefined, true, "offline", 1],
  ["a hub is only in the tray", [row(), online()], undefined, true, "to-claim", 1],
  ["a claim goes on", [sent({ outcome: "under_way" })], undefined, true, "under-way", 1],
  ["a claim waits for the key", [sent({ outcome: "held_up" })], undefined, true, "elsewhere", 1],
  [
    "a claim waits for an administrator's word",
    [online(), sent({ outcome: "held_up", toRelease: true })],
    undefined,
    true,
    "to-release",
    1,
  ],
  [
    "a job's claim waits for an administrator's word",
    [],
    of(2, { claimed: 1, online: 1, heldUp: 1, toRelease: 1 }),
    true,
    "to-release",
    1,
  ],
  ["all are online", [online(), online()], undefined, true, "done", 2],
  [
    "a hub was refused",
    [online(), row({ news: news("a", { outcome: "refused", canClaim: false }) })],
    undefined,
    true,
    "done",
    1,
  ],
  ["a job is done", [], of(12, { claimed: 12, online: 12 }), true, "done", 12],
  ["a job is done, as was told before", [], of(12, { claimed: 12, online: 12 }), false, "done", 12],
  [
    "hubs of a job are missing",
    [online()],
    of(12, { claimed: 9, online: 9, missing: 3 }),
    true,
    "missing",
    3,
  ],
  [
    "a listed hub is missing though as many are claimed",
    [online()],
    of(2, { claimed: 2, online: 2, missing: 1 }),
    true,
    "missing",
    1,
  ],
  [
    "a colleague's hub of the job has no power",
    [online()],
    of(12, { claimed: 12, online: 11, offline: 1 }),
    true,
    "offline",
    1,
  ],
  [
    "a job's claim waits for an administrator",
    [],
    of(2, { claimed: 1, online: 1, heldUp: 1 }),
    true,
    "elsewhere",
    1,
  ],
  [
    "a job's claim is under way",
    [],
    of(2, { claimed: 1, online: 1, underWay: 1 }),
    true,
    "under-way",
    1,
  ],
  [
    "a claim of the job waits for a hub without power",
    [],
    of(2, { claimed: 1, online: 1, offline: 1 }),
    true,
    "offline",
    1,
  ],
  [
    "a job's rows are not sent",
    [confirmed()],
    of(1, { claimed: 1, online: 1 }),
    false,
    "unsent",
    1,
  ],
  ["a claim gave up", [online(), sent({ outcome: "failed" })], undefined, true, "failed", 1],
  ["a hub was lost", [online(), sent({ outcome: "lost" })], undefined, true, "failed", 1],
  [
    "all gave up",
    [sent({ outcome: "failed" }), sent({ outcome: "lost" })],
    undefined,
    true,
    "failed",
    2,
  ],
  [
    "a claim gave up and another waits for an administrator",
    [sent({ outcome: "failed" }), sent({ outcome: "held_up", toRelease: true })],
    undefined,
    true,
    "failed",
    1,
  ],
  [
    "a claim of a job gave up beside those that are online",
    [sent({ outcome: "failed" })],
    of(0, { claimed: 2, online: 2 }),
    true,
    "failed",
    1,
  ],
  ["a claim was stopped", [online(), sent({ outcome: "cancelled" })], undefined, true, "done", 1],
  ["a claim stumbled", [online(), sent({ outcome: "not_taken" })], undefined, true, "under-way", 1],
  ["nobody said how many hubs a job has", [], of(0, { claimed: 2, online: 2 }), true, "done", 2],
]) {
  test(`${name}: ${why}`, () => {
    const now = departure(rows, at, isOnline);
    assert.deepEqual([now.why, now.number], [why, number]);
  });
}

test("a hub to wait for is named, with when it was seen last", () => {
  const [one, other] = [offline(), online()];
  const now = departure([one, other], undefined, true);
  assert.deepEqual(now.awaited, { hubId: one.hubId, lastSeen: "2026-11-29T10:41:00Z" });
  assert.deepEqual([now.expected, now.claimed, now.online], [2, 2, 1]);
});

for (const [name, rows, isOnline, why] of [
  ["a hub that is offline keeps nobody", [offline(), online()], true, "over"],
  ["what is not sent does", [offline(), confirmed()], false, "unsent"],
  ["what is not claimed does", [offline(), row()], true, "to-claim"],
]) {
  test(`of a job that is over, ${name}`, () => {
    const isOver = ({ stage }) => stage === "sent";
    assert.equal(departure(rows, undefined, isOnline, isOver).why, why);
  });
}

for (const [name, rows, isOnline, missing, left, inTray] of [
  ["a hub is offline and others are to come", [online()], true, 5, 5, 0],
  ["some of them are scanned", [row(), row()], true, 5, 5, 2],
  ["all of them are scanned, and one more", [row(), row()], true, 1, 2, 2],
  ["some of them are confirmed and not sent", [confirmed(), row()], false, 5, 4, 1],
  ["none is to come", [online()], true, 0, 0, 0],
]) {
  test(`${name}: what is left is told beside what keeps somebody`, () => {
    const now = departure(rows, of(12, { claimed: 7, online: 6, offline: 1, missing }), isOnline);
    assert.deepEqual(
      [now.why, now.left, now.inTray],
      [isOnline ? "offline" : "unsent", left, inTray],
    );
  });
}

test("the numbers of a job are the portal's", () => {
  const now = departure([online()], of(12, { claimed: 9, online: 8, offline: 1 }), true);
  assert.deepEqual([now.expected, now.claimed, now.online], [12, 9, 8]);
});

const waits = () => sent({ outcome: "held_up", atHub: true });
const here = () => row({ news: news("a", { outcome: "here", canClaim: false, settled: true }) });

for (const [name, rows, at, hubs, onlineNow] of [
  ["a hub without a claim yet", [online(), waits()], undefined, 2, 1],
  ["one that was only looked up", [offline(), here()], undefined, 1, 0],
  [
    "one that the organisation has elsewhere",
    [offline(), here(), sent({ outcome: "elsewhere" })],
    undefined,
    1,
    0,
  ],
  [
    "claims that were stopped, gave up or were lost",
    ["cancelled", "failed", "lost"].map((outcome) => sent({ outcome })).concat(offline()),
    undefined,
    1,
    0,
  ],
  ["one that was refused once sent", [offline(), sent({ outcome: "refused" })], undefined, 1, 0],
  [
    "claims that go on, and what is confirmed",
    [offline(), sent({ outcome: "under_way" }), sent({ outcome: "held_up" }), confirmed()],
    undefined,
    4,
    0,
  ],
  [
    "a claim of a job that waits for its hub",
    [],
    of(0, { claimed: 3, online: 3, offline: 1 }),
    4,
    3,
  ],
  [
    "a job's claims that go on",
    [],
    of(0, { claimed: 3, online: 2, offline: 1, underWay: 2, heldUp: 1 }),
    6,
    2,
  ],
  ["more than a job expects", [], of(2, { claimed: 3, online: 2, offline: 1 }), 3, 2],
  ["fewer than a job expects", [], of(12, { claimed: 3, online: 2, offline: 1 }), 12, 2],
]) {
  test(`of how many hubs some are online: ${name}`, () => {
    const now = departure(rows, at, true);
    assert.deepEqual([now.hubs, now.online], [hubs, onlineNow]);
  });
}

test("only what is claimed and online is shared", () => {
  const one = online();
  const over = online();
  const rows = [one, over, offline(), here(), confirmed(), sent({ outcome: "failed" })];
  assert.deepEqual(
    arrived(rows, (each) => each === over),
    [one],
  );
});

for (const [name, expected, fields, told, hubs] of [
  [
    "of a list",
    12,
    { claimed: 18, online: 15, offline: 3, missing: 3, unlisted: 9, unlistedOnline: 7 },
    [12, 9, 8, 9, 7, 3],
    21,
  ],
  [
    "of a number",
    2,
    { claimed: 5, online: 4, offline: 1, unlisted: 3, unlistedOnline: 2 },
    [2, 2, 2, 3, 2, 0],
    5,
  ],
  ["all as expected", 4, { claimed: 3, online: 2, offline: 1, missing: 1 }, [4, 3, 2, 0, 0, 1], 4],
  [
    "one on its way that nobody expected",
    2,
    { claimed: 2, online: 1, offline: 1, underWay: 1, missing: 1, unlisted: 1, unlistedOnline: 0 },
    [2, 1, 1, 1, 0, 1],
    4,
  ],
]) {
  test(`a job's numbers work out, ${name}`, () => {
    const now = departure([], of(expected, fields), true);
    const { claimed, online, unlisted, unlistedOnline, left } = now;
    assert.deepEqual([now.expected, claimed, online, unlisted, unlistedOnline, left], told);
    assert.equal(now.hubs, hubs);
  });
}
