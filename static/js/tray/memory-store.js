// Replaces TrayStore while the device refuses to keep anything: holds the rows until the page
// closes, and still passes on to the store what it may take after all. What is refused here was
// refused before: the caller has shown it.
import { reportUnlessRefused } from "../page/report.js";
import { withProgress } from "./store.js";

/** @import { KeptRow, TrayStore } from "./store.js" */
/** @import { KeptPerson } from "./store.js" */
/** @import { Progress, Session } from "./wire.js" */

export class MemoryStore {
  #under;
  #rows;
  /** The last session of this page. @type {KeptPerson | undefined} */
  #person;

  /**
   * @param {TrayStore} under The store that failed.
   * @param {KeptRow[]} rows Those that are known.
   */
  constructor(under, rows) {
    this.#under = under;
    this.#rows = new Map(rows.map((row) => [row.id, row]));
  }

  get changes() {
    return this.#under.changes;
  }

  /** @param {string} person */
  async rows(person) {
    return [...this.#rows.values()].filter((row) => row.person === person);
  }

  /** @param {KeptRow[]} rows */
  async put(...rows) {
    for (const row of rows) this.#rows.set(row.id, row);
    this.#under.put(...rows).catch(reportUnlessRefused);
    this.#publish(rows.map((row) => row.id));
  }

  /** @param {string[]} ids */
  async remove(...ids) {
    for (const id of ids) this.#rows.delete(id);
    this.#under.remove(...ids).catch(reportUnlessRefused);
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

  /** @param {string} person */
  async waiting(person) {
    const rows = await this.rows(person);
    return rows.filter((row) => row.stage === "confirmed").length;
  }

  /** @param {string} id */
  async person(id) {
    if (this.#person?.id === id) return this.#person;
    return this.#under.person(id).catch(reportUnlessRefused);
  }

  /** @param {Session} session */
  async keepPerson(session) {
    const { csrf: _, ...kept } = session;
    this.#person = { ...kept, id: kept.person.id, seenAt: Date.now() };
    await this.#under.keepPerson(session).catch(reportUnlessRefused);
    this.#under.publish({ store: "people", ids: [kept.person.id] });
  }

  /**
   * @param {string} person
   * @param {Progress[]} progress
   */
  async keepProgress(person, progress) {
    if (this.#person?.id === person) this.#person = withProgress(this.#person, progress);
    await this.#under.keepProgress(person, progress).catch(reportUnlessRefused);
    this.#under.publish({ store: "people", ids: [person] });
  }

  /** @param {string} id */
  async forgetPerson(id) {
    if (this.#person?.id === id) this.#person = undefined;
    await this.#under.forgetPerson(id).catch(reportUnlessRefused);
  }

  /** @param {string} name */
  async get(name) {
    return this.#under.get(name).catch(reportUnlessRefused);
  }

  /**
   * @param {string} name
   * @param {string | undefined} value
   */
  async set(name, value) {
    await this.#under.set(name, value).catch(reportUnlessRefused);
  }

  /** @param {string[]} ids */
  #publish(ids) {
    this.#under.publish({ store: "rows", ids });
  }
}
