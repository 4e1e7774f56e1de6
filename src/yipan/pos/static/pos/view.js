// The screen of a register: words, tones, lines, sums. It draws what it is given.

import { signOf, writeAge, writeAmount, writeCount } from "./figures.js";
import { amountOf, discountOf } from "./draft.js";

const page = document.querySelector("[data-register]");
const words = page.querySelector("[data-words]").dataset;
const speaksChinese = page.dataset.language.startsWith("zh");

export const find = (name) => page.querySelector(`[data-${name}]`);
export const text = (name) => words[name];
export const nameOf = (item) => (speaksChinese ? item.name_zh || item.name : item.name);
export { page };

// What is told, by word and by tone
let sound = null;
export function tone(isGood) {
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
export function say(what, kind = "") {
  const place = find("say");
  place.textContent = what;
  place.className = `register-say${kind ? ` is-${kind}` : ""}`;
  if (kind) tone(kind === "good");
}

export function make(tag, className = "", content = "") {
  const part = document.createElement(tag);
  if (className) part.className = className;
  part.textContent = content;
  return part;
}

export function showDraft(draft, { stockOf, onChoose }) {
  const list = find("lines");
  list.replaceChildren(...draft.lines.map((line, at) => makeRow(line, at === draft.current, stockOf(line.sku), () => onChoose(at))));
  if (!draft.lines.length) list.append(make("li", "register-empty", text("empty")));
  list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  find("sum").replaceChildren(make("small", "", signOf(draft.currency)), writeAmount(draft.sum, draft.currency));
  find("count").textContent = draft.lines.length ? `· ${draft.units}` : "";
  press("times", draft.multiplier > 0);
  press("return", draft.isReturn);
  if (draft.multiplier) say(`${text("times")}: × ${draft.multiplier}`);
}
function press(key, isOn) {
  page.querySelector(`[data-key="${key}"]`)?.setAttribute("aria-pressed", String(isOn));
}

function makeRow(line, isCurrent, stock, onChoose) {
  const row = make("li");
  const button = make("button", `register-line${line.quantity < 0 ? " is-return" : ""}`);
  button.type = "button";
  button.setAttribute("aria-current", String(isCurrent));
  const name = make("span", "", nameOf(line));
  name.append(make("span", "sub", listFlags(line, stock).join(" · ")));
  button.append(
    name,
    make("span", "quantity", writeCount(line.quantity)),
    make("span", "amount", writeAmount(amountOf(line), line.currency)),
  );
  button.addEventListener("click", onChoose);
  row.append(button);
  return row;
}
function listFlags(line, stock) {
  const flags = [line.sku, writeAmount(line.price_minor, line.currency)];
  if (!line.is_gift && discountOf(line)) flags.push(`${text("discount")} ${writeAmount(discountOf(line), line.currency)}`);
  if (line.promotion) flags.push(line.promotion);
  if (line.is_gift) flags.push(text("gift"));
  if (line.order) flags.push(`${text("order")}: ${line.order.pickup_site || line.order.address}`);
  if (line.quantity < 0) flags.push(`${text("return")}: ${text(line.disposition)}`);
  else if (!line.order && stock !== undefined && stock < line.quantity) flags.push(text("none"));
  return flags;
}

export function showHits(items, onChoose) {
  const place = find("hits");
  place.replaceChildren(...items.map((item) => {
    const button = make("button");
    button.type = "button";
    button.append(
      make("span", "", `${nameOf(item)} · ${item.sku}`),
      make("span", "number", writeAmount(item.price_minor, item.currency)),
    );
    button.addEventListener("click", () => onChoose(item));
    return button;
  }));
  place.hidden = false;
  place.querySelector("button").focus();
  say("");
}
// What of a receipt may still come back. Nothing takes the focus: the next scan may be quicker.
export function showReturnable(lines, currency, onChoose) {
  const place = find("hits");
  place.replaceChildren(...lines.map((line) => {
    const button = make("button");
    button.type = "button";
    button.disabled = !line.quantity_returnable;
    button.append(
      make("span", "", `${line.item ? nameOf(line.item) : line.sku} · ${text("returnable")} ${line.quantity_returnable} / ${line.quantity_sold}`),
      make("span", "number", writeAmount(line.amount_minor, currency)),
    );
    button.addEventListener("click", () => onChoose(line));
    return button;
  }));
  place.hidden = false;
}
export function hideHits() { find("hits").hidden = true; }

// Notes a customer may give, the smallest that cover the sum.
export function showNotes(total, unit, currency, onPay) {
  const notes = total > 0 ? [5, 10, 20, 50, 100].map((note) => Math.ceil(total / (note * unit)) * note * unit) : [];
  const offered = [...new Set(notes)].filter((note) => note > total).slice(0, 4);
  find("notes").replaceChildren(...offered.map((minor) => {
    const button = make("button", "button", writeAmount(minor, currency));
    button.type = "button";
    button.addEventListener("click", () => onPay(minor));
    return button;
  }));
}

export function showDone({ number, change, currency }) {
  const done = find("done");
  done.hidden = false;
  done.className = "register-done";
  find("done-label").textContent = text("change");
  find("done-change").textContent = writeAmount(change, currency);
  find("done-number").textContent = number;
}
export function hideDone() { find("done").hidden = true; }

// The last tickets, each with what has become of it and a key to print it again.
export function showRecent(records, onPrint) {
  find("recent").replaceChildren(...records.map((record) => {
    const row = make("li");
    const kind = { parked: "bad", pending: "warn", sending: "warn" }[record.state] ?? "good";
    const state = { parked: "parked", pending: "waiting", sending: "waiting" }[record.state] ?? "sent";
    const print = make("button", "button button-quiet button-small", text("print"));
    print.type = "button";
    print.addEventListener("click", () => onPrint(record));
    row.append(
      make("span", "", record.number),
      make("span", `badge badge-dot tone-${kind}`, text(state)),
      make("span", "number", writeAmount(record.total, record.ticket.currency)),
      print,
    );
    return row;
  }));
}

// How far the register is: always in sight, and in full in its panel.
export function showSync(state, { catalogAt, stockAt, size, isKept, now }) {
  const { unsent, oldest, parked, isInNeed, isDenied } = state;
  let [kind, said] = ["good", text("level")];
  if (unsent) [kind, said] = ["warn", `${text("waiting")} · ${unsent} · ${writeAge(now - (oldest ?? now))}`];
  if (unsent && isInNeed) [kind, said] = ["bad", `${text("attention")} · ${unsent} · ${writeAge(now - (oldest ?? now))}`];
  if (unsent && isDenied) [kind, said] = ["bad", `${text("login")} · ${unsent}`];
  if (parked.length) [kind, said] = ["bad", `${text("refused")} · ${parked.length}${unsent ? ` · ${unsent}` : ""}`];
  find("sync").className = `register-sync badge tone-${kind}`;
  find("sync-text").textContent = said;
  const age = (at) => (at === null ? "?" : writeAge(now - at));
  find("unsent").textContent = String(unsent);
  find("oldest").textContent = unsent && oldest !== null ? writeAge(now - oldest) : "–";
  find("attempts").textContent = String(state.attempts);
  find("catalog-age").textContent = `${size} · ${age(catalogAt)}`;
  find("stock-age").textContent = age(stockAt);
  find("parked-list").replaceChildren(...parked.map((each) => make("li", "", `${each.number} · ${each.code}`)));
  find("private").hidden = isKept;
}

export function showStock(sku, stock) {
  for (const place of page.querySelectorAll(`[data-sku="${CSS.escape(sku)}"] [data-stock]`)) {
    place.textContent = stock === undefined ? "?" : writeCount(stock);
    place.classList.toggle("bad", stock !== undefined && stock <= 0);
  }
}
