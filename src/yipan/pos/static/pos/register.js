// The register. A scan is resolved in memory and shown at once; a finished ticket is numbered and
// written down before it is printed, and printed before it is sent.

import { Catalog } from "./catalog.js";
import { Door } from "./door.js";
import { Draft, QUANTITY_MAX } from "./draft.js";
import { digitsOf, readAmount } from "./figures.js";
import { Identity, becomeWriter, makeId } from "./identity.js";
import { Outbox, REUSED, exportQueue } from "./outbox.js";
import { makeReceipt } from "./receipt.js";
import { Drawer } from "./drawer.js";
import { Parked } from "./parked.js";
import { Printer } from "./printing.js";
import { Setup } from "./setup.js";
import { Storage, askToKeep } from "./storage.js";
import { startWorker } from "./shell.js";
import { askForApproval, needsApproval } from "./override.js";
import { Display } from "./display.js";
import { Elsewhere } from "./elsewhere.js";
import { Returns } from "./returns.js";
import { Seals } from "./seal.js";
import * as view from "./view.js";
import { find, page, say, text } from "./view.js";
import { readWeighed } from "./weighed.js";

const RECEIPT = /^[A-Z0-9-]+-\d+-(E\d+-)?\d{6}$/;
const { till, site } = page.dataset;
const scan = find("scan");
const tendered = find("tendered");
const storage = new Storage(till);
const door = new Door({ till, site, setup: page.dataset.setup, token: page.querySelector("[name=csrfmiddlewaretoken]").value, storage });
const identity = new Identity(storage, door);
const draft = new Draft();
const catalog = new Catalog({
  storage,
  door,
  addresses: { catalog: page.dataset.catalog, stock: page.dataset.stock },
  onChange: () => { showSync(); showQuick(); },
});
const setup = new Setup({ storage, door, page });
const printer = new Printer({ setup, onTrouble: () => say(text("unprinted"), "bad") });
const drawer = new Drawer({ printer, note: (reason) => noteEvent("drawer", "", { reason }) });
const parked = new Parked({ storage, draft, door, setup });
const display = new Display(till);
const returns = new Returns({ door, site });
const elsewhere = new Elsewhere({ storage, door, site });
const seals = new Seals({ storage, identity, door, setup });
const outbox = new Outbox({
  storage,
  identity,
  door,
  seals,
  onChange: (state) => { showSync(state); showRecent(); },
  onParked: (record) => {
    // A number somebody else used is no fault of who sells: the ticket goes again by itself.
    if (!REUSED.has(record.code)) say(`${text("refused")} ${record.number}`, "bad");
  },
});
let isKept = true;

function show() {
  view.showDraft(draft, { stockOf: (sku) => catalog.getStock(sku), onChoose: (at) => { draft.current = at; show(); scan.focus(); } });
  view.showNotes(draft.sum, 10 ** digitsOf(draft.currency), draft.currency, finish);
  display.show(draft);
}
async function showSync(state) {
  const kept = state ?? (await outbox.look());
  const catalogAt = (await storage.readMeta("catalog"))?.at ?? null;
  view.showSync(kept, { catalogAt, stockAt: catalog.stockAt, size: catalog.size, isKept, now: door.now() });
  navigator.serviceWorker?.controller?.postMessage({ unsent: kept.unsent });
  seals.showList();
}
async function showRecent() {
  const kept = await storage.listLast("tickets", 8);
  view.showRecent(kept.filter((record) => record.number && record.receipt), printAgain);
}
const showQuick = () => setup.showQuick(catalog);

