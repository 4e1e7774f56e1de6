// The register without a network: its page and everything it is made of come from the cache
// when nobody answers. Data never does; that lies in a database the register keeps itself.
// While tickets are unsent the cache goes first: no new version comes between them.

const CACHE = "yipan-register-2";
const HELD = "/pos/held";
const isShell = (url) => url.pathname.startsWith("/static/") || url.pathname === "/pos/register" || url.pathname === "/pos/display";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith("yipan-register-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  // What the page had loaded before there was a worker is fetched once more, to be kept.
  // A page that was on its way while we took over is nobody's yet: whoever speaks is ours.
  if (event.data?.keep) event.waitUntil(Promise.all([self.clients.claim(), keep(event.data.keep)]));
  if ("unsent" in (event.data ?? {})) event.waitUntil(hold(event.data.unsent));
});
async function keep(addresses) {
  const cache = await caches.open(CACHE);
  await Promise.all(addresses.map(async (address) => {
    if (await isHeld(cache) && await cache.match(address, { ignoreVary: true })) return;
    const reply = await fetch(address, { credentials: "same-origin" });
    if (reply.ok && !reply.redirected) await cache.put(address, reply);
  }));
}
async function hold(unsent) {
  const cache = await caches.open(CACHE);
  if (unsent) await cache.put(HELD, new Response(String(unsent)));
  else await cache.delete(HELD);
}
const isHeld = async (cache) => Boolean(await cache.match(HELD));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !isShell(url)) return;
  event.respondWith(answer(event.request));
});
async function answer(request) {
  const cache = await caches.open(CACHE);
  if (await isHeld(cache)) {
    const kept = await cache.match(request, { ignoreVary: true });
    if (kept) return kept;
  }
  try {
    const reply = await fetch(request);
    // Whoever has to log in is sent away, and that is no page to keep.
    if (reply.ok && !reply.redirected) await cache.put(request, reply.clone());
    return reply;
  } catch (error) {
    const kept = await cache.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}
