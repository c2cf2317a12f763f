// The browser, and what every journey does with it: people log in, pages are held against WCAG.
import { chromium } from 'playwright-core';
import axe from 'axe-core';
import assert from 'node:assert/strict';

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--lang=sv-SE'];

/** Starts Chromium. */
export function open() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet, env: { ...process.env, LANGUAGE: 'sv' } });
}

export const desktop = { width: 1280, height: 900 };
export const phone = { width: 390, height: 844 };

/**
 * A person at the portal, logged in by the demo login under a role's name as it stands on the login page. Everything that
 * goes wrong in the page itself (an error in a script, something that the content security policy stopped, an answer of 500)
 * fails the journey when the person leaves.
 */
export async function visit(browser, url, role, options = {}) {
  const context = await browser.newContext({ viewport: desktop, locale: 'sv-SE', baseURL: url, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  if (options.javaScriptEnabled !== false) await page.addInitScript(watchShifts);
  const wrong = [];
  page.on('pageerror', (e) => wrong.push(`script: ${e.message}`));
  page.on('console', (m) => { if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) wrong.push(`console: ${m.text()}`); });
  page.on('response', (r) => { if (r.status() >= 500) wrong.push(`${r.status()} ${r.url()}`); });
  if (role) await login(page, role);
  return {
    page,
    context,
    leave: async () => {
      await context.close();
      assert.deepEqual(wrong, []);
    },
  };
}

/** Logs in as the person of a role. */
export async function login(page, role) {
  await page.goto('/login');
  await page.locator('label', { hasText: role }).click(); // the whole label is the button's face
  await page.getByRole('button', { name: 'Logga in' }).click();
  await page.waitForURL((u) => !u.pathname.startsWith('/login'));
}

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Holds a page against WCAG 2.2 AA, and against the two faults that axe does not look for: a page that has to be scrolled
 *  sideways, and a heading that is missing. */
export async function accessible(page, where = page.url()) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe.source);
  const faults = await page.evaluate(async (tags) => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: { type: 'tag', values: tags },
      // Where the reader's own colours are forced, contrast is theirs, and axe reads ours.
      rules: { 'color-contrast': { enabled: !matchMedia('(forced-colors: active)').matches } },
      resultTypes: ['violations'], // of the rest only one example each, which halves the time
    });
    return violations.map((v) => `${v.id}: ${v.help}\n    ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join('\n    ')}`);
  }, tags);
  assert.deepEqual(faults, [], `${where} breaks WCAG:\n${faults.join('\n')}`);
  const { wide, view, headings } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth, view: document.documentElement.clientWidth,
    headings: document.querySelectorAll('h1').length,
  }));
  assert.ok(wide <= view, `${where} is ${wide} px wide in a window of ${view}`);
  assert.equal(headings, 1, `${where} has ${headings} first headings`);
}

/** Keeps what on the page has moved by itself, in the browser's own measure. */
function watchShifts() {
  globalThis.shifted = [];
  const box = ({ x, y, width, height }) => `${x},${y} ${width}×${height}`;
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) {
      if (!e.hadRecentInput) globalThis.shifted.push(...e.sources.map((s) => `${s.node?.nodeName} ${s.node?.className ?? ''} from ${box(s.previousRect)} to ${box(s.currentRect)}`));
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

export const limits = { first: 100_000, later: 30_000 }; // bytes as they travel

/** Holds a page that has just been loaded against what people on a poor line need: nothing moves, and little is fetched. */
export async function light(page, where = page.url()) {
  const { html, files, shifted } = await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const size = (type) => performance.getEntriesByType(type).reduce((sum, e) => sum + e.encodedBodySize, 0);
    return { html: size('navigation'), files: size('resource'), shifted: globalThis.shifted };
  });
  assert.ok(html <= limits.later, `${where} is ${html} bytes, at most ${limits.later}`);
  assert.ok(html + files <= limits.first, `${where} is ${html + files} bytes with its files, at most ${limits.first}`);
  assert.deepEqual(shifted, [], `${where} moves while it loads`);
}
