// What other sites have (他店库存), with its age, and goods that are ordered from them at this
// register (云货架): paid here, sent from there. A figure may be old; a promise needs the network.

import { writeAge, writeCount } from "./figures.js";
import { makeId } from "./identity.js";
import { find, make, nameOf, text } from "./view.js";

const REFRESH_MS = 900_000;

export class Elsewhere {
  constructor({ storage, door, site }) {
    Object.assign(this, { storage, door, site });
    this.kept = null;
  }

  async open() { this.kept = await this.storage.readMeta("elsewhere"); }

  // All goods of the sites near by, for when nobody answers.
  async refresh() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), REFRESH_MS);
    const answer = await this.door.ask("GET", `elsewhere?site=${encodeURIComponent(this.site)}`);
    if (!answer?.data) return;
    this.kept = { ...answer.data, at: this.door.now() };
    await this.storage.writeMeta("elsewhere", this.kept);
  }

  // Returns {rows: [{code, name, quantity}], age}; the quantity is null where nobody knows it.
  async look(sku) {
    const address = `elsewhere?site=${encodeURIComponent(this.site)}&sku=${encodeURIComponent(sku)}`;
    const answer = await this.door.ask("GET", address);
    const known = answer?.data ? { ...answer.data, at: this.door.now() } : this.kept;
    if (!known) return { rows: [], age: null, isFresh: false };
    const row = known.data[sku];
    return {
      rows: known.sites.map((each, place) => ({ ...each, quantity: row ? row[place] : answer?.data || !known.is_cut ? 0 : null })),
      age: this.door.now() - known.at,
      isFresh: Boolean(answer?.data),
    };
  }

  // Show it for a line, and let the line be ordered. Resolves when the dialog is closed: true
  // when the line is an order now.
  async show(line) {
    const dialog = find("others");
    const form = dialog.querySelector("form");
    form.reset();
    find("elsewhere-what").textContent = `${nameOf(line)} × ${writeCount(line.quantity)}`;
    find("elsewhere-age").textContent = "…";
    find("elsewhere-rows").replaceChildren();
    find("elsewhere-order").hidden = true;
    dialog.showModal();
    const { rows, age, isFresh } = await this.look(line.sku);
    const canOrder = isFresh && line.quantity > 0 && !line.is_gift;
    find("elsewhere-age").textContent = age === null ? text("neverasked") : isFresh ? text("asked") : `${text("asof")} ${writeAge(age)}`;
    find("elsewhere-age").className = isFresh ? "muted" : "warn";
    find("elsewhere-rows").replaceChildren(...rows.map((row) => makeRow(row, { canOrder, wanted: line.quantity })));
    const enough = rows.reduce((all, row) => all + Math.max(row.quantity ?? 0, 0), 0) >= line.quantity;
    find("elsewhere-order").hidden = !canOrder || !enough;
    form.elements.method.value = "ship";
    this.askFor(form);
    form.onchange = () => this.askFor(form);
    return new Promise((resolve) => {
      let isOrdered = false;
      form.onsubmit = (event) => {
        event.preventDefault();
        const { method, customer_name: name, address } = form.elements;
        const pickup = method.value === "ship" ? "" : method.value;
        line.order = {
          external_id: makeId(), number: "", method: pickup ? "pickup" : "ship", pickup_site: pickup,
          customer_name: name.value.trim(), address: pickup ? "" : address.value.trim(),
        };
        isOrdered = true;
        dialog.close();
      };
      find("elsewhere-leave").onclick = () => dialog.close();
      dialog.addEventListener("close", () => resolve(isOrdered), { once: true });
    });
  }

  // An address is asked for where goods are sent to one.
  askFor(form) {
    const isSent = form.elements.method.value === "ship";
    form.elements.address.closest("label").hidden = !isSent;
    form.elements.address.required = isSent;
  }

  // Order what is to come from elsewhere, all of it or nothing, before it is paid. Returns "" or
  // why not. Asked again it is the same order.
  async place(draft) {
    for (const line of draft.lines.filter((each) => each.order && !each.order.number)) {
      const { number, ...order } = line.order;
      const answer = await this.door.ask("POST", "store-orders", {
        ...order, site: this.site, currency: line.currency,
        lines: [{ sku: line.sku, quantity: line.quantity, amount_minor: draft.amountOf(line) }],
      });
      if (!answer) return "unordered";
      if (!answer.data) return "gone";
      line.order.number = answer.data.number;
    }
    return "";
  }
}

function makeRow({ code, name, quantity }, { canOrder, wanted }) {
  const row = make("li");
  const label = make("label", "elsewhere-row");
  if (canOrder && quantity >= wanted) {
    const radio = make("input");
    Object.assign(radio, { type: "radio", name: "method", value: code });
    label.append(radio);
  }
  const isOffered = label.firstChild !== null;
  label.append(make("span", "elsewhere-name", isOffered ? `${text("collect")} ${name}` : name), make("span", quantity > 0 ? "number" : "number muted", quantity === null ? "?" : writeCount(quantity)));
  row.append(label);
  return row;
}
