// A day that is closed while nobody answers is sealed (封账): the last number is fixed and the cash
// is counted, blind, and people go home. It is told when the network is back, after the tickets up
// to it and before those that came later, and closes itself when the hub has answered.

import { readAmount } from "./figures.js";
import { makeId } from "./identity.js";
import { find, make, page, text } from "./view.js";

const TENDERS = ["cash", "card", "mobile"];
const WAITING = new Set(["pending", "sealed"]);
const KEPT = 14;

export class Seals {
  constructor({ storage, identity, door, setup }) { Object.assign(this, { storage, identity, door, setup }); }

  async list() { return (await this.storage.readMeta("seals")) ?? []; }

  async write(seals) { await this.storage.writeMeta("seals", seals.slice(-KEPT)); }

  // The first one the store has not heard of; tickets behind it wait for it.
  async findPending() { return (await this.list()).find((seal) => seal.state === "pending") ?? null; }

  async add(day, counted) {
    const { epoch, last_sequence } = this.identity.current;
    const seal = {
      seal_id: makeId(), epoch, last_sequence, business_date: day, counted, state: "pending", code: "",
      device_at: new Date(this.door.now() - this.door.offset).toISOString(), clock_offset_ms: this.door.offset,
      sealed_by: page.dataset.person,
    };
    await this.write([...(await this.list()), seal]);
    return seal;
  }

  // Tell the store of one. Returns "heard", "missing" when tickets are, or "" without an answer.
  async send(seal) {
    const { state, code, ...told } = seal;
    const answer = await this.door.post("seals", told);
    if (!answer) return "";
    // What is missing is asked for with the next report, and the day is sealed then.
    const isMissing = answer.code === "store_day.tickets_missing";
    const next = answer.data ? { ...seal, state: answer.data.state, code: "" } : { ...seal, state: isMissing ? "pending" : "refused", code: answer.code };
    await this.write((await this.list()).map((each) => (each.seal_id === seal.seal_id ? next : each)));
    return isMissing ? "missing" : "heard";
  }

  // Ask what has become of those that are not closed yet.
  async follow() {
    for (const seal of await this.list()) if (WAITING.has(seal.state)) await this.send(seal);
  }

  async showList() {
    find("seals").replaceChildren(...(await this.list()).slice(-5).reverse().map((seal) => {
      const row = make("li");
      const kind = { closed: "good", refused: "bad", differs: "bad" }[seal.state] ?? "warn";
      row.append(make("span", "", seal.business_date), make("span", `badge badge-dot tone-${kind}`, text(`seal${seal.state}`)), make("span", "muted", seal.code));
      return row;
    }));
  }

  // The dialog: which day, how much is unsent or parked, and what lies in the drawer. Resolves to
  // the seal.
  async ask(unsent, parked) {
    const dialog = find("day");
    const form = dialog.querySelector("form");
    form.reset();
    const [last] = await this.storage.listLast("tickets", 1);
    form.elements.day.value = this.setup.getDay(last?.at ?? this.door.now());
    find("day-unsent").textContent = unsent ? `${unsent} · ${text("sealsoon")}` : text("level");
    find("day-parked").hidden = !parked;
    find("day-parked").textContent = `${parked} · ${text("stillparked")}`;
    find("day-wrong").hidden = true;
    dialog.showModal();
    form.elements.cash.focus();
    return new Promise((resolve) => {
      let sealed = null;
      form.onsubmit = async (event) => {
        event.preventDefault();
        const counted = TENDERS.map((tender) => ({ tender, counted_minor: readAmount(form.elements[tender].value, "CNY") }));
        const isKnown = (await this.list()).some((seal) => seal.business_date === form.elements.day.value && seal.state !== "refused");
        if (counted.some((each) => each.counted_minor === null) || isKnown) {
          find("day-wrong").hidden = false;
          find("day-wrong").textContent = text(isKnown ? "sealtwice" : "guard");
          return;
        }
        sealed = await this.add(form.elements.day.value, counted);
        dialog.close();
      };
      find("day-leave").onclick = () => dialog.close();
      dialog.addEventListener("close", () => resolve(sealed), { once: true });
    });
  }
}
