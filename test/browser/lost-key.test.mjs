// A key is lost late in the evening: somebody blocks it from the start page, and the locks of the municipality are seen to
// refuse it. Once with scripts, once without.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { town, program } from './town.mjs';
import { open, visit, accessible, phone } from './browser.mjs';

let place, browser, parts, dir;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lost-key-'));
  const file = join(dir, 'parts.json');
  [place, browser] = [await town(['--clients', '300', '--parts', file]), await open()];
  parts = JSON.parse(await readFile(file, 'utf8'));
});
after(async () => {
  await browser?.close();
  await place?.stop();
  if (dir) await rm(dir, { recursive: true });
});

/** Runs a command of the program and gives what it printed and whether it succeeded. */
const run = (...args) => new Promise((done) => {
  execFile(program, ['--lang', 'en', ...args], (error, out) => done({ ok: !error, out }));
});

const hold = async (key, door) => JSON.parse((await run('key', 'open', '--json', '--state', parts.keys[key].state, '--lock', parts.doors[door].address)).out.split('\n')[0]);

/** Somebody identifies at a station, and puts their key in. */
async function sync(key, at) {
  const { state, badge, pin } = parts.keys[key];
  const answer = await fetch(`http://${parts.stations[at].panel}/identify`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ badge, pin }),
  });
  assert.equal(answer.status, 200);
  return run('key', 'sync', '--json', '--state', state, '--station', parts.stations[at].address);
}

/** From the start page to a blocked key; gives how many steps it took. What it takes to hold the
 *  page against WCAG is not counted. */
async function block(page, number, check = async () => {}) {
  await page.goto('/');
  const begun = Date.now();
  let steps = 0;
  const step = async (what) => { steps++; await Promise.all([page.waitForLoadState('load'), what()]); };
  await step(() => page.getByRole('link', { name: 'Spärra', exact: true }).click());
  await page.getByRole('textbox').fill(number);
  await step(() => page.getByRole('textbox').press('Enter'));
  await page.getByRole('heading', { level: 1, name: `Spärra nyckel ${number}?` }).waitFor();
  const looking = Date.now();
  await check(page, 'before the block');
  const looked = Date.now() - looking;
  await step(() => page.getByRole('button', { name: 'Spärra nyckeln' }).click());
  await page.getByRole('heading', { level: 1, name: `Nyckel ${number} är spärrad` }).waitFor();
  return { steps, took: Date.now() - begun - looked };
}

test('a lost key at 23.10 blocked in under ten seconds and three steps', async () => {
  const lost = parts.keys.alarm.number;
  assert.ok((await sync('alarm', 1)).ok, 'the key syncs while it is not lost');
  assert.ok((await hold('alarm', 0)).opened, 'and opens');
  const { page, leave } = await visit(browser, place.url, 'Larmteam', { viewport: phone });
  const { steps, took } = await block(page, lost, accessible);
  assert.equal(steps, 3);
  assert.ok(took < 10_000, `it took ${took} ms`);
  await accessible(page, 'after the block, on a phone');
  await page.getByText('Har inte fått spärren').first().waitFor();
  const status = page.url();

  assert.ok(!(await sync('alarm', 1)).ok, 'a station serves it no more');
  assert.ok((await sync('stranger', 0)).ok, 'another key takes the block along');
  assert.ok((await hold('stranger', 0)).opened, 'to a door that it opens');
  const refused = await hold('alarm', 0);
  assert.ok(!refused.opened, 'the lock refuses the lost key');
  await sync('stranger', 0); // and brings home that the lock knows
  await page.waitForTimeout(1500);
  await page.goto(status);
  await page.getByText('Har fått spärren').first().waitFor();
  await page.getByRole('link', { name: 'Skriv incidentunderlag' }).click();
  await accessible(page, 'the incident draft');
  await leave();
});

test('the same without scripts, by a provider', async () => {
  const lost = parts.keys.colleague.number;
  const { page, leave } = await visit(browser, place.url, 'Utförarens chef', { javaScriptEnabled: false });
  const { steps, took } = await block(page, lost);
  assert.equal(steps, 3);
  assert.ok(took < 10_000, `it took ${took} ms`);
  await page.getByText('Har inte fått spärren').first().waitFor();
  await page.getByRole('link', { name: 'Skriv incidentunderlag' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.ok(!(await sync('colleague', 0)).ok, 'a station serves it no more');
  await page.goto('/sparra/person');
  await page.getByLabel('Anställningsnummer').fill('404');
  await page.getByLabel('Varför?').fill('slutade i dag');
  await page.getByRole('button', { name: 'Gå vidare' }).click();
  await page.getByRole('heading', { level: 1, name: 'Spärra anställd 404?' }).waitFor();
  await leave();
});
