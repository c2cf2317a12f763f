package receipts_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// town is a municipality that keeps physical keys: Ulla's is lent to the municipality's own home care until a lock is mounted.
type town struct {
	*portaltest.Town
	work *casework.Service
}

func open(t *testing.T, target string) *town {
	t.Helper()
	w := &town{Town: portaltest.New(t, target)}
	p := routine.DefaultProfile()
	p.Receipts = routine.ReceiptRules{KeyBox: true, Waiting: true, Spare: true, SpareHome: true, RemindDays: 14}
	w.work = casework.NewService(txn.Narrow(w.DB, func(tx *storage.Tx) casework.Tx { return tx }), p)
	w.Server = w.Serve(func(c *portal.Config) { c.Receipt = w.work })
	return w
}

// lend has home care granted, so that the client's key is lent while the lock waits.
func (w *town) lend(number string) {
	w.T.Helper()
	_, err := w.work.Place(w.T.Context(), casework.Orderer{Organisation: portaltest.Organisation, Role: routine.CaseOfficer, Actor: "token:vård"},
		casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: number, Group: "G001", Effective: w.At(6, 3, 0, 0), Channel: "api"})
	w.Must(err)
}

func find(t *testing.T, pattern, page string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindString(page)
	if found == "" {
		t.Fatalf("the page has no %s:\n%s", pattern, portaltest.Text(page))
	}
	return found
}

const anID = `[0-9a-f]{8}-[0-9a-f-]{27}`

// hidden are the hidden fields of a page.
func hidden(page string) url.Values {
	out := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		out.Set(m[1], m[2])
	}
	return out
}

// sign sends the form of signatures, with a scanned paper unless it is empty.
func (w *town) sign(v *portaltest.Visitor, at string, fields url.Values, scan string, want int) string {
	w.T.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, values := range fields {
		w.Must(form.WriteField(name, values[0]))
	}
	if scan != "" {
		part, err := form.CreateFormFile("scan", "kvittens.pdf")
		w.Must(err)
		_, err = part.Write([]byte(scan))
		w.Must(err)
	}
	w.Must(form.Close())
	r, err := http.NewRequestWithContext(w.T.Context(), "POST", w.Server.URL+at+"/underskrift", &b)
	w.Must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.Do(r, nil, want)
}

func (w *town) state(id string) receipt.State {
	w.T.Helper()
	l, err := w.work.Receipt(w.T.Context(), routine.Who{Actor: "test", Role: routine.LockManager}, id)
	w.Must(err)
	return l.State
}

// proves V2.6-a, V2.6-c, V2.6-d, V2.6-f, V5.3-c: a key goes from the client to a provider, on to the next and home, receipt by receipt.
func TestAKeyGoesFromHandToHand(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := open(t, target)
		v := w.Visitor(portaltest.Manager)
		portaltest.Says(t, v.Get("/kvittenser", 200), "Ingen kvittens väntar på underskrift")
		w.lend(portaltest.Ulla)
		list := v.Get("/kvittenser", 200)
		portaltest.Says(t, list, "Ulla Öberg", "Nyckel tills ett lås är monterat", "Kunden → Söderköpinge kommun", "Ska skrivas ut och skrivas under")
		at := find(t, `/kvittenser/`+anID, list)
		id := strings.TrimPrefix(at, "/kvittenser/")
		portaltest.Says(t, v.Get("/kunder/"+w.ID("clients", portaltest.Ulla), 200), "Väntar på underskrift", "Se kvittensen")
		page := v.Get(at, 200)
		portaltest.Says(t, page, "Nästa steg", "Skriv ut kvittensen", "Ulla Öberg", "Så säger rutinen")
		if pdf := v.Post(at+"/skriv-ut", nil, 200); !strings.HasPrefix(pdf, "%PDF-") {
			t.Errorf("no paper: %.20q", pdf)
		}
		portaltest.Says(t, v.Get(at, 200), "Utskriven, väntar på underskrift", "Båda har skrivit under")
		ask := v.Get(at+"/underskrift", 200)
		portaltest.Says(t, ask, "Hur skrevs kvittensen under?", "Amira Lund")
		fields := hidden(ask)
		portaltest.Says(t, w.sign(v, at, fields, "", 422), "Något behöver rättas", "Välj om den skrevs under", "Ange vem som skrev under")
		fields.Set("how", "paper")
		fields.Set("signed_from", "Ulla Öberg")
		fields.Set("signed_to", "Amira Lund")
		portaltest.Says(t, w.sign(v, at, fields, "", 422), "Bifoga det inskannade papperet")
		portaltest.Says(t, w.sign(v, at, fields, "<html>", 422), "Bifoga det inskannade papperet")
		portaltest.Says(t, w.sign(v, at, fields, "%PDF-1.7 kvittens", 200), "Underskrifterna är sparade", "Underskriven, gäller nu", "Nyckeln finns hos: Söderköpinge kommun")
		w.sign(v, at, fields, "%PDF-1.7 kvittens", 200) // a double click
		if got := w.state(id); got != receipt.Signed {
			t.Errorf("got %s, want signed", got)
		}
		if got := v.Get(at+"/papper", 200); got != "%PDF-1.7 kvittens" {
			t.Errorf("got %q, want the paper", got)
		}
		fields.Del("_once")
		portaltest.Says(t, w.sign(v, at, fields, "%PDF-1.7 kvittens", 409), "Någon annan har ändrat samtidigt")
		w.passOn(t, v, at)
	})
}

