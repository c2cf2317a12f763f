package orders_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage/storagetest"
)

var versioned = regexp.MustCompile(`name="_version" value="([^"]*)"`)

// writer is somebody who writes one order.
type writer struct {
	t    *testing.T
	v    *portaltest.Visitor
	here string // /bestall/{id}
}

// begin chooses a kind.
func begin(t *testing.T, v *portaltest.Visitor, kind string, more ...string) *writer {
	t.Helper()
	form := url.Values{"slag": {kind}}
	if len(more) > 0 {
		form.Set("kund", more[0])
	}
	body := v.Post("/bestall", form, http.StatusOK)
	found := regexp.MustCompile(`action="(/bestall/[0-9a-f-]{36})`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no draft was begun:\n%s", portaltest.Text(body))
	}
	return &writer{t, v, found[1]}
}

// answer sends the form of a question as it is shown, with these fields.
func (w *writer) answer(question string, want int, fields ...string) string {
	w.t.Helper()
	form := url.Values{"_version": {w.version("/" + question)}}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return w.v.Post(w.here+"/"+question, form, want)
}

func (w *writer) version(path string) string {
	w.t.Helper()
	found := versioned.FindStringSubmatch(w.v.Get(w.here+path, http.StatusOK))
	if found == nil {
		w.t.Fatalf("%s has no version", w.here+path)
	}
	return found[1]
}

// send sends the order and returns the receipt.
func (w *writer) send() string {
	w.t.Helper()
	return w.v.Post(w.here, url.Values{"_version": {w.version("")}}, http.StatusOK)
}

