// A case officer's five orders, from what has happened to the receipt, with and without scripts.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, accessible } from './browser.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

const day = (n) => new Date(Date.now() + n * 864e5).toISOString().slice(0, 10);

/** Answers the question that is shown, and returns false at the answers to check. */
async function answer(page, from) {
  const where = new URL(page.url()).pathname.split('/')[3];
  if (!where) return false;
  const choice = page.locator('form input[type=radio]');
  const list = page.locator('form select');
  if (where === 'dag') {
    await page.getByLabel('Första dagen').fill(from);
    await page.getByLabel('Meddelande').fill('Ring dottern först.');
  } else if (await list.count()) await list.selectOption({ index: 1 });
  else if (await choice.count()) await choice.first().check({ force: true }); // the label is the button's face
  await page.getByRole('button', { name: 'Fortsätt' }).click();
  return true;
}

/** Places one order about a client, by the client's page's id, and returns its number. */
async function order(page, client, kind, from, look) {
  await page.goto(`/bestall?kund=${client}`);
  await look(page);
  await page.locator('.kinds button').filter({ hasText: kind }).click();
  do await look(page); while (await answer(page, from));
  assert.match(await page.locator('main').innerText(), /Det här händer/);
  await page.getByRole('button', { name: 'Skicka beställningen' }).click();
  await look(page);
  assert.match(await page.locator('h1').innerText(), /Beställningen är mottagen/);
  return page.locator('.receipt .code').innerText();
}

/** The ids of clients who have something to open. */
async function clients(page) {
  await page.goto('/bestallningar?vems=alla');
  const orders = await page.$$eval('tbody th a', (all) => all.map((a) => a.getAttribute('href')));
  const found = new Set();
  for (const href of orders) {
    await page.goto(href);
    const client = await page.locator('main a[href^="/kunder/"]').first().getAttribute('href').catch(() => null);
    if (client) found.add(client.split('/')[2]);
  }
  return [...found];
}

for (const javaScriptEnabled of [true, false]) {
  test(`a case officer's five orders${javaScriptEnabled ? '' : ', without scripts'}`, async () => {
    const { page, leave } = await visit(browser, place.url, 'Handläggare', { javaScriptEnabled });
    const look = javaScriptEnabled ? accessible : async () => {};
    const [one] = await clients(page);
    assert.ok(one, 'the demo has orders about clients');
    const later = javaScriptEnabled ? 20 : 40;
    const numbers = [];
    for (const [kind, n] of [['Hälso- och sjukvård påbörjad', 1], ['Inköp beviljat', 2], ['Trygghetslarm beviljat', 3], ['Trygghetslarm avsagt', 4], ['Kunden flyttar', 300]]) {
      numbers.push(await order(page, one, kind, day(later + n), look));
    }
    assert.equal(new Set(numbers).size, 5);
    await page.getByRole('link', { name: 'Följ beställningen' }).click();
    await look(page);
    await page.getByRole('link', { name: 'Ta tillbaka beställningen' }).click();
    await look(page);
    await page.getByLabel('Varför?').fill('Kunden stannar kvar.');
    await page.getByRole('button', { name: 'Ta tillbaka beställningen' }).click();
    assert.match(await page.locator('main').innerText(), /Återtagen/);
    await page.goto('/bestallningar');
    await look(page);
    const list = await page.locator('main').innerText();
    for (const number of numbers) assert.ok(list.includes(number), `${number} is not among my orders`);
    await leave();
  });
}
