package municipality_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

func (w *world) wantExchange(id string, want fleet.ExchangeState) {
	w.t.Helper()
	e, err := w.Pool.ReadExchange(w.t.Context(), manager, id)
	if err != nil || e.State != want {
		w.t.Errorf("exchange: %s, %v; want %s", e.State, err, want)
	}
}

// proves V2.2-d, V2.2-e, V5.4-d: an exchange ends however the broken key does: lost before it was handed in, scrapped, or sent
// back to the supplier without another in its place.
func TestAnExchangeEndsWithItsKey(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("H1:N1,N2,N3", ":N9")
		var ids []string
		for _, n := range []string{"N1", "N2", "N3"} {
			e, err := w.Pool.ReportBroken(ctx, homecare, n, fleet.Damaged, "böjd", time.Time{})
			w.must(err)
			ids = append(ids, e.ID)
		}
		_, err := w.Pool.Lose(ctx, homecare, "N1", "borta innan den lämnades in")
		w.must(err)
		w.must(w.Stock.Scrap(ctx, manager, fleet.KeyThing, "N2", "går inte att laga"))
		_, err = w.Stock.Return(ctx, manager, fleet.NewReturn{Thing: fleet.KeyThing, Serial: "N3", Fault: "böjd"})
		w.must(err)
		for _, id := range ids {
			w.wantExchange(id, fleet.ExchangeCancelled)
		}
		_, err = w.Pool.Swap(ctx, manager, ids[0], "N9")
		w.wantErr("swapped after the loss", err, fleet.ErrExchangeClosed)
		w.must(w.Pool.Replace(ctx, manager, "N1", "N9"))
		w.wantErr("a key with the supplier cannot be lost", w.keys.Block(ctx, "test", "N3", "borta"), fleet.ErrKeyState)
		w.wantErr("nor one that is scrapped", w.keys.Block(ctx, "test", "N2", "borta"), fleet.ErrKeyState)
		signer, err := credential.NewSigningKey()
		w.must(err)
		public, err := credential.PublicKeyOf(signer)
		w.must(err)
		_, err = w.keys.Enrol(ctx, "test", "N2", public)
		w.wantErr("enrolled though scrapped", err, fleet.ErrKeyState)
	})
}

// proves V5.4-d: what is with the supplier is settled, and nothing else ends it; what came instead is another thing.
func TestAReturnIsSettledOnce(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.arrive(fleet.DoorProduct, "DC1")
		r, err := w.Stock.Return(ctx, manager, fleet.NewReturn{Thing: fleet.LockThing, Serial: "DC1", Fault: "motorn står"})
		w.must(err)
		w.wantErr("scrapped at the supplier's", w.Stock.Scrap(ctx, manager, fleet.LockThing, "DC1", "trött"), fleet.ErrScrap)
		_, err = w.Stock.Settle(ctx, manager, r.ID, fleet.Replaced, "DC1")
		w.wantErr("replaced by itself", err, fleet.ErrWarrantyAnswer)
		_, err = w.Stock.Settle(ctx, manager, r.ID, fleet.Replaced, "DC2")
		w.must(err)
		states := map[string]string{}
		all, err := w.Stock.Things(ctx, manager, fleet.StockFilter{}, fleet.Page{})
		w.must(err)
		for _, s := range all {
			states[s.Serial] = s.State
		}
		if states["DC1"] != "scrapped" || states["DC2"] != "stock" {
			t.Errorf("after the settlement: %v", states)
		}
	})
}

// proves V5.4-d: a key that comes back from the supplier is what the answer makes of it; one whose age nobody knows does not go there.
func TestAKeysReturnIsSettled(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("H1:N1,N2,N3")
		_, err := w.Stock.Return(ctx, manager, fleet.NewReturn{Thing: fleet.KeyThing, Serial: "N9", Fault: "död"})
		w.wantErr("a key that is none", err, fleet.ErrWarrantyAge)
		for number, c := range map[string]struct {
			answer      fleet.WarrantyAnswer
			replacement string
			want        fleet.KeyState
			group       string
		}{"N1": {fleet.Repaired, "", fleet.KeyInStock, ""}, "N2": {fleet.Refused, "", fleet.KeyBroken, "g1"}, "N3": {fleet.Replaced, "N7", fleet.KeyScrapped, "g1"}} {
			_, err := w.Pool.ReportBroken(ctx, homecare, number, fleet.Damaged, "böjd", time.Time{})
			w.must(err)
			r, err := w.Stock.Return(ctx, manager, fleet.NewReturn{Thing: fleet.KeyThing, Serial: number, Fault: "böjd", Acquired: w.now.AddDate(0, -1, 0)})
			w.must(err)
			_, err = w.Stock.Settle(ctx, manager, r.ID, c.answer, c.replacement)
			w.must(err)
			w.wantKey(number, c.want, c.group)
		}
		w.wantKey("N7", fleet.KeyInStock, "")
	})
}

