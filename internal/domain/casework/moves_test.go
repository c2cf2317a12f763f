package casework_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const cilla = "189001039800"

// street is where the registers say that people live and locks sit: people by number to house, houses to entrance, lock serial
// to house, entrance lock serial to entrance. "" is nowhere.
type street struct {
	home     map[string]string
	entrance map[string]string
	locks    map[string]string
	ports    map[string]string
}

// drawStreet draws a street in which a house has at most one lock, and somebody in every house that has one.
func drawStreet(t *rapid.T) street {
	s := street{map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}}
	houses := []string{"1", "2", "3"}
	free := map[string]bool{}
	for _, who := range []string{alma, bo, cilla} {
		s.home[who] = rapid.SampledFrom(houses).Draw(t, "home of "+who)
		free[s.home[who]] = true
	}
	for _, h := range houses {
		s.entrance[h] = rapid.SampledFrom([]string{"", "P1", "P2"}).Draw(t, "entrance of "+h)
	}
	for _, l := range []string{"D1", "D2"} {
		h := rapid.SampledFrom([]string{"", "1", "2", "3"}).Draw(t, "house of "+l)
		if free[h] {
			s.locks[l], free[h] = h, false
		} else {
			s.locks[l] = ""
		}
	}
	for _, l := range []string{"E1", "E2"} {
		s.ports[l] = rapid.SampledFrom([]string{"", "P1", "P2"}).Draw(t, "entrance of "+l)
	}
	return s
}

// batches is the street as the parts of an import, the clients one by one in any order.
func (s street) batches(order []string) []casework.RegisterBatch {
	first := casework.RegisterBatch{Entrances: []casework.RegisterEntrance{{Code: "P1"}, {Code: "P2"}}}
	var stock casework.RegisterBatch
	for l, at := range s.ports {
		if at == "" {
			stock.Stock = append(stock.Stock, fleet.Lock{Serial: l, Kind: fleet.Entrance, State: fleet.InStock})
			continue
		}
		i := slices.IndexFunc(first.Entrances, func(e casework.RegisterEntrance) bool { return e.Code == at })
		first.Entrances[i].Locks = append(first.Entrances[i].Locks, fleet.Lock{Serial: l, Kind: fleet.Entrance, State: fleet.Mounted})
	}
	for l, at := range s.locks {
		if at == "" {
			stock.Stock = append(stock.Stock, fleet.Lock{Serial: l, Kind: fleet.Door, State: fleet.InStock})
		}
	}
	out := []casework.RegisterBatch{first, stock}
	given := map[string]bool{}
	for _, who := range order {
		home := s.home[who]
		c := casework.RegisterClient{Client: care.Client{PersonalNumber: who}, Entrance: s.entrance[home],
			Dwelling: care.Dwelling{AddressKey: "gatan" + home, Street: "Provgatan " + home, PostalCode: "43299", Town: "Provköping", Apartment: "1101"},
			Services: []casework.RegisterService{{Row: 2, Kind: routine.HomeCare, Group: groupOf(who), From: day(1), Until: routine.Forever}}}
		for l, at := range s.locks {
			if at == home && !given[l] {
				c.Lock, given[l] = &fleet.Lock{Serial: l, Kind: fleet.Door, State: fleet.Mounted}, true
			}
		}
		out = append(out, casework.RegisterBatch{Clients: []casework.RegisterClient{c}})
	}
	return out
}

func groupOf(who string) string {
	return map[string]string{alma: "H1", bo: "H2", cilla: "H3"}[who]
}

// Registers that move people and locks about at random: a lock opens for the groups of those who live behind it, nobody else,
// however the import was divided, and a full recomputation changes nothing.
func TestRightsFollowLocksThatMove(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n, round := newTown(t, db), 0
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > enough(db) {
				return
			}
			s := drawStreet(rt)
			order := rapid.Permutation([]string{alma, bo, cilla}).Draw(rt, "order")
			for _, b := range s.batches(order) {
				n.apply(rt, casework.Import{ID: "run", Moving: func(string) bool { return true }}, b)
			}
			for l, at := range s.locks {
				n.wantGroups(rt, l, s, func(house string) bool { return at != "" && house == at })
			}
			for l, at := range s.ports {
				n.wantGroups(rt, l, s, func(house string) bool { return at != "" && s.entrance[house] == at })
			}
			n.wantRecomputed(rt)
		})
	})
}

