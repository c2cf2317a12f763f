package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
)

// play runs a small municipality and fails the test if it cannot.
func play(t *testing.T, o Options) *Result {
	t.Helper()
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// asJSON is the result without the one figure that may differ.
func asJSON(t *testing.T, r *Result) string {
	t.Helper()
	same := *r
	same.OpeningsPerSecond = 0
	b, err := json.Marshal(same)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheSameSeedGivesTheSameDays(t *testing.T) {
	o := Options{Clients: 12, Days: 2, Seed: 3, Faults: true}
	all := func(f *faults) {
		f.battery, f.withholds, f.drops, f.losses, f.loose, f.fastClock = 0.5, 0.2, 0.2, 0.3, 0.3, 0.3
	}
	o.sabotage.only = all
	before := runtime.GOMAXPROCS(1)
	one := asJSON(t, play(t, o))
	runtime.GOMAXPROCS(4)
	four := asJSON(t, play(t, o))
	runtime.GOMAXPROCS(before)
	if one != four {
		t.Errorf("one processor gives\n%s\nfour give\n%s", one, four)
	}
	o.Seed, o.Days = 4, 1
	if asJSON(t, play(t, o)) == one {
		t.Error("another seed gives the same days")
	}
}

func TestPromisesHoldInDaysWithFaults(t *testing.T) {
	r := play(t, Options{Clients: 16, Days: 2, Seed: 1, Faults: true})
	if !r.Kept() {
		t.Errorf("a promise is broken: %+v", r.Detail.Breaches)
	}
	if d := r.Detail; d.Promised == 0 || r.Openings < d.Promised || d.Syncs == 0 || d.Records.Home == 0 {
		t.Errorf("nothing has happened: %+v", d)
	}
}

// Each kind of fault, alone and often, is seen in what it does; and breaks no promise.
func TestFaultsHaveEffects(t *testing.T) {
	for _, c := range []struct {
		name string
		days int
		set  func(*faults)
		seen func(*Result) bool
	}{
		{"outages", 2, func(f *faults) { f.outages = 4 }, func(r *Result) bool {
			for _, o := range r.Detail.Outages {
				if o.Visits > 0 {
					return true
				}
			}
			return false
		}},
		{"lost stations", 2, func(f *faults) { f.lostStation = 4 }, func(r *Result) bool { return r.Detail.Promised < r.Detail.Visits }},
		{"lying clocks", 2, func(f *faults) { f.lyingClock = 4 }, func(r *Result) bool {
			return r.Detail.Refusals["activation-early"] > 0 || r.Detail.Refusals["activation-missing"] > 0
		}},
		{"batteries", 2, func(f *faults) { f.battery = 4 }, func(r *Result) bool { return r.Detail.Unverified > 0 }},
		{"strict locks", 2, func(f *faults) { f.battery, f.strict = 4, 1 }, func(r *Result) bool { return r.Detail.Refusals["clock-lost"] > 0 }},
		{"clocks ahead", 2, func(f *faults) { f.fastClock = 4 }, func(r *Result) bool { return r.Detail.FastClocks.Visits > 0 }},
		{"loose batteries", 4, func(f *faults) { f.loose, f.drops = 2, 1 }, func(r *Result) bool { return r.Detail.Records.Told > 0 }},
		{"drops", 2, func(f *faults) { f.drops = 1 }, func(r *Result) bool { return r.Detail.Records.Home == 0 }},
		{"withholds", 2, func(f *faults) { f.withholds = 1 }, func(r *Result) bool { return r.Detail.Records.Home == 0 && r.BlockCoverage.P50 > 90 }},
		{"thieves", 2, func(f *faults) { f.losses, f.thieves, f.insiders = 0.5, 1, 0.5 }, func(r *Result) bool {
			return r.Detail.Thefts.Before > 0 && r.Detail.Thefts.Within > 0
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := Options{Clients: 12, Days: c.days, Seed: 1}
			o.sabotage.only = c.set
			r := play(t, o)
			if !c.seen(r) {
				t.Errorf("no effect: %+v", r.Detail)
			}
			if !r.Kept() {
				t.Errorf("a promise is broken: %+v", r.Detail.Breaches)
			}
		})
	}
}

// A change of provider that is ordered while keys are out: the new one gets in from the day on, the former one does not, and nothing
// that was promised is refused.
func TestProvidersChange(t *testing.T) {
	o := Options{Clients: 40, Days: 3, Seed: 1}
	o.sabotage.only = func(f *faults) { f.changes = 1 }
	r := play(t, o)
	if c := r.Detail.Changes; c.Orders == 0 || c.Made == 0 || c.Stopped == 0 {
		t.Errorf("no effect: %+v", c)
	}
	if !r.Kept() {
		t.Errorf("a promise is broken: %+v", r.Detail.Breaches)
	}
}

// What the simulation judges by is its own: it sees code that is broken.
func TestBrokenCodeIsSeen(t *testing.T) {
	t.Run("locks that forget what they were told", func(t *testing.T) {
		o := Options{Clients: 12, Days: 3, Seed: 1}
		o.sabotage.only = func(f *faults) { f.losses, f.thieves, f.insiders = 0.7, 1, 1 }
		o.sabotage.deaf = true
		if r := play(t, o); r.OpenedAfterBlock == 0 {
			t.Errorf("nothing seen: %+v", r.Detail)
		}
	})
	t.Run("a ring that loses records and says nothing", func(t *testing.T) {
		o := Options{Clients: 12, Days: 2, Seed: 1}
		o.sabotage.only = func(f *faults) { f.drops = 1 }
		o.sabotage.forgetful = true
		if r := play(t, o); r.LogRecordsLost == 0 {
			t.Errorf("nothing seen: %+v", r.Detail.Records)
		}
	})
	t.Run("locks whose clock is a day fast", func(t *testing.T) {
		o := Options{Clients: 12, Days: 2, Seed: 1}
		o.sabotage.fast = day
		if r := play(t, o); r.RefusedLegitimate == 0 {
			t.Errorf("nothing seen: %+v", r.Detail)
		}
	})
}

func TestOpeningWithoutRightIsSeen(t *testing.T) {
	w := &town{start: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	l := &lock{start: credential.At(w.start), jumped: 2 * 3600}
	k := &key{knew: map[*lock][]span{l: {{day, 2 * day}}}}
	for _, c := range []struct {
		at   int64
		want bool
	}{{day - 4*3600, false}, {day - 2*3600, true}, {day, true}, {2*day - 1, true}, {2*day + 3500, true}, {2*day + 3700, false}} {
		if got := entitled(k, l, c.at); got != c.want {
			t.Errorf("at %.2f h: got %t, want %t", hours(c.at), got, c.want)
		}
	}
	if entitled(k, &lock{}, day) {
		t.Error("a lock that nobody has a right to is not seen")
	}
}

func TestRefusesWhatCannotBePlayed(t *testing.T) {
	for _, o := range []Options{{Clients: 0, Days: 1}, {Clients: 300_001, Days: 1}, {Clients: 10, Days: 0}, {Clients: 10, Days: 61}} {
		if _, err := Run(t.Context(), o); err != ErrClients && err != ErrDays {
			t.Errorf("%+v: got %v", o, err)
		}
	}
}

func TestPageIsWellFormed(t *testing.T) {
	full := &Result{Openings: 10, RefusedLegitimate: 1, Exposure: Exposure{3, 9}, Detail: Detail{Clients: 5, Days: 2, Lost: 1,
		Refusals: map[string]int{"activation-missing": 3, "station-<new>": 1}, Outages: []Outage{{Days: 6, Stations: 1, Visits: 10, Made: 5}}}}
	_, full.Detail.Covered = quantiles([]int64{3600, 7200, 36000})
	full.Detail.Delays = full.Detail.Covered
	for _, r := range []*Result{full, {}} {
		for _, lang := range []string{"sv", "en"} {
			var b bytes.Buffer
			if err := WritePage(&b, r, Options{Faults: true}, lang); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			if strings.Contains(text, "<new>") || strings.Contains(text, "%!") || strings.Contains(text, "NaN") {
				t.Errorf("%s: what is shown is not escaped or not filled in", lang)
			}
			for rest := text; ; {
				_, after, ok := strings.Cut(rest, "<svg ")
				if !ok {
					break
				}
				svg, after, _ := strings.Cut(after, "</svg>")
				wellFormed(t, "<svg "+svg+"</svg>")
				rest = after
			}
		}
	}
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
}

func TestOfficeHours(t *testing.T) {
	for _, c := range []struct{ at, want int64 }{
		{9 * 3600, 9 * 3600},                 // Monday at nine
		{7 * 3600, 8 * 3600},                 // before it opens
		{16 * 3600, day + 8*3600},            // when it closes
		{4*day + 17*3600, 7*day + 8*3600},    // Friday evening
		{5*day + 12*3600, 7*day + 8*3600},    // Saturday
		{6*day + 23*3600, 7*day + 8*3600},    // Sunday night
		{7*day + 15*3600, 7*day + 15*3600},   // the next Monday
		{11*day + 15*3600, 11*day + 15*3600}, // Friday
	} {
		if got := opens(c.at); got != c.want {
			t.Errorf("opens(%d) = %d, want %d", c.at, got, c.want)
		}
	}
}

func TestScheduleKeepsTheOrderOfWhatTouchesTheSame(t *testing.T) {
	const parts, all = 5, 400
	d := newDice(1, "schedule")
	var got [parts][]int
	var events []event
	for i := range all {
		touched := []int{d.IntN(parts)}
		if other := d.IntN(parts); other != touched[0] {
			touched = append(touched, other)
		}
		events = append(events, event{at: int64(i / 3), order: i, parts: touched, do: func(context.Context) error {
			for _, p := range touched {
				got[p] = append(got[p], i)
			}
			return nil
		}})
	}
	if err := newSchedule(events, parts).run(t.Context(), 8, func(int, int64) {}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for p := range got {
		if !slices.IsSorted(got[p]) {
			t.Errorf("part %d saw %v", p, got[p])
		}
		n += len(got[p])
	}
	if n < all {
		t.Errorf("%d of %d happened", n, all)
	}
}

func TestScheduleStopsAtTheFirstFault(t *testing.T) {
	want := errors.New("a fault")
	events := make([]event, 50)
	for i := range events {
		events[i] = event{at: int64(i), parts: []int{0}, do: func(context.Context) error {
			if i == 7 {
				return want
			}
			if i > 7 {
				t.Errorf("event %d happened after the fault", i)
			}
			return nil
		}}
	}
	if err := newSchedule(events, 1).run(t.Context(), 4, func(int, int64) {}); err != want {
		t.Errorf("got %v, want %v", err, want)
	}
}
