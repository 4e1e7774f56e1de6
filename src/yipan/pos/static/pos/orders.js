// New orders of customers are heard (新订单提示音): two rising tones when the queue shows one that
// this device has not shown before. Each device may be silent; that choice stays on it.

const place = document.querySelector("#orders");
const button = document.querySelector("[data-sound]");
const note = document.querySelector("[data-sound-note]");
const SILENT = "yipan_orders_silent";
const SEEN = `yipan_orders_seen ${place.dataset.site}`;
const title = document.title;

let isSilent = read(localStorage, SILENT) === "1";
let sound = null;

function read(storage, name) {
  try { return storage.getItem(name); } catch { return null; }
}
function write(storage, name, value) {
  try { storage.setItem(name, value); } catch { /* until the next page */ }
}

function tone(frequency, start, seconds) {
  const wave = sound.createOscillator();
  const volume = sound.createGain();
  wave.frequency.value = frequency;
  volume.gain.value = 0.2;
  wave.connect(volume).connect(sound.destination);
  wave.start(sound.currentTime + start);
  wave.stop(sound.currentTime + start + seconds);
}
// A browser lets no page sound that nobody has touched; the note says so.
const mayRing = () => navigator.userActivation?.hasBeenActive ?? true;
function ring() {
  if (isSilent || !mayRing()) return;
  sound ??= new AudioContext();
  tone(660, 0, 0.16);
  tone(990, 0.2, 0.28);
  navigator.vibrate?.([150, 80, 150]);
}

function listWaiting() {
  return [...place.querySelectorAll('[data-order][data-state="waiting"]')].map((row) => row.dataset.order);
}
function look() {
  const waiting = listWaiting();
  const kept = read(sessionStorage, SEEN);
  const seen = new Set(kept === null ? waiting : JSON.parse(kept));
  document.title = waiting.length ? `(${waiting.length}) ${title}` : title;
  if (waiting.some((number) => !seen.has(number))) ring();
  write(sessionStorage, SEEN, JSON.stringify(waiting));
}

function show() {
  button.setAttribute("aria-pressed", String(!isSilent));
  button.querySelector("[data-on]").hidden = isSilent;
  button.querySelector("[data-off]").hidden = !isSilent;
  note.hidden = isSilent || mayRing();
}
button.addEventListener("click", () => {
  isSilent = !isSilent;
  write(localStorage, SILENT, isSilent ? "1" : "");
  show();
  // Whoever turns it on hears what it will be like.
  ring();
});
for (const touched of ["pointerup", "keydown"]) document.addEventListener(touched, show);
document.addEventListener("htmx:afterSwap", look);
show();
look();
