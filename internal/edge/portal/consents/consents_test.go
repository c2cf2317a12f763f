package consents_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// town is a municipality whose owners must agree to locks, with one house where a mounting waits.
type town struct {
	*portaltest.Town
	work     *casework.Service
	register *consent.Service
	owner    string
	property string
}

func profile() routine.Profile {
	p := routine.DefaultProfile()
	p.Consent = routine.ConsentRules{Owner: true, HomeCareAgrees: true, RemindDays: 21, Registrar: true}
	reply := []string{"Ja", "Delvis", "Nej"}
	p.Letters = []routine.LetterTexts{
		{Kind: routine.ConsentRequest, Language: "sv", Title: "Får vi montera?", Text: []string{"Till {owner} om {property}. Ärende {case}."}, Reply: reply},
		{Kind: routine.ConsentReminder, Language: "sv", Title: "Påminnelse", Text: []string{"Vi skrev {sent}."}, Reply: reply}}
	return p
}

var keeper = routine.Who{Actor: "demo:jonas-berg", Role: routine.LockManager}

func open(t *testing.T, target string) *town {
	t.Helper()
	w := &town{Town: portaltest.New(t, target)}
	w.work = casework.NewService(txn.Narrow(w.DB, func(tx *storage.Tx) casework.Tx { return tx }), profile())
	w.register = consent.NewService(txn.Narrow(w.DB, func(tx *storage.Tx) consent.Tx { return tx }), profile(), w.Zone)
	answers := casework.NewConsents(w.work, w.Zone)
	w.Server = w.Serve(func(c *portal.Config) { c.Owners, c.Answers, c.Field = w.register, answers, w.work.In(w.Zone) })
	o, err := w.register.PutOwner(t.Context(), keeper, consent.Owner{Kind: consent.Association, Name: "Brf Provet", Street: "Kontorsgatan 1", PostalCode: "43245", Town: "Söderköpinge"})
	w.Must(err)
	p, err := answers.PutProperty(t.Context(), keeper, consent.Property{Designation: "Provet 3", Owners: []string{o.ID},
		Addresses: []consent.Address{{Street: "Provgatan 3", Town: "Söderköpinge"}, {Street: "Provgatan 4", Town: "Söderköpinge"}}})
	w.Must(err)
	w.owner, w.property = o.ID, p.ID
	return w
}

// order has an alarm granted, so that a lock is to be mounted.
func (w *town) order(number string) {
	w.T.Helper()
	_, err := w.work.Place(w.T.Context(), casework.Orderer{Organisation: portaltest.Organisation, Role: routine.CaseOfficer, Actor: "token:vård"},
		casework.NewOrder{Kind: routine.AlarmGranted, PersonalNumber: number, Group: "G027", Effective: w.At(6, 4, 0, 0), Channel: "api"})
	w.Must(err)
}

const (
	third  = "190000000003" // Provgatan 3
	fourth = "190000000004"
)

// hidden are the hidden fields of a page.
func hidden(page string) url.Values {
	out := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		out.Add(m[1], m[2])
	}
	return out
}

func version(page string) string {
	return regexp.MustCompile(`name="_version" value="(\w+)"`).FindStringSubmatch(page)[1]
}

func find(t *testing.T, pattern, page string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindString(page)
	if found == "" {
		t.Fatalf("the page has no %s:\n%s", pattern, portaltest.Text(page))
	}
	return found
}

func yes() url.Values {
	return url.Values{"answer": {"given"}, "how": {"written"}, "date": {"2026-06-03"}}
}