// proves V2.2-b: a key that is missing count after count is followed up once; it is settled when somebody has it, when it turns
// up, and when it is handed in broken.
func TestAMissingKeyIsFollowedUpOnce(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("H1:N1,N2,N3")
		w.station("t1", 3, "Norr 1", "g1", "43245")
		_, err := w.Cabinets.SetUp(ctx, homecare, "H1", "Personalrummet")
		w.must(err)
		open := func() (out []string) {
			all, err := w.Cabinets.Differences(ctx, manager, fleet.DifferenceFilter{State: fleet.DifferenceOpen}, fleet.Page{})
			w.must(err)
			for _, d := range all {
				out = append(out, d.Number)
			}
			return out
		}
		count := func() {
			w.later(24 * time.Hour)
			_, err := w.Cabinets.Count(ctx, homecare, "H1", nil)
			w.must(err)
		}
		count()
		count()
		if got := open(); !slices.Equal(got, []string{"N1", "N2", "N3"}) {
			t.Errorf("after two counts: %q", got)
		}
		w.must(w.Pool.Miss(ctx, homecare, "N1", "letar"))
		w.must(w.Pool.Find(ctx, homecare, "N1", "i bilen"))
		_, err = w.Pool.ReportBroken(ctx, homecare, "N2", fleet.Damaged, "böjd", time.Time{})
		w.must(err)
		if got := open(); !slices.Equal(got, []string{"N3"}) {
			t.Errorf("found, and handed in: still open %q", got)
		}
		w.activate("N3", w.now.Add(48*time.Hour))
		count()
		if got := open(); !slices.Equal(got, []string{"N1"}) {
			t.Errorf("N3 is in somebody's hand: open %q, want N1 alone", got)
		}
	})
}

// proves V6-b: a broken key that has been exchanged is the group's no longer: the next key is not charged as one too many.
func TestAnExchangedKeyIsNotCountedTwice(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("D1:D1,D2,D3,D4", ":D5,D6")
		e, err := w.Pool.ReportBroken(ctx, delivery, "D1", fleet.Damaged, "böjd", time.Time{})
		w.must(err)
		_, err = w.Pool.Swap(ctx, manager, e.ID, "D5")
		w.must(err)
		extra, err := w.Pool.Issue(ctx, manager, "D6", "D1") // the fifth that works
		if err != nil || extra {
			t.Errorf("the fifth of five: extra %v, %v", extra, err)
		}
		all, err := w.Cabinets.Equipment(ctx, delivery, fleet.Page{})
		w.must(err)
		for _, e := range all {
			if e.Group.Code == "D1" && e.Have[routine.PartKeys] != 5 {
				t.Errorf("has %d keys, want 5", e.Have[routine.PartKeys])
			}
		}
	})
}

// proves V2.2-b: who has left the group answers for its cabinet no longer, also where nobody has said so.
func TestNobodyAnswersAfterLeaving(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		_, err := w.Cabinets.SetUp(ctx, homecare, "H1", "Personalrummet")
		w.must(err)
		w.must(w.Cabinets.Name(ctx, homecare, "H1", fleet.CabinetKeeper, "1001"))
		w.update(func(ctx context.Context, tx *storage.Tx) error {
			return tx.PutMemberships(ctx, []care.Membership{{StaffID: "a1", GroupID: "g1", From: w.now.AddDate(-1, 0, 0), Until: w.now.Add(time.Hour)}})
		})
		w.later(2 * time.Hour)
		if c, err := w.Cabinets.Cabinet(ctx, homecare, "H1"); err != nil || len(c.Keepers) != 0 {
			t.Errorf("keepers: %+v, %v; want none", c.Keepers, err)
		}
	})
}

// proves V2.7-a, V2.2-e: many may leave in one week: the list that locks are told stays within its bounds, those who left most
// recently are on it, and a lost key always is.
func TestManyLeaveInOneWeek(t *testing.T) {
	w := newWorld(t, t.TempDir(), profile())
	ctx := t.Context()
	const many = credential.MaxBlockEntries + 10
	for i := range many {
		number := fmt.Sprint(5000 + i)
		_, err := w.People.Add(ctx, homecare, w.hiring(number, "H1"))
		w.must(err)
		if i == 20 {
			w.later(24 * time.Hour)
		}
		w.must(w.People.End(ctx, homecare, number, "sommaren är slut"))
	}
	w.have("H1:N1")
	signer, err := credential.NewSigningKey()
	w.must(err)
	public, err := credential.PublicKeyOf(signer)
	w.must(err)
	_, err = w.keys.Enrol(ctx, "test", "N1", public)
	w.must(err)
	_, err = w.Pool.Lose(ctx, homecare, "N1", "borta")
	w.must(err)
	if !w.blocked(credential.BlockKey, uint64(w.key("N1").Device)) {
		t.Error("the lost key is not in the list")
	}
	var last uint32
	w.view(func(ctx context.Context, tx *storage.Tx) error {
		last, err = tx.MaxPseudonym(ctx)
		return err
	})
	if !w.blocked(credential.BlockStaff, uint64(last)) || w.blocked(credential.BlockStaff, uint64(last-many+1)) {
		t.Error("who left first gives way, who left last does not")
	}
}