// Scans
function add(item, size, mode) {
  if (draft.isReturn && draft.leftToReturn(item.sku) < (draft.multiplier || 1) * size) {
    draft.multiplier = 0;
    return say(`${text(draft.returnable.has(item.sku) ? "claimed" : "notonreceipt")} ${draft.receipt}`, "bad");
  }
  const quantity = draft.add(item, size, mode);
  if (quantity === null) return say(text("guard"), "bad");
  view.hideDone();
  show();
  return say(`${view.nameOf(item)} × ${quantity}`, "good");
}
async function takeReceipt(code) {
  if (draft.hasReturn && draft.receipt !== code) return say(text("onereceipt"), "bad");
  say(`${text("return")} · ${code}`, "good");
  const asked = returns.ask(draft, code);
  show();
  await asked;
  if (draft.receipt !== code) return undefined;
  show();
  if (draft.receiptState !== "known") return say(`${text(`receipt${draft.receiptState}`)} ${code}`, "bad");
  if (draft.hasReturn) return undefined;
  const lines = [...draft.returnable.values()].map((line) => ({ ...line, item: catalog.find(line.sku) }));
  return view.showReturnable(lines, draft.currency, ({ item }) => {
    hide();
    draft.isReturn = true;
    if (item) add(item, 1, "key");
  });
}
async function resolve(input) {
  if (isAsking) return say(text("asking"), "bad");
  const multiplied = /^(\d+)\s*[*x×]\s*(.*)$/i.exec(input);
  if (multiplied) {
    const times = Number(multiplied[1]);
    // A barcode in front of the sign is a barcode, not a quantity.
    if (!times || times > QUANTITY_MAX || catalog.isCode(multiplied[1])) return say(text("guard"), "bad");
    draft.multiplier = times;
    show();
    return multiplied[2] ? resolve(multiplied[2]) : undefined;
  }
  const code = input.toUpperCase().replaceAll(" ", "");
  if (RECEIPT.test(code)) return takeReceipt(code);
  const byCode = catalog.findByCode(code);
  const bySku = catalog.find(code);
  if (byCode && (!bySku || bySku.sku === byCode.item.sku)) return add(byCode.item, byCode.size, "scan");
  if (bySku && !byCode) return add(bySku, 1, "key");
  const weighed = readWeighed(code, setup.values.weighed_patterns);
  const scaled = weighed && catalog.findByCode(weighed.barcode)?.item;
  if (scaled) return add(scaled, weighed.grams ?? weighed.pieces ?? Math.max(Math.round(weighed.minor / Math.max(scaled.price_minor, 1)), 1), "scan");
  const known = catalog.search(input);
  if (known.length && !(byCode && bySku)) return offer(known);
  const answer = await door.get(`${page.dataset.goods}&q=${encodeURIComponent(input)}`);
  if (answer?.exact) {
    catalog.remember(answer.exact);
    return add(answer.exact, answer.exact.pack_size, "scan");
  }
  if (answer?.hits.length) {
    for (const item of answer.hits) catalog.remember(item);
    return offer(answer.hits);
  }
  // The code of an order, of whichever shop: the hub knows it, or nobody.
  if (draft.isReturn && /^[A-Z0-9-]{6,48}$/.test(code)) return takeReceipt(code);
  return say(text("unknown"), "bad");
}
function offer(items) {
  view.showHits(items, (item) => { hide(); add(item, 1, "key"); });
}
function hide() {
  view.hideHits();
  scan.focus();
}
find("scan-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = scan.value.trim();
  scan.value = "";
  hide();
  if (input) resolve(input);
});