// proves V5.3-a, V5.3-b, V5.3-c: a street is written to, the slip comes back and is read, and the mounting that waited can be booked.
func TestFromLetterToBookableMounting(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := open(t, target)
		w.order(third)
		v := w.Visitor(portaltest.Technician)
		portaltest.Says(t, v.Get("/samtycken", 200), "Monteringar som väntar på ägaren", "Provgatan 3, Söderköpinge", "Inte tillfrågad")
		portaltest.Says(t, v.Get("/samtycken/fastigheter/"+w.property, 200), "Provet 3", "Brf Provet", "Montera lås", "Väntar på ägaren", "vanlig nyckel mot kvittens")
		v.Post("/samtycken/brev", url.Values{}, 422)
		check := v.Post("/samtycken/brev", url.Values{"street": {"provgatan"}, "town": {"söderköpinge"}}, 200)
		portaltest.Says(t, check, "Det blir 1 brev", "Brf Provet", "Provet 3", "Till Brf Provet om")
		form := hidden(check)
		made := v.Post("/samtycken/brev/skicka", form, 200)
		portaltest.Says(t, made, "Klara att skriva ut", "Skapade 1 av 1", "Provgatan 3, Söderköpinge (Provet 3) och 1 till")
		portaltest.Says(t, v.Post("/samtycken/brev/skicka", form, 200), "Brev till fastighetsägare") // a double click writes nothing more
		run := find(t, `/samtycken/brev/[0-9a-f-]{36}/brev.pdf`, made)
		if pdf := v.Get(run, 200); !strings.HasPrefix(pdf, "%PDF-") {
			t.Errorf("the letters are no PDF: %.20q", pdf)
		}
		code := find(t, `[0-9A-Z]{5}-[0-9A-Z]{5}`, made)
		portaltest.Says(t, v.Post("/samtycken/brev", url.Values{"street": {"provgatan"}, "town": {"söderköpinge"}}, 422), "Det finns ingen att skriva till")
		ask := v.Post("/samtycken", url.Values{"q": {" hemnyckel-" + strings.ToLower(code)}}, 200)
		portaltest.Says(t, ask, "Vad svarade ägaren?", "Brf Provet. Ärende "+code, "Provgatan 3, Söderköpinge")
		slip := find(t, `/samtycken/svar/[0-9A-Z]{10}`, ask)
		portaltest.Says(t, v.Post(slip, url.Values{}, 422), "Fel:", "Välj vad svaret är.", "Välj om svaret är skriftligt eller muntligt.", "Skriv dagen som")
		answer := yes()
		answer.Set("_version", version(ask))
		right := v.Post(slip, answer, 200)
		portaltest.Says(t, right, "Stämmer svaret?", "Skriftligt", "3 juni 2026")
		kept := hidden(right)
		kept.Set("klar", "ja")
		done := v.Post(slip, kept, 200)
		portaltest.Says(t, done, "Svaret är sparat", code, "Monteringar som kan bokas nu: 1.", "Kan bokas")
		portaltest.Says(t, v.Post(slip, kept, 200), "Svaret är sparat") // the back button, and once more
		portaltest.Says(t, v.Get(slip, 200), "Ägarens svar", "Ja")      // the slip is read once more: its case
		work := find(t, `/arbete/[0-9a-f-]{36}`, done)
		portaltest.Says(t, v.Get(work, 200), "Boka tid")
		portaltest.Says(t, v.Get("/samtycken", 200), "Ingen montering väntar på en ägare")
	})
}

// say records an answer at the property, and returns the address of what was said.
func (w *town) say(v *portaltest.Visitor, change func(url.Values)) string {
	w.T.Helper()
	at := "/samtycken/fastigheter/" + w.property + "/svar"
	form := yes()
	form.Set("owner", w.owner)
	form.Set("_version", version(v.Get(at, 200)))
	form.Set("klar", "ja")
	if change != nil {
		change(form)
	}
	return find(w.T.(*testing.T), `/samtycken/besked/[0-9a-f-]{36}`, v.Post(at, form, 200))
}

// proves V5.3-a, V5.3-c, V5.3-e: what a withdrawal does is said first; then work stops and a lock is questioned.
func TestAWithdrawalIsForeseen(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := open(t, target)
		v := w.Visitor(portaltest.Technician)
		word := w.say(v, nil)
		w.order(third)
		w.order(fourth)
		ask := v.Get(word+"/aterkalla", 200)
		portaltest.Says(t, ask, "Återkalla samtycket?", "Monteringar som stoppas och får vänta: 2.", "öppnar som förut", "Provgatan 3", "Provgatan 4")
		portaltest.Says(t, v.Get("/samtycken/fastigheter/"+w.property, 200), "Kan bokas") // nothing has happened by looking
		portaltest.Says(t, v.Post(word+"/aterkalla", url.Values{"_version": {version(ask)}}, 422), "Fel:", "Välj om svaret är skriftligt eller muntligt.")
		form := url.Values{"_version": {version(ask)}, "_once": {"0198bbbb"}, "how": {"oral"}, "date": {"2026-06-03"}}
		portaltest.Says(t, v.Post(word+"/aterkalla", form, 422), "Skriv vem som tog emot det muntliga svaret.")
		form.Set("heard_by", "Eva på kontoret")
		portaltest.Says(t, v.Post(word+"/aterkalla", form, 200), "Samtycket är återkallat", "Monteringar som väntar på en ägare: 2.", "Väntar på ägaren")
		v.Post(word+"/aterkalla", form, 200) // a double click
		rows, err := w.register.Consents(t.Context(), keeper, consent.Filter{Answer: consent.Withdrawn}, "", 10)
		if err != nil || len(rows) != 1 {
			t.Errorf("got %d withdrawals (%v), want 1", len(rows), err)
		}
		portaltest.Says(t, v.Get("/samtycken", 200), "Senast återkallade", "Brf Provet", "Monteringar som väntar på ägaren")
	})
}

