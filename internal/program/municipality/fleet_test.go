package municipality_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const (
	city = "2120000142"
	firm = "5560360793"
)

var (
	manager  = routine.Who{Actor: "account:lock-manager", Organisation: city, Role: routine.LockManager}
	owner    = routine.Who{Actor: "account:system-owner", Organisation: city, Role: routine.SystemOwner}
	homecare = routine.Who{Actor: "account:homecare", Organisation: city, Role: routine.Provider}
	nurses   = routine.Who{Actor: "account:nurses", Organisation: city, Role: routine.HealthUnit}
	private  = routine.Who{Actor: "account:private", Organisation: firm, Role: routine.Provider}
	delivery = routine.Who{Actor: "account:delivery", Organisation: firm, Role: routine.Delivery}
	officer  = routine.Who{Actor: "account:officer", Organisation: city, Role: routine.CaseOfficer}
)

// world is a municipality with groups of every kind and a clock that the test moves.
type world struct {
	municipality.Fleet
	t    *testing.T
	db   *storage.DB
	keys *fleet.Keys
	auth *credential.Authority
	mu   sync.Mutex
	now  time.Time
}

func profile() routine.Profile {
	p := routine.DefaultProfile()
	p.Prices.KeyNegligence, p.Prices.Extras = 1000, true
	p.Equipment.Allotments = map[routine.GroupKind]int{routine.ShoppingGroup: 5}
	p.Stock.MinimumKeys, p.Stock.MinimumLocks, p.Stock.MinimumBoxes = 2, 1, 0
	return p
}

// eachWorld runs a test on both engines.
func eachWorld(t *testing.T, p routine.Profile, test func(w *world)) {
	storagetest.EachTarget(t, func(t *testing.T, target string) { test(newWorld(t, target, p)) })
}

func newWorld(t *testing.T, target string, p routine.Profile) *world {
	w := &world{t: t, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} // a Monday
	w.db = storagetest.Open(t, target, storage.Options{Clock: func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.now
	}})
	var err error
	w.auth, err = credential.NewAuthority(w.now)
	w.must(err)
	w.keys = fleet.NewKeys(txn.Narrow(w.db, func(tx *storage.Tx) fleet.KeyTx { return tx }), w.auth)
	orders := casework.NewService(txn.Narrow(w.db, func(tx *storage.Tx) casework.Tx { return tx }), p)
	w.Fleet = municipality.NewFleet(w.db, p, orders, w.keys)
	w.update(w.seed)
	return w
}

func (w *world) seed(ctx context.Context, tx *storage.Tx) error {
	forever := routine.Forever
	from := w.now.AddDate(-1, 0, 0)
	return errors.Join(
		tx.PutProviders(ctx, []care.Provider{{ID: "p1", OrgNumber: city, Name: "Kommunen"}, {ID: "p2", OrgNumber: firm, Name: "Omsorg AB", Private: true}}),
		tx.PutGroups(ctx, []care.Group{
			{ID: "g1", Number: 1, Code: "H1", Name: "Norr", ProviderID: "p1", Kind: routine.HomeCareGroup, MaxStaff: 2},
			{ID: "g2", Number: 2, Code: "H2", Name: "Omsorg", ProviderID: "p2", Kind: routine.HomeCareGroup, MaxStaff: 1},
			{ID: "g3", Number: 3, Code: "S1", Name: "Sköterskor", ProviderID: "p1", Kind: routine.HealthGroup, MaxStaff: 1},
			{ID: "g4", Number: 4, Code: "D1", Name: "Inköp", ProviderID: "p2", Kind: routine.ShoppingGroup, MaxStaff: 9}}),
		tx.PutStaff(ctx, []care.Staff{{ID: "a1", EmployeeNumber: "1001", Pseudonym: 501, GivenName: "Ada", FamilyName: "Prov"},
			{ID: "a2", EmployeeNumber: "2001", Pseudonym: 502, GivenName: "Ben", FamilyName: "Prov"}}),
		tx.PutMemberships(ctx, []care.Membership{{StaffID: "a1", GroupID: "g1", From: from, Until: forever}, {StaffID: "a2", GroupID: "g2", From: from, Until: forever}}))
}

