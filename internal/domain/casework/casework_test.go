package casework_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
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

const (
	alma  = "189001019802" // the tax agency's test numbers
	bo    = "189001029819"
	city  = "2120009002"
	firm  = "5565225629"
	other = "5561544262"
	shop  = "5564604129"
)

var officer = casework.Orderer{Organisation: city, Role: routine.CaseOfficer, Actor: "token:test"}

// town is a small municipality: a couple with one lock behind an entrance with a lock, and three home-care groups.
type town struct {
	*casework.Service
	db *storage.DB
}

func newTown(t testing.TB, db *storage.DB) town {
	t.Helper()
	s := casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), routine.DefaultProfile())
	here := care.Dwelling{AddressKey: "a", Street: "Provgatan 1", Apartment: "1101", PostalCode: "43299", Town: "Provköping"}
	batches := []casework.RegisterBatch{
		{Providers: []care.Provider{{OrgNumber: city, Name: "Kommunen"}, {OrgNumber: firm, Name: "Omsorgen AB", Private: true}, {OrgNumber: other, Name: "Tryggt AB", Private: true}, {OrgNumber: shop, Name: "Matbudet AB", Private: true}},
			Groups: []care.Group{
				{Code: "H1", OrgNumber: city, Kind: routine.HomeCareGroup, Name: "Norr"}, {Code: "H2", OrgNumber: firm, Kind: routine.HomeCareGroup, Name: "Väst"},
				{Code: "H3", OrgNumber: other, Kind: routine.HomeCareGroup, Name: "Syd"}, {Code: "A1", OrgNumber: city, Kind: routine.AlarmGroup, Name: "Trygghet"},
				{Code: "R1", OrgNumber: city, Kind: routine.RuralGroup, Name: "Land"},
				{Code: "N1", OrgNumber: city, Kind: routine.HealthGroup, Name: "Sköterskor"}, {Code: "S1", OrgNumber: shop, Kind: routine.ShoppingGroup, Name: "Inköp"}}},
		{Staff: technicians()},
		{Entrances: []casework.RegisterEntrance{{Code: "P1", Locks: []fleet.Lock{{Serial: "PT1", Kind: fleet.Entrance, State: fleet.Mounted}}}},
			Stock: []fleet.Lock{{Serial: "DC2", Kind: fleet.Door, State: fleet.InStock}, {Serial: "DC3", Kind: fleet.Door, State: fleet.InStock}}},
		{Clients: []casework.RegisterClient{
			{Client: care.Client{PersonalNumber: alma, GivenName: "Alma"}, Dwelling: here, Entrance: "P1"},
			{Client: care.Client{PersonalNumber: bo, GivenName: "Bo"}, Dwelling: here, Entrance: "P1"}}},
	}
	for i, b := range batches {
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			faults, err := s.ApplyRegisters(t.Context(), tx, casework.Import{ID: "run"}, b)
			if len(faults) > 0 {
				return fmt.Errorf("faults: %v", faults)
			}
			return err
		})
		if err != nil {
			t.Fatalf("batch %d: %v", i, err)
		}
	}
	return town{s, db}
}

func (n town) place(t testing.TB, who casework.Orderer, in casework.NewOrder) casework.Order {
	t.Helper()
	o, err := n.Place(t.Context(), who, in)
	if err != nil {
		t.Fatalf("%s: %v", in.Kind, err)
	}
	return o
}

func day(d int) time.Time { return time.Date(2026, 11, d, 23, 0, 0, 0, time.UTC) }

// failer is a test or a property's check.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

