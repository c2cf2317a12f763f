// Every page of the portal in the states that people meet it in: empty, full, with protected identity, with faults in a form, on a disk
// that takes no more; and each of them dark, at 320 px, at 200 % and in other looks, so that every pair is met. With
// HEMNYCKEL_ALL_STATES=1 (make soak) every role walks through every state, and sees each page in every look.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { crowd, newTown, town } from './town.mjs';
import { open, visit, light } from './browser.mjs';
import { everything, held, kind, pairs, roles, walk } from './walk.mjs';

let browser, place, fresh; // place goes through the states in the order of the tests; fresh has nothing in it
before(async () => { [browser, place, fresh] = [await open(), await town(), await newTown()]; });
after(async () => {
  await browser?.close();
  await place?.stop();
  await fresh?.stop();
});

const some = (...names) => (everything ? roles : names);

/** Somebody follows all links in a place that is in these states; tells what each page is like. */
async function follow(at, role, states, each = async () => {}) {
  const { page, leave } = await visit(browser, at.url, role);
  let n = roles.indexOf(role) * 4;
  const seen = await walk(page, async (path) => {
    await light(page, `${role}, ${path}, ${states}`);
    await each(page, path);
    await held(page, `${role}, ${path}`, states, n++);
  });
  await leave();
  return seen;
}

const met = new Map(); // how many roles have met each kind of page
for (const role of roles) {
  test(`${role}: every page`, async () => {
    const { page, leave } = await visit(browser, place.url, role);
    const seen = await walk(page, async (path) => {
      await light(page, `${role}, ${path}`);
      const what = kind(new URL(page.url()));
      const before = met.get(what) ?? 0;
      met.set(what, before + 1); // the first who meets a page sees it in each size and each choice of colours, the others in one more look
      await held(page, `${role}, ${path}`, [], before === 0 ? met.size * 4 : before + 3, before === 0 ? 4 : 1);
    });
    assert.ok(seen.size > 3, `only ${seen.size} kinds of pages were found`);
    await leave();
  });

  test(`${role}: every page without scripts`, async () => {
    const { page, leave } = await visit(browser, place.url, role, { javaScriptEnabled: false });
    await walk(page, async () => {});
    await leave();
  });
}

test('empty: a new municipality', async () => {
  for (const role of some('Handläggare', 'HMS-tekniker')) {
    let taught = 0;
    await follow(fresh, role, ['empty'], async (page) => { taught += await page.locator('.empty').count(); });
    assert.ok(taught > 3, `${role} met ${taught} lists with nothing in them`);
  }
});

test('empty, with faults in forms', async () => {
  for (const role of some('Utförarens chef')) await wrongForms(fresh, role, ['empty', 'error']);
});

test('full: long lists and long names', async () => {
  await crowd(browser, place.url);
  for (const role of some('Utförarens chef')) {
    let pagers = 0;
    await follow(place, role, ['full'], async (page) => { pagers += await page.locator('nav.pager').count(); });
    assert.ok(pagers > 0, `${role} met no list that goes on over the page`);
  }
});

test('full, with faults in forms', async () => {
  for (const role of some('HMS-tekniker')) await wrongForms(place, role, ['full', 'error']);
});

const serial = 'DL10287'; // on the door of somebody with protected identity, in the made-up registers of 300 clients
const number = /\d{8}-\d{4}/; // an identity number in full

/** Finds the client with protected identity, and gives the path of their page. */
async function findMasked(page) {
  await page.goto('/kunder');
  await page.getByLabel(/^Sök kund, lås/).fill(serial);
  await page.locator('form.search button[type=submit]').click();
  return new URL(await page.getByRole('link', { name: 'Skyddad uppgift' }).first().evaluate((a) => a.href)).pathname;
}

test('masked: a client with protected identity, and all that is one link away', async () => {
  for (const role of ['Handläggare', 'HMS-tekniker']) {
    const { page, leave } = await visit(browser, place.url, role);
    const path = await findMasked(page);
    let n = 0;
    await held(page, `${role}, the search`, ['full', 'masked'], n++);
    await walk(page, async (at) => {
      if (!at.includes(path.split('/')[2]) && !/Skyddad uppgift/.test(await page.innerText('main'))) return;
      assert.doesNotMatch(await page.content(), number, `${role}, ${at}`);
      await held(page, `${role}, ${at}`, ['full', 'masked'], n++, 4);
    }, { from: [path], deep: 1 });
    await page.goto(path);
    if (await page.getByText('Visa skyddade uppgifter').count() > 0) {
      await page.getByText('Visa skyddade uppgifter').click();
      await page.getByRole('button', { name: 'Visa personuppgifter' }).click();
      assert.match(await page.title(), /^Fel:/);
      assert.doesNotMatch(await page.content(), number);
      await held(page, `${role}, asking without a reason`, ['full', 'masked', 'error'], n++, 4);
    }
    await leave();
  }
});

test('what is not there, and what is not theirs', async () => {
  const { page, leave } = await visit(browser, place.url, 'Utförarens chef');
  let n = 0;
  for (const [path, status] of [['/finns-inte', 404], ['/arbete', 403], ['/fel/00000000-0000-7000-8000-000000000000', 404], ['/bestallningar?fore=%00', 400]]) {
    const answer = await page.goto(path);
    assert.equal(answer.status(), status, path);
    assert.match(await page.title(), /^Fel:/, path);
    await held(page, path, ['error'], n++, 4);
  }
  await leave();
});

