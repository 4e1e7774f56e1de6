// A receipt (收据): what stands on the paper, as plain values. It is kept with the ticket, so that
// it can be printed again, and then it says so.

import { amountOf, discountOf } from "./draft.js";
import { nameOf, page } from "./view.js";

export function makeReceipt({ draft, isVoid, tenders, change, number, at, setup, cashier }) {
  return {
    number,
    at,
    store: page.dataset.store,
    till: page.dataset.till,
    cashier,
    time_zone: setup.values.time_zone,
    currency: draft.currency,
    header: setup.values.receipt_header,
    footer: setup.values.receipt_footer,
    isVoid,
    lines: draft.lines.map((line) => ({
      name: line.order ? `${nameOf(line)} (${line.order.number})` : nameOf(line),
      sku: line.sku,
      quantity: line.quantity,
      price: line.price_minor,
      discount: line.is_gift ? 0 : discountOf(line),
      amount: isVoid ? 0 : amountOf(line),
      isGift: line.is_gift,
    })),
    total: isVoid ? 0 : draft.sum,
    tenders: isVoid ? [] : tenders,
    change,
  };
}

export function writeTime(at, timeZone) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(at);
}
