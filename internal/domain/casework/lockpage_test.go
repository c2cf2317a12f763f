package casework_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

func lockOf(t *testing.T, db *storage.DB, serial string) (lock fleet.Lock) {
	t.Helper()
	err := db.View(t.Context(), func(tx *storage.Tx) error {
		found, err := tx.LocksBySerial(t.Context(), []string{serial})
		lock = found[serial]
		return err
	})
	if err != nil || lock.ID == "" {
		t.Fatalf("lock %s: %v", serial, err)
	}
	return lock
}

func lockID(t *testing.T, db *storage.DB, serial string) string { return lockOf(t, db, serial).ID }

func as(role, organisation string) casework.Reader {
	return casework.Reader{Actor: "someone", Role: role, Organisation: organisation}
}

// told is what DC1 has told, what has been strange about it, and what has happened to it.
func told(t *testing.T, db *storage.DB) {
	t.Helper()
	lock := lockOf(t, db, "DC1")
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		now, ctx := tx.Now(), t.Context()
		keys, err := tx.KeysByNumber(ctx, []string{"N1"})
		if err != nil {
			return err
		}
		key := keys["N1"]
		key.SyncedAt, key.SyncedUntil = now.Add(-time.Hour), now.Add(100*time.Hour)
		entries := []journal.Entry{
			{Kind: journal.DoorOpened, At: now.Add(-30 * time.Minute), Quality: journal.Device, Subjects: []string{lock.ID, key.ID}},
			{Kind: journal.DoorOpened, At: now.AddDate(0, 0, -20), Quality: journal.Device, Subjects: []string{lock.ID, key.ID}}, // before it was mounted here
		}
		return errors.Join(
			tx.PutKeys(ctx, []fleet.Key{key}),
			tx.PutLockHeads(ctx, []keysync.Head{{Lock: lock.Number, BlockList: 3, Config: 2, Battery: 38, Seen: now.Add(-20 * time.Minute), Ack: []byte("ack"), Identity: credential.KeyHash{1}}}),
			tx.InsertAnomalies(ctx, []keysync.Anomaly{{ID: "a1", At: now, Class: keysync.ClassGap, Subject: lock.ID, Detail: "records 3 to 9 are missing"}}),
			tx.PutFault(ctx, support.Fault{ID: "f1", Number: "7K3M-9QX2", Thing: support.Lock, ThingID: lock.ID, Label: "DC1", Description: "Kärvar", State: support.Reported, Organisation: "2120009002", Reported: now, ReportedBy: 1}),
			journal.Append(ctx, tx, entries...))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// proves that a lock's page tells who may open, why, and what the lock last told, to those who may read about the client.
func TestLockPage(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		told(t, db)
		page, err := p.LockPage(t.Context(), as("lock-manager", ""), lockID(t, db, "DC1"), "")
		if err != nil {
			t.Fatal(err)
		}
		if l := page.Lock; l.Battery != 38 || l.BlockList != 3 || l.Config != 2 || l.Seen.IsZero() || l.State != fleet.Mounted {
			t.Errorf("facts: got %+v", l)
		}
		if len(page.People) != 1 || page.People[0].Name != "Anna Ask" {
			t.Errorf("people: got %+v", page.People)
		}
		if len(page.Groups) != 1 || page.Groups[0].Name != "Norr" || page.Groups[0].Synced != 1 || len(page.Groups[0].Periods) != 1 {
			t.Errorf("groups: got %+v", page.Groups)
		}
		if len(page.Chains) != 1 || page.Chains[0].Use.Key != "N1" || page.Chains[0].Use.With != "N1" || page.Chains[0].Use.Opened.Before(page.Now.Add(-time.Hour)) {
			t.Errorf("chains: got %+v", page.Chains)
		}
		if page.Protected || len(page.Entrances) != 1 || page.Entrances[0].Serial != "PT1" { // the neighbour's protection is not this door's
			t.Errorf("entrances: got %+v, protected %v", page.Entrances, page.Protected)
		}
		if len(page.Faults) != 1 || len(page.Anomalies) != 1 || len(page.Events) != 1 {
			t.Errorf("got %d faults, %d anomalies, %d events; want one of each", len(page.Faults), len(page.Anomalies), len(page.Events))
		}
	})
}

