// Which job the tray is for, and where its hubs go.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { TrayJobs } from "../../static/js/tray/jobs.js";
import { job, row, session } from "./rows.js";

const OWNER = { person: "ira", organisation: "acme" };

let kept;
let remembered;
let sync;

beforeEach(() => {
  remembered = {};
  kept = undefined;
  const store = {
    changes: new EventTarget(),
    get: async (name) => remembered[name],
    set: async (name, value) => {
      remembered[name] = value;
    },
    person: async () => kept,
  };
  sync = { store, refresh: () => {} };
  navigator.onLine = true;
});

const last = (jobs, more = {}) => ({ ...session(), id: "ira", seenAt: 1, jobs, ...more });

const opened = async (person, asked = null) => {
  const ended = new AbortController();
  const jobs = new TrayJobs(OWNER, sync, ended.signal);
  await jobs.open(asked, person);
  ended.abort();
  return jobs;
};

test("the job that was asked for is the one of its site, after a reload too", async () => {
  const person = last([job({ id: "one" }), job({ id: "other" })]);
  const jobs = await opened(person, "other");
  assert.deepEqual([jobs.askedSite, jobs.at("mill").id], ["mill", "other"]);
  assert.equal((await opened(person)).at("mill").id, "other");
  assert.equal(jobs.at("quay"), undefined);
});

test("without one that was asked for it is the own one, or the only one", async () => {
  const others = [job({ id: "one", own: false }), job({ id: "other", own: false })];
  assert.equal((await opened(last(others))).at("mill"), undefined);
  assert.equal((await opened(last(others.slice(1)))).at("mill").id, "other");
  assert.equal((await opened(last([...others, job({ id: "own" })]))).at("mill").id, "own");
});

test("jobs of another organisation, and of a device of before, are none", async () => {
  const other = last([job()], { organisation: { id: "harbour", name: "Harbour" } });
  assert.equal((await opened(other)).at("mill"), undefined);
  assert.equal((await opened(last(undefined))).at("mill"), undefined);
  assert.equal((await opened(undefined)).asOf, 0);
});

test("a hub on the list goes to its place unless somebody says another", async () => {
  const hub = row();
  const places = [{ name: "Roof", hubId: hub.hubId, takenBy: "" }];
  const jobs = await opened(last([job({ places })]));
  assert.equal(jobs.placeOf(hub), "Roof");
  assert.equal(jobs.placeOf({ ...hub, place: "Cellar" }), "Cellar");
  assert.equal(jobs.placeOf({ ...hub, site: "quay" }), "");
});

test("a job that is not one of today's is told of once the portal has said so", async () => {
  const ending = new AbortController();
  const jobs = new TrayJobs(OWNER, sync, ending.signal);
  await jobs.open("gone", last([job()]));
  assert.equal(jobs.lacks("gone"), false);
  kept = last([job()], { seenAt: Date.now() + 1000 });
  const told = new Promise((resolve) => jobs.addEventListener("change", resolve));
  sync.store.changes.dispatchEvent(new CustomEvent("change", { detail: { store: "people" } }));
  await told;
  assert.deepEqual([jobs.lacks("gone"), jobs.lacks("job")], [true, false]);
  ending.abort();
});

test("without a network what was told at the last visit counts", async () => {
  navigator.onLine = false;
  const jobs = await opened(last([job()]), "gone");
  assert.deepEqual([jobs.lacks("gone"), jobs.lacks("job")], [true, false]);
});
