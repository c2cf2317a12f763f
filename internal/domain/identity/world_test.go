package identity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const (
	city  = "2120000142"
	firm  = "5565225629"
	login = "karin.ek"
	long  = "korp tråd molnvagn sju" // a password
)

// town is the accounts of a municipality, on one engine.
type town struct {
	*testing.T
	db       *storage.DB
	accounts *identity.Accounts
	sessions *identity.Sessions
	at       *clock
	from     identity.Arrival
}

func accountTx(tx *storage.Tx) identity.AccountTx { return tx }

func eachTown(t *testing.T, policy identity.Policy, test func(w *town)) {
	at := &clock{}
	storagetest.EachWith(t, storage.Options{Clock: func() time.Time { return at.now }}, func(t *testing.T, db *storage.DB) {
		at.now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
		test(&town{t, db, identity.NewAccounts(txn.Narrow(db, accountTx), routine.DefaultProfile()),
			identity.NewSessions(txn.Narrow(db, accountTx), policy), at, identity.Arrival{Address: "192.0.2.1", Device: "Firefox"}})
	})
}

func acting(role routine.Role, org string, lead bool) identity.Acting {
	return identity.Acting{Who: routine.Who{Actor: "account:boss", Role: role, Organisation: org}, Lead: lead}
}

// person is an account with an assignment and a login by password.
func (w *town) person(name string, give identity.Give) (identity.Account, string) {
	w.Helper()
	a, code, err := w.accounts.Create(w.Context(), identity.Operator(), identity.NewAccount{Name: "Karin Ek", LoginName: name}, &give)
	if err != nil {
		w.Fatal(err)
	}
	token, _, err := w.sessions.CodeLogin(w.Context(), w.from, code)
	if err != nil {
		w.Fatal(err)
	}
	secret, _ := identity.NewTOTP("Kommunen", name)
	if _, err := w.sessions.SetLocal(w.Context(), token, long, secret, w.code(secret)); err != nil {
		w.Fatal(err)
	}
	w.pass(time.Minute) // a code works once
	return a, secret
}

func (w *town) pass(d time.Duration) { w.at.now = w.at.now.Add(d) }

func (w *town) code(secret string) string {
	w.Helper()
	code, err := totp.GenerateCode(secret, w.at.now)
	if err != nil {
		w.Fatal(err)
	}
	return code
}

// in logs in by password.
func (w *town) in(name, secret string) (string, identity.Session) {
	w.Helper()
	token, s, err := w.sessions.PasswordLogin(w.Context(), w.from, identity.Local{Name: name, Password: long, Code: w.code(secret)})
	if err != nil {
		w.Fatal(err)
	}
	return token, s
}

// gone checks that a session is over.
func (w *town) gone(token, why string) {
	w.Helper()
	if _, err := w.sessions.Find(w.Context(), token); !errors.Is(err, identity.ErrSession) {
		w.Errorf("%s: got %v, want a session that is over", why, err)
	}
}

func (w *town) is(got, want error, what string) {
	w.Helper()
	if !errors.Is(got, want) {
		w.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// entries counts the journal's pending entries of a kind whose field has a value.
func (w *town) entries(kind journal.Kind, field, value string) (n int) {
	w.Helper()
	err := w.db.View(w.Context(), func(tx *storage.Tx) error {
		rows, err := tx.PendingJournal(w.Context(), 1000)
		for _, r := range rows {
			record, err := r.Record()
			if err != nil {
				return err
			}
			if record.Kind == kind && record.Value(field) == value {
				n++
			}
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return n
}

func kindOf(err error) problem.Kind { return problem.KindOf(err) }
