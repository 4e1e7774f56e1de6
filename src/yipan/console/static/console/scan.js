// The scanner is the keyboard: a burst of keys is a scan, wherever the focus is, and it
// lands in the scan box and nowhere else. Constants as measured on scanners with a wedge.

import { makeScanPage } from "./scan_page.js";

const GAP_MS = 45;
const SETTLE_MS = 100;
//: How long a device that ends its scans with Enter may pause before the Enter.
const SUFFIX_MS = 300;
const LENGTH_MIN = 6;
//: With a suffix as fast as the rest, a shorter one is a scan too.
const LENGTH_ENDED_MIN = 4;
const REPEAT_MS = 100;
//: What stood in the box this long before a scan began is no part of it.
const LEFTOVER_MS = 1_000;
const LEAVING_MS_MAX = 15_000;
const SEPARATOR = "\u001d";
const BEHIND = "yipan_scans_behind";
const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "Unidentified", "Process", "Dead"]);

const box = () => document.querySelector("[data-scan]");
let burst = "";
let pauses = 0;
let isLeftover = false;
let lastKeyAt = -Infinity;
let lastTextAt = -Infinity;
let settle = 0;
let lastScan = { text: "", at: -Infinity };
let hasSuffix = readFlag("yipan_scan_suffix");

function readFlag(name) {
  try { return localStorage.getItem(name) === "1"; } catch { return false; }
}
function learnSuffix(is) {
  if (is === hasSuffix) return;
  hasSuffix = is;
  try { localStorage.setItem("yipan_scan_suffix", is ? "1" : ""); } catch { /* next time anew */ }
}

function clean(text) {
  // Everything behind a line break and all control characters but the group separator go.
  return text.split(/[\r\n]/)[0].replace(/[\u0000-\u001c\u001e\u001f\u007f]/g, "").trim();
}

function submit(text) {
  const field = box();
  const code = clean(text);
  if (!field || !code) return;
  field.value = code;
  field.form.requestSubmit();
}

// Whatever way a scan is sent: cleaned, and an echo of the same device is no second scan. The box
// is free at once; what is scanned before the answer, or before the next page, waits in line.
const page = makeScanPage({ box, tone });
let isLeaving = 0;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const field = form.querySelector?.("[data-scan]");
  if (!field) return;
  clearTimeout(settle);
  let code = clean(field.value);
  // Keys and another channel of the same device have both written into the box.
  if (burst.length >= LENGTH_MIN && code === burst + burst) code = burst;
  burst = "";
  field.value = code;
  const now = lastKeyAt;
  const isEcho = code === lastScan.text && now - lastScan.at < REPEAT_MS;
  if (isEcho) field.value = "";
  if (!isEcho && code) {
    lastScan = { text: code, at: now };
    if (!form.hasAttribute("hx-post")) {
      if (!form.hasAttribute("action")) return;
      if (!isLeaving && !page.isAway()) { isLeaving = performance.now(); return; }
      // The page that asks for this is being left, or nobody would answer: it is for the next one.
      keepBehind(code);
      if (!isLeaving) page.sayAway();
    } else {
      const values = Object.fromEntries(new FormData(form));
      field.value = "";
      document.dispatchEvent(new CustomEvent("yipan:scanned", { detail: { code } }));
      page.send(form, values, code);
    }
    field.value = "";
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

function keepBehind(code) {
  try { sessionStorage.setItem(BEHIND, JSON.stringify([...readBehind(), code])); } catch { tone(220, 350); }
}
function readBehind() {
  try { return JSON.parse(sessionStorage.getItem(BEHIND) ?? "[]"); } catch { return []; }
}
// What was scanned while the page before was left, or had no network, in its order.
function takeBehind() {
  const codes = readBehind();
  if (!codes.length || !box() || page.isAway()) return;
  sessionStorage.removeItem(BEHIND);
  for (const code of codes) {
    lastScan = { text: "", at: -Infinity };
    submit(code);
  }
}
window.addEventListener("pageshow", () => { isLeaving = 0; });
setInterval(() => { if (isLeaving && performance.now() - isLeaving > LEAVING_MS_MAX) isLeaving = 0; }, LEAVING_MS_MAX);
window.addEventListener("online", () => setTimeout(takeBehind, 0));

function restore(field, before) {
  // What a burst wrote into another field before it was known as a burst is taken back.
  if (field && field !== box() && "value" in field) field.value = before;
}

let fieldBefore = null;
let valueBefore = "";

function isEnd(event) {
  if (event.key === "Enter") return true;
  const isControl = event.ctrlKey && (event.key === "j" || event.key === "m");
  return (event.key === "Tab" || isControl) && burst.length >= LENGTH_ENDED_MIN;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || MODIFIERS.has(event.key)) return;
  // When the key was pressed, not when a busy page came round to it.
  const now = event.timeStamp;
  const gap = now - lastKeyAt;
  const isSeparator = event.key === SEPARATOR || (event.ctrlKey && event.key === "]" && burst);
  const isText = isSeparator || (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey);
  const isFast = gap <= GAP_MS;
  const isInBox = event.target === box();
  lastKeyAt = now;
  if (isEnd(event)) {
    endBurst(event, { isFast: isFast || gap <= SUFFIX_MS && burst.length >= LENGTH_MIN, isInBox });
    return;
  }
  if (!isText) { burst = ""; return; }
  if (isSeparator || (event.key === " " && isFast && !isInBox)) event.preventDefault();
  if (!goesOn(gap)) beginBurst(event, gap);
  burst += isSeparator ? SEPARATOR : event.key;
  lastTextAt = now;
  clearTimeout(settle);
  if (burst.length < LENGTH_MIN) return;
  settle = setTimeout(() => {
    learnSuffix(false);
    const text = isInBox ? readBox() : burst;
    burst = "";
    if (!isInBox) restore(fieldBefore, valueBefore);
    submit(text);
  }, hasSuffix ? SUFFIX_MS : SETTLE_MS);
}, true);

