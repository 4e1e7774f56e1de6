// The register. A scan is resolved in memory and shown at once; a finished ticket is written
// down before it is sent, sent until it is answered, and sent again under the same id.

import { Queue, becomeWriter, exportQueue, readWeighed } from "./queue.js";

const page = document.querySelector("[data-register]");
const text = (name) => page.dataset[`text${name[0].toUpperCase()}${name.slice(1)}`];
const find = (name) => page.querySelector(`[data-${name}]`);
const speaksChinese = page.dataset.language.startsWith("zh");
const QUANTITY_MAX = 99999;

const scan = find("scan");
const tendered = find("tendered");
const goods = new Map();
const barcodes = new Map();
let lines = [];
let current = -1;
let multiplier = 0;
let isReturn = false;
let receipt = "";
const DISPOSITIONS = ["sellable", "inspect", "damaged"];
let currency = "CNY";

// Figures
const digits = (code) => new Intl.NumberFormat("en", { style: "currency", currency: code }).resolvedOptions().maximumFractionDigits;
const write = (minor) => {
  const places = digits(currency);
  return new Intl.NumberFormat("en", { minimumFractionDigits: places, maximumFractionDigits: places })
    .format(minor / 10 ** places).replace("-", "−");
};
const SIGNS = { CNY: "¥", EUR: "€", GBP: "£", HKD: "HK$", JPY: "JP¥", USD: "$" };
function makeSign() {
  const sign = document.createElement("small");
  sign.textContent = SIGNS[currency] ?? currency;
  return sign;
}
const amountOf = (line) => (line.is_gift ? 0 : line.quantity * line.price_minor - (line.discount_minor ?? 0));
const sum = () => lines.reduce((all, line) => all + amountOf(line), 0);
const nameOf = (item) => (speaksChinese ? item.name_zh : item.name);

// What is told, by word and by tone
let sound = null;
function tone(isGood) {
  if (!navigator.userActivation?.hasBeenActive) return;
  sound ??= new AudioContext();
  const wave = sound.createOscillator();
  const volume = sound.createGain();
  wave.frequency.value = isGood ? 880 : 220;
  volume.gain.value = 0.12;
  wave.connect(volume).connect(sound.destination);
  wave.start();
  wave.stop(sound.currentTime + (isGood ? 0.16 : 0.35));
}
function say(words, kind = "") {
  const place = find("say");
  place.textContent = words;
  place.className = `register-say${kind ? ` is-${kind}` : ""}`;
  if (kind) tone(kind === "good");
}

// The ticket
function show() {
  const list = find("lines");
  list.replaceChildren(...lines.map(makeRow));
  if (!lines.length) {
    const empty = document.createElement("li");
    empty.className = "register-empty";
    empty.textContent = text("empty");
    list.append(empty);
  }
  list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  find("sum").replaceChildren(makeSign(), write(sum()));
  const units = lines.reduce((all, line) => all + line.quantity, 0);
  find("count").textContent = lines.length ? `· ${units}` : "";
  find("notes").replaceChildren(...listNotes(sum()).map(makeNote));
  const times = page.querySelector('[data-key="times"]');
  times.setAttribute("aria-pressed", String(multiplier > 0));
  page.querySelector('[data-key="return"]')?.setAttribute("aria-pressed", String(isReturn));
  if (multiplier) say(`${text("times")}: × ${multiplier}`);
}
function makeRow(line, at) {
  const row = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = `register-line${line.quantity < 0 ? " is-return" : ""}`;
  button.setAttribute("aria-current", String(at === current));
  const name = document.createElement("span");
  name.textContent = nameOf(line);
  const sub = document.createElement("span");
  sub.className = "sub";
  const known = goods.get(line.sku)?.available;
  const flags = [line.sku, write(line.price_minor)];
  if (line.discount_minor) flags.push(`${text("discount")} ${write(line.discount_minor)}`);
  if (line.is_gift) flags.push(text("gift"));
  if (line.quantity < 0) flags.push(`${text("return")}: ${text(line.disposition)}`);
  else if (known !== undefined && known < line.quantity) flags.push(text("none"));
  sub.textContent = flags.join(" · ");
  name.append(sub);
  const quantity = document.createElement("span");
  quantity.className = "quantity";
  quantity.textContent = String(line.quantity).replace("-", "−");
  const amount = document.createElement("span");
  amount.className = "amount";
  amount.textContent = write(amountOf(line));
  button.append(name, quantity, amount);
  button.addEventListener("click", () => { current = at; show(); scan.focus(); });
  row.append(button);
  return row;
}
function add(item, packSize, mode) {
  const quantity = (multiplier || 1) * packSize * (isReturn ? -1 : 1);
  multiplier = 0;
  currency = item.currency;
  const at = lines.findIndex((line) => line.sku === item.sku && !line.is_gift && !line.discount_minor && Math.sign(line.quantity) === Math.sign(quantity));
  const total = quantity + (at < 0 ? 0 : lines[at].quantity);
  if (Math.abs(total) > QUANTITY_MAX) return say(text("guard"), "bad");
  if (at < 0) {
    lines.push({ ...item, quantity, capture_mode: mode, disposition: "sellable" });
    current = lines.length - 1;
  } else {
    lines[at].quantity = total;
    current = at;
  }
  isReturn = false;
  find("done").hidden = true;
  show();
  say(`${nameOf(item)} × ${quantity}`, "good");
}
function step(by) {
  const line = lines[current];
  if (!line) return;
  const next = line.quantity + by * Math.sign(line.quantity);
  if (next === 0) return remove();
  if (Math.abs(next) > QUANTITY_MAX) return say(text("guard"), "bad");
  line.quantity = next;
  line.capture_mode = "key";
  show();
}
function remove() {
  if (!lines[current]) return;
  lines.splice(current, 1);
  current = Math.min(current, lines.length - 1);
  show();
}

