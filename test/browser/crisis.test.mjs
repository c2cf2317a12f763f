// The crisis page when the network is gone: it is there, says that it is a copy and how old, and nothing else pretends to be.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { town } from './town.mjs';
import { open, visit, accessible, phone } from './browser.mjs';

let place, browser;
before(async () => { [place, browser] = [await town(), await open()]; });
after(async () => { await browser?.close(); await place?.stop(); });

// proves V7-a
test('the crisis page without a network', async () => {
  const { page, context } = await visit(browser, place.url, 'Utförarens chef', { viewport: phone });
  await page.goto('/kris');
  await accessible(page);
  assert.ok(!(await page.locator('#kris-kopia').isVisible()), 'a fresh page says that it is a copy');
  await page.locator('#kris-sparad').waitFor({ state: 'visible' });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload(); // now through the worker, which keeps it
  const steps = await page.locator('.crisis-steps li').allInnerTexts();

  await context.setOffline(true);
  await page.goto('/kris');
  await page.locator('#kris-kopia').waitFor({ state: 'visible' });
  assert.match(await page.locator('#kris-kopia time').innerText(), /\d{1,2} \S+ \d{4} kl\. \d{1,2}\.\d{2}/);
  assert.deepEqual(await page.locator('.crisis-steps li').allInnerTexts(), steps);
  await accessible(page, 'the kept copy');
  await assert.rejects(page.goto('/personal'), 'other pages are not kept');

  await context.setOffline(false);
  await page.goto('/kris');
  await page.locator('#kris-sparad').waitFor({ state: 'visible' });
  assert.ok(!(await page.locator('#kris-kopia').isVisible()), 'the copy is shown though the network is back');
  await context.close(); // what the browser complains of while it has no network is what is tested
});

test('the crisis page without scripts', async () => {
  const { page, leave } = await visit(browser, place.url, 'Larmteam', { javaScriptEnabled: false });
  await page.goto('/kris');
  assert.ok((await page.locator('.crisis-steps li').count()) > 0);
  await leave();
});
