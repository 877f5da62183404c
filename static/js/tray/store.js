// The tray as this device keeps it: rows, the people who worked here, and what the device remembers.
import { openDB } from "../../vendor/idb/index.js";
import { within } from "../page/within.js";

/** @import { IDBPDatabase } from "../../vendor/idb/index.js" */
/** @import { News, Progress, Session } from "./wire.js" */

/** How far a row is: in the tray, confirmed by the person, or sent. */
/** @typedef {"tray" | "confirmed" | "sent"} Stage */
/**
 * A row. `id` names it for the portal too; `at` is in milliseconds; `news` is the portal's last
 * answer, or what of it is still true. `place` is where in the building the hub goes, `job` the job
 * that the person works on; `isPlaceNew`: the place was changed since the claim was confirmed;
 * `isTried`: the person has had the claim tried at once; `isAside`: it could not be claimed, and lies
 * beside the tray, since `asideAt`. Rows of before have none of these. What an agent claims for others
 * has its `grant`, `until` when that lasts in milliseconds, and once confirmed `reason` and `ticket`;
 * its `person` is as in owner.js.
 * @typedef {object} KeptRow
 * @property {string} id
 * @property {string} person
 * @property {string} organisation
 * @property {string} text
 * @property {string} hubId
 * @property {string} site
 * @property {string} siteName
 * @property {number} at
 * @property {Stage} stage
 * @property {Partial<News> | null} news
 * @property {string} [place]
 * @property {string} [job]
 * @property {boolean} [isPlaceNew]
 * @property {boolean} [isTried]
 * @property {boolean} [isAside]
 * @property {number} [asideAt]
 * @property {string} [grant]
 * @property {number} [until]
 * @property {string} [reason]
 * @property {string} [ticket]
 */
/** A person's last session here. */
/** @typedef {Omit<Session, "csrf"> & { id: string, seenAt: number }} KeptPerson */
/** @typedef {{ store: string, ids: string[] }} Change */
/** @typedef {"rows" | "people" | "device"} Name */
/**
 * What we use of the package's stores.
 * @typedef {object} ObjectStore
 * @property {(key: string) => Promise<any>} get
 * @property {() => Promise<any[]>} getAll
 * @property {() => Promise<string[]>} getAllKeys
 * @property {(name: string) => Index} index
 * @property {(thing: unknown) => Promise<unknown>} put
 * @property {(key: string) => Promise<unknown>} delete
 */
/** @typedef {{ getAll(key: string): Promise<any[]>, count(key: string[]): Promise<number> }} Index */

const NAME = "spkey-portal";
const VERSION = 1;
// Some browsers neither open a database nor say that they refuse to; another page may hold it for as
// long as it likes.
const OPEN_WITHIN = 4000;
const ANSWER_WITHIN = 2000;
// How long a device that did not answer is not asked again: callers go on without it at once.
const LEFT_ALONE_FOR = 2000;
// What becomes of work on a database that the system took away, as from pages in the background.
const TAKEN_AWAY = ["InvalidStateError", "AbortError", "UnknownError"];

/** @param {IDBPDatabase<unknown>} database */
const make = (database) => {
  const rows = database.createObjectStore("rows", { keyPath: "id" });
  rows.createIndex("person", "person");
  rows.createIndex("stage", ["person", "stage"]);
  database.createObjectStore("people", { keyPath: "id" });
  database.createObjectStore("device", { keyPath: "name" });
};

/**
 * A person's last session, with what was told since of how far its jobs are.
 * @param {KeptPerson} kept
 * @param {Progress[]} progress
 * @returns {KeptPerson}
 */
export const withProgress = (kept, progress) => {
  const told = new Map(progress.map((each) => [each.job, each]));
  const jobs = (kept.jobs ?? []).map((job) => ({
    ...job,
    progress: told.get(job.id) ?? job.progress,
  }));
  return { ...kept, jobs, seenAt: Date.now() };
};

/**
 * How rows are told: oldest first.
 * @param {KeptRow} one
 * @param {KeptRow} other
 */
export const inOrder = (one, other) => one.at - other.at || (one.id < other.id ? -1 : 1);

const lateError = () => new DOMException("No answer in time.", "TimeoutError");

/** @param {unknown} error */
const nameOf = (error) =>
  error instanceof Error || error instanceof DOMException ? error.name : "";