// proves that who has no client behind a lock does not learn that it is there, and others only what is theirs.
func TestWhoseLock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		told(t, db)
		id := lockID(t, db, "DC1")
		for _, c := range []struct {
			who  casework.Reader
			want error
		}{
			{as("provider", "2120009002"), nil}, {as("provider", "5560003468"), casework.ErrNoLock}, {as("provider", ""), casework.ErrNoLock},
			{as("alarm-team", "2120009002"), casework.ErrNoLock}, {as("case-officer", ""), nil}, {as("system-owner", ""), nil},
			{as("auditor", ""), casework.ErrNoLock}, {as("", ""), casework.ErrNoLock},
		} {
			page, err := p.LockPage(t.Context(), c.who, id, "")
			if !errors.Is(err, c.want) || err != nil && page.Lock.ID != "" {
				t.Errorf("%s of %s: got %v, want %v", c.who.Role, c.who.Organisation, err, c.want)
			}
			if c.who.Role == "system-owner" && (len(page.People) > 0 || len(page.Chains) > 0) {
				t.Errorf("the system owner sees clients: %+v", page.People)
			}
			if c.who.Role == "provider" && (len(page.Anomalies) > 0 || len(page.Life) > 0) {
				t.Errorf("a provider sees what is the lock manager's")
			}
		}
		if _, err := p.LockPage(t.Context(), reader, "nobody", ""); !errors.Is(err, casework.ErrNoLock) {
			t.Errorf("an unknown lock: got %v", err)
		}
		if _, err := p.Locks(t.Context(), as("provider", "2120009002"), casework.LockFilter{}); !errors.Is(err, casework.ErrMayNot) {
			t.Errorf("a provider lists all locks: %v", err)
		}
	})
}

// proves that what tells where somebody with protected identity lives is nowhere on the pages of locks, nor which entrance theirs is.
func TestLockOfTheProtected(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		entrance, err := p.LockPage(t.Context(), reader, lockID(t, db, "PT1"), "")
		if err != nil || entrance.Protected || entrance.Lock.Where != "P-1" || len(entrance.People) > 0 || entrance.Homes != 2 {
			t.Errorf("the entrance: got %q, %+v, %d homes, %v", entrance.Lock.Where, entrance.People, entrance.Homes, err)
		}
		client, err := p.ClientPage(t.Context(), reader, idOf(t, db, pageProtected), casework.Look{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range client.Locks {
			if l.Kind == "entrance" && l.ID+l.Serial+l.Where != "" {
				t.Errorf("the client's page leads to the entrance by %q %q", l.ID, l.Serial)
			}
		}
	})
}

func TestLockList(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			var locks []fleet.Lock
			for i := range casework.MaxLocks {
				locks = append(locks, fleet.Lock{ID: fmt.Sprintf("s%03d", i), Serial: fmt.Sprintf("S%03d", i), Number: uint32(1000 + i), Kind: fleet.Box, State: fleet.InStock})
			}
			return tx.PutLocks(t.Context(), locks)
		})
		if err != nil {
			t.Fatal(err)
		}
		manager := as("lock-manager", "")
		for _, c := range []struct {
			f    casework.LockFilter
			want int
			next string
		}{
			{casework.LockFilter{}, casework.MaxLocks, "S047"}, {casework.LockFilter{After: "S047"}, 2, ""},
			{casework.LockFilter{State: fleet.InStock}, casework.MaxLocks, ""}, {casework.LockFilter{State: fleet.Mounted}, 2, ""},
			{casework.LockFilter{Kind: fleet.Entrance}, 1, ""}, {casework.LockFilter{Serial: "S01"}, 10, ""}, {casework.LockFilter{Serial: "åäö%_"}, 0, ""},
			{casework.LockFilter{State: "no such"}, 0, ""},
		} {
			got, err := p.Locks(t.Context(), manager, c.f)
			if err != nil || len(got.Locks) != c.want || got.Next != c.next {
				t.Errorf("%+v: got %d locks and %q, %v; want %d and %q", c.f, len(got.Locks), got.Next, err, c.want, c.next)
			}
		}
	})
}

// proves that an organisation sees the keys of its own groups only.
func TestKeysAreOnesOwn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		all, err := p.Keys(t.Context(), as("provider", "2120009002"), casework.KeyFilter{Organisation: "5560003468"})
		if err != nil || len(all.Keys) != 1 || len(all.Groups) != 1 {
			t.Fatalf("own keys: got %+v, %v", all, err)
		}
		others, err := p.Keys(t.Context(), as("provider", "5560003468"), casework.KeyFilter{})
		if err != nil || len(others.Keys)+len(others.Groups) != 0 {
			t.Errorf("another's keys: got %+v, %v", others, err)
		}
		if _, err := p.KeyPage(t.Context(), as("provider", "5560003468"), all.Keys[0].ID, ""); !errors.Is(err, casework.ErrNoKey) {
			t.Errorf("another's key: got %v", err)
		}
		for _, who := range []casework.Reader{as("provider", ""), as("auditor", ""), as("", "2120009002")} {
			if _, err := p.Keys(t.Context(), who, casework.KeyFilter{}); !errors.Is(err, casework.ErrMayNot) {
				t.Errorf("%+v lists keys: %v", who, err)
			}
			if _, _, err := p.KeyFile(t.Context(), who, casework.KeyFilter{}); !errors.Is(err, casework.ErrMayNot) {
				t.Errorf("%+v takes out keys: %v", who, err)
			}
		}
	})
}
