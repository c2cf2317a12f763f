package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// These tests are about what else is going on at a door when its lock, its people or its owner's mind change: nothing that has
// lost its point stays open, and nobody's work follows somebody else.

func (n town) stateOfTask(t failer, id string) string {
	t.Helper()
	w, err := n.Task(t.Context(), keeper, id)
	if err != nil {
		t.Fatal(err)
	}
	return w.Task.State
}

func (n town) add(t failer, in casework.NewTask) casework.Task {
	t.Helper()
	made, err := n.AddTask(t.Context(), keeper, in)
	if err != nil {
		t.Fatalf("%s: %v", in.Kind, err)
	}
	return made
}

// takeDown does the whole of a dismounting.
func (n town) takeDown(t failer, id, serial string) {
	t.Helper()
	n.steps(t, id, downSteps(serial, fleet.InStock, n.now(t))...)
	if _, err := n.Complete(t.Context(), keeper, id, ""); err != nil {
		t.Fatalf("take down %s: %v", serial, err)
	}
}

// A lock that is gone is neither exchanged nor repaired, and nobody need decide whether it stays.
//
// proves V5.1-h
func TestWorkAtALockEndsWithTheLock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := routine.DefaultProfile()
		p.Consent.Owner = true
		n := newTown(t, db).under(p)
		n.consents(t, consent.Given)
		n.granted(t)
		n.mount(t, "DC2", alma)
		service := n.place(t, officer, order(routine.ServiceOrder, alma, ahead(1)))
		exchange := n.add(t, casework.NewTask{Kind: routine.ExchangeLock, PersonalNumber: bo})
		n.consents(t, consent.Withdrawn)
		if got := n.open(t, alma, bo); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, string(routine.Judge)) }) {
			t.Fatalf("a lock without consent: got %v, want a question", got)
		}
		down := n.add(t, casework.NewTask{Kind: routine.Dismount, Serial: "DC2"})
		n.takeDown(t, down.ID, "DC2")
		n.wantOpen(t, "decide@14") // about the entrance's lock, which is still there
		n.wantState(t, casework.Done, service)
		if got := n.stateOfTask(t, exchange.ID); got != casework.TaskCancelled {
			t.Errorf("the exchange of a lock that is gone: got %s, want cancelled", got)
		}
	})
}

// What the registers say of a lock ends what the system knew of it where it sat, and the work that waited for just that.
func TestRegistersEndWorkAtADoor(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		granted := n.granted(t)
		n.mount(t, "DC2", alma)
		died := n.place(t, officer, order(routine.Died, alma, ahead(3)))
		n.apply(t, casework.Import{ID: "run"}, casework.RegisterBatch{Stock: []fleet.Lock{{Serial: "DC2", Kind: fleet.Door, State: fleet.InStock}}})
		id := died.Tasks[slices.IndexFunc(died.Tasks, func(t casework.Task) bool { return t.Kind == routine.Dismount })].ID
		if w := n.steps(t, id, downSteps("DC2", fleet.InStock, n.now(t))[1:]...); w.Left != 0 {
			t.Errorf("the register has taken the lock: got %d steps left, want but the door and the keys", w.Left)
		}
		if _, err := n.Complete(t.Context(), keeper, id, ""); err != nil {
			t.Errorf("the register has taken the lock: got %v, want that to be all", err)
		}
		n.wantState(t, casework.Done, granted)
		n.place(t, officer, order(routine.HomeCareGranted, bo, ahead(-3), "H1"))
		n.mount(t, "DC3", bo) // at the same door
		n.apply(t, casework.Import{ID: "run"}, casework.RegisterBatch{Stock: []fleet.Lock{{Serial: "DC3", Kind: fleet.Door, State: fleet.InStock}}})
		needs := order(routine.NeedsLock, bo, ahead(0), "H1")
		needs.Need = routine.CannotOpen
		waits := n.place(t, officer, needs)
		here := care.Dwelling{AddressKey: "a", Street: "Provgatan 1", Apartment: "1101", PostalCode: "43299", Town: "Provköping"}
		n.apply(t, casework.Import{ID: "run"}, casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: bo}, Dwelling: here, Entrance: "P1",
			Lock: &fleet.Lock{Serial: "DC3", Kind: fleet.Door, State: fleet.Mounted}}}})
		n.wantState(t, casework.Done, waits)
		n.add(t, casework.NewTask{Kind: routine.ExchangeLock, PersonalNumber: bo})
		n.wantRecomputed(t)
	})
}

