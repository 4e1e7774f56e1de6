// The register without a network: its page and everything it is made of come from the cache
// when nobody answers. Data never does; that lies in a database the register keeps itself.

const CACHE = "yipan-register-1";
const isShell = (url) => url.pathname.startsWith("/static/") || url.pathname === "/pos/register";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  // What the page had loaded before there was a worker is fetched once more, to be kept.
  if (event.data?.keep) event.waitUntil(keep(event.data.keep));
});
async function keep(addresses) {
  const cache = await caches.open(CACHE);
  await Promise.all(addresses.map(async (address) => {
    const reply = await fetch(address, { credentials: "same-origin" });
    if (reply.ok && !reply.redirected) await cache.put(address, reply);
  }));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !isShell(url)) return;
  event.respondWith(answer(event.request));
});
async function answer(request) {
  const cache = await caches.open(CACHE);
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
