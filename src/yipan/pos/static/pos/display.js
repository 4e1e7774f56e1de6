// What the customer sees in a window of its own: the last line, the sum, and what comes back. The
// register tells it through a channel of the browser, with or without a network.

import { amountOf } from "./draft.js";
import { nameOf } from "./view.js";

export class Display {
  constructor(till) {
    this.channel = new BroadcastChannel(`yipan-display-${till}`);
    this.last = null;
    // A display that is opened later asks what there is to see.
    this.channel.addEventListener("message", (event) => { if (event.data?.isAsking && this.last) this.channel.postMessage(this.last); });
  }

  tell(what) {
    this.last = what;
    this.channel.postMessage(what);
  }

  show(draft) {
    // The sum of a finished ticket stays until the next one is begun.
    if (!draft.lines.length && this.last?.isDone) return;
    this.tell({
      isDone: false,
      currency: draft.currency,
      total: draft.sum,
      lines: draft.lines.map((line) => ({ name: nameOf(line), quantity: line.quantity, amount: amountOf(line) })),
    });
  }

  thank({ total, change, currency }) { this.tell({ isDone: true, currency, total, change, lines: [] }); }
}
