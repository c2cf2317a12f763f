package casework_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// ahead is a local midnight some days from now, for what depends on the clock.
func ahead(days int) time.Time {
	return time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, days).Add(-time.Hour)
}

func order(k routine.OrderKind, who string, at time.Time, groups ...string) casework.NewOrder {
	o := casework.NewOrder{Kind: k, PersonalNumber: who, Effective: at, Channel: "test"}
	if len(groups) > 0 {
		o.Group = groups[0]
	}
	if len(groups) > 1 {
		o.ToGroup = groups[1]
	}
	return o
}

// open lists the open tasks of clients as kind@days from now, sorted, but for those that only prepare a mounting.
func (n town) open(t failer, numbers ...string) []string {
	t.Helper()
	out := []string{}
	err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(t.Context(), numbers)
		if err != nil {
			return err
		}
		out = out[:0]
		for _, c := range clients {
			tasks, err := tx.OpenTasks(t.Context(), []string{c.ID})
			if err != nil {
				return err
			}
			for _, task := range tasks {
				if slices.Contains(routine.BeforeMounting(), task.Kind) {
					continue
				}
				out = append(out, fmt.Sprintf("%s@%d", task.Kind, int(task.Due.Sub(ahead(0)).Hours()/24)))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func (n town) wantOpen(t testing.TB, want ...string) {
	t.Helper()
	if got := n.open(t, alma, bo); !slices.Equal(got, want) {
		t.Errorf("open tasks of the dwelling: got %v, want %v", got, want)
	}
}

func (n town) wantState(t testing.TB, want casework.State, orders ...casework.Order) {
	t.Helper()
	for _, o := range orders {
		if now, err := n.Order(t.Context(), officer, o.ID); err != nil || now.State != want {
			t.Errorf("%s: got %s, %v, want %s", o.Kind, now.State, err, want)
		}
	}
}

// proves V1.1-a, V1.1-c, V2.1-b
func TestOrdersAboutOneDoorShareItsTasks(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		cared := n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(5), "H1"))
		alarmed := n.place(t, officer, order(routine.AlarmGranted, bo, ahead(3)))
		n.wantOpen(t, "mount@3") // the earlier day
		if cared.Tasks[0].Kind != routine.Mount || alarmed.Tasks[0].ID != cared.Tasks[0].ID {
			t.Errorf("the couple's orders: got %v and %v, want one mounting", cared.Tasks, alarmed.Tasks)
		}
		n.wantState(t, casework.InProgress, cared, alarmed)
		n.mount(t, "DC2", bo)
		n.wantOpen(t)
		n.wantState(t, casework.Done, cared, alarmed)

		renounced := n.place(t, officer, order(routine.AlarmRenounced, bo, ahead(20)))
		n.wantOpen(t)
		ended := n.place(t, officer, order(routine.HomeCareEnded, alma, ahead(10), "H1"))
		n.wantOpen(t, "dismount-entrance@20", "dismount@20") // the alarm, renounced before, lasts longer
		n.wantState(t, casework.Done, renounced)
		n.wantState(t, casework.InProgress, ended)
		n.place(t, officer, order(routine.AlarmGranted, bo, ahead(30)))
		n.wantOpen(t) // nobody takes down a lock that is needed
		n.wantState(t, casework.Done, ended)
	})
}

// proves V1.1-d, V2.1-h, V5.1-h
func TestACoupleThatMoves(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.mount(t, "DC2", alma)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-5), "H1"))
		n.place(t, officer, order(routine.AlarmGranted, bo, ahead(-5)))
		n.place(t, officer, order(routine.Moved, alma, ahead(60)))
		n.wantOpen(t, "return-keys@60")
		moved := n.place(t, officer, order(routine.Moved, bo, ahead(60)))
		n.wantOpen(t, "dismount-entrance@60", "dismount@60", "return-keys@60")
		earlier := n.place(t, officer, order(routine.Died, bo, ahead(40)))
		n.wantOpen(t, "dismount-entrance@60", "dismount@60", "return-keys@40") // Alma lives there until then
		n.wantState(t, casework.InProgress, moved, earlier)
	})
}

