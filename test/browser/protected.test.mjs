// A client with protected identity, met by somebody without and with the right to see who it is.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, accessible, phone } from './browser.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

// On the doors of two with protected identity whom no nurse visits, in the made-up registers of 300 clients.
const serials = { true: 'DL10287', false: 'DL10240' };
const number = /\d{8}-\d{4}/; // an identity number in full

async function search(page, query) {
  await page.goto('/kunder');
  await page.getByLabel(/^Sök kund, lås/).fill(query);
  await page.locator('form.search button[type=submit]').click();
}

for (const javaScriptEnabled of [true, false]) {
  test(`protected identity, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
    const serial = serials[javaScriptEnabled];
    const check = (page) => (javaScriptEnabled ? accessible(page) : undefined);
    const technician = await visit(browser, place.url, 'HMS-tekniker', { javaScriptEnabled });
    await search(technician.page, serial);
    await check(technician.page);
    await technician.page.getByRole('link', { name: 'Skyddad uppgift' }).click();
    const path = new URL(technician.page.url()).pathname;
    await check(technician.page);
    assert.doesNotMatch(await technician.page.content(), number);
    assert.doesNotMatch(await technician.page.title(), /\d/);
    await technician.page.getByText('Visa skyddade uppgifter').click();
    await technician.page.getByLabel('Varför behöver du se dem?').selectOption('mounting');
    await technician.page.getByRole('button', { name: 'Visa personuppgifter' }).click();
    assert.match(await technician.page.locator('.client-head').innerText(), number);
    await check(technician.page);
    await technician.page.goto(path);
    assert.doesNotMatch(await technician.page.content(), number); // shown once
    await technician.leave();

    const nurse = await visit(browser, place.url, 'Sjuksköterska', { javaScriptEnabled, viewport: phone });
    await search(nurse.page, serial);
    assert.equal(await nurse.page.getByText('Skyddad uppgift').count(), 0);
    assert.equal((await nurse.page.goto(path)).status(), 404);
    await check(nurse.page);
    await nurse.page.getByLabel('Varför behöver du åtkomst nu?').fill('Larmet går och ingen svarar i telefon');
    await nurse.page.getByRole('button', { name: 'Ta nödåtkomst' }).click();
    await nurse.page.getByText('Du har nödåtkomst till').waitFor();
    assert.doesNotMatch(await nurse.page.content(), number);
    await check(nurse.page);
    await nurse.leave();
  });
}
