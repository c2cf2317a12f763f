package simulate

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// faults says how often things break: shares of what there is, per week.
type faults struct {
	changes  float64 // clients with home care who change provider; no fault
	losses   float64 // keys and phones that are lost
	thieves  float64 // of the lost keys, those that somebody tries at doors
	insiders float64 // of those, the ones whom somebody with a badge helps at a station

	outages     float64 // stations that lose their network once, for one to six days
	lostStation float64 // stations that are stolen
	lyingClock  float64 // stations whose clock is hours wrong for a day

	battery   float64 // locks whose battery is changed, so that they lose the time
	slowClock float64 // locks whose clock stops for up to fifty minutes
	fastClock float64 // locks whose clock jumps ahead by up to eight hours
	loose     float64 // locks whose battery is loose for some days, so that they start again and again, and that keep few records
	smallRing float64 // locks that keep far fewer records than they should
	strict    float64 // locks that refuse without a clock, and as many that refuse rather than lose records

	withholds float64 // keys whose people leave before any mail
	drops     float64 // keys that lose what they carry home
}

func chosenFaults(o Options) faults {
	f := faults{changes: 0.05, losses: 0.02, thieves: 0.7, insiders: 0.3}
	if o.Faults {
		f.outages, f.lostStation, f.lyingClock = 0.4, 0.03, 0.08
		f.battery, f.slowClock, f.fastClock, f.loose, f.smallRing, f.strict = 0.04, 0.03, 0.03, 0.006, 0.04, 0.03
		f.withholds, f.drops = 0.06, 0.06
	}
	if o.sabotage.only != nil {
		o.sabotage.only(&f)
	}
	return f
}

// dice is a stream of chance of its own, so that a change in one part of the plan does not shuffle the others.
type dice struct{ *rand.Rand }

func newDice(seed uint64, stream string) dice {
	h := fnv.New64a()
	h.Write([]byte(stream)) // never fails
	return dice{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

func (d dice) chance(share float64) bool { return d.Float64() < share }

// between is a whole number in [from, until).
func (d dice) between(from, until int64) int64 { return from + d.Int64N(max(until-from, 1)) }

// weeks is the length of the run, to which shares per week are stretched.
func (t *town) weeks() float64 { return float64(t.o.Days) / 7 }

func (t *town) end() int64 { return int64(t.o.Days) * day }

// small is the ring of a lock that keeps too few records: enough for some days.
const small = 96

// breakLocks gives every lock its clock and some of them their faults, before they are made.
func (t *town) breakLocks() {
	d := newDice(t.o.Seed, "locks")
	for _, l := range t.locks {
		l.drift = max(-50, min(50, d.NormFloat64()*15)) / 1e6
		l.off = d.between(-20, 21)
		if d.chance(t.faults.smallRing) {
			l.ring = small
		}
		l.strictClock, l.strictLog = d.chance(t.faults.strict), d.chance(t.faults.strict)
		if l.loose = d.chance(t.faults.loose * t.weeks()); l.loose {
			l.ring = small
		}
		l.off += t.o.sabotage.fast
		l.deaf, l.store.forgetful = t.o.sabotage.deaf, t.o.sabotage.forgetful
	}
}

// breakKeys makes some couriers faulty.
func (t *town) breakKeys() {
	d := newDice(t.o.Seed, "couriers")
	for _, k := range t.keys {
		k.withholds, k.drops = d.chance(t.faults.withholds), d.chance(t.faults.drops)
	}
}

// breakStations plans outages, wrong clocks and thefts.
func (t *town) breakStations() {
	d := newDice(t.o.Seed, "stations")
	for _, s := range t.stations {
		if s == t.login {
			continue
		}
		if d.chance(t.faults.outages * t.weeks()) {
			length := d.between(1, 7) * day
			from := d.between(day/4, max(day/4+1, t.end()-length))
			s.outages = append(s.outages, span{from, from + length})
		}
		if d.chance(t.faults.lyingClock * t.weeks()) {
			from := d.between(day/4, t.end())
			off := d.between(2, 9) * 3600
			if d.chance(0.5) {
				off = -off
			}
			s.lies = append(s.lies, lie{span{from, from + day}, off})
		}
		if d.chance(t.faults.lostStation * t.weeks()) {
			s.lost = d.between(day/2, t.end())
			s.reported = s.lost + d.between(600, 12*3600)
		}
	}
}

// loseKeys plans how many keys are lost, from when on: most at work, and which ones the roster tells; some out of the cabinet. At least
// one is, in every run.
func (t *town) loseKeys() {
	d := newDice(t.o.Seed, "losses")
	var largest *group
	some := false
	for _, g := range t.groups {
		if len(g.rights) == 0 {
			continue
		}
		if largest == nil || len(g.rights) > len(largest.rights) {
			largest = g
		}
		for _, k := range append(g.fobs[:len(g.fobs):len(g.fobs)], g.phones...) {
			if !d.chance(t.faults.losses * t.weeks()) {
				continue
			}
			some = true
			if at := d.between(day/3, max(day/3+1, t.end()-day)); !k.phone && d.chance(0.8) {
				g.loses = append(g.loses, at)
			} else {
				k.lose(d, at)
			}
		}
	}
	if !some && largest != nil && t.faults.losses > 0 {
		largest.loses = append(largest.loses, d.between(day/4, max(day/4+1, t.end()/2)))
	}
	for _, g := range t.groups {
		slices.Sort(g.loses)
	}
}

// lose has a key lost, and missed some time later.
func (k *key) lose(d dice, at int64) {
	k.lost, k.reported = at, at+d.between(1200, 14*3600)
}

// opens is when the office next blocks keys: on weekdays from eight to four.
func opens(at int64) int64 {
	for {
		weekday, clock := at/day%7, at%day // the first day is a Monday
		switch {
		case weekday < 5 && clock < 8*3600:
			return at - clock + 8*3600
		case weekday < 5 && clock < 16*3600:
			return at
		}
		at = at - clock + day
	}
}