// proves V1.1-d
func TestDeathWithdrawsMounting(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		alarmed := n.place(t, officer, order(routine.AlarmGranted, alma, ahead(1)))
		n.wantOpen(t, "mount@1")
		n.place(t, officer, order(routine.Died, alma, ahead(0)))
		n.wantOpen(t, "dismount-entrance@0", "return-keys@0")
		n.wantState(t, casework.Done, alarmed)
		if got := n.entries(t, journal.TaskChanged); got != 6 {
			t.Errorf("the journal tells of tasks: got %d entries, want two proposed, two withdrawn, two proposed", got)
		}
	})
}

// proves V2.1-e, V2.1-g, V2.1-h
func TestAFormerProviderHasNoSay(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-30), "H2"))
		former, next := casework.Orderer{Organisation: firm, Role: routine.Provider}, casework.Orderer{Organisation: other, Role: routine.Provider}
		if _, err := n.Place(t.Context(), next, order(routine.ProviderChanged, alma, ahead(-3), "H2", "H3")); !errors.Is(err, casework.ErrMayNot) {
			t.Errorf("the next provider takes over by itself: got %v, want order-not-yours", err)
		}
		n.place(t, former, order(routine.ProviderChanged, alma, ahead(-3), "H2", "H3"))
		for _, in := range []casework.NewOrder{
			order(routine.Died, alma, ahead(0)), order(routine.Moved, alma, ahead(0)), order(routine.HomeCareEnded, alma, ahead(0), "H2"),
			order(routine.HomeCareGranted, alma, ahead(0), "H2"), order(routine.ProviderChanged, alma, ahead(0), "H2", "H1"),
		} {
			if _, err := n.Place(t.Context(), former, in); !errors.Is(err, casework.ErrMayNot) {
				t.Errorf("%s by the former provider: got %v, want order-not-yours", in.Kind, err)
			}
		}
		n.wantMay(t, "PT1", ahead(10), "H3")
		n.place(t, next, order(routine.Moved, alma, ahead(20)))
		n.wantMay(t, "PT1", ahead(20))
		n.place(t, officer, order(routine.Died, alma, ahead(-1)))
		if o := n.place(t, next, order(routine.Died, alma, ahead(-1))); len(o.Rules) != 0 {
			t.Errorf("a death reported by two: got rules %v, want no change", o.Rules)
		}
		if _, err := n.Place(t.Context(), former, order(routine.Died, alma, ahead(-9))); !errors.Is(err, casework.ErrMayNot) {
			t.Errorf("a death reported by the former provider: got %v, want order-not-yours", err)
		}
	})
}

// proves V2.1-f
func TestAProviderOrdersALockForTheNewClientItWasGiven(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		provider := casework.Orderer{Organisation: firm, Role: routine.Provider}
		lock := order(routine.HomeCareGranted, alma, ahead(3), "H2")
		_, stranger := n.Place(t.Context(), provider, lock)
		lock.PersonalNumber = "189001039818"
		_, nobody := n.Place(t.Context(), provider, lock)
		a, _ := errors.AsType[*problem.Error](stranger)
		b, _ := errors.AsType[*problem.Error](nobody)
		if a == nil || b == nil || a.Code != "order-not-yours" || a.Code != b.Code || a.Kind != b.Kind || a.Field != b.Field || a.Text != b.Text {
			t.Errorf("who is a client can be found out: got %v and %v", stranger, nobody)
		}
		lock.PersonalNumber = alma
		decided := n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(2), "H2"))
		ordered := n.place(t, provider, lock)
		n.wantOpen(t, "mount@2")
		n.wantState(t, casework.InProgress, decided, ordered)
		n.place(t, officer, order(routine.HomeCareEnded, alma, ahead(10), "H2"))
		lock.Effective = ahead(10)
		if _, err := n.Place(t.Context(), provider, lock); problem.KindOf(err) != problem.Conflict {
			t.Errorf("a provider prolongs itself: got %v, want service-not-decided", err)
		}
		n.wantMay(t, "PT1", ahead(9), "H2")
		n.wantMay(t, "PT1", ahead(10))
	})
}

