// make screens: a picture of each screen, at a desk and on a phone, in Swedish, under docs/screens, with a page that shows them all. The
// municipality is the demo's with a fixed seed and size; what differs from one run to the next are the day and what follows from it.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { town } from './town.mjs';
import { open, visit, desktop, phone } from './browser.mjs';
import { kind, roles, walk } from './walk.mjs';

const out = process.env.SCREENS ?? fileURLToPath(new URL('../../docs/screens/', import.meta.url));
const quality = 45; // of WebP: text stays sharp, and a page is some 30 kB
const highest = { desk: 1400, phone: 1700 }; // px; what is longer is cut
const taken = new Map(); // name → { title, address, role }

const slug = (text) => text.toLowerCase().replace(/[åä]/g, 'a').replace(/ö/g, 'o').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');

/** Takes the page as it is, at both widths. */
async function take(page, name, role) {
  const session = await page.context().newCDPSession(page);
  for (const [width, size] of [['desk', desktop], ['phone', phone]]) {
    await page.setViewportSize(size);
    await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
    const height = Math.min(await page.evaluate(() => document.documentElement.scrollHeight), highest[width]);
    const { data } = await session.send('Page.captureScreenshot', {
      format: 'webp', quality, captureBeyondViewport: true, clip: { x: 0, y: 0, width: size.width, height, scale: 1 },
    });
    await writeFile(join(out, `${name}-${width}.webp`), Buffer.from(data, 'base64'));
  }
  await session.detach();
  await page.setViewportSize(desktop);
  const title = (await page.title()).replace(/ – Hemnyckel$/, '').trim();
  taken.set(name, { title, address: kind(new URL(page.url())), role: role ?? '–' });
}

/** A screen that no link leads to: somebody has to write something first. */
const written = {
  'sok-traffar': ['Handläggare', async (page) => {
    await page.goto('/kunder');
    await page.locator('#q').fill('Da');
    await page.locator('form.search button[type=submit]').click();
  }],
  'kund-skyddad': ['HMS-tekniker', async (page) => {
    await page.goto('/kunder');
    await page.locator('#q').fill('DL10287');
    await page.locator('form.search button[type=submit]').click();
    await page.getByRole('link', { name: 'Skyddad uppgift' }).click();
    await page.getByText('Visa skyddade uppgifter').click();
  }],
  'arbete-steg': ['HMS-tekniker', async (page) => {
    await page.goto('/arbete');
    await page.getByRole('link', { name: 'Öppna uppgiften' }).click();
    await page.getByRole('button', { name: 'Jag är vid dörren' }).click();
    await page.waitForURL(/\/steg$/);
  }],
  'nyckel-spärrad': ['HMS-tekniker', async (page) => {
    await page.goto('/nycklar?lage=blocked');
    const key = new URL(await page.locator('tbody a').first().evaluate((a) => a.href)).pathname;
    await page.goto(`/sparra${key}`);
  }],
  'spärra-fråga': ['Larmteam', async (page) => {
    await page.goto('/sparra');
    await page.getByRole('link', { name: 'Välj' }).first().click();
  }],
  'bestall-fråga': ['Handläggare', async (page) => {
    await page.goto('/bestall');
    await page.locator('main form[method=post] button[type=submit]').first().click();
  }],
  'fel-fråga': ['Utförarens chef', async (page) => { await page.goto('/fel/anmal?sak=las'); }],
  'fel-anmälan': ['Utförarens chef', async (page) => { await page.goto('/fel/anmal?sak=nyckel&svar=yes'); }],
  'formulär-med-fel': ['Utförarens chef', async (page) => {
    await page.goto('/personal/ny');
    await page.getByRole('button', { name: 'Lägg till medarbetare' }).click();
  }],
  'sidan-finns-inte': ['Utförarens chef', async (page) => { await page.goto('/finns-inte'); }],
};

/** The page that shows them all. */
function index() {
  const rows = [...taken].map(([name, t]) => `| ${t.title}<br>\`${t.address}\`<br>${t.role} | ![${t.title}, dator](${name}-desk.webp) | ![${t.title}, telefon](${name}-phone.webp) |`);
  return `# Skärmbilder

Varje sida i portalen som den ser ut på en dator (1280 px) och en telefon (390 px). Skrivs av \`make screens\`, som spelar
demonstrationens dag i en påhittad kommun med 300 kunder (frö 1) och följer alla länkar i varje roll. Långa sidor är avklippta.
Alla namn och nummer är påhittade. Datum- och filfält visas som webbläsaren vill, på dess eget språk.

| Sida, adress, roll | Dator | Telefon |
|---|---|---|
${rows.join('\n')}
`;
}

const [place, browser] = [await town(['--clients', '300', '--seed', '1']), await open()];
try {
  await mkdir(out, { recursive: true });
  for (const old of await readdir(out)) if (/\.(webp|md)$/.test(old)) await rm(join(out, old));
  const still = { reducedMotion: 'reduce' };
  const stranger = await visit(browser, place.url, null, still);
  await stranger.page.goto('/login');
  await take(stranger.page, 'logga-in');
  await stranger.context.close();
  const seen = new Set();
  for (const role of roles) {
    const { page, context } = await visit(browser, place.url, role, still);
    await walk(page, async (path) => {
      const k = path === '/' ? `start ${role}` : kind(new URL(path, place.url));
      if (seen.has(k) || kind(new URL(page.url())) !== kind(new URL(path, place.url))) return;
      seen.add(k);
      await take(page, slug(k.replaceAll('*', 'en')), role);
    });
    await context.close();
  }
  for (const [name, [role, go]] of Object.entries(written)) {
    const { page, context } = await visit(browser, place.url, role, still);
    await go(page);
    await page.waitForLoadState('load');
    await take(page, slug(name), role);
    await context.close();
  }
  await writeFile(join(out, 'README.md'), index());
} finally {
  await browser.close();
  await place.stop();
}
