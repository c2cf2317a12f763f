// An owner is written to, the reply slip comes back and is read, and the mounting that waited can be booked; the client has a say too.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, accessible, phone } from './browser.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

const text = (page) => page.locator('main').innerText();

for (const javaScriptEnabled of [true, false]) {
  test(`from letter to bookable mounting${javaScriptEnabled ? '' : ', without scripts'}`, async () => {
    const { page, leave } = await visit(browser, place.url, 'HMS-tekniker', { javaScriptEnabled, viewport: javaScriptEnabled ? undefined : phone });
    const look = javaScriptEnabled ? accessible : async () => {};
    await page.goto('/samtycken');
    await look(page);

    // The house where work waits, and the letter to its owner.
    await page.locator('section', { hasText: 'Monteringar som väntar på ägaren' }).locator('tbody th a').first().click();
    await look(page);
    assert.match(await text(page), /Väntar på ägaren/);
    await page.getByRole('button', { name: 'Skriv brev till ägaren' }).click();
    await look(page);
    assert.match(await text(page), /Det blir 1 brev/);
    await page.getByRole('button', { name: 'Skapa breven' }).click();
    for (let i = 0; i < 50 && await page.getByRole('link', { name: 'Se om breven är klara' }).count(); i++) {
      await page.getByRole('link', { name: 'Se om breven är klara' }).click();
    }
    await look(page);
    const pdf = await page.context().request.get(await page.getByRole('link', { name: 'Skriv ut breven' }).getAttribute('href'));
    assert.equal(pdf.headers()['content-type'], 'application/pdf');
    const code = (await page.locator('th.code').first().innerText()).trim();
    assert.match(code, /^[0-9A-Z]{5}-[0-9A-Z]{5}$/);

    // The slip is read: first wrong, then right.
    await page.goto('/samtycken');
    await page.getByLabel('Kod på svarstalongen').fill(`HEMNYCKEL-${code.toLowerCase()}`);
    await page.getByRole('button', { name: 'Sök', exact: true }).click();
    await page.getByRole('heading', { name: 'Vad svarade ägaren?' }).waitFor();
    await look(page);
    await page.getByRole('button', { name: 'Fortsätt' }).click();
    await page.getByRole('link', { name: 'Välj vad svaret är.' }).waitFor();
    assert.match(await page.title(), /^Fel:/);
    await look(page, 'the reply with faults');
    await page.getByLabel('Ja, till allt').check({ force: true });
    await page.getByLabel('Skriftligt').check({ force: true });
    await page.getByRole('button', { name: 'Fortsätt' }).click();
    await look(page);
    await page.getByRole('button', { name: 'Spara svaret' }).click();
    await page.getByRole('heading', { name: 'Svaret är sparat' }).waitFor();
    await look(page);
    assert.match(await text(page), /Monteringar som kan bokas nu: 1\./);
    const answer = page.url().replace(/\/klart$/, '');

    // What waited can be booked.
    await page.locator('tbody th a').first().click();
    await look(page);
    await page.getByRole('link', { name: 'Boka tid' }).first().waitFor();
    assert.doesNotMatch(await text(page), /väntar på fastighetsägarens samtycke/);

    // What a change of mind would do is said before it is made; nothing is made by looking.
    await page.goto(answer);
    await look(page);
    await page.getByRole('link', { name: 'Ägaren har ångrat sig' }).click();
    await look(page);
    assert.match(await text(page), /Monteringar som stoppas och får vänta: 1\./);
    await page.goto(`${answer}/angra`);
    await look(page);
    await page.goto('/samtycken/lista');
    await look(page);
    await leave();
  });
}

test('a client is asked', async () => {
  const { page, leave } = await visit(browser, place.url, 'Handläggare');
  await page.goto('/uppgifter');
  await page.getByRole('link', { name: 'Fråga kunden' }).first().click();
  await accessible(page);
  await page.getByRole('button', { name: 'Spara svaret' }).click();
  await page.getByRole('link', { name: 'Välj vad svaret är.' }).waitFor();
  await accessible(page, 'the client\'s answer with faults');
  await page.getByLabel('Ja, kunden vill ha').check({ force: true });
  await page.getByRole('button', { name: 'Spara svaret' }).click();
  await page.getByText('Kundens svar är antecknat.').waitFor();
  assert.match(await text(page), /Har sagt ja/);
  await accessible(page);
  await leave();
});
