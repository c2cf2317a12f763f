package credential

import (
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Window is the hours of the week in which a leaf holds, in the municipality's local time: three bytes per [Span], at most
// [MaxSpans] of them. Empty is always. It is a string of bytes, so that leaves can be compared.
type Window = cbor.ByteString

// MaxSpans bounds a window.
const MaxSpans = 4

// Days is a set of weekdays, Monday the lowest bit.
type Days uint8

// AllDays is the whole week.
const AllDays Days = 1<<7 - 1

// Span is the same whole hours on some days of the week, half-open: From 0 to 23, Until From+1 to 24. A night is two spans.
type Span struct {
	Days        Days
	From, Until uint8
}

// NewWindow encodes spans.
func NewWindow(spans ...Span) (Window, error) {
	var b []byte
	for _, s := range spans {
		b = append(b, byte(s.Days), s.From, s.Until)
	}
	return Window(b), checkWindow(Window(b))
}

func checkWindow(w Window) error {
	if len(w) > 3*MaxSpans || len(w)%3 != 0 {
		return Refuse(CodeMalformed, "a window of %d bytes: at most %d spans of three", len(w), MaxSpans)
	}
	for s := range spans(w) {
		if s.Days == 0 || s.Days > AllDays || s.From >= s.Until || s.Until > 24 {
			return Refuse(CodeMalformed, "a window on days %07b from %d to %d o'clock", s.Days, s.From, s.Until)
		}
	}
	return nil
}

func spans(w Window) func(yield func(Span) bool) {
	return func(yield func(Span) bool) {
		for b := range slices.Chunk([]byte(w), 3) {
			if !yield(Span{Days(b[0]), b[1], b[2]}) {
				return
			}
		}
	}
}

// Zone is local time during a grant's life: local time minus UTC in quarters of an hour; the whole hours after the grant's
// NotBefore from which another offset holds, 0 for none; that other offset. A lock knows nothing of time zones: whoever
// issues the grant works the offsets out, also the one step that summer time may make within its days. An hour that the step
// repeats is twice in a window or twice out of it, one that it skips is never in it.
type Zone [3]int8

// maxOffset is fourteen hours, the greatest offset in use, in quarters.
const maxOffset = 56

func (z Zone) check() error {
	before, step, after := z[0], z[1], z[2]
	if max(before, after) > maxOffset || min(before, after) < -maxOffset || step < 0 || step == 0 && after != 0 {
		return Refuse(CodeMalformed, "a time zone of %v", z)
	}
	return nil
}

// ZoneOf is the zone of a grant that lives from nbf, a whole hour, until expires, in a place. A step counts from the next
// whole hour of UTC.
func ZoneOf(place *time.Location, nbf, expires Instant) Zone {
	offset := func(t Instant) int8 {
		_, seconds := t.Time().In(place).Zone()
		return int8(seconds / 900)
	}
	z := Zone{offset(nbf)}
	for h := int8(1); h < 127 && nbf+Instant(h)*Hour < expires; h++ {
		if after := offset(nbf + Instant(h)*Hour); after != z[0] {
			return Zone{z[0], h, after}
		}
	}
	return z
}

// local is the time on the wall, as if it were UTC.
func (g Grant) local(t Instant) Instant {
	quarters, step := g.Zone[0], Instant(g.Zone[1])
	if step != 0 && t >= g.NotBefore+step*Hour {
		quarters = g.Zone[2]
	}
	return t + Instant(quarters)*900
}

// InWindow reports whether the leaf's window in a grant holds at some moment from earliest to latest, both included: a lock that
// knows the time gives it twice.
func (l Leaf) InWindow(g Grant, earliest, latest Instant) bool {
	if l.Window == "" {
		return true
	}
	for t := earliest; t <= latest; t = (t/900 + 1) * 900 { // offsets are quarters, so nothing changes between
		local := g.local(t)
		day, hour := 1<<((local/86400+3)%7), uint8(local%86400/3600) // 1970-01-01 was a Thursday
		for s := range spans(l.Window) {
			if s.Days&Days(day) != 0 && s.From <= hour && hour < s.Until {
				return true
			}
		}
	}
	return false
}
