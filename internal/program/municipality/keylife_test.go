package municipality_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/storage"
)

// charges are what has been proposed, as "kind organisation kronor rule".
func (w *world) charges() (out []string) {
	w.t.Helper()
	w.view(func(ctx context.Context, tx *storage.Tx) error {
		all, err := tx.ListCharges(ctx, support.Charges{Page: support.Page{Limit: 50}})
		for _, c := range all {
			out = append(out, fmt.Sprint(c.Kind, " ", c.PayerOrg, " ", c.Amount, " ", c.Rule))
		}
		return err
	})
	slices.Sort(out)
	return out
}

// proves V2.2-e, V7-c: staff block their own group's lost key at once; a new one follows only a block, once; found again, the
// lock manager lifts the block.
func TestLostKey(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("H1:N1,N2", ":N8,N9")
		signer, err := credential.NewSigningKey()
		w.must(err)
		public, err := credential.PublicKeyOf(signer)
		w.must(err)
		_, err = w.keys.Enrol(ctx, "test", "N1", public)
		w.must(err)

		w.wantErr("a replacement before the block", w.Pool.Replace(ctx, manager, "N1", "N9"), fleet.ErrNotYetBlocked)
		w.must(w.Pool.Miss(ctx, homecare, "N1", "letar i bilen"))
		w.wantKey("N1", fleet.KeySuspect, "g1")
		_, err = w.Pool.Issue(ctx, manager, "N9", "H1")
		w.wantErr("another key while one is looked for", err, fleet.ErrIssue)
		for _, who := range []routine.Who{private, delivery, officer, owner, {}} {
			_, err := w.Pool.Lose(ctx, who, "N1", "borta")
			w.wantErr("block by "+string(who.Role), err, fleet.ErrMayNot)
			w.wantErr("miss by "+string(who.Role), w.Pool.Miss(ctx, who, "N2", "borta"), fleet.ErrMayNot)
		}
		_, err = w.Pool.Lose(ctx, homecare, "N404", "borta")
		w.wantErr("an unknown key is nobody's", err, fleet.ErrMayNot)
		_, err = w.Pool.Lose(ctx, homecare, "N1", "")
		w.wantErr("no reason", err, fleet.ErrText)

		w.later(14 * time.Hour) // in the evening
		device := uint64(w.key("N1").Device)
		e, err := w.Pool.Lose(ctx, homecare, "N1", "borta sedan lunch")
		if err != nil || e.Key.State != fleet.KeyBlocked || !w.blocked(credential.BlockKey, device) {
			t.Fatalf("blocked by staff: %+v, %v", e, err)
		}
		w.wantErr("replace by staff", w.Pool.Replace(ctx, homecare, "N1", "N9"), fleet.ErrMayNot)
		w.wantErr("replace by a key that is out", w.Pool.Replace(ctx, manager, "N1", "N2"), fleet.ErrNotInStock)
		w.must(w.Pool.Replace(ctx, manager, "N1", "N9"))
		w.wantKey("N9", fleet.KeyIssued, "g1")
		w.wantErr("one loss, two keys", w.Pool.Replace(ctx, manager, "N1", "N8"), fleet.ErrReplaced)

		w.wantErr("lifted by staff", w.Pool.Find(ctx, homecare, "N1", "låg i soffan"), fleet.ErrMayNot)
		w.wantErr("lifted without a reason", w.Pool.Find(ctx, manager, "N1", " "), fleet.ErrText)
		w.must(w.Pool.Find(ctx, manager, "N1", "låg i soffan, inlämnad"))
		w.wantKey("N1", fleet.KeyInStock, "g1")
		if w.blocked(credential.BlockKey, device) {
			t.Error("the block list still names a key whose block was lifted")
		}
		w.must(w.Pool.Miss(ctx, homecare, "N2", "letar"))
		w.must(w.Pool.Find(ctx, homecare, "N2", "i fickan")) // looked for and found: nobody was told
		w.wantKey("N2", fleet.KeyIssued, "g1")
		if n := w.entries(journal.KeyReturned); n != 2 {
			t.Errorf("journal: %d found keys, want 2", n)
		}
	})
}

// proves V7-c: without the switch staff report a key missing, and the lock manager blocks it.
func TestNoSelfServiceBlock(t *testing.T) {
	p := profile()
	p.SelfServiceBlock = false
	eachWorld(t, p, func(w *world) {
		w.have("H1:N1")
		_, err := w.Pool.Lose(t.Context(), homecare, "N1", "borta")
		w.wantErr("block by staff", err, fleet.ErrNoSelfService)
		w.must(w.Pool.Miss(t.Context(), homecare, "N1", "borta"))
		w.wantKey("N1", fleet.KeySuspect, "g1")
		_, err = w.Pool.Lose(t.Context(), manager, "N1", "borta, anmäld på telefontid")
		w.must(err)
		w.wantKey("N1", fleet.KeyBlocked, "g1")
	})
}

