package casework_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const (
	pageClient    = "192901029088"
	pageProtected = "193103249078"
)

var errDisk = errors.New("the disk is on fire")

// dumbTx is a transaction that cannot write in the journal.
type dumbTx struct{ *storage.Tx }

func (dumbTx) InsertJournalEntries(context.Context, []journal.Row) error { return errDisk }

// pageTown has a client with a lock and home care, one with protected identity, and a third with nothing.
func pageTown(t *testing.T, db *storage.DB) *casework.Pages {
	t.Helper()
	orders := casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), routine.DefaultProfile())
	now := time.Now()
	care1 := []casework.RegisterService{{Row: 2, Kind: routine.HomeCare, Group: "G001", From: now.AddDate(0, -2, 0).Truncate(time.Second), Until: routine.Forever, InEffect: true}}
	batch := casework.RegisterBatch{
		Providers: []care.Provider{{OrgNumber: "2120009002", Name: "Kommunen"}},
		Groups:    []care.Group{{Code: "G001", Name: "Norr", OrgNumber: "2120009002", Kind: routine.HomeCareGroup, MaxStaff: 3}},
		Entrances: []casework.RegisterEntrance{{Code: "P-1", Locks: []fleet.Lock{{Serial: "PT1", Kind: fleet.Entrance, State: fleet.Mounted, MountedAt: now.AddDate(0, -1, 0)}}}},
		Clients: []casework.RegisterClient{
			{Client: care.Client{PersonalNumber: pageClient, GivenName: "Anna", FamilyName: "Ask", Phone: "070", Ended: routine.Forever},
				Dwelling: care.Dwelling{Street: "Gatan 1", PostalCode: "43245", Town: "Byn"}, Entrance: "P-1", Services: care1,
				Lock: &fleet.Lock{Serial: "DC1", Kind: fleet.Door, State: fleet.Mounted, MountedAt: now.AddDate(0, 0, -10)}},
			{Client: care.Client{PersonalNumber: pageProtected, GivenName: "Asta", FamilyName: "Ask", Protected: true, Ended: routine.Forever},
				Dwelling: care.Dwelling{Street: "Gatan 2", PostalCode: "43245", Town: "Byn"}, Entrance: "P-1", Services: care1},
		},
		Keys: []casework.RegisterKey{{Group: "G001", Key: fleet.Key{Number: "N1", State: fleet.KeyIssued}}},
	}
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		faults, err := orders.ApplyRegisters(t.Context(), tx, casework.Import{ID: "run"}, batch)
		if len(faults) > 0 {
			t.Errorf("faults in the seed: %v", faults)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return casework.NewPages(txn.Narrow(db, func(tx *storage.Tx) casework.PagesTx { return tx }))
}

func idOf(t *testing.T, db *storage.DB, number string) string {
	t.Helper()
	var id string
	err := db.View(t.Context(), func(tx *storage.Tx) error {
		found, err := tx.ClientsByNumber(t.Context(), []string{number})
		id = found[number].ID
		return err
	})
	if err != nil || id == "" {
		t.Fatalf("client %s: %v", number, err)
	}
	return id
}

var reader = casework.Reader{Actor: "someone", Role: "case-officer"}

func TestClientPageHasChainsOfEveryLock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		page, err := p.ClientPage(t.Context(), reader, idOf(t, db, pageClient), casework.Look{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range page.Chains {
			got = append(got, fmt.Sprint(c.Lock.Serial, " ", c.GroupCode, " ", c.Ground.Rule, " ", c.InForce(page.Now)))
		}
		if want := "[DC1 G001 V5.1-b true PT1 G001 V5.1-b true]"; fmt.Sprint(got) != want {
			t.Errorf("chains: got %v, want %s", got, want)
		}
		if len(page.Services) != 1 || page.Services[0].GroupName != "Norr" {
			t.Errorf("services: got %+v, want home care by Norr", page.Services)
		}
	})
}

