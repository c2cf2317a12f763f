package casework_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// selling is a house with a lock at one door and one that waits at another, about to be sold to somebody new.
type selling struct {
	consenting
	clock    *time.Time
	newOwner string
}

func newSelling(t *testing.T, target string) selling {
	t.Helper()
	clock := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	db := storagetest.Open(t, target, storage.Options{Clock: func() time.Time { return clock }})
	s := selling{consenting: newConsenting(t, db), clock: &clock}
	p := routine.DefaultProfile()
	p.Consent = routine.ConsentRules{Owner: true, HomeCareAgrees: true}
	p.Letters = []routine.LetterTexts{{Kind: routine.ConsentRequest, Language: "sv", Title: "Lås", Text: []string{"Får vi?"}, Reply: []string{"Ja", "Delvis", "Nej"}}}
	s.Service = casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), p)
	s.Consents = casework.NewConsents(s.Service, time.UTC)
	s.register = consent.NewService(txn.Narrow(db, func(tx *storage.Tx) consent.Tx { return tx }), p, time.UTC)
	o, err := s.register.PutOwner(t.Context(), keeper, consent.Owner{Kind: consent.Company, Name: "Nya Bostäder AB"})
	if err != nil {
		t.Fatal(err)
	}
	s.newOwner = o.ID
	s.alarm(t, alma)
	s.say(t, consent.Given)
	return s
}

func (s selling) sale() casework.NewMass {
	day := s.clock.AddDate(0, 0, 10).Truncate(24 * time.Hour)
	return casework.NewMass{Kind: casework.HouseSold, Effective: day, Reason: "såld", Spec: casework.MassSpec{Properties: []string{s.property}, Owners: []string{s.newOwner}}}
}

func (s selling) owner(t *testing.T) string {
	t.Helper()
	p, err := s.register.Property(t.Context(), keeper, s.property)
	if err != nil || len(p.Owners) != 1 {
		t.Fatalf("owners %v, %v", p.Owners, err)
	}
	return p.Owners[0]
}

// The house is sold: until that midnight everything is as it was, and can be undone; from then on the old owner's word does not
// count, mountings wait, and the new owner is asked by letter.
//
// proves V5.3-a, V5.3-b, V5.3-c
func TestAHouseIsSold(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		s := newSelling(t, target)
		ctx := t.Context()
		s.wantMount(t, "before the sale", casework.TaskOpen)
		apply := func() casework.MassChange {
			t.Helper()
			m, err := s.DraftMass(ctx, keeper, s.sale())
			if err != nil || m.Total != 1 || !m.Planned() {
				t.Fatalf("draft: %+v, %v", m, err)
			}
			rows, _, err := s.MassRows(ctx, keeper, m.ID, "", 0, 10)
			if err != nil || rows[0].PropertyID != s.property || rows[0].Mountings != 1 || rows[0].Note != "" {
				t.Fatalf("preview: %+v, %v; want one mounting that will wait", rows, err)
			}
			if _, err := s.ReviewMass(ctx, keeper, m.ID); !errors.Is(err, casework.ErrMassReviewer) {
				t.Errorf("reviewed by its maker: %v", err)
			}
			if _, err := s.ReviewMass(ctx, reviewer, m.ID); err != nil {
				t.Fatal(err)
			}
			if m, err = s.ApplyMass(ctx, keeper, m.ID); err != nil || m.State != casework.MassApplied {
				t.Fatalf("applied: %+v, %v", m, err)
			}
			return m
		}
		m := apply()
		again, err := s.DraftMass(ctx, keeper, s.sale())
		if err != nil {
			t.Fatal(err)
		}
		if rows, _, _ := s.MassRows(ctx, keeper, again.ID, "", 0, 10); rows[0].Note != "sale-already" {
			t.Errorf("sold twice: %+v", rows)
		}
		if err := s.SettleSales(ctx); err != nil {
			t.Fatal(err)
		}
		if got := s.owner(t); got != s.consenting.owner {
			t.Errorf("before its day the house belongs to %s", got)
		}
		s.wantMount(t, "before its day", casework.TaskOpen)
		if m, err = s.UndoMass(ctx, keeper, m.ID); err != nil || m.State != casework.MassUndone {
			t.Fatalf("undone: %+v, %v", m, err)
		}
		m = apply()

		*s.clock = m.Effective.Add(-time.Microsecond)
		if got := s.owner(t); got != s.consenting.owner {
			t.Errorf("the moment before: %s", got)
		}
		*s.clock = m.Effective
		if got := s.owner(t); got != s.newOwner {
			t.Errorf("at midnight: %s, want the new owner before anything is run", got)
		}
		if st, err := s.register.Standing(ctx, keeper, consent.DoorLock, consent.Place{Street: "Provgatan 1", Town: "Provköping"}); err != nil || st.Given() {
			t.Errorf("the old owner's word counts: %+v, %v", st, err)
		}
		if _, err := s.UndoMass(ctx, keeper, m.ID); !errors.Is(err, casework.ErrInForce) {
			t.Errorf("undone after its day: %v", err)
		}
		for range 2 { // settling twice is settling once
			if err := s.SettleSales(ctx); err != nil {
				t.Fatal(err)
			}
		}
		s.wantMount(t, "after its day", casework.TaskWaiting)
		if m, err = s.Mass(ctx, keeper, m.ID); err != nil || m.State != casework.MassSettled || m.Count != 1 {
			t.Errorf("settled: %+v, %v", m, err)
		}
		for more := true; more; {
			if more, err = s.register.MakeLetters(ctx); err != nil {
				t.Fatal(err)
			}
		}
		asked, err := s.register.Consents(ctx, keeper, consent.Filter{Owner: s.newOwner}, "", 10)
		if err != nil || len(asked) != 1 || asked[0].Answer != consent.Requested {
			t.Errorf("letters to the new owner: %+v, %v; want one", asked, err)
		}
	})
}

