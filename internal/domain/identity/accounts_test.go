package identity_test

import (
	"context"
	"testing"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// proves S-l
func TestWhoMayGiveWhat(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		provider := identity.Give{Role: routine.Provider, Organisation: firm}
		make := func(who identity.Acting, first *identity.Give) error {
			_, _, err := w.accounts.Create(w.Context(), who, identity.NewAccount{Name: "Bo Alm"}, first)
			return err
		}
		lead := provider
		lead.Lead = true
		elsewhere := identity.Give{Role: routine.Provider, Organisation: city}
		for _, c := range []struct {
			what string
			who  identity.Acting
			give *identity.Give
			want error
		}{
			{"system owner", identity.Operator(), &provider, nil},
			{"system owner appoints who answers", identity.Operator(), &lead, nil},
			{"system owner, no assignment yet", identity.Operator(), nil, nil},
			{"who answers for the people", acting(routine.Provider, firm, true), &provider, nil},
			{"who answers, another organisation", acting(routine.Provider, firm, true), &elsewhere, identity.ErrAccountMayNot},
			{"who answers, another role", acting(routine.Provider, city, true), &officer, identity.ErrAccountMayNot},
			{"who answers appoints another", acting(routine.Provider, firm, true), &lead, identity.ErrAccountMayNot},
			{"who answers, no assignment", acting(routine.Provider, firm, true), nil, identity.ErrAccountMayNot},
			{"somebody there", acting(routine.Provider, firm, false), &provider, identity.ErrAccountMayNot},
			{"case officer", acting(routine.CaseOfficer, city, true), &provider, identity.ErrAccountMayNot},
			{"lock manager", acting(routine.LockManager, city, false), &provider, identity.ErrAccountMayNot},
			{"auditor", acting(routine.Auditor, city, false), &provider, identity.ErrAccountMayNot},
			{"nobody", identity.Acting{}, &provider, identity.ErrAccountMayNot},
			{"a role that is none", identity.Operator(), &identity.Give{Role: "emperor", Organisation: city}, identity.ErrAssignment},
			{"no organisation", identity.Operator(), &identity.Give{Role: routine.Provider}, identity.ErrAssignment},
			{"over already", identity.Operator(), &identity.Give{Role: routine.Provider, Organisation: city, Until: w.at.now}, identity.ErrAssignment},
			{"areas that are none", identity.Operator(), &identity.Give{Role: routine.Provider, Organisation: city, Areas: []string{"4324x"}}, identity.ErrAssignment},
		} {
			w.is(make(c.who, c.give), c.want, c.what)
		}
	})
}

func TestAccountsOfOthersAreNotSeen(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		a, _ := w.person(login, identity.Give{Role: routine.Provider, Organisation: firm})
		for _, who := range []identity.Acting{acting(routine.Provider, city, true), acting(routine.HealthUnit, firm, true), acting(routine.Provider, firm, false), {}} {
			_, _, err := w.accounts.Account(w.Context(), who, a.ID)
			w.is(err, identity.ErrAccountUnknown, "reading")
			_, err = w.accounts.Give(w.Context(), who, a.ID, identity.Give{Role: who.Role, Organisation: who.Organisation})
			w.is(err, identity.ErrAccountUnknown, "giving")
			if all, _ := w.accounts.List(w.Context(), who, identity.AccountFilter{}, "", 10); len(all) != 0 {
				w.Errorf("%+v lists %d accounts", who, len(all))
			}
			w.is(w.accounts.Close(w.Context(), who, a.ID, "x"), identity.ErrAccountMayNot, "closing")
			_, err = w.accounts.Reset(w.Context(), who, a.ID)
			w.is(err, identity.ErrAccountMayNot, "resetting")
		}
		all, err := w.accounts.List(w.Context(), acting(routine.Provider, firm, true), identity.AccountFilter{}, "", 10)
		if err != nil || len(all) != 1 {
			w.Errorf("who answers for them: got %d, %v; want 1", len(all), err)
		}
		_, err = w.accounts.Give(w.Context(), identity.Operator(), a.ID, identity.Give{Role: routine.Provider, Organisation: firm})
		w.is(err, identity.ErrAssignmentTwice, "the same assignment again")
	})
}