// proves that protected identity is empty, not merely hidden, until a reason is given.
func TestProtectedIdentityIsEmpty(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	p := pageTown(t, db)
	id := idOf(t, db, pageProtected)
	for _, c := range []struct {
		look casework.Look
		err  error
		name string
	}{
		{casework.Look{}, nil, ""},
		{casework.Look{Reason: "fault"}, nil, ""},
		{casework.Look{Reveal: true}, casework.ErrReason, ""},
		{casework.Look{Reveal: true, Reason: " \n"}, casework.ErrReason, ""},
		{casework.Look{Reveal: true, Reason: "fault"}, nil, "Asta Ask"},
	} {
		page, err := p.ClientPage(t.Context(), reader, id, c.look)
		if !errors.Is(err, c.err) || page.Person.Name != c.name {
			t.Errorf("%+v: got %q, %v; want %q, %v", c.look, page.Person.Name, err, c.name, c.err)
		}
		if c.name != "" || err != nil {
			continue
		}
		want := casework.Person{ID: id, Protected: true, Number: "********-****", Ended: page.Person.Ended}
		if page.Person != want {
			t.Errorf("%+v: got %+v, want %+v", c.look, page.Person, want)
		}
		for _, l := range page.Locks {
			if l.Where != "" {
				t.Errorf("%+v: the entrance %q gives the address away", c.look, l.Where)
			}
		}
	}
	if hits, err := p.Search(t.Context(), reader, "Ask"); err != nil || len(hits.People) != 1 || hits.People[0].Name != "Anna Ask" {
		t.Errorf("search by name: got %+v, %v; want Anna alone", hits, err)
	}
}

// proves that nothing is read that cannot be written in the journal.
func TestNoReadWithoutEntry(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	pageTown(t, db)
	id := idOf(t, db, pageClient)
	if err := db.Update(t.Context(), func(tx *storage.Tx) error {
		return tx.InsertTasks(t.Context(), []casework.Task{{ID: "t1", Number: "7K3M-9QX2", ClientID: id, Kind: routine.ServiceLock, State: casework.TaskOpen, Due: tx.Now(), Created: tx.Now()}})
	}); err != nil {
		t.Fatal(err)
	}
	p := casework.NewPages(txn.Narrow(db, func(tx *storage.Tx) casework.PagesTx { return dumbTx{tx} }))
	keys, err := p.Keys(t.Context(), reader, casework.KeyFilter{})
	if err != nil || len(keys.Keys) != 1 {
		t.Fatalf("keys: got %+v, %v", keys, err)
	}
	for name, read := range map[string]func() error{
		"client": func() error { _, err := p.ClientPage(t.Context(), reader, id, casework.Look{}); return err },
		"search": func() error { _, err := p.Search(t.Context(), reader, "Anna"); return err },
		"key":    func() error { _, err := p.KeyPage(t.Context(), reader, keys.Keys[0].ID, ""); return err },
		"keys":   func() error { _, _, err := p.KeyFile(t.Context(), reader, casework.KeyFilter{}); return err },
		"lock":   func() error { _, err := p.LockPage(t.Context(), reader, lockID(t, db, "DC1"), ""); return err },
		"locks":  func() error { _, err := p.LockFile(t.Context(), reader, casework.LockFilter{}); return err },
		"why":    func() error { _, err := p.Why(t.Context(), reader, "DC1", "G001"); return err },
		"tasks":  func() error { _, err := p.Tasks(t.Context(), reader); return err },
		"login":  func() error { return p.Login(t.Context(), reader, "demo") },
	} {
		if err := read(); !errors.Is(err, errDisk) {
			t.Errorf("%s: got %v, want the journal's fault", name, err)
		}
	}
}