// may says which groups may open a lock at t.
func (n town) may(t failer, serial string, at time.Time) []string {
	t.Helper()
	var out []string
	err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		out = nil
		for _, g := range []string{"A1", "H1", "H2", "H3", "N1", "R1", "S1"} {
			rights, err := tx.RightsTo(t.Context(), serial, g)
			if err != nil {
				return err
			}
			if access.May(rights, at) {
				out = append(out, g)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (n town) wantMay(t testing.TB, serial string, at time.Time, want ...string) {
	t.Helper()
	if got := n.may(t, serial, at); !slices.Equal(got, want) {
		t.Errorf("who may open %s at %s: got %v, want %v", serial, at.Format("01-02 15:04"), got, want)
	}
}

// wantRecomputed fails unless a full recomputation changes nothing.
func (n town) wantRecomputed(t failer) {
	t.Helper()
	changed, err := n.RefreshAll(t.Context(), "", func(ctx context.Context, f func(casework.RegisterTx) error) error {
		return n.db.Update(ctx, func(tx *storage.Tx) error { return f(tx) })
	})
	if err != nil || changed != 0 {
		t.Fatalf("full recomputation: %d rows changed, %v; want none", changed, err)
	}
}

// proves V1.1-a, V2.1-g, V5.1-f, V5.7-a, V5.7-c
func TestOrderBecomesRightsThatNameIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		granted := n.place(t, officer, casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: alma, Group: "H1", Effective: day(1), Channel: "test"})
		if len(granted.Tasks) == 0 || granted.Tasks[0].Kind != routine.Mount || granted.State != casework.InProgress {
			t.Errorf("home care for who cannot open: got state %s and tasks %v, want one to mount", granted.State, granted.Tasks)
		}
		n.wantMay(t, "PT1", day(2), "H1")
		n.mount(t, "DC2", alma)
		n.wantMay(t, "DC2", day(2), "H1")
		done, err := n.Order(t.Context(), officer, granted.ID)
		if err != nil || done.State != casework.Done {
			t.Errorf("after mounting: got %s, %v, want done", done.State, err)
		}
		changed := n.place(t, officer, casework.NewOrder{Kind: routine.ProviderChanged, PersonalNumber: alma, Group: "H1", ToGroup: firm, Effective: day(10), Channel: "test"})
		n.wantMay(t, "DC2", day(10).Add(-time.Microsecond), "H1")
		n.wantMay(t, "DC2", day(10), "H2")
		n.place(t, officer, casework.NewOrder{Kind: routine.AlarmGranted, PersonalNumber: bo, Effective: day(5), Channel: "test"})
		n.wantMay(t, "DC2", day(12), "A1", "H2", "R1") // the couple's one door
		n.wantRecomputed(t)

		var chains []access.Chain
		if err := db.View(t.Context(), func(tx *storage.Tx) (err error) {
			chains, err = access.Why(t.Context(), tx, "DC2", "H2")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(chains) != 1 || chains[0].OrderNumber != changed.Number || chains[0].Ground.Rule != routine.RuleHomeCareAccess {
			t.Errorf("why may H2 open DC2: got %+v, want order %s", chains, changed.Number)
		}
	})
}

// proves V2.1-b
func TestOneLockForADwelling(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.mount(t, "DC2", alma)
		n.mount(t, "DC2", alma) // a tool that lost contact repeats itself
		if _, err := n.Mount(t.Context(), "test", "DC3", bo, nil); !errors.Is(err, fleet.ErrSecondLock) {
			t.Errorf("a second lock for the couple: got %v, want lock-second-for-dwelling", err)
		}
		err := db.Update(t.Context(), func(tx *storage.Tx) error { // whoever writes
			locks, err := tx.LocksBySerial(t.Context(), []string{"DC2", "DC3"})
			if err != nil {
				return err
			}
			second := locks["DC3"]
			second.State, second.DwellingID = fleet.Mounted, locks["DC2"].DwellingID
			return tx.PutLocks(t.Context(), []fleet.Lock{second})
		})
		if !storage.IsUnique(err, "locks_one_per_dwelling") {
			t.Errorf("past the check: got %v, want the database to refuse", err)
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		in := casework.NewOrder{Kind: routine.AlarmGranted, PersonalNumber: alma, Effective: day(1), IdempotencyKey: "k1", Channel: "test"}
		first := n.place(t, officer, in)
		again := n.place(t, officer, in)
		if again.ID != first.ID || !again.Repeated || len(again.Tasks) != len(first.Tasks) {
			t.Errorf("repeated: got %s (repeated %v), want %s", again.ID, again.Repeated, first.ID)
		}
		in.Effective = day(2)
		if _, err := n.Place(t.Context(), officer, in); !errors.Is(err, casework.ErrKeyReused) {
			t.Errorf("another order under the same key: got %v, want idempotency-key-reused", err)
		}
		stranger := casework.Orderer{Organisation: firm, Role: routine.CaseOfficer}
		if o := n.place(t, stranger, in); o.Repeated {
			t.Error("another organisation's key was taken for this one's")
		}
	})
}

