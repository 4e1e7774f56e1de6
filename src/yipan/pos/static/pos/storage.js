// What a register keeps: one database per till, on the disk before anybody goes on. Tickets are
// never in memory alone, and never in localStorage, which may be seconds behind the disk.

const VERSION = 3;

export class Storage {
  constructor(till) {
    this.name = `yipan-register-${till}`;
    this.database = openDatabase(this.name);
  }

  // Change several stores at once, or none of them; resolves when it is on the disk.
  async change(stores, act) {
    const database = await this.database;
    const work = database.transaction(stores, "readwrite", { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      work.oncomplete = resolve;
      work.onabort = work.onerror = () => reject(work.error ?? new Error("not kept"));
    });
    act((store) => work.objectStore(store), work);
    await done;
  }

  async read(store, key) {
    const database = await this.database;
    return ask(database.transaction(store).objectStore(store).get(key));
  }

  async list(store) {
    const database = await this.database;
    return ask(database.transaction(store).objectStore(store).getAll());
  }

  // The records of an index with one value, in the order they were written.
  async listBy(store, index, value, limit) {
    const database = await this.database;
    return ask(database.transaction(store).objectStore(store).index(index).getAll(value, limit));
  }

  async countBy(store, index, value) {
    const database = await this.database;
    return ask(database.transaction(store).objectStore(store).index(index).count(value));
  }

  // The first record of an index with one value, or undefined.
  async findFirst(store, index, value) {
    const database = await this.database;
    return ask(database.transaction(store).objectStore(store).index(index).get(value));
  }

  // The records written last, the newest first.
  async listLast(store, limit) {
    const database = await this.database;
    const asked = database.transaction(store).objectStore(store).openCursor(null, "prev");
    return new Promise((resolve, reject) => {
      const found = [];
      asked.onsuccess = () => {
        const cursor = asked.result;
        if (cursor) found.push(cursor.value);
        if (!cursor || found.length === limit) resolve(found);
        else cursor.continue();
      };
      asked.onerror = () => reject(asked.error);
    });
  }

  async readMeta(name) { return (await this.read("meta", name))?.value ?? null; }

  writeMeta(name, value) { return this.change(["meta"], (store) => store("meta").put({ name, value })); }
}

// A browser that may throw data away is asked not to; a private window will.
export async function askToKeep() { return (await navigator.storage?.persist?.()) ?? false; }

function ask(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function openDatabase(name) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, VERSION);
    asked.onupgradeneeded = () => upgrade(asked.result, asked.transaction);
    asked.onsuccess = () => {
      // Another page with a later version waits for this one to let go.
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("open elsewhere"));
  });
}

function upgrade(database, work) {
  const known = database.objectStoreNames;
  if (known.contains("goods")) database.deleteObjectStore("goods");
  if (!known.contains("parked")) database.createObjectStore("parked", { keyPath: "key", autoIncrement: true });
  if (!known.contains("meta")) database.createObjectStore("meta", { keyPath: "name" });
  if (!known.contains("chunks")) database.createObjectStore("chunks", { keyPath: "chunk" });
  if (!known.contains("events")) database.createObjectStore("events", { keyPath: "event_id" });
  const tickets = known.contains("tickets")
    ? work.objectStore("tickets")
    : database.createObjectStore("tickets", { keyPath: "key", autoIncrement: true });
  if (tickets.indexNames.contains("state")) return;
  tickets.createIndex("state", "state");
  tickets.createIndex("number", ["epoch", "sequence"], { unique: true });
  // Tickets of before the register gave numbers: they get theirs before they are sent.
  tickets.openCursor().onsuccess = (event) => {
    const cursor = event.target.result;
    if (!cursor) return;
    cursor.update({ key: cursor.value.key, ticket: cursor.value.ticket, state: "unnumbered", attempts: 0 });
    cursor.continue();
  };
}
