// Work at a door where the network comes and goes. A step is sent as the form would be; when it cannot be sent it is kept in
// this browser, the next step is shown, and everything is sent in order when the network is back. Each step has its own id, so
// what arrives twice is saved once. What is kept names no client. Without this script the forms work as they stand.
const box = document.querySelector("[data-falt]");
const task = box.dataset.falt;
const key = "hemnyckel-falt:" + box.dataset.who;
const pages = "hemnyckel-falt-1";
const here = box.querySelector("[data-here]");
const notice = box.querySelector("[data-offline]");
const say = notice.querySelector("[data-said]");
const patience = 15_000; // ms, then the network counts as gone

const read = () => { try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; } };
const write = (kept) => {
  if (kept.steps?.length || kept.since) localStorage.setItem(key, JSON.stringify(kept));
  else localStorage.removeItem(key);
};
const waiting = () => read().steps ?? [];
const add = (step) => { const kept = read(); kept.steps = [...(kept.steps ?? []), step]; write(kept); };
const drop = (id) => { const kept = read(); kept.steps = (kept.steps ?? []).filter((s) => s.id !== id); write(kept); };
const gone = () => { const kept = read(); kept.since ??= Date.now(); write(kept); };
const back = () => { const kept = read(); delete kept.since; write(kept); };

const clock = (at) => {
  const time = new Date(at).toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit" });
  return box.dataset.lang === "sv" ? time.replace(":", ".") : time;
};

// tell says how things are: since when there is no network, and how many steps wait.
function tell(text) {
  const kept = read();
  const n = kept.steps?.length ?? 0;
  notice.hidden = !text && !kept.since && n === 0;
  if (!notice.hidden) {
    say.textContent = (text ?? (n ? box.dataset.waiting : box.dataset.nothing)).replace("%s", clock(kept.since ?? Date.now())).replace("%d", n);
  }
}

// send answers what became of a step: saved, gone (no network, or a server in trouble), login or refused.
async function send(step) {
  try {
    const answer = await fetch(step.action, { method: "POST", body: new URLSearchParams(step.body), headers: { Accept: "text/html" }, signal: AbortSignal.timeout(patience) });
    const at = new URL(answer.url);
    if (answer.status === 401 || at.pathname.startsWith("/login")) return { is: "login" };
    if (answer.status >= 500) return { is: "gone" };
    return answer.ok ? { is: "saved", url: at } : { is: "refused" };
  } catch {
    return { is: "gone" };
  }
}

function stepOf(form) {
  const at = form.elements.at;
  if (at && !form.dataset.at) { // by the device's clock, but never before the page was made
    form.dataset.at = "1";
    at.value = new Date(Math.max(Date.parse(at.value), Date.now())).toISOString().replace(/\.\d+Z/, "Z");
  }
  const body = new URLSearchParams(new FormData(form)).toString();
  return { id: form.elements.step_id?.value ?? "klart:" + task, task, step: form.dataset.step, action: form.action, body };
}

// next shows the step that follows, from what the page carries for when nobody can be asked.
function next(carry, focus = true) {
  const template = box.querySelector("template[data-step]");
  if (!template) {
    here.replaceChildren();
    box.querySelector("[data-all-waiting]").hidden = false;
    if (focus) box.querySelector("[data-all-waiting] h2").focus();
    return;
  }
  here.replaceChildren(template.content.cloneNode(true));
  template.remove();
  const form = here.querySelector("form");
  if (carry && form.dataset.step === "test-opening" && form.elements.serial) form.elements.serial.value ||= carry.get("serial") ?? "";
  if (carry && form.dataset.step !== "second-check" && form.elements.employee_number) form.elements.employee_number.value ||= carry.get("employee_number") ?? "";
  if (focus) here.querySelector("h1").focus();
}

let busy = false;
box.addEventListener("submit", async (e) => {
  e.preventDefault();
  if (busy) return;
  busy = true;
  const form = e.target;
  form.setAttribute("aria-busy", "true");
  const step = stepOf(form);
  // What waits goes first: a step must not overtake the one before it.
  const became = waiting().length ? { is: "gone" } : await send(step);
  busy = false;
  if (became.is === "saved") { back(); return location.assign(became.url); }
  if (became.is !== "gone") return form.submit(); // the server says why, on a page
  gone();
  add(step);
  const said = new URLSearchParams(step.body);
  next(step.step === "second-check" ? null : said);
  tell();
  flush();
});

// flush sends what waits, in order, and stops at what cannot be sent.
let flushing = false;
async function flush() {
  if (flushing) return;
  flushing = true;
  let url = null;
  try {
    for (const step of waiting()) {
      const became = await send(step);
      if (became.is === "gone") { gone(); return tell(); }
      back();
      if (became.is === "login") return tell(box.dataset.login);
      if (became.is === "refused") return refuse(step);
      drop(step.id);
      url = became.url;
    }
  } finally {
    flushing = false;
  }
  if (url) return location.assign(url);
  if (read().since && navigator.onLine) { back(); }
  tell();
}

// refuse lets the person meet the page that says what was wrong with a step.
function refuse(step) {
  tell(box.dataset.refused);
  const button = notice.querySelector("[data-try]");
  button.onclick = () => {
    drop(step.id);
    const form = document.createElement("form");
    form.method = "post";
    form.action = step.action;
    for (const [name, value] of new URLSearchParams(step.body)) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  };
}

notice.querySelector("[data-try]").addEventListener("click", () => flush());
window.addEventListener("online", flush);
window.addEventListener("offline", () => { gone(); tell(); });
setInterval(() => { if (waiting().length) flush(); }, 20_000);

// A copy of the page may be older than what has been said since.
const said = new Set(waiting().filter((s) => s.task === task).map((s) => s.step));
for (let form = here.querySelector("form"); form && said.has(form.dataset.step); form = here.querySelector("form")) next(null, false);
if (!navigator.onLine) gone();
notice.querySelector("[data-kept]").hidden = navigator.onLine;
tell();
if (navigator.onLine) flush();

// The page is kept for a reload in the dead zone, until it is a day old or somebody logs out.
if ("serviceWorker" in navigator && navigator.onLine) {
  navigator.serviceWorker.register("/arbete/falt-kopia.js", { scope: "/arbete/" }).then(() => navigator.serviceWorker.ready).then(keep).catch(() => {});
}
async function keep() {
  const copies = await caches.open(pages);
  for (const old of await copies.keys()) {
    const made = Date.parse((await copies.match(old))?.headers.get("Date") ?? "");
    if (!(Date.now() - made < 24 * 3600e3)) await copies.delete(old);
  }
  const files = [...document.querySelectorAll("link[rel=stylesheet], script[src], link[rel=icon]")].map((e) => new URL(e.href ?? e.src));
  for (const url of [new URL(location.pathname, location.href), ...files]) {
    const answer = await fetch(url);
    if (answer.ok && !answer.redirected) await copies.put(url.pathname, answer);
  }
  box.dataset.ready = "1"; // from here on a reload works without a network
}
document.querySelectorAll('form[action="/logout"]').forEach((f) => f.addEventListener("submit", () => { caches.delete(pages); }));
