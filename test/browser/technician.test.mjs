// A technician's day: the queue, a visit with its time, and the lock at the door, also where the network is gone, by keyboard
// alone and without scripts.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, accessible, phone } from './browser.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

const colleague = 'T1002';

/** The page's reader is a technician whom the register of staff knows: nobody asks for a number. */
async function known(page) {
  await page.goto('/arbete');
  await page.getByRole('link', { name: 'Mina' }).waitFor();
  assert.equal(await page.getByLabel('Ditt anställningsnummer').count(), 0);
}

const row = (page, state) => page.locator('tr', { hasText: 'Montera lås' }).filter({ hasText: state }).locator('a').first();

test('a technician\'s day, with a dead zone', async () => {
  const { page, context, leave } = await visit(browser, place.url, 'HMS-tekniker', { viewport: phone });
  await known(page);
  await accessible(page);
  await page.goto('/arbete?vems=alla');
  assert.match(await page.locator('section', { hasText: 'Nästa uppgift' }).innerText(), /Akut/);
  await accessible(page);

  // A time is booked for what is not booked yet.
  await row(page, 'Nora Lind').click();
  await page.getByRole('link', { name: 'Boka tid' }).first().click();
  await accessible(page);
  await page.getByRole('button', { name: 'Boka tiden' }).click();
  await page.getByRole('link', { name: 'Välj dag för besöket.' }).waitFor();
  assert.match(await page.title(), /^Fel:/);
  await accessible(page, 'the booking with faults');

  // The visit that is booked: at the door.
  await page.goto('/arbete?vems=alla');
  await row(page, 'Bokad').click();
  await accessible(page);
  await page.getByRole('button', { name: 'Jag är vid dörren' }).click();
  await page.getByLabel('Kunden', { exact: true }).check({ force: true });
  await page.getByLabel('Besök').check({ force: true });
  await accessible(page);
  await page.getByRole('button', { name: 'Spara att kunden vet' }).click();
  await page.getByRole('heading', { name: 'Vilket lås monterar du?' }).waitFor();
  const steps = page.url();
  const serial = (await page.locator('.lead').innerText()).match(/lås (\S+) undanlagt/)[1];
  assert.ok(!/Nyckelhamn,|lgh/.test(await page.locator('main').innerText()), 'the steps name an address');
  await page.locator('[data-falt][data-ready]').waitFor();

  // The cellar has no network: the steps are kept, one by one.
  await context.setOffline(true);
  await page.getByLabel('Låsets nummer').fill(serial);
  await page.getByRole('button', { name: 'Spara låsets nummer' }).click();
  await page.getByRole('heading', { name: 'Har en annan person kontrollerat?' }).waitFor();
  assert.match(await page.locator('[data-said]').innerText(), /^Offline sedan \d\d\.\d\d\. Steg som väntar: 1\./);
  await accessible(page, 'a step without a network');
  await page.getByLabel('Låsets nummer').fill(serial);
  await page.getByLabel('Vem kontrollerade').fill(colleague);
  await page.getByRole('button', { name: 'Spara kontrollen' }).click();
  await page.getByRole('heading', { name: 'Öppnade låset?' }).waitFor();

  // The page is loaded anew, still without a network: nothing is lost.
  await page.goto(steps);
  await page.getByRole('heading', { name: 'Öppnade låset?' }).waitFor();
  assert.match(await page.locator('[data-said]').innerText(), /väntar: 2\./);
  await page.getByLabel('Låsets nummer').fill(serial);
  await page.getByRole('button', { name: 'Ja, låset öppnade' }).click();
  await page.getByRole('heading', { name: 'Var förvaras' }).waitFor();

  // The network is back: what waited is there, and the work goes on.
  await context.setOffline(false);
  await page.locator('[data-offline]').waitFor({ state: 'hidden' });
  await page.getByRole('heading', { name: 'Var förvaras' }).waitFor();
  await page.getByLabel('Plats').fill('Kundens hallskåp');
  await page.getByRole('button', { name: 'Spara platsen' }).click();
  await page.getByRole('heading', { name: 'Stämmer allt?' }).waitFor();
  for (const said of [serial, colleague, 'Kundens hallskåp']) assert.ok((await page.locator('.answers').innerText()).includes(said), said);
  await accessible(page);
  await page.getByRole('button', { name: 'Lämna över låset' }).click();
  await page.getByRole('heading', { name: 'Låset är monterat' }).waitFor();
  await accessible(page);
  await context.close();
  await leave().catch((e) => { if (!/ERR_INTERNET_DISCONNECTED/.test(e.message)) throw e; });
});

