// The worker brings this page back when there is no network; it is told what belongs to it.

export async function startWorker() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register("/pos/worker.js", { scope: "/pos/" });
  const worker = (await navigator.serviceWorker.ready).active;
  const parts = performance.getEntriesByType("resource").map((entry) => entry.name);
  worker.postMessage({ keep: [location.href, ...parts.filter((name) => new URL(name).pathname.startsWith("/static/"))] });
}