// A lock's history before it was mounted here is somebody else's, and so is what others do at the entrance.
func TestTimelineIsTheClientsOwn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		var locks map[string]fleet.Lock
		err := db.Update(t.Context(), func(tx *storage.Tx) (err error) {
			if locks, err = tx.LocksBySerial(t.Context(), []string{"DC1", "PT1"}); err != nil {
				return err
			}
			open := func(serial string, days int) journal.Entry {
				return journal.Entry{Kind: journal.DoorOpened, At: tx.Now().AddDate(0, 0, -days), Subjects: []string{locks[serial].ID},
					Fields: []journal.Field{{Name: "days", Value: fmt.Sprint(days)}}}
			}
			return journal.Append(t.Context(), tx, open("DC1", 1), open("DC1", 9), open("DC1", 11), open("PT1", 1))
		})
		if err != nil {
			t.Fatal(err)
		}
		page, err := p.ClientPage(t.Context(), reader, idOf(t, db, pageClient), casework.Look{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range page.Events {
			if r.Kind == journal.DoorOpened {
				got = append(got, r.Value("days"))
			}
		}
		if fmt.Sprint(got) != "[1 9]" {
			t.Errorf("openings: got %v days ago, want 1 and 9", got)
		}
	})
}

func TestTimelineHasMoreWhenReadsAreMany(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	p := pageTown(t, db)
	id := idOf(t, db, pageClient)
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		for i := range 700 {
			kind := journal.ClientRead
			if i%10 == 0 {
				kind = journal.DecisionRecorded
			}
			e := journal.Entry{Kind: kind, At: tx.Now().Add(-time.Duration(i) * time.Hour), Subjects: []string{id}}
			if err := journal.Append(t.Context(), tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	seen, before := map[int64]bool{}, journal.Cursor("")
	for pages := 0; pages == 0 || before != ""; pages++ {
		page, err := p.ClientPage(t.Context(), reader, id, casework.Look{Before: before})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Events) > casework.MaxTimeline || pages > 10 {
			t.Fatalf("page %d has %d events", pages, len(page.Events))
		}
		for _, r := range page.Events {
			if r.Kind == journal.DecisionRecorded && seen[r.Index] {
				t.Errorf("%d is on two pages", r.Index)
			}
			seen[r.Index] = r.Kind == journal.DecisionRecorded
		}
		before = page.Next
	}
	decisions := 0
	for _, d := range seen {
		if d {
			decisions++
		}
	}
	if decisions != 70 {
		t.Errorf("decisions over all pages: got %d, want 70", decisions)
	}
}

func TestKeyStates(t *testing.T) {
	now := time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		key  casework.Key
		want casework.KeyState
	}{
		{casework.Key{Stored: "issued"}, casework.KeyDue},
		{casework.Key{Stored: "issued", SyncedUntil: now.Add(casework.DueWithin - 1)}, casework.KeyDue},
		{casework.Key{Stored: "issued", SyncedUntil: now.Add(casework.DueWithin)}, casework.KeySynced},
		{casework.Key{Stored: "blocked", SyncedUntil: now.Add(72 * time.Hour)}, casework.KeyBlocked},
		{casework.Key{Stored: "stock"}, casework.KeyStock},
	} {
		if got := c.key.State(now); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.key, got, c.want)
		}
	}
}

// A municipality with thousands of groups does not get them all in a list to choose from.
func TestKeysOfferFewGroups(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		for _, more := range []int{casework.MaxChoices - 1, 1} { // beside the town's own
			l, err := p.Keys(t.Context(), reader, casework.KeyFilter{})
			if err != nil || len(l.Groups) == 0 {
				t.Fatalf("before %d more: got %d groups, %v", more, len(l.Groups), err)
			}
			addGroups(t, db, more, fmt.Sprint("M", more, "-"))
		}
		if l, err := p.Keys(t.Context(), reader, casework.KeyFilter{}); err != nil || len(l.Groups) != 0 || len(l.Keys) != 1 {
			t.Errorf("got %d groups and %d keys, %v; want no groups and the key", len(l.Groups), len(l.Keys), err)
		}
	})
}

func addGroups(t *testing.T, db *storage.DB, n int, prefix string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		like, err := tx.GroupsByCode(t.Context(), []string{"G001"})
		if err != nil {
			return err
		}
		var all []care.Group
		for i := range n {
			g := like["G001"]
			g.ID, g.Number, g.Code = fmt.Sprint(prefix, i), uint32(1000*n+i), fmt.Sprint(prefix, i)
			all = append(all, g)
		}
		return tx.PutGroups(t.Context(), all)
	})
	if err != nil {
		t.Fatal(err)
	}
}
