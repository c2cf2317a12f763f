package consent_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

var (
	keeper    = routine.Who{Actor: "account:keeper", Role: routine.LockManager}
	registrar = routine.Who{Actor: "account:registrar", Role: routine.Registrar}
	provider  = routine.Who{Actor: "token:provider", Role: routine.Provider}
)

// desk is a register on a real database, with a clock that the test moves.
type desk struct {
	*consent.Service
	t   *testing.T
	db  *storage.DB
	now *time.Time
}

func profile() routine.Profile {
	p := routine.DefaultProfile()
	p.Name = "Nyckelhamns kommun"
	p.Consent = routine.ConsentRules{Owner: true, RemindDays: 21, Registrar: true}
	p.Units = []routine.Unit{{Name: "Hjälpmedelsservice", Kinds: []routine.UnitKind{routine.UnitLockManager}, Phone: "0123-456 78"}}
	p.Letters = []routine.LetterTexts{
		{Kind: routine.ConsentRequest, Language: "sv", Title: "Samtycke till digitalt lås", Text: []string{"Till {owner} om {property}. Ärende {case}."}, Reply: []string{"Ja", "Delvis", "Nej"}},
		{Kind: routine.ConsentRequest, Language: "en", Title: "Consent to a digital lock", Text: []string{"To {owner}."}, Reply: []string{"Yes", "Partly", "No"}},
		{Kind: routine.ConsentReminder, Language: "sv", Title: "Påminnelse", Text: []string{"Vi skrev {sent}."}, Reply: []string{"Ja", "Delvis", "Nej"}},
	}
	return p
}

// each runs a test with an empty register on both engines.
func each(t *testing.T, test func(d desk)) {
	t.Helper()
	now := day.Add(10 * time.Hour)
	storagetest.EachWith(t, storage.Options{Clock: func() time.Time { return now }}, func(t *testing.T, db *storage.DB) {
		now = day.Add(10 * time.Hour)
		s := consent.NewService(txn.Narrow(db, func(tx *storage.Tx) consent.Tx { return tx }), profile(), time.UTC)
		test(desk{s, t, db, &now})
	})
}

func (d desk) update(f func(tx *storage.Tx) error) error {
	*d.now = d.now.Add(time.Second)
	return d.db.Update(d.t.Context(), f)
}

func (d desk) owner(name string) string {
	d.t.Helper()
	o, err := d.PutOwner(d.t.Context(), keeper, consent.Owner{Kind: consent.Company, Name: name, Street: "Kontorsgatan 1", PostalCode: "12345", Town: "Låsby"})
	if err != nil {
		d.t.Fatal(err)
	}
	return o.ID
}