// proves S-m
func TestSetInEffectByOrder(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.Service = casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), routine.Profile{InEffectGate: true, RuralAnswers: true})
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-9), "H1"))
		changed := n.place(t, officer, order(routine.ProviderChanged, alma, ahead(1), "H1", "H2"))
		if !slices.Contains(changed.Rules, routine.RuleInEffect) {
			t.Errorf("rules of a change that waits: got %v, want %s among them", changed.Rules, routine.RuleInEffect)
		}
		n.wantMay(t, "PT1", ahead(1))
		set := order(routine.HomeCareGranted, alma, ahead(2), "H2")
		set.InEffect = true
		placed := n.place(t, officer, set)
		n.wantMay(t, "PT1", ahead(1))
		n.wantMay(t, "PT1", ahead(2), "H2")
		n.wantRecomputed(t)
		if err := db.View(t.Context(), func(tx *storage.Tx) error {
			chains, err := access.Why(t.Context(), tx, "PT1", "H1")
			if err == nil && (len(chains) != 1 || chains[0].EndedNumber != changed.Number) {
				t.Errorf("what ended H1: got %+v, want order %s", chains, changed.Number)
			}
			next, err2 := access.Why(t.Context(), tx, "PT1", "H2")
			if err2 == nil && (len(next) != 1 || next[0].OrderNumber != placed.Number || next[0].EndedNumber != "") {
				t.Errorf("why H2: got %+v, want order %s", next, placed.Number)
			}
			return errors.Join(err, err2)
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatTheJournalTellsOfOrders(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		in := order(routine.HomeCareGranted, alma, ahead(1), "H1")
		in.OpensSelf, in.InEffect, in.Reason, in.Reference = true, true, "ny kund", "SOL-7"
		n.place(t, officer, in)
		got := n.last(t, journal.OrderReceived)
		for name, want := range map[string]string{"opens-self": "true", "in-effect": "true", "reason": "ny kund", "reference": "SOL-7", "rules": "V5.1-b"} {
			if got.Value(name) != want {
				t.Errorf("%s: got %q, want %q", name, got.Value(name), want)
			}
		}
		for range 105 {
			if _, err := n.Place(t.Context(), officer, order(routine.AlarmRenounced, alma, ahead(1))); problem.KindOf(err) != problem.Conflict {
				t.Fatal(err)
			}
		}
		if count := n.entries(t, journal.OrderRefused); count < 100 || count > 105 { // all if an hour ended meanwhile
			t.Errorf("105 refused orders left %d entries, want 100", count)
		}
		refused := n.last(t, journal.OrderRefused)
		if refused.Value("code") != "service-not-found" || refused.Value("organisation") != city || len(refused.Subjects) != 1 {
			t.Errorf("a refusal: got %+v", refused)
		}
		other := casework.Orderer{Organisation: firm, Role: routine.Provider}
		before := n.entries(t, journal.OrderRefused)
		_, err := n.Place(t.Context(), other, order(routine.Died, "189001039818", ahead(1)))
		if now := n.entries(t, journal.OrderRefused); err == nil || now != before+1 || len(n.last(t, journal.OrderRefused).Subjects) != 0 {
			t.Errorf("another organisation's refusal: got %d entries more, want 1 that names nobody", now-before)
		}
	})
}

// last is the newest entry of a kind.
func (n town) last(t testing.TB, kind journal.Kind) journal.Record {
	t.Helper()
	var out []journal.Record
	err := n.db.View(t.Context(), func(tx *storage.Tx) (err error) {
		out, err = journal.List(t.Context(), tx, journal.Filter{Kinds: []journal.Kind{kind}}, 1, "")
		return err
	})
	if err != nil || len(out) != 1 {
		t.Fatalf("the newest %s: %v, %v", kind, out, err)
	}
	return out[0]
}

// couple settles two new clients without anything in one dwelling, and stocks a lock for it.
func (n town) couple(t failer, name string) (clients []string, serial string) {
	t.Helper()
	clients, serial = []string{name + "-a", name + "-b"}, "L-"+name
	err := n.db.Update(t.Context(), func(tx *storage.Tx) error {
		number, err := tx.MaxLockNumber(t.Context())
		people := make([]care.Client, len(clients))
		for i, c := range clients {
			people[i] = care.Client{ID: "id-" + c, PersonalNumber: c, GivenName: "Test", DwellingID: "home-" + name, Ended: routine.Forever}
		}
		return errors.Join(err,
			tx.PutDwellings(t.Context(), []care.Dwelling{{ID: "home-" + name, AddressKey: name, Street: "Provgatan " + name, PostalCode: "43299", Town: "Provköping"}}),
			tx.PutClients(t.Context(), people),
			tx.PutLocks(t.Context(), []fleet.Lock{{ID: "id-" + serial, Serial: serial, Number: number + 1, Kind: fleet.Door, State: fleet.InStock, Epoch: 1}}))
	})
	if err != nil {
		t.Fatal(err)
	}
	return clients, serial
}