// Scans
async function resolve(input) {
  const multiplied = /^(\d+)\s*[*x×]\s*(.*)$/i.exec(input);
  if (multiplied) {
    const times = Number(multiplied[1]);
    // A barcode in front of the sign is a barcode, not a quantity.
    if (!times || times > QUANTITY_MAX || barcodes.has(multiplied[1])) return say(text("guard"), "bad");
    multiplier = times;
    show();
    if (!multiplied[2]) return;
    return resolve(multiplied[2]);
  }
  const code = input.toUpperCase().replaceAll(" ", "");
  if (page.dataset.mayRefund === "1" && /^[A-Z0-9]+-\d+-\d{6}$/.test(code)) {
    receipt = code;
    isReturn = true;
    show();
    return say(`${text("return")} · ${code}`, "good");
  }
  const byBarcode = barcodes.get(code);
  const byCode = goods.get(code);
  if (byBarcode && (!byCode || byCode.sku === byBarcode.sku)) return add(goods.get(byBarcode.sku), byBarcode.pack_size, "scan");
  if (byCode && !byBarcode) return add(byCode, 1, "key");
  const weighed = readWeighed(code);
  const scaled = weighed && goods.get(barcodes.get(weighed.barcode)?.sku);
  if (scaled) return add(scaled, weighed.grams ?? Math.max(Math.round(weighed.minor / Math.max(scaled.price_minor, 1)), 1), "scan");
  const answer = await ask(input);
  if (answer?.exact) {
    remember(answer.exact);
    return add(answer.exact, answer.exact.pack_size, "scan");
  }
  if (answer?.hits.length) return offer(answer.hits);
  say(text("unknown"), "bad");
}
async function ask(input) {
  try {
    const reply = await fetch(`${page.dataset.goods}&q=${encodeURIComponent(input)}`);
    return reply.ok ? await reply.json() : null;
  } catch {
    return null;
  }
}
function offer(hits) {
  const place = find("hits");
  place.replaceChildren(...hits.map((item) => {
    const button = document.createElement("button");
    button.type = "button";
    const name = document.createElement("span");
    name.textContent = `${nameOf(item)} · ${item.sku}`;
    const price = document.createElement("span");
    price.className = "number";
    price.textContent = write(item.price_minor);
    button.append(name, price);
    button.addEventListener("click", () => { remember(item); hide(); add(item, 1, "key"); });
    return button;
  }));
  place.hidden = false;
  place.querySelector("button").focus();
  say("");
}
function hide() {
  find("hits").hidden = true;
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
  remove,
  return: () => { isReturn = !isReturn; show(); },
  times: () => {
    if (/^\d{1,5}$/.test(scan.value)) { multiplier = Number(scan.value); scan.value = ""; }
    else multiplier = 0;
    show();
  },
  exact: () => finish(sum()),
  card: () => pay("card"),
  mobile: () => pay("mobile"),
  discount,
  gift: () => { if (lines[current]?.quantity > 0) { lines[current].is_gift = !lines[current].is_gift; lines[current].discount_minor = 0; show(); } },
  disposition: () => {
    const line = lines[current];
    if (!line || line.quantity >= 0) return;
    line.disposition = DISPOSITIONS[(DISPOSITIONS.indexOf(line.disposition) + 1) % DISPOSITIONS.length];
    show();
  },
  park,
};
page.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]");
  const quick = event.target.closest("[data-sku]");
  if (key) keys[key.dataset.key]();
  if (quick && goods.has(quick.dataset.sku)) add(goods.get(quick.dataset.sku), 1, "key");
  if (key || quick) scan.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "F9") { event.preventDefault(); keys.exact(); }
  if (event.key === "Escape") hide();
  if (event.target !== scan) return;
  if (event.key === "*") { event.preventDefault(); keys.times(); return; }
  if (scan.value) return;
  const plain = { "+": "plus", "-": "minus", Delete: "remove" }[event.key];
  if (plain) { event.preventDefault(); keys[plain](); }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    current = Math.min(Math.max(current + (event.key === "ArrowDown" ? 1 : -1), 0), lines.length - 1);
    show();
  }
});