// A mistaken answer is undone as if it had not been said, and only as long as nobody relies on it.
func TestAMistakeIsUndone(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	w.order(third)
	word := w.say(v, nil)
	portaltest.Says(t, v.Get(word, 200), "Ångra svaret", "Kan bokas")
	ask := v.Get(word+"/angra", 200)
	form := hidden(ask)
	portaltest.Says(t, v.Post(word+"/angra", form, 422), "Fel:", "Skriv vad som blev fel")
	form.Set("reason", "fel fastighet")
	portaltest.Says(t, v.Post(word+"/angra", form, 200), "Svaret är ångrat.", "Ångrat, gäller inte")
	portaltest.Says(t, v.Post(word+"/angra", form, 200), "Svaret är ångrat.") // sent twice
	portaltest.Says(t, v.Get("/samtycken", 200), "Provgatan 3, Söderköpinge")
	word = w.say(v, nil)
	portaltest.Says(t, v.Post(word+"/diarium", url.Values{"_version": {version(v.Get(word, 200))}, "diary": {"SN 2026/17"}}, 200), "Diarienumret är sparat.", "SN 2026/17")
	v.Get(word+"/angra", 409)
	w.Clock.Time = w.Clock.Time.Add(25 * time.Hour)
	v = w.Visitor(portaltest.Technician)
	v.Get(w.say(v, nil)+"/angra", 200)
	portaltest.Says(t, v.Get("/samtycken/lista?visa=utan-diarienummer", 200), "Brf Provet")
}

// Two who write down an answer at the same time: the second is told, and what they typed is kept.
func TestAnswersAreNotOverwritten(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	at := "/samtycken/fastigheter/" + w.property + "/svar"
	form := yes()
	form.Set("owner", w.owner)
	form.Set("_version", version(v.Get(at, 200)))
	form.Set("klar", "ja")
	form.Set("note", "ringde om \"brevet\"")
	word := w.say(v, func(f url.Values) { f.Set("answer", "refused") })
	page := v.Post(at, form, 409)
	portaltest.Says(t, page, "Någon annan har ändrat samtidigt", "Ett nytt svar har antecknats")
	if !strings.Contains(page, "ringde om &#34;brevet&#34;") {
		t.Error("what was typed is gone")
	}
	form.Set("_version", version(page))
	portaltest.Says(t, v.Post(at, form, 200), "Svaret är sparat")
	portaltest.Says(t, v.Post(word+"/diarium", url.Values{"_version": {"gammal"}, "diary": {"SN 1"}}, 409), "Någon annan har ändrat samtidigt")
	// Letters that were looked at before somebody answered.
	o, err := w.register.PutOwner(t.Context(), keeper, consent.Owner{Kind: consent.Company, Name: "Andra AB"})
	w.Must(err)
	v.Post("/samtycken/agare/"+o.ID+"/fastighet", url.Values{"addresses": {"Nygatan 1, Söderköpinge\nNygatan 2, Söderköpinge"}}, 200)
	letters := hidden(v.Post("/samtycken/brev", url.Values{"owner": {o.ID}}, 200))
	v.Post("/samtycken/agare/"+o.ID+"/fastighet", url.Values{"addresses": {"Nygatan 3, Söderköpinge"}}, 200)
	portaltest.Says(t, v.Post("/samtycken/brev/skicka", letters, 409), "Någon har svarat eller skrivit under tiden")
}

