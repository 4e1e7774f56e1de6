// What a register keeps: tickets until they are answered, parked ones, and its catalog. It lies
// in a database that is on the disk before anybody goes on, and never in memory alone.

const STORES = ["tickets", "parked", "goods"];
const BATCH = 50;

export class Queue {
  constructor(till) {
    this.database = openDatabase(`yipan-register-${till}`);
    // A browser that may throw data away is asked not to.
    navigator.storage?.persist?.();
  }

  async change(store, act) {
    const database = await this.database;
    const work = database.transaction(store, "readwrite", { durability: "strict" });
    act(work.objectStore(store));
    await new Promise((resolve, reject) => {
      work.oncomplete = resolve;
      work.onabort = work.onerror = () => reject(work.error);
    });
  }

  async list(store) {
    const database = await this.database;
    const asked = database.transaction(store).objectStore(store).getAll();
    return new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  keep(ticket) { return this.change("tickets", (store) => store.add({ ticket, refused: "" })); }

  park(lines) { return this.change("parked", (store) => store.add({ lines, at: new Date().toISOString() })); }

  async recall() {
    const parked = await this.list("parked");
    const last = parked.at(-1);
    if (last) await this.change("parked", (store) => store.delete(last.key));
    return last?.lines ?? null;
  }

  keepGoods(items) { return this.change("goods", (store) => { for (const item of items) store.put(item); }); }

  // Send the oldest batch. Returns the answers, [] when nothing is left, null when nobody answers.
  async send(address, token) {
    const kept = (await this.list("tickets")).filter((each) => !each.refused).slice(0, BATCH);
    if (!kept.length) return [];
    const answers = await post(address, token, kept.map((each) => each.ticket));
    if (!answers) return null;
    await this.change("tickets", (store) => {
      kept.forEach((each, place) => {
        const answer = answers[place];
        // What is not taken stays here, in sight, until somebody has seen to it.
        if (answer.state === "refused") store.put({ ...each, refused: answer.code });
        else store.delete(each.key);
      });
    });
    return answers;
  }
}

function openDatabase(name) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, 2);
    asked.onupgradeneeded = () => {
      const known = asked.result.objectStoreNames;
      for (const store of STORES) {
        if (known.contains(store)) continue;
        asked.result.createObjectStore(store, store === "goods" ? { keyPath: "sku" } : { keyPath: "key", autoIncrement: true });
      }
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function post(address, token, tickets) {
  try {
    const reply = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ tickets }),
    });
    if (reply.ok) return (await reply.json()).data;
    // Not now: the server is busy, or whoever works here has to log in again.
    if (reply.status !== 422 || tickets.length > 1) return tickets.length > 1 && reply.status === 422 ? postOneByOne(address, token, tickets) : null;
    const body = await reply.json();
    return [{ state: "refused", code: body.code ?? "", number: "" }];
  } catch {
    return null;
  }
}

// One that cannot be read spoils its whole batch: then each goes by itself.
async function postOneByOne(address, token, tickets) {
  const answers = [];
  for (const ticket of tickets) {
    const answer = await post(address, token, [ticket]);
    if (!answer) return null;
    answers.push(answer[0]);
  }
  return answers;
}

// One tab writes for a till; the others say so and wait for it to be closed.
export function becomeWriter(till, onWait) {
  return new Promise((resolve) => {
    const name = `yipan-till-${till}`;
    const holdFor = () => new Promise(() => {});
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock) { resolve(); return holdFor(); }
      onWait();
      navigator.locks.request(name, () => { resolve(); return holdFor(); });
      return undefined;
    });
  });
}

// All that is kept, as a file: for a till that will not see its network again.
export async function exportQueue(queue, till) {
  const content = JSON.stringify({ till, tickets: await queue.list("tickets") }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  link.download = `${till}-unsent.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The label of a scale: prefix and article in seven digits, then a weight in grams or a price.
export function readWeighed(code) {
  if (!/^2\d{12}$/.test(code)) return null;
  const total = [...code.slice(0, 12)].reduce((all, digit, place) => all + Number(digit) * (place % 2 ? 3 : 1), 0);
  if ((10 - (total % 10)) % 10 !== Number(code[12])) return null;
  const value = Number(code.slice(7, 12));
  return { barcode: code.slice(0, 7), [Number(code[1]) < 5 ? "grams" : "minor"]: value };
}
