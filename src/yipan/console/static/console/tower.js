// The control tower hears that something moved, and asks for itself anew. Without a stream it asks
// every 20 seconds; a page nobody looks at asks for nothing. An answer is shared by all who may see
// the same and says how old it is: where something moved since, the page asks once more.

const tower = document.getElementById("tower");
const sign = document.getElementById("live");
const ASK_MS = 20_000;
const REST_MS = 2_000;
const AGAIN_MS = 60_000;
// Of its time a page keeps the web busy for at most a twentieth, however slow an answer is.
const REST_TIMES = 19;

let state = "asking";
let askedAt = 0;
let heardAt = 0;
let restMs = REST_MS;
let timer = 0;
const moved = new Set();

function show(next) {
  state = next;
  if (!sign) return;
  sign.dataset.state = next;
  sign.querySelector("[role]").textContent = sign.dataset[`text${next[0].toUpperCase()}${next.slice(1)}`];
}

function refresh() {
  timer = 0;
  if (document.hidden) return;
  askedAt = Date.now();
  htmx.trigger(tower, "tower:refresh");
}

// However much moves, the page is asked for at most every two seconds.
function refreshSoon() {
  if (!timer) timer = setTimeout(refresh, Math.max(150, askedAt + restMs - Date.now()));
}

tower.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== tower) return;
  const now = Date.now();
  restMs = Math.min(ASK_MS, Math.max(REST_MS, REST_TIMES * (now - askedAt)));
  const age = Number(event.detail.xhr?.getResponseHeader("X-Yipan-Age-Ms"));
  if (event.detail.successful && now - age < heardAt) refreshSoon();
});

function listen() {
  if (!tower.dataset.live || !window.EventSource) return;
  const stream = new EventSource(tower.dataset.live, { withCredentials: true });
  let isFirst = true;
  stream.addEventListener("hello", () => {
    if (!isFirst) refreshSoon();
    isFirst = false;
    show("live");
  });
  stream.addEventListener("changed", (event) => {
    for (const site of JSON.parse(event.data).sites) moved.add(site);
    heardAt = Date.now();
    refreshSoon();
  });
  stream.addEventListener("error", () => {
    show(navigator.onLine ? "asking" : "away");
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

setInterval(() => {
  // Also a live page looks again at times: what grows late tells nobody.
  const patience = state === "live" ? 3 * ASK_MS : ASK_MS;
  if (Date.now() - askedAt > patience - 1_000) refresh();
}, ASK_MS);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refreshSoon();
});

// What changed is shown for a moment; a table that was open stays open.
let before = new Map();
const figures = () => new Map([...tower.querySelectorAll("[data-figure]")].map((it) => [it.id, it.dataset.figure]));
tower.addEventListener("htmx:beforeSwap", () => {
  before = figures();
  before.isTable = tower.querySelector("#network-table")?.hidden === false;
});
tower.addEventListener("htmx:afterSwap", () => {
  for (const [id, value] of figures()) {
    if (before.has(id) && before.get(id) !== value) document.getElementById(id).classList.add("is-moved");
  }
  for (const site of moved) tower.querySelector(`[data-site="${CSS.escape(site)}"]`)?.classList.add("is-moved");
  moved.clear();
  if (before.isTable) tower.querySelector(".tower-map-toggle")?.click();
});

// Keys: w for the big screen, Esc to leave it, arrows from site to site.
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.("input, textarea, select") || document.querySelector("dialog[open]")) return;
  if (event.key === "w") document.querySelector("[data-wall]")?.click();
  if (event.key === "Escape") document.querySelector("[data-wall-leave]")?.click();
  const here = event.target.closest?.(".net-site");
  const [x, y] = DIRECTIONS[event.key] ?? [];
  if (!here || x === undefined) return;
  const middle = (it) => { const box = it.querySelector(".net-sign").getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  const [fromX, fromY] = middle(here);
  let best = null;
  let least = Infinity;
  for (const site of tower.querySelectorAll(".net-site")) {
    const [toX, toY] = middle(site);
    const along = (toX - fromX) * x + (toY - fromY) * y;
    const across = Math.abs((toX - fromX) * y) + Math.abs((toY - fromY) * x);
    if (along > 1 && along + 2 * across < least) { best = site; least = along + 2 * across; }
  }
  best?.focus();
  event.preventDefault();
});

const clock = document.getElementById("wall-clock");
if (clock) {
  const language = document.documentElement.lang;
  const tell = () => { clock.textContent = new Date().toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false }); };
  tell();
  setInterval(tell, 5_000);
}

askedAt = Date.now();
listen();
