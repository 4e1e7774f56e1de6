// The page around the scan box: sends what was scanned through the queue of this device, shows
// what waits, what was refused and why, and keeps itself for a time without a network.

import { ScanQueue } from "./scan_queue.js";

const PAGES = "yipan-handheld-1";
const PAGES_MAX = 30;
const KEEP_AFTER_MS = 300;
//: Tasks of a list that are loaded ahead, the next ones first.
const AHEAD_MAX = 5;
const AHEAD_AFTER_MS = 500;
//: A page that is kept carries the same law as one that is sent.
const POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export function makeScanPage({ box, tone }) {
  const strip = document.querySelector("[data-queue]");
  if (!strip) return { isAway: () => false, sayAway() {}, send() {} };
  const page = new ScanPage({ strip, box, tone });
  page.listen();
  return page;
}

class ScanPage {
  constructor({ strip, box, tone }) {
    Object.assign(this, { strip, box, tone });
    this.waitingHere = 0;
    this.held = null;
    this.keeping = 0;
    this.queue = new ScanQueue({
      person: strip.dataset.person,
      page: location.pathname + location.search,
      onAnswer: (row, reply) => this.take(row, reply),
      onChange: (now) => this.show(now),
      onSeen: () => this.refresh(),
      readToken: (isFresh) => this.readToken(isFresh),
    });
  }

  listen() {
    const wake = () => { this.queue.isAway = false; this.queue.wake(); };
    window.addEventListener("online", wake);
    window.addEventListener("offline", () => { this.queue.isAway = true; this.queue.say(); });
    this.find("send").addEventListener("click", wake);
    this.find("go-on").addEventListener("click", () => this.queue.goOn());
    this.find("dismiss").addEventListener("click", () => this.queue.dismiss());
    document.addEventListener("submit", (event) => this.guardForm(event), true);
    document.addEventListener("click", (event) => this.guardButton(event), true);
    document.addEventListener("htmx:sendError", () => { this.sayAway(); this.tone(220, 350); });
    document.addEventListener("htmx:afterSettle", () => this.keep());
    this.queue.wake();
    this.keep();
    this.startWorker();
    setTimeout(() => this.loadAhead(), AHEAD_AFTER_MS);
  }

  find(name) { return this.strip.querySelector(`[data-queue-${name}]`); }
  isAway() { return this.queue.isAway || !navigator.onLine; }

  send(form, values, code) {
    delete values.csrfmiddlewaretoken;
    this.waitingHere += 1;
    this.queue.add({
      address: form.getAttribute("hx-post"),
      target: form.getAttribute("hx-target"),
      swap: form.getAttribute("hx-swap"),
      isApart: form.hasAttribute("data-apart"),
      title: document.querySelector("h1")?.textContent ?? "",
      values,
      code,
      stamp: makeStamp(),
    }).catch(() => this.say(this.strip.dataset.textUnkept, "bad"));
  }

  // A scan was answered: here is what the page looks like now.
  take(row, reply) {
    if (reply.isDenied) { location.assign(reply.redirect); return; }
    if (row.page !== this.queue.page) return;
    if (reply.redirect) { location.assign(reply.redirect); return; }
    if (reply.isError) { this.say(`${this.strip.dataset.textRefused} (${reply.words})`, "bad"); this.tone(220, 350); return; }
    // The answer of a moment ago, perhaps followed by more: the page as it stands now counts.
    if (reply.isReplayed) { this.refresh(reply.html); return; }
    window.htmx.swap(row.target, reply.html, { swapStyle: row.swap });
  }

