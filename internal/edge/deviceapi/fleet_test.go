package deviceapi_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
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

// A station that asks for nothing any more is counted, until it is said to be out: then nobody waits for it.
func TestSilentStations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stations := fleet.NewStations(txn.Narrow(w.db, func(tx *storage.Tx) fleet.StationTx { return tx }), w.auth)
		contact := func() fleet.Contact {
			c, err := stations.Contact(t.Context())
			w.must(err)
			return c
		}
		_, err := stations.Enrol(t.Context(), "account:m", "Syd 1", "G001") // never connected: nobody expects to hear of it
		w.must(err)
		began := w.now
		_, err = stations.Renew(t.Context(), w.station.Device)
		w.must(err)
		w.now = w.now.Add(fleet.SilentAfter)
		if got := contact(); got != (fleet.Contact{Working: 1}) {
			t.Errorf("in time: %+v", got)
		}
		w.now = w.now.Add(time.Second)
		if got := contact(); got.Working != 1 || got.Silent != 1 || !got.Since.Equal(began) {
			t.Errorf("silent: %+v, want one since %v", got, began)
		}
		w.must(w.db.Update(t.Context(), func(tx *storage.Tx) error {
			st, _, err := tx.StationByName(t.Context(), "Norr 1")
			st.OutSince = tx.Now()
			return errors.Join(err, tx.PutStation(t.Context(), st, ""))
		}))
		if got := contact(); got.Working != 0 || got.Silent != 0 {
			t.Errorf("out: %+v", got)
		}
	})
}

// A block list that is too full raises the generation of the smallest group that makes room enough: its keys are refused until
// they have been synced. The entry goes when nothing can be refused by it any longer.
func TestFullBlockList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		keys := fleet.NewKeys(txn.Narrow(w.db, func(tx *storage.Tx) fleet.KeyTx { return tx }), w.auth)
		var all []fleet.Key
		var grants []keysync.Issued
		for i := range 300 { // two hundred of the small group, a hundred of the large one
			k := fleet.Key{ID: fmt.Sprintf("b%03d", i), Device: uint32(2000 + i), Number: fmt.Sprintf("B%03d", i), GroupID: "g1", State: fleet.KeyIssued,
				Certificate: []byte{1}, SyncedUntil: w.now.Add(credential.GrantLife)}
			if i >= 200 {
				k.GroupID = "g2"
			}
			all = append(all, k)
			grants = append(grants, keysync.Issued{Serial: uint64(i + 1), KeyID: k.ID, GroupID: k.GroupID, StationID: "t1", From: w.now, Until: k.SyncedUntil})
		}
		kept := []fleet.Key{}
		for i := range 20 {
			kept = append(kept, fleet.Key{ID: fmt.Sprintf("c%d", i), Device: uint32(3000 + i), Number: fmt.Sprintf("C%d", i), GroupID: "g2", State: fleet.KeyIssued})
		}
		w.must(w.db.Update(ctx, func(tx *storage.Tx) error {
			group := care.Group{ID: "g2", Number: 12, Code: "G002", Name: "Syd", ProviderID: "p1", Kind: routine.GroupKind("homecare")}
			if err := errors.Join(tx.PutGroups(ctx, []care.Group{group}), tx.PutKeys(ctx, all), tx.PutKeys(ctx, kept), tx.InsertGrants(ctx, grants)); err != nil {
				return err
			}
			return keys.BlockKeys(ctx, tx, "account:m", "stölden", all)
		}))
		g, out := w.grant(901)
		list, err := credential.ParseBlockList(out.Blocks)
		w.must(err)
		if len(list.Entries) != 100 || list.MinGeneration(11) != 2 || list.MinGeneration(12) != 0 || g.Generation != 2 {
			t.Errorf("got %d entries, minimum generations %v, a grant of generation %d", len(list.Entries), list.Generations, g.Generation)
		}
		told, err := w.sync.Anomalies(ctx, routine.Who{Role: routine.LockManager}, keysync.AnomalyFilter{Open: true}, "", 10)
		if err != nil || len(told) != 1 || told[0].Class != fleet.ClassOverflow {
			t.Errorf("announced: %+v, %v", told, err)
		}
		w.now = w.now.Add(time.Hour) // what has been refused makes room for later ones too: nobody must sync again
		w.must(keys.Block(ctx, "account:m", "Nk2", "borttappad"))
		g, out = w.grant(901)
		list, err = credential.ParseBlockList(out.Blocks)
		if err != nil || len(list.Entries) != 100 || list.MinGeneration(11) != 2 || g.Generation != 2 {
			t.Errorf("with one more: got %d entries, minimum generations %v, a grant of generation %d, %v", len(list.Entries), list.Generations, g.Generation, err)
		}
		w.now = w.now.Add(fleet.BlockLife)
		w.must(keys.Block(ctx, "account:m", "C1", "borttappad"))
		body, err := keys.BlockList(ctx)
		w.must(err)
		if list, err = credential.ParseBlockList(body); err != nil || len(list.Generations) != 0 || len(list.Entries) > 1 {
			t.Errorf("when nothing is left to refuse: %+v, %v", list, err)
		}
	})
}