func (w *world) update(f func(ctx context.Context, tx *storage.Tx) error) {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.db.Update(ctx, func(tx *storage.Tx) error { return f(ctx, tx) }))
}

func (w *world) view(f func(ctx context.Context, tx *storage.Tx) error) {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.db.View(ctx, func(tx *storage.Tx) error { return f(ctx, tx) }))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// wantErr fails unless err is want, said in both languages.
func (w *world) wantErr(what string, err, want error) {
	w.t.Helper()
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || !errors.Is(err, want) || p.Text.SV == "" || p.Text.EN == "" {
		w.t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// have puts keys into the lock manager's stock and issues them to groups, as "H1:N1,N2".
func (w *world) have(groups ...string) {
	w.t.Helper()
	for _, g := range groups {
		code, numbers, _ := strings.Cut(g, ":")
		for n := range strings.SplitSeq(numbers, ",") {
			w.arrive(fleet.KeyProduct, n)
			if code != "" {
				_, err := w.Pool.Issue(w.t.Context(), manager, n, code)
				w.must(err)
			}
		}
	}
}

func (w *world) arrive(p fleet.Product, serial string) {
	w.t.Helper()
	_, err := w.Stock.Arrive(w.t.Context(), manager, fleet.Arrival{Product: p, Serial: serial})
	w.must(err)
}

func (w *world) key(number string) (k fleet.Key) {
	w.t.Helper()
	w.view(func(ctx context.Context, tx *storage.Tx) error {
		all, err := tx.KeysByNumber(ctx, []string{number})
		k = all[number]
		return err
	})
	return k
}

func (w *world) wantKey(number string, state fleet.KeyState, group string) {
	w.t.Helper()
	if k := w.key(number); k.State != state || k.GroupID != group {
		w.t.Errorf("key %s: got %s in %q, want %s in %q", number, k.State, k.GroupID, state, group)
	}
}

func (w *world) lock(serial string) (l fleet.Lock) {
	w.t.Helper()
	w.view(func(ctx context.Context, tx *storage.Tx) error {
		all, err := tx.LocksBySerial(ctx, []string{serial})
		l = all[serial]
		return err
	})
	return l
}

// grounds are the lines of the routine that the entries of a kind name.
func (w *world) grounds(k journal.Kind) (out []string) {
	w.t.Helper()
	w.view(func(ctx context.Context, tx *storage.Tx) error {
		all, err := journal.List(ctx, tx, journal.Filter{Kinds: []journal.Kind{k}}, journal.MaxPage, "")
		out = nil
		for _, r := range all {
			out = append(out, r.Value(journal.FieldGround))
		}
		return err
	})
	return out
}

func (w *world) entries(k journal.Kind) (n int64) {
	w.t.Helper()
	w.view(func(ctx context.Context, tx *storage.Tx) (err error) {
		n, err = journal.Count(ctx, tx, journal.Filter{Kinds: []journal.Kind{k}})
		return err
	})
	return n
}

// blocked says what the signed block list names.
func (w *world) blocked(kind credential.BlockKind, id uint64) bool {
	w.t.Helper()
	raw, err := w.keys.BlockList(w.t.Context())
	w.must(err)
	list, err := credential.ParseBlockList(raw)
	w.must(err)
	return list.Blocked(kind, id)
}

// proves V5.4-a, V5.5-a: what is low is seen, ordered, received by scan and counted off its order.
func TestStockIsOrderedAndArrives(t *testing.T) {
	p := profile()
	p.Stock.MinimumBoxes = 1
	eachWorld(t, p, func(w *world) {
		ctx := t.Context()
		low := func() (out []string) {
			levels, err := w.Stock.Levels(ctx, manager)
			w.must(err)
			for _, l := range levels {
				if l.Low {
					out = append(out, fmt.Sprintf("%s %d+%d of %d, order %d", l.Product, l.InStock, l.Expected, l.Minimum, l.Missing))
				}
			}
			return out
		}
		if got := low(); !slices.Equal(got, []string{"door 0+0 of 1, order 1", "box 0+0 of 1, order 1", "key 0+0 of 2, order 2"}) {
			t.Errorf("low in an empty store: %q", got)
		}
		o, err := w.Stock.Order(ctx, manager, "Låsfirman", []fleet.SupplyLine{{Product: fleet.DoorProduct, Quantity: 2}, {Product: fleet.KeyProduct, Quantity: 2}})
		w.must(err)
		_, err = w.Stock.Arrive(ctx, manager, fleet.Arrival{Product: fleet.KeyProduct, Serial: "N1", OrderID: o.ID})
		w.wantErr("a draft waits for nothing", err, fleet.ErrSupplyState)
		o, err = w.Stock.Send(ctx, manager, o.ID, "A-17", w.now.AddDate(0, 0, 7))
		w.must(err)
		if got := low(); !slices.Equal(got, []string{"door 0+2 of 1, order 0", "box 0+0 of 1, order 1", "key 0+2 of 2, order 0"}) {
			t.Errorf("low while it is on its way: %q", got)
		}
		for range 2 { // a scanner that repeats itself
			_, err = w.Stock.Arrive(ctx, manager, fleet.Arrival{Product: fleet.KeyProduct, Serial: " N1 ", OrderID: o.ID})
			w.must(err)
		}
		got, err := w.Stock.Supply(ctx, manager, o.ID)
		w.must(err)
		if got.State != fleet.SupplyPartly || got.Lines[1].Arrived != 1 || got.Lines[0].Arrived != 0 || got.Late(w.now) || !got.Late(w.now.AddDate(0, 0, 8)) {
			t.Errorf("after one key, scanned twice: %+v", got)
		}
		w.arrive(fleet.DoorProduct, "L9")
		list := []fleet.Arrival{}
		for _, s := range []string{"N2", "N3", "L1", "L2", "", "L9", "L 3"} {
			p := fleet.KeyProduct
			if !strings.HasPrefix(s, "N") {
				p = fleet.DoorProduct
			}
			list = append(list, fleet.Arrival{Product: p, Serial: s, OrderID: o.ID})
		}
		received, faults, err := w.Stock.ArriveAll(ctx, manager, list)
		w.must(err)
		if len(received) != 3 || len(faults) != 4 {
			t.Fatalf("the file: %d received, faults %v", len(received), faults)
		}
		for i, want := range []struct {
			row int
			err error
		}{{2, fleet.ErrSupplyFull}, {5, fleet.ErrSerial}, {6, fleet.ErrSerialTaken}, {7, fleet.ErrSerial}} {
			if faults[i].Row != want.row {
				t.Errorf("fault %d is of row %d, want %d", i, faults[i].Row, want.row)
			}
			w.wantErr(fmt.Sprint("row ", want.row), faults[i].Err, want.err)
		}
		if got, err = w.Stock.Supply(ctx, manager, o.ID); err != nil || got.State != fleet.SupplyArrived || got.Closed.IsZero() {
			t.Errorf("after all: %+v, %v", got, err)
		}
		if got := low(); !slices.Equal(got, []string{"box 0+0 of 1, order 1"}) {
			t.Errorf("low after the delivery: %q", got)
		}
		_, err = w.Stock.Cancel(ctx, manager, o.ID)
		w.wantErr("cancel what has come", err, fleet.ErrSupplyState)
		for _, who := range []routine.Who{homecare, officer, private, owner, {}} {
			_, err := w.Stock.Levels(ctx, who)
			w.wantErr("levels for "+string(who.Role), err, fleet.ErrMayNot)
			_, err = w.Stock.Arrive(ctx, who, fleet.Arrival{Product: fleet.KeyProduct, Serial: "N9"})
			w.wantErr("arrival by "+string(who.Role), err, fleet.ErrMayNot)
		}
		if n := w.entries(journal.StockChanged); n != 5 {
			t.Errorf("journal: %d things in stock, want 5", n)
		}
	})
}

// proves V5.4-d: a return is followed until the supplier has answered, and what the answer means happens.
func TestWarrantyIsFollowedUntilSettled(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		for _, s := range []string{"L1", "L2", "L3", "L4", "L5"} {
			w.arrive(fleet.DoorProduct, s)
		}
		w.later(40 * 24 * time.Hour)
		send := func(serial string) fleet.WarrantyReturn {
			r, err := w.Stock.Return(ctx, manager, fleet.NewReturn{Thing: fleet.LockThing, Serial: serial, Fault: "kärvar"})
			w.must(err)
			if l := w.lock(serial); l.State != fleet.InWarranty {
				t.Errorf("%s: %s", serial, l.State)
			}
			return r
		}
		var returns []fleet.WarrantyReturn
		for _, s := range []string{"L1", "L2", "L3", "L4"} {
			returns = append(returns, send(s))
		}
		_, err := w.Stock.Return(ctx, manager, fleet.NewReturn{Thing: fleet.LockThing, Serial: "L1", Fault: "igen"})
		w.wantErr("twice", err, fleet.ErrWarrantyState)
		w.later(31 * 24 * time.Hour)
		late, err := w.Stock.Returns(ctx, manager, fleet.WarrantyFilter{RemindBy: w.now}, fleet.Page{Limit: 3})
		w.must(err)
		if len(late) != 3 || !late[0].Late(w.now) {
			t.Errorf("to be reminded of: %+v", late)
		}
		rest, err := w.Stock.Returns(ctx, manager, fleet.WarrantyFilter{RemindBy: w.now}, fleet.Page{After: fleet.Place(late[2].Remind, late[2].ID)})
		if err != nil || len(rest) != 1 {
			t.Errorf("the page after: %v, %v", rest, err)
		}
		r, err := w.Stock.Remind(ctx, manager, returns[0].ID)
		if err != nil || r.Reminders != 1 || r.Late(w.now) || !r.Late(w.now.AddDate(0, 0, 15)) {
			t.Errorf("after a reminder: %+v, %v", r, err)
		}
		for i, c := range []struct {
			answer      fleet.WarrantyAnswer
			replacement string
			want        fleet.LockState
		}{{fleet.Repaired, "", fleet.InStock}, {fleet.Replaced, "L9", fleet.Scrapped}, {fleet.Credited, "", fleet.Scrapped}, {fleet.Refused, "", fleet.Dismounted}} {
			_, err := w.Stock.Settle(ctx, manager, returns[i].ID, c.answer, c.replacement)
			w.must(err)
			if l := w.lock(returns[i].Serial); l.State != c.want {
				t.Errorf("%s: the lock is %s, want %s", c.answer, l.State, c.want)
			}
			_, err = w.Stock.Settle(ctx, manager, returns[i].ID, fleet.Repaired, "")
			w.wantErr("settle again", err, fleet.ErrWarrantySettled)
		}
		if l := w.lock("L9"); l.State != fleet.InStock || l.Number == 0 {
			t.Errorf("what came instead: %+v", l)
		}
		open, err := w.Stock.Returns(ctx, manager, fleet.WarrantyFilter{Open: true}, fleet.Page{})
		if err != nil || len(open) != 0 {
			t.Errorf("still open: %v, %v", open, err)
		}
		_, err = w.Stock.Settle(ctx, manager, returns[0].ID, fleet.Replaced, "")
		w.wantErr("replaced by nothing", err, fleet.ErrWarrantyAnswer)
		w.later(2 * 365 * 24 * time.Hour)
		_, err = w.Stock.Return(ctx, manager, fleet.NewReturn{Thing: fleet.LockThing, Serial: "L5", Fault: "kärvar"})
		w.wantErr("after two years", err, fleet.ErrWarrantyOver)
		w.wantErr("scrap without a reason", w.Stock.Scrap(ctx, manager, fleet.LockThing, "L5", " "), fleet.ErrText)
		w.must(w.Stock.Scrap(ctx, manager, fleet.LockThing, "L5", "sliten"))
		if l := w.lock("L5"); l.State != fleet.Scrapped || l.Reason != "sliten" {
			t.Errorf("scrapped: %+v", l)
		}
		w.must(w.Stock.Restock(ctx, manager, "L4"))
		w.wantErr("restock what is scrapped", w.Stock.Restock(ctx, manager, "L5"), fleet.ErrRestock)
		things, err := w.Stock.Things(ctx, manager, fleet.StockFilter{State: string(fleet.Scrapped)}, fleet.Page{})
		if err != nil || len(things) != 3 || things[2].Reason != "sliten" {
			t.Errorf("scrapped things: %+v, %v", things, err)
		}
	})
}
