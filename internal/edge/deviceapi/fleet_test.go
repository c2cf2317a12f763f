package deviceapi_test

import (
	"errors"
	"strings"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/storage"
)

// proves V2.2-e: the statement that hands out a key refuses while the lost one is in no block list, whatever its state says.
func TestReplaceIsRefusedAtTheWrite(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		keys := fleet.NewKeys(txn.Narrow(w.db, func(tx *storage.Tx) fleet.KeyTx { return tx }), w.auth)
		w.must(w.db.Update(ctx, func(tx *storage.Tx) error {
			all, err := tx.KeysByDevice(ctx, []uint32{901, 902})
			a, b := all[901], all[902]
			a.State, b.State = fleet.KeyBlocked, fleet.KeyInStock
			return errors.Join(err, tx.PutKeys(ctx, []fleet.Key{a, b}))
		}))
		if err := keys.Replace(ctx, "account:demo", "Nk1", "Nk2"); !errors.Is(err, fleet.ErrNotInStock) {
			t.Fatalf("blocked in name only: got %v", err)
		}
		w.must(keys.Block(ctx, "account:demo", "Nk1", "borta"))
		w.must(keys.Replace(ctx, "account:demo", "Nk1", "Nk2"))
		if err := keys.Replace(ctx, "account:demo", "Nk1", "Nk2"); !errors.Is(err, fleet.ErrReplaced) {
			t.Errorf("one loss made good twice: got %v", err)
		}
		if err := keys.Block(ctx, "account:demo", "N404", "borta"); !errors.Is(err, fleet.ErrKeyUnknown) {
			t.Errorf("an unknown key: got %v", err)
		}
	})
}

// Numbers of block lists only rise, also within a second, and each list names all that is blocked.
func TestBlockListsRise(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		keys := fleet.NewKeys(txn.Narrow(w.db, func(tx *storage.Tx) fleet.KeyTx { return tx }), w.auth)
		read := func() credential.BlockList {
			raw, err := keys.BlockList(ctx)
			w.must(err)
			list, err := credential.Verifier{}.BlockListChain(w.auth.Root(), raw, w.auth.Certificate(credential.RoleRevocation))
			w.must(err)
			return list
		}
		first := read()
		w.must(keys.Block(ctx, "account:demo", "Nk1", "borta"))
		second := read()
		w.must(keys.Block(ctx, "account:demo", "Nk2", "borta"))
		third := read()
		if !second.Version.Newer(first.Version) || !third.Version.Newer(second.Version) {
			t.Errorf("versions %v, %v, %v do not rise", first.Version, second.Version, third.Version)
		}
		if len(first.Entries) != 0 || !third.Blocked(credential.BlockKey, 901) || !third.Blocked(credential.BlockKey, 902) {
			t.Errorf("entries %v, %v", first.Entries, third.Entries)
		}
		w.now = w.now.Add(fleet.BlockLife)
		w.must(keys.Block(ctx, "account:demo", "Nk2", "igen"))
		if last := read(); len(last.Entries) != 1 || !last.Blocked(credential.BlockKey, 902) {
			t.Errorf("after a week: %v, want the renewed one alone", last.Entries)
		}
	})
}

func TestStationEnrolment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		stations := fleet.NewStations(txn.Narrow(w.db, func(tx *storage.Tx) fleet.StationTx { return tx }), w.auth)
		for _, c := range []struct {
			name, group string
			want        error
		}{
			{"", "G001", fleet.ErrStationName}, {strings.Repeat("x", 81), "G001", fleet.ErrStationName},
			{"Norr 1", "G001", fleet.ErrStationExists}, {"Norr 2", "G404", fleet.ErrStationGroup},
		} {
			if _, err := stations.Enrol(ctx, "account:demo", c.name, c.group); !errors.Is(err, c.want) {
				t.Errorf("%q in %s: got %v, want %v", c.name, c.group, err, c.want)
			}
		}
		token, err := stations.Enrol(ctx, "account:demo", "Norr 2", "G001")
		w.must(err)
		id, err := credential.NewIdentity()
		w.must(err)
		own := fleet.NewStationSecret()
		connect := func(secret string) error {
			_, err := stations.Connect(ctx, secret, id.PublicKey(), id.ExchangeKey(), fleet.HashStationSecret(own))
			return err
		}
		if _, err := stations.Authenticate(ctx, token); !errors.Is(err, fleet.ErrStationUnknown) {
			t.Errorf("a one-time token is no secret: got %v", err)
		}
		if _, err := stations.Connect(ctx, token, id.PublicKey(), id.ExchangeKey(), "short"); !errors.Is(err, fleet.ErrStationKeys) {
			t.Errorf("a hash that is none: got %v", err)
		}
		if _, err := stations.Connect(ctx, token, credential.PublicKey{}, id.ExchangeKey(), fleet.HashStationSecret(own)); !errors.Is(err, fleet.ErrStationKeys) {
			t.Errorf("a public key that is none: got %v", err)
		}
		w.must(connect(token))
		for _, spent := range []string{token, own, "hns_0"} {
			if err := connect(spent); !errors.Is(err, fleet.ErrStationUnknown) {
				t.Errorf("connecting with %.4s…: got %v", spent, err)
			}
		}
		station, err := stations.Authenticate(ctx, own)
		w.must(err)
		before, err := stations.Renew(ctx, station.Device)
		w.must(err)
		w.now = w.now.Add(24 * 60 * 60 * 1e9)
		after, err := stations.Renew(ctx, station.Device)
		w.must(err)
		old, err := credential.ParseCertificate(before.Station.Certificate)
		w.must(err)
		fresh, err := credential.ParseCertificate(after.Station.Certificate)
		w.must(err)
		if fresh.Expires.Sub(old.Expires) != 24*60*60*1e9 || fresh.Key != id.PublicKey() {
			t.Errorf("renewal: %v after %v", fresh.Expires, old.Expires)
		}
		if got := w.count(journal.StationEnrolled); got != 2 {
			t.Errorf("journal: got %d entries, want 2", got)
		}
	})
}
