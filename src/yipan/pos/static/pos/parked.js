// Tickets that wait for their customers (挂单): kept like those that are finished, told with their
// time and sum, and taken up again, whichever of them.

import { amountOf } from "./draft.js";
import { writeAmount } from "./figures.js";
import { writeTime } from "./receipt.js";
import { find, make, nameOf, text } from "./view.js";

export class Parked {
  constructor({ storage, draft, door, setup }) { Object.assign(this, { storage, draft, door, setup }); }

  // The last one first.
  async list() { return (await this.storage.list("parked")).reverse(); }

  async showCount() {
    const { length } = await this.list();
    find("parked-count").hidden = !length;
    find("parked-count").textContent = String(length);
    return length;
  }

  async put() {
    const { lines, receipt, receiptState, returnable, returnId } = this.draft;
    await this.storage.change(["parked"], (store) => store("parked").add({ lines, receipt, receiptState, returnable, returnId, at: this.door.now() }));
    this.draft.clear();
    await this.showCount();
  }

  // What is being made stays parked instead: nothing that was begun is lost by taking up another.
  async take({ key, lines, receipt, receiptState, returnable, returnId }) {
    if (this.draft.lines.length) await this.put();
    await this.storage.change(["parked"], (store) => store("parked").delete(key));
    Object.assign(this.draft, { lines, receipt, receiptState, returnable, returnId });
    this.draft.current = lines.length - 1;
    this.draft.reckon();
    await this.showCount();
  }

  // Let somebody choose which one; the only one is taken at once. Returns what is to be said.
  async press(onTaken) {
    if (this.draft.lines.length) {
      await this.put();
      return "parkedticket";
    }
    const kept = await this.list();
    if (kept.length > 1) return this.offer(kept, onTaken);
    if (!kept.length) return "noneparked";
    await this.take(kept[0]);
    return "recalled";
  }

  offer(kept, onTaken) {
    const place = find("hits");
    place.replaceChildren(...kept.map((each) => {
      const button = make("button");
      button.type = "button";
      const sum = each.lines.reduce((all, line) => all + amountOf(line), 0);
      const more = each.lines.length > 1 ? ` +${each.lines.length - 1}` : "";
      button.append(
        make("span", "", `${writeTime(each.at, this.setup.values.time_zone)} · ${nameOf(each.lines[0])}${more}`),
        make("span", "number", writeAmount(sum, each.lines[0].currency)),
      );
      button.addEventListener("click", async () => { await this.take(each); onTaken(); });
      return button;
    }));
    place.hidden = false;
    place.querySelector("button").focus();
    return "whichparked";
  }
}