// Keys: on the screen, and on the keyboard while the scan box is empty
const keys = {
  plus: () => step(1),
  minus: () => step(-1),
  remove: () => { draft.remove(); show(); },
  return: () => { draft.isReturn = !draft.isReturn; show(); },
  times: () => {
    draft.multiplier = /^\d{1,5}$/.test(scan.value) ? Number(scan.value) : 0;
    scan.value = "";
    show();
  },
  exact: () => finish(draft.sum),
  card: () => pay("card"),
  mobile: () => pay("mobile"),
  discount,
  gift: () => { draft.toggleGift(); show(); },
  disposition: () => { draft.nextDisposition(); show(); },
  park: async () => {
    const said = await parked.press(() => { hide(); show(); say(text("recalled"), "good"); });
    show();
    say(text(said), said === "noneparked" ? "bad" : "good");
  },
  drawer: async () => {
    if (await drawer.ask()) outbox.wake();
    scan.focus();
  },
  void: voidTicket,
  elsewhere: showElsewhere,
  day: sealDay,
};
async function showElsewhere() {
  if (!draft.line) { say(text("empty"), "bad"); return; }
  if (await elsewhere.show(draft.line)) { draft.reckon(); say(text("order"), "good"); }
  show();
}
async function sealDay() {
  document.querySelector("#sync-panel").close();
  const { unsent } = await outbox.look();
  const seal = await seals.ask(unsent, await parked.showCount());
  if (!seal) return;
  say(`${text("sealpending")} ${seal.business_date}`, "good");
  showSync();
  outbox.offer();
}
function step(by) {
  if (draft.line && !draft.step(by)) say(text("guard"), "bad");
  show();
}
page.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]");
  const quick = event.target.closest("[data-sku]");
  if (key) keys[key.dataset.key]();
  const item = quick && catalog.find(quick.dataset.sku);
  if (item) add(item, 1, "key");
  if ((key || quick) && !document.querySelector("dialog[open]")) scan.focus();
});
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "F9") { event.preventDefault(); keys.exact(); }
  if (event.key === "Escape") hide();
  if (event.target !== scan) return;
  if (event.key === "*") { event.preventDefault(); keys.times(); return; }
  if (scan.value) return;
  const plain = { "+": "plus", "-": "minus", Delete: "remove" }[event.key];
  if (plain) { event.preventDefault(); keys[plain](); }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    draft.move(event.key === "ArrowDown" ? 1 : -1);
    show();
  }
});

// A discount on the line: `10%` or an amount, keyed into the scan box. Nothing keyed takes it off.
function discount() {
  const { line } = draft;
  if (!line || line.quantity <= 0 || line.is_gift) return;
  const keyed = /^(\d+(?:\.\d{1,2})?)(%?)$/.exec(scan.value.trim() || "0");
  const full = line.quantity * line.price_minor;
  const minor = keyed && Math.round(Number(keyed[1]) * (keyed[2] ? full / 100 : 10 ** digitsOf(line.currency)));
  if (!keyed || minor > full) { say(text("guard"), "bad"); return; }
  draft.setDiscount(minor);
  scan.value = "";
  show();
}

// Tenders. What is keyed as cash goes first; card or mobile pay the rest of it.
const readTendered = () => (catalog.isCode(tendered.value.trim()) ? null : readAmount(tendered.value, draft.currency));
function pay(tender) {
  const cash = readTendered();
  const total = draft.sum;
  if (cash === null || (cash && cash >= total)) { say(text("short"), "bad"); return; }
  const paid = [{ tender, amount_minor: total - cash }];
  if (cash) paid.unshift({ tender: "cash", amount_minor: cash });
  finish(total, paid);
}
tendered.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const minor = readTendered();
  if (minor === null || minor < draft.sum) say(text("short"), "bad");
  else finish(minor);
});

// A ticket nobody wants any more takes a number too: nothing that was begun disappears.
async function voidTicket() {
  if (!draft.lines.length) return;
  draft.approval = await approve("void");
  if (draft.approval) await keepTicket({ lines: [], tenders: [] });
}

async function approve(what) {
  return (await askForApproval(setup, what)) ?? say(text("unapproved"), "bad") ?? null;
}

let isFinishing = false;
let isAsking = false;
// Ask the hub for what is promised by it: goods that are refunded once, goods of other sites.
async function askHub() {
  isAsking = true;
  try {
    return (await elsewhere.place(draft)) || (await returns.claim(draft));
  } finally {
    isAsking = false;
  }
}
async function finish(given, paid = []) {
  if (isFinishing) return;
  if (!draft.lines.length) { say(text("empty"), "bad"); return; }
  isFinishing = true;
  try {
    const reason = needsApproval(draft, setup);
    if (reason) {
      draft.approval = await approve(reason);
      if (!draft.approval) return;
    }
    const before = draft.sum;
    const no = await askHub();
    if (no || draft.sum !== before) {
      show();
      say(text(no || "refundchanged"), "bad");
      return;
    }
    const tenders = paid.length ? paid : [{ tender: "cash", amount_minor: draft.sum }];
    await keepTicket({ lines: draft.list(), tenders, given });
  } finally {
    isFinishing = false;
  }
}

