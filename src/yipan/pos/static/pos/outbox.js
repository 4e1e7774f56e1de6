// The outbox of a register: pending -> sending -> applied, duplicate or parked. What nobody
// answers is sent again under the same id, after 5 seconds doubling to 5 minutes, for ever; one
// reply lost on a line that just worked is asked for again at once. A ticket goes only when it is
// booked and both books agreed on its day.

const BATCH = 100;
const RETRY_MS = 5_000;
const RETRY_MAX_MS = 300_000;
const REPORT_MS = 60_000;
const ATTENTION_AFTER = 5;
const UNSENT = ["unnumbered", "pending", "sending"];
export const REUSED = new Set(["exchange.sequence_reused", "document.number_reused", "till.epoch_unknown"]);

export class Outbox {
  constructor({ storage, identity, door, seals, onChange, onParked }) {
    Object.assign(this, { storage, identity, door, seals, onChange, onParked });
    this.failures = 0;
    this.isSending = false;
    this.isWanted = false;
    this.timer = 0;
  }

  // What stands here, in figures: unsent, the oldest of them, parked, and whether to worry.
  async look() {
    const counts = await Promise.all(UNSENT.map((state) => this.storage.countBy("tickets", "state", state)));
    const first = (await Promise.all(UNSENT.map((state) => this.storage.findFirst("tickets", "state", state)))).filter(Boolean);
    const oldest = first.reduce((at, each) => Math.min(at, each.at ?? Infinity), Infinity);
    const attempts = first.reduce((most, each) => Math.max(most, each.attempts), 0);
    return {
      unsent: counts.reduce((all, one) => all + one, 0),
      oldest: Number.isFinite(oldest) ? oldest : null,
      parked: await this.storage.listBy("tickets", "state", "parked"),
      attempts,
      isInNeed: attempts >= ATTENTION_AFTER,
      isDenied: this.door.isDenied,
    };
  }

  // A ticket was finished. While nobody answers it waits for the next try like those before it.
  offer() {
    if (!this.failures) return this.wake();
    return undefined;
  }

  // Send what waits, now; somebody asked, the network came back, or a ticket was finished.
  async wake() {
    this.isWanted = true;
    if (this.isSending) return;
    this.isSending = true;
    clearTimeout(this.timer);
    try {
      // What is finished while something else is told waits for no second call.
      while (this.isWanted) {
        this.isWanted = false;
        await this.sendAll();
      }
    } finally {
      this.isSending = false;
      this.onChange(await this.look());
      const pause = this.failures ? Math.min(RETRY_MS * 2 ** (this.failures - 1), RETRY_MAX_MS) : REPORT_MS;
      this.timer = setTimeout(() => this.wake(), pause);
    }
  }

  async sendAll() {
    if (!(await this.drain())) {
      this.failures += 1;
      return;
    }
    this.failures = 0;
    await this.sendEvents();
    await this.report();
    await this.seals.follow();
  }

  // Returns whether nothing is left to send.
  async drain() {
    if (!this.identity.isKnown && !(await this.identity.open())) return false;
    let hasWorked = false;
    let isHeldUp = false;
    for (;;) {
      const seal = isHeldUp ? null : await this.seals.findPending();
      const batch = await this.takeBatch(seal);
      if (!batch.length) {
        if (!seal) return true;
        // All tickets of the day are there: the day is sealed, then those behind it may go. Where
        // the store misses one, the others do not wait for it.
        const told = await this.seals.send(seal);
        if (!told) return false;
        isHeldUp = told === "missing";
        continue;
      }
      const answers = await this.send(batch);
      const isHeard = await this.settle(batch, answers);
      this.onChange(await this.look());
      // What was answered ends the waits of before: the line is back, however long it was away.
      if (isHeard) this.failures = 0;
      else if (!hasWorked) return false;
      hasWorked = isHeard;
    }
  }

  // The next tickets, the oldest first, but none that was made after a day that is being sealed.
  async takeBatch(seal) {
    const isBefore = (record) => !seal || record.epoch !== seal.epoch || record.sequence <= seal.last_sequence;
    const waiting = [
      ...(await this.storage.listBy("tickets", "state", "sending", BATCH)),
      ...(await this.storage.listBy("tickets", "state", "pending", BATCH)),
    ].filter(isBefore).sort((one, other) => one.key - other.key).slice(0, BATCH);
    if (!waiting.length) return [];
    const batch = waiting.map((record) => ({ ...record, state: "sending", attempts: record.attempts + 1 }));
    await this.write(batch);
    return batch;
  }

