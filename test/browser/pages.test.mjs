// Every page that each role can reach by its links, in the states in which people meet it: each page in two states that
// change from page to page and role to role, or in all of them with HEMNYCKEL_ALL_STATES=1 (make soak).
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, accessible, desktop, phone } from './browser.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

const roles = ['Handläggare', 'Utförarens chef', 'Sjuksköterska', 'Larmteam', 'HMS-tekniker', 'Systemansvarig'];
const plain = { colorScheme: 'light', forcedColors: 'none', reducedMotion: 'reduce', contrast: 'no-preference' };
const states = {
  'on a desk': [desktop, {}],
  'on a phone': [phone, {}],
  'in the dark': [desktop, { colorScheme: 'dark' }],
  'on a phone in the dark': [phone, { colorScheme: 'dark' }],
  'at 320 px': [{ width: 320, height: 640 }, {}],
  'at 200 %': [{ width: 640, height: 450 }, {}],
  'with high contrast': [desktop, { contrast: 'more' }],
  'with forced colours': [desktop, { forcedColors: 'active' }],
};

/** The states in which the nth page is looked at. */
function chosen(n) {
  const all = Object.entries(states);
  return process.env.HEMNYCKEL_ALL_STATES ? all : [all[n % all.length], all[(n * 4 + 1) % all.length]];
}

/** One address for all things of a kind: /kunder/0198… is /kunder/*. */
const kind = (href) => href.pathname.split('/').map((p) => (/\d/.test(p) ? '*' : p)).join('/');

/** Follows links from the start page until no page of a new kind is found. */
async function walk(page, each) {
  const seen = new Set(['/']);
  const queue = ['/'];
  for (let path = queue.shift(); path; path = queue.shift()) {
    const answer = await page.goto(path);
    if (!/html/.test(answer.headers()['content-type'] ?? '')) continue;
    assert.ok(answer.status() < 400, `${path} answers ${answer.status()}`);
    await each(path);
    const links = await page.$$eval('a[href]:not([download])', (all) => all.map((a) => a.href));
    for (const to of links.map((href) => new URL(href))) {
      if (to.origin !== new URL(page.url()).origin || /\.\w{3,4}$/.test(to.pathname) || seen.has(kind(to))) continue;
      seen.add(kind(to));
      queue.push(to.pathname + to.search);
    }
  }
  return seen;
}

for (const [r, role] of roles.entries()) {
  test(`${role}: every page keeps WCAG`, async () => {
    const { page, leave } = await visit(browser, place.url, role);
    let n = r * 2;
    const seen = await walk(page, async (path) => {
      for (const [state, [size, media]] of chosen(n++)) {
        await page.setViewportSize(size);
        await page.emulateMedia({ ...plain, ...media });
        await accessible(page, `${role}, ${path}, ${state}`);
      }
    });
    assert.ok(seen.size > 3, `only ${seen.size} kinds of pages were found`);
    await leave();
  });

  test(`${role}: every page without scripts`, async () => {
    const { page, leave } = await visit(browser, place.url, role, { javaScriptEnabled: false });
    await walk(page, async () => {});
    await leave();
  });
}
