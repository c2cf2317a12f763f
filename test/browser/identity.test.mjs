// Getting in: through a provider of identity in a process of its own, by a passkey, by a password with an app; being asked anew, and
// losing a way in. Nobody is made up here but by the command that makes accounts.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { program } from './town.mjs';
import { open, visit, accessible, phone } from './browser.mjs';

const organisation = '2120009002';
const dir = mkdtempSync(path.join(os.tmpdir(), 'hemnyckel-identity-'));
const db = path.join(dir, 'db');
const running = [];
let browser, url, provider, karin;

/** Starts a program that prints one line when it is ready, and returns the line. */
async function start(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  for await (const line of readline.createInterface({ input: child.stdout })) return line;
  throw new Error(`${command} did not start`);
}

const hemnyckel = (...args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** A new account: the code by which its owner comes in for the first time. */
function account(name, ...flags) {
  return hemnyckel('account', 'create', '--db', db, '--name', name, '--role', 'case-officer', '--organisation', organisation, ...flags).trim();
}

const accountOf = (name) => hemnyckel('account', 'list', '--db', db).split('\n').find((l) => l.includes(name) && !l.startsWith('demo:')).split(/\s+/)[0];

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

before(async () => {
  browser = await open();
  const port = await freePort();
  url = `http://localhost:${port}`; // a passkey is for a name, not for a number
  const sim = path.join(dir, 'ssosim');
  execFileSync('go', ['build', '-o', sim, './internal/edge/sso/ssosim'], { cwd: fileURLToPath(new URL('../..', import.meta.url)) });
  provider = await start(sim, ['-redirect', `${url}/login/svar/prov`, '-key', path.join(dir, 'client.pem')]);
  writeFileSync(path.join(dir, 'login.toml'), `origin = "${url}"
[[provider]]
id = "prov"
name = "Provlegitimation"
issuer = "${provider}"
client_id = "portal"
key_file = "client.pem"
key_id = "1"
levels = ["http://id.elegnamnden.se/loa/1.0/loa3"]
`);
  hemnyckel('demo', '--once', '--db', db, '--clients', '300'); // the registers; nobody in them logs in
  account('Karin Ek');
  karin = accountOf('Karin Ek');
  hemnyckel('account', 'identify', '--db', db, karin, '--issuer', provider, '--kind', 'affiliation', '--value', `karin@${organisation}`);
  await start(program, ['server', '--db', db, '--listen', `127.0.0.1:${port}`, '--login', path.join(dir, 'login.toml')]);
});

after(async () => {
  await browser?.close();
  for (const child of running) {
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  }
  rmSync(dir, { recursive: true, force: true });
});

/** Makes the provider lie, or with nothing tell the truth again. */
async function lie(about = {}) {
  const answer = await fetch(`${provider}/lie`, { method: 'POST', body: JSON.stringify(about) });
  assert.equal(answer.status, 200);
}

/** What the provider says when it remembers the person since some hours. */
const remembered = () => ({ id: { auth_time: Math.floor(Date.now() / 1000) - 3 * 3600 } });

async function through(page, button = 'Logga in med Provlegitimation') {
  await page.getByRole('button', { name: button }).click();
  await page.waitForURL((u) => u.origin === provider || u.pathname.startsWith('/login/svar/') || !u.pathname.startsWith('/login'));
  if (new URL(page.url()).origin === provider) await page.getByRole('button', { name: 'Karin Ek' }).click();
}

const logout = (page) => page.getByRole('button', { name: 'Logga ut', exact: true }).click();

for (const javaScriptEnabled of [true, false]) {
  test(`through a provider of identity, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const check = (page) => (javaScriptEnabled ? accessible(page) : undefined);
    const { page, leave } = await visit(browser, url, null, { javaScriptEnabled, viewport: phone });
    await page.goto('/kunder');
    await page.getByRole('heading', { name: 'Logga in', level: 1 }).waitFor();
    await check(page);
    await through(page);
    await page.waitForURL('**/kunder'); // where one was going
    await page.goto('/konto');
    await page.getByText('Tillitsnivå').waitFor();
    await check(page);

    // A provider that lies lets nobody in, and another way is at hand.
    await logout(page);
    for (const [about, words] of [[{ say: 'other keys' }, 'går inte att lita på'], [{ say: 'unsigned' }, 'går inte att lita på'],
      [{ id: { nonce: 'x' } }, 'går inte att lita på'], [{ say: 'down' }, 'svarar inte just nu'],
      [{ id: { acr: 'http://id.elegnamnden.se/loa/1.0/loa2' } }, 'inte tillräckligt säker']]) {
      await lie(about);
      await through(page);
      await page.getByText(words).first().waitFor();
      await page.goto('/kunder');
      await page.getByRole('heading', { name: 'Logga in', level: 1 }).waitFor();
    }
    await check(page);
    await lie();
    await through(page);
    await page.waitForURL('**/kunder');
    await logout(page);
    await leave();
  });
}

test('a passkey is made, used, asked for anew and taken away', async () => {
  const { page, context, leave } = await visit(browser, url, null);
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
  } });
  const passkeys = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length;

  // The provider remembers her since the morning: she is in, but must show anew who she is before she changes how she logs in.
  await lie(remembered());
  await page.goto('/konto');
  await through(page);
  await page.goto('/konto');
  await page.getByLabel('Namn, till exempel Min telefon').fill('Min telefon');
  await page.getByRole('button', { name: 'Lägg till en passkey' }).click();
  await page.getByRole('heading', { name: 'Bekräfta att det är du' }).waitFor();
  assert.equal(await passkeys(), 0, 'a passkey was made in vain');
  await accessible(page);
  await lie();
  await through(page, 'Bekräfta med Provlegitimation');
  await page.waitForURL('**/konto');
  await page.getByLabel('Namn, till exempel Min telefon').fill('Min telefon');
  await page.getByRole('button', { name: 'Lägg till en passkey' }).click();
  await page.getByText('Passkeyn är tillagd.').waitFor();
  assert.equal(await passkeys(), 1);
  await accessible(page);

  await logout(page);
  await page.goto('/kunder');
  await page.getByRole('button', { name: 'Logga in med passkey' }).click();
  await page.waitForURL('**/kunder');
  await logout(page);

  // Whoever sits there but cannot unlock the device is not let in.
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.getByRole('button', { name: 'Logga in med passkey' }).click();
  await page.getByText('Det gick inte att använda passkeyn').waitFor();
  await accessible(page);
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });

  // Asked anew, she answers by passkey, and then takes it away.
  await lie(remembered());
  await page.goto('/login');
  await through(page);
  await page.goto('/konto');
  await page.getByRole('button', { name: 'Ta bort Min telefon' }).click();
  await page.getByRole('button', { name: 'Bekräfta med passkey' }).click();
  await page.waitForURL('**/konto');
  await page.getByRole('button', { name: 'Ta bort Min telefon' }).click();
  await page.getByText('Passkeyn är borttagen.').waitFor();
  await lie();

  await logout(page);
  await page.goto('/kunder');
  await page.getByRole('button', { name: 'Logga in med passkey' }).click();
  await page.getByText('Det gick inte att logga in').first().waitFor(); // the device has it still; here it opens nothing
  await leave();
});

/** The code of an app (RFC 6238), some steps from now. */
function code(secret, ahead = 0) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((c) => letters.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac('sha1', key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

for (const javaScriptEnabled of [true, false]) {
  test(`a password with an app, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const check = (page) => (javaScriptEnabled ? accessible(page) : undefined);
    const name = javaScriptEnabled ? 'bo.alm' : 'bo.ask';
    const first = account('Bo Alm', '--login', name);
    const { page, leave } = await visit(browser, url, null, { javaScriptEnabled, viewport: phone });
    await page.goto('/login');
    await page.getByText('Har du fått en kod för första gången?').click();
    await page.getByLabel('Engångskod').fill(first);
    await page.getByRole('button', { name: 'Fortsätt' }).click();
    await page.getByText('Välj hur du ska logga in').waitFor();
    await check(page);
    await page.getByRole('link', { name: 'Välj lösenord och app' }).click();
    const secret = await page.locator('input[name=hemlighet]').getAttribute('value');
    await page.getByLabel('Nytt lösenord').fill('lösenord1234');
    await page.getByLabel('Kod från appen').fill(code(secret));
    await page.getByRole('button', { name: 'Spara' }).click();
    await page.getByText('Lösenordet är för vanligt').first().waitFor();
    assert.match(await page.title(), /^Fel:/);
    await check(page);
    await page.getByLabel('Nytt lösenord').fill('korp tråd molnvagn sju');
    await page.getByLabel('Kod från appen').fill(code(secret));
    await page.getByRole('button', { name: 'Spara' }).click();
    await page.getByRole('heading', { name: 'Skriv upp dina reservkoder' }).waitFor();
    assert.equal(await page.locator('li code').count(), 10);
    await check(page);
    await page.getByRole('link', { name: 'Jag har skrivit upp dem' }).click();
    await logout(page);
    await page.getByLabel('Användarnamn').fill(name);
    await page.getByLabel('Lösenord').fill('korp tråd molnvagn sju');
    await page.getByLabel('Kod från appen').fill(code(secret, 1));
    await page.getByRole('button', { name: 'Logga in', exact: true }).click();
    await page.getByText('Bo Alm').first().waitFor();
    await logout(page);
    await leave();
  });
}