func (n town) wantGroups(t *rapid.T, lock string, s street, behind func(house string) bool) {
	t.Helper()
	var want []string
	for _, who := range []string{alma, bo, cilla} {
		if behind(s.home[who]) {
			want = append(want, groupOf(who))
		}
	}
	if got := n.may(t, lock, day(2)); !slices.Equal(got, want) {
		t.Fatalf("who may open %s: got %v, want %v of %+v", lock, got, want, s)
	}
}

// apply applies a batch that nothing is wrong with.
func (n town) apply(t failer, run casework.Import, b casework.RegisterBatch) {
	t.Helper()
	for _, f := range n.faults(t, run, b) {
		t.Fatalf("fault: %+v", f)
	}
}

func (n town) faults(t failer, run casework.Import, b casework.RegisterBatch) (faults []casework.RegisterFault) {
	t.Helper()
	if err := n.db.Update(t.Context(), func(tx *storage.Tx) (err error) {
		faults, err = n.ApplyRegisters(t.Context(), tx, run, b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return faults
}

// A lock that moves gets a higher epoch, so that grants for its old place end with the first grant for its new one.
func TestEpochOfALockThatMoves(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{Create: true})
	n := newTown(t, db)
	at := func(who, serial string) casework.RegisterBatch {
		return casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: who}, Dwelling: care.Dwelling{AddressKey: who},
			Lock: &fleet.Lock{Serial: serial, Kind: fleet.Door, State: fleet.Mounted}}}}
	}
	n.apply(t, casework.Import{}, at(alma, "DC2"))
	n.mountWith(t, "DC3", bo, func(uint32) ([]byte, error) { return []byte("certificate"), nil })
	n.apply(t, casework.Import{}, at(cilla, "DC2"))
	n.apply(t, casework.Import{}, at(alma, "DC3"))
	if err := db.View(t.Context(), func(tx *storage.Tx) error {
		locks, err := tx.LocksBySerial(t.Context(), []string{"DC2", "DC3"})
		if got := locks["DC2"].Epoch; got != 2 {
			t.Errorf("not in use: got epoch %d, want 2", got)
		}
		if got := locks["DC3"].Epoch; got != 2 {
			t.Errorf("in use: got epoch %d, want 2", got)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// A service is the same when its kind, group and first day are, or its first day was corrected; what an order decided stays.
func TestServicesFromTheRegistersKeepTheirIdentity(t *testing.T) {
	row := func(n, from, until int) casework.RegisterService {
		v := casework.RegisterService{Row: n, Kind: routine.HomeCare, Group: "H1", From: day(from), Until: routine.Forever}
		if until > 0 {
			v.Until = day(until)
		}
		return v
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.mount(t, "DC2", alma)
		say := func(rows ...casework.RegisterService) []casework.RegisterFault {
			return n.faults(t, casework.Import{ID: "run"}, casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: alma},
				Dwelling: care.Dwelling{AddressKey: "a", Street: "Provgatan 1", Apartment: "1101", PostalCode: "43299", Town: "Provköping"}, Services: rows}}})
		}
		say(row(2, 1, 3), row(3, 5, 0))
		n.place(t, officer, casework.NewOrder{Kind: routine.HomeCareEnded, PersonalNumber: alma, Group: "H1", Effective: day(10), Channel: "test"})
		for _, c := range []struct {
			name string
			rows []casework.RegisterService
			at   map[int]bool
		}{
			{"the closed row is gone", []casework.RegisterService{row(2, 5, 0)}, map[int]bool{9: true, 11: false}},
			{"its first day is corrected", []casework.RegisterService{row(2, 6, 0)}, map[int]bool{5: false, 9: true, 11: false}},
			{"an end, and that taken back", []casework.RegisterService{row(2, 6, 8)}, map[int]bool{7: true, 9: false, 11: false}},
			{"still ended", []casework.RegisterService{row(2, 6, 0)}, map[int]bool{7: true, 11: false}},
			{"an older row is added", []casework.RegisterService{row(2, 1, 2), row(3, 6, 0)}, map[int]bool{11: false}},
			{"granted again", []casework.RegisterService{row(3, 6, 10), row(4, 15, 0)}, map[int]bool{11: false, 16: true}},
		} {
			if faults := say(c.rows...); len(faults) > 0 {
				t.Errorf("%s: %v", c.name, faults)
			}
			for d, want := range c.at {
				if got := len(n.may(t, "DC2", day(d))) > 0; got != want {
					t.Errorf("%s: may H1 open on day %d: got %v, want %v", c.name, d, got, want)
				}
			}
		}
		n.wantRecomputed(t)
	})
}