// Tenders. What is keyed as cash goes first; card or mobile pay the rest of it.
function readTendered() {
  const amount = Number(tendered.value.replaceAll(",", "").trim());
  if (!Number.isFinite(amount) || amount < 0 || barcodes.has(tendered.value.trim())) return null;
  return Math.round(amount * 10 ** digits(currency));
}
function pay(tender) {
  const cash = readTendered();
  const total = sum();
  if (cash === null || (cash && cash >= total)) return say(text("short"), "bad");
  const paid = [{ tender, amount_minor: total - cash }];
  if (cash) paid.unshift({ tender: "cash", amount_minor: cash });
  finish(total, paid);
}

// A discount on the line: `10%` or an amount, keyed into the scan box. Nothing keyed takes it off.
function discount() {
  const line = lines[current];
  if (!line || line.quantity <= 0 || line.is_gift) return;
  const keyed = /^(\d+(?:\.\d{1,2})?)(%?)$/.exec(scan.value.trim() || "0");
  const full = line.quantity * line.price_minor;
  const minor = keyed && Math.round(Number(keyed[1]) * (keyed[2] ? full / 100 : 10 ** digits(currency)));
  if (!keyed || minor > full) return say(text("guard"), "bad");
  line.discount_minor = minor;
  scan.value = "";
  show();
}

// A ticket that waits for its customer: kept like one that is finished, and taken up again.
async function park() {
  if (lines.length) {
    await queue.park(lines);
    lines = [];
  } else {
    lines = (await queue.recall()) ?? [];
    for (const line of lines) currency = line.currency;
  }
  current = lines.length - 1;
  show();
  say(text(lines.length ? "recalled" : "parkedticket"), "good");
}
function listNotes(total) {
  if (total <= 0) return [];
  const unit = 10 ** digits(currency);
  const notes = [5, 10, 20, 50, 100].map((note) => Math.ceil(total / (note * unit)) * note * unit);
  return [...new Set(notes)].filter((note) => note > total).slice(0, 4);
}
function makeNote(minor) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = write(minor);
  button.addEventListener("click", () => finish(minor));
  return button;
}
tendered.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const amount = Number(tendered.value.replaceAll(",", "").trim());
  const minor = Math.round(amount * 10 ** digits(currency));
  if (!Number.isFinite(amount) || barcodes.has(tendered.value.trim()) || minor < sum()) return say(text("short"), "bad");
  finish(minor);
});