// A hundred repeats of ten orders at once give ten orders.
func TestConcurrentRepeatsGiveOneOrder(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		var wg sync.WaitGroup
		ids := make([]sync.Map, 10)
		for i := range 100 {
			wg.Go(func() {
				in := casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: alma, Group: "H1", Effective: day(1 + i%10), IdempotencyKey: fmt.Sprint(i % 10), Channel: "test"}
				o, err := n.Place(t.Context(), officer, in)
				if err != nil {
					t.Errorf("order %d: %v", i, err)
					return
				}
				ids[i%10].Store(o.ID, true)
			})
		}
		wg.Wait()
		for i := range ids {
			count := 0
			ids[i].Range(func(any, any) bool { count++; return true })
			if count != 1 {
				t.Errorf("key %d gave %d orders, want 1", i, count)
			}
		}
		n.wantRecomputed(t)
	})
}

// proves V5.1-a
func TestRefusedOrdersChangeNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.place(t, officer, casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: alma, Group: "H2", Effective: day(1), Channel: "test"})
		before := n.entries(t)
		provider := casework.Orderer{Organisation: other, Role: routine.Provider}
		for _, c := range []struct {
			name string
			who  casework.Orderer
			in   casework.NewOrder
			want string
			kind problem.Kind
		}{
			{"unknown client", officer, casework.NewOrder{Kind: routine.Died, PersonalNumber: "189001039818", Effective: day(1)}, "order-client-unknown", problem.NotFound},
			{"unknown group", officer, casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: alma, Group: "X9", Effective: day(1)}, "order-group-unknown", problem.Invalid},
			{"no day", officer, casework.NewOrder{Kind: routine.Died, PersonalNumber: alma}, "order-invalid", problem.Invalid},
			{"no kind", officer, casework.NewOrder{PersonalNumber: alma, Effective: day(1)}, "order-invalid", problem.Invalid},
			{"year 2222", officer, casework.NewOrder{Kind: routine.Died, PersonalNumber: alma, Effective: day(1).AddDate(196, 0, 0)}, "order-day-far", problem.Invalid},
			{"alarm by a provider", provider, casework.NewOrder{Kind: routine.AlarmGranted, PersonalNumber: alma, Effective: day(1)}, "order-role", problem.Denied},
			{"another's group", provider, casework.NewOrder{Kind: routine.HomeCareEnded, PersonalNumber: alma, Group: "H2", Effective: day(1)}, "order-not-yours", problem.Denied},
			{"another's client is taken over", provider, casework.NewOrder{Kind: routine.ProviderChanged, PersonalNumber: alma, Group: "H2", ToGroup: "H3", Effective: day(1)}, "order-not-yours", problem.Denied},
			{"a stranger's home care", provider, casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: alma, Group: "H3", Effective: day(1)}, "order-not-yours", problem.Denied},
			{"nobody's home care", provider, casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: "189001039818", Group: "H3", Effective: day(1)}, "order-not-yours", problem.Denied},
			{"nobody has died", provider, casework.NewOrder{Kind: routine.Died, PersonalNumber: "189001039818", Effective: day(1)}, "order-not-yours", problem.Denied},
			{"another's client has died", provider, casework.NewOrder{Kind: routine.Died, PersonalNumber: alma, Effective: day(1)}, "order-not-yours", problem.Denied},
			{"nothing to end", officer, casework.NewOrder{Kind: routine.AlarmRenounced, PersonalNumber: alma, Effective: day(1)}, "service-not-found", problem.Conflict},
		} {
			_, err := n.Place(t.Context(), c.who, c.in)
			p, ok := errors.AsType[*problem.Error](err)
			if !ok || p.Code != c.want || p.Kind != c.kind || p.Text.SV == "" || p.Text.EN == "" {
				t.Errorf("%s: got %v, want %s (%s) in both languages", c.name, err, c.want, c.kind)
			}
		}
		refused := n.entries(t, journal.OrderRefused)
		if after := n.entries(t); after-before != refused || refused != 13 {
			t.Errorf("13 refused orders left %d journal entries, %d of them of refusal", after-before, refused)
		}
		n.wantMay(t, "PT1", day(2), "H2")
	})
}

