// The portal by the keyboard alone: somebody who cannot use a mouse logs in, finds what to do, blocks a key, and mends a form.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, desktop, phone } from './browser.mjs';
import { walk } from './walk.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

/** What has the focus: a name to tell it by, whether it shows, and whether it shows that it has the focus. */
const focused = (page) => page.evaluate(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect();
  const seen = (x) => { const s = getComputedStyle(x); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; };
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    name: `${e.tagName.toLowerCase()} ${(e.getAttribute('href') ?? e.name ?? '')} ${e.textContent.trim().slice(0, 30)}`,
    parts: e.matches('[type=date], [type=time]'), // year, month and day are stops of their own
    index: [...document.querySelectorAll('*')].indexOf(e),
    shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight,
    covered: at !== null && at !== e && !e.contains(at) && !at.contains(e) && !at.closest('label, .choice'),
    marked: seen(e) || Boolean(e.closest('.choice') && seen(e.closest('.choice'))),
  };
});

/** Presses Tab until something that fits has the focus. */
async function tabTo(page, fits, most = 80) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (at && fits(at)) return at;
  }
  throw new Error(`nothing fits after ${most} presses of Tab on ${page.url()}`);
}

const go = async (page, key = 'Enter') => { await Promise.all([page.waitForEvent('load'), page.keyboard.press(key)]); };
const h1 = (page) => page.getByRole('heading', { level: 1 }).innerText();

/** Tab goes through a page from its first link to its last, in the order of reading, and out again. */
async function through(page, where) {
  const order = [];
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (!at || at.index === order[0]?.index) break;
    assert.ok(at.shown, `${where}: ${at.name} has the focus and is not to be seen`);
    assert.ok(!at.covered, `${where}: ${at.name} has the focus behind something else`);
    assert.ok(at.marked, `${where}: ${at.name} does not show that it has the focus`);
    if (at.parts && at.index === order.at(-1)?.index) continue;
    assert.notEqual(at.index, order.at(-1)?.index, `${where}: Tab does not leave ${at.name}`);
    order.push(at);
  }
  assert.ok(order.length > 3 && order.length < 400, `${where}: ${order.length} stops`);
  const sorted = [...order].sort((a, b) => a.index - b.index);
  assert.deepEqual(order.map((o) => o.name), sorted.map((o) => o.name), `${where}: the order of Tab is not that of reading`);
}

for (const [role, viewport] of [['HMS-tekniker', desktop], ['Utförarens chef', phone]]) {
  test(`Tab through every page: ${role}`, async () => {
    const { page, leave } = await visit(browser, place.url, role, { viewport });
    await walk(page, async (path) => { await through(page, `${role}, ${path}`); });
    await leave();
  });
}

test('from the login to a blocked key', async () => {
  const { page, leave } = await visit(browser, place.url, null);
  await page.goto('/login');
  await tabTo(page, (at) => at.name.startsWith('input') || at.name.startsWith('button'));
  const role = page.getByRole('radio', { name: /HMS-tekniker/ });
  if (await role.count() > 0) {
    for (let i = 0; i < 12 && !(await role.isChecked()); i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
  } else {
    await page.locator('label', { hasText: 'HMS-tekniker' }).press('Enter');
  }
  await page.waitForURL((u) => !u.pathname.startsWith('/login'));

  await page.keyboard.press('Tab'); // the first stop of every page leads past its head
  assert.match((await focused(page)).name, /Hoppa till innehållet/);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'innehall');

  await page.goto('/');
  await tabTo(page, (at) => at.name.includes('/sparra'));
  await go(page);
  await tabTo(page, (at) => at.name.startsWith('input q'));
  await page.keyboard.type('N00009');
  await go(page);
  assert.equal(await h1(page), 'Spärra nyckel N00009?');
  await tabTo(page, (at) => at.name.startsWith('button') && at.name.includes('Spärra nyckeln'));
  await go(page);
  assert.equal(await h1(page), 'Nyckel N00009 är spärrad');
  await leave();
});

test('a form that is wrong', async () => {
  const { page, leave } = await visit(browser, place.url, 'Utförarens chef');
  await page.goto('/personal/ny');
  await tabTo(page, (at) => at.name.startsWith('input employee_number'));
  await go(page); // sent by Enter, with nothing in it
  assert.match(await page.title(), /^Fel:/);
  assert.ok(await page.evaluate(() => document.activeElement.matches('.faults')), 'the summary of faults has the focus');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'employee_number');
  await page.keyboard.type('T9001');
  await leave();
});

test('the camera is closed with Esc', async () => {
  const { page, leave } = await visit(browser, place.url, 'HMS-tekniker');
  await page.addInitScript(() => {
    window.BarcodeDetector = class { async detect() { return []; } };
    navigator.mediaDevices ??= {};
    navigator.mediaDevices.getUserMedia = async () => document.createElement('canvas').captureStream();
  });
  await page.goto('/fel/anmal?sak=nyckel&svar=yes');
  await tabTo(page, (at) => at.name.includes('Läs med kameran'));
  await page.keyboard.press('Enter');
  await page.locator('video').waitFor({ state: 'visible' });
  await page.keyboard.press('Escape');
  await page.locator('video').waitFor({ state: 'hidden' });
  assert.match((await focused(page)).name, /Läs med kameran/);
  await leave();
});
