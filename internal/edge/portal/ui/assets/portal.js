// What makes the pages quicker for those who have scripts. Every page works without: nothing here is the only way.
const root = document.documentElement;
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

// A form is sent once, however often its button is pressed. A page that is shown again may be sent again.
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.dataset.sent) return e.preventDefault();
  if (e.defaultPrevented || form.method !== "post") return;
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => each("form[data-sent]", (f) => {
  delete f.dataset.sent;
  f.removeAttribute("aria-busy");
}));

// On a phone the menu is a row that is swiped: where the reader is lies in view, also when the phone has been turned.
const showHere = () => each(".menu ul", (row) => {
  const here = row.querySelector("[aria-current]");
  if (here) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
});
showHere();
addEventListener("resize", showHere);

// A filter answers as soon as something is chosen.
each("form[data-auto]", (form) => form.addEventListener("change", (e) => {
  if (e.target.matches("select, [type=checkbox], [type=radio], [type=date]")) form.requestSubmit();
}));

// How many rows are chosen, and all of them at once.
each("[data-chosen]", (out) => {
  const form = out.closest("form");
  const boxes = [...form.querySelectorAll("input[type=checkbox][data-row]")];
  const all = form.querySelector("[data-all]");
  const count = () => {
    const n = boxes.filter((b) => b.checked).length;
    out.textContent = out.dataset.chosen.replace("%d", n);
    if (all) {
      all.checked = n > 0 && n === boxes.length;
      all.indeterminate = n > 0 && n < boxes.length;
    }
  };
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => { boxes.forEach((b) => { b.checked = all.checked; }); count(); });
  }
  form.addEventListener("change", count);
  count();
});

// What is being written outlives a page that is lost, in this tab only, until it is sent or somebody logs out.
const keep = (e) => "hemnyckel:" + location.pathname + ":" + e.name;
each("textarea[data-keep]", (e) => {
  const kept = sessionStorage.getItem(keep(e));
  if (kept && !e.value) e.value = kept;
  e.addEventListener("input", () => sessionStorage.setItem(keep(e), e.value));
  e.form?.addEventListener("submit", () => sessionStorage.removeItem(keep(e)));
});
each('form[action="/logout"]', (f) => f.addEventListener("submit", () => sessionStorage.clear()));

// The summary of faults is what somebody meets first.
document.querySelector("[data-focus]")?.focus();

// The end of the session is told before it comes, and can be put off.
each("[data-ends]", (box) => {
  const show = () => {
    const left = Date.parse(box.dataset.ends) - Date.now();
    box.hidden = left > 5 * 60e3;
    if (left > 0) setTimeout(show, Math.min(Math.max(left - 5 * 60e3, 15e3), 2 ** 30));
  };
  box.querySelector("a")?.addEventListener("click", async (e) => {
    e.preventDefault();
    const answer = await fetch(e.target.href, { redirect: "manual" }).catch(() => null);
    const ends = answer?.headers.get("Session-Ends");
    if (!ends) return location.reload();
    box.dataset.ends = ends;
    show();
  });
  show();
});

// "/" goes to the search, "g" and a letter to a part of the menu, "?" to the list of these. They can be turned off there.
if (root.dataset.shortcuts !== "off") {
  let went = 0;
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, [contenteditable]")) return;
    if (e.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { e.preventDefault(); search.focus(); } else document.querySelector("[data-search]")?.click();
    } else if (e.key === "?") document.querySelector("[data-help]")?.click();
    else if (e.key === "g") went = Date.now();
    else if (Date.now() - went < 1500) { went = 0; document.querySelector(`[data-go="${CSS.escape(e.key)}"]`)?.click(); }
  });
}
