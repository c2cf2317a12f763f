package identity_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

var officer = identity.Give{Role: routine.CaseOfficer, Organisation: city}

// proves V2.7-b
func TestLoginByPasswordAndCode(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		token, s := w.in(" Karin.Ek ", secret)
		if s.Assignment.Role != routine.CaseOfficer || s.Method != identity.ByPassword {
			w.Errorf("got %+v, want the one assignment chosen", s)
		}
		found, err := w.sessions.Find(w.Context(), token)
		if err != nil || found.Acting().Actor != "account:"+s.Account.ID || found.Acting().Organisation != city {
			w.Fatalf("found %+v, %v", found.Acting(), err)
		}
		if n := w.entries(journal.LoginMade, "method", "password"); n != 1 {
			w.Errorf("the journal tells of %d logins, want 1", n)
		}

		good := w.code(secret)
		w.pass(time.Minute)
		for _, c := range []struct {
			what string
			l    identity.Local
		}{
			{"a code that was used, or is old", identity.Local{Name: login, Password: long, Code: good}},
			{"wrong password", identity.Local{Name: login, Password: long + "x", Code: w.code(secret)}},
			{"wrong code", identity.Local{Name: login, Password: long, Code: "000000"}},
			{"no code", identity.Local{Name: login, Password: long}},
			{"unknown name", identity.Local{Name: "nobody", Password: long, Code: w.code(secret)}},
			{"empty", identity.Local{}},
		} {
			_, _, err := w.sessions.PasswordLogin(w.Context(), w.from, c.l)
			w.is(err, identity.ErrLogin, c.what) // one answer for all
		}
	})
}

func TestACodeWorksOnceAlsoAtOnce(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		l := identity.Local{Name: login, Password: long, Code: w.code(secret)}
		var wg sync.WaitGroup
		in := make([]bool, 4)
		for i := range in {
			wg.Go(func() {
				_, _, err := w.sessions.PasswordLogin(w.Context(), w.from, l)
				in[i] = err == nil
			})
		}
		wg.Wait()
		if n := len(slices.DeleteFunc(in, func(b bool) bool { return !b })); n != 1 {
			w.Errorf("%d got in by one code, want 1", n)
		}
	})
}

func TestGuessingWaits(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		try := func(name string) error {
			_, _, err := w.sessions.PasswordLogin(w.Context(), w.from, identity.Local{Name: name, Password: "wrong", Code: "123456"})
			return err
		}
		for _, name := range []string{login, "nobody"} { // who exists is not to be found out by waiting either
			for range 5 {
				w.is(try(name), identity.ErrLogin, name)
			}
			w.is(try(name), identity.ErrThrottled, name)
		}
		_, _, err := w.sessions.PasswordLogin(w.Context(), w.from, identity.Local{Name: login, Password: long, Code: w.code(secret)})
		w.is(err, identity.ErrThrottled, "the right password, too soon")
		w.pass(16 * time.Minute)
		w.in(login, secret)
		w.pass(time.Minute)
		for range 5 { // a login that works forgives
			w.is(try(login), identity.ErrLogin, "after a login")
		}
	})
}

func TestOneAddressTryingManyNamesWaits(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		for i := range 50 {
			_, _, err := w.sessions.CodeLogin(w.Context(), w.from, fmt.Sprint(i))
			w.is(err, identity.ErrLogin, "a wrong code")
		}
		_, _, err := w.sessions.CodeLogin(w.Context(), w.from, "x")
		w.is(err, identity.ErrThrottled, "one more")
		_, _, err = w.sessions.CodeLogin(w.Context(), identity.Arrival{Address: "192.0.2.2"}, "x")
		w.is(err, identity.ErrLogin, "from elsewhere")
	})
}

func TestASessionEnds(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		token, _ := w.in(login, secret)
		for range 9 { // used each fifty minutes it lives, but not beyond its day
			w.pass(50 * time.Minute)
			if _, err := w.sessions.Find(w.Context(), token); err != nil {
				w.Fatal(err)
			}
		}
		w.pass(31 * time.Minute)
		w.gone(token, "after eight hours")

		token, _ = w.in(login, secret)
		w.pass(time.Hour)
		w.gone(token, "after an hour's idleness")

		token, _ = w.in(login, secret)
		if err := w.sessions.End(w.Context(), token); err != nil {
			w.Fatal(err)
		}
		w.gone(token, "after logging out")
		w.gone("", "no token")
		w.gone(token[:len(token)-1]+"\x00", "a token that cannot be")
	})
}

// What a request reads is one row, and it writes at most each minute.
func TestASessionIsSeenEachMinute(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		token, first := w.in(login, secret)
		w.pass(59 * time.Second)
		if s, err := w.sessions.Find(w.Context(), token); err != nil || !s.Seen.Equal(first.Seen) {
			w.Errorf("within a minute: got %v, %v; want it as it was, %v", s.Seen, err, first.Seen)
		}
		w.pass(time.Second)
		if s, err := w.sessions.Find(w.Context(), token); err != nil || !s.Seen.Equal(w.at.now) {
			w.Errorf("after a minute: got %v, %v; want now", s.Seen, err)
		}
	})
}

