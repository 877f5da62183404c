// Replaces TrayStore while the device keeps nothing, because it refuses to or does not answer: holds the
// rows, at worst until the page closes, and still passes on to the store what it may take after all.
// What is refused here was refused before: the caller has shown it.
import { reportUnlessRefused } from "../page/report.js";
import { inOrder, withProgress } from "./store.js";

/** @import { KeptRow, TrayStore } from "./store.js" */
/** @import { KeptPerson } from "./store.js" */
/** @import { Progress, Session } from "./wire.js" */

export class MemoryStore {
  /** The store that failed. */
  under;
  #rows;
  /** The ids of rows that the device has otherwise, or has though they were removed. */
  #owed;
  /** The last session of this page. @type {KeptPerson | undefined} */
  #person;

  /**
   * @param {TrayStore} under The store that failed.
   * @param {KeptRow[]} rows Those that are known.
   * @param {string[]} [owed] The ids of those that the device did not take, or did not let go.
   */
  constructor(under, rows, owed = []) {
    this.under = under;
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    this.#owed = new Set(owed);
  }

  /**
   * Has the device keep what it owes, in one go; resolves to whether it then owes nothing. Rejects as
   * the device does, and goes on as before.
   */
  async settle() {
    const ids = [...this.#owed];
    const rows = ids.map((id) => this.#rows.get(id)).filter((row) => row !== undefined);
    const gone = ids.filter((id) => !this.#rows.has(id));
    await this.under.settle(rows, gone);
    this.#settled(rows, gone);
    if (this.#person) {
      const session = { ...this.#person, csrf: "" };
      await this.under.keepPerson(session).catch(reportUnlessRefused);
    }
    return this.#owed.size === 0;
  }

  /**
   * Takes in what the device turned out to hold: of a row that is known here, this page knows better.
   * @param {KeptRow[]} rows
   */
  learn(rows) {
    const isNew = (/** @type {string} */ id) => !this.#rows.has(id) && !this.#owed.has(id);
    for (const row of rows) if (isNew(row.id)) this.#rows.set(row.id, row);
  }

  get changes() {
    return this.under.changes;
  }

  /**
   * A person's rows, oldest first.
   * @param {string} person
   */
  async rows(person) {
    return [...this.#rows.values()].filter((row) => row.person === person).sort(inOrder);
  }

  /** @param {KeptRow[]} rows */
  async put(...rows) {
    for (const row of rows) this.#rows.set(row.id, row);
    const ids = rows.map((row) => row.id);
    this.#owe(ids);
    this.under.put(...rows).then(() => this.#settled(rows, []), reportUnlessRefused);
    this.#publish(ids);
  }

  /** @param {string[]} ids */
  async remove(...ids) {
    for (const id of ids) this.#rows.delete(id);
    this.#owe(ids);
    this.under.remove(...ids).then(() => this.#settled([], ids), reportUnlessRefused);
    this.#publish(ids);
  }

  /**
   * @param {string[]} ids
   * @param {(row: KeptRow) => KeptRow | undefined} change
   */
  async change(ids, change) {
    const here = ids.map((id) => this.#rows.get(id)).filter((row) => row !== undefined);
    const changed = here.map(change).filter((row) => row !== undefined);
    await this.put(...changed);
  }

  /** @param {(row: KeptRow) => boolean} stands */
  async forgetGrants(stands) {
    const over = [...this.#rows.values()].filter((row) => row.grant && !stands(row));
    await this.remove(...over.map(({ id }) => id));
    await this.under.forgetGrants(stands).catch(reportUnlessRefused);
  }

  /** @param {string} person */
  async waiting(person) {
    const rows = await this.rows(person);
    return rows.filter((row) => row.stage === "confirmed").length;
  }

  /** @param {string} id */
  async person(id) {
    if (this.#person?.id === id) return this.#person;
    return this.under.person(id).catch(reportUnlessRefused);
  }

  /** @param {Session} session */
  async keepPerson(session) {
    const { csrf: _, ...kept } = session;
    this.#person = { ...kept, id: kept.person.id, seenAt: Date.now() };
    this.under.keepPerson(session).catch(reportUnlessRefused);
    this.under.publish({ store: "people", ids: [kept.person.id] });
  }

  /**
   * @param {string} person
   * @param {Progress[]} progress
   */
  async keepProgress(person, progress) {
    if (this.#person?.id === person) this.#person = withProgress(this.#person, progress);
    this.under.keepProgress(person, progress).catch(reportUnlessRefused);
    this.under.publish({ store: "people", ids: [person] });
  }

  /** @param {string} id */
  async forgetPerson(id) {
    if (this.#person?.id === id) this.#person = undefined;
    await this.under.forgetPerson(id).catch(reportUnlessRefused);
  }

  /** @param {string} name */
  async get(name) {
    return this.under.get(name).catch(reportUnlessRefused);
  }

  /**
   * @param {string} name
   * @param {string | undefined} value
   */
  async set(name, value) {
    await this.under.set(name, value).catch(reportUnlessRefused);
  }

  /** @param {string[]} ids */
  #owe(ids) {
    for (const id of ids) this.#owed.add(id);
  }

  /**
   * The device has these rows and those not: what was changed meanwhile it still owes.
   * @param {KeptRow[]} rows
   * @param {string[]} gone
   */
  #settled(rows, gone) {
    const kept = rows.filter((row) => this.#rows.get(row.id) === row).map(({ id }) => id);
    const removed = gone.filter((id) => !this.#rows.has(id));
    for (const id of [...kept, ...removed]) this.#owed.delete(id);
  }

  /** @param {string[]} ids */
  #publish(ids) {
    this.under.publish({ store: "rows", ids });
  }
}