// What is written wrong is said in words, in both languages, and changes nothing.
func TestWhatIsWrittenWrong(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	at := "/samtycken/fastigheter/" + w.property + "/svar"
	for name, c := range map[string]struct {
		field, value, sv, en string
	}{
		"no answer":        {"answer", "", "Välj vad svaret är.", "Choose what the answer is."},
		"another answer":   {"answer", "withdrawn", "Välj vad svaret är.", "Choose what the answer is."},
		"part of nothing":  {"answer", "partly", "Kryssa i vad ja:t gäller", "Tick what the yes is for"},
		"nobody":           {"owner", "nobody", "Välj vilken ägare", "Choose which owner"},
		"heard by none":    {"how", "oral", "Skriv vem som tog emot", "Write who heard"},
		"no day":           {"date", "i går", "Skriv dagen som 2026-06-03.", "Write the day as 2026-06-03."},
		"tomorrow":         {"date", "2026-06-04", "inte kan ligga framåt i tiden", "cannot be ahead of us"},
		"ends before":      {"until", "2026-06-01", "slutdagen måste ligga efter", "must be after"},
		"a long note":      {"note", strings.Repeat("å", 600), "högst 1 000 byte", "at most 1,000 bytes"},
		"a hostile hearer": {"heard_by", "<script>alert(1)</script>\x01", "högst 200 byte på en rad", "at most 200 bytes on one line"},
	} {
		t.Run(name, func(t *testing.T) {
			form := yes()
			form.Set("owner", w.owner)
			form.Set(c.field, c.value)
			form.Set("klar", "ja")
			page := v.Post(at+"?lang=sv", form, 422)
			portaltest.Says(t, page, "Fel:", c.sv)
			portaltest.Hides(t, page, "<script>alert")
			portaltest.Says(t, v.Post(at+"?lang=en", form, 422), "Error:", c.en)
		})
	}
	form := yes()
	form.Set("owner", w.owner)
	form.Set("answer", "partly")
	form.Set("places", "Annan gata 1")
	portaltest.Says(t, v.Post(at+"?lang=sv", form, 422), "”Annan gata 1” är inte en av fastighetens adresser")
	form.Set("places", "provgatan  3, lgh 1001\n\nProvgatan 4")
	form.Set("until", "2026-07-31")
	portaltest.Says(t, v.Post(at, form, 200), "Ja, delvis", "Provgatan 3, 1001", "31 juli 2026")
	for _, bad := range []string{"x", strings.Repeat("å", 101), ""} {
		portaltest.Says(t, v.Post("/samtycken", url.Values{"q": {bad}}, 422), "Skriv minst två tecken")
	}
	portaltest.Says(t, v.Post("/samtycken", url.Values{"q": {"' OR 1=1 --"}}, 200), "Inget hittades")
	v.Get("/samtycken/svar/0000000000", 404)
	v.Get("/samtycken/svar/skräp", 400)
	v.Get("/samtycken/besked/nobody", 404)
	portaltest.Says(t, v.Post("/samtycken/agare/ny", url.Values{"kind": {"company"}, "name": {"Prov AB"}, "org_number": {"12"}}, 422), "Organisationsnumret stämmer inte")
	portaltest.Says(t, v.Post("/samtycken/agare/"+w.owner+"/fastighet", url.Values{"addresses": {"Provgatan 3, Söderköpinge"}}, 422), "hör redan till en annan fastighet")
	portaltest.Says(t, v.Post("/samtycken/agare/"+w.owner+"/fastighet", url.Values{"addresses": {" \n"}}, 422), "Skriv minst en adress.")
	rows, err := w.register.Consents(t.Context(), keeper, consent.Filter{}, "", 10)
	if err != nil || len(rows) != 0 {
		t.Errorf("got %d answers (%v), want none", len(rows), err)
	}
}

// attach uploads a scanned paper.
func (w *town) attach(v *portaltest.Visitor, at string, content []byte, want int) string {
	w.T.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("fil", "svar.pdf")
	w.Must(err)
	_, err = part.Write(content)
	w.Must(err)
	w.Must(form.Close())
	r, err := http.NewRequestWithContext(w.T.Context(), "POST", w.Server.URL+at+"/handling", &b)
	w.Must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.Do(r, nil, want)
}

func TestTheScannedPaper(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	word := w.say(v, nil)
	portaltest.Says(t, w.attach(v, word, nil, 422), "Välj en fil.")
	portaltest.Says(t, w.attach(v, word, []byte("<html>"), 422), "inskannad PDF eller JPEG")
	portaltest.Says(t, w.attach(v, word, []byte("%PDF-1.7 svar"), 200), "Handlingen är sparad.")
	w.attach(v, word, []byte("%PDF-1.7 annat"), 409)
	if got := v.Get(word+"/handling", 200); got != "%PDF-1.7 svar" {
		t.Errorf("got %q, want the paper", got)
	}
}

