package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

const idp = "https://id.example"

func vouched(at time.Time) identity.External {
	return identity.External{Issuer: idp, At: at, Names: []identity.Identifier{{Kind: identity.HSA, Value: "SE1-X"}}}
}

// A provider of identity lets somebody in again without asking. That is no proof that it is they who sit there now.
func TestALoginThatTheProviderRemembersIsNotFresh(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		a, _ := w.person(login, officer)
		w.is(w.accounts.Identify(w.Context(), identity.Operator(), a.ID, identity.Identifier{Issuer: idp, Kind: identity.HSA, Value: "SE1-X"}), nil, "identifying")
		for _, c := range []struct {
			what  string
			at    time.Time
			fresh bool
		}{
			{"asked now", w.at.now, true},
			{"asked by a clock that is ahead", w.at.now.Add(50 * time.Second), true},
			{"asked four minutes ago", w.at.now.Add(-4 * time.Minute), true},
			{"asked in the morning", w.at.now.Add(-3 * time.Hour), false},
			{"not told when", time.Time{}, false},
		} {
			token, _, err := w.sessions.ExternalLogin(w.Context(), w.from, vouched(c.at))
			w.is(err, nil, c.what)
			s, err := w.sessions.Find(w.Context(), token)
			if err != nil || w.sessions.Fresh(s, w.at.now) != c.fresh || s.Strong.After(w.at.now) {
				w.Errorf("%s: fresh is %v, %v; want %v", c.what, !c.fresh, err, c.fresh)
			}
			if c.fresh {
				continue
			}
			w.is(w.sessions.AddPasskey(w.Context(), token, identity.Passkey{ID: "x", Name: "x"}), identity.ErrStepUp, "a passkey")
			w.is(w.sessions.ConfirmExternal(w.Context(), token, vouched(w.at.now)), nil, "confirming")
			w.is(w.sessions.AddPasskey(w.Context(), token, identity.Passkey{ID: "k" + c.what, Name: "x"}), nil, "a passkey, confirmed")
		}
	})
}

func TestNamesThatAreNoneLetNobodyIn(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		for _, e := range []identity.External{
			{Issuer: idp, Names: []identity.Identifier{{Kind: identity.Affiliation, Value: "karin"}}},
			{Issuer: idp, Names: []identity.Identifier{{Kind: identity.Subject, Value: "a\x00b"}}},
			{Issuer: idp, Names: []identity.Identifier{{Kind: identity.Subject, Value: strings.Repeat("x", 301)}}},
			{Issuer: idp, Names: []identity.Identifier{{Kind: identity.Number, Value: "1"}}},
			{Issuer: idp, Names: []identity.Identifier{{Kind: identity.Subject, Value: "s"}}, FormerNumber: "x"},
		} {
			_, _, err := w.sessions.ExternalLogin(w.Context(), w.from, e)
			w.is(err, identity.ErrLogin, "logging in")
		}
	})
}

// An office is one address, and somebody there mistypes each few minutes, day and night.
func TestAnOfficeThatMistypesIsNotShutOut(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		wrong := func() error {
			_, _, err := w.sessions.CodeLogin(w.Context(), w.from, "x")
			return err
		}
		for range 70 {
			w.is(wrong(), identity.ErrLogin, "a mistake now and then")
			w.pass(5 * time.Minute)
		}
		for wrong() != nil && kindOf(wrong()) != kindOf(identity.ErrThrottled) {
		}
		w.pass(16 * time.Minute)
		for range 3 { // who gets in makes nobody wait
			w.in(login, secret)
			w.pass(31 * time.Second)
		}
	})
}

// Beginning thousands of logins does not keep others from finishing theirs, and takes no more room than it may.
func TestBegunLoginsAreBounded(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		const most = 2000
		err := w.db.Update(w.Context(), func(tx *storage.Tx) error {
			for i := range most + 50 {
				if err := tx.InsertState(w.Context(), fmt.Sprint("hash", i), "x", tx.Now().Add(identity.StateLife-time.Minute)); err != nil {
					return err
				}
			}
			return nil
		})
		w.is(err, nil, "beginning")
		secret, err := w.sessions.Keep(w.Context(), "mine")
		w.is(err, nil, "beginning one more")
		n := 0
		err = w.db.Update(w.Context(), func(tx *storage.Tx) error {
			for i := range most + 50 {
				if _, ok, err := tx.TakeState(w.Context(), fmt.Sprint("hash", i), tx.Now()); err != nil {
					return err
				} else if ok {
					n++
				}
			}
			return nil
		})
		if err != nil || n != most-1 {
			w.Errorf("%d of the others are kept, %v; want %d", n, err, most-1)
		}
		body, err := w.sessions.Take(w.Context(), secret)
		if err != nil || body != "mine" {
			w.Errorf("got %q, %v", body, err)
		}
		_, err = w.sessions.Take(w.Context(), secret)
		w.is(err, identity.ErrState, "a second time")
	})
}

// What was refused is in the journal, also when somebody who is logged in is asked again; and nobody fills it.
func TestRefusalsAreInTheJournal(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		token, _ := w.in(login, secret)
		w.is(w.sessions.ConfirmCode(w.Context(), w.from, token, "000000"), identity.ErrTOTP, "a wrong code")
		if n := w.entries(journal.LoginRefused, "reason", "confirmation"); n != 1 {
			w.Errorf("the journal tells of %d wrong confirmations, want 1", n)
		}
		for range 60 {
			w.is(w.sessions.Refused(w.Context(), w.from, "kommunen", "sso-untrusted: another\r\nnonce"), nil, "noting")
		}
		if n := w.entries(journal.LoginRefused, "reason", "sso-untrusted: anothernonce"); n != 50 {
			w.Errorf("the journal tells of %d answers that were refused, want 50", n)
		}
		w.pass(time.Minute)
		w.in(login, secret) // a provider that lies keeps nobody from the password
	})
}

// proves S-l
func TestWhoAnswersForPeopleMakesAccountsOfTheirOwn(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		err := w.db.Update(w.Context(), func(tx *storage.Tx) error {
			return tx.PutPerson(w.Context(), identity.Person{ID: "p1", EmployeeNumber: "E1", Pseudonym: 1, GivenName: "Bo", FamilyName: "Alm"})
		})
		w.is(err, nil, "a person")
		lead, give := acting(routine.Provider, firm, true), &identity.Give{Role: routine.Provider, Organisation: firm}
		for _, n := range []string{"E1", "E2"} { // who works for others is not to be found out
			_, _, err := w.accounts.Create(w.Context(), lead, identity.NewAccount{Name: "Bo Alm", Employee: n}, give)
			w.is(err, identity.ErrStaffUnknown, n)
		}
		_, _, err = w.accounts.Create(w.Context(), lead, identity.NewAccount{Name: "Bo Alm", Demo: true}, give)
		w.is(err, identity.ErrAccountMayNot, "a made-up person")
		all, err := w.accounts.List(w.Context(), identity.Operator(), identity.AccountFilter{}, "", 10)
		if err != nil || slices.ContainsFunc(all, func(a identity.Account) bool { return a.StaffID == "p1" }) {
			w.Errorf("got %v, %v", all, err)
		}
	})
}

// A bound that is told in characters counts characters: å is one.
func TestSwedishLettersAreOneCharacter(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		a, _ := w.person(login, officer)
		w.is(w.accounts.Close(w.Context(), identity.Operator(), a.ID, strings.Repeat("å", 501)), identity.ErrStaffReason, "501 letters")
		w.is(w.accounts.Close(w.Context(), identity.Operator(), a.ID, strings.Repeat("å", 500)), nil, "500 letters")
	})
}