// A lock that sits there stays when the house is sold: nobody has said no.
func TestASoldHouseKeepsItsLocks(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		s := newSelling(t, target)
		if _, err := s.Asked(t.Context(), keeper, casework.ClientAnswer{PersonalNumber: alma, Agrees: true, AskedBy: "Eva"}); err != nil {
			t.Fatal(err)
		}
		s.mount(t, "DC2", alma)
		in := s.sale()
		in.Spec.Properties, in.Spec.OldOwner = nil, s.consenting.owner // everything that is theirs
		m := s.mass(t, in)
		*s.clock = m.Effective
		if err := s.SettleSales(t.Context()); err != nil {
			t.Fatal(err)
		}
		if lock, err := s.LockAt(t.Context(), "DC2", alma); err != nil || lock.DwellingID == "" {
			t.Errorf("got %+v, %v; want the lock where it was", lock, err)
		}
		if q := append(s.tasks(t, alma, routine.Judge), s.tasks(t, bo, routine.Judge)...); len(q) != 0 {
			t.Errorf("got %+v, want no question while nobody has said no", q)
		}
		for more := true; more; {
			var err error
			if more, err = s.register.MakeLetters(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		asked, err := s.register.Consents(t.Context(), keeper, consent.Filter{Owner: s.newOwner}, "", 10)
		if err != nil || len(asked) != 1 {
			t.Errorf("letters to the new owner: %+v, %v; want one about the lock", asked, err)
		}
	})
}

func TestSalesThatCannotBe(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		s := newSelling(t, target)
		for name, c := range map[string]struct {
			who    routine.Who
			change func(*casework.NewMass)
			want   error
		}{
			"a case officer": {reviewer, func(*casework.NewMass) {}, consent.ErrMayNot},
			"no owner":       {keeper, func(m *casework.NewMass) { m.Spec.Owners = nil }, casework.ErrSaleInvalid},
			"nothing":        {keeper, func(m *casework.NewMass) { m.Spec.Properties = nil }, casework.ErrSaleInvalid},
			"both ways":      {keeper, func(m *casework.NewMass) { m.Spec.OldOwner = s.consenting.owner }, casework.ErrSaleInvalid},
			"groups too":     {keeper, func(m *casework.NewMass) { m.Spec.To = "H2" }, casework.ErrSaleInvalid},
			"unknown owner":  {keeper, func(m *casework.NewMass) { m.Spec.Owners = []string{"x"} }, consent.ErrOwnerUnknown},
			"unknown house":  {keeper, func(m *casework.NewMass) { m.Spec.Properties = []string{"x"} }, consent.ErrPropertyUnknown},
			"today":          {keeper, func(m *casework.NewMass) { m.Effective = *s.clock }, casework.ErrMassLate},
		} {
			in := s.sale()
			c.change(&in)
			if _, err := s.DraftMass(t.Context(), c.who, in); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
	})
}