  async refresh(answer = "") {
    try {
      const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!reply.ok) return;
      if (reply.redirected) { location.assign(reply.url); return; }
      const parsed = new DOMParser().parseFromString(await reply.text(), "text/html");
      const task = parsed.querySelector("#task");
      const said = new DOMParser().parseFromString(answer, "text/html").querySelector("[data-tone]");
      if (said && task && !task.querySelector("[data-tone]")) task.prepend(said);
      if (task) window.htmx.swap("#task", task.outerHTML, { swapStyle: "outerHTML" });
    } catch { /* shown as it was */ }
  }

  async readToken(isFresh) {
    if (isFresh) {
      try {
        const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
        const parsed = new DOMParser().parseFromString(await reply.text(), "text/html");
        const found = parsed.body.getAttribute("hx-headers");
        if (found) document.body.setAttribute("hx-headers", found);
      } catch { /* the old one is tried again */ }
    }
    return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  }

  // No step is taken before the scans of this page are sent; it waits for them.
  guardForm(event) {
    const { target: form, submitter } = event;
    if (form.querySelector?.("[data-scan]") || !this.waitingHere) return;
    if ((submitter?.formMethod || form.method) === "dialog" || !this.strip.isConnected) return;
    this.hold(event, () => form.isConnected && form.requestSubmit(submitter ?? undefined));
  }

  async guardButton(event) {
    const button = event.target.closest?.("button[hx-post]");
    if (!button || !this.waitingHere) return;
    if (button.hasAttribute("data-undo") && this.isAway()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const code = await this.queue.takeBack();
      this.say(code ? `${this.strip.dataset.textTakenBack} ${code}` : this.strip.dataset.textWaits, code ? "info" : "bad");
      return;
    }
    this.hold(event, () => button.isConnected && button.click());
  }

  hold(event, act) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.isAway()) { this.say(this.strip.dataset.textWaits, "bad"); this.tone(220, 350); return; }
    this.held = act;
  }

  sayAway() { this.queue.say(); this.say(this.strip.dataset.textAway, "warn"); }

  say(text, tone) {
    const place = document.getElementById("scan-answer");
    const note = document.createElement("div");
    note.className = `hh-message tone-${tone}`;
    note.textContent = text;
    place.replaceChildren(note);
  }

  show({ waiting, stopped, refused, others, isAway, isKept, failures }) {
    this.waitingHere = waiting.filter((row) => row.page === this.queue.page).length;
    const away = isAway || !navigator.onLine;
    for (const part of document.querySelectorAll("[data-online]")) part.hidden = away;
    for (const part of document.querySelectorAll("[data-offline]")) part.hidden = !away;
    const unsent = waiting.length + stopped.length;
    const count = document.querySelector("[data-queue-unsent]");
    if (count) { count.hidden = !unsent; count.querySelector("b").textContent = String(unsent); }
    const isIdle = !refused.length && !stopped.length && !others && (!away || !waiting.length) && isKept;
    this.strip.hidden = isIdle;
    if (!isIdle) this.draw({ waiting, stopped, refused, others, away, isKept, failures });
    if (!this.waitingHere && this.held) { const act = this.held; this.held = null; act(); }
  }

  draw({ waiting, stopped, refused, others, away, isKept, failures }) {
    const texts = this.strip.dataset;
    const said = [];
    if (refused.length) said.push(texts.textRefused);
    if (stopped.length) said.push(texts.textStopped);
    if (away && waiting.length) said.push(texts.textAway);
    if (failures >= 5) said.push(texts.textNeed);
    if (others) said.push(`${others} · ${texts.textOthers}`);
    if (!isKept) said.push(texts.textUnkept);
    this.find("said").textContent = said.join(" ");
    this.find("list").replaceChildren(...[...refused, ...stopped, ...(away ? waiting : [])].map((row) => {
      const item = document.createElement("li");
      item.dataset.state = row.state;
      const code = document.createElement("b");
      code.textContent = row.code;
      item.append(code, document.createTextNode(` ${row.answer || (row.page === this.queue.page ? "" : row.title)}`));
      return item;
    }));
    this.find("send").hidden = !waiting.length;
    this.find("go-on").hidden = !stopped.length;
    this.find("dismiss").hidden = !(refused.length || stopped.length);
  }

  // This page as it stands, for a reload without a network.
  keep() {
    clearTimeout(this.keeping);
    if (!location.pathname.startsWith("/wms/") || !globalThis.caches) return;
    this.keeping = setTimeout(async () => {
      const copy = document.documentElement.cloneNode(true);
      for (const open of copy.querySelectorAll("dialog[open]")) open.removeAttribute("open");
      copy.querySelector("#scan-answer")?.replaceChildren();
      const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY };
      const cache = await caches.open(PAGES);
      // Put replaces at once and moves to the end: deleted first, a reload in between would lose the page.
      await cache.put(location.href, new Response(`<!doctype html>${copy.outerHTML}`, { headers }));
      const kept = (await cache.keys()).filter((each) => !new URL(each.url).pathname.startsWith("/static/"));
      for (const old of kept.slice(0, Math.max(0, kept.length - PAGES_MAX))) await cache.delete(old);
    }, KEEP_AFTER_MS);
  }

  // The next tasks of a list, for when the network is gone once they are begun. `ahead` says that
  // nobody works on them yet: nothing is claimed, and no message is read.
  async loadAhead() {
    if (!location.pathname.startsWith("/wms/") || !globalThis.caches || this.isAway()) return;
    const links = [...document.querySelectorAll("a.hh-item[href^='/wms/']:not(.is-done)")].slice(0, AHEAD_MAX);
    const parts = new Set();
    for (const { href } of links) {
      try {
        const reply = await fetch(`${href}${href.includes("?") ? "&" : "?"}ahead=1`, { headers: { Accept: "text/html" } });
        if (!reply.ok || reply.redirected) continue;
        const html = await reply.text();
        const parsed = new DOMParser().parseFromString(html, "text/html");
        for (const part of parsed.querySelectorAll("script[src], link[rel=stylesheet]")) parts.add(new URL(part.getAttribute("src") ?? part.getAttribute("href"), location.href).href);
        const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY };
        await (await caches.open(PAGES)).put(href, new Response(html, { headers }));
      } catch {
        return; // the network is gone already
      }
    }
    if (!parts.size || !navigator.serviceWorker) return;
    (await navigator.serviceWorker.ready).active.postMessage({ keep: [...parts] });
  }

  async startWorker() {
    if (!location.pathname.startsWith("/wms/") || !navigator.serviceWorker) return;
    await navigator.serviceWorker.register("/wms/worker.js", { scope: "/wms/" });
    const worker = (await navigator.serviceWorker.ready).active;
    const parts = performance.getEntriesByType("resource").map((entry) => entry.name);
    worker.postMessage({ keep: parts.filter((name) => new URL(name).pathname.startsWith("/static/")) });
  }
}

// What this device says of a scan: how many it has made, and when it happened by its own clock.
function makeStamp() {
  const stamp = { "X-Yipan-Occurred-At": new Date().toISOString() };
  try {
    const sequence = Number(localStorage.getItem("yipan_scans") || 0) + 1;
    localStorage.setItem("yipan_scans", String(sequence));
    return { ...stamp, "X-Yipan-Sequence": String(sequence) };
  } catch {
    return stamp;
  }
}