// proves V2.7-a
func TestStaffThatLeavesLosesItsAccount(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		err := w.db.Update(w.Context(), func(tx *storage.Tx) error {
			return tx.PutPerson(w.Context(), identity.Person{ID: "p1", EmployeeNumber: "E1", Pseudonym: 1, GivenName: "Bo", FamilyName: "Alm"})
		})
		if err != nil {
			w.Fatal(err)
		}
		a, code, err := w.accounts.Create(w.Context(), identity.Operator(), identity.NewAccount{Name: "Bo Alm", LoginName: "bo.alm", Employee: "E1"}, &officer)
		if err != nil {
			w.Fatal(err)
		}
		token, _, err := w.sessions.CodeLogin(w.Context(), w.from, code)
		if err != nil {
			w.Fatal(err)
		}
		people := identity.NewPeople(txn.Narrow(w.db, func(tx *storage.Tx) identity.PeopleTx { return tx }), routine.DefaultProfile(), noBlocks{}, nil)
		if err := people.End(w.Context(), identity.Operator().Who, "E1", "has left"); err != nil {
			w.Fatal(err)
		}
		w.gone(token, "staff that left")
		_, _, err = w.accounts.Account(w.Context(), identity.Operator(), a.ID)
		w.is(err, identity.ErrAccountUnknown, "the account")
		if n := w.entries(journal.AccountChanged, "change", "closed"); n != 1 {
			w.Errorf("the journal tells of %d closings, want 1", n)
		}
	})
}

func TestIdentities(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		a, _ := w.person(login, officer)
		b, _ := w.person("bo.alm", officer)
		const idp = "https://id.example"
		numbered := func(number, former string) identity.External {
			return identity.External{Issuer: idp, FormerNumber: former, Level: "loa3", Names: []identity.Identifier{{Kind: identity.Number, Value: number}}}
		}
		add := func(accountID string, i identity.Identifier) error {
			return w.accounts.Identify(w.Context(), identity.Operator(), accountID, i)
		}
		in := func(e identity.External) (identity.Session, error) {
			_, s, err := w.sessions.ExternalLogin(w.Context(), w.from, e)
			return s, err
		}
		w.is(add(a.ID, identity.Identifier{Issuer: idp, Kind: identity.Number, Value: "189001019802"}), nil, "a number")
		w.is(add(a.ID, identity.Identifier{Issuer: idp, Kind: identity.Affiliation, Value: "karin@" + city}), nil, "a work identity")
		w.is(add(b.ID, identity.Identifier{Issuer: idp, Kind: identity.Affiliation, Value: "karin@" + city}), identity.ErrIdentifierTaken, "another's")
		for _, bad := range []identity.Identifier{{}, {Issuer: idp, Kind: identity.Number, Value: "1"}, {Issuer: idp, Kind: identity.Affiliation, Value: "@x"}, {Issuer: idp, Kind: "name", Value: "Bo"}} {
			w.is(add(b.ID, bad), identity.ErrIdentifier, bad.Value)
		}
		err := w.db.View(w.Context(), func(tx *storage.Tx) error {
			all, err := tx.Identifiers(w.Context(), a.ID)
			for _, i := range all {
				if i.Value == "189001019802" {
					w.Error("the number itself is stored")
				}
			}
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
		if s, err := in(numbered("189001019802", "")); err != nil || s.Account.ID != a.ID || s.Level != "loa3" {
			w.Errorf("by number: got %v, %v", s.Account.ID, err)
		}
		_, err = in(identity.External{Issuer: "https://other", Names: []identity.Identifier{{Kind: identity.Affiliation, Value: "karin@" + city}}})
		w.is(err, identity.ErrNoAccount, "the same name by another issuer")

		// A coordination number that has been followed by a personal identity number is the same person, from then on too.
		w.is(add(b.ID, identity.Identifier{Issuer: idp, Kind: identity.Number, Value: "189001019999"}), nil, "a coordination number")
		_, err = in(numbered("189001029819", ""))
		w.is(err, identity.ErrNoAccount, "the new number alone")
		for _, former := range []string{"189001019999", ""} {
			if s, err := in(numbered("189001029819", former)); err != nil || s.Account.ID != b.ID {
				w.Errorf("new number, former %q: got %q, %v; want %q", former, s.Account.ID, err, b.ID)
			}
		}
		if n := w.entries(journal.LoginRefused, "reason", "unknown person"); n != 2 {
			w.Errorf("the journal tells of %d refusals, want 2", n)
		}
	})
}

