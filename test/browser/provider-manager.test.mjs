// A provider manager's Monday: somebody begins, gets a badge, a door does not open, and somebody has left.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, accessible, phone } from './browser.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

const h1 = (page) => page.getByRole('heading', { level: 1 });

async function monday(page, number, family, accessible) {
  await page.goto('/personal');
  await accessible(page);
  await page.getByRole('link', { name: 'Lägg till medarbetare' }).click();
  await accessible(page);
  await page.getByRole('button', { name: 'Lägg till medarbetare' }).click();
  assert.match(await page.title(), /^Fel:/);
  await accessible(page, 'what is missing');
  await page.getByLabel('Anställningsnummer').fill(number);
  await page.getByLabel('Förnamn').fill('Cia');
  await page.getByLabel('Efternamn').fill(family);
  await page.getByLabel('Grupp').selectOption({ index: 1 });
  await page.getByLabel('Första dagen').fill('2026-01-05');
  await page.getByText('Tills vidare, anställningen').click();
  await page.getByRole('button', { name: 'Lägg till medarbetare' }).click();
  assert.equal(await h1(page).innerText(), `Cia ${family}`);
  await accessible(page, 'a card');

  await page.getByLabel('Brickans nummer').fill(`BX${number}`);
  await page.getByLabel('Kod, 4–12 siffror').fill('4719');
  await page.getByLabel('Koden en gång till').fill('4719');
  await page.getByRole('button', { name: 'Spara bricka och kod' }).click();
  assert.match(await page.locator('.flash').innerText(), /Brickan och koden är sparade/);

  await page.goto('/personal');
  await page.getByLabel('Namn eller anställningsnummer').fill(family);
  await page.getByRole('button', { name: 'Sök' }).click();
  assert.ok(!page.url().includes(family), 'a name is in the address');
  await accessible(page, 'found');
  await page.getByRole('link', { name: `Cia ${family}` }).click();

  await page.goto('/fel');
  await accessible(page);
  await page.getByRole('link', { name: 'Anmäl felet' }).click();
  await accessible(page);
  await page.getByRole('link', { name: 'Jag kommer inte in nu' }).click();
  await accessible(page);
  await page.getByRole('button', { name: 'Nej' }).click();
  await page.getByRole('button', { name: 'Ja' }).click();
  await accessible(page, 'the report');
  assert.ok(await page.getByLabel('Kunden är inne').isChecked());
  await page.getByRole('button', { name: 'Skicka anmälan' }).click();
  await accessible(page, 'a report that is not whole');
  await page.goto('/fel/anmal?sak=nyckel&svar=yes');
  await page.getByLabel('Vad står det på saken?').fill('N00001');
  await page.getByLabel('Vad händer?').fill('Nyckeln är böjd.');
  await page.getByRole('button', { name: 'Skicka anmälan' }).click();
  assert.equal(await h1(page).innerText(), 'Felet är anmält');
  await accessible(page, 'the receipt');
  await page.getByRole('link', { name: 'Följ felet' }).click();
  await accessible(page, 'the fault');

  await page.goto('/personal?visa=avslutade');
  await page.goto('/personal');
  await page.getByLabel('Namn eller anställningsnummer').fill(number);
  await page.getByRole('button', { name: 'Sök' }).click();
  await page.getByRole('link', { name: `Cia ${family}` }).click();
  await page.getByRole('link', { name: 'Avsluta nu' }).click();
  assert.match(await page.locator('.effects').innerText(), /Brickan och koden slutar gälla/);
  await accessible(page, 'what ends');
  await page.getByRole('button', { name: 'Avsluta nu' }).click();
  assert.match(await page.title(), /^Fel:/);
  await page.getByLabel('Varför?').fill('Har slutat');
  await page.getByRole('button', { name: 'Avsluta nu' }).click();
  assert.equal(await h1(page).innerText(), `Cia ${family} är avslutad`);
  await accessible(page, 'what to take back');
}

async function file(page, number, accessible) {
  await page.goto('/personal/fil');
  await accessible(page);
  const send = async (rows) => {
    await page.getByLabel('Fil', { exact: true }).setInputFiles({ name: 'personal.csv', mimeType: 'text/csv',
      buffer: Buffer.from(`anst_nr;förnamn;efternamn;grupp;från\n${rows}`) });
    await page.getByRole('button', { name: 'Kontrollera filen' }).click();
  };
  await send(`${number};Bo;Ek;finns-inte;2026-01-05\n`);
  assert.match(await page.locator('main').innerText(), /Rader att rätta/);
  await accessible(page, 'rows to correct');
  const group = await page.goto('/personal/ny').then(() => page.getByLabel('Grupp').locator('option').nth(1).getAttribute('value'));
  await page.goto('/personal/fil');
  await send(`${number};Bo;Ek;${group};2026-01-05\n`);
  await accessible(page, 'the check');
  await page.getByRole('button', { name: 'Lägg till alla' }).click();
  assert.match(await page.locator('.flash').innerText(), /Alla i filen är tillagda/);
}

test("a provider manager's Monday", async () => {
  const { page, leave } = await visit(browser, place.url, 'Utförarens chef');
  await monday(page, '80001', 'Provberg', accessible);
  await file(page, '90001', accessible);
  await leave();
});

test("a provider manager's Monday, on a phone without scripts", async () => {
  const { page, leave } = await visit(browser, place.url, 'Utförarens chef', { javaScriptEnabled: false, viewport: phone });
  await monday(page, '80002', 'Provlund', async () => {}); // to hold a page against WCAG takes scripts
  await file(page, '90002', async () => {});
  await leave();
});

test('a technician takes a fault and ends it', async () => {
  const { page, leave } = await visit(browser, place.url, 'HMS-tekniker');
  await page.goto('/fel');
  await page.locator('tbody a').first().click();
  await page.getByRole('button', { name: 'Jag tar hand om felet' }).click();
  assert.match(await page.locator('.flash').innerText(), /har en ansvarig/);
  await accessible(page);
  await page.getByRole('button', { name: 'Avsluta felet' }).click();
  assert.match(await page.title(), /^Fel:/);
  await page.getByLabel('Orsak').selectOption({ label: 'Slitage' });
  await page.getByText('Det fungerar igen').click();
  await page.getByLabel('Vad gjordes').fill('Ny cylinder.');
  await page.getByRole('button', { name: 'Avsluta felet' }).click();
  assert.match(await page.locator('.flash').innerText(), /Felet är avslutat/);
  await accessible(page, 'an ended fault');
  await leave();
});
