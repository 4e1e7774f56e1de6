// The scanner is the keyboard: a burst of keys is a scan, wherever the focus is, and it
// lands in the scan box and nowhere else. Constants as measured on scanners with a wedge.

const GAP_MS = 45;
const SETTLE_MS = 100;
const LENGTH_MIN = 6;
const REPEAT_MS = 100;

const box = () => document.querySelector("[data-scan]");
let burst = "";
let lastKeyAt = 0;
let settle = 0;
let lastScan = { text: "", at: 0 };

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

// Whatever way a scan is sent: cleaned, and an echo of the same device is no second scan.
// The box is free at once; scans that come while an answer is awaited wait in line.
const waiting = [];
let isSending = false;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const field = form.querySelector?.("[data-scan]");
  if (!field) return;
  clearTimeout(settle);
  burst = "";
  const code = clean(field.value);
  field.value = code;
  const now = lastKeyAt;
  const isEcho = code === lastScan.text && now - lastScan.at < REPEAT_MS;
  if (isEcho) field.value = "";
  if (!isEcho && code) {
    lastScan = { text: code, at: now };
    if (!form.hasAttribute("hx-post")) return;
    waiting.push({ form, values: Object.fromEntries(new FormData(form)), stamp: makeStamp() });
    field.value = "";
    document.dispatchEvent(new CustomEvent("yipan:scanned", { detail: { code } }));
    send();
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// What this device says of a scan: how many it has sent, and when it happened by its own clock.
function makeStamp() {
  let sequence = 1;
  try {
    sequence = Number(localStorage.getItem("yipan_scans") || 0) + 1;
    localStorage.setItem("yipan_scans", String(sequence));
  } catch {
    return { "X-Yipan-Occurred-At": new Date().toISOString() };
  }
  return { "X-Yipan-Sequence": String(sequence), "X-Yipan-Occurred-At": new Date().toISOString() };
}

async function send() {
  if (isSending || !waiting.length) return;
  isSending = true;
  const { form, values, stamp } = waiting.shift();
  try {
    await window.htmx.ajax("POST", form.getAttribute("hx-post"), {
      source: form,
      target: form.getAttribute("hx-target"),
      swap: form.getAttribute("hx-swap"),
      values,
      headers: { ...stamp, "X-Yipan-Sent-At": new Date().toISOString() },
    });
  } catch {
    // Nobody knows whether it arrived, so it is not sent again: the person looks, and scans.
    const field = box();
    if (field && !field.value) field.value = values[field.name];
    tone(220, 350);
  }
  isSending = false;
  send();
}

function restore(field, before) {
  // What a burst wrote into another field before it was known as a burst is taken back.
  if (field && field !== box() && "value" in field) field.value = before;
}

let fieldBefore = null;
let valueBefore = "";

document.addEventListener("keydown", (event) => {
  // When the key was pressed, not when a busy page came round to it.
  const now = event.timeStamp;
  const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  const isFast = now - lastKeyAt <= GAP_MS;
  const isInBox = event.target === box();
  lastKeyAt = now;
  if (event.key === "Enter" && isFast && burst.length >= LENGTH_MIN && !isInBox) {
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(settle);
    restore(fieldBefore, valueBefore);
    submit(burst);
    burst = "";
    return;
  }
  if (event.key === "Enter" && isInBox && burst.endsWith(event.target.value)) {
    // The scan began before the box had the focus: its beginning is in the burst alone.
    event.target.value = burst;
    restore(fieldBefore, valueBefore);
  }
  if (!isText) { burst = ""; return; }
  if (!isFast) {
    burst = "";
    fieldBefore = event.target.matches?.("input, textarea") ? event.target : null;
    valueBefore = fieldBefore?.value ?? "";
  }
  burst += event.key;
  clearTimeout(settle);
  if (burst.length < LENGTH_MIN) return;
  settle = setTimeout(() => {
    // In the box, all of it counts: a busy device may have paused within the scan.
    const text = isInBox ? box().value : burst;
    burst = "";
    if (!isInBox) restore(fieldBefore, valueBefore);
    submit(text);
  }, SETTLE_MS);
}, true);

// The scan box owns the focus: on load, after every swap, after a tap on nothing.
function refocus() {
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
  const answer = document.querySelector("#scan-answer [data-tone]")?.dataset.tone;
  if (answer === "good") tone(880, 160);
  if (answer === "bad") { tone(220, 350); navigator.vibrate?.(200); }
}
document.addEventListener("htmx:afterSwap", sayTone);
sayTone();

function showConnection() {
  for (const part of document.querySelectorAll("[data-online]")) part.hidden = !navigator.onLine;
  for (const part of document.querySelectorAll("[data-offline]")) part.hidden = navigator.onLine;
}
window.addEventListener("online", showConnection);
window.addEventListener("offline", showConnection);
showConnection();