// proves V2.7-a
func TestLeaversLoseEverythingAtOnce(t *testing.T) {
	give := identity.Give{Role: routine.Provider, Organisation: city}
	cases := map[string]func(w *town, a identity.Account) error{
		"account closed": func(w *town, a identity.Account) error {
			return w.accounts.Close(w.Context(), identity.Operator(), a.ID, "has left")
		},
		"assignment ended": func(w *town, a identity.Account) error {
			_, all, err := w.accounts.Account(w.Context(), identity.Operator(), a.ID)
			if err != nil {
				return err
			}
			return w.accounts.EndAssignment(w.Context(), acting(routine.Provider, city, true), all[0].ID, "has left")
		},
		"reset": func(w *town, a identity.Account) error {
			_, err := w.accounts.Reset(w.Context(), identity.Operator(), a.ID)
			return err
		},
	}
	for name, end := range cases {
		t.Run(name, func(t *testing.T) {
			eachTown(t, identity.DefaultPolicy(), func(w *town) {
				a, secret := w.person(login, give)
				token, _ := w.in(login, secret)
				if err := end(w, a); err != nil {
					w.Fatal(err)
				}
				w.gone(token, name)
				if name == "assignment ended" {
					return
				}
				w.pass(time.Minute)
				_, _, err := w.sessions.PasswordLogin(w.Context(), w.from, identity.Local{Name: login, Password: long, Code: w.code(secret)})
				w.is(err, identity.ErrLogin, "logging in again")
			})
		})
	}
}

// An assignment's own end needs nobody to notice it.
func TestAnAssignmentRunsOutInTheMiddleOfASession(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		give := officer
		give.Until = w.at.now.Add(30 * time.Minute)
		_, secret := w.person(login, give)
		token, s := w.in(login, secret)
		if s.Assignment.ID == "" {
			w.Fatal("no assignment")
		}
		w.pass(30 * time.Minute)
		s, err := w.sessions.Find(w.Context(), token)
		if err != nil || s.Assignment.ID != "" || s.Acting().Role != "" {
			w.Errorf("got %+v, %v; want a session that may nothing", s.Acting(), err)
		}
		w.is(w.sessions.Choose(w.Context(), token, "x"), identity.ErrAssignmentUnknown, "choosing what is not there")
	})
}

func TestChoosingAnAssignment(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		a, secret := w.person(login, officer)
		nurse, err := w.accounts.Give(w.Context(), identity.Operator(), a.ID, identity.Give{Role: routine.HealthUnit, Organisation: city, Areas: []string{"432", "432 45", "432"}})
		if err != nil || !slices.Equal(nurse.Areas, []string{"432", "43245"}) {
			w.Fatal(nurse, err)
		}
		other, _ := w.person("bo.alm", identity.Give{Role: routine.SystemOwner, Organisation: city})
		_, theirs, err := w.accounts.Account(w.Context(), identity.Operator(), other.ID)
		if err != nil {
			w.Fatal(err)
		}
		token, s := w.in(login, secret)
		if s.Assignment.ID != "" {
			w.Errorf("got %q, want none of several chosen", s.Assignment.Role)
		}
		w.is(w.sessions.Choose(w.Context(), token, theirs[0].ID), identity.ErrAssignmentUnknown, "another's assignment")
		if err := w.sessions.Choose(w.Context(), token, nurse.ID); err != nil {
			w.Fatal(err)
		}
		s, err = w.sessions.Find(w.Context(), token)
		if err != nil || s.Assignment.Role != routine.HealthUnit || !s.Assignment.Covers("43245") || s.Assignment.Covers("43345") {
			w.Errorf("got %+v, %v", s.Assignment, err)
		}
	})
}

// The first code opens the own account and nothing else, once.
func TestTheFirstCode(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		a, code, err := w.accounts.Create(w.Context(), identity.Operator(), identity.NewAccount{Name: "Karin Ek", LoginName: login}, &officer)
		if err != nil {
			w.Fatal(err)
		}
		token, s, err := w.sessions.CodeLogin(w.Context(), w.from, " "+code[:5]+" "+code[6:])
		if err != nil || s.Assignment.ID != "" {
			w.Fatalf("got %+v, %v; want in, as nobody in particular", s.Assignment, err)
		}
		_, all, err := w.accounts.Account(w.Context(), identity.Operator(), a.ID)
		if err != nil {
			w.Fatal(err)
		}
		w.is(w.sessions.Choose(w.Context(), token, all[0].ID), identity.ErrAssignmentUnknown, "choosing")
		if s, _ := w.sessions.Find(w.Context(), token); w.sessions.Fresh(s, w.at.now) {
			w.Error("a dangerous act may follow on a piece of paper")
		}
		_, _, err = w.sessions.CodeLogin(w.Context(), w.from, code)
		w.is(err, identity.ErrLogin, "the code a second time")

		code, err = w.accounts.Reset(w.Context(), identity.Operator(), a.ID)
		if err != nil {
			w.Fatal(err)
		}
		w.pass(identity.FirstCodeLife)
		_, _, err = w.sessions.CodeLogin(w.Context(), w.from, code)
		w.is(err, identity.ErrLogin, "the code a day later")
	})
}