// Work that cannot be done is not laid up: nothing is mounted where a lock sits, or taken from where none does.
func TestOnlyWorkThatCanBeDoneIsLaidUp(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		for _, kind := range []routine.TaskKind{routine.Dismount, routine.ExchangeLock} {
			_, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: kind, PersonalNumber: alma})
			wantCode(t, err, "lock-none")
		}
		first := n.add(t, casework.NewTask{Kind: routine.Mount, PersonalNumber: alma})
		if _, err := n.Cancel(t.Context(), keeper, first.ID, "fel dörr"); err != nil {
			t.Fatal(err)
		}
		n.mount(t, "DC2", alma)
		if _, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.Mount, PersonalNumber: bo}); !errors.Is(err, fleet.ErrSecondLock) {
			t.Errorf("a second lock: got %v, want lock-second-for-dwelling", err)
		}
		if _, err := n.Undo(t.Context(), keeper, first.ID, "ångrar"); !errors.Is(err, fleet.ErrSecondLock) {
			t.Errorf("a mounting that has been done since: got %v, want lock-second-for-dwelling", err)
		}
	})
}

// A key box that is exchanged for a lock on the door is something new: the owner who agreed to the one is asked about the
// other, and the door's own part is put away.
//
// proves V5.3-a, V5.6-a
func TestExchangeForAnotherKindOfLock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newConsenting(t, db)
		n.sayOf(t, consent.KeyBox)
		n.apply(t, casework.Import{}, casework.RegisterBatch{Stock: []fleet.Lock{{Serial: "NG1", Kind: fleet.Box, State: fleet.InStock}, {Serial: "NG2", Kind: fleet.Box, State: fleet.InStock}}})
		n.granted(t)
		id, now := n.toMount(t, alma), n.now(t)
		why := said(routine.StepWhyBox, now, anna, casework.Found{Reason: "branddörr"})
		n.steps(t, id, append(mountSteps("NG1", now), why)...)
		if _, err := n.Complete(t.Context(), keeper, id, ""); err != nil {
			t.Fatal(err)
		}
		exchange := n.add(t, casework.NewTask{Kind: routine.ExchangeLock, Serial: "NG1"}).ID
		n.steps(t, exchange, append(mountSteps("DC2", now)[1:4], downSteps("NG1", fleet.InStock, now)[0])...)
		if _, err := n.Complete(t.Context(), keeper, exchange, ""); !errors.Is(err, casework.ErrStepsMissing) {
			t.Errorf("without the door's own part: got %v, want steps-missing", err)
		}
		n.steps(t, exchange, mountSteps("DC2", now)[4])
		if _, err := n.Complete(t.Context(), keeper, exchange, ""); !errors.Is(err, consent.ErrMissing) {
			t.Errorf("agreed to a key box only: got %v, want consent-missing", err)
		}
		if got := n.lock(t, "NG1").State; got != fleet.Mounted {
			t.Fatalf("the key box: got %s, want it where it was", got)
		}
		n.sayOf(t, consent.KeyBox, consent.DoorLock)
		if _, err := n.Complete(t.Context(), keeper, exchange, ""); err != nil {
			t.Fatal(err)
		}
		if w, err := n.Task(t.Context(), keeper, exchange); err != nil || w.Original != "Hylla 4" {
			t.Errorf("the door's own part: got %q, %v", w.Original, err)
		}
		back := n.add(t, casework.NewTask{Kind: routine.ExchangeLock, Serial: "DC2"}).ID
		later := now.Add(time.Second)
		n.steps(t, back, append(mountSteps("NG2", later)[1:4], downSteps("DC2", fleet.InStock, later)[0])...)
		if w := n.steps(t, back); w.Left != 3 {
			t.Errorf("a key box instead: got %d steps left, want the reason, the door and the key", w.Left)
		}
	})
}