func TestMadeUpPeople(t *testing.T) {
	open := identity.DefaultPolicy()
	open.Demo = true
	for _, policy := range []identity.Policy{open, identity.DefaultPolicy()} {
		eachTown(t, policy, func(w *town) {
			real, _ := w.person(login, officer)
			demo, _, err := w.accounts.Create(w.Context(), identity.Operator(), identity.NewAccount{Name: "Mira Sand", Demo: true}, &officer)
			if err != nil {
				w.Fatal(err)
			}
			_, _, err = w.sessions.DemoLogin(w.Context(), w.from, real.ID)
			w.is(err, identity.ErrLogin, "a real person by the demo login")
			token, _, err := w.sessions.DemoLogin(w.Context(), w.from, demo.ID)
			if !policy.Demo {
				w.is(err, identity.ErrLogin, "a made-up person outside a demonstration")
				return
			}
			if err != nil {
				w.Fatal(err)
			}
			closed := identity.NewSessions(txn.Narrow(w.db, accountTx), identity.DefaultPolicy())
			_, err = closed.Find(w.Context(), token)
			w.is(err, identity.ErrSession, "a session that is left from a demonstration")
			w.is(w.sessions.AddPasskey(w.Context(), token, identity.Passkey{ID: "x", Name: "x"}), identity.ErrStepUp, "a passkey for a made-up person")
		})
	}
}

type noBlocks struct{}

func (noBlocks) BlockStaff(_ context.Context, _ identity.PeopleTx, _ uint32, _ string) error {
	return nil
}

func (noBlocks) UnblockStaff(_ context.Context, _ identity.PeopleTx, _ uint32) error { return nil }

func TestPasskeys(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		a, secret := w.person(login, officer)
		token, _ := w.in(login, secret)
		w.is(w.sessions.AddPasskey(w.Context(), token, identity.Passkey{ID: "k1", Name: " "}), identity.ErrPasskeyName, "no name")
		if err := w.sessions.AddPasskey(w.Context(), token, identity.Passkey{ID: "k1", Name: "Min telefon", Record: "one"}); err != nil {
			w.Fatal(err)
		}
		k, owner, err := w.sessions.Passkey(w.Context(), "k1")
		if err != nil || owner.ID != a.ID {
			w.Fatal(owner, err)
		}
		_, s, err := w.sessions.PasskeyLogin(w.Context(), w.from, k, "two")
		if err != nil || s.Method != identity.ByPasskey || s.Assignment.Role != routine.CaseOfficer {
			w.Fatal(s, err)
		}
		_, _, err = w.sessions.PasskeyLogin(w.Context(), w.from, k, "two")
		w.is(err, identity.ErrLogin, "the same assertion again")
		_, _, err = w.sessions.Passkey(w.Context(), "k2")
		w.is(err, identity.ErrLogin, "an unknown passkey")
		w.is(w.sessions.RemovePasskey(w.Context(), token, "k2"), identity.ErrPasskeyUnknown, "removing what is not there")
		if err := w.sessions.RemovePasskey(w.Context(), token, "k1"); err != nil {
			w.Error(err)
		}

		_, code, err := w.accounts.Create(w.Context(), identity.Operator(), identity.NewAccount{Name: "Bo Alm"}, &officer)
		if err != nil {
			w.Fatal(err)
		}
		only, _, err := w.sessions.CodeLogin(w.Context(), w.from, code)
		if err != nil {
			w.Fatal(err)
		}
		if err := w.sessions.AddPasskey(w.Context(), only, identity.Passkey{ID: "k3", Name: "Nyckel"}); err != nil {
			w.Fatal(err)
		}
		w.is(w.sessions.RemovePasskey(w.Context(), only, "k3"), identity.ErrPasskeyLast, "the only way in")
		other, _ := identity.NewTOTP("Kommunen", "")
		_, err = w.sessions.SetLocal(w.Context(), only, long, other, w.code(other))
		w.is(err, identity.ErrNoLoginName, "a password without a login name")
		if err := w.accounts.Close(w.Context(), identity.Operator(), owner.ID, "left"); err != nil {
			w.Fatal(err)
		}
	})
}

func TestContact(t *testing.T) {
	eachTown(t, identity.DefaultPolicy(), func(w *town) {
		a, _ := w.person(login, officer)
		me := identity.Acting{Who: routine.Who{Actor: a.Actor()}}
		if err := w.accounts.SetContact(w.Context(), me, a.ID, "karin@kommun.example", "070-123 45 67"); err != nil {
			w.Fatal(err)
		}
		got, _, err := w.accounts.Account(w.Context(), me, a.ID)
		if err != nil || got.Email != "karin@kommun.example" || got.Phone != "+46701234567" {
			w.Errorf("got %+v, %v", got, err)
		}
		w.is(w.accounts.SetContact(w.Context(), acting(routine.LockManager, city, true), a.ID, "", ""), identity.ErrAccountMayNot, "another's")
		for _, bad := range [][2]string{{"x", ""}, {"a@b\r\nBcc: c@d", ""}, {"", "12"}} {
			w.is(w.accounts.SetContact(w.Context(), me, a.ID, bad[0], bad[1]), identity.ErrAccountInvalid, bad[0]+bad[1])
		}
	})
}
