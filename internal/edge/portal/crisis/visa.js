// Keeps a copy of the page for when the network is gone, and says so when the page is such a copy.
const page = document.querySelector('[data-crisis]');
const made = new Date(page.dataset.crisis);

// A page from the server is seconds old; the computer's clock may be some minutes wrong, which a copy's age is not.
const old = Date.now() - made.getTime() > 10 * 60 * 1000;
const say = (id) => document.getElementById(id)?.removeAttribute('hidden');

if (old || !navigator.onLine) say('kris-kopia');
else if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/kris/kopia.js', { scope: '/kris' })
    .then(() => navigator.serviceWorker.ready)
    .then(() => keep())
    .then(() => say('kris-sparad'))
    .catch(() => {}); // the browser forbids it: the page works as before, with a network
}

// The first visit was answered before anybody could keep it.
async function keep() {
  const copies = await caches.open('hemnyckel-kris-1');
  const files = [...document.querySelectorAll('link[rel=stylesheet], script[src], link[rel=icon]')].map((e) => new URL(e.href ?? e.src));
  for (const url of [new URL(location.href), ...files]) {
    const answer = await fetch(url);
    if (answer.ok && !answer.redirected) await copies.put(url.pathname, answer);
  }
}
