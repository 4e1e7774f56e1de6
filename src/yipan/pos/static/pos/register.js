// The register. A scan is resolved in memory and shown at once; a finished ticket is written
// down before it is sent, sent until it is answered, and sent again under the same id.

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
const sum = () => lines.reduce((all, line) => all + line.quantity * line.price_minor, 0);
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
  if (line.quantity < 0) flags.push(text("return"));
  else if (known !== undefined && known < line.quantity) flags.push(text("none"));
  sub.textContent = flags.join(" · ");
  name.append(sub);
  const quantity = document.createElement("span");
  quantity.className = "quantity";
  quantity.textContent = String(line.quantity).replace("-", "−");
  const amount = document.createElement("span");
  amount.className = "amount";
  amount.textContent = write(line.quantity * line.price_minor);
  button.append(name, quantity, amount);
  button.addEventListener("click", () => { current = at; show(); scan.focus(); });
  row.append(button);
  return row;
}
function add(item, packSize, mode) {
  const quantity = (multiplier || 1) * packSize * (isReturn ? -1 : 1);
  multiplier = 0;
  currency = item.currency;
  const at = lines.findIndex((line) => line.sku === item.sku && Math.sign(line.quantity) === Math.sign(quantity));
  const total = quantity + (at < 0 ? 0 : lines[at].quantity);
  if (Math.abs(total) > QUANTITY_MAX) return say(text("guard"), "bad");
  if (at < 0) {
    lines.push({ ...item, quantity, capture_mode: mode });
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
  const byBarcode = barcodes.get(code);
  const byCode = goods.get(code);
  if (byBarcode && (!byCode || byCode.sku === byBarcode.sku)) return add(goods.get(byBarcode.sku), byBarcode.pack_size, "scan");
  if (byCode && !byBarcode) return add(byCode, 1, "key");
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

// Tenders
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

// The finished ticket: written down, then shown as done, then sent until it is answered. It
// lies in a database that is on the disk before we go on, and never in memory alone.
const store = openStore();
function openStore() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(`yipan-register-${page.dataset.till}`, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("tickets", { keyPath: "key", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
async function change(act) {
  const database = await store;
  const work = database.transaction("tickets", "readwrite", { durability: "strict" });
  act(work.objectStore("tickets"));
  await new Promise((resolve, reject) => {
    work.oncomplete = resolve;
    work.onabort = work.onerror = () => reject(work.error);
  });
}
async function listKept() {
  const database = await store;
  const asked = database.transaction("tickets").objectStore("tickets").getAll();
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
let isFinishing = false;
async function finish(minor) {
  if (isFinishing) return;
  if (!lines.length) return say(text("empty"), "bad");
  isFinishing = true;
  const ticket = {
    site: page.dataset.site,
    till: page.dataset.till,
    message_id: crypto.randomUUID(),
    currency,
    occurred_at: new Date().toISOString(),
    lines: lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      amount_minor: line.quantity * line.price_minor,
      capture_mode: line.capture_mode,
    })),
  };
  try {
    await change((tickets) => tickets.add({ ticket, refused: "" }));
  } catch {
    isFinishing = false;
    return say(text("unkept"), "bad");
  }
  for (const line of lines) {
    const item = goods.get(line.sku);
    if (item) item.available -= line.quantity;
    showStock(line.sku);
  }
  const due = minor - sum();
  const done = find("done");
  done.hidden = false;
  done.className = "register-done";
  find("done-label").textContent = text("change");
  find("done-change").textContent = write(due);
  find("done-number").textContent = "…";
  lines = [];
  current = -1;
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
      const kept = await listKept();
      const [next] = kept.filter((each) => !each.refused);
      showSync(kept);
      if (!next) return;
      const answer = await post(next.ticket);
      if (!answer) { setTimeout(send, 5000); return; }
      if (answer.isTaken) await change((tickets) => tickets.delete(next.key));
      // What is not taken stays here, in sight, until somebody has seen to it.
      else await change((tickets) => tickets.put({ ...next, refused: answer.code }));
      noteAnswer(answer);
    }
  } finally {
    isSending = false;
  }
}
async function post(ticket) {
  try {
    const reply = await fetch(page.dataset.tickets, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": ticket.message_id,
        "X-CSRFToken": page.querySelector("[name=csrfmiddlewaretoken]").value,
      },
      body: JSON.stringify(ticket),
    });
    // Not now: the server is busy, or whoever works here has to log in again.
    if (reply.status >= 500 || [401, 403, 409, 429].includes(reply.status)) return null;
    const body = await reply.json();
    return { ...body, isTaken: reply.ok };
  } catch {
    return null;
  }
}
function noteAnswer(answer) {
  const done = find("done");
  const isParked = answer.state === "parked";
  find("done-number").textContent = answer.number ?? answer.code;
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
  try {
    const reply = await fetch(page.dataset.catalog);
    for (const item of (await reply.json()).goods) remember(item);
  } catch {
    setTimeout(loadCatalog, 5000);
  }
}
window.addEventListener("online", send);
show();
await loadCatalog();
send();