// The finished ticket: written down, then shown as done, then sent until it is answered.
const queue = new Queue(page.dataset.till);
let isFinishing = false;
async function finish(minor, paid = []) {
  if (isFinishing) return;
  if (!lines.length) return say(text("empty"), "bad");
  isFinishing = true;
  const ticket = {
    site: page.dataset.site,
    till: page.dataset.till,
    message_id: crypto.randomUUID(),
    currency,
    tenders: paid.length ? paid : [{ tender: "cash", amount_minor: sum() }],
    occurred_at: new Date().toISOString(),
    lines: lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      amount_minor: amountOf(line),
      capture_mode: line.capture_mode,
      line_type: line.quantity < 0 ? "return" : line.is_gift ? "gift" : "sale",
      discount_minor: line.discount_minor ?? 0,
      disposition: line.quantity < 0 ? line.disposition : "",
      original_ticket: line.quantity < 0 ? receipt : "",
    })),
  };
  try {
    await queue.keep(ticket);
  } catch {
    isFinishing = false;
    return say(text("unkept"), "bad");
  }
  for (const line of lines) takeOff(line);
  const due = minor - sum();
  const done = find("done");
  done.hidden = false;
  done.className = "register-done";
  find("done-label").textContent = text("change");
  find("done-change").textContent = write(due);
  find("done-number").textContent = "…";
  lines = [];
  current = -1;
  receipt = "";
  tendered.value = "";
  isFinishing = false;
  show();
  say("");
  tone(true);
  send();
}
let isSending = false;
async function send() {
  if (isSending) return;
  isSending = true;
  try {
    for (;;) {
      const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
      const answers = await queue.send(page.dataset.batch, token);
      showSync(await queue.list("tickets"));
      if (!answers) { setTimeout(send, 5000); return; }
      if (!answers.length) return;
      answers.forEach((answer) => noteAnswer({ ...answer, isTaken: answer.state !== "refused" }));
    }
  } finally {
    isSending = false;
  }
}
function noteAnswer(answer) {
  const done = find("done");
  const isParked = answer.state === "parked";
  find("done-number").textContent = answer.number || answer.code;
  if (!answer.isTaken || isParked) {
    done.classList.add("is-bad");
    say(answer.isTaken ? text("parked") : text("refused"), "bad");
  }
  if (!answer.isTaken) return;
  const row = document.createElement("li");
  const number = document.createElement("span");
  number.textContent = answer.number;
  const state = document.createElement("span");
  state.className = `badge badge-dot tone-${isParked ? "bad" : "good"}`;
  state.textContent = isParked ? text("parked") : text("sent");
  row.append(number, state);
  find("recent").prepend(row);
}
function showSync(kept) {
  const refused = kept.filter((each) => each.refused).length;
  const waiting = kept.length - refused;
  const [kind, words] = refused ? ["bad", `${text("refused")} · ${refused}`]
    : waiting ? ["warn", `${text("waiting")} · ${waiting}`] : ["good", text("level")];
  find("sync").className = `register-sync badge tone-${kind}`;
  find("sync-text").textContent = words;
}

// The catalog in memory
function remember(item) {
  goods.set(item.sku, item);
  for (const [code, size] of Object.entries(item.barcodes)) barcodes.set(code, { sku: item.sku, pack_size: size });
}
function showStock(sku) {
  const place = page.querySelector(`[data-sku="${CSS.escape(sku)}"] [data-stock]`);
  const item = goods.get(sku);
  if (!place || !item) return;
  place.textContent = String(item.available).replace("-", "−");
  place.classList.toggle("bad", item.available <= 0);
}
async function loadCatalog() {
  for (const item of await queue.list("goods")) remember(item);
  for (const each of await queue.list("tickets")) for (const line of each.ticket.lines) takeOff(line);
  refreshCatalog();
}
async function refreshCatalog() {
  try {
    let after = "";
    do {
      const reply = await fetch(`${page.dataset.catalog}&after=${encodeURIComponent(after)}`);
      const answer = await reply.json();
      for (const item of answer.goods) remember(item);
      await queue.keepGoods(answer.goods);
      after = answer.after;
    } while (after);
  } catch {
    setTimeout(refreshCatalog, 30_000);
  }
}
function takeOff(line) {
  const item = goods.get(line.sku);
  if (item) item.available -= line.quantity;
  showStock(line.sku);
}

// The worker brings this page back when there is no network; it is told what belongs to it.
async function startWorker() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register("/pos/worker.js", { scope: "/pos/" });
  const worker = (await navigator.serviceWorker.ready).active;
  const parts = performance.getEntriesByType("resource").map((entry) => entry.name);
  worker.postMessage({ keep: [location.href, ...parts.filter((name) => new URL(name).pathname.startsWith("/static/"))] });
}

// Nobody walks away from what is not sent without being asked.
window.addEventListener("beforeunload", (event) => { if (lines.length) event.preventDefault(); });
window.addEventListener("online", send);
find("export").addEventListener("click", () => exportQueue(queue, page.dataset.till));
show();
await becomeWriter(page.dataset.till, () => { say(text("elsewhere"), "bad"); page.setAttribute("data-waiting", ""); });
page.removeAttribute("data-waiting");
await loadCatalog();
show();
startWorker();
send();