// proves V5.3-b: what is not answered in time is followed up.
func TestReminders(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	made := v.Post("/samtycken/brev/skicka", hidden(v.Post("/samtycken/brev", url.Values{"rad": {w.property}}, 200)), 200)
	first := find(t, `[0-9A-Z]{5}-[0-9A-Z]{5}`, made)
	portaltest.Says(t, v.Post("/samtycken/brev/pamin", nil, 422), "Det finns ingen att skriva till")
	w.Clock.Time = w.Clock.Time.AddDate(0, 0, 22)
	v = w.Visitor(portaltest.Technician)
	portaltest.Says(t, v.Get("/samtycken", 200), "Brev utan svar i tid", "Skicka påminnelser")
	reminded := v.Post("/samtycken/brev/pamin", nil, 200)
	if second := find(t, `[0-9A-Z]{5}-[0-9A-Z]{5}`, reminded); second == first {
		t.Error("the reminder has the letter's own code")
	}
	portaltest.Hides(t, v.Get("/samtycken", 200), "Brev utan svar i tid")
	portaltest.Says(t, v.Get("/samtycken/brev", 200), "Påminnelser", "Frågor")
}

// An owner with protected identity is masked on every page and in files, until a reason is given.
func TestAProtectedOwnerIsMasked(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	v.Post("/samtycken/agare/ny", url.Values{"kind": {"person"}, "name": {"Hemlig Ägare"}, "street": {"Dolda vägen 9"}, "town": {"Söderköpinge"}, "protected": {"ja"}}, 200)
	all, err := w.register.Owners(t.Context(), keeper, consent.OwnerFilter{Open: true}, "", 10)
	w.Must(err)
	var id string
	for _, o := range all {
		if o.Protected {
			id = o.ID
		}
	}
	v.Post("/samtycken/agare/"+id+"/fastighet", url.Values{"addresses": {"Åkervägen 1, Söderköpinge"}}, 200)
	houses, err := w.register.HouseRows(t.Context(), keeper, consent.HouseFilter{Owner: id}, "", 10)
	w.Must(err)
	w.property, w.owner = houses[0].PropertyID, id
	word := w.say(v, nil)
	for _, path := range []string{"/samtycken/agare/" + id, "/samtycken/fastigheter/" + w.property, word, word + "/klart", word + "/aterkalla", "/samtycken/lista", "/samtycken/lista?format=csv", "/samtycken/fastigheter/" + w.property + "/svar"} {
		page := v.Get(path, 200)
		portaltest.Hides(t, page, "Hemlig", "Dolda")
		portaltest.Says(t, page, "Skyddade uppgifter")
	}
	portaltest.Says(t, v.Post("/samtycken", url.Values{"q": {"hemlig"}}, 200), "Inget hittades")
	portaltest.Says(t, v.Post("/samtycken/agare/"+id, url.Values{"reason": {" "}}, 422), "Ange varför du behöver se uppgifterna")
	portaltest.Says(t, v.Post("/samtycken/agare/"+id, url.Values{"reason": {"ringer om låset"}}, 200), "Hemlig Ägare", "Dolda vägen 9")
	w.Visitor(portaltest.Owner).Get("/samtycken/agare/"+id, 200)
	w.Visitor(portaltest.Officer).Post("/samtycken/agare/"+id, url.Values{"reason": {"nyfiken"}}, 403)
}

// A client at a house is not named among what waits, and one with protected identity not even by the house.
func TestWaitingNamesNobody(t *testing.T) {
	w := open(t, t.TempDir())
	w.order(third)
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		found, err := tx.ClientsByNumber(ctx, []string{third})
		if err != nil {
			return err
		}
		c := found[third]
		c.Protected = true
		return tx.PutClients(ctx, []care.Client{c})
	})
	v := w.Visitor(portaltest.Technician)
	page := v.Get("/samtycken", 200)
	portaltest.Says(t, page, "väntar 1 monteringar hos kunder med skyddad identitet")
	portaltest.Hides(t, page, "Provgatan 3", "Lundin03")
	portaltest.Hides(t, v.Get("/samtycken/fastigheter/"+w.property, 200), "Lundin03")
}

