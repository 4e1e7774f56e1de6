// Where a receipt is printed: silently through a bridge on the till's own machine, else by the
// browser. It comes after the ticket is on the disk, and whatever fails here stops no sale.

import { drawBars } from "./code128.js";
import { makeBytes } from "./escpos.js";
import { writeAmount, writeCount } from "./figures.js";
import { makePulse } from "./pulse.js";
import { writeTime } from "./receipt.js";
import { find, make, page } from "./view.js";

const BRIDGE_MS = 4_000;
const words = page.querySelector("[data-receipt-words]").dataset;

export class Printer {
  constructor({ setup, onTrouble }) { Object.assign(this, { setup, onTrouble }); }

  // The drawer hangs on the printer: without a bridge to it nothing opens. Tells whether it did.
  async openDrawer() {
    const address = this.setup.values.bridge_url;
    return Boolean(address) && this.send(address, makePulse());
  }

  async print(receipt, { isCopy, opensDrawer = false }) {
    const address = this.setup.values.bridge_url;
    if (address && (await this.send(address, makeBytes(receipt, words, { isCopy, opensDrawer })))) return;
    if (address) this.onTrouble();
    drawPaper(receipt, { isCopy });
    window.print();
  }

  async send(address, bytes) {
    try {
      const reply = await fetch(address, {
        method: "POST", body: bytes, mode: "no-cors", credentials: "omit", signal: AbortSignal.timeout(BRIDGE_MS),
      });
      return reply.type === "opaque" || reply.ok;
    } catch {
      return false;
    }
  }
}

// The same paper for the browser's own printing: shown to the printer alone.
function drawPaper(receipt, { isCopy }) {
  const money = (minor) => writeAmount(minor, receipt.currency);
  const paper = find("paper");
  const row = (left, right, kind = "") => {
    const part = make("p", `paper-row ${kind}`);
    part.append(make("span", "", left), make("span", "", right));
    return part;
  };
  paper.replaceChildren(make("h2", "", receipt.store));
  for (const text of receipt.header.split("\n").filter(Boolean)) paper.append(make("p", "paper-center", text));
  if (isCopy) paper.append(make("p", "paper-center paper-strong", words.copy));
  if (receipt.isVoid) paper.append(make("p", "paper-center paper-strong", words.void));
  paper.append(row(receipt.number, writeTime(receipt.at, receipt.time_zone)), row(receipt.till, receipt.cashier), make("hr"));
  for (const line of receipt.lines) {
    paper.append(make("p", "", line.name));
    const much = `${writeCount(line.quantity)} × ${money(line.price)}${line.discount ? ` −${money(line.discount)}` : ""}`;
    paper.append(row(much, line.isGift ? words.gift : money(line.amount)));
  }
  paper.append(make("hr"), row(words.total, `${receipt.currency} ${money(receipt.total)}`, "paper-strong"));
  for (const paid of receipt.tenders) paper.append(row(words[paid.tender], money(paid.amount_minor)));
  if (receipt.change) paper.append(row(words.change, money(receipt.change)));
  for (const text of receipt.footer.split("\n").filter(Boolean)) paper.append(make("p", "paper-center", text));
  paper.append(drawBars(receipt.number), make("p", "paper-center", receipt.number));
}
