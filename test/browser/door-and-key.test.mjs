// One door and one key: what a technician sees of a door, with the chain of a right drawn; and a key that is broken, from the provider's
// report to another key in its place. The key's part once without scripts.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, accessible, phone } from './browser.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

test('everything about one door', async () => {
  const { page, leave } = await visit(browser, place.url, 'HMS-tekniker');
  await page.goto('/las?slag=door&lage=mounted');
  await accessible(page, 'the list of locks');
  await page.locator('tbody a').first().click();
  await page.getByRole('heading', { level: 2, name: 'Vem får öppna' }).waitFor();
  const across = page.locator('svg.chain-across').first();
  const down = page.locator('svg.chain-down').first();
  assert.ok(await across.isVisible() && !(await down.isVisible()), 'on a desk the chain goes from left to right');
  assert.match(await across.getAttribute('aria-label'), /^(Beställning|Register): .* Grund: .* Behörighet: .* Öppning: /);
  await accessible(page, 'one door');
  await page.setViewportSize(phone);
  assert.ok(await down.isVisible() && !(await across.isVisible()), 'on a phone it goes from top to bottom');
  await accessible(page, 'one door, on a phone');
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  await accessible(page, 'one door, with forced colours');
  const serial = await page.locator('h1 .code').textContent();
  await page.getByRole('link', { name: 'Anmäl fel på låset' }).click();
  await page.getByRole('button', { name: 'Nej' }).click();
  await page.getByRole('button', { name: 'Ja' }).click();
  assert.equal(await page.getByLabel('Vad står det på saken?').inputValue(), serial, 'the number of the lock comes along');
  await leave();
});

test('a broken key is exchanged for another, without scripts', async () => {
  const manager = await visit(browser, place.url, 'Utförarens chef', { javaScriptEnabled: false });
  await manager.page.goto('/nycklar?lage=synced');
  await manager.page.locator('tbody a').first().click();
  const number = await manager.page.locator('h1 .code').textContent();
  await manager.page.getByRole('heading', { level: 2, name: 'Om den kommer bort' }).waitFor();
  await manager.page.getByRole('link', { name: 'Anteckna batteribyte' }).click();
  await manager.page.getByRole('button', { name: 'Spara batteribytet' }).click();
  await manager.page.getByText('Batteribytet är antecknat').waitFor();
  await manager.page.getByRole('link', { name: 'Anmäl som trasig' }).click();
  await manager.page.getByRole('button', { name: 'Anmäl nyckeln som trasig' }).click();
  await manager.page.getByRole('heading', { level: 2, name: 'Något behöver rättas' }).waitFor();
  await manager.page.getByText('Den är skadad').click();
  await manager.page.getByLabel('Beskriv felet').fill('Böjd när dörren slog igen');
  await manager.page.getByRole('button', { name: 'Anmäl nyckeln som trasig' }).click();
  await manager.page.getByText('Väntar på att bytas: Böjd när dörren slog igen').waitFor();
  await manager.leave();

  const hms = await visit(browser, place.url, 'HMS-tekniker');
  await hms.page.goto('/nycklar?lage=stock');
  const fresh = await hms.page.locator('tbody tr', { hasNotText: /\bG\d/ }).first().locator('a').textContent();
  await hms.page.goto(`/nycklar?lage=broken&nummer=${number}`);
  await hms.page.locator('tbody a').first().click();
  await accessible(hms.page, 'a broken key');
  await hms.page.getByRole('link', { name: 'Lämna ut en annan nyckel' }).click();
  await accessible(hms.page, 'the form that hands out another');
  await hms.page.getByRole('textbox').fill(fresh);
  await hms.page.getByRole('button', { name: 'Lämna ut nyckeln' }).click();
  await hms.page.getByText(`Nyckel ${fresh} är utlämnad i stället`).waitFor();
  await hms.page.getByRole('link', { name: 'Bedöm om någon var oaktsam' }).click();
  await accessible(hms.page, 'the judgement');
  await hms.page.getByText('Nej, kommunen står för kostnaden').click();
  await hms.page.getByLabel('Varför?').fill('Dörren slog igen i vinden');
  await hms.page.getByRole('button', { name: 'Spara bedömningen' }).click();
  await hms.page.getByText('Bedömd som inte oaktsam').waitFor();
  await hms.leave();
});