func TestRecoveryCodesWorkOnce(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		token, _ := w.in(login, secret)
		other, _ := identity.NewTOTP("Kommunen", login)
		recovery, err := w.sessions.SetLocal(w.Context(), token, long, other, w.code(other))
		if err != nil || len(recovery) != 10 {
			w.Fatal(recovery, err)
		}
		for _, want := range []error{nil, identity.ErrLogin} {
			_, _, err := w.sessions.PasswordLogin(w.Context(), w.from, identity.Local{Name: login, Password: long, Code: recovery[3]})
			w.is(err, want, "recovery code")
		}
		if ways, err := w.sessions.Ways(w.Context(), token); err != nil || ways.Recovery != 9 || !ways.Local {
			w.Errorf("got %+v, %v; want nine codes left", ways, err)
		}
	})
}

func TestConfirmingBeforeADangerousAct(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		token, s := w.in(login, secret)
		if !w.sessions.Fresh(s, w.at.now.Add(5*time.Minute)) || w.sessions.Fresh(s, w.at.now.Add(5*time.Minute+1)) {
			w.Error("a login is fresh for five minutes")
		}
		w.pass(6 * time.Minute)
		other, _ := identity.NewTOTP("Kommunen", login)
		_, err := w.sessions.SetLocal(w.Context(), token, long, other, w.code(other))
		w.is(err, identity.ErrStepUp, "a new password in a session that somebody left open")
		w.is(w.sessions.AddPasskey(w.Context(), token, identity.Passkey{ID: "x", Name: "phone"}), identity.ErrStepUp, "a passkey likewise")
		w.is(w.sessions.ConfirmCode(w.Context(), w.from, token, "000000"), identity.ErrTOTP, "a wrong code")
		if err := w.sessions.ConfirmCode(w.Context(), w.from, token, w.code(secret)); err != nil {
			w.Fatal(err)
		}
		if s, _ := w.sessions.Find(w.Context(), token); !w.sessions.Fresh(s, w.at.now) {
			w.Error("confirmed, and not fresh")
		}
		w.is(w.sessions.ConfirmCode(w.Context(), w.from, token, w.code(secret)), identity.ErrTOTP, "the same code again")
	})
}

func TestEndingOnesOtherSessions(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		_, secret := w.person(login, officer)
		var tokens []string
		for range 3 {
			token, _ := w.in(login, secret)
			tokens = append(tokens, token)
			w.pass(time.Minute)
		}
		me, all, err := w.sessions.Open(w.Context(), tokens[0])
		if err != nil || len(all) != 4 || all[3].Method != identity.ByCode { // that by the first code lives half an hour
			w.Fatalf("got %d sessions, %v; want 4", len(all), err)
		}
		if me.Account.Former.IsZero() || !me.Account.LoggedIn.After(me.Account.Former) {
			w.Errorf("last login: got %v after %v", me.Account.LoggedIn, me.Account.Former)
		}
		if err := w.sessions.EndOther(w.Context(), tokens[0], all[0].ID); err != nil {
			w.Fatal(err)
		}
		w.gone(tokens[2], "ended by its owner")
		if err := w.sessions.EndOther(w.Context(), tokens[0], ""); err != nil {
			w.Fatal(err)
		}
		w.gone(tokens[1], "ended with all others")
		if _, err := w.sessions.Find(w.Context(), tokens[0]); err != nil {
			w.Error("the own session ended too")
		}
		other, secret2 := w.person("bo.alm", officer)
		theirs, s := w.in("bo.alm", secret2)
		if err := w.sessions.EndOther(w.Context(), tokens[0], s.ID); err != nil {
			w.Fatal(err)
		}
		if _, err := w.sessions.Find(w.Context(), theirs); err != nil {
			w.Errorf("somebody else's session (%s) could be ended by its id", other.ID)
		}
	})
}

func TestNoEndOfSessions(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		a, _ := w.person(login, officer)
		if err := w.accounts.Identify(w.Context(), identity.Operator(), a.ID, identity.Identifier{Issuer: "https://id", Kind: identity.HSA, Value: "SE1-X"}); err != nil {
			w.Fatal(err)
		}
		first := ""
		for range 25 {
			token, _, err := w.sessions.ExternalLogin(w.Context(), w.from, identity.External{Issuer: "https://id", Names: []identity.Identifier{{Kind: identity.HSA, Value: "SE1-X"}}})
			if err != nil {
				w.Fatal(err)
			}
			if first == "" {
				first = token
			}
			w.pass(time.Second)
		}
		w.gone(first, "the oldest of too many")
		err := w.db.View(w.Context(), func(tx *storage.Tx) error {
			all, err := tx.Sessions(w.Context(), a.ID, w.at.now)
			if len(all) > 20 {
				w.Errorf("got %d sessions", len(all))
			}
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
	})
}
