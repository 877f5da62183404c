// Stands in for TrayStore while the device refuses to keep anything: holds the rows until the page
// closes, and still passes on to the store what it may take after all.
export class MemoryStore {
  #under;
  #rows;

  // `under` is the store that failed; `rows` are those that are known.
  constructor(under, rows) {
    this.#under = under;
    this.#rows = new Map(rows.map((row) => [row.id, row]));
  }

  async rows(person) {
    return [...this.#rows.values()].filter((row) => row.person === person);
  }

  async row(id) {
    return this.#rows.get(id);
  }

  async put(...rows) {
    for (const row of rows) this.#rows.set(row.id, row);
    this.#under.put(...rows).catch(() => {});
    this.#tell(rows.map((row) => row.id));
  }

  async remove(...ids) {
    for (const id of ids) this.#rows.delete(id);
    this.#under.remove(...ids).catch(() => {});
    this.#tell(ids);
  }

  async change(ids, change) {
    const here = ids.map((id) => this.#rows.get(id)).filter(Boolean);
    await this.put(...here.map(change).filter(Boolean));
  }

  async waiting(person) {
    const rows = await this.rows(person);
    return rows.filter((row) => row.stage === "confirmed").length;
  }

  async person(id) {
    return this.#under.person(id).catch(() => undefined);
  }

  async keepPerson(session) {
    await this.#under.keepPerson(session).catch(() => {});
  }

  async get(name) {
    return this.#under.get(name).catch(() => undefined);
  }

  async set(name, value) {
    await this.#under.set(name, value).catch(() => {});
  }

  #tell(ids) {
    this.#under.tell("rows", ids);
  }
}
