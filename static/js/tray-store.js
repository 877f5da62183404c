// The tray as this device keeps it: rows, the people who worked here, and what the device remembers.
// For pages and for the service worker (importScripts).
"use strict";

// A row: {id, person, organisation, text, hubId, site, siteName, at, stage, news}. `id` names the
// row for the server too; `at` is in milliseconds; `stage` is "tray", "confirmed" or "sent"; `news`
// is the server's last answer or null.
//
// All methods answer with promises and reject with the browser's DOMException. Each write tells
// BroadcastChannel("tray") `{store, ids}`: whoever shows rows reads them again.
globalThis.TrayStore = class TrayStore {
  static #NAME = "spkey-portal";
  static #VERSION = 1;
  // Some browsers neither open a database nor say that they refuse to.
  static #OPEN_WITHIN = 4000;
  // What becomes of work on a database that the system took away, as from pages in the background.
  static #TAKEN_AWAY = ["InvalidStateError", "AbortError", "UnknownError"];

  #database;
  #channel = new BroadcastChannel("tray");

  // A person's rows, oldest first.
  async rows(person) {
    const rows = await this.#do("rows", "readonly", (rows) => rows.index("person").getAll(person));
    return rows.sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
  }

  // One row, or undefined.
  row(id) {
    return this.#do("rows", "readonly", (rows) => rows.get(id));
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
    return this.#write("rows", ids, (store, id) => {
      const reading = store.get(id);
      reading.onsuccess = () => {
        const changed = reading.result && change(reading.result);
        if (changed) store.put(changed);
      };
    });
  }

  // How many of a person's rows are confirmed and not yet taken by the server.
  waiting(person) {
    const range = IDBKeyRange.only([person, "confirmed"]);
    return this.#do("rows", "readonly", (rows) => rows.index("stage").count(range));
  }

  // A person's last session, with `seenAt` in milliseconds, or undefined.
  person(id) {
    return this.#do("people", "readonly", (people) => people.get(id));
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
    return (await this.#do("device", "readonly", (device) => device.get(name)))?.value;
  }

  // Remembers a value under a name; undefined forgets it.
  set(name, value) {
    return this.#write("device", [name], (store) =>
      value === undefined ? store.delete(name) : store.put({ name, value }),
    );
  }

  async #write(name, things, act) {
    if (!things.length) return;
    await this.#do(name, "readwrite", (store) => {
      for (const thing of things) act(store, thing);
    });
    this.#channel.postMessage({ store: name, ids: things.map((thing) => thing.id ?? thing) });
  }

  // Resolves when the transaction is complete: what was written is then on the device.
  async #do(...work) {
    try {
      return await this.#transact(...work);
    } catch (error) {
      if (!TrayStore.#TAKEN_AWAY.includes(error.name)) throw error;
      this.#database = undefined;
      return this.#transact(...work);
    }
  }

  async #transact(name, mode, act) {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode, { durability: "strict" });
      const request = act(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error);
    });
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
    const gone = () => {
      this.#database = undefined;
    };
    return new Promise((resolve, reject) => {
      const late = new DOMException("No answer.", "TimeoutError");
      setTimeout(() => reject(late), TrayStore.#OPEN_WITHIN);
      const opening = indexedDB.open(TrayStore.#NAME, TrayStore.#VERSION);
      opening.onupgradeneeded = () => TrayStore.#make(opening.result);
      opening.onerror = () => reject(opening.error);
      opening.onblocked = () => reject(new DOMException("Open elsewhere.", "InvalidStateError"));
      opening.onsuccess = () => {
        const database = opening.result;
        database.onclose = gone;
        database.onversionchange = () => {
          database.close();
          gone();
        };
        resolve(database);
        this.#database = Promise.resolve(database);
      };
    });
  }

  static #make(database) {
    const rows = database.createObjectStore("rows", { keyPath: "id" });
    rows.createIndex("person", "person");
    rows.createIndex("stage", ["person", "stage"]);
    database.createObjectStore("people", { keyPath: "id" });
    database.createObjectStore("device", { keyPath: "name" });
  }
};
