package consents_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage/storagetest"
)

// proves V5.3-e: answers go to the registrar on a list, once, and the references that come back are kept by each answer.
func TestAnswersGoToTheDiary(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := open(t, target)
		v := w.Visitor(portaltest.Technician)
		portaltest.Says(t, v.Get("/samtycken/diarium", 200), "Alla svar är lämnade", "Ingen lista är lämnad än")
		portaltest.Says(t, v.Post("/samtycken/diarium", nil, 409), "Något behöver rättas", "inga nya svar att lämna")
		word := w.say(v, nil)
		page := v.Get("/samtycken/diarium", 200)
		portaltest.Says(t, page, "Svar att lämna", "Brf Provet", "Gör en lista till registratorn")
		form := hidden(page)
		list := v.Post("/samtycken/diarium", form, 200)
		portaltest.Says(t, list, "är gjord. Skriv ut den", "Samtycken till diariet, lista", "I diariet: 0 av 1", "Brf Provet", "Provet 3")
		portaltest.Says(t, v.Post("/samtycken/diarium", form, 200), "Lämnade listor") // a double click makes no second list
		at := find(t, `/samtycken/diarium/[0-9a-f-]{36}`, list)
		if pdf := v.Get(at+"/lista.pdf", 200); !strings.HasPrefix(pdf, "%PDF-") {
			t.Errorf("no paper: %.20q", pdf)
		}
		field := consent.DiaryField(strings.TrimPrefix(word, "/samtycken/besked/"))
		sent := hidden(list)
		sent.Set(field, "SN 2026/\x0717")
		bad := v.Post(at, sent, 422)
		portaltest.Says(t, bad, "Fel:", "ange diarienumret")
		sent.Set(field, "SN 2026/17")
		portaltest.Says(t, v.Post(at, sent, 200), "Sparade diarienummer: 1.", "I diariet: 1 av 1")
		v.Post(at, sent, 200) // a double click
		sent.Del("_once")
		sent.Set(field, "SN 2026/99")
		portaltest.Says(t, v.Post(at, sent, 409), "Någon annan har ändrat samtidigt", "SN 2026/17", "SN 2026/99")
		portaltest.Says(t, v.Get(word, 200), "SN 2026/17")
		if csv := v.Get(at+"?format=csv", 200); !strings.Contains(csv, "SN 2026/17") || !strings.Contains(csv, "Brf Provet") {
			t.Errorf("got the file %q", csv)
		}
		v.Get("/samtycken/diarium/nobody", 404)
		v.Post("/samtycken/diarium/nobody", url.Values{}, 404)
		// The case officer looks.
		officer := w.Visitor(portaltest.Officer)
		portaltest.Hides(t, officer.Get(at, 200), "Spara diarienumren")
		officer.Post("/samtycken/diarium", nil, 403)
		officer.Post(at, sent, 403)
	})
}

// A municipality that does not file consents is not asked to.
func TestNoDiary(t *testing.T) {
	w := open(t, t.TempDir())
	w.Server = w.Serve(nil)
	v := w.Visitor(portaltest.Technician)
	portaltest.Says(t, v.Get("/samtycken/diarium", 200), "Kommunen diarieför inte samtycken")
	portaltest.Says(t, v.Post("/samtycken/diarium", nil, 409), "diarieför inte samtycken")
}

// sell takes the property through the pages of a change of owner, up to where it is checked.
func (w *town) sell(v *portaltest.Visitor, owner, from string) (at, check string) {
	w.T.Helper()
	at = "/samtycken/fastigheter/" + w.property + "/agare"
	found := v.Post(at, url.Values{"gor": {"sok"}, "q": {"nya"}}, 200)
	sent := url.Values{"gor": {"visa"}, "owner": {owner}, "from": {from}, "reason": {"såld"}, "_version": {version(found)}}
	return at, v.Post(at, sent, 200)
}

// sellAgain tries to sell what is sold already.
func (w *town) sellAgain(v *portaltest.Visitor, owner string) (at, page string) {
	w.T.Helper()
	at = "/samtycken/fastigheter/" + w.property + "/agare"
	return at, v.Post(at, url.Values{"gor": {"visa"}, "owner": {owner}, "from": {"2026-08-01"}, "reason": {"såld"}}, 422)
}

