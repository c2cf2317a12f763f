// The pages of the portal as its roles meet them: who there is, the way from link to link, and the looks in which a page is held against
// WCAG: every size with every choice of colours.
import assert from 'node:assert/strict';
import { accessible, desktop, phone } from './browser.mjs';

export const roles = ['Handläggare', 'Utförarens chef', 'Sjuksköterska', 'Larmteam', 'HMS-tekniker', 'Systemansvarig'];

/** One address for all things of a kind: /kunder/0198… is /kunder/*. */
export const kind = (href) => href.pathname.split('/').map((p) => (/\d/.test(p) ? '*' : p)).join('/');

/**
 * Follows links from the start page, or from other addresses, until no page of a new kind is found, and gives the kinds. Of each page it
 * tells the path and the answer. deep is how many links it goes from where it began.
 */
export async function walk(page, each, { from = ['/'], deep = Infinity, status = (s) => s < 400 } = {}) {
  const seen = new Set(from);
  const queue = from.map((path) => [path, 0]);
  for (let [path, depth] = queue.shift() ?? []; path; [path, depth] = queue.shift() ?? []) {
    const answer = await page.goto(path);
    if (!/html/.test(answer.headers()['content-type'] ?? '')) continue;
    assert.ok(status(answer.status()), `${path} answers ${answer.status()}`);
    const links = (await page.$$eval('a[href]:not([download])', (all) => all.map((a) => a.href))).map((href) => new URL(href));
    const here = new URL(page.url()).origin;
    await each(path, answer);
    for (const to of depth < deep ? links : []) {
      if (to.origin !== here || /\.\w{3,4}$/.test(to.pathname) || to.searchParams.has('format') || seen.has(kind(to))) continue;
      seen.add(kind(to));
      queue.push([to.pathname + to.search, depth + 1]);
    }
  }
  return seen;
}

const plain = { colorScheme: 'light', forcedColors: 'none', reducedMotion: 'reduce', contrast: 'no-preference' };
const sizes = { desk: desktop, phone, '320 px': { width: 320, height: 640 }, '200 %': { width: 640, height: 450 } };
const colours = { light: {}, dark: { colorScheme: 'dark' }, 'high contrast': { contrast: 'more' }, 'forced colours': { forcedColors: 'active' } };

/** Each size with each choice of colours, so ordered that the first four have all sizes and all colours, and so have the next four. */
const looks = Array.from({ length: 16 }, (_, i) => [Object.keys(sizes)[i % 4], Object.keys(colours)[(i + (i >> 2)) % 4]]);

/** Whether everything is looked at, as in make soak, or a part in which each pair is met. */
export const everything = Boolean(process.env.HEMNYCKEL_ALL_STATES);

/** Which states have been met together, as "dark + empty", and on how many pages. */
export const pairs = new Map();

/** Holds the page that is shown against WCAG in some looks, the nth and those that follow it, or in all of them. states are those of its content. */
export async function held(page, where, states, n, some = 1) {
  for (let i = n; i < n + (everything ? looks.length : some); i++) {
    const [size, colour] = looks[i % looks.length];
    await page.setViewportSize(sizes[size]);
    await page.emulateMedia({ ...plain, ...colours[colour] });
    await accessible(page, `${[where, ...states, size, colour].join(', ')}`);
    const met = [...states, size, colour].sort();
    for (const [k, a] of met.entries()) for (const b of met.slice(k + 1)) pairs.set(`${a} + ${b}`, (pairs.get(`${a} + ${b}`) ?? 0) + 1);
  }
  await page.setViewportSize(desktop);
  await page.emulateMedia(plain);
}
