// Who this register is: a device in an epoch, and the last number it gave. The number of a ticket
// is given in the same transaction that writes the ticket, so there is no gap and no second use.

// UUIDv7 (RFC 9562, section 5.7): milliseconds in front, the rest by chance.
export function makeId(milliseconds = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(milliseconds / 2 ** (8 * (5 - place))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20, 32].map((end, place) => digits.slice([0, 8, 12, 16, 20][place], end)).join("-");
}

// As the store writes it: the epoch is named from the second on.
function makeNumber(till, epoch, sequence) {
  const digits = String(sequence).padStart(6, "0");
  return epoch === 1 ? `${till}-${digits}` : `${till}-E${epoch}-${digits}`;
}

export class Identity {
  constructor(storage, door) {
    this.storage = storage;
    this.door = door;
    this.current = null;
  }

  get isKnown() { return this.current !== null; }

  // Returns whether this register may number tickets: known from before, or told by the store.
  async open() {
    this.current ??= await this.storage.readMeta("identity");
    if (this.current) return true;
    const device = (await this.storage.readMeta("device")) ?? crypto.randomUUID();
    // Kept before it is told, so that a lost reply does not make a second device.
    await this.storage.writeMeta("device", device);
    return this.register(device);
  }

  async register(device) {
    const answer = await this.door.post("devices", { device });
    if (!answer?.data) return false;
    const identity = { device, epoch: answer.data.epoch, last_sequence: 0, last_at: 0 };
    await this.storage.change(["meta"], (store) => store("meta").put({ name: "identity", value: identity }));
    this.current = identity;
    await this.numberOld();
    return true;
  }

  // Write a finished ticket under the next number. `make` gets number and time, returns the record.
  async keep(make, now) {
    let kept = null;
    await this.storage.change(["meta", "tickets"], (store, work) => {
      store("meta").get("identity").onsuccess = (event) => {
        const identity = event.target.result?.value;
        if (!identity) { work.abort(); return; }
        const sequence = identity.last_sequence + 1;
        // A clock that was set back does not make a ticket older than the one before it.
        const at = Math.max(identity.last_at + 1, now);
        const number = makeNumber(this.door.till, identity.epoch, sequence);
        kept = { ...make({ number, at }), number, epoch: identity.epoch, sequence, at, state: "pending", attempts: 0 };
        store("tickets").add(kept);
        this.current = { ...identity, last_sequence: sequence, last_at: at };
        store("meta").put({ name: "identity", value: this.current });
      };
    });
    return kept;
  }

  // Another register used our numbers, or the store does not know our epoch: a new epoch, and
  // what is not booked is told again in it. The paper keeps its number, and the ticket says so.
  async renumber(isToMove) {
    const device = crypto.randomUUID();
    await this.storage.writeMeta("device", device);
    const answer = await this.door.post("devices", { device });
    if (!answer?.data) return false;
    const { epoch } = answer.data;
    await this.storage.change(["meta", "tickets"], (store) => {
      let sequence = 0;
      store("tickets").openCursor().onsuccess = (event) => {
        const cursor = event.target.result;
        if (!cursor) {
          this.current = { ...this.current, device, epoch, last_sequence: sequence };
          store("meta").put({ name: "identity", value: this.current });
          return;
        }
        if (isToMove(cursor.value)) {
          sequence += 1;
          const number = makeNumber(this.door.till, epoch, sequence);
          const printed = cursor.value.ticket.printed_number || cursor.value.number;
          const ticket = { ...cursor.value.ticket, printed_number: printed };
          cursor.update({ ...cursor.value, ticket, number, epoch, sequence, state: "pending", code: "" });
        }
        cursor.continue();
      };
    });
    return true;
  }

  async numberOld() {
    const old = await this.storage.listBy("tickets", "state", "unnumbered");
    if (old.length) await this.renumberOld(old);
  }

  renumberOld(old) {
    return this.storage.change(["meta", "tickets"], (store) => {
      for (const record of old) {
        this.current.last_sequence += 1;
        const sequence = this.current.last_sequence;
        const { epoch } = this.current;
        const at = Date.parse(record.ticket.occurred_at);
        const number = makeNumber(this.door.till, epoch, sequence);
        const ticket = { ...record.ticket, device_at: record.ticket.occurred_at };
        store("tickets").put({ ...record, ticket, number, epoch, sequence, at, state: "pending" });
      }
      store("meta").put({ name: "identity", value: this.current });
    });
  }
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