// The register corrects a service that an order has made, and gives no rights after the day when the client died.
func TestRegistersAfterOrders(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.mount(t, "DC2", alma)
		say := func(rows ...casework.RegisterService) []casework.RegisterFault {
			return n.faults(t, casework.Import{ID: "run"}, casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: alma},
				Dwelling: care.Dwelling{AddressKey: "a", Street: "Provgatan 1", Apartment: "1101", PostalCode: "43299", Town: "Provköping"}, Services: rows}}})
		}
		v := casework.RegisterService{Row: 2, Kind: routine.HomeCare, Group: "H1", From: day(3), Until: routine.Forever}
		n.place(t, officer, casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: alma, Group: "H1", Effective: day(2), Channel: "test"})
		v.OpensSelf = true
		say(v)
		n.wantMay(t, "DC2", day(4))
		v.OpensSelf, v.Until = false, day(8)
		say(v)
		n.wantMay(t, "DC2", day(7), "H1")
		n.wantMay(t, "DC2", day(8))
		v.Until = routine.Forever
		say(v)
		n.wantMay(t, "DC2", day(8), "H1")

		n.place(t, officer, casework.NewOrder{Kind: routine.Died, PersonalNumber: alma, Effective: day(12), Channel: "test"})
		before := casework.RegisterService{Row: 3, Kind: routine.Health, Group: "H1", From: day(5), Until: routine.Forever}
		after := casework.RegisterService{Row: 4, Kind: routine.HomeCare, Group: "H2", From: day(12), Until: routine.Forever}
		faults := say(v, before, after)
		if len(faults) != 1 || faults[0].Row != 4 || faults[0].Code != "service-client-ended" {
			t.Errorf("rows about somebody who has died: got %+v, want row 4 left out", faults)
		}
		n.wantMay(t, "DC2", day(11), "H1")
		n.wantMay(t, "DC2", day(12))
		n.wantRecomputed(t)
	})
}

// Groups and providers that change in what everybody's rights depend on ask for everybody, others do not.
func TestWhatConcernsEverybody(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{Create: true})
	n := newTown(t, db)
	gated := casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), routine.Profile{InEffectGate: true, RuralAnswers: true})
	group := func(code string, kind routine.GroupKind, org string) casework.RegisterBatch {
		return casework.RegisterBatch{Groups: []care.Group{{Code: code, OrgNumber: org, Kind: kind}}}
	}
	provider := func(private bool) casework.RegisterBatch {
		return casework.RegisterBatch{Providers: []care.Provider{{OrgNumber: firm, Name: "Omsorgen AB", Private: private}}}
	}
	for _, c := range []struct {
		what  string
		by    *casework.Service
		batch casework.RegisterBatch
		want  bool
	}{
		{"another name", gated, group("H1", routine.HomeCareGroup, city), false},
		{"a new group", gated, group("H9", routine.HomeCareGroup, city), false},
		{"a new rural group", n.Service, group("R9", routine.RuralGroup, city), true},
		{"rural", n.Service, group("H1", routine.RuralGroup, city), true},
		{"still rural", n.Service, group("H1", routine.RuralGroup, city), false},
		{"rural no more", n.Service, group("H1", routine.HomeCareGroup, city), true},
		{"private now, gated", gated, group("H1", routine.HomeCareGroup, firm), true},
		{"municipal again, not gated", n.Service, group("H1", routine.HomeCareGroup, city), false},
		{"a provider's regime, not gated", n.Service, provider(false), false},
		{"a provider's regime, gated", gated, provider(true), true},
		{"the same regime", gated, provider(true), false},
	} {
		got := false
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := c.by.ApplyRegisters(t.Context(), tx, casework.Import{Everybody: func(_ context.Context, last string) error { got = last != ""; return nil }}, c.batch)
			return err
		}); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		if got != c.want {
			t.Errorf("%s: concerns everybody: got %v, want %v", c.what, got, c.want)
		}
	}
}
