package block

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/edge/portal/ui"
)

// The picture of a shrinking exposure: its size, and the room for words around it.
const (
	wide, high   = 640, 190
	left, right  = 44, 16
	top, bottom  = 18, 34
	inside, tall = wide - left - right, high - top - bottom
	leastLife    = time.Hour // a shorter time would be a line
)

// exposure is how many locks a blocked key could open from the block on, as lines.
type exposure struct {
	was, is    int
	begins     time.Time
	now, ends  time.Time
	past       string // path of what has been
	ahead      string // path of the worst case from now on
	nowX, endX float64
	wasY       float64
}

// expose draws it; not ok when the key opened nothing when it was blocked.
func expose(v ui.View, r fleet.Reach) (e exposure, ok bool) {
	e = exposure{was: len(r.Doors), is: r.StillOpen(), begins: r.Key.BlockedAt, now: v.Now, ends: r.Key.SyncedUntil}
	if e.was == 0 || e.ends.Sub(e.begins) < leastLife {
		return e, false
	}
	last := e.ends
	x := func(t time.Time) float64 {
		return left + inside*min(max(t.Sub(e.begins).Seconds()/last.Sub(e.begins).Seconds(), 0), 1)
	}
	y := func(n int) float64 { return top + tall*(1-float64(n)/float64(e.was)) }
	e.nowX, e.endX, e.wasY = x(e.now), x(last), y(e.was)
	var b strings.Builder
	fmt.Fprintf(&b, "M%.1f %.1f", x(e.begins), y(e.was))
	n := e.was
	for _, t := range toldTimes(r, e.begins) {
		n--
		fmt.Fprintf(&b, "H%.1fV%.1f", x(t), y(n))
	}
	fmt.Fprintf(&b, "H%.1f", e.nowX)
	e.past = b.String()
	e.ahead = fmt.Sprintf("M%.1f %.1fH%.1fV%.1f", e.nowX, y(n), e.endX, y(0))
	return e, true
}

// toldTimes is when locks got the block, in order. Of one that does not say when, it is known that it had when it was last heard of.
func toldTimes(r fleet.Reach, begins time.Time) (all []time.Time) {
	for _, d := range r.Doors {
		switch {
		case d.Open || !d.Has:
		case d.Told.IsZero():
			all = append(all, later(d.Seen, begins))
		default:
			all = append(all, later(d.Told, begins))
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