// sayOf is a yes to some kinds of locks.
func (c consenting) sayOf(t *testing.T, things ...consent.Thing) {
	t.Helper()
	_, err := c.Record(t.Context(), keeper, consent.NewConsent{OwnerID: c.owner, Properties: []string{c.property},
		Answered: consent.Answered{Answer: consent.Given, How: consent.Oral, HeardBy: "Eva", Date: c.now(t), Things: things}})
	if err != nil {
		t.Fatal(err)
	}
}

// A couple's lock does not wait for whether one who has died was asked.
//
// proves V8-b
func TestTheOneWhoLivesThereIsAsked(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := routine.DefaultProfile()
		p.Consent.HomeCareAgrees = true
		n := newTown(t, db).under(p)
		n.place(t, officer, order(routine.AlarmGranted, alma, ahead(-9)))
		n.place(t, officer, order(routine.HomeCareGranted, bo, ahead(-9), "H1"))
		id := n.toMount(t, alma)
		if _, err := n.Start(t.Context(), keeper, id); !errors.Is(err, consent.ErrClientNotAsked) {
			t.Errorf("while she lives there: got %v, want client-not-asked", err)
		}
		n.place(t, officer, order(routine.Died, alma, ahead(-3)))
		n.mount(t, "DC2", bo)
		n.wantMay(t, "DC2", ahead(0), "H1")
	})
}

// What a person must decide about one thing is not decided with another.
func TestQuestionsAreNotMixed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := routine.DefaultProfile()
		p.Consent.Owner, p.Staff.RoutineGatesAccess = true, true
		n := newTown(t, db).under(p)
		n.consents(t, consent.Given)
		n.granted(t)
		n.mount(t, "DC2", alma)
		n.consents(t, consent.Withdrawn)
		o := n.place(t, officer, order(routine.HomeCareGranted, bo, ahead(1), "H2"))
		i := slices.IndexFunc(o.Tasks, func(t casework.Task) bool { return t.Kind == routine.Judge })
		if i < 0 || o.Tasks[i].Rule != routine.RuleRoutineOnFile {
			t.Fatalf("a provider without a routine: got %+v, want a question of its own", o.Tasks)
		}
		if _, err := n.Complete(t.Context(), keeper, o.Tasks[i].ID, "rutinen är begärd"); err != nil {
			t.Fatal(err)
		}
		if got := len(n.open(t, alma, bo)); got != 2 {
			t.Errorf("got %v, want the questions about the lock and the entrance's", n.open(t, alma, bo))
		}
	})
}

// A couple's lock is documented when both are.
//
// proves V5.2-a
func TestACouplesLockIsDocumentedForBoth(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := routine.DefaultProfile()
		p.Documentation = []routine.Target{{Name: "Procapita", Field: "Nyckel"}}
		n := newTown(t, db).under(p)
		n.granted(t)
		n.mount(t, "DC2", alma)
		owner := routine.Who{Actor: "owner", Role: routine.SystemOwner}
		for seq, want := range []int{1, 0} {
			if err := n.AcknowledgeDocumentation(t.Context(), owner, "Procapita", []int64{int64(seq + 1)}); err != nil {
				t.Fatal(err)
			}
			if got := len(n.open(t, alma, bo)); got != want {
				t.Errorf("after line %d: got %d open tasks, want %d", seq+1, got, want)
			}
		}
	})
}

// An owner who changes their mind before the lock is up is asked again; while nobody agrees the mounting waits.
//
// proves V5.3-c
func TestWithdrawnConsentIsAskedForAgain(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := routine.DefaultProfile()
		p.Consent.Owner = true
		n := newTown(t, db).under(p)
		asks := func() int {
			t.Helper()
			lines, err := n.Worklist(t.Context(), keeper, casework.WorkFilter{Kind: routine.AskConsent})
			if err != nil {
				t.Fatal(err)
			}
			return len(lines)
		}
		n.consents(t, consent.Given)
		n.granted(t)
		if got := asks(); got != 0 {
			t.Fatalf("agreed: got %d letters to write, want none", got)
		}
		n.consents(t, consent.Withdrawn)
		if got := asks(); got != 1 {
			t.Errorf("withdrawn: got %d letters to write, want one", got)
		}
		n.consents(t, consent.Given)
		if got := asks(); got != 0 {
			t.Errorf("agreed again: got %d letters to write, want none", got)
		}
	})
}
