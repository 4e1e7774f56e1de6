// A handheld without a network: the page of the task in hand, and what it is made of, come from
// the cache. Pages put themselves there as they stand; nothing is fetched ahead of its time.

const CACHE = "yipan-handheld-1";
const NOTHING = "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>Yipan</title><h1>没有网络 · No network</h1><p>返回正在做的任务；扫过的内容都保存在本机。<br>Go back to the task in hand; what was scanned is kept on this device.</p>";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith("yipan-handheld-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  // A page that was on its way while we took over is nobody's yet: whoever speaks is ours.
  if (event.data?.keep) event.waitUntil(Promise.all([self.clients.claim(), keep(event.data.keep)]));
});
async function keep(addresses) {
  const cache = await caches.open(CACHE);
  await Promise.all(addresses.map(async (address) => {
    if (await cache.match(address, { ignoreVary: true })) return;
    const reply = await fetch(address, { credentials: "same-origin" });
    if (reply.ok && !reply.redirected) await cache.put(address, reply);
  }));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  const isStatic = url.pathname.startsWith("/static/");
  if (isStatic || event.request.mode === "navigate") event.respondWith(answer(event.request, isStatic));
});
async function answer(request, isStatic) {
  try {
    const reply = await fetch(request);
    if (isStatic && reply.ok) await (await caches.open(CACHE)).put(request, reply.clone());
    return reply;
  } catch (error) {
    const kept = await caches.match(request, { ignoreVary: true, cacheName: CACHE });
    if (kept) return kept;
    if (isStatic) throw error;
    return new Response(NOTHING, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
}
