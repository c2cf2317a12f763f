// The browser, and what every journey does with it: people log in, pages are held against WCAG.
import { chromium } from 'playwright-core';
import axe from 'axe-core';
import assert from 'node:assert/strict';

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** Starts Chromium. */
export function open() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet });
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
  await page.evaluate(axe.source);
  const found = await page.evaluate((tags) => globalThis.axe.run(document, {
    runOnly: { type: 'tag', values: tags },
    // Where the reader's own colours are forced, contrast is theirs, and axe reads ours.
    rules: { 'color-contrast': { enabled: !matchMedia('(forced-colors: active)').matches } },
  }), tags);
  const faults = found.violations.map((v) => `${v.id}: ${v.help}\n    ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join('\n    ')}`);
  assert.deepEqual(faults, [], `${where} breaks WCAG:\n${faults.join('\n')}`);
  const { wide, view, headings } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth, view: document.documentElement.clientWidth,
    headings: document.querySelectorAll('h1').length,
  }));
  assert.ok(wide <= view, `${where} is ${wide} px wide in a window of ${view}`);
  assert.equal(headings, 1, `${where} has ${headings} first headings`);
}
