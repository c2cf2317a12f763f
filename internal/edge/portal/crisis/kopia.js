// Keeps the newest crisis page and its files, and shows them when the server cannot be reached. It answers for nothing else.
const kept = 'hemnyckel-kris-1';
const patience = 4000; // ms, then the copy is shown

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (e) => e.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (e) => {
  const to = new URL(e.request.url);
  const ours = e.request.method === 'GET' && to.origin === self.location.origin &&
    (to.pathname === '/kris' || to.pathname.startsWith('/kris/') || to.pathname.startsWith('/assets/'));
  if (ours) e.respondWith(answer(e.request, to));
});

// A page that cannot be had (no network, a server in trouble, a login that has ended) is shown as it was kept.
async function answer(request, to) {
  const copies = await caches.open(kept);
  const name = to.pathname + (to.searchParams.get('lang') ? '?lang=' + to.searchParams.get('lang') : '');
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  try {
    const fresh = await fetch(request, { signal: late.signal });
    if (fresh.ok && !fresh.redirected) {
      await copies.put(name, fresh.clone());
      return fresh;
    }
    if (fresh.status >= 500) return (await copies.match(name)) ?? fresh;
    return fresh;
  } catch (why) {
    const copy = (await copies.match(name)) ?? (await copies.match(to.pathname));
    if (copy) return copy;
    throw why;
  } finally {
    clearTimeout(timer);
  }
}
