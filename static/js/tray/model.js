// One person's tray for one organisation: its rows in memory, and on the device as far as it lets us.
// Fires "change" when rows are others than before, and "unkept" once the device refuses to keep.
import { MemoryStore } from "./memory-store.js";
import { isDone, isRefused } from "./outcome.js";

export class TrayModel extends EventTarget {
  // By id, oldest first.
  rows = new Map();
  #owner;
  #sync;
  #written = Promise.resolve();
  #reading;
  #isStale = false;

  // Whether it can be confirmed as it is.
  static isClaimable(row) {
    return row.stage === "tray" && row.news?.canClaim !== false;
  }

  // Whether the hub is where it should be and the row can be put away.
  static isDone(row) {
    return isDone(row.news?.outcome);
  }

  // Whether nothing more becomes of the row.
  static isOver(row) {
    const { outcome, settled } = row.news ?? {};
    return isDone(outcome) || (settled && (row.stage === "sent" || isRefused(outcome)));
  }

  // `owner` is `{person, organisation}`; `sync` sends the rows, and holds the store.
  constructor(owner, sync) {
    super();
    this.#owner = owner;
    this.#sync = sync;
    sync.store.addEventListener("change", ({ detail }) => {
      if (detail.store === "rows") this.refresh();
    });
  }

  // Reads what the device holds, once for all that ask meanwhile.
  refresh() {
    this.#isStale = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  // What is being written counts as held. A row that is as it was stays the same object.
  async #read() {
    try {
      let rows;
      let written;
      do {
        written = this.#written;
        this.#isStale = false;
        await written;
        rows = await this.#sync.store.rows(this.#owner.person);
      } while (this.#isStale || written !== this.#written);
      const mine = rows.filter((row) => this.#isMine(row));
      this.rows = new Map(mine.map((row) => [row.id, this.#sameOr(row)]));
      this.#changed();
      this.#joinTwins();
    } catch {
      this.giveUpKeeping();
    }
  }

  // What is refused for another organisation, which the person may have left, is shown as well: it
  // would be counted as waiting for ever, and be nowhere to be removed.
  #isMine({ organisation, news }) {
    return organisation === this.#owner.organisation || news?.outcome === "forbidden";
  }

  // The row of a hub, or undefined.
  of(hubId) {
    const { organisation } = this.#owner;
    return [...this.rows.values()].find(
      (row) => row.hubId === hubId && row.organisation === organisation,
    );
  }

  claimable() {
    return [...this.rows.values()].filter(TrayModel.isClaimable);
  }

  done() {
    return [...this.rows.values()].filter(TrayModel.isDone);
  }

  // Adds a row for each `{text, hubId}`; `site` is `{id, name}` of where they are to be claimed.
  add(labels, site) {
    const at = this.#next();
    const rows = labels.map(({ text, hubId }, place) => ({
      ...this.#owner,
      id: crypto.randomUUID(),
      text,
      hubId,
      site: site.id,
      siteName: site.name,
      at: at + place / 1000,
      stage: "tray",
      news: null,
    }));
    for (const row of rows) this.rows.set(row.id, row);
    this.#changed();
    this.#write((store) => store.put(...rows));
    this.#persist();
    return rows;
  }

  // Fixes what is in the tray to be claimed at a site, whatever another page made of it just now.
  confirm(rows, site) {
    // Of a lookup only what it says of the hub itself stays true.
    const confirmed = (row) => ({
      ...row,
      site: site.id,
      siteName: site.name,
      stage: "confirmed",
      news: row.news && { meta: row.news.meta },
    });
    this.#changeAll(rows, (row) => (TrayModel.isClaimable(row) ? confirmed(row) : undefined));
  }

  // Has everything that is not confirmed yet claimed at another site.
  moveTo(site) {
    const moved = [...this.rows.values()].filter(
      (row) => row.stage === "tray" && row.site !== site.id,
    );
    const move = (row) => ({ ...row, site: site.id, siteName: site.name, news: null });
    this.#changeAll(moved, (row) => (row.stage === "tray" ? move(row) : undefined));
  }

  remove(rows) {
    for (const row of rows) this.rows.delete(row.id);
    this.#changed();
    this.#write((store) => store.remove(...rows.map((row) => row.id)));
  }

  // When the next row comes: after all others, though the clock was put back.
  #next() {
    return Math.max(Date.now(), ...[...this.rows.values()].map((row) => row.at + 0.001));
  }

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
    if (twins.length) this.remove(twins);
  }

  #changeAll(rows, change) {
    if (!rows.length) return;
    for (const row of rows) this.rows.set(row.id, change(row) ?? row);
    this.#changed();
    const ids = rows.map((row) => row.id);
    this.#write((store) => store.change(ids, change));
  }

  // Has the browser keep the rows through times of need. Some ask the person: it is asked once, and
  // once more in the installed app, where browsers rather agree.
  async #persist() {
    const isApp = matchMedia("(display-mode: standalone)").matches;
    const name = isApp ? "persist in app" : "persist";
    if (await this.#sync.store.get(name).catch(() => undefined)) return;
    await this.#sync.store.set(name, "asked").catch(() => {});
    await navigator.storage?.persist?.();
  }

  // One after the other, so that a removal never overtakes what it removes.
  #write(act) {
    this.#written = this.#written
      .then(() => act(this.#sync.store))
      .catch(() => this.giveUpKeeping());
    return this.#written;
  }

  // Goes on without the device, which refuses to keep the rows.
  giveUpKeeping() {
    if (this.#sync.store instanceof MemoryStore) return;
    this.#sync.store = new MemoryStore(this.#sync.store, [...this.rows.values()]);
    this.#sync.wake();
    this.dispatchEvent(new Event("unkept"));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
