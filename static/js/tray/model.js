// One person's tray for one organisation: its rows in memory, and on the device as far as it lets us.
import { reportUnlessRefused } from "../page/report.js";
import { MemoryStore } from "./memory-store.js";
import { isDone, isRefused } from "./outcome.js";

/** @import { KeptRow, TrayStore } from "./store.js" */
/** @import { TraySync } from "./sync.js" */
/** @import { Place } from "./wire.js" */
/**
 * Whose tray it is: `person` as in owner.js; under a grant, `until` when it lasts in milliseconds.
 * @typedef {{ person: string, organisation: string, grant?: string, until?: number }} Owner
 */
/** Why an agent claims for others, and by which ticket. @typedef {{ reason: string, ticket: string }} Said */
/**
 * Where hubs are to be claimed, and for which job: the id of one, or "", and the places it expects.
 * @typedef {{ id: string, name: string, job: string, places: Place[] }} ChosenSite
 */
/** @typedef {TrayStore | MemoryStore} Store */

// What could not be claimed is found beside the tray for so long, and so many.
const KEPT_ASIDE_FOR = 7 * 24 * 3_600_000;
const MOST_ASIDE = 50;

/**
 * Since when it lies aside; rows of before say only when they were added.
 * @param {KeptRow} row
 */
const asideSince = ({ asideAt, at }) => asideAt ?? at;

/**
 * Those of these that are kept beside the tray, newest first.
 * @param {KeptRow[]} rows
 */
const keptAside = (rows) =>
  rows
    .filter((row) => Date.now() - asideSince(row) < KEPT_ASIDE_FOR)
    .sort((one, other) => asideSince(other) - asideSince(one) || other.at - one.at)
    .slice(0, MOST_ASIDE);

/**
 * A row that comes back into the tray.
 * @param {KeptRow} row
 * @param {ChosenSite} site
 * @returns {KeptRow}
 */
const returned = (row, { id, name, job }) => {
  const { asideAt, ...back } = { ...row, isAside: false };
  if (back.stage !== "tray") return back;
  const at = id ? { site: id, siteName: name, job } : {};
  return { ...back, ...at, news: null };
};

// Fires "change" when rows are others than before, "write" when the device begins or ends to keep them,
// "unkept" once it refuses to or does not answer, and "kept" when it keeps them again.
export class TrayModel extends EventTarget {
  /** By id, oldest first. @type {Map<string, KeptRow>} */
  rows = new Map();
  /** What could not be claimed and has left the tray, newest first. @type {KeptRow[]} */
  aside = [];
  /** The ids of the rows that were added last. @type {string[]} */
  added = [];
  /** What was put away last, until something is added. @type {KeptRow[]} */
  putAside = [];
  #owner;
  #sync;
  /** @type {Promise<unknown>} */
  #written = Promise.resolve();
  // What this page has asked the browser for.
  /** @type {Set<string>} */
  #asked = new Set();
  /** The ids of the rows of each change that is not on the device yet. @type {Set<string[]>} */
  #unwritten = new Set();
  /** @type {Promise<void> | undefined} */
  #reading;
  #isStale = false;
  #listening = new AbortController();

  /**
   * Whether it can be confirmed as it is.
   * @param {KeptRow} row
   */
  static isClaimable(row) {
    return row.stage === "tray" && row.news?.canClaim !== false;
  }

  /**
   * Whether the hub is where it should be and the row can be put away.
   * @param {KeptRow} row
   */
  static isDone(row) {
    return isDone(row.news?.outcome);
  }

  /**
   * Whether the hub can never be claimed: neither as it is, nor by trying again. It may have come out
   * only once the claim was sent.
   * @param {KeptRow} row
   */
  static isHopeless({ news }) {
    return Boolean(news?.settled) && isRefused(news?.outcome);
  }

  /**
   * Whether the hub could not be claimed: what is to be found again, and told of.
   * @param {KeptRow} row
   */
  static isRefusedHub({ news }) {
    return isRefused(news?.outcome);
  }

  /**
   * Whether nobody needs the row any more: the hub is online, or can never be claimed. Of a hub that
   * was only looked up nobody waits to see it online.
   * @param {KeptRow} row
   */
  static isFinished(row) {
    if (TrayModel.isHopeless(row)) return true;
    return TrayModel.isDone(row) && (row.stage === "tray" || row.news?.online === true);
  }

