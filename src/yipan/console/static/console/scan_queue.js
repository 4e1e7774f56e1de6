// What was scanned and has no answer yet: kept on the disk of this device, sent in the order of
// the scans, each under a key of its own, so that a scan sent twice has one effect. What nobody
// answers waits, and is sent again after 2 seconds doubling to one minute, for ever.

const NAME = "yipan-scans";
const RETRY_MS = 2_000;
const RETRY_MAX_MS = 60_000;

const ask = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function openDatabase() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("scans", { keyPath: "key", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

// A browser that keeps nothing still sends; what it cannot send is gone with the page, and said so.
class Memory {
  constructor() { this.rows = new Map(); this.last = 0; }
  add(row) { this.last += 1; this.rows.set(this.last, { ...row, key: this.last }); return this.last; }
  put(row) { this.rows.set(row.key, row); }
  drop(key) { this.rows.delete(key); }
  list() { return [...this.rows.values()]; }
}

class Disk {
  constructor(database) { this.database = database; }
  async change(act) {
    const work = this.database.transaction("scans", "readwrite", { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      work.oncomplete = resolve;
      work.onabort = work.onerror = () => reject(work.error ?? new Error("not kept"));
    });
    const asked = act(work.objectStore("scans"));
    await done;
    return asked.result;
  }
  add(row) { return this.change((store) => store.add(row)); }
  put(row) { return this.change((store) => store.put(row)); }
  drop(key) { return this.change((store) => store.delete(key)); }
  list() { return ask(this.database.transaction("scans").objectStore("scans").getAll()); }
}

export class ScanQueue {
  // `person`: who works here; others' scans wait for them. `onAnswer`: a scan of this page was
  // answered. `onChange`: what waits has changed. `onSeen`: another page has sent ours.
  constructor({ person, page, onAnswer, onChange, onSeen, readToken }) {
    Object.assign(this, { person, page, onAnswer, onChange, onSeen, readToken });
    this.isAway = !navigator.onLine;
    this.isDenied = false;
    this.failures = 0;
    this.timer = 0;
    this.isSending = false;
    this.isWanted = false;
    this.mine = new Set();
    this.shelf = openDatabase().then((database) => new Disk(database)).catch(() => new Memory());
  }

  async list() {
    return (await (await this.shelf).list()).filter((row) => row.person === this.person);
  }

  async look() {
    const rows = await (await this.shelf).list();
    const own = rows.filter((row) => row.person === this.person);
    return {
      waiting: own.filter((row) => row.state === "waiting"),
      stopped: own.filter((row) => row.state === "stopped"),
      refused: own.filter((row) => row.state === "refused"),
      others: rows.length - own.length,
      isAway: this.isAway,
      isDenied: this.isDenied,
      isKept: (await this.shelf) instanceof Disk,
      failures: this.failures,
    };
  }

  async say() { this.onChange(await this.look()); }

  // Keep a scan, then send it. Scans are numbered in the order in which they came here.
  add(scan) {
    this.adding = (this.adding ?? Promise.resolve()).then(async () => {
      const row = { ...scan, id: crypto.randomUUID?.() ?? makeId(), person: this.person, page: this.page, state: "waiting", attempts: 0, answer: "" };
      this.mine.add(await (await this.shelf).add(row));
    });
    return this.adding.then(() => this.wake());
  }

  async countHere() {
    await this.adding;
    return (await this.list()).filter((row) => row.page === this.page && row.state === "waiting").length;
  }

  // Take the last unsent scan of this page back; returns its code, or "" when all were sent.
  async takeBack() {
    await this.adding;
    const here = (await this.list()).filter((row) => row.page === this.page && row.state === "waiting");
    const last = here.at(-1);
    // One that was sent may have arrived: that is for the server to take back.
    if (!last || last.attempts) return "";
    await (await this.shelf).drop(last.key);
    await this.say();
    return last.code;
  }

  // Send on what stands behind a refused scan; or give up what stands here, refused or stopped.
  async goOn() {
    const shelf = await this.shelf;
    for (const row of await this.list()) {
      if (row.state === "stopped") await shelf.put({ ...row, state: "waiting" });
      if (row.state === "refused") await shelf.drop(row.key);
    }
    await this.wake();
  }

  async dismiss() {
    const shelf = await this.shelf;
    for (const row of await this.list()) if (row.state !== "waiting") await shelf.drop(row.key);
    await this.say();
  }

  async wake() {
    this.isWanted = true;
    if (this.isSending) { await this.say(); return; }
    this.isSending = true;
    clearTimeout(this.timer);
    try {
      // One page of this device sends at a time, so that the order holds.
      while (this.isWanted) {
        this.isWanted = false;
        await (navigator.locks ? navigator.locks.request(NAME, () => this.drain()) : this.drain());
      }
    } finally {
      this.isSending = false;
    }
    await this.say();
    if (this.failures) this.timer = setTimeout(() => this.wake(), Math.min(RETRY_MS * 2 ** (this.failures - 1), RETRY_MAX_MS));
  }

  async drain() {
    for (;;) {
      const rows = await this.list();
      const kept = new Set(rows.map((row) => row.key));
      const gone = [...this.mine].filter((key) => !kept.has(key));
      for (const key of gone) this.mine.delete(key);
      if (gone.length) this.onSeen();
      const row = rows.find((each) => each.state === "waiting");
      if (!row) return;
      if (!(await this.send(row))) return;
    }
  }

  // Returns whether the next one may go.
  async send(row) {
    const shelf = await this.shelf;
    const sent = { ...row, attempts: row.attempts + 1 };
    await shelf.put(sent);
    const reply = await this.post(sent);
    if (!reply) {
      this.failures += 1;
      this.isAway = true;
      await shelf.put({ ...sent, wasAway: true });
      await this.say();
      return false;
    }
    this.failures = 0;
    this.isAway = false;
    this.isDenied = reply.isDenied;
    if (reply.isDenied) {
      this.onAnswer(sent, reply);
      return false;
    }
    this.mine.delete(row.key);
    if (reply.isRefused && (row.wasAway || reply.isError)) await this.stop(sent, reply, shelf);
    else await shelf.drop(row.key);
    this.onAnswer(sent, reply);
    await this.say();
    return true;
  }

  // What was scanned without a network and is not taken stays visible. Where one scan builds on
  // the one before, those behind it wait for a person: they might be put in a wrong place.
  async stop(row, reply, shelf) {
    await shelf.put({ ...row, state: "refused", answer: reply.words });
    if (row.isApart) return;
    for (const each of await this.list()) {
      if (each.state === "waiting" && each.page === row.page && each.key > row.key) {
        await shelf.put({ ...each, state: "stopped" });
      }
    }
  }

  // Returns what was answered, or null when nobody did.
  async post(row, isSecondTry = false) {
    let reply;
    try {
      reply = await fetch(row.address, {
        method: "POST",
        headers: {
          ...row.stamp,
          "Content-Type": "application/x-www-form-urlencoded",
          "Idempotency-Key": row.id,
          "X-CSRFToken": await this.readToken(isSecondTry),
          "X-Yipan-Sent-At": new Date().toISOString(),
          "HX-Request": "true",
          "HX-Target": row.target.replace(/^#/, ""),
          "HX-Current-URL": location.href,
        },
        body: new URLSearchParams(row.values).toString(),
      });
    } catch {
      return null;
    }
    if (reply.status === 403 && !isSecondTry) return this.post(row, true);
    if (reply.status >= 500 || reply.status === 429 || reply.status === 409) return null;
    const redirect = reply.headers.get("HX-Redirect") ?? "";
    // 204 sends whoever is logged out to the log-in page: the scan waits for them.
    if (reply.status === 204 && redirect) return { isDenied: true, redirect };
    let html;
    try {
      html = await reply.text();
    } catch {
      return null;
    }
    const answer = new DOMParser().parseFromString(html, "text/html").querySelector("[data-tone]");
    const isError = !reply.ok;
    return {
      html,
      redirect,
      isError,
      isReplayed: reply.headers.get("Idempotent-Replayed") === "true",
      isRefused: isError || answer?.dataset.tone === "bad",
      words: isError ? String(reply.status) : answer?.textContent.trim() ?? "",
      isDenied: false,
    };
  }
}

// Pages that are not served over HTTPS have no `randomUUID`.
function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
