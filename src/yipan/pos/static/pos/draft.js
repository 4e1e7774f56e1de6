// The ticket that is being made: its lines, and what each comes to. No screen and no disk here.

import { applyPromotions } from "./promotions.js";
import { getRefund } from "./returns.js";

export const QUANTITY_MAX = 99_999;
const DISPOSITIONS = ["sellable", "inspect", "damaged", "supplier"];

export const discountOf = (line) => line.keyed_minor + line.promotion_minor;
export function amountOf(line) {
  if (line.is_gift) return 0;
  // What was paid on its receipt comes back, whatever the price is today.
  if (line.quantity < 0 && line.refund_minor !== undefined) return -line.refund_minor;
  return line.quantity * line.price_minor - discountOf(line);
}

export class Draft {
  constructor() {
    this.promotions = [];
    this.clear();
  }

  clear() {
    this.lines = [];
    this.current = -1;
    this.multiplier = 0;
    this.isReturn = false;
    this.receipt = "";
    this.receiptState = "";
    this.returnable = new Map();
    this.returnId = "";
    this.approval = null;
    this.declined = [];
  }

  get line() { return this.lines[this.current]; }
  get currency() { return this.lines[0]?.currency ?? "CNY"; }
  get sum() { return this.lines.reduce((all, line) => all + amountOf(line), 0); }
  get units() { return this.lines.reduce((all, line) => all + line.quantity, 0); }
  get hasReturn() { return this.lines.some((line) => line.quantity < 0); }
  amountOf(line) { return amountOf(line); }

  // How many of a product the receipt still gives back beyond those in the ticket; Infinity
  // where nobody has said.
  leftToReturn(sku) {
    if (this.receiptState !== "known") return Infinity;
    const taken = this.lines.reduce((all, line) => (line.sku === sku && line.quantity < 0 ? all - line.quantity : all), 0);
    return (this.returnable.get(sku)?.quantity_returnable ?? 0) - taken;
  }

  // Returns the quantity added, or null when it is no quantity any more.
  add(item, size, mode) {
    const isMultiplied = this.multiplier > 1;
    const quantity = (this.multiplier || 1) * size * (this.isReturn ? -1 : 1);
    this.multiplier = 0;
    const at = this.lines.findIndex((line) => line.sku === item.sku && !line.is_gift && !line.keyed_minor && !line.order
      && Math.sign(line.quantity) === Math.sign(quantity));
    const total = quantity + (at < 0 ? 0 : this.lines[at].quantity);
    if (Math.abs(total) > QUANTITY_MAX) return null;
    if (at < 0) {
      const { sku, name, name_zh, category, price_minor, currency } = item;
      this.lines.push({
        sku, name, name_zh, category, price_minor, currency, quantity,
        capture_mode: mode, multiplier_used: isMultiplied, disposition: "sellable", keyed_minor: 0, promotion_minor: 0, promotion: "", is_gift: false,
      });
      this.current = this.lines.length - 1;
    } else {
      this.lines[at].quantity = total;
      this.lines[at].multiplier_used ||= isMultiplied;
      this.current = at;
    }
    this.isReturn = false;
    this.reckon();
    return quantity;
  }

  step(by) {
    const { line } = this;
    const next = line.quantity + by * Math.sign(line.quantity);
    if (next === 0) { this.remove(); return true; }
    if (Math.abs(next) > QUANTITY_MAX) return false;
    line.quantity = next;
    line.capture_mode = "key";
    line.keyed_minor = Math.min(line.keyed_minor, Math.abs(next) * line.price_minor);
    this.reckon();
    return true;
  }

  remove() {
    if (!this.line) return;
    // A gift of a promotion that is taken away is declined, and does not come back by itself.
    if (this.line.is_gift && this.line.promotion) this.declined.push(this.line.promotion);
    this.lines.splice(this.current, 1);
    this.current = Math.min(this.current, this.lines.length - 1);
    if (!this.lines.length) this.declined = [];
    this.reckon();
  }

  move(by) { this.current = Math.min(Math.max(this.current + by, 0), this.lines.length - 1); }

  setDiscount(minor) {
    this.line.keyed_minor = minor;
    this.reckon();
  }

  toggleGift() {
    const { line } = this;
    if (!line || line.quantity <= 0 || (line.is_gift && line.promotion)) return;
    line.is_gift = !line.is_gift;
    line.keyed_minor = 0;
    this.reckon();
  }

  nextDisposition() {
    const { line } = this;
    if (!line || line.quantity >= 0) return;
    line.disposition = DISPOSITIONS[(DISPOSITIONS.indexOf(line.disposition) + 1) % DISPOSITIONS.length];
  }

  // What the promotions give to these lines: discounts, and gifts as lines of their own.
  reckon() {
    this.lines = this.lines.filter((line) => !(line.is_gift && line.promotion));
    for (const line of this.lines) {
      line.promotion = "";
      line.promotion_minor = 0;
      const sold = line.quantity < 0 ? this.returnable.get(line.sku) : undefined;
      line.refund_minor = sold && -line.quantity <= sold.quantity_returnable ? getRefund(sold, -line.quantity) : undefined;
    }
    const asked = this.lines.map((line) => ({
      sku: line.sku,
      category: line.category,
      quantity: line.is_gift || line.keyed_minor ? 0 : line.quantity,
      price_minor: line.price_minor,
    }));
    const { discounts, gifts } = applyPromotions(asked, this.promotions);
    for (const { line, promotion, discount_minor: minor } of discounts) {
      this.lines[line].promotion = promotion;
      this.lines[line].promotion_minor = minor;
    }
    for (const { sku, quantity, promotion } of gifts) {
      const item = this.findGift?.(sku);
      if (!item || this.declined.includes(promotion)) continue;
      this.lines.push({
        ...item, quantity, capture_mode: "rule", disposition: "", keyed_minor: 0, promotion_minor: 0, promotion, is_gift: true,
      });
    }
    this.current = Math.min(this.current, this.lines.length - 1);
  }

  // As the store takes it.
  list() {
    return this.lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      amount_minor: amountOf(line),
      capture_mode: line.capture_mode,
      multiplier_used: Boolean(line.multiplier_used),
      line_type: line.quantity < 0 ? "return" : line.is_gift ? "gift" : line.order ? "order" : "sale",
      discount_minor: line.is_gift ? 0 : discountOf(line),
      disposition: line.quantity < 0 ? line.disposition : "",
      original_ticket: line.quantity < 0 ? this.receipt : line.order?.number ?? "",
      promotion: line.promotion,
    }));
  }
}