  write(records) {
    return this.storage.change(["tickets"], (store) => { for (const record of records) store("tickets").put(record); });
  }

  // Returns an answer per ticket, or null when nobody answered.
  async send(batch) {
    const answer = await this.door.post("tickets", {
      clock_offset_ms: this.door.offset,
      tickets: batch.map((record) => makeBody(record)),
    });
    if (!answer) return null;
    if (answer.data) return answer.data.data;
    if (REUSED.has(answer.code)) return batch.map(() => ({ state: "parked", code: answer.code }));
    if (batch.length === 1) return [{ state: "refused", code: answer.code || String(answer.status) }];
    // One that cannot be read spoils its whole batch: then each goes by itself.
    const answers = [];
    for (const record of batch) {
      const [one] = (await this.send([record])) ?? [null];
      if (!one) break;
      answers.push(one);
    }
    return answers.length ? answers : null;
  }

  async settle(batch, answers) {
    if (!answers) {
      await this.write(batch.map((record) => ({ ...record, state: "pending" })));
      return false;
    }
    const settled = batch.map((record, place) => judge(record, answers[place]));
    await this.write(settled);
    for (const record of settled.filter((each) => each.state === "parked")) this.onParked(record);
    if (settled.some((record) => REUSED.has(record.code))) {
      const { epoch } = this.identity.current;
      return this.identity.renumber((record) => record.epoch === epoch
        && (REUSED.has(record.code) || UNSENT.includes(record.state)));
    }
    return settled.every((record) => record.state !== "pending");
  }

  // Tell the store how far this register is, and hear what has come of its numbers.
  async report() {
    if (!this.identity.isKnown) return;
    const now = await this.look();
    const { device, last_sequence } = this.identity.current;
    const answer = await this.door.post("report", {
      device,
      last_sequence,
      unsent: now.unsent,
      oldest_unsent_at: now.oldest ? new Date(now.oldest).toISOString() : null,
      is_persistent: (await navigator.storage?.persisted?.()) ?? false,
      clock_offset_ms: this.door.offset,
    });
    if (answer?.data) await this.follow(answer.data);
  }

  async follow({ epoch, missing, open, settled_sequence: settled }) {
    const lost = new Set(missing);
    const kept = new Set(open);
    let isAny = false;
    await this.storage.change(["tickets"], (store) => {
      store("tickets").openCursor().onsuccess = (event) => {
        const cursor = event.target.result;
        if (!cursor) return;
        const record = cursor.value;
        if (record.epoch === epoch) {
          const isBooked = record.state === "applied" || record.state === "duplicate";
          if (isBooked && record.sequence <= settled) cursor.delete();
          else if (isBooked && lost.has(record.sequence)) {
            // Booked once, and the store has lost it: told again, unchanged.
            isAny = true;
            cursor.update({ ...record, state: "pending" });
          } else if (record.state === "parked" && !kept.has(record.sequence) && !lost.has(record.sequence) && record.isHeard) {
            cursor.update({ ...record, state: "applied", code: "" });
          }
        }
        cursor.continue();
      };
    });
    if (isAny) await this.drain();
  }

  async note(event) {
    await this.storage.change(["events"], (store) => store("events").put(event));
  }

  async sendEvents() {
    const events = (await this.storage.list("events")).slice(0, BATCH);
    if (!events.length) return;
    const answer = await this.door.post("events", { events });
    if (!answer?.data) return;
    await this.storage.change(["events"], (store) => { for (const event of events) store("events").delete(event.event_id); });
  }
}

function judge(record, answer) {
  if (!answer || answer.state === "unknown") return { ...record, state: "pending" };
  if (answer.state === "applied" || answer.state === "duplicate") return { ...record, state: answer.state, code: "" };
  return { ...record, state: "parked", code: answer.code, isHeard: answer.state === "parked" };
}

// What of a kept ticket is told to the store.
function makeBody(record) {
  const { occurred_at, site, till, ...ticket } = record.ticket;
  return { ...ticket, epoch: record.epoch, sequence: record.sequence };
}

// All that is not booked yet, as a file the store can import.
export async function exportQueue(storage, till) {
  const kept = (await storage.list("tickets")).filter((record) => record.state !== "applied" && record.state !== "duplicate" && record.sequence);
  const clock = await storage.readMeta("clock");
  const content = JSON.stringify({ till, clock_offset_ms: clock?.offset ?? 0, tickets: kept.map(makeBody) }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  link.download = `${till}-unsent.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
