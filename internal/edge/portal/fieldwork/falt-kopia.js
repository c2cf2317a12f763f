// Shows the newest copy of the steps at a door when the server cannot be reached. The page names no client and no address. It
// answers for nothing else.
const pages = "hemnyckel-falt-1";
const patience = 4000; // ms, then the copy is shown

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (e) => {
  const to = new URL(e.request.url);
  const steps = /^\/arbete\/[0-9a-f-]{36}\/steg$/.test(to.pathname);
  const ours = e.request.method === "GET" && to.origin === self.location.origin &&
    (steps || to.pathname === "/arbete/falt.js" || to.pathname.startsWith("/assets/"));
  if (ours) e.respondWith(answer(e.request, to, steps && to.search === ""));
});

async function answer(request, to, keep) {
  const copies = await caches.open(pages);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  try {
    const fresh = await fetch(request, { signal: late.signal });
    if (fresh.ok && !fresh.redirected && keep) await copies.put(to.pathname, fresh.clone());
    if (fresh.status >= 500) return (await copies.match(to.pathname)) ?? fresh;
    return fresh;
  } catch (why) {
    const copy = await copies.match(to.pathname);
    if (copy) return copy;
    throw why;
  } finally {
    clearTimeout(timer);
  }
}