  /**
   * Whether nothing more becomes of the row.
   * @param {KeptRow} row
   */
  static isOver(row) {
    const { outcome, settled } = row.news ?? {};
    return isDone(outcome) || (settled && (row.stage === "sent" || isRefused(outcome)));
  }

  /**
   * @param {Owner} owner
   * @param {TraySync} sync Sends the rows, and holds the store.
   */
  constructor(owner, sync) {
    super();
    this.#owner = owner;
    this.#sync = sync;
    const { signal } = this.#listening;
    sync.store.changes.addEventListener(
      "change",
      (event) => {
        if (event instanceof CustomEvent && event.detail.store === "rows") this.refresh();
      },
      { signal },
    );
    document.addEventListener("tray-unkept", () => this.giveUpKeeping(), { signal });
  }

  // Listens to nothing any more.
  close() {
    this.#listening.abort();
  }

  // Reads what the device holds, once for all that ask meanwhile.
  refresh() {
    this.#isStale = true;
    this.#reading ??= this.#read();
    return this.#reading;
  }

  // What is being written counts as held. A row that is as it was stays the same object.
  async #read() {
    try {
      /** @type {KeptRow[]} */
      let rows;
      let written;
      do {
        written = this.#written;
        this.#isStale = false;
        await written;
        rows = await this.#rowsOf(this.#sync.store);
      } while (this.#isStale || written !== this.#written);
      // Who asks from here on is not served by this reading.
      this.#reading = undefined;
      const mine = rows.filter((row) => this.#isMine(row));
      const inTray = mine.filter((row) => !row.isAside);
      this.rows = new Map(inTray.map((row) => [row.id, this.#sameOr(row)]));
      this.#layAside(mine.filter((row) => row.isAside));
    } catch (error) {
      this.#reading = undefined;
      return this.#fail(error);
    }
    this.#changed();
    this.#joinTwins();
  }

  /**
   * Of a store that was replaced while it was asked, the one in its place learns the rows.
   * @param {Store} asked
   */
  async #rowsOf(asked) {
    const { person } = this.#owner;
    const rows = await asked.rows(person);
    const { store } = this.#sync;
    if (store === asked || !(store instanceof MemoryStore)) return rows;
    store.learn(rows);
    return store.rows(person);
  }

  /**
   * What is refused for another organisation, which the person may have left, is shown as well: it
   * would be counted as waiting for ever, and be nowhere to be removed.
   * @param {KeptRow} row
   */
  #isMine({ organisation, news }) {
    return organisation === this.#owner.organisation || news?.outcome === "forbidden";
  }

  /**
   * The row of a hub, or undefined.
   * @param {string} hubId
   */
  of(hubId) {
    const { organisation } = this.#owner;
    return [...this.rows.values()].find(
      (row) => row.hubId === hubId && row.organisation === organisation,
    );
  }

  claimable() {
    return [...this.rows.values()].filter(TrayModel.isClaimable);
  }

  finished() {
    return [...this.rows.values()].filter(TrayModel.isFinished);
  }

  /**
   * Adds a row for each label.
   * @param {{ text: string, hubId: string }[]} labels
   * @param {ChosenSite} site Where they are to be claimed.
   */
  add(labels, site) {
    const at = this.#next();
    const rows = labels.map(({ text, hubId }, order) => ({
      ...this.#owner,
      id: crypto.randomUUID(),
      text,
      hubId,
      site: site.id,
      siteName: site.name,
      job: site.job,
      place: "",
      at: at + order / 1000,
      stage: /** @type {const} */ ("tray"),
      news: null,
    }));
    this.added = rows.map((row) => row.id);
    this.putAside = [];
    const again = new Set(rows.map((row) => row.hubId));
    this.#forget(this.aside.filter((row) => again.has(row.hubId)));
    this.aside = this.aside.filter((row) => !again.has(row.hubId));
    for (const row of rows) this.rows.set(row.id, row);
    this.#changed();
    this.#put(rows);
    this.#persist();
    return rows;
  }

  /**
   * Fixes what is in the tray to be claimed at a site, over what another page made of it just now.
   * The place that the job expects the hub at is the row's own from then on: the job may end.
   * @param {KeptRow[]} rows
   * @param {ChosenSite} site
   * @param {Said} [said]
   */
  confirm(rows, site, said) {
    /** @type {(row: KeptRow) => KeptRow | undefined} */
    const confirm = (row) => {
      if (!TrayModel.isClaimable(row)) return undefined;
      // Of a lookup only what it says of the hub itself stays true.
      const news = row.news && { meta: row.news.meta ?? "" };
      const { id, name, job, places } = site;
      const place = row.place || places.find(({ hubId }) => hubId === row.hubId)?.name || "";
      return { ...row, ...said, site: id, siteName: name, job, place, stage: "confirmed", news };
    };
    this.#changeAll(rows, confirm);
  }

  /**
   * Has everything that is not confirmed yet claimed at another site.
   * @param {ChosenSite} site
   */
  moveTo(site) {
    const moved = [...this.rows.values()].filter(
      (row) => row.stage === "tray" && row.site !== site.id,
    );
    /** @type {(row: KeptRow) => KeptRow | undefined} */
    const move = (row) => {
      if (row.stage !== "tray") return undefined;
      return { ...row, site: site.id, siteName: site.name, job: site.job, news: null };
    };
    this.#changeAll(moved, move);
  }

  /**
   * Says where in the building the row's hub goes. Of what is confirmed the portal is told.
   * @param {KeptRow} row
   * @param {string} place
   */
  putAt(row, place) {
    this.#changeAll([row], (present) => ({
      ...present,
      place,
      isPlaceNew: present.stage !== "tray" || Boolean(present.isPlaceNew),
    }));
  }

  /**
   * Notes that the person has had the row's claim tried, and waits to hear what comes of it.
   * @param {string} id
   */
  noteTry(id) {
    const row = this.rows.get(id);
    if (row) this.#changeAll([row], (present) => ({ ...present, isTried: true }));
  }

  /**
   * Removes rows that can be brought back.
   * @param {KeptRow[]} rows
   */
  putAway(rows) {
    this.putAside = rows;
    this.remove(rows);
  }

  /**
   * Brings back what was put away last; answers with it.
   * @param {ChosenSite} site What is not claimed yet is to be claimed here now.
   */
  bringBack(site) {
    const away = this.putAside;
    this.putAside = [];
    return this.#return(away, site);
  }

  /**
   * What is only looked up is looked up again: it may lie aside for days, and from another site.
   * @param {KeptRow[]} away
   * @param {ChosenSite} site
   */
  #return(away, site) {
    const lain = new Map(this.aside.map((row) => [row.id, row]));
    const rows = away.map((row) => returned(lain.get(row.id) ?? row, site));
    const ids = new Set(away.map((row) => row.id));
    this.aside = this.aside.filter((row) => !ids.has(row.id));
    const all = [...this.rows.values(), ...rows].sort((one, other) => one.at - other.at);
    this.rows = new Map(all.map((row) => [row.id, row]));
    this.#changed();
    this.#put(rows);
    return rows;
  }

  /**
   * Takes rows out of the tray. What could not be claimed is found beside it for a while.
   * @param {KeptRow[]} rows
   */
  remove(rows) {
    for (const row of rows) this.rows.delete(row.id);
    const asideAt = Date.now();
    const kept = rows
      .filter(TrayModel.isRefusedHub)
      .map((row) => ({ ...row, isAside: true, asideAt }));
    if (kept.length) this.#put(kept);
    this.#layAside([...kept, ...this.aside]);
    this.#changed();
    const ids = new Set(kept.map((row) => row.id));
    this.#forget(rows.filter((row) => !ids.has(row.id)));
  }

  /**
   * Puts a row that lies aside back into the tray. What was put away with it can still be undone.
   * @param {string} id
   * @param {ChosenSite} site
   */
  takeBack(id, site) {
    this.putAside = this.putAside.filter((row) => row.id !== id);
    this.#return(
      this.aside.filter((row) => row.id === id),
      site,
    );
  }

  /**
   * Keeps these beside the tray, as many and as long as is kept, and forgets the others.
   * @param {KeptRow[]} rows
   */
  #layAside(rows) {
    this.aside = keptAside(rows);
    const kept = new Set(this.aside);
    this.#forget(rows.filter((row) => !kept.has(row)));
  }

  /**
   * Forgets a row that lies aside: nor is it brought back.
   * @param {string} id
   */
  forgetAside(id) {
    this.putAside = this.putAside.filter((row) => row.id !== id);
    const gone = this.aside.filter((row) => row.id === id);
    this.aside = this.aside.filter((row) => row.id !== id);
    this.#changed();
    this.#forget(gone);
  }

  /** @param {KeptRow[]} rows */
  #forget(rows) {
    if (!rows.length) return;
    const ids = rows.map((row) => row.id);
    this.#write(ids, (store) => store.remove(...ids));
  }

  // When the next row comes: after all others, though the clock was put back.
  #next() {
    return Math.max(Date.now(), ...[...this.rows.values()].map((row) => row.at + 0.001));
  }

  /** @param {KeptRow} row */
  #sameOr(row) {
    const known = this.rows.get(row.id);
    return known && JSON.stringify(known) === JSON.stringify(row) ? known : row;
  }

  // Two pages at once may have made two rows of a hub: they became one claim, and one row tells it.
  #joinTwins() {
    const claims = new Set();
    const twins = [...this.rows.values()].filter(({ news }) => {
      const isTwin = news?.claimId && claims.has(news.claimId);
      claims.add(news?.claimId);
      return isTwin;
    });
    if (!twins.length) return;
    for (const row of twins) this.rows.delete(row.id);
    this.#changed();
    this.#forget(twins);
  }

  /**
   * @param {KeptRow[]} rows
   * @param {(row: KeptRow) => KeptRow | undefined} change
   */
  #changeAll(rows, change) {
    if (!rows.length) return;
    for (const row of rows) this.rows.set(row.id, change(row) ?? row);
    this.#changed();
    const ids = rows.map((row) => row.id);
    this.#write(ids, (store) => store.change(ids, change));
  }

  /** @param {KeptRow[]} rows */
  #put(rows) {
    const ids = rows.map((row) => row.id);
    this.#write(ids, (store) => store.put(...rows));
  }

  // Has the browser keep the rows through times of need. Some ask the person: it is asked once, and
  // once more in the installed app, where browsers rather agree. A page that goes before the device
  // knows of it leaves it to the next one.
  async #persist() {
    const isApp = matchMedia("(display-mode: standalone)").matches;
    const name = isApp ? "persist in app" : "persist";
    if (await this.#sync.store.get(name).catch(reportUnlessRefused)) return;
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    const asking = navigator.storage?.persist?.();
    await this.#sync.store.set(name, "asked").catch(reportUnlessRefused);
    await asking;
  }

  /**
   * One after the other, so that a removal never overtakes what it removes.
   * @param {string[]} ids Of the rows that it is about.
   * @param {(store: Store) => Promise<void>} act
   */
  #write(ids, act) {
    const change = [...ids];
    this.#unwritten.add(change);
    this.dispatchEvent(new Event("write"));
    this.#written = this.#written
      .then(() => act(this.#sync.store))
      .catch((error) => this.#fail(error))
      .finally(() => this.#ended(change));
    return this.#written;
  }

  /** @param {string[]} change */
  #ended(change) {
    this.#unwritten.delete(change);
    this.dispatchEvent(new Event("write"));
  }

  // Whether something shown is not on the device yet: a page that goes away now would lose it.
  get isWriting() {
    return this.#unwritten.size > 0;
  }

  /**
   * What the browser refuses is told to the person; anything else to those who run the portal, too.
   * @param {unknown} error
   */
  #fail(error) {
    reportUnlessRefused(error);
    this.giveUpKeeping();
  }

  // Whether the device keeps the rows, as far as is known.
  get isKept() {
    return !(this.#sync.store instanceof MemoryStore);
  }

  // Goes on without the device, which does not keep the rows.
  giveUpKeeping() {
    const { store } = this.#sync;
    if (store instanceof MemoryStore) return;
    const rows = [...this.rows.values(), ...this.aside];
    this.#sync.store = new MemoryStore(store, rows, [...this.#unwritten].flat());
    this.#sync.wake();
    this.dispatchEvent(new Event("unkept"));
    this.#changed();
  }

  // Has the device keep what it did not, and goes on with it. Rejects as the device does; one that was
  // told of other changes meanwhile is to be asked again.
  async keepAgain() {
    const { store } = this.#sync;
    if (!(store instanceof MemoryStore) || !(await store.settle())) return;
    this.#sync.store = store.under;
    this.#sync.wake();
    this.dispatchEvent(new Event("kept"));
    await this.refresh();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
