// A municipality to visit: the demo's, as a process of its own, with its day played and its portal open; or a new one, with nothing in it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import readline from 'node:readline';
import { login } from './browser.mjs';

export const program = process.env.HEMNYCKEL ?? fileURLToPath(new URL('../../bin/hemnyckel', import.meta.url));

/** Starts a municipality and returns { url, stop, disk }. With HEMNYCKEL_URL set, one that runs already is used instead. */
export async function town(flags = ['--clients', '300']) {
  if (process.env.HEMNYCKEL_URL) return { url: process.env.HEMNYCKEL_URL, stop: async () => {} };
  const child = spawn(program, ['demo', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const told = [];
  let url;
  for await (const line of readline.createInterface({ input: child.stderr })) {
    told.push(line);
    url = line.match(/(?:Portalen är öppen|The portal is open): (\S+)/)?.[1];
    if (url) break;
  }
  if (!url) throw new Error(`the municipality did not start:\n${told.join('\n')}`);
  child.stderr.resume();
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
  };
  return { url: url.replace(/\/$/, ''), stop, disk: (takes) => limitDisk(serverOf(child.pid), takes) };
}

/** The server among the demo's parts. */
function serverOf(demo) {
  const parts = readdirSync(`/proc/${demo}/task`).flatMap((t) => readFileSync(`/proc/${demo}/task/${t}/children`, 'utf8').trim().split(' ').filter(Boolean));
  return parts.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('server'));
}

/** Makes every write of a process to a file fail, as on a disk that takes no more, or lets them pass again. */
const limitDisk = (pid, takes) => { execFileSync('prlimit', ['--pid', pid, `--fsize=${takes ? 'unlimited' : '0:unlimited'}`]); };

/** Starts a municipality that has nothing in it but its providers and groups, and returns { url, stop, disk }. */
export async function newTown() {
  const dir = mkdtempSync(join(tmpdir(), 'new-town-'));
  const db = join(dir, 'kommun');
  const registers = join(dir, 'register');
  execFileSync(program, ['sample', '--clients', '1', registers], { stdio: 'ignore' });
  for (const name of readdirSync(registers)) {
    if (/utforare|grupper/.test(name)) continue;
    const text = readFileSync(join(registers, name));
    writeFileSync(join(registers, name), text.subarray(0, text.indexOf('\n') + 1)); // the names of its columns alone
  }
  execFileSync(program, ['import', '--db', db, '--profile', 'varberg', registers], { stdio: 'ignore' });
  const child = spawn(program, ['server', '--db', db, '--listen', '127.0.0.1:0', '--demo-login'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const { value: address } = await readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
    rmSync(dir, { recursive: true });
  };
  return { url: `http://${address}`, stop, disk: (takes) => limitDisk(child.pid, takes) };
}

/** Fills a municipality: 500 more staff with long names, and over a hundred faults with much to read about each. */
export async function crowd(browser, url) {
  const context = await browser.newContext({ baseURL: url, locale: 'sv-SE' });
  const page = await context.newPage();
  await login(page, 'Utförarens chef');
  await page.goto('/personal/ny');
  const group = await page.locator('#group option').nth(1).getAttribute('value');
  const given = ['Anna-Karin Margareta Elisabeth', 'Karl-Johan Sebastian Alexander', 'Bo'];
  const family = ['von Hermansson-Lindqvist af Trollehagen', 'Kärrstrand-Bäckaskogsbrännare', 'Ek'];
  const rows = ['anst_nr;förnamn;efternamn;grupp;från'];
  for (let i = 0; i < 500; i++) rows.push(`X${String(i).padStart(4, '0')};${given[i % 3]};${family[(i >> 2) % 3]};${group};2026-01-05`);
  await page.goto('/personal/fil');
  await page.locator('#fil').setInputFiles({ name: 'personal.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) });
  await page.locator('main form button[type=submit]').click();
  await page.locator('main form button[type=submit]').click();
  await page.waitForURL((u) => !u.pathname.startsWith('/personal/fil'));
  const description = 'Nyckeln går trögt och fastnar i läsaren, särskilt på morgonen. '.repeat(12);
  for (let i = 1; i <= 120; i++) {
    const answer = await page.request.post('/fel/anmal', { form: { thing: 'key', label: `N${String(i).padStart(5, '0')}`, description }, headers: { Origin: url } });
    assert.equal(answer.status(), 200, 'a fault is reported');
  }
  await context.close();
}