func (d desk) property(owners []string, streets ...string) string {
	d.t.Helper()
	p := consent.Property{Owners: owners}
	for _, s := range streets {
		p.Addresses = append(p.Addresses, consent.Address{Street: s, Town: "Låsby"})
	}
	err := d.update(func(tx *storage.Tx) (err error) {
		p, err = consent.PutProperty(d.t.Context(), tx, "test", p)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return p.ID
}

func (d desk) record(n consent.NewConsent) (c consent.Consent, err error) {
	err = d.update(func(tx *storage.Tx) error {
		c, err = consent.Record(d.t.Context(), tx, time.UTC, "test", n)
		return err
	})
	return c, err
}

func (d desk) yes(owner string, properties ...string) consent.Consent {
	d.t.Helper()
	c, err := d.record(consent.NewConsent{OwnerID: owner, Blanket: len(properties) == 0, Properties: properties,
		Answered: consent.Answered{Answer: consent.Given, How: consent.Written, Date: day}})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d desk) at(street string) consent.Standing {
	d.t.Helper()
	s, err := d.Standing(d.t.Context(), keeper, consent.DoorLock, consent.Place{ID: "x", Street: street, Town: "låsby", Apartment: "1"})
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d desk) want(street string, want consent.Answer) {
	d.t.Helper()
	if got := d.at(street).Answer; got != want {
		d.t.Errorf("%s: got %s, want %s", street, got, want)
	}
}

// proves V5.3-a, V5.3-c, V5.3-d
func TestConsentsReachTheHousesThatTheySpeakOf(t *testing.T) {
	each(t, func(d desk) {
		a, b := d.owner("Brf Bommen"), d.owner("Bostäder AB")
		one := d.property([]string{a, b}, "Lotsgränd 1", "Lotsgränd 3")
		d.property([]string{b}, "Hamngatan 2")
		d.want("Lotsgränd 1", consent.Unknown)
		d.want("Okänd gata 1", consent.Unknown)

		c := d.yes(a, one)
		d.want("lotsgränd  1", consent.Given)
		d.want("Lotsgränd 3", consent.Given)
		d.want("Hamngatan 2", consent.Unknown)

		d.yes(b) // everything that is theirs, later on too
		d.want("Hamngatan 2", consent.Given)
		d.property([]string{b}, "Hamngatan 4")
		d.want("Hamngatan 4", consent.Given)

		// One owner takes it back; the other's yes still stands, and the no is shown.
		err := d.update(func(tx *storage.Tx) error {
			_, err := consent.Withdraw(t.Context(), tx, time.UTC, "test", c.ID, consent.Answered{How: consent.Oral, HeardBy: "Eva", Date: day.Add(time.Hour)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.at("Lotsgränd 1"); !got.Given() || len(got.Against) != 1 || got.Against[0].OwnerID != a {
			t.Errorf("got %+v, want a yes with one against", got)
		}
	})
}

// A house that is sold loses what its old owner has said.
//
// proves V5.3-a
func TestASoldHouseHasItsNewOwnersConsent(t *testing.T) {
	each(t, func(d desk) {
		a, b := d.owner("Brf Bommen"), d.owner("Bostäder AB")
		id := d.property([]string{a}, "Lotsgränd 1")
		d.yes(a)
		d.yes(a, id)
		d.want("Lotsgränd 1", consent.Given)
		sold := consent.Property{ID: id, Addresses: []consent.Address{{Street: "Lotsgränd 1", Town: "Låsby"}}, Owners: []string{b}}
		if err := d.update(func(tx *storage.Tx) error { _, err := consent.PutProperty(t.Context(), tx, "test", sold); return err }); err != nil {
			t.Fatal(err)
		}
		d.want("Lotsgränd 1", consent.Unknown)
	})
}

func TestWhatCannotBeRecordedIsRefused(t *testing.T) {
	each(t, func(d desk) {
		a, b := d.owner("Brf Bommen"), d.owner("Bostäder AB")
		id := d.property([]string{a}, "Lotsgränd 1")
		good := consent.Answered{Answer: consent.Given, How: consent.Written, Date: day}
		for name, change := range map[string]func(n *consent.NewConsent){
			"neither all nor some": func(n *consent.NewConsent) { n.Properties = nil },
			"both all and some":    func(n *consent.NewConsent) { n.Blanket = true },
			"not the owner's":      func(n *consent.NewConsent) { n.OwnerID = b },
			"no such owner":        func(n *consent.NewConsent) { n.OwnerID = "nobody" },
			"no such property":     func(n *consent.NewConsent) { n.Properties = []string{"nothing"} },
			"tomorrow":             func(n *consent.NewConsent) { n.Date = day.AddDate(0, 0, 1) },
			"long ago":             func(n *consent.NewConsent) { n.Date = day.AddDate(-100, 0, 0) },
			"oral, heard by none":  func(n *consent.NewConsent) { n.How = consent.Oral },
			"no answer":            func(n *consent.NewConsent) { n.Answer = consent.Requested },
			"ends before it is":    func(n *consent.NewConsent) { n.Until = day },
			"unknown thing":        func(n *consent.NewConsent) { n.Things = []consent.Thing{"window"} },
			"a no to some things":  func(n *consent.NewConsent) { n.Answer, n.Things = consent.Refused, consent.Things() },
			"note too long":        func(n *consent.NewConsent) { n.Note = strings.Repeat("x", 1001) },
			"a door nowhere":       func(n *consent.NewConsent) { n.Places = []consent.Place{{Apartment: "1"}} },
		} {
			n := consent.NewConsent{OwnerID: a, Properties: []string{id}, Answered: good}
			change(&n)
			if _, err := d.record(n); problem.KindOf(err) == problem.Internal {
				t.Errorf("%s: got %v, want a refusal in words", name, err)
			}
		}
		d.want("Lotsgränd 1", consent.Unknown)
		if _, err := d.PutOwner(t.Context(), provider, consent.Owner{Kind: consent.Person, Name: "X"}); !errors.Is(err, consent.ErrMayNot) {
			t.Errorf("a provider: got %v, want %v", err, consent.ErrMayNot)
		}
		taken := consent.Property{Owners: []string{b}, Addresses: []consent.Address{{Street: "LOTSGRÄND 1", Town: "Låsby"}}}
		if err := d.update(func(tx *storage.Tx) error { _, err := consent.PutProperty(t.Context(), tx, "test", taken); return err }); !errors.Is(err, consent.ErrAddressTaken) {
			t.Errorf("an address twice: got %v, want %v", err, consent.ErrAddressTaken)
		}
	})
}

func TestOnlyScannedPapersAreFiles(t *testing.T) {
	for _, bad := range [][]byte{nil, []byte("<html>"), []byte("MZ\x90"), append([]byte("%PDF-"), make([]byte, consent.MaxFile)...)} {
		if _, err := consent.NewFile(bad); !errors.Is(err, consent.ErrFile) {
			t.Errorf("%d bytes: got %v, want %v", len(bad), err, consent.ErrFile)
		}
	}
	if f, err := consent.NewFile([]byte{0xff, 0xd8, 0xff, 0xe0}); err != nil || f.Media != "image/jpeg" || len(f.Hash) != 64 {
		t.Errorf("got %+v, %v", f, err)
	}
}

// Of the registers: two people of one name are two owners; a company is one; what the system has learnt later stays.
//
// proves V5.3-a, V5.3-c
func TestTheRegistersAreTakenOver(t *testing.T) {
	each(t, func(d desk) {
		rows := []consent.Imported{
			{Property: "Lotsgränd 1", Town: "Låsby", Owner: "Bostäder AB", Answer: consent.Given, Date: day, Diary: "SN 2026/1"},
			{Property: "Lotsgränd 2", Town: "Låsby", Owner: "bostäder  AB", Answer: consent.Unknown},
			{Property: "Lotsgränd 3", Town: "Låsby", Owner: "Anna Ek", Answer: consent.Given, Oral: true, Date: day},
			{Property: "Lotsgränd 4", Town: "Låsby", Owner: "Anna Ek", Answer: consent.Requested, Date: day},
			{Property: "Lotsgränd 4", Town: "Låsby", Owner: "Per Ek", Answer: consent.Refused, Date: day},
		}
		load := func() {
			t.Helper()
			if err := d.update(func(tx *storage.Tx) error { _, err := consent.Import(t.Context(), tx, rows); return err }); err != nil {
				t.Fatal(err)
			}
		}
		load()
		load()
		d.want("Lotsgränd 1", consent.Given)
		d.want("Lotsgränd 2", consent.Unknown)
		d.want("Lotsgränd 3", consent.Given)
		d.want("Lotsgränd 4", consent.Requested)
		owners, err := d.Owners(t.Context(), keeper, consent.OwnerFilter{}, "", 100)
		if err != nil || len(owners) != 4 {
			t.Fatalf("got %d owners (%v), want 4: one company, two of one name, one more", len(owners), err)
		}
		given := d.at("Lotsgränd 1").Rests
		err = d.update(func(tx *storage.Tx) error {
			_, err := consent.Withdraw(t.Context(), tx, time.UTC, "test", given, consent.Answered{How: consent.Written, Date: day.Add(time.Hour)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		rows[0].Diary = "SN 2026/2"
		load()
		d.want("Lotsgränd 1", consent.Withdrawn)
	})
}

func TestPagesGoThroughEverythingOnce(t *testing.T) {
	each(t, func(d desk) {
		a := d.owner("Brf Bommen")
		for i := range 7 {
			d.owner(fmt.Sprintf("Ägare %d", i%3))
			d.yes(a, d.property([]string{a}, fmt.Sprintf("Lotsgränd %d", i)))
		}
		if _, err := d.PutOwner(t.Context(), keeper, consent.Owner{Kind: consent.Person, Name: "Ägare X", Protected: true}); err != nil {
			t.Fatal(err)
		}
		seen, after := map[string]bool{}, ""
		for range 10 {
			page, err := d.Owners(t.Context(), keeper, consent.OwnerFilter{Name: "ägare"}, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range page {
				if seen[o.ID] || o.Protected {
					t.Errorf("got %+v, twice or protected", o)
				}
				seen[o.ID], after = true, o.ID
			}
		}
		if len(seen) != 7 {
			t.Errorf("got %d owners, want 7", len(seen))
		}
		houses, after := 0, ""
		for range 10 {
			page, err := d.Houses(t.Context(), keeper, consent.HouseFilter{Street: "Lots", Town: "Låsby", Owner: a}, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range page {
				houses, after = houses+1, h.Key()
			}
		}
		if houses != 7 {
			t.Errorf("got %d houses, want 7", houses)
		}
		consents, after := 0, ""
		for range 10 {
			page, err := d.Consents(t.Context(), keeper, consent.Filter{Owner: a, Answer: consent.Given}, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page {
				consents, after = consents+1, c.ID
			}
		}
		if consents != 7 {
			t.Errorf("got %d consents, want 7", consents)
		}
	})
}

// Who has protected identity is not named on an envelope or in a letter.
func TestAProtectedOwnersLetterSaysNoName(t *testing.T) {
	each(t, func(d desk) {
		o, err := d.PutOwner(t.Context(), keeper, consent.Owner{Kind: consent.Person, Name: "Hemlig Person", Street: "Dolda vägen 1", Protected: true})
		if err != nil {
			t.Fatal(err)
		}
		d.property([]string{o.ID}, "Lotsgränd 1")
		job, err := d.AskOwners(t.Context(), keeper, consent.Ask{Owner: o.ID})
		if err != nil {
			t.Fatal(err)
		}
		d.finish()
		body := fmt.Sprintf("%+v", d.letters(job.ID)[0].Body)
		if strings.Contains(body, "Hemlig") || strings.Contains(body, "Dolda") {
			t.Errorf("got %s", body)
		}
	})
}

// proves V5.3-b, V5.3-c
func TestEveryChangeIsInTheJournal(t *testing.T) {
	each(t, func(d desk) {
		a := d.owner("Brf Bommen")
		d.yes(a, d.property([]string{a}, "Lotsgränd 1"))
		d.property([]string{a}, "Lotsgränd 2")
		if _, err := d.AskOwners(t.Context(), keeper, consent.Ask{Owner: a}); err != nil {
			t.Fatal(err)
		}
		d.finish()
		if _, err := d.HandOver(t.Context(), keeper); err != nil {
			t.Fatal(err)
		}
		var rows []journal.Row
		if err := d.db.View(t.Context(), func(tx *storage.Tx) (err error) { rows, err = tx.PendingJournal(t.Context(), 100); return err }); err != nil {
			t.Fatal(err)
		}
		for _, want := range []journal.Kind{journal.OwnerChanged, journal.PropertyChanged, journal.ConsentChanged, journal.LetterMade, journal.ConsentsFiled} {
			if !slices.ContainsFunc(rows, func(r journal.Row) bool { return r.Kind == want }) {
				t.Errorf("no entry of kind %s", want)
			}
		}
	})
}