func (w *town) newOwner() string {
	w.T.Helper()
	o, err := w.register.PutOwner(w.T.Context(), keeper, consent.Owner{Kind: consent.Company, Name: "Nya Hus AB", Town: "Söderköpinge"})
	w.Must(err)
	return o.ID
}

// proves V5.3-a: a house changes owner: what that does is said first, what the old owner said does not count any longer, work waits, and the
// new owner is written to, not the old.
func TestAHouseChangesOwner(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := open(t, target)
		v := w.Visitor(portaltest.Technician)
		w.say(v, nil)
		w.order(third)
		owner := w.newOwner()
		property := "/samtycken/fastigheter/" + w.property
		portaltest.Says(t, v.Get(property, 200), "Byt ägare", "Kan bokas")
		portaltest.Says(t, v.Post(property+"/agare", url.Values{"gor": {"sok"}, "q": {"x"}}, 422), "Fel:", "Skriv minst två tecken")
		portaltest.Says(t, v.Post(property+"/agare", url.Values{"gor": {"sok"}, "q": {"ingen sådan"}}, 200), "Ingen i registret heter så")
		portaltest.Says(t, v.Post(property+"/agare", url.Values{"gor": {"visa"}, "from": {"i morgon"}, "owner": {"nobody"}}, 422), "Fel:", "Välj vem som är ny ägare", "Skriv dagen som", "Skriv vad som har hänt")
		portaltest.Says(t, v.Post(property+"/agare", url.Values{"gor": {"visa"}, "from": {"2026-06-03"}, "reason": {"såld"}, "owner": {w.owner}}, 422), "ägs redan av dem")
		at, check := w.sell(v, owner, "2026-06-03")
		portaltest.Says(t, check, "Ska ägaren bytas?", "Nya Hus AB", "inte räknas här längre: 1.", "Monteringar som stoppas och får vänta: 1.")
		portaltest.Says(t, v.Get(property, 200), "Brf Provet", "Kan bokas") // nothing has happened by looking
		sent := hidden(check)
		sent.Set("gor", "ja")
		done := v.Post(at, sent, 200)
		portaltest.Says(t, done, "Fastigheten har bytt ägare.", "Nya Hus AB", "Väntar på ägaren", "Ingen ägare har svarat")
		portaltest.Says(t, v.Post(at, sent, 200), "Fastigheten har bytt ägare.") // a double click
		jobs, err := w.register.Jobs(t.Context(), keeper, "", 10)
		if err != nil || len(jobs) != 1 {
			t.Errorf("got %d letter runs (%v), want one to the new owner", len(jobs), err)
		}
	})
}

// A house changes owner on a coming day: until then nothing is different, and it can be undone.
func TestAHouseChangesOwnerLater(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	w.say(v, nil)
	owner := w.newOwner()
	at, check := w.sell(v, owner, "2026-07-01")
	sent := hidden(check)
	sent.Set("gor", "ja")
	done := v.Post(at, sent, 200)
	portaltest.Says(t, done, "Fastigheten byter ägare 1 juli 2026", "till Nya Hus AB", "Samtycke finns")
	sent.Del("_once")
	portaltest.Says(t, v.Post(at, sent, 409), "Någon annan har ändrat samtidigt")
	_, again := w.sellAgain(v, owner)
	portaltest.Says(t, again, "byter redan ägare")
	keep := hidden(done)
	property := "/samtycken/fastigheter/" + w.property
	portaltest.Says(t, v.Post(property+"/behall", keep, 200), "Ägarbytet är ångrat.", "Brf Provet")
	v.Post(property+"/behall", keep, 200)
	portaltest.Hides(t, v.Get(property, 200), "Nya Hus AB")
	// Once more, and this time it comes to pass.
	at, check = w.sell(v, owner, "2026-07-01")
	sent = hidden(check)
	sent.Set("gor", "ja")
	v.Post(at, sent, 200)
	w.Clock.Time = w.At(7, 1, 8, 0)
	w.Must(w.work.SettleSales(t.Context()))
	v = w.Visitor(portaltest.Technician)
	portaltest.Says(t, v.Get(property, 200), "Nya Hus AB", "Inte tillfrågad")
	// Somebody else has changed it meanwhile.
	_, check = w.sell(v, w.owner, "2026-07-01")
	_, other := w.sell(v, w.owner, "2026-07-01")
	for i, page := range []string{other, check} {
		sent = hidden(page)
		sent.Set("gor", "ja")
		v.Post(at, sent, []int{200, 409}[i])
	}
}

