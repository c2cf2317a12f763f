package casework_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// act is something that somebody does: an order, or taking one back.
type act struct {
	in   casework.NewOrder
	back bool // take back the last order of this writer
}

func anyAct(t *rapid.T, clients []string) act {
	in := casework.NewOrder{Kind: rapid.SampledFrom(routine.OrderKinds()).Draw(t, "kind"), PersonalNumber: rapid.SampledFrom(clients).Draw(t, "client"),
		Effective: ahead(rapid.IntRange(-3, 9).Draw(t, "day")), Need: rapid.SampledFrom([]routine.Need{routine.CannotOpen, routine.DoesNotHear}).Draw(t, "need"), Channel: "test"}
	if group, _ := in.Kind.NeedsGroup(); group {
		in.Group, in.ToGroup = rapid.SampledFrom(groupsFor(in.Kind)).Draw(t, "group"), rapid.SampledFrom([]string{"H2", "H3"}).Draw(t, "to")
	}
	in.OpensSelf = in.Kind == routine.HomeCareGranted && rapid.Bool().Draw(t, "opens")
	in.InEffect = rapid.Bool().Draw(t, "effect")
	return act{in, rapid.IntRange(0, 5).Draw(t, "back") == 0}
}

// do carries acts out one after the other, and returns the orders that were placed. What is refused is refused in words.
func (n town) do(t *rapid.T, acts []act) (placed []string, wrong error) {
	for _, a := range acts {
		if a.back && len(placed) > 0 {
			_, err := n.Withdraw(t.Context(), officer, placed[len(placed)-1], "")
			if err != nil && problem.KindOf(err) != problem.Conflict {
				return placed, fmt.Errorf("withdrawn: %w", err)
			}
			continue
		}
		o, err := n.Place(t.Context(), officer, a.in)
		if err != nil && problem.KindOf(err) != problem.Conflict {
			return placed, fmt.Errorf("%+v: %w", a.in, err)
		}
		if err == nil {
			placed = append(placed, o.ID)
		}
	}
	return placed, nil
}

// Random orders of every kind for a couple and somebody alone, by writers at the same time who also take orders back, for any
// municipality: services never overlap, nobody has a right without a ground or a ground without a service, stored rights equal
// a full recomputation, there is one lock for the door, tasks and orders name rules in words, and an order is done just when
// its work is.
func TestAnythingAtOnceKeepsTheHouseInOrder(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		town := newTown(t, db)
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > 40 { // what a gate can wait for on PostgreSQL
				return
			}
			p := routine.DefaultProfile()
			p.InEffectGate, p.LockEndsOnNotice = true, rapid.Bool().Draw(rt, "notice") // a gate that changed would change those before
			p.Receipts = routine.ReceiptRules{KeyBox: true, Spare: rapid.Bool().Draw(rt, "spare"), Waiting: rapid.Bool().Draw(rt, "waiting")}
			n := town.with(p)
			couple, serial := n.couple(rt, fmt.Sprint("e", round))
			if rapid.Bool().Draw(rt, "locked") {
				n.mount(rt, serial, couple[0])
			}
			writers := make([][]act, rapid.IntRange(1, 3).Draw(rt, "writers"))
			for i := range writers {
				writers[i] = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act { return anyAct(t, couple) }), 1, 4).Draw(rt, "acts")
			}
			placed, wrong := make([][]string, len(writers)), make([]error, len(writers))
			var wg sync.WaitGroup
			for i, acts := range writers {
				wg.Go(func() { placed[i], wrong[i] = n.do(rt, acts) })
			}
			wg.Wait()
			for _, err := range wrong {
				if err != nil {
					rt.Fatal(err)
				}
			}
			for _, c := range couple {
				wantInOrder(rt, n.services(rt, c))
			}
			n.wantRightsOf(rt, p, couple, serial)
			n.wantRecomputed(rt)
			n.wantWorklist(rt, couple, slices.Concat(placed...))
		})
	})
}

// wantInOrder finds services of one kind and group that overlap.
func wantInOrder(t failer, services []care.Service) {
	for i, a := range services {
		for _, b := range services[i+1:] {
			if a.Kind == b.Kind && a.Group.ID == b.Group.ID && a.From.Before(b.Until) && b.From.Before(a.Until) {
				t.Fatalf("two services overlap:\n%+v\n%+v", a, b)
			}
		}
	}
}

// wantRightsOf holds who may open the couple's door at every day to what the routine says of their services.
func (n town) wantRightsOf(t failer, p routine.Profile, couple []string, serial string) {
	var locked bool
	err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		locks, err := tx.LocksBySerial(t.Context(), []string{serial})
		locked = locks[serial].DwellingID != ""
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	codes := n.codes(t)
	for d := -4; d < 12; d++ {
		at := ahead(d).Add(time.Hour)
		want := map[string]bool{}
		for _, c := range couple {
			s := routine.Situation{Rural: []routine.Group{{ID: codes["R1"]}}}
			for _, v := range n.services(t, c) {
				s.Services = append(s.Services, v.Service)
			}
			for _, g := range routine.Grounds(p, s) {
				if locked && !at.Before(g.From) && at.Before(g.Until) {
					want[g.Group] = true
				}
			}
		}
		got := n.may(t, serial, at)
		if len(got) != len(want) {
			t.Fatalf("%s at %s: %v may open, want %v", serial, at, got, want)
		}
		for _, code := range got {
			if !want[codes[code]] {
				t.Fatalf("%s at %s: %s may open without a ground", serial, at, code)
			}
		}
	}
}

// codes are the ids of the town's groups, by code.
func (n town) codes(t failer) map[string]string {
	out := map[string]string{}
	if err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		groups, err := tx.Groups(t.Context())
		for _, g := range groups {
			out[g.Code] = g.ID
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}
