// The jobs on which the person may work, as the portal told of them last, and which one the tray is
// for. They are kept with the person, so they are known without a network too.
import { reportUnlessRefused } from "../page/report.js";

/** @import { Owner } from "./model.js" */
/** @import { KeptPerson, KeptRow } from "./store.js" */
/** @import { TraySync } from "./sync.js" */
/** @import { Job } from "./wire.js" */

const REFRESHED_EVERY = 60_000;

// Fires "change" when there is something new of them.
export class TrayJobs extends EventTarget {
  /** When the portal told of them, in milliseconds. */
  asOf = 0;
  #owner;
  #sync;
  /** @type {Job[]} */
  #jobs = [];
  #asked = "";
  #openedAt = Date.now();

  /**
   * @param {Owner} owner
   * @param {TraySync} sync Holds the store.
   * @param {AbortSignal} signal Ends it.
   */
  constructor(owner, sync, signal) {
    super();
    this.#owner = owner;
    this.#sync = sync;
    sync.store.changes.addEventListener(
      "change",
      (event) => {
        if (event instanceof CustomEvent && event.detail.store === "people") this.#read();
      },
      { signal },
    );
    // Others work on the job as well.
    const timer = setInterval(() => {
      if (this.#jobs.length && !document.hidden) sync.refresh();
    }, REFRESHED_EVERY);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  /**
   * Takes up what the device knows, and the job that was asked for, or that was on hand last.
   * @param {string | null} asked
   * @param {KeptPerson | undefined} kept
   */
  async open(asked, kept) {
    this.#take(kept);
    const { store } = this.#sync;
    if (asked) await store.set(this.#key, asked).catch(reportUnlessRefused);
    this.#asked = asked || (await store.get(this.#key).catch(reportUnlessRefused)) || "";
  }

  /** The site of the job that was asked for, or "". */
  get askedSite() {
    return this.#jobs.find(({ id }) => id === this.#asked)?.site ?? "";
  }

  /**
   * Whether the job with this id is not one of today's, as the portal itself has said.
   * @param {string} id
   */
  lacks(id) {
    const isTold = this.asOf > this.#openedAt || (!navigator.onLine && this.asOf > 0);
    return isTold && !this.#jobs.some((job) => job.id === id);
  }

  /**
   * Whether the row is of a job that was one and is none of today's any more.
   * @param {KeptRow} row
   */
  isOver({ job }) {
    return Boolean(job) && this.lacks(job ?? "");
  }

  /**
   * The job that hubs at a site count for: the one that was asked for, the person's own, or the only
   * one there.
   * @param {string} site
   */
  at(site) {
    const here = this.#jobs.filter((job) => job.site === site);
    const asked = here.find(({ id }) => id === this.#asked);
    return asked ?? here.find(({ own }) => own) ?? (here.length === 1 ? here[0] : undefined);
  }

  /**
   * The job of a row, as far as it is known.
   * @param {KeptRow} row
   */
  of(row) {
    return this.#jobs.find(({ id }) => id === row.job) ?? this.at(row.site);
  }

  /**
   * Where the row's hub goes: as somebody said, else as its job expects it.
   * @param {KeptRow} row
   */
  placeOf(row) {
    if (row.place) return row.place;
    return this.of(row)?.places.find(({ hubId }) => hubId === row.hubId)?.name ?? "";
  }

  get #key() {
    return `job ${this.#owner.person} ${this.#owner.organisation}`;
  }

  async #read() {
    const kept = await this.#sync.store.person(this.#owner.person).catch(reportUnlessRefused);
    this.#take(kept);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {KeptPerson | undefined} kept */
  #take(kept) {
    const isOurs = kept?.organisation.id === this.#owner.organisation;
    // A device that was here before jobs were has none.
    this.#jobs = (isOurs && kept.jobs) || [];
    this.asOf = isOurs ? kept.seenAt : 0;
  }
}