/** Somebody finds every form that something is typed in, and sends it with nothing in it. */
async function wrongForms(at, role, states) {
  const { page, leave } = await visit(browser, at.url, role);
  const forms = [];
  await walk(page, async (path) => {
    const count = await page.locator(typed).count();
    for (let i = 0; i < count; i++) forms.push([path, i]);
  });
  let refused = 0;
  for (const [path, i] of forms) {
    if (!await sendEmpty(page, path, i, `${role}, ${path}, form ${i}`)) continue;
    await held(page, `${role}, ${path}, form ${i}`, states, refused++);
  }
  assert.ok(refused > 3, `${role} met ${refused} forms that were refused, of ${forms.length}`);
  await leave();
}

const typed = 'main form[method=post]:has(input:not([type=hidden]), textarea)';

/** Sends a form with nothing in it: either it is refused in words beside its fields, which is told, or nothing had to be there. */
async function sendEmpty(page, path, i, where) {
  await page.goto(path);
  const form = page.locator(typed).nth(i);
  if (await form.count() === 0) return false; // an earlier form has changed the page
  await form.evaluate((f) => {
    for (const e of f.elements) {
      if (e.matches('[type=radio], [type=checkbox]')) e.checked = false;
      else if (e.matches('input:not([type=hidden]), textarea, select')) e.value = '';
    }
    f.noValidate = true;
  });
  const [answer] = await Promise.all([
    page.waitForResponse((r) => r.request().isNavigationRequest() && r.request().method() === 'POST'),
    page.waitForEvent('load'),
    form.evaluate((f) => f.requestSubmit(f.querySelector('button[type=submit], button:not([type])'))),
  ]);
  assert.ok(answer.status() < 500, `${where} answers ${answer.status()}`);
  if (answer.status() < 400) return false;
  assert.match(await page.title(), /^Fel:/, where);
  assert.ok(await page.locator('main [role=alert]').count() > 0 || await page.locator('.plate .lead').count() > 0, `${where} does not say what is wrong`);
  return true;
}

/** While the disk of a place takes nothing, somebody goes through its pages: each is either there, or says why it is not. */
async function readOnly(at, role, states, from) {
  await at.disk(true); // to log in
  const { page, context } = await visit(browser, at.url, role);
  const also = from ? [await from(page)] : ['/'];
  await at.disk(false);
  const answers = { 200: 0, 503: 0 };
  let n = 0;
  await walk(page, async (path, answer) => {
    answers[answer.status()]++;
    if (answer.status() === 503) assert.match(await page.innerText('main'), /går inte att/, path);
    await held(page, `${role}, ${path}`, states, n++, from ? 4 : 1);
  }, { from: also, deep: from ? 0 : Infinity, status: (s) => s === 200 || s === 503 });
  await context.close();
  return answers;
}

test('read-only: a disk that takes no more', async () => {
  const { page, context } = await visit(browser, place.url, 'Utförarens chef');
  await page.goto('/fel/anmal?sak=nyckel&svar=yes');
  await page.getByLabel('Vad står det på saken?').fill('N00001');
  await page.getByLabel('Vad händer?').fill('Nyckeln är böjd och går inte in.');
  await place.disk(false);
  try {
    await page.getByRole('button', { name: 'Skicka anmälan' }).click();
    await page.getByText('Det går inte att spara just nu, och inget har ändrats.').waitFor();
    await held(page, 'nothing can be saved', ['error', 'full', 'read-only'], 0, 4);
    await page.getByRole('button', { name: 'Försök igen' }).click(); // as before: what was typed is still there
    await page.getByText('Det går inte att spara just nu').waitFor();
    for (const role of some('Utförarens chef')) {
      const { 200: shown, 503: not } = await readOnly(place, role, ['full', 'read-only']);
      assert.ok(shown > 3, `${role} was shown ${shown} pages, and ${not} not`);
    }
    const masked = await readOnly(place, 'Handläggare', ['full', 'masked', 'read-only'], findMasked);
    assert.equal(masked[503], 1, 'a person is read about, and nobody can write that down');
    await fresh.disk(false);
    for (const role of some('Handläggare')) await readOnly(fresh, role, ['empty', 'read-only']);
  } finally {
    await place.disk(true);
    await fresh.disk(true);
  }
  await page.getByRole('button', { name: 'Försök igen' }).click();
  await page.getByRole('heading', { level: 1, name: 'Felet är anmält' }).waitFor();
  await page.getByRole('link', { name: 'Följ felet' }).click();
  await page.getByText('Nyckeln är böjd och går inte in.').waitFor();
  await context.close();
});

test('every pair of states that can be met was met', () => {
  const states = ['empty', 'error', 'full', 'read-only', 'masked', 'dark', '320 px', '200 %'].sort();
  const never = ['empty + full', 'empty + masked', '200 % + 320 px'];
  const missed = states.flatMap((a, i) => states.slice(i + 1).map((b) => `${a} + ${b}`)).filter((p) => !pairs.has(p) && !never.includes(p));
  assert.deepEqual(missed, []);
});