func TestAnOrderIsWrittenCheckedAndSentOnce(t *testing.T) {
	// proves V1.1-e
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		v := w.Visitor(portaltest.Officer)
		portaltest.Says(t, v.Get("/bestall", 200), "Trygghetslarm beviljat", "Kunden har avlidit", "Byte av utförare")
		o := begin(t, v, "homecare-granted")
		page := o.answer("kund", 200, "q", portaltest.Ulla)
		portaltest.Says(t, page, "Vilken grupp ska utföra insatsen?", "Ulla Öberg", "Omsorg Syd Centrum (G014)")
		portaltest.Hides(t, page, portaltest.Ulla)
		portaltest.Says(t, o.answer("grupp", 422), "Välj grupp.", "Fel:")
		o.answer("grupp", 200, "grupp", "G014")
		o.answer("oppnar", 200, "oppnar", "nej")
		page = o.answer("dag", 422, "dag", "i morgon", "meddelande", "Ring först", "mer", "bradskar")
		portaltest.Says(t, page, "Dagen går inte att läsa", "Ring först")
		if !strings.Contains(page, `value="i morgon"`) {
			t.Error("what was typed is gone")
		}
		page = o.answer("dag", 200, "dag", "2026-06-15", "meddelande", "Ring först", "mer", "bradskar", "referens", "SN 7")
		portaltest.Says(t, page, "Kontrollera innan du beställer", "15 juni 2026", "Ring först", "SN 7", "Omsorg Syd Centrum får öppna från 15 juni 2026", "Montera lås")
		stale := o.version("")
		receipt := o.send()
		portaltest.Says(t, receipt, "Beställningen är mottagen", "Montera lås")
		again := v.Post(o.here, url.Values{"_version": {stale}}, http.StatusOK) // a double click, or back and again
		number := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`)
		if a, b := number.FindString(portaltest.Text(receipt)), number.FindString(portaltest.Text(again)); a == "" || a != b {
			t.Errorf("sent twice: got %s and %s", a, b)
		}
		portaltest.Says(t, v.Get("/bestallningar", 200), "Hemtjänst beviljad", "Ulla Öberg", "Pågår", number.FindString(portaltest.Text(receipt)))
		portaltest.Hides(t, v.Get("/bestallningar?lage=withdrawn", 200), number.FindString(portaltest.Text(receipt)))
		if len(w.Reads(w.ID("clients", portaltest.Ulla))) == 0 {
			t.Error("nothing in the journal says who read about the client")
		}
	})
}

func TestAnOrderIsFollowedTakenBackAndOrderedAgain(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		v := w.Visitor(portaltest.Officer)
		o := begin(t, v, "alarm-renounced", w.ID("clients", portaltest.MajBritt))
		o.answer("dag", 200, "dag", "2026-07-01")
		receipt := o.send()
		order := regexp.MustCompile(`/bestallningar/[0-9a-f-]{36}`).FindString(receipt)
		page := v.Get(order, 200)
		portaltest.Says(t, page, "Trygghetslarm avsagt", "Maj-Britt Hansson", "V1.1-b", "Söderköpinge kommun", "från portalen", "Ta tillbaka beställningen")
		portaltest.Says(t, v.Get(order+"/ta-tillbaka", 200), "Vill du ta tillbaka")
		page = v.Post(order+"/ta-tillbaka", url.Values{"skal": {"Kunden ångrade sig"}}, 200)
		portaltest.Says(t, page, "Beställningen är återtagen.", "Återtagen", "Kunden ångrade sig")
		portaltest.Says(t, v.Post(order+"/ta-tillbaka", nil, 200), "Återtagen") // the back button
		portaltest.Says(t, v.Post(order+"/igen", nil, 200), "Från vilken dag gäller det?", "Maj-Britt Hansson")
		portaltest.Says(t, v.Get("/bestall", 200), "Påbörjade beställningar", "Maj-Britt Hansson")
	})
}

func TestTheLockManagerReturnsWithAReason(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	o := begin(t, v, "alarm-renounced", w.ID("clients", portaltest.MajBritt))
	o.answer("dag", 200, "dag", "2026-07-01")
	order := regexp.MustCompile(`/bestallningar/[0-9a-f-]{36}`).FindString(o.send())
	l := w.Visitor(portaltest.Technician)
	portaltest.Says(t, l.Post(order+"/returnera", nil, 422), "Fel:", "Skriv varför")
	portaltest.Says(t, l.Post(order+"/returnera", url.Values{"skal": {"Fel kund"}}, 200), "Returnerad", "Fel kund")
	v.Post(order+"/returnera", url.Values{"skal": {"x"}}, 403)
}

// Whose draft it is, is asked every time; what others have written is not there.
func TestDraftsAreTheirOwners(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	o := begin(t, v, "alarm-granted", w.ID("clients", portaltest.MajBritt))
	other := w.Visitor(portaltest.Manager)
	for _, path := range []string{"", "/dag", "/kund"} {
		other.Get(o.here+path, 404)
		other.Post(o.here+path, url.Values{"_version": {"1"}}, 404)
	}
	other.Post(o.here+"/slang", nil, 200) // says that it is gone, and does nothing
	v.Get(o.here+"/dag", 200)
	stale := o.version("/dag")
	o.answer("dag", 200, "dag", "2026-06-20")
	page := v.Post(o.here+"/dag", url.Values{"_version": {stale}, "dag": {"2026-06-25"}, "meddelande": {"Mitt"}}, 409)
	if !strings.Contains(page, "2026-06-25") || !strings.Contains(page, "Mitt") {
		t.Error("what was typed is gone")
	}
	portaltest.Says(t, v.Post(o.here, url.Values{"_version": {stale}}, 409), "Kontrollera innan du beställer")
	portaltest.Says(t, v.Post(o.here+"/slang", nil, 200), "Utkastet är slängt.")
	v.Get(o.here, 404)
}

func TestAProviderOrdersForItsOwnOnly(t *testing.T) {
	// proves V5.1-a
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Manager)
	page := v.Get("/bestall", 200)
	portaltest.Says(t, page, "Kunden behöver lås", "Hemtjänst avslutad")
	portaltest.Hides(t, page, "Trygghetslarm beviljat", "Verkställd hos utföraren")
	v.Post("/bestall", url.Values{"slag": {"alarm-granted"}}, 403)
	v.Post("/bestall", url.Values{"slag": {"needs-lock"}, "kund": {w.ID("clients", portaltest.Åke)}}, 422) // another provider's
	o := begin(t, v, "needs-lock")
	for _, q := range []string{portaltest.Åke, portaltest.Ulla, "Ulla", "x", "", strings.Repeat("å", 200), "'; DROP TABLE orders; --", "199913409999"} {
		page := o.answer("kund", 422, "q", q)
		portaltest.Hides(t, page, "Öberg", "Brännström")
	}
	o.answer("kund", 422, "klient", w.ID("clients", portaltest.Åke))
	o.answer("kund", 200, "q", portaltest.MajBritt)
	portaltest.Says(t, o.answer("behov", 422, "behov", "other"), "Skriv med egna ord varför låset behövs.")
	portaltest.Says(t, o.answer("behov", 422, "behov", "hittepå"), "Välj varför kunden behöver ett lås.")
	o.answer("behov", 200, "behov", "does-not-hear")
	portaltest.Says(t, o.answer("dag", 422, "dag", "2026-06-20", "mer", "bradskar"), "Skriv varför det brådskar.")
	page = o.answer("dag", 200, "dag", "2099-01-01")
	portaltest.Says(t, page, "Beställningen kan inte skickas", "Kontrollera året")
	portaltest.Says(t, v.Post(o.here, url.Values{"_version": {o.version("/dag")}}, 422), "Något behöver rättas", "Kontrollera året")
}

func TestProtectedIdentityIsMaskedInOrders(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	o := begin(t, v, "homecare-ended")
	portaltest.Says(t, o.answer("kund", 422, "q", "Åke"), "Ingen kund hittades")
	pages := []string{o.answer("kund", 200, "q", portaltest.Åke), o.answer("dag", 200, "dag", "2026-06-20", "meddelande", "På Hemliga gatan"), o.send(),
		v.Get("/bestallningar", 200)}
	order := regexp.MustCompile(`/bestallningar/[0-9a-f-]{36}`).FindString(pages[3])
	pages = append(pages, v.Get(order, 200))
	portaltest.Says(t, pages[3], "Skyddad uppgift")
	for i, page := range pages {
		if i == 1 {
			page = strings.ReplaceAll(page, "På Hemliga gatan", "") // the writer's own words, before they are sent
		}
		portaltest.Hides(t, page, "Brännström", portaltest.Åke, "Hemliga gatan 1")
	}
}

func TestTheLockManagerWritesInForms(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	l := w.Visitor(portaltest.Technician)
	page := l.Get("/bestall", 200)
	portaltest.Says(t, page, "Montering beställd")
	portaltest.Hides(t, page, "Trygghetslarm beviljat")
	o := begin(t, l, "service")
	portaltest.Says(t, o.answer("blankett", 422, "organisation", "123"), "Välj vem som har skickat blanketten.", "Skriv organisationsnumret med tio siffror.")
	o.answer("blankett", 200, "roll", "provider", "organisation", "212000-9002")
	o.answer("kund", 200, "q", portaltest.MajBritt)
	o.answer("dag", 200, "dag", "2026-06-04")
	o.send()
	portaltest.Says(t, l.Get("/bestallningar?vems=mina", 200), "Service av lås beställd", "Maj-Britt Hansson")
}

func TestListsAreNarrowedByAddress(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	portaltest.Says(t, v.Get("/bestallningar", 200), "Inga beställningar att visa")
	portaltest.Says(t, v.Get("/bestallningar?vems=alla", 200), "Trygghetslarm beviljat", "Byte av utförare")
	portaltest.Hides(t, v.Get("/bestallningar?vems=alla&slag=provider-changed", 200), "Ulla Öberg")
	portaltest.Says(t, v.Get("/bestallningar?vems=alla&fran=2026-06-03", 200), "Inga beställningar att visa")
	portaltest.Says(t, v.Get("/bestallningar?lage=x&slag=y&fran=z&vems=q", 200), "Beställningar")
	v.Get("/bestallningar?fore=x", 400)
	v.Get("/bestallningar/x", 404)
	portaltest.Hides(t, w.Visitor(portaltest.Nurse).Get("/bestallningar?vems=alla&lang=en", 200), "error")
}