// groupsFor are codes of the town's groups that an order of a kind may name.
func groupsFor(k routine.OrderKind) []string {
	switch k.Service() {
	case routine.Alarm:
		return []string{"A1"}
	case routine.Health:
		return []string{"N1"}
	case routine.Shopping:
		return []string{"S1"}
	}
	return []string{"H1", "H2"}
}

// Random orders of a couple, with mounting in between: never two open tasks of a kind for the door, never an open dismount
// while somebody has a ground without an end or a later one, unless it was ordered, and an order is done just when nothing it
// waits for is open.
func TestAnySequenceKeepsTheWorklistRight(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > enough(db) {
				return
			}
			clients, serial := n.couple(rt, fmt.Sprint("c", round))
			var placed []string
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				if rapid.IntRange(0, 3).Draw(rt, "mount") == 0 {
					n.mount(rt, serial, clients[0])
				}
				in := casework.NewOrder{Kind: rapid.SampledFrom(routine.OrderKinds()).Draw(rt, "kind"), PersonalNumber: rapid.SampledFrom(clients).Draw(rt, "client"),
					Effective: ahead(rapid.IntRange(1, 9).Draw(rt, "day")), Channel: "test"}
				in.Need = rapid.SampledFrom([]routine.Need{routine.CannotOpen, routine.DoesNotHear}).Draw(rt, "need")
				if group, _ := in.Kind.NeedsGroup(); group {
					in.Group, in.ToGroup = rapid.SampledFrom(groupsFor(in.Kind)).Draw(rt, "group"), "H3"
				}
				in.OpensSelf = in.Kind == routine.HomeCareGranted && rapid.Bool().Draw(rt, "opens")
				o, err := n.Place(rt.Context(), officer, in)
				if err != nil && problem.KindOf(err) != problem.Conflict {
					rt.Fatalf("%+v: %v", in, err)
				}
				if err == nil {
					placed = append(placed, o.ID)
				}
			}
			n.wantWorklist(rt, clients, placed) // a shorter sequence is another draw
		})
	})
}

func (n town) wantWorklist(t failer, clients, orders []string) {
	t.Helper()
	err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		ids := []string{"id-" + clients[0], "id-" + clients[1]}
		open, err := tx.OpenTasks(t.Context(), ids)
		if err != nil {
			return err
		}
		grounds, err := tx.GroundsOf(t.Context(), ids)
		if err != nil {
			return err
		}
		outright, err := orderedOutright(t.Context(), tx, orders)
		if err != nil {
			return err
		}
		for i, task := range open {
			for _, other := range open[:i] {
				if task.Kind.Same(task.Rule, other.Kind, other.Rule) {
					t.Fatalf("two open tasks of one kind: %+v", open)
				}
			}
			for _, g := range grounds {
				if task.Kind == routine.Dismount && !outright && g.Until.After(task.Due) {
					t.Fatalf("dismounting due %s, a ground until %s", task.Due, g.Until)
				}
			}
		}
		return wantStates(t.Context(), t, tx, orders)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// orderedOutright reports whether somebody has ordered the lock down, whatever anybody needs.
func orderedOutright(ctx context.Context, tx *storage.Tx, orders []string) (bool, error) {
	for _, id := range orders {
		o, _, err := tx.OrderByID(ctx, id)
		if err != nil || o.Kind == routine.DismountOrder || o.Kind == routine.LockEnds {
			return true, err
		}
	}
	return false, nil
}

func wantStates(ctx context.Context, t failer, tx *storage.Tx, orders []string) error {
	for _, id := range orders {
		o, _, err := tx.OrderByID(ctx, id)
		if err != nil {
			return err
		}
		tasks, err := tx.TasksOfOrder(ctx, id)
		if err != nil {
			return err
		}
		open := slices.ContainsFunc(tasks, func(task casework.Task) bool { return task.Open() })
		if o.State == casework.Withdrawn { // others may wait for its tasks
			continue
		}
		if open != (o.State == casework.InProgress) {
			t.Fatalf("%s is %s with the tasks %+v", o.Kind, o.State, tasks)
		}
	}
	return nil
}