// A scan may pause once, and what is known as a scan goes on until it is sent.
function goesOn(gap) {
  if (gap <= GAP_MS) return true;
  if (burst.length >= LENGTH_MIN && gap <= (hasSuffix ? SUFFIX_MS : SETTLE_MS)) return true;
  if (burst.length < 2 || pauses || gap > SETTLE_MS) return false;
  pauses += 1;
  return true;
}

function beginBurst(event, gap) {
  burst = "";
  pauses = 0;
  isLeftover = event.target === box() && gap > LEFTOVER_MS;
  fieldBefore = event.target.matches?.("input, textarea, select") ? event.target : null;
  valueBefore = fieldBefore?.value ?? "";
}

// In the box all of it counts, a busy device may have paused; but not what was left there before.
function readBox() {
  const value = box().value;
  const bare = burst.replaceAll(SEPARATOR, "");
  if (burst.length >= LENGTH_MIN && (isLeftover || bare.endsWith(value) || value === bare)) return burst;
  return value;
}

function endBurst(event, { isFast, isInBox }) {
  if (isInBox) {
    clearTimeout(settle);
    // The scan began before the box had the focus: its beginning is in the burst alone.
    event.target.value = readBox();
    restore(fieldBefore, valueBefore);
    if (isFast && burst.length >= LENGTH_MIN) learnSuffix(true);
    if (event.key !== "Enter") { event.preventDefault(); submit(event.target.value); }
    return;
  }
  if (!isFast || burst.length < LENGTH_ENDED_MIN) return;
  event.preventDefault();
  event.stopPropagation();
  clearTimeout(settle);
  restore(fieldBefore, valueBefore);
  learnSuffix(true);
  const text = burst;
  burst = "";
  submit(text);
}

// Some devices write into the box without keys: at once, or letter by letter as a keyboard of the
// system does. As fast as a scanner is a scan; slower is somebody who types, and presses Enter.
let written = { length: 0, at: -Infinity, count: 0 };
document.addEventListener("input", (event) => {
  if (event.target !== box()) return;
  const { length } = event.target.value;
  const grown = length - written.length;
  const count = event.timeStamp - written.at <= GAP_MS ? written.count + grown : grown;
  const isByKey = event.timeStamp - lastTextAt < GAP_MS && grown <= 1;
  written = { length, at: event.timeStamp, count };
  if (isByKey || count < LENGTH_MIN) return;
  lastKeyAt = event.timeStamp;
  clearTimeout(settle);
  settle = setTimeout(() => submit(box().value), SETTLE_MS);
});

// The scan box owns the focus: on load, after every swap, after a tap on nothing.
function refocus() {
  written = { length: box()?.value.length ?? 0, at: -Infinity, count: 0 };
  const field = box();
  if (field && !document.querySelector("dialog[open]")) field.focus({ preventScroll: true });
}
document.addEventListener("htmx:afterSettle", refocus);
document.addEventListener("click", (event) => {
  if (!event.target.closest("a, button, input, select, textarea, label, summary, dialog")) refocus();
});
if (!document.querySelector("[autofocus]")) refocus();

// The soft keyboard stays down until it is asked for.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keyboard]")) return;
  const field = box();
  field.inputMode = field.inputMode === "none" ? "text" : "none";
  field.blur();
  field.focus();
});

// Tones: one for good, one for bad; the page also says it in words.
let sound = null;
function tone(frequency, milliseconds) {
  if (!navigator.userActivation?.hasBeenActive) return;
  sound ??= new AudioContext();
  const wave = sound.createOscillator();
  const volume = sound.createGain();
  wave.frequency.value = frequency;
  volume.gain.value = 0.15;
  wave.connect(volume).connect(sound.destination);
  wave.start();
  wave.stop(sound.currentTime + milliseconds / 1000);
}
function sayTone() {
  if (!navigator.userActivation?.hasBeenActive) return;
  const answer = document.querySelector("#task [data-tone], #scan-answer [data-tone]")?.dataset.tone;
  if (answer === "good") tone(880, 160);
  if (answer === "bad") { tone(220, 350); navigator.vibrate?.(200); }
}
document.addEventListener("htmx:afterSwap", sayTone);
sayTone();
takeBehind();
