package identity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const municipality = "212000-0142"

var (
	reads = identity.ReadScopeOf(routine.CaseOfficer)
	gives = identity.ScopeOf(routine.Provider)
)

func narrow(tx *storage.Tx) identity.TokenTx { return tx }

// clock is a time that a test moves.
type clock struct{ now time.Time }

// each runs a test with tokens on both engines.
func each(t *testing.T, test func(t *testing.T, tokens *identity.Tokens, db *storage.DB, at *clock)) {
	at := &clock{time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	storagetest.EachWith(t, storage.Options{Clock: func() time.Time { return at.now }}, func(t *testing.T, db *storage.DB) {
		at.now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
		test(t, identity.NewTokens(txn.Narrow(db, narrow)), db, at)
	})
}

// proves V5.1-a
func TestTokenLife(t *testing.T) {
	each(t, func(t *testing.T, tokens *identity.Tokens, _ *storage.DB, at *clock) {
		ctx := t.Context()
		made, secret, err := tokens.Create(ctx, "test", municipality, []identity.Scope{reads, gives, reads}, at.now.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		who, err := tokens.Authenticate(ctx, secret)
		if err != nil || who.TokenID != made.ID || who.Organisation != "2120000142" {
			t.Fatalf("got %+v, %v", who, err)
		}
		for _, c := range []struct {
			roles     []routine.Role
			act, read routine.Role
		}{
			{[]routine.Role{routine.CaseOfficer, routine.Provider}, routine.Provider, routine.CaseOfficer},
			{[]routine.Role{routine.LockManager}, "", ""},
			{nil, "", ""},
		} {
			if role, ok := who.Acts(c.roles...); role != c.act || ok != (c.act != "") {
				t.Errorf("acts in %v: %q %v, want %q", c.roles, role, ok, c.act)
			}
			if role, ok := who.Reads(c.roles...); role != c.read || ok != (c.read != "") {
				t.Errorf("reads in %v: %q %v, want %q", c.roles, role, ok, c.read)
			}
		}
		if len(who.Scopes) != 2 {
			t.Errorf("scopes: got %v, want two", who.Scopes)
		}
		at.now = at.now.Add(time.Hour - time.Microsecond)
		if _, err := tokens.Authenticate(ctx, secret); err != nil {
			t.Errorf("just before its end: %v", err)
		}
		at.now = at.now.Add(time.Microsecond)
		if _, err := tokens.Authenticate(ctx, secret); !errors.Is(err, identity.ErrUnauthenticated) {
			t.Errorf("expired: got %v", err)
		}
	})
}

func TestRevocationHoldsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, tokens *identity.Tokens, _ *storage.DB, at *clock) {
		ctx := t.Context()
		made, secret, err := tokens.Create(ctx, "test", municipality, []identity.Scope{identity.ScopeOf(routine.CaseOfficer)}, at.now.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time changes nothing
			if err := tokens.Revoke(ctx, "test", made.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := tokens.Authenticate(ctx, secret); !errors.Is(err, identity.ErrUnauthenticated) {
			t.Errorf("revoked: got %v", err)
		}
		all, err := tokens.List(ctx)
		if err != nil || len(all) != 1 || all[0].Revoked.IsZero() {
			t.Errorf("list: %+v, %v", all, err)
		}
		if err := tokens.Revoke(ctx, "test", "no-such"); !errors.Is(err, identity.ErrTokenUnknown) {
			t.Errorf("unknown id: got %v", err)
		}
	})
}

func TestSecretsThatDoNotWorkAreAllTheSame(t *testing.T) {
	each(t, func(t *testing.T, tokens *identity.Tokens, _ *storage.DB, at *clock) {
		ctx := t.Context()
		_, secret, err := tokens.Create(ctx, "test", municipality, identity.Scopes(), at.now.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		_, other, err := tokens.Create(ctx, "test", municipality, identity.Scopes(), at.now.Add(time.Hour))
		if err != nil || other == secret {
			t.Fatalf("second token: %v", err)
		}
		flipped := []byte(secret)
		flipped[10] ^= 1
		for name, bad := range map[string]string{
			"empty": "", "prefix only": "hnk_", "a character wrong": string(flipped), "halves of two": secret[:40] + other[40:],
			"capitals": strings.ToUpper(secret), "blank": secret + " ", "long": strings.Repeat("hnk_", 1000), "not ASCII": "hnk_åäö",
		} {
			if who, err := tokens.Authenticate(ctx, bad); !errors.Is(err, identity.ErrUnauthenticated) || who.TokenID != "" {
				t.Errorf("%s: got %+v, %v", name, who, err)
			}
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	each(t, func(t *testing.T, tokens *identity.Tokens, db *storage.DB, at *clock) {
		good := []identity.Scope{reads}
		for _, c := range []struct {
			name, org string
			scopes    []identity.Scope
			expires   time.Time
			want      string
		}{
			{"organisation", "1234", good, at.now.Add(time.Hour), "orgnr"},
			{"no scope", municipality, nil, at.now.Add(time.Hour), "token-scope"},
			{"unknown scope", municipality, []identity.Scope{"orders:*"}, at.now.Add(time.Hour), "token-scope"},
			{"already over", municipality, good, at.now, "token-expiry"},
			{"too long", municipality, good, at.now.Add(identity.MaxTokenLife + time.Second), "token-expiry"},
		} {
			_, secret, err := tokens.Create(t.Context(), "test", c.org, c.scopes, c.expires)
			if p, ok := errors.AsType[*problem.Error](err); !ok || p.Code != c.want || secret != "" {
				t.Errorf("%s: got %v, want %s", c.name, err, c.want)
			}
		}
		if n := len(entries(t, db)); n != 0 {
			t.Errorf("%d journal entries of tokens that were not made", n)
		}
	})
}

func TestTokensAreInTheJournalAndSecretsNowhere(t *testing.T) {
	each(t, func(t *testing.T, tokens *identity.Tokens, db *storage.DB, at *clock) {
		made, secret, err := tokens.Create(t.Context(), "test", municipality, []identity.Scope{reads}, at.now.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if err := tokens.Revoke(t.Context(), "test", made.ID); err != nil {
			t.Fatal(err)
		}
		rows := entries(t, db)
		var kinds []journal.Kind
		for _, r := range rows {
			kinds = append(kinds, r.Kind)
			said := fmt.Sprint(r.Subjects, r.Fields)
			if strings.Contains(said, secret[4:20]) {
				t.Error("the secret is in the journal")
			}
			if !strings.Contains(said, made.ID) {
				t.Errorf("the token's id is not in the entry: %s", said)
			}
		}
		if want := []journal.Kind{journal.TokenCreated, journal.TokenRevoked}; !slices.Equal(kinds, want) {
			t.Errorf("journal: got %v, want %v", kinds, want)
		}
	})
}

// A change and its journal entry commit together: when the journal cannot be written, there is no token.
func TestNoTokenWithoutJournal(t *testing.T) {
	each(t, func(t *testing.T, _ *identity.Tokens, db *storage.DB, at *clock) {
		broken := identity.NewTokens(txn.Narrow(db, func(tx *storage.Tx) identity.TokenTx { return noJournal{tx} }))
		_, secret, err := broken.Create(t.Context(), "test", municipality, []identity.Scope{reads}, at.now.Add(time.Hour))
		if !errors.Is(err, errBroken) || secret != "" {
			t.Errorf("got %q, %v", secret, err)
		}
		if all, err := broken.List(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("left behind: %+v, %v", all, err)
		}
	})
}

var errBroken = errors.New("broken")

type noJournal struct{ *storage.Tx }

func (noJournal) InsertJournalEntries(context.Context, []journal.Row) error { return errBroken }

// entries returns the journal, the oldest first.
func entries(t *testing.T, db *storage.DB) []journal.Record {
	t.Helper()
	var rows []journal.Record
	err := db.View(t.Context(), func(tx *storage.Tx) (err error) {
		rows, err = journal.List(t.Context(), tx, journal.Filter{}, 100, "")
		slices.Reverse(rows)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