// Numbered and written down in one step, then printed, then sent.
async function keepTicket({ lines, tenders, given = 0 }) {
  const { approval, currency } = draft;
  const returnId = lines.length && draft.hasReturn && draft.receiptState === "known" ? draft.returnId : "";
  const total = lines.length ? draft.sum : 0;
  const change = given ? given - total : 0;
  let record;
  try {
    record = await identity.keep(({ number, at }) => ({
      total,
      receipt: makeReceipt({ draft, isVoid: !lines.length, tenders, change, number, at, setup, cashier: page.dataset.person }),
      ticket: {
        message_id: makeId(at),
        lines,
        tenders,
        currency,
        device_at: new Date(at - door.offset).toISOString(),
        clock_offset_ms: door.offset,
        cashier: page.dataset.person,
        approved_by: approval?.by ?? "",
        approval_reason: approval?.reason ?? "",
        return_id: returnId || null,
      },
    }), door.now());
  } catch {
    say(text(identity.isKnown ? "unkept" : "unnamed"), "bad");
    return;
  }
  for (const line of lines.filter((each) => each.line_type !== "order")) {
    catalog.takeOff(line.sku, line.quantity);
    view.showStock(line.sku, catalog.getStock(line.sku));
  }
  view.showDone({ number: record.number, change, currency });
  display.thank({ total, change, currency });
  draft.clear();
  tendered.value = "";
  show();
  say("");
  view.tone(true);
  if (approval) await noteEvent("override", record.number, approval);
  const isCash = lines.length > 0 && tenders.some((each) => each.tender === "cash" && each.amount_minor);
  if (lines.length && setup.isPrinting) printer.print(record.receipt, { isCopy: false, opensDrawer: isCash });
  else if (isCash) printer.openDrawer();
  showRecent();
  showSync();
  outbox.offer();
}
function noteEvent(type, subject, { by = "", reason = "" } = {}) {
  return outbox.note({
    event_id: makeId(), event_type: type, occurred_at: new Date(door.now()).toISOString(),
    actor: page.dataset.person, subject, approved_by: by, reason,
  });
}
async function printAgain(record) {
  await noteEvent("reprint", record.number);
  printer.print(record.receipt, { isCopy: true });
  outbox.wake();
}

// Nobody walks away from a ticket that is begun without being asked.
window.addEventListener("beforeunload", (event) => { if (draft.lines.length) event.preventDefault(); });
window.addEventListener("online", () => { outbox.failures = 0; outbox.wake(); catalog.refresh(); setup.refresh(); elsewhere.refresh(); });
find("export").addEventListener("click", () => exportQueue(storage, till));
find("send").addEventListener("click", () => outbox.wake());
find("refresh").addEventListener("click", () => { catalog.refresh(); setup.refresh(); elsewhere.refresh(); });

draft.findGift = (sku) => catalog.find(sku);
show();
await becomeWriter(till, () => { say(text("elsewhere"), "bad"); page.setAttribute("data-waiting", ""); });
try {
  await Promise.all([door.open(), setup.open(), catalog.open(), elsewhere.open()]);
  isKept = await askToKeep();
  await identity.open();
} catch {
  say(text("unkept"), "bad");
  throw new Error("this browser keeps nothing");
}
page.removeAttribute("data-waiting");
setup.onChange = () => { draft.promotions = setup.listPromotions(door.now()); draft.reckon(); showQuick(); show(); };
setup.onChange();
showSync();
showRecent();
parked.showCount();
if (!identity.isKnown) say(text("unnamed"), "bad");
page.setAttribute("data-ready", "");
startWorker();
outbox.wake();
catalog.refresh();
setup.refresh();
elsewhere.refresh();