// passOn passes the key of a receipt on to another provider, takes that back, and then gives the key back to the client.
func (w *town) passOn(t *testing.T, v *portaltest.Visitor, at string) {
	t.Helper()
	next := find(t, `/kvittenser/ny\?nyckel=`+anID, v.Get(at, 200))
	ask := v.Get(next, 200)
	portaltest.Says(t, ask, "Vem ska ha nyckeln?", "Finns nu hos: Söderköpinge kommun", "Omsorg Syd AB")
	sent := hidden(ask)
	portaltest.Says(t, v.Post("/kvittenser/ny", sent, 422), "Något behöver rättas", "Välj vem som ska ha nyckeln.")
	sent.Set("to", "provider:5560003468")
	sent.Set("due", "i morgon")
	portaltest.Says(t, v.Post("/kvittenser/ny", sent, 422), "Skriv dagen som 2026-06-03")
	sent.Set("due", "2026-06-15")
	made := v.Post("/kvittenser/ny", sent, 200)
	portaltest.Says(t, made, "är gjord", "Omsorg Syd AB", "15 juni 2026", "Nyckelns övriga kvittenser")
	v.Post("/kvittenser/ny", sent, 200) // a double click
	sent.Del("_once")
	portaltest.Says(t, v.Post("/kvittenser/ny", sent, 422), "väntar redan på underskrift")
	to := find(t, `/kvittenser/`+anID+`/makulera`, made)
	cancel := v.Get(to, 200)
	portaltest.Says(t, cancel, "Makulera kvittens", "Den finns kvar hos: Söderköpinge kommun")
	form := hidden(cancel)
	portaltest.Says(t, v.Post(to, form, 422), "Ange varför")
	form.Set("reason", "fel utförare")
	portaltest.Says(t, v.Post(to, form, 200), "Kvittensen är makulerad.")
	v.Post(to, form, 200) // a double click
	sent = hidden(v.Get(next, 200))
	sent.Set("to", "client")
	back := find(t, `/kvittenser/`+anID, v.Post("/kvittenser/ny", sent, 200))
	fields := hidden(v.Get(back+"/underskrift", 200))
	for name, value := range map[string]string{"how": "screen", "signed_from": "Amira Lund", "signed_to": "Ulla Öberg"} {
		fields.Set(name, value)
	}
	portaltest.Says(t, w.sign(v, back, fields, "", 200), "Nyckeln är tillbaka hos kunden", "Den här kvittensen är avslutad.")
	portaltest.Hides(t, v.Get(back, 200), "Lämna nyckeln vidare")
	v.Post(at+"/skriv-ut", nil, 409) // it would say where the client lives now
	v.Get(next, 404)
}