test('the same by keyboard alone', async () => {
  const { page, leave } = await visit(browser, place.url, 'HMS-tekniker');
  await page.goto('/arbete?vems=alla');
  const reach = async (what) => {
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((t) => document.activeElement.textContent.includes(t) || document.activeElement.labels?.[0]?.textContent.includes(t), what)) return;
    }
    assert.fail(`${what} cannot be reached by keyboard`);
  };
  await reach('Öppna uppgiften');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/arbete\/[0-9a-f-]{36}$/);
  await reach('Jag är vid dörren');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/steg$/);
  await reach('Markera som utförd');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Uppgiften är utförd' }).waitFor();
  await leave();
});

/** The next weekday. */
function weekday() {
  const day = new Date(Date.now() + 864e5);
  while (day.getDay() % 6 === 0) day.setDate(day.getDate() + 1);
  return day.toISOString().slice(0, 10);
}

test('the same day by plain forms, without scripts', async () => {
  const { page, leave } = await visit(browser, place.url, 'HMS-tekniker', { javaScriptEnabled: false, viewport: phone });
  await known(page);
  await page.goto('/las?slag=door&lage=stock');
  const serial = await page.locator('tbody a .code').first().innerText();
  await page.goto('/arbete?vems=alla');

  // A time is booked, first wrong, then right, and a lock is kept for it.
  await row(page, 'Nora Lind').click();
  await page.getByRole('link', { name: 'Boka tid' }).first().click();
  await page.getByLabel('Från klockan').fill('halv tio');
  await page.getByRole('button', { name: 'Boka tiden' }).click();
  await page.getByRole('link', { name: 'Välj dag för besöket.' }).waitFor();
  assert.match(await page.title(), /^Fel:/);
  assert.equal(await page.getByLabel('Från klockan').inputValue(), 'halv tio');
  await page.getByLabel('Dag', { exact: true }).fill(weekday());
  await page.getByLabel('Från klockan').fill('13.30');
  await page.getByLabel('Till klockan').fill('14.30');
  await page.getByLabel('Lås att lägga undan').fill(serial);
  await page.getByRole('button', { name: 'Boka tiden' }).click();
  await page.getByText('Tiden är bokad.').waitFor();

  // The door: what a camera would read is typed.
  await page.getByRole('button', { name: 'Jag är vid dörren' }).click();
  await page.getByLabel('Kunden', { exact: true }).check({ force: true });
  await page.getByLabel('Besök').check({ force: true });
  await page.getByRole('button', { name: 'Spara att kunden vet' }).click();
  await page.getByRole('heading', { name: 'Vilket lås monterar du?' }).waitFor();
  await page.getByLabel('Låsets nummer').fill(serial);
  await page.getByRole('button', { name: 'Spara låsets nummer' }).click();
  await page.getByRole('heading', { name: 'Har en annan person kontrollerat?' }).waitFor();
  await page.getByLabel('Låsets nummer').fill(serial);
  await page.getByLabel('Vem kontrollerade').fill(colleague);
  await page.getByRole('button', { name: 'Spara kontrollen' }).click();
  await page.getByRole('heading', { name: 'Öppnade låset?' }).waitFor();
  await page.getByLabel('Låsets nummer').fill(serial);
  await page.getByRole('button', { name: 'Ja, låset öppnade' }).click();
  await page.getByLabel('Plats').fill('Kundens hallskåp');
  await page.getByRole('button', { name: 'Spara platsen' }).click();
  await page.getByRole('heading', { name: 'Stämmer allt?' }).waitFor();
  for (const said of [serial, colleague, 'Kundens hallskåp']) assert.ok((await page.locator('.answers').innerText()).includes(said), said);
  await page.getByRole('button', { name: 'Lämna över låset' }).click();
  await page.getByRole('heading', { name: 'Låset är monterat' }).waitFor();
  await leave();
});

test('a client who has not been asked, without scripts', async () => {
  const { page, leave } = await visit(browser, place.url, 'HMS-tekniker', { javaScriptEnabled: false, viewport: phone });
  await page.goto('/arbete?vems=alla');
  await page.locator('tr', { hasText: 'Montera lås' }).filter({ hasText: 'Jonas Berg' }).filter({ hasNotText: /Bokad|Påbörjad/ }).locator('a').first().click();
  await page.getByRole('button', { name: 'Jag är vid dörren' }).click();
  // The client has only an alarm and has not been asked: the page says so, and what to do.
  await page.getByText('har inte sagt ja till ett digitalt lås').waitFor();
  await leave();
});
