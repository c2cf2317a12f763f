package casework_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// folk is a municipality with a clock, for what accounts and emergencies have to do with clients and providers.
type folk struct {
	*testing.T
	db *storage.DB
	at struct{ now time.Time }
}

func eachFolk(t *testing.T, test func(w *folk)) {
	var w *folk
	storagetest.EachWith(t, storage.Options{Clock: func() time.Time {
		if w == nil {
			return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
		}
		return w.at.now
	}}, func(t *testing.T, db *storage.DB) {
		w = &folk{T: t, db: db}
		w.at.now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
		test(w)
	})
}

func (w *folk) pass(d time.Duration) { w.at.now = w.at.now.Add(d) }

func (w *folk) is(got, want error, what string) {
	w.Helper()
	if !errors.Is(got, want) {
		w.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func acting(role routine.Role, org string, lead bool) identity.Acting {
	return identity.Acting{Who: routine.Who{Actor: "account:boss", Role: role, Organisation: org}, Lead: lead}
}

// proves S-l
func TestAPrivateProviderOrdersAccountsInstead(t *testing.T) {
	eachFolk(t, func(w *folk) {
		profile := routine.DefaultProfile()
		profile.Staff.PrivateBySystemOwner = true
		orders := casework.NewService(txn.Narrow(w.db, func(tx *storage.Tx) casework.Tx { return tx }), profile)
		err := w.db.Update(w.Context(), func(tx *storage.Tx) error {
			_, err := orders.ApplyRegisters(w.Context(), tx, casework.Import{ID: "run"}, casework.RegisterBatch{Providers: []care.Provider{{OrgNumber: firm, Name: "Firman", Private: true}}})
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
		accounts := identity.NewAccounts(txn.Narrow(w.db, func(tx *storage.Tx) identity.AccountTx { return tx }), profile)
		_, _, err = accounts.Create(w.Context(), acting(routine.Provider, firm, true), identity.NewAccount{Name: "Bo Alm"}, &identity.Give{Role: routine.Provider, Organisation: firm})
		w.is(err, identity.ErrOrderInstead, "a private provider adds its own")
	})
}

func TestEmergencies(t *testing.T) {
	eachFolk(t, func(w *folk) {
		orders := casework.NewService(txn.Narrow(w.db, func(tx *storage.Tx) casework.Tx { return tx }), routine.DefaultProfile())
		client := ""
		err := w.db.Update(w.Context(), func(tx *storage.Tx) error {
			_, err := orders.ApplyRegisters(w.Context(), tx, casework.Import{ID: "run"}, casework.RegisterBatch{Clients: []casework.RegisterClient{
				{Client: care.Client{PersonalNumber: "189001019802", GivenName: "Alma", FamilyName: "Ek", Ended: routine.Forever}, Dwelling: care.Dwelling{Street: "Gatan 1", PostalCode: "43245", Town: "Byn"}}}})
			if err != nil {
				return err
			}
			found, err := tx.ClientsByNumber(w.Context(), []string{"189001019802"})
			client = found["189001019802"].ID
			return err
		})
		if err != nil || client == "" {
			w.Fatal(err)
		}
		s := identity.NewEmergencies(txn.Narrow(w.db, func(tx *storage.Tx) identity.EmergencyTx { return tx }))
		nurse := identity.Acting{Who: routine.Who{Actor: "account:nurse", Role: routine.HealthUnit, Organisation: firm}}
		const why = "hon svarar inte och larmet går"
		for _, c := range []struct {
			who    identity.Acting
			client string
			reason string
			want   error
		}{
			{acting(routine.CaseOfficer, city, true), client, why, identity.ErrEmergencyMayNot},
			{acting(routine.Auditor, city, true), client, why, identity.ErrEmergencyMayNot},
			{identity.Acting{}, client, why, identity.ErrEmergencyMayNot},
			{nurse, client, "kort", identity.ErrEmergencyReason},
			{nurse, "nobody", why, identity.ErrEmergencyUnknown},
		} {
			_, err := s.Take(w.Context(), c.who, c.client, c.reason)
			w.is(err, c.want, string(c.who.Role)+c.reason)
		}
		taken, err := s.Take(w.Context(), nurse, client, why)
		if err != nil || !taken.Until.Equal(w.at.now.Add(2*time.Hour)) {
			w.Fatal(taken, err)
		}
		if again, err := s.Take(w.Context(), nurse, client, why); err != nil || again.ID != "" || !again.Until.Equal(taken.Until) {
			w.Errorf("again: got %+v, %v; want what there is", again, err)
		}
		if again, err := s.TakeNumbered(w.Context(), nurse, "189001019802", why); err != nil || again.ClientID != client {
			w.Errorf("by identity number: got %+v, %v", again, err)
		}
		_, err = s.TakeNumbered(w.Context(), nurse, "189001019803", why)
		w.is(err, identity.ErrEmergencyUnknown, "a number that is nobody's")
		lead := acting(routine.HealthUnit, firm, true)
		for _, c := range []struct {
			who  identity.Acting
			v    identity.Verdict
			note string
			want error
		}{
			{acting(routine.HealthUnit, city, true), identity.Justified, "", identity.ErrEmergencyUnknown},
			{acting(routine.HealthUnit, firm, false), identity.Justified, "", identity.ErrEmergencyUnknown},
			{identity.Acting{Who: nurse.Who, Lead: true}, identity.Justified, "", identity.ErrEmergencyOwn},
			{lead, "maybe", "", identity.ErrVerdict},
			{lead, identity.Unjustified, "", identity.ErrVerdict},
		} {
			_, err := s.Review(w.Context(), c.who, taken.ID, c.v, c.note)
			w.is(err, c.want, string(c.v))
		}
		if n, err := s.Escalate(w.Context()); n != 0 || err != nil {
			w.Errorf("in time: got %d, %v", n, err)
		}
		w.pass(identity.EmergencyReview)
		for _, want := range []int{1, 0} {
			if n, err := s.Escalate(w.Context()); n != want || err != nil {
				w.Errorf("escalated: got %d, %v; want %d", n, err, want)
			}
		}
		if all, err := s.List(w.Context(), lead, identity.EmergencyFilter{}, 0); err != nil || len(all) != 1 || all[0].Escalated.IsZero() {
			w.Errorf("waiting: got %+v, %v", all, err)
		}
		if _, err := s.Review(w.Context(), lead, taken.ID, identity.Unjustified, "ringde fel dörr"); err != nil {
			w.Fatal(err)
		}
		_, err = s.Review(w.Context(), identity.Operator(), taken.ID, identity.Justified, "")
		w.is(err, identity.ErrEmergencyReviewed, "a second review")
		if all, err := s.List(w.Context(), identity.Operator(), identity.EmergencyFilter{Reviewed: true}, 0); err != nil || len(all) != 1 || all[0].Verdict != identity.Unjustified {
			w.Errorf("reviewed: got %+v, %v", all, err)
		}
		_, err = s.List(w.Context(), nurse, identity.EmergencyFilter{}, 0)
		w.is(err, identity.ErrEmergencyMayNot, "listing without answering for anybody")
	})
}
