// The tray as this device keeps it: rows, the people who worked here, and what the device remembers.
import { openDB } from "../../vendor/idb/index.js";

const NAME = "spkey-portal";
const VERSION = 1;
// Some browsers neither open a database nor say that they refuse to.
const OPEN_WITHIN = 4000;
// What becomes of work on a database that the system took away, as from pages in the background.
const TAKEN_AWAY = ["InvalidStateError", "AbortError", "UnknownError"];

const make = (database) => {
  const rows = database.createObjectStore("rows", { keyPath: "id" });
  rows.createIndex("person", "person");
  rows.createIndex("stage", ["person", "stage"]);
  database.createObjectStore("people", { keyPath: "id" });
  database.createObjectStore("device", { keyPath: "name" });
};

// A row: {id, person, organisation, text, hubId, site, siteName, at, stage, news}. `id` names the
// row for the server too; `at` is in milliseconds; `stage` is "tray", "confirmed" or "sent"; `news`
// is the server's last answer or null.
//
// All methods answer with promises and reject with the browser's DOMException. Fires "change" with
// detail `{store, ids}` at each write, of this page or of another: whoever shows rows reads them
// again.
export class TrayStore extends EventTarget {
  #database;
  #channel = new BroadcastChannel("tray");

  constructor() {
    super();
    this.#channel.onmessage = ({ data }) => this.#fire(data);
  }

  // A person's rows, oldest first.
  async rows(person) {
    const rows = await this.#read("rows", (store) => store.index("person").getAll(person));
    return rows.sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
  }

  // One row, or undefined.
  row(id) {
    return this.#read("rows", (store) => store.get(id));
  }

  put(...rows) {
    return this.#write("rows", rows, (store, row) => store.put(row));
  }

  remove(...ids) {
    return this.#write("rows", ids, (store, id) => store.delete(id));
  }

  // Replaces each of these rows that is still here by `change(row)`, unless that is undefined: for
  // whoever answers later than asked, so that neither a removal nor another's change is undone.
  change(ids, change) {
    return this.#write("rows", ids, async (store, id) => {
      const row = await store.get(id);
      const changed = row && change(row);
      if (changed) await store.put(changed);
    });
  }

  // How many of a person's rows are confirmed and not yet taken by the server.
  waiting(person) {
    return this.#read("rows", (store) => store.index("stage").count([person, "confirmed"]));
  }

  // A person's last session, with `seenAt` in milliseconds, or undefined.
  person(id) {
    return this.#read("people", (store) => store.get(id));
  }

  // Keeps what a person may do here for times without a network; never what proves who they are.
  keepPerson({ csrf, ...session }) {
    const kept = { ...session, id: session.person.id, seenAt: Date.now() };
    return this.#write("people", [kept], (store, person) => store.put(person));
  }

  // Forgets that session. The person's rows stay: they wait for them.
  forgetPerson(id) {
    return this.#write("people", [id], (store, person) => store.delete(person));
  }

  // What the device remembers under a name, or undefined.
  async get(name) {
    return (await this.#read("device", (store) => store.get(name)))?.value;
  }

  // Remembers a value under a name; undefined forgets it.
  set(name, value) {
    return this.#write("device", [name], (store) =>
      value === undefined ? store.delete(name) : store.put({ name, value }),
    );
  }

  // Tells this page, and the others, what was written.
  tell(store, ids) {
    this.#channel.postMessage({ store, ids });
    this.#fire({ store, ids });
  }

  #fire(detail) {
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }

  #read(name, act) {
    return this.#do(name, "readonly", act);
  }

  async #write(name, things, act) {
    if (!things.length) return;
    await this.#do(name, "readwrite", (store) =>
      Promise.all(things.map((thing) => act(store, thing))),
    );
    const ids = things.map((thing) => thing.id ?? thing);
    this.tell(name, ids);
  }

  // Resolves when the transaction is complete: what was written is then on the device.
  async #do(...work) {
    try {
      return await this.#transact(...work);
    } catch (error) {
      if (!TAKEN_AWAY.includes(error.name)) throw error;
      this.#database = undefined;
      return this.#transact(...work);
    }
  }

  async #transact(name, mode, act) {
    const database = await this.#open();
    const transaction = database.transaction(name, mode, { durability: "strict" });
    const acting = async () => act(transaction.store);
    try {
      const [result] = await Promise.all([acting(), transaction.done]);
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
      if (error.name !== "TimeoutError") this.#database = undefined;
      throw error;
    });
    return this.#database;
  }

  // One that opens too late for whoever asked serves those who ask then.
  #connect() {
    return new Promise((resolve, reject) => {
      const fail = (message, name) => reject(new DOMException(message, name));
      if (!globalThis.indexedDB) return fail("There is none.", "NotSupportedError");
      const timer = setTimeout(fail, OPEN_WITHIN, "No answer.", "TimeoutError");
      const gone = () => {
        this.#database = undefined;
      };
      openDB(NAME, VERSION, {
        upgrade: make,
        blocked: () => fail("Open elsewhere.", "InvalidStateError"),
        blocking: (_now, _next, event) => {
          event.target.close();
          gone();
        },
        terminated: gone,
      })
        .then((database) => {
          resolve(database);
          this.#database = Promise.resolve(database);
        }, reject)
        .finally(() => clearTimeout(timer));
    });
  }
}