// Whoever is no party does not learn that there is a receipt; a client whom one may not read about is not named, nor one who is protected.
func TestWhoseReceipts(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := open(t, target)
		w.lend(portaltest.Ulla)
		manager := w.Visitor(portaltest.Technician)
		at := find(t, `/kvittenser/`+anID, manager.Get("/kvittenser", 200))
		for _, stranger := range []string{portaltest.Alarm} {
			v := w.Visitor(stranger)
			portaltest.Hides(t, v.Get("/kvittenser?visa=alla", 200), "Ulla", at)
			portaltest.Hides(t, v.Get("/kvittenser?visa=alla&format=csv", 200), "Ulla")
			for _, path := range []string{at, at + "/underskrift", at + "/makulera", at + "/papper"} {
				v.Get(path, 404)
			}
			v.Post(at+"/skriv-ut", nil, 404)
			v.Post(at+"/makulera", url.Values{"reason": {"nyfiken"}}, 404)
		}
		w.Visitor(portaltest.Officer).Get(at, 403)
		if got := w.state(strings.TrimPrefix(at, "/kvittenser/")); got != receipt.Drafted {
			t.Errorf("somebody who is no party has changed it: got %s", got)
		}
		if got := w.Reads(w.ID("clients", portaltest.Ulla)); len(got) == 0 || got[len(got)-1].Value("purpose") != "receipts" {
			t.Errorf("reads of the client: got %v", got)
		}
		w.Update(func(ctx context.Context, tx *storage.Tx) error {
			found, err := tx.ClientsByNumber(ctx, []string{portaltest.Ulla})
			if err != nil {
				return err
			}
			c := found[portaltest.Ulla]
			c.Protected = true
			return tx.PutClients(ctx, []care.Client{c})
		})
		for _, path := range []string{"/kvittenser", "/kvittenser?format=csv", at, at + "/underskrift", at + "/makulera"} {
			portaltest.Hides(t, manager.Get(path, 200), "Ulla", "Öberg", "Kvarngatan")
		}
		if pdf := manager.Get("/kvittenser/lista.pdf", 200); !strings.HasPrefix(pdf, "%PDF-") {
			t.Errorf("no paper: %.20q", pdf)
		}
	})
}

// proves S-e: a spare key is left by agreement, from the client's page; only those who serve the client may ask for it.
func TestASpareKey(t *testing.T) {
	w := open(t, t.TempDir())
	maj, ulla := w.ID("clients", portaltest.MajBritt), w.ID("clients", portaltest.Ulla)
	v := w.Visitor(portaltest.Alarm) // Maj-Britt has an alarm
	portaltest.Says(t, v.Get("/kunder/"+maj, 200), "Kvittera ut en nyckel")
	ask := v.Get("/kvittenser/ny?kund="+maj, 200)
	portaltest.Says(t, ask, "Maj-Britt Hansson", "Reservnyckel", "Larmenheten")
	sent := hidden(ask)
	portaltest.Says(t, v.Post("/kvittenser/ny", sent, 422), "Välj vad nyckeln ska användas till.", "Välj vilken dörr", "Ange hur många nycklar", "Välj vem som ska ha nyckeln.")
	for name, value := range map[string]string{"purpose": "spare", "door": "own", "copies": "21", "to": "alarm-unit"} {
		sent.Set(name, value)
	}
	portaltest.Says(t, v.Post("/kvittenser/ny?lang=en", sent, 422), "Error:", "Say how many keys there are")
	sent.Set("copies", "2")
	sent.Set("purpose", "box")
	portaltest.Says(t, v.Post("/kvittenser/ny?lang=sv", sent, 422), "tar inte emot fysiska nycklar för det ändamålet")
	sent.Set("purpose", "spare")
	portaltest.Says(t, v.Post("/kvittenser/ny", sent, 200), "är gjord", "Larmenheten", "Reservnyckel")
	w.Visitor(portaltest.Nurse).Get("/kvittenser/ny?kund="+ulla, 403)
	w.Visitor(portaltest.Nurse).Post("/kvittenser/ny", url.Values{"kund": {ulla}, "purpose": {"spare"}, "door": {"own"}, "copies": {"1"}, "to": {"client"}}, 403)
	if form := v.Get("/kvittenser/blankett.pdf", 200); !strings.HasPrefix(form, "%PDF-") {
		t.Errorf("no form: %.20q", form)
	}
	for _, path := range []string{"/kvittenser/nobody", "/kvittenser/ny?nyckel=nobody", "/kvittenser/%27%20OR%201=1"} {
		v.Get(path, 404)
	}
	v.Get("/kvittenser?efter=skr%C3%A4p&visa=okand", 200)
}

// A municipality that keeps no physical keys says so.
func TestNoKeysAreKept(t *testing.T) {
	w := open(t, t.TempDir())
	p := routine.DefaultProfile()
	p.Receipts = routine.ReceiptRules{}
	none := casework.NewService(txn.Narrow(w.DB, func(tx *storage.Tx) casework.Tx { return tx }), p)
	w.Server = w.Serve(func(c *portal.Config) { c.Receipt = none })
	portaltest.Says(t, w.Visitor(portaltest.Technician).Get("/kvittenser/ny?kund="+w.ID("clients", portaltest.Ulla), 200), "Kommunen tar inte emot fysiska nycklar")
}