// All methods answer with promises and reject with the browser's DOMException, or within seconds with a
// TimeoutError. `changes` fires "change" with a Change as detail at each write, of this page or of
// another: pages that show rows read them again.
export class TrayStore {
  changes = new EventTarget();
  /** @type {Promise<IDBPDatabase<unknown>> | undefined} */
  #database;
  #channel = new BroadcastChannel("tray");
  #askedAgainAt = 0;

  constructor() {
    this.#channel.onmessage = ({ data }) => this.#fire(data);
  }

  /**
   * A person's rows, oldest first.
   * @param {string} person
   * @returns {Promise<KeptRow[]>}
   */
  async rows(person) {
    /** @type {KeptRow[]} */
    const rows = await this.#read("rows", (store) => store.index("person").getAll(person));
    return rows.sort(inOrder);
  }

  /** @param {KeptRow[]} rows */
  put(...rows) {
    return this.#write(
      "rows",
      rows,
      ({ id }) => id,
      (store, row) => store.put(row),
    );
  }

  /** @param {string[]} ids */
  remove(...ids) {
    return this.#write(
      "rows",
      ids,
      (id) => id,
      (store, id) => store.delete(id),
    );
  }

  /**
   * Replaces each of these rows that is still here by `change(row)`, unless that is undefined: for
   * callers that answer later than asked, so that neither a removal nor another's change is undone.
   * @param {string[]} ids
   * @param {(row: KeptRow) => KeptRow | undefined} change
   */
  change(ids, change) {
    return this.#write(
      "rows",
      ids,
      (id) => id,
      async (store, id) => {
        const row = await store.get(id);
        const changed = row && change(row);
        if (changed) await store.put(changed);
      },
    );
  }

  /**
   * Puts rows and removes others, all or none; of neither any it says whether the device keeps
   * anything at all.
   * @param {KeptRow[]} rows
   * @param {string[]} ids
   */
  async settle(rows, ids) {
    await this.#do("rows", "readwrite", (store) =>
      Promise.all([...rows.map((row) => store.put(row)), ...ids.map((id) => store.delete(id))]),
    );
    this.publish({ store: "rows", ids: [...rows.map(({ id }) => id), ...ids] });
  }

  /**
   * Forgets what was scanned under grants, but for what still stands.
   * @param {(row: KeptRow) => boolean} stands
   */
  async forgetGrants(stands) {
    /** @type {KeptRow[]} */
    const rows = await this.#read("rows", (store) => store.getAll());
    const over = rows.filter((row) => row.grant && !stands(row));
    await this.remove(...over.map(({ id }) => id));
  }

  /**
   * How many of a person's rows are confirmed and not yet taken by the portal.
   * @param {string} person
   * @returns {Promise<number>}
   */
  waiting(person) {
    return this.#read("rows", (store) => store.index("stage").count([person, "confirmed"]));
  }

  /**
   * A person's last session.
   * @param {string} id
   * @returns {Promise<KeptPerson | undefined>}
   */
  person(id) {
    return this.#read("people", (store) => store.get(id));
  }

  /**
   * Keeps what a person may do here for times without a network; never what proves who they are.
   * What others could do here is forgotten: they are back only with a connection.
   * @param {Session} session
   */
  keepPerson({ csrf: _, ...session }) {
    /** @type {KeptPerson} */
    const kept = { ...session, id: session.person.id, seenAt: Date.now() };
    return this.#write(
      "people",
      [kept],
      ({ id }) => id,
      async (store, person) => {
        const others = (await store.getAllKeys()).filter((id) => id !== person.id);
        await Promise.all([store.put(person), ...others.map((id) => store.delete(id))]);
      },
    );
  }

  /**
   * Keeps how far jobs are, of which the portal has just told.
   * @param {string} person
   * @param {Progress[]} progress
   */
  keepProgress(person, progress) {
    return this.#write(
      "people",
      [person],
      (id) => id,
      async (store, id) => {
        const kept = await store.get(id);
        if (kept) await store.put(withProgress(kept, progress));
      },
    );
  }

  /**
   * Forgets that session. The person's rows stay: they wait for them.
   * @param {string} id
   */
  forgetPerson(id) {
    return this.#write(
      "people",
      [id],
      () => id,
      (store) => store.delete(id),
    );
  }

  /**
   * What the device remembers under a name, or undefined.
   * @param {string} name
   * @returns {Promise<string | undefined>}
   */
  async get(name) {
    return (await this.#read("device", (store) => store.get(name)))?.value;
  }

  /**
   * Remembers a value under a name; undefined forgets it.
   * @param {string} name
   * @param {string | undefined} value
   */
  set(name, value) {
    return this.#write(
      "device",
      [name],
      () => name,
      (store) => (value === undefined ? store.delete(name) : store.put({ name, value })),
    );
  }

  /**
   * Tells this page, and the others, what was written.
   * @param {Change} change
   */
  publish(change) {
    this.#channel.postMessage(change);
    this.#fire(change);
  }

  /** @param {Change} detail */
  #fire(detail) {
    this.changes.dispatchEvent(new CustomEvent("change", { detail }));
  }

  /**
   * @param {Name} name
   * @param {(store: ObjectStore) => Promise<any>} act
   */
  #read(name, act) {
    return this.#do(name, "readonly", act);
  }

  /**
   * @template T
   * @param {Name} name
   * @param {T[]} things
   * @param {(thing: T) => string} idOf
   * @param {(store: ObjectStore, thing: T) => Promise<unknown>} act
   */
  async #write(name, things, idOf, act) {
    if (!things.length) return;
    await this.#do(name, "readwrite", (store) =>
      Promise.all(things.map(async (thing) => act(store, thing))),
    );
    this.publish({ store: name, ids: things.map(idOf) });
  }

  /**
   * Resolves when the transaction is complete: what was written is then on the device. Rejected, it
   * is not, and will not be.
   * @param {Name} name
   * @param {IDBTransactionMode} mode
   * @param {(store: ObjectStore) => Promise<any>} act
   */
  async #do(name, mode, act) {
    if (performance.now() < this.#askedAgainAt) throw lateError();
    try {
      return await this.#transact(name, mode, act);
    } catch (error) {
      if (nameOf(error) === "TimeoutError") this.#leaveAlone();
      if (!TAKEN_AWAY.includes(nameOf(error))) throw error;
      this.#database = undefined;
      return this.#transact(name, mode, act);
    }
  }

  // A connection may be dead for good: the next one is another.
  #leaveAlone() {
    this.#askedAgainAt = performance.now() + LEFT_ALONE_FOR;
    this.#database?.then(
      (database) => database.close(),
      () => {},
    );
    this.#database = undefined;
  }

  /**
   * @param {Name} name
   * @param {IDBTransactionMode} mode
   * @param {(store: ObjectStore) => Promise<any>} act
   */
  async #transact(name, mode, act) {
    const database = await this.#open();
    const transaction = database.transaction(name, mode, { durability: "strict" });
    const store = /** @type {ObjectStore} */ (
      /** @type {unknown} */ (transaction.objectStore(name))
    );
    const acting = async () => act(store);
    try {
      const all = Promise.all([acting(), transaction.done]);
      const [result] = await within(ANSWER_WITHIN, all);
      return result;
    } catch (error) {
      const cause = transaction.error ?? error;
      try {
        transaction.abort();
      } catch {
        // It has ended already.
      }
      throw cause;
    }
  }

  #open() {
    this.#database ??= this.#connect().catch((error) => {
      this.#database = undefined;
      throw error;
    });
    return this.#database;
  }

  /**
   * One that opens too late for its caller serves later callers.
   * @returns {Promise<IDBPDatabase<unknown>>}
   */
  #connect() {
    return new Promise((resolve, reject) => {
      if (!globalThis.indexedDB) throw new DOMException("There is none.", "NotSupportedError");
      const timer = setTimeout(() => reject(lateError()), OPEN_WITHIN);
      const gone = () => {
        this.#database = undefined;
      };
      openDB(NAME, VERSION, {
        upgrade: make,
        blocked: () => reject(new DOMException("Open elsewhere.", "InvalidStateError")),
        blocking: (_now, _next, event) => {
          /** @type {IDBDatabase} */ (event.target).close();
          gone();
        },
        terminated: gone,
      })
        .then((database) => {
          resolve(database);
          this.#database = Promise.resolve(database);
          this.#askedAgainAt = 0;
        }, reject)
        .finally(() => clearTimeout(timer));
    });
  }
}