// proves V2.2-e: however many try, one loss is made good with one key.
func TestConcurrentReplacements(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		w.have("H1:N1,N2", ":R0,R1,R2,R3,R4,R5")
		_, err := w.Pool.Lose(t.Context(), manager, "N1", "borta")
		w.must(err)
		var wait sync.WaitGroup
		var mu sync.Mutex
		given := 0
		for i := range 6 {
			wait.Go(func() {
				if w.Pool.Replace(t.Context(), manager, "N1", "R"+strconv.Itoa(i)) == nil {
					mu.Lock()
					given++
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		keys, err := w.Pool.Keys(t.Context(), manager, fleet.KeyFilter{Group: "H1", State: fleet.KeyIssued}, fleet.Page{})
		if err != nil || given != 1 || len(keys) != 2 {
			t.Errorf("%d replacements given, %d keys issued, %v; want 1 and 2", given, len(keys), err)
		}
	})
}

// proves V2.2-d, V5.4-b, V5.4-c: a broken key is exchanged by appointment; one that fails gets a new battery first; obvious
// negligence is a person's decision, and becomes a proposed charge.
func TestBrokenKeyIsExchanged(t *testing.T) {
	p := profile()
	p.Units = []routine.Unit{{Name: "HMS", Kinds: []routine.UnitKind{routine.UnitLockManager}, Hours: "office"}}
	p.Hours = routine.Hours{"office": {Spans: []routine.Span{{Days: []routine.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: "07:30", To: "16:00"}}}}
	eachWorld(t, p, func(w *world) {
		ctx := t.Context()
		w.have("H1:N1,N2,N3", "H2:M1", ":N9,N8")
		_, err := w.Pool.ReportBroken(ctx, homecare, "N1", fleet.Damaged, "böjd", w.now.Add(12*time.Hour))
		w.wantErr("an appointment at night", err, fleet.ErrAppointment)
		_, err = w.Pool.ReportBroken(ctx, homecare, "M1", fleet.Damaged, "böjd", time.Time{})
		w.wantErr("another's key", err, fleet.ErrMayNot)
		_, err = w.Pool.ReportBroken(ctx, homecare, "N2", fleet.Fails, "öppnar inte", time.Time{})
		w.wantErr("no new battery", err, fleet.ErrBatteryFirst)
		_, err = w.Cabinets.ChangeBattery(ctx, homecare, "N2", w.now.Add(-time.Hour))
		w.must(err)
		fails, err := w.Pool.ReportBroken(ctx, homecare, "N2", fleet.Fails, "öppnar inte", time.Time{})
		w.must(err)
		bent, err := w.Pool.ReportBroken(ctx, homecare, "N1", fleet.Damaged, "böjd", w.now.Add(time.Hour))
		w.must(err)
		w.wantKey("N1", fleet.KeyBroken, "g1")
		_, err = w.Pool.Book(ctx, homecare, fails.ID, w.now.Add(25*time.Hour))
		w.must(err)
		_, err = w.Pool.Book(ctx, private, fails.ID, w.now.Add(25*time.Hour))
		w.wantErr("another's appointment", err, fleet.ErrExchangeUnknown)
		_, err = w.Pool.DecideNegligence(ctx, manager, bent.ID, true, "använd som kofot")
		w.wantErr("decided before it was handed in", err, fleet.ErrNotDecidable)

		waiting, err := w.Pool.Exchanges(ctx, manager, fleet.ExchangeFilter{State: fleet.ExchangeBooked}, fleet.Page{})
		if err != nil || len(waiting) != 2 || waiting[0].Number != "N1" {
			t.Errorf("waiting, the first appointment first: %+v, %v", waiting, err)
		}
		if theirs, err := w.Pool.Exchanges(ctx, private, fleet.ExchangeFilter{}, fleet.Page{}); err != nil || len(theirs) != 0 {
			t.Errorf("another organisation sees %v, %v", theirs, err)
		}
		_, err = w.Pool.Swap(ctx, homecare, bent.ID, "N9")
		w.wantErr("handed out by staff", err, fleet.ErrExchangeUnknown)
		_, err = w.Pool.Swap(ctx, manager, bent.ID, "N3")
		w.wantErr("a key that is out", err, fleet.ErrNotInStock)
		issued := w.entries(journal.KeyIssued)
		done, err := w.Pool.Swap(ctx, manager, bent.ID, "N9")
		if err != nil || done.Replacement != "N9" {
			t.Fatalf("swapped: %+v, %v", done, err)
		}
		w.wantKey("N9", fleet.KeyIssued, "g1")
		if n := w.entries(journal.KeyIssued) - issued; n != 1 {
			t.Errorf("journal: %d keys handed out, want 1", n)
		}
		if got := w.grounds(journal.KeyReported); !slices.Contains(got, routine.RuleFailsAnyway) {
			t.Errorf("a key that fails despite a new battery is reported by %q", got)
		}
		_, err = w.Pool.Swap(ctx, manager, bent.ID, "N8")
		w.wantErr("twice", err, fleet.ErrExchangeClosed)
		_, err = w.Pool.Swap(ctx, manager, fails.ID, "N8")
		w.must(err)

		if got := w.charges(); got != nil {
			t.Errorf("charged before anybody has decided: %q", got)
		}
		_, err = w.Pool.DecideNegligence(ctx, manager, bent.ID, true, "använd som kofot")
		w.must(err)
		if got := w.charges(); !slices.Equal(got, []string{"broken-key " + city + " 1000 V2.2-d"}) {
			t.Errorf("proposed: %q", got)
		}
		_, err = w.Pool.DecideNegligence(ctx, manager, bent.ID, false, "ändrade oss")
		w.wantErr("decided twice", err, fleet.ErrNotDecidable)
		_, err = w.Stock.Return(ctx, manager, fleet.NewReturn{Thing: fleet.KeyThing, Serial: "N2", Fault: "öppnar inte"})
		w.must(err)
		w.wantKey("N2", fleet.KeyWarranty, "g1")

		again, err := w.Pool.ReportBroken(ctx, homecare, "N3", fleet.Damaged, "repad", time.Time{})
		w.must(err)
		_, err = w.Pool.CancelExchange(ctx, homecare, again.ID)
		w.must(err)
		w.wantKey("N3", fleet.KeyIssued, "g1")
	})
}

// proves V6-b, V4-a: what goes beyond the basic equipment, and moving it, is proposed as the provider's expense; an allotment of
// five is five.
func TestExtraKeysAndMovesAreTheProvidersExpense(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("D1:D1,D2,D3,D4,D5")
		if got := w.charges(); got != nil {
			t.Errorf("five keys of five: %q", got)
		}
		w.arrive(fleet.KeyProduct, "D6")
		extra, err := w.Pool.Issue(ctx, manager, "D6", "D1")
		if err != nil || !extra {
			t.Fatalf("the sixth: extra %v, %v", extra, err)
		}
		_, err = w.Cabinets.SetUp(ctx, delivery, "D1", "Lagret")
		w.must(err)
		_, err = w.Cabinets.Move(ctx, delivery, "D1", "Nya lagret", "ny lokal")
		w.must(err)
		_, err = w.Cabinets.Move(ctx, delivery, "D1", "Nya lagret", "samma igen")
		w.must(err)
		if got := w.charges(); !slices.Equal(got, []string{"extra-key " + firm + " 0 V6-b", "move " + firm + " 0 V6-b"}) {
			t.Errorf("proposed: %q", got)
		}
		w.must(w.Pool.HandBack(ctx, manager, "D6"))
		w.wantKey("D6", fleet.KeyInStock, "")
		w.wantErr("handed back twice", w.Pool.HandBack(ctx, manager, "D6"), fleet.ErrKeyState)
		extra, err = w.Pool.Issue(ctx, manager, "D6", "S1")
		if err != nil || extra {
			t.Errorf("to a group that has room: extra %v, %v", extra, err)
		}
	})
}

