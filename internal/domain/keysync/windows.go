package keysync

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/routine"
)

// spanBytes is a span of a window.
const spanBytes = 3

func (p Profile) place() *time.Location {
	if p.Place == nil {
		return time.UTC
	}
	return p.Place
}

// within gives rights the hours of the week in which they hold in a grant that begins at nbf. Those that never hold in it are left out.
func (p Profile) within(rights []GroupRight, nbf credential.Instant) []GroupRight {
	if p.Hours == nil {
		return rights
	}
	windows := map[routine.ServiceKind]credential.Window{}
	out := make([]GroupRight, 0, len(rights))
	for _, r := range rights {
		s, limited := p.Hours(r.Kind)
		if limited {
			w, known := windows[r.Kind]
			if !known {
				w = window(s, p.place(), nbf)
				windows[r.Kind] = w
			}
			if r.Window = w; w == "" {
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

// window is a schedule as hours of the week, on the days of a grant that begins at nbf: at most seven, each another day of the week, so
// that a public holiday can be another day than its weekday is. Empty means never. What is not a whole hour is rounded towards no access, as is what
// a leaf has no room for; profiles are checked for neither to happen.
func window(s routine.Schedule, place *time.Location, nbf credential.Instant) credential.Window {
	begins, ends := date(nbf, place), date(nbf+credential.Instant((credential.GrantLife+time.Hour)/time.Second), place)
	hours := map[credential.Span]credential.Days{}
	add := func(day time.Time, from, until int) {
		if from < until && !day.Before(begins) && !day.After(ends) {
			hours[credential.Span{From: uint8(from), Until: uint8(until)}] |= 1 << ((day.Weekday() + 6) % 7)
		}
	}
	for day := begins.AddDate(0, 0, -1); !day.After(ends); day = day.AddDate(0, 0, 1) { // a night goes on from the day before
		for _, m := range s.On(day.Date()) {
			from, until := (m[0]+59)/60, m[1]/60
			add(day, from, min(until, 24))
			add(day.AddDate(0, 0, 1), max(0, from-24), until-24)
		}
	}
	return packed(hours)
}

// packed is a window of as many spans as a leaf has room for.
func packed(hours map[credential.Span]credential.Days) credential.Window {
	spans := slices.SortedFunc(maps.Keys(hours), func(a, b credential.Span) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Until, b.Until))
	})
	for i := range spans {
		spans[i].Days = hours[spans[i]]
	}
	w, err := credential.NewWindow(spans[:min(len(spans), credential.MaxSpans)]...)
	if err != nil {
		return "" // never: no hours, then
	}
	return w
}

// date is the day of an instant in a place, at noon UTC: days can then be counted.
func date(i credential.Instant, place *time.Location) time.Time {
	year, month, day := i.Time().In(place).Date()
	return time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
}

// joined are the hours of two windows, or those of the first if a leaf has no room for both.
func joined(a, b credential.Window) credential.Window {
	hours := map[credential.Span]credential.Days{}
	for s := range slices.Chunk([]byte(a+b), spanBytes) {
		hours[credential.Span{From: s[1], Until: s[2]}] |= credential.Days(s[0])
	}
	if len(hours) > credential.MaxSpans {
		return a
	}
	return packed(hours)
}
