// Being told: a technician sees what has happened, chooses mail for one thing only, and gets to what it is about; also without scripts.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, accessible, phone } from './browser.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

/** Chooses mail for one thing only, from the page of notices. */
async function choose(page, thing) {
  await page.goto('/aviseringar');
  await page.getByRole('link', { name: 'Välj aviseringar' }).click();
  const mail = page.getByRole('group', { name: 'Mejla mig när' });
  for (const box of await mail.getByRole('checkbox').all()) await box.uncheck({ force: true });
  await mail.getByLabel(thing).check({ force: true });
}

test('a technician is told, and chooses mail for one thing', async () => {
  const { page, leave } = await visit(browser, place.url, 'HMS-tekniker', { viewport: phone });
  await page.getByRole('link', { name: /olästa? avisering/ }).click();
  await page.getByRole('heading', { name: 'Aviseringar', level: 1 }).waitFor();
  await accessible(page);
  await choose(page, 'En nyckel är spärrad');
  await accessible(page);
  await page.getByLabel('Skicka inget från klockan').fill('åtta');
  await page.getByRole('button', { name: 'Spara valen' }).click();
  await page.getByRole('link', { name: 'Skriv klockslaget som 20:00.' }).waitFor();
  assert.match(await page.title(), /^Fel:/);
  await accessible(page, 'the choices with a fault');
  await page.getByLabel('Skicka inget från klockan').fill('20.30');
  await page.getByRole('button', { name: 'Spara valen' }).click();
  await page.getByText('Dina val är sparade.').waitFor();
  const chosen = page.getByRole('group', { name: 'Mejla mig när' }).getByRole('checkbox', { checked: true });
  assert.equal(await chosen.count(), 1);
  assert.equal(await page.getByLabel('Skicka inget från klockan').inputValue(), '20:30');

  // What it is about is one step away, and what has been read is not counted.
  await page.goto('/aviseringar');
  await page.getByRole('link', { name: 'Du har fått en uppgift' }).first().click();
  await page.waitForURL(/\/arbete\/[0-9a-f-]{36}$/);
  await page.goto('/aviseringar');
  await page.getByRole('button', { name: 'Markera alla som lästa' }).click();
  await page.getByText('Du har läst alla.').waitFor();
  await page.goto('/');
  assert.equal(await page.getByRole('link', { name: /olästa? avisering/ }).count(), 0);
  await leave();
});

test('the same without scripts', async () => {
  const { page, leave } = await visit(browser, place.url, 'Systemansvarig', { javaScriptEnabled: false });
  await choose(page, 'En behörighet är beställd');
  await page.getByRole('button', { name: 'Spara valen' }).click();
  await page.getByText('Dina val är sparade.').waitFor();
  await page.goto('/aviseringar');
  await page.getByRole('link', { name: 'Utskick som inte kom fram' }).click();
  await page.getByRole('heading', { name: 'Utskick som inte kom fram', level: 1 }).waitFor();
  await leave();
});
