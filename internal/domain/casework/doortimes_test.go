package casework_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/disclosure"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// doorbook is what locks have told, and whose door each was on then.
type doorbook struct {
	town
	signs  *journal.Log
	log    *disclosure.Service
	pages  *casework.Pages
	events []doorEvent
}

type doorEvent struct {
	at     time.Time
	lock   string
	behind []string // identity numbers
}

func newDoorbook(t *testing.T, db *storage.DB) *doorbook {
	n := newTown(t, db)
	log := journaltest.NewKeys(t).NewLog(t, txn.Narrow(db, func(tx *storage.Tx) journal.Tx { return tx }))
	return &doorbook{town: n, signs: log,
		log: disclosure.NewService(txn.Narrow(db, func(tx *storage.Tx) disclosure.Tx { return tx }), log,
			routine.LogRules{Mode: routine.LogByRole, Readers: []routine.Role{routine.SystemOwner}}),
		pages: casework.NewPages(txn.Narrow(db, func(tx *storage.Tx) casework.PagesTx { return tx }))}
}

// opens lets somebody open a lock at a time, zero for now.
func (b *doorbook) opens(t failer, at time.Time, serial string, behind ...string) {
	t.Helper()
	err := b.db.Update(t.Context(), func(tx *storage.Tx) error {
		locks, err := tx.LocksBySerial(t.Context(), []string{serial})
		if err != nil {
			return err
		}
		if at.IsZero() {
			at = tx.Now()
		}
		return journal.Append(t.Context(), tx, journal.Entry{Kind: journal.DoorOpened, At: at, Quality: journal.Device, Subjects: []string{locks[serial].ID},
			Fields: []journal.Field{{Name: "lock", Value: serial}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	b.events = append(b.events, doorEvent{at.Truncate(time.Microsecond).UTC(), serial, behind})
}

// mustTellOf compares what an extract and the client's own page tell of the doors with whose they were.
func (b *doorbook) mustTellOf(t failer, client string, from time.Time) {
	t.Helper()
	var want []string
	for _, e := range slices.Backward(b.events) {
		if slices.Contains(e.behind, client) && !e.at.Before(from) {
			want = append(want, fmt.Sprint(e.lock, " ", e.at))
		}
	}
	page, err := b.log.Look(t.Context(), owner, disclosure.Query{Purpose: disclosure.Incident, Reason: "prov", Scope: disclosure.OfClient, Name: client,
		From: from, Until: from.Add(300 * 24 * time.Hour), Limit: disclosure.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range page.Rows {
		got = append(got, fmt.Sprint(r.Lock, " ", r.At))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("the log of %s's doors: got %v, want %v", client, got, want)
	}
	var id string
	if err := b.db.View(t.Context(), func(tx *storage.Tx) error {
		found, err := tx.ClientsByNumber(t.Context(), []string{client})
		id = found[client].ID
		return err
	}); err != nil {
		t.Fatal(err)
	}
	shown, err := b.pages.ClientPage(t.Context(), reader, id, casework.Look{})
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, r := range shown.Events {
		if r.Kind == journal.DoorOpened && !r.At.Before(from) {
			got = append(got, fmt.Sprint(r.Value("lock"), " ", r.At))
		}
	}
	if !slices.Equal(got, want) && shown.Next == "" {
		t.Fatalf("%s's page: got %v, want %v", client, got, want)
	}
}

// People and locks move about at random, back and forth: each extract and each page tells of the doors that were the client's, while they were, and
// of nothing else.
//
// proves V5.7-d, S-d
func TestTheLogOfADoorIsTheirsWhoLivedThere(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		b, round := newDoorbook(t, db), 0
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > enough(db)/5 {
				return
			}
			from := *now
			for range 4 {
				*now = now.Add(time.Hour)
				s := drawStreet(rt)
				for _, batch := range s.batches(rapid.Permutation([]string{alma, bo, cilla}).Draw(rt, "order")) {
					b.apply(rt, casework.Import{ID: "run", Moving: func(string) bool { return true }}, batch)
				}
				for _, lock := range []string{"D1", "D2"} {
					if at := s.locks[lock]; at != "" {
						var behind []string
						for _, who := range []string{alma, bo, cilla} {
							if s.home[who] == at {
								behind = append(behind, who)
							}
						}
						b.opens(rt, time.Time{}, lock, behind...)
					}
				}
			}
			if _, err := b.signs.Integrate(t.Context()); err != nil { // as a server does all the time
				rt.Fatal(err)
			}
			for _, who := range []string{alma, bo, cilla} {
				b.mustTellOf(rt, who, from)
			}
		})
	})
}

// lives is a client with home care at an address, and the lock that the registers say is on the door.
func lives(who, address string, lock *fleet.Lock) casework.RegisterBatch {
	return casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: who}, Lock: lock,
		Dwelling: care.Dwelling{AddressKey: address, Street: address, PostalCode: "43299", Town: "Provköping", Apartment: "1101"},
		Services: []casework.RegisterService{{Row: 2, Kind: routine.HomeCare, Group: "H1", From: day(1), Until: routine.Forever}}}}}
}