// Whatever is done with keys in whatever order, a group never has more keys in use than it was given: those issued to it, less
// those handed back, lost or broken, and each loss or break is made good at most once.
func TestKeysNeverMultiply(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have(":K0,K1,K2,K3,K4,K5,K6,K7")
		var numbers []string
		for i := range 8 {
			numbers = append(numbers, "K"+strconv.Itoa(i))
		}
		rapid.Check(t, func(rt *rapid.T) {
			for range rapid.IntRange(1, 6).Draw(rt, "acts") {
				n, m := rapid.SampledFrom(numbers).Draw(rt, "key"), rapid.SampledFrom(numbers).Draw(rt, "other")
				before := w.inUse(rt)
				gain := 0
				switch rapid.IntRange(0, 6).Draw(rt, "act") {
				case 0:
					if _, err := w.Pool.Issue(ctx, manager, n, "H1"); err == nil {
						gain = 1
					}
				case 1:
					_ = w.Pool.HandBack(ctx, manager, n)
				case 2:
					_ = w.Pool.Miss(ctx, homecare, n, "letar")
				case 3:
					_, _ = w.Pool.Lose(ctx, homecare, n, "borta")
				case 4:
					if w.Pool.Find(ctx, manager, n, "funnen") == nil {
						gain = 1 // looked for, and back
					}
				case 5:
					if w.Pool.Replace(ctx, manager, n, m) == nil {
						gain = 1
						if w.key(n).State != fleet.KeyBlocked {
							rt.Fatalf("%s was replaced in the state %s", n, w.key(n).State)
						}
					}
				case 6:
					_, _ = w.Pool.ReportBroken(ctx, homecare, n, fleet.Damaged, "böjd", time.Time{})
				}
				if after := w.inUse(rt); after > before+gain {
					rt.Fatalf("keys in use: %d became %d", before, after)
				}
			}
		})
	})
}

func (w *world) inUse(rt *rapid.T) int {
	keys, err := w.Pool.Keys(w.t.Context(), manager, fleet.KeyFilter{Group: "H1", State: fleet.KeyIssued}, fleet.Page{})
	if err != nil {
		rt.Fatal(err)
	}
	return len(keys)
}
