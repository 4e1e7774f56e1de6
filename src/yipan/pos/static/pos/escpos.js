// A receipt as bytes for a thermal printer (ESC/POS, 48 columns, GB 18030 for Chinese). Nothing is
// sent from here: the same receipt always makes the same bytes.

import { writeAmount } from "./figures.js";
import { PULSE } from "./pulse.js";
import { writeTime } from "./receipt.js";

const COLUMNS = 48;
const ESC = 0x1b;
const GS = 0x1d;
const FS = 0x1c;

let table = null;
// The browser reads GB 18030 and does not write it: the two-byte codes are read once, and turned round.
function makeTable() {
  const decoder = new TextDecoder("gb18030");
  table = new Map();
  for (let high = 0x81; high <= 0xfe; high += 1) {
    for (let low = 0x40; low <= 0xfe; low += 1) {
      const letter = low === 0x7f ? "" : decoder.decode(new Uint8Array([high, low]));
      if ([...letter].length === 1 && !table.has(letter)) table.set(letter, [high, low]);
    }
  }
}

export function encode(text) {
  const bytes = [];
  for (const letter of text) {
    if (letter.codePointAt(0) < 0x80) { bytes.push(letter.codePointAt(0)); continue; }
    if (!table) makeTable();
    bytes.push(...(table.get(letter === "−" ? "-" : letter) ?? [letter === "−" ? 0x2d : 0x3f]));
  }
  return bytes;
}

// How many columns a text takes: Chinese letters are as wide as two others.
const widthOf = (text) => [...text].reduce((all, letter) => all + (letter.codePointAt(0) < 0x80 || letter === "−" ? 1 : 2), 0);

function cut(text, columns) {
  let width = 0;
  let kept = "";
  for (const letter of text) {
    width += widthOf(letter);
    if (width > columns) break;
    kept += letter;
  }
  return kept;
}

function pair(left, right) {
  const room = COLUMNS - widthOf(right) - 1;
  const kept = cut(left, room);
  return `${kept}${" ".repeat(COLUMNS - widthOf(kept) - widthOf(right))}${right}`;
}

export function makeBytes(receipt, words, { isCopy, opensDrawer = false }) {
  const bytes = [ESC, 0x40, ...(opensDrawer ? PULSE : []), FS, 0x26, ESC, 0x61, 1];
  const line = (text = "") => bytes.push(...encode(text), 0x0a);
  const money = (minor) => writeAmount(minor, receipt.currency);
  bytes.push(GS, 0x21, 0x11);
  line(cut(receipt.store, COLUMNS / 2));
  bytes.push(GS, 0x21, 0x00);
  for (const text of receipt.header.split("\n").filter(Boolean)) line(text);
  if (isCopy) line(`*** ${words.copy} ***`);
  if (receipt.isVoid) line(`*** ${words.void} ***`);
  bytes.push(ESC, 0x61, 0);
  line(pair(receipt.number, writeTime(receipt.at, receipt.time_zone)));
  line(pair(receipt.till, receipt.cashier));
  line("-".repeat(COLUMNS));
  for (const each of receipt.lines) {
    line(cut(each.name, COLUMNS));
    const much = `  ${each.quantity} x ${money(each.price)}${each.discount ? ` -${money(each.discount)}` : ""}`;
    line(pair(much, each.isGift ? words.gift : money(each.amount)));
  }
  line("-".repeat(COLUMNS));
  bytes.push(ESC, 0x45, 1);
  line(pair(words.total, `${receipt.currency} ${money(receipt.total)}`));
  bytes.push(ESC, 0x45, 0);
  for (const paid of receipt.tenders) line(pair(words[paid.tender], money(paid.amount_minor)));
  if (receipt.change) line(pair(words.change, money(receipt.change)));
  bytes.push(ESC, 0x61, 1);
  for (const text of receipt.footer.split("\n").filter(Boolean)) line(text);
  // Code 128 in code set B, 60 dots high, with the number below it.
  bytes.push(GS, 0x68, 60, GS, 0x77, 2, GS, 0x48, 2);
  const code = encode(`{B${receipt.number}`);
  bytes.push(GS, 0x6b, 73, code.length, ...code, 0x0a);
  bytes.push(GS, 0x56, 66, 3);
  return new Uint8Array(bytes);
}