// proves V8-b: a client's own answer is noted by those who meet them, and not overwritten by somebody who has not read it.
func TestAClientAnswers(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := open(t, target)
		w.order(third)
		client := "/kunder/" + w.ID("clients", third)
		v := w.Visitor(portaltest.Officer)
		portaltest.Says(t, v.Get(client, 200), "Anteckna kundens svar")
		ask := v.Get(client+"/svar", 200)
		portaltest.Says(t, ask, "Kundens svar om ett digitalt lås", "Inget svar är antecknat")
		portaltest.Says(t, v.Post(client+"/svar", url.Values{}, 422), "Välj vad svaret är.", "Skriv vem som frågade kunden.")
		form := hidden(ask)
		form.Set("agrees", "nej")
		form.Set("asked_by", "Karin Ek")
		portaltest.Says(t, v.Post(client+"/svar", form, 200), "Kundens svar är antecknat.", "Har sagt nej")
		v.Post(client+"/svar", form, 200) // a double click
		form.Del("_once")
		form.Set("agrees", "ja")
		page := v.Post(client+"/svar", form, 409)
		portaltest.Says(t, page, "Någon annan har ändrat samtidigt", "Nej, 3 juni 2026")
		form.Set("seen", hidden(page).Get("seen"))
		portaltest.Says(t, v.Post(client+"/svar", form, 200), "Har sagt ja")
		if len(w.Reads(w.ID("clients", third))) == 0 {
			t.Error("nobody knows that the client's answer was read")
		}
		// The alarm team meets its own clients only.
		w.Visitor(portaltest.Alarm).Get("/kunder/"+w.ID("clients", fourth)+"/svar", 404)
		w.Visitor(portaltest.Alarm).Post("/kunder/"+w.ID("clients", fourth)+"/svar", url.Values{"agrees": {"ja"}, "asked_by": {"jag"}}, 404)
	})
}

func TestListsAndFiles(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	portaltest.Says(t, v.Get("/samtycken/lista", 200), "Inga svar att visa")
	w.say(v, func(f url.Values) { f.Set("until", "2026-06-30") })
	portaltest.Says(t, v.Get("/samtycken", 200), "Går ut inom 60 dagar", "30 juni 2026")
	portaltest.Says(t, v.Get("/samtycken/lista?visa=gar-ut", 200), "Brf Provet")
	portaltest.Says(t, v.Get("/samtycken/lista?visa=refused", 200), "Inga svar att visa")
	csv := v.Get("/samtycken/lista?visa=given&format=csv", 200)
	if !strings.Contains(csv, "Brf Provet") || !strings.Contains(csv, "2026-06-30") {
		t.Errorf("got the file %q", csv)
	}
	if book := v.Get("/samtycken/lista?format=xlsx", 200); !strings.HasPrefix(book, "PK") {
		t.Errorf("no workbook: %.20q", book)
	}
	w.Clock.Time = w.Clock.Time.Add(time.Minute)
	w.say(v, func(f url.Values) { f.Set("answer", "refused") })
	portaltest.Hides(t, v.Get("/samtycken", 200), "Går ut inom 60 dagar") // the owner has said something later
	for range 60 {
		_, err := casework.NewConsents(w.work, w.Zone).Record(t.Context(), keeper, consent.NewConsent{OwnerID: w.owner, Properties: []string{w.property},
			Answered: consent.Answered{Answer: consent.Given, How: consent.Written, Date: w.At(6, 3, 0, 0)}})
		w.Must(err)
	}
	portaltest.Says(t, v.Get("/samtycken/lista", 200), "Visa äldre")
}

// Those who look do not write, and see no buttons that lead into a wall.
func TestTheCaseOfficerLooks(t *testing.T) {
	w := open(t, t.TempDir())
	word := w.say(w.Visitor(portaltest.Technician), nil)
	v := w.Visitor(portaltest.Officer)
	for _, path := range []string{"/samtycken", "/samtycken/fastigheter/" + w.property, "/samtycken/agare/" + w.owner, word, word + "/klart", "/samtycken/brev", "/samtycken/lista"} {
		portaltest.Hides(t, v.Get(path, 200), "/aterkalla", "/angra", "Spara diarienumret", `action="/samtycken/brev"`, `/svar"`, "/arbete")
	}
	w.Visitor(portaltest.Manager).Get("/samtycken", 403)
}
