// Goods that come back: what of a receipt or an order may still be returned is asked at the hub,
// whichever store or shop sold it; and they are claimed there, so that nobody refunds them twice.

import { makeId } from "./identity.js";

export class Returns {
  constructor({ door, site }) { Object.assign(this, { door, site }); }

  // Ask what of a receipt may come back. The draft knows it then, or that nobody could say.
  async ask(draft, number) {
    Object.assign(draft, { receipt: number, isReturn: true, receiptState: "asking", returnable: new Map(), returnId: makeId() });
    const answer = await this.door.ask("GET", `returnable/${encodeURIComponent(number)}`);
    if (draft.receipt !== number) return;
    draft.receiptState = answer?.data ? "known" : answer?.status === 404 ? "unknown" : "unheard";
    draft.returnable = new Map((answer?.data?.lines ?? []).map((line) => [line.sku, line]));
    draft.reckon();
  }

  // Claim what is about to be refunded. Returns "" when it is, or nobody can be asked; else why not.
  async claim(draft) {
    if (draft.receiptState !== "known" || !draft.hasReturn) return "";
    const lines = draft.lines.filter((line) => line.quantity < 0);
    const answer = await this.door.ask("POST", "customer-returns", {
      return_id: draft.returnId,
      site: this.site,
      original_number: draft.receipt,
      lines: lines.map((line) => ({ sku: line.sku, quantity: -line.quantity, disposition: line.disposition })),
    }, `${draft.returnId}-${lines.map((line) => `${line.sku}${line.quantity}${line.disposition}`).join("-")}`.slice(0, 255));
    if (answer?.data) {
      for (const { sku, refund_minor: minor } of answer.data.lines) lines.find((line) => line.sku === sku).refund_minor = minor;
      return "";
    }
    if (!answer) {
      // The network went meanwhile: from here on it is a return nobody has checked.
      draft.receiptState = "unheard";
      return "unchecked";
    }
    draft.returnId = makeId();
    return answer.code === "customer_return.not_returnable" ? "claimed" : "unchecked";
  }
}

// What is refunded for so many of a line: its share of what was paid, as the hub reckons it
// (erp/rules/customer_return.py), in whole minor units.
export function getRefund({ amount_minor: paid, quantity_sold: sold, quantity_returned, quantity_claimed }, quantity) {
  const before = quantity_returned + quantity_claimed;
  return Math.floor((paid * (before + quantity)) / sold) - Math.floor((paid * before) / sold);
}