// Somebody who blocks a key at ten past eleven at night is never told that the list is full, whatever fills it: generations are raised
// for the groups that are enough, and what neither they nor the list can refuse is left out, the least dangerous first, and told.
func TestBlockingNeverFails(t *testing.T) {
	const many = credential.MaxBlockEntries + 44
	type state struct {
		key, listed, minimums, told int // the key is named, rather than refused by a minimum; entries; groups with a minimum; announcements
	}
	for name, c := range map[string]struct {
		fill func(w *world, tx *storage.Tx, keys *fleet.Keys) error
		want state
	}{
		"a provider's staff who all leave": {func(w *world, tx *storage.Tx, keys *fleet.Keys) error {
			for i := range uint64(many) {
				person := fmt.Sprintf("s%d", i)
				if err := errors.Join(
					tx.PutStaff(t.Context(), []care.Staff{{ID: person, EmployeeNumber: person, Pseudonym: uint32(5000 + i)}}),
					tx.PutMemberships(t.Context(), []care.Membership{{StaffID: person, GroupID: "g1", From: w.now.Add(-time.Hour), Until: w.now}}),
					keys.BlockSubject(t.Context(), tx, credential.BlockStaff, 5000+i, "slutat")); err != nil {
					return err
				}
			}
			return nil
		}, state{key: 1, listed: 1, minimums: 1, told: 1}},
		"keys that have moved between groups": {func(w *world, tx *storage.Tx, keys *fleet.Keys) error {
			var all []fleet.Key
			var grants []keysync.Issued
			for i := range many {
				k := fleet.Key{ID: fmt.Sprintf("b%03d", i), Device: uint32(2000 + i), Number: fmt.Sprintf("B%03d", i), GroupID: "g1", State: fleet.KeyIssued,
					Certificate: []byte{1}, SyncedUntil: w.now.Add(credential.GrantLife)}
				all = append(all, k)
				for _, g := range []string{"g1", "g2"} {
					grants = append(grants, keysync.Issued{Serial: uint64(len(grants) + 1), KeyID: k.ID, GroupID: g, StationID: "t1", From: w.now, Until: k.SyncedUntil})
				}
			}
			return errors.Join(tx.PutKeys(t.Context(), all), tx.InsertGrants(t.Context(), grants), keys.BlockKeys(t.Context(), tx, "account:m", "stölden", all))
		}, state{key: 1, listed: 1, minimums: 2, told: 2}},
		"what no generation refuses": {func(w *world, tx *storage.Tx, keys *fleet.Keys) error {
			for i := range uint64(many) {
				if err := keys.BlockSubject(t.Context(), tx, credential.BlockStation, 7000+i, "stöld"); err != nil {
					return err
				}
			}
			return nil
		}, state{key: 0, listed: credential.MaxBlockEntries, minimums: 1, told: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, t.TempDir())
			w.grant(902)
			keys := fleet.NewKeys(txn.Narrow(w.db, func(tx *storage.Tx) fleet.KeyTx { return tx }), w.auth)
			w.must(w.db.Update(t.Context(), func(tx *storage.Tx) error {
				group := care.Group{ID: "g2", Number: 12, Code: "G002", Name: "Syd", ProviderID: "p1", Kind: routine.GroupKind("homecare")}
				return errors.Join(tx.PutGroups(t.Context(), []care.Group{group}), c.fill(w, tx, keys))
			}))
			w.now = w.now.Add(time.Hour)
			w.must(keys.Block(t.Context(), "account:m", "Nk2", "borttappad"))
			body, err := keys.BlockList(t.Context())
			w.must(err)
			list, err := credential.ParseBlockList(body)
			w.must(err)
			told, err := w.sync.Anomalies(t.Context(), routine.Who{Role: routine.LockManager}, keysync.AnomalyFilter{Open: true}, "", 100)
			w.must(err)
			got := state{listed: len(list.Entries), minimums: len(list.Generations), told: len(told)}
			for _, e := range list.Entries {
				if e.Kind == credential.BlockKey && e.ID == 902 {
					got.key = 1
				}
			}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