// proves V5.3-b: the letter of an owner who has sold the house since is neither followed up nor reminded of, and its slip is known as such.
func TestNobodyIsRemindedOfAHouseThatIsSold(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	made := v.Post("/samtycken/brev/skicka", hidden(v.Post("/samtycken/brev", url.Values{"rad": {w.property}}, 200)), 200)
	code := find(t, `[0-9A-Z]{5}-[0-9A-Z]{5}`, made)
	err := casework.NewConsents(w.work, w.Zone).ChangeOwners(t.Context(), keeper, casework.OwnerChange{PropertyID: w.property, Owners: []string{w.newOwner()}, Reason: "såld"})
	w.Must(err)
	w.Clock.Time = w.Clock.Time.AddDate(0, 0, 22)
	v = w.Visitor(portaltest.Technician)
	portaltest.Hides(t, v.Get("/samtycken", 200), "Brev utan svar i tid")
	portaltest.Says(t, v.Post("/samtycken/brev/pamin", nil, 422), "Det finns ingen att skriva till")
	ask := v.Post("/samtycken", url.Values{"q": {code}}, 200)
	portaltest.Says(t, ask, "äger inte längre alla hus")
}

// An entrance's lock says whose house it is and what the owner says of it; when the owner has had second thoughts, that somebody is to decide.
func TestTheOwnerOfAnEntrancesLock(t *testing.T) {
	w := open(t, t.TempDir())
	answers := casework.NewConsents(w.work, w.Zone)
	w.Server = w.Serve(func(c *portal.Config) { c.Owners, c.Answers = w.register, answers })
	_, err := answers.PutProperty(t.Context(), keeper, consent.Property{Designation: "Sjön 1", Owners: []string{w.owner}, Addresses: []consent.Address{{Street: "Sjöstigen 82", Town: "Söderköpinge"}}})
	w.Must(err)
	word, err := answers.Record(t.Context(), keeper, consent.NewConsent{OwnerID: w.owner, Blanket: true,
		Answered: consent.Answered{Answer: consent.Given, How: consent.Written, Date: w.At(6, 2, 0, 0)}})
	w.Must(err)
	v := w.Visitor(portaltest.Technician)
	entrance, door, client := "/las/"+w.ID("locks", "PT30007"), "/las/"+w.ID("locks", "DC10002"), "/kunder/"+w.ID("clients", portaltest.MajBritt)
	portaltest.Says(t, v.Get(entrance, 200), "Fastighetsägaren om låset i porten", "Äger huset", "Brf Provet", "Se svaret")
	portaltest.Says(t, v.Get(door, 200), "Äger huset", "Brf Provet")
	portaltest.Says(t, v.Get(client, 200), "Fastighetsägaren om lås i porten", "Samtycke finns")
	w.Clock.Time = w.Clock.Time.Add(time.Minute)
	_, err = answers.Withdraw(t.Context(), keeper, word.ID, consent.Answered{How: consent.Written, Date: w.At(6, 3, 0, 0)})
	w.Must(err)
	portaltest.Says(t, v.Get(entrance, 200), "Får låset sitta kvar?", "Ska bestämmas", "17 juni 2026", "Bestäm")
	portaltest.Says(t, v.Get(door, 200), "Får låset sitta kvar?", "Bestäm")
	portaltest.Says(t, v.Get(client, 200), "Återkallat")
	// Whose house it is concerns neither those who serve there nor those who may not read about clients.
	for _, account := range []string{portaltest.Manager, portaltest.Owner} {
		portaltest.Hides(t, w.Visitor(account).Get(door, 200), "Brf Provet", "/samtycken/", "Bestäm")
	}
	portaltest.Hides(t, v.Get("/las/"+w.ID("locks", "NG10001"), 200), "Äger huset")
}