// What happens at a door whose client has died is still about that client, until somebody else lives there; and whoever comes sees nothing of
// what was before.
//
// proves V5.7-d
func TestTheNextTenantSeesNothingOfTheLast(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		b, start := newDoorbook(t, db), *now
		run := casework.Import{ID: "run", Moving: func(string) bool { return true }}
		hour := func() { *now = now.Add(time.Hour) }
		b.apply(t, run, lives(cilla, "Nygatan 5", &fleet.Lock{Serial: "D1", Kind: fleet.Door, State: fleet.Mounted, MountedAt: start.Add(-48 * time.Hour)}))
		b.opens(t, start.Add(-24*time.Hour), "D1", cilla) // the lock has sat there longer than we have known
		hour()
		b.place(t, officer, order(routine.Died, cilla, day(2)))
		*now = day(3)
		b.opens(t, time.Time{}, "D1", cilla)
		hour()
		b.apply(t, run, lives(bo, "Nygatan 5", nil))
		hour()
		b.opens(t, time.Time{}, "D1", bo)
		hour()
		b.apply(t, run, lives(alma, "Nygatan 5", nil)) // a couple from now on
		hour()
		b.opens(t, time.Time{}, "D1", bo, alma)
		for _, who := range []string{alma, bo, cilla} {
			b.mustTellOf(t, who, start.Add(-72*time.Hour))
		}
		lock, err := b.pages.LockPage(t.Context(), as("lock-manager", ""), lockID(t, db, "D1"), "")
		if err != nil {
			t.Fatal(err)
		}
		opened := 0
		for _, r := range lock.Events {
			if r.Kind == journal.DoorOpened {
				opened++
			}
		}
		if opened != 2 {
			t.Errorf("the lock's page: got %d openings, want the two since Bo moved in", opened)
		}
	})
}

// A lock that the registers move with its new day is the new client's from that day; with the old day, from when we knew.
//
// proves V5.7-d
func TestALockThatMovesTellsEachClientTheirPart(t *testing.T) {
	for name, said := range map[string]time.Duration{"the day is new": 10 * time.Hour, "the day is old": 0} {
		t.Run(name, func(t *testing.T) {
			eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
				b, start := newDoorbook(t, db), *now
				run := casework.Import{ID: "run", Moving: func(string) bool { return true }}
				at := func(d time.Duration) *fleet.Lock {
					return &fleet.Lock{Serial: "D1", Kind: fleet.Door, State: fleet.Mounted, MountedAt: start.Add(d)}
				}
				b.apply(t, run, lives(cilla, "Nygatan 5", at(0)))
				*now = start.Add(24 * time.Hour)
				between := bo
				if said == 0 {
					between = cilla
				}
				b.opens(t, start.Add(9*time.Hour), "D1", cilla)
				b.opens(t, start.Add(11*time.Hour), "D1", between)
				b.apply(t, run, lives(bo, "Nygatan 7", at(said)))
				*now = start.Add(25 * time.Hour)
				b.opens(t, time.Time{}, "D1", bo)
				for _, who := range []string{bo, cilla} {
					b.mustTellOf(t, who, start)
				}
			})
		})
	}
}
