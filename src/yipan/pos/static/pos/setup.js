// How this register is set up: quick keys, limits, printer, promotions, and who may approve. It is
// fetched when the network is there, and kept for when it is not.

import { chooseValid } from "./promotions.js";
import { writeAmount, writeCount } from "./figures.js";
import { find, make, nameOf } from "./view.js";

const REFRESH_MS = 300_000;
const EMPTY = {
  quick_keys: [], bridge_url: "", discount_limit_percent: 20, may_approve_alone: false, receipt_header: "", receipt_footer: "",
  promotions: [], supervisors: [], weighed_patterns: [], region: "", time_zone: "UTC", day_starts_at: "00:00",
};

export class Setup {
  constructor({ storage, door, page }) {
    Object.assign(this, { storage, door, page });
    this.values = EMPTY;
    this.onChange = () => {};
  }

  async open() {
    const kept = await this.storage.readMeta("setup");
    if (kept) this.take(kept);
    this.isPrinting = (await this.storage.readMeta("printing")) ?? this.values.bridge_url !== "";
    const box = find("printing");
    box.checked = this.isPrinting;
    box.addEventListener("change", () => {
      this.isPrinting = box.checked;
      this.storage.writeMeta("printing", box.checked);
    });
  }

  take(values) {
    this.values = { ...EMPTY, ...values };
    // Whoever works here now, whatever page the worker gave.
    for (const [name, value] of Object.entries(values.person ?? {})) this.page.dataset[name] = value;
  }

  async refresh() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), REFRESH_MS);
    const answer = await this.door.get(this.door.setup);
    if (!answer) return;
    const { token, ...values } = answer;
    this.door.token = token;
    const isNew = JSON.stringify(values) !== JSON.stringify(this.values);
    this.take(values);
    await this.storage.writeMeta("setup", values);
    if (isNew) this.onChange();
  }

  // The business date at this store: its own clock, less the hour at which its day begins.
  getDay(now) {
    const [hours, minutes] = this.values.day_starts_at.split(":").map(Number);
    const moment = new Date(now - (hours * 60 + minutes) * 60_000);
    return new Intl.DateTimeFormat("en-CA", { timeZone: this.values.time_zone, dateStyle: "short" }).format(moment);
  }

  listPromotions(now) {
    return chooseValid(this.values.promotions, { site: this.door.site, region: this.values.region, day: this.getDay(now) });
  }

  // The keys of the goods that are sold most; those of the store, or what it has most of.
  showQuick(catalog) {
    const place = find("quick");
    const chosen = this.values.quick_keys.map((sku) => catalog.find(sku)).filter(Boolean);
    if (!chosen.length && place.childElementCount) {
      for (const key of place.children) showStock(key.querySelector("[data-stock]"), catalog.getStock(key.dataset.sku));
      return;
    }
    const items = chosen.length ? chosen : [...catalog.rows.keys()].slice(0, 24).map((sku) => catalog.find(sku));
    place.replaceChildren(...items.map((item) => {
      const button = make("button", "quick");
      button.type = "button";
      button.dataset.sku = item.sku;
      const stock = make("span", "quick-stock");
      stock.dataset.stock = "";
      showStock(stock, catalog.getStock(item.sku));
      button.append(make("span", "quick-name", nameOf(item)), make("span", "quick-price", writeAmount(item.price_minor, item.currency)), stock);
      return button;
    }));
  }
}

function showStock(place, stock) {
  place.textContent = stock === undefined ? "?" : writeCount(stock);
  place.classList.toggle("bad", stock !== undefined && stock <= 0);
}
