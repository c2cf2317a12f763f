package keysync_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/domain/keysync"
)

// heads are what the database knows of acknowledgements.
type heads struct {
	keysync.Tx
	now   time.Time
	kept  map[uint32]int64
	asked int // locks
}

func (h *heads) Now() time.Time { return h.now }

func (h *heads) AcksForLocks(_ context.Context, locks []uint32, keep, limit int) (out []keysync.Waiting, _ error) {
	h.asked += len(locks)
	for _, l := range locks {
		if n := h.kept[l]; n >= int64(keep) {
			out = append(out, keysync.Waiting{Lock: l, Kept: n, Ack: fmt.Append(nil, l, n)})
		}
	}
	slices.SortFunc(out, func(a, b keysync.Waiting) int {
		return cmp.Or(cmp.Compare(b.Kept, a.Kept), cmp.Compare(a.Lock, b.Lock))
	})
	return out[:min(limit, len(out))], nil
}

// What a key is given is what would be found if all of its group's locks were asked about, whatever this process has moved meanwhile; and what
// another process has moved is seen after a while.
func TestAcknowledgementsAreTheNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &heads{now: time.Unix(1_700_000_000, 0), kept: map[uint32]int64{}}
		locks := []uint32{2, 3, 5, 7, 11, 13}
		group := keysync.NewAsker(locks)
		lock := rapid.SampledFrom([]uint32{1, 2, 3, 4, 5, 6, 7, 11, 13, 17})
		kept := rapid.SampledFrom([]int64{0, 1, 7, 8, 9, 30})
		others := false // have moved something since the group asked for all
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				l := lock.Draw(t, "ours")
				h.kept[l] = kept.Draw(t, "kept")
				group.Move(l)
			case 2:
				h.kept[lock.Draw(t, "other's")] = kept.Draw(t, "kept")
				others = true
			case 3:
				h.now = h.now.Add(keysync.AckAge)
				others = false
			case 4:
				h.now = h.now.Add(time.Second)
			}
			got, err := group.Acks(t.Context(), h)
			if err != nil {
				t.Fatal(err)
			}
			all, _ := h.AcksForLocks(t.Context(), locks, keysync.DefaultProfile().Acknowledge, 256)
			want := make([][]byte, len(all))
			for i, w := range all {
				want[i] = w.Ack
			}
			if !others && !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	})
}

// A visit asks about the locks that have moved, and about all of them where too many have.
func TestVisitAsksForWhatHasMoved(t *testing.T) {
	h := &heads{now: time.Unix(1_700_000_000, 0), kept: map[uint32]int64{3: 9, 5: 9}}
	group := keysync.NewAsker([]uint32{2, 3, 5, 7})
	for _, c := range []struct {
		name  string
		moved []uint32
		want  int
	}{{"first", nil, 4}, {"nothing", nil, 0}, {"some", []uint32{9, 5, 5, 2}, 2}, {"others'", []uint32{9}, 0}, {"too many", make([]uint32, 2*keysync.MaxMoved), 4}} {
		for l := range slices.Chunk(c.moved, 64) {
			group.Move(l...)
		}
		h.asked = 0
		got, err := group.Acks(t.Context(), h)
		if err != nil || len(got) != 2 || h.asked != c.want {
			t.Errorf("%s: got %d acknowledgements, %d locks were asked for, %v; want 2 and %d", c.name, len(got), h.asked, err, c.want)
		}
	}
}