// entries counts the journal's entries of some kinds, or all.
func (n town) entries(t testing.TB, kinds ...journal.Kind) int64 {
	var count int64
	if err := n.db.View(t.Context(), func(tx *storage.Tx) (err error) {
		count, err = journal.Count(t.Context(), tx, journal.Filter{Kinds: kinds})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return count
}

// Random orders for random clients, with mounting in between: rights always equal the full recomputation, and a lock opens
// for exactly those whom the routine's own functions say.
func TestRandomOrdersKeepRightsEqualToTheirGrounds(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.mount(t, "DC2", bo)
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > enough(db) {
				return
			}
			for range rapid.IntRange(1, 4).Draw(rt, "orders") {
				in := casework.NewOrder{
					Kind:           rapid.SampledFrom([]routine.OrderKind{routine.AlarmGranted, routine.AlarmRenounced, routine.HomeCareGranted, routine.HomeCareEnded, routine.ProviderChanged}).Draw(rt, "kind"),
					PersonalNumber: rapid.SampledFrom([]string{alma, bo}).Draw(rt, "client"),
					Effective:      day(rapid.IntRange(1, 28).Draw(rt, "day")),
					OpensSelf:      rapid.Bool().Draw(rt, "opens"), Channel: "test",
				}
				if group, to := in.Kind.NeedsGroup(); group && in.Kind != routine.AlarmGranted {
					in.Group = rapid.SampledFrom([]string{"H1", "H2", "H3"}).Draw(rt, "group")
					if to {
						in.ToGroup = rapid.SampledFrom([]string{"H1", "H2", "H3"}).Draw(rt, "to")
					}
				}
				_, err := n.Place(t.Context(), officer, in)
				if k := problem.KindOf(err); err != nil && k != problem.Conflict {
					rt.Fatalf("%+v: %v", in, err)
				}
			}
			n.wantRecomputed(rt)
			n.wantAgreement(rt, day(rapid.IntRange(0, 29).Draw(rt, "at")))
		})
	})
}

// wantAgreement compares the stored rights with what the routine says of the stored services.
func (n town) wantAgreement(t failer, at time.Time) {
	want := map[string]bool{}
	err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(t.Context(), []string{alma, bo})
		if err != nil {
			return err
		}
		services, err := tx.ServicesOf(t.Context(), []string{clients[alma].ID, clients[bo].ID})
		if err != nil {
			return err
		}
		groups, err := tx.Groups(t.Context())
		if err != nil {
			return err
		}
		for _, of := range services {
			for _, v := range of {
				for _, g := range groups {
					if v.During(at) && (v.Group.ID == g.ID && (v.Kind == routine.Alarm || !v.OpensSelf) || v.Kind == routine.Alarm && g.Kind == routine.RuralGroup) {
						want[g.Code] = true
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, lock := range []string{"DC2", "PT1"} {
		got := n.may(t, lock, at)
		if len(got) != len(want) {
			t.Fatalf("%s at %s: got %v, want %v", lock, at, got, want)
		}
		for _, g := range got {
			if !want[g] {
				t.Fatalf("%s at %s: %s may open without a ground", lock, at, g)
			}
		}
	}
}
