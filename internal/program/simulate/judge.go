package simulate

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"hemnyckel/credential"
)

// Result is what the days came to. Its JSON is what `hemnyckel simulate --json` prints; times are in hours.
type Result struct {
	Openings          int       `json:"openings"`
	RefusedLegitimate int       `json:"refused_legitimate"`
	OpenedAfterBlock  int       `json:"opened_after_block"`
	LogRecordsLost    int       `json:"log_records_lost"`
	BlockCoverage     Quantiles `json:"block_coverage_hours"`
	Exposure          Exposure  `json:"lost_key_exposure_hours"`
	OpeningsPerSecond float64   `json:"openings_per_s"` // while the days were lived: the one figure that differs from run to run
	Detail            Detail    `json:"detail"`
}

// Kept reports whether every promise held.
func (r *Result) Kept() bool {
	return r.RefusedLegitimate+r.OpenedAfterBlock+r.LogRecordsLost+r.Detail.Unentitled == 0
}

// Quantiles of a set of times in hours.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Exposure is how long a door stood open to a lost key, on average over lost keys and their doors: as it was, and as it would have been if
// somebody had had to wait for the office.
type Exposure struct {
	Ours        float64 `json:"ours"`
	OfficeHours float64 `json:"office_hours"`
}

// Detail is what the page shows beyond the figures.
type Detail struct {
	Clients    int            `json:"clients"`
	Days       int            `json:"days"`
	Locks      int            `json:"locks"`
	Keys       int            `json:"keys"`
	Phones     int            `json:"phones"` // of the keys
	ByPhone    int            `json:"openings_by_phone"`
	Syncs      int            `json:"syncs"`
	Visits     int            `json:"visits"`               // doors that honest people came to
	Promised   int            `json:"promised"`             // of them, those that nothing may refuse
	FirstTries int            `json:"first_tries"`          // promised ones that needed a second try
	Unverified int            `json:"unverified"`           // openings by a lock that did not know the time
	Refusals   map[string]int `json:"refusals"`             // of honest visits that no promise covers, by code
	Unentitled int            `json:"opened_without_right"` // by the rights that the key was last synced with
	Changes    Changes        `json:"provider_changes"`
	FastClocks FastClocks     `json:"fast_clocks"`
	Lost       int            `json:"lost_keys"`
	Shift      float64        `json:"lost_key_shift_hours"` // as the exposure, but until the shift has ended, after which a key opens nothing
	Thefts     Thefts         `json:"thieves"`
	Records    Records        `json:"records"`
	LogDelay   Quantiles      `json:"log_delay_hours"` // from an opening until the server has its record
	Outages    []Outage       `json:"outages"`         // of stations, by length in days; from the sixth on beyond what is promised
	Covered    []float64      `json:"covered_hours"`   // block coverage by per cent of the doors, 1 to 100
	Delays     []float64      `json:"delay_hours"`     // log delay likewise
	Open       [2][]float64   `json:"exposure_hours"`  // of each lost key's doors on average, by key: ours, office hours
	Breaches   []Breach       `json:"breaches"`        // the first ones
}

// Breach is a promise that did not hold: a promised visit refused, or a key that opened past its bound.
type Breach struct {
	Hour   float64 `json:"hour"`
	Lock   string  `json:"lock"`
	Key    string  `json:"key"`
	Code   string  `json:"code"`
	Synced float64 `json:"synced_hour"`
}

// maxBreaches is how many are told one by one.
const maxBreaches = 20

func (d *Detail) breach(v *visit) {
	if len(d.Breaches) < maxBreaches {
		d.Breaches = append(d.Breaches, Breach{round(hours(v.at)), v.lock.serial, v.key.number, v.code.String(), round(hours(v.synced))})
	}
}

// Changes are changes of provider in the middle of the days.
type Changes struct {
	Orders  int `json:"orders"`
	Visits  int `json:"visits"` // by the new provider, from the day on
	Made    int `json:"made"`
	Former  int `json:"former"`  // visits by the former provider on that day: somebody had not heard
	Stopped int `json:"stopped"` // of them, those that the lock refused
}

// FastClocks are honest visits at locks whose own clock was past the end of the shift or the grant, though the true time was not. Nothing
// is promised there; a lock that a server has told the time lately does not believe its clock.
type FastClocks struct {
	Visits int `json:"visits"`
	Made   int `json:"made"`
}

// Thefts is what became of tries with lost keys.
type Thefts struct {
	Tries   int            `json:"tries"`
	Before  int            `json:"opened_before_block"` // with a shift still running: nobody had missed the key
	Within  int            `json:"opened_within_bound"` // blocked, but the list had not come to the door and the shift had not ended
	Refused map[string]int `json:"refused"`
}

// Records are the locks' log records.
type Records struct {
	Written int `json:"written"`
	Home    int `json:"home"`    // in the server
	Pending int `json:"pending"` // in the lock, or on their way
	Told    int `json:"told"`    // overwritten, and LOST says so
}

// Outage is what outages of one length did to those who work from these stations.
type Outage struct {
	Days     int `json:"days"`
	Stations int `json:"stations"`
	Visits   int `json:"visits"`
	Made     int `json:"made"`
	Broken   int `json:"promised_refused"`
}

// arrival is a stay in a station.
type arrival struct {
	at      int64
	synced  bool
	carried []uint32          // numbers of the locks that the key had met since the last sync
	heads   map[uint32]uint32 // how far the logs of these, and of others, had come home in that minute
}

func carriedBy(k *key) (out []uint32) {
	for l := range k.carries {
		out = append(out, l.number)
	}
	slices.Sort(out)
	return out
}

func hours(seconds int64) float64 { return float64(seconds) / 3600 }

// judge looks at everything that happened.
func (t *town) judge(ctx context.Context, p *plan, took time.Duration) (*Result, error) {
	r := &Result{Detail: Detail{Clients: t.o.Clients, Days: t.o.Days, Locks: len(t.locks), Keys: len(t.keys),
		Refusals: map[string]int{}, Thefts: Thefts{Refused: map[string]int{}}}}
	r.Detail.Changes.Orders = p.orders
	for _, k := range t.keys {
		r.Detail.Phones += one(k.phone)
	}
	for _, v := range p.visits {
		if v.done {
			r.visit(v)
		}
	}
	if _, err := t.server.unpack(ctx, t.clock(t.end()), nil); err != nil {
		return nil, err
	}
	for _, l := range t.locks {
		if err := t.logOf(ctx, l, r); err != nil {
			return nil, err
		}
	}
	t.blocks(r)
	t.delays(p, r)
	t.outages(p, r)
	r.OpeningsPerSecond = float64(r.Openings) / took.Seconds()
	return r, nil
}

func (r *Result) visit(v *visit) {
	d := &r.Detail
	if v.opened {
		r.Openings++
		if v.unverified {
			d.Unverified++
		}
	}
	if v.opened && v.key.phone {
		d.ByPhone++
	}
	if v.after {
		r.OpenedAfterBlock++
		d.breach(v)
	}
	if v.unentitled {
		d.Unentitled++
		d.breach(v)
	}
	if v.group == nil {
		d.Thefts.count(v)
		return
	}
	d.Visits++
	d.Changes.count(v)
	if v.fast {
		d.FastClocks.Visits++
		d.FastClocks.Made += one(v.opened)
	}
	switch {
	case v.promised:
		d.Promised++
		if v.first != credential.OK {
			d.FirstTries++
		}
		if !v.opened {
			r.RefusedLegitimate++
			d.breach(v)
		}
	case !v.opened:
		d.Refusals[v.code.String()]++
	}
}

func (c *Changes) count(v *visit) {
	switch {
	case v.change == nil:
	case v.group == v.change.to:
		c.Visits++
		c.Made += one(v.opened)
	default:
		c.Former++
		c.Stopped += one(!v.opened)
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (d *Thefts) count(v *visit) {
	d.Tries++
	switch {
	case v.opened && !v.blocked:
		d.Before++
	case v.opened && !v.after:
		d.Within++
	case !v.opened:
		d.Refused[v.code.String()]++
	}
}

// logOf follows every record that a lock has ever written: it is at the server, in the lock, or LOST says that it is gone.
func (t *town) logOf(ctx context.Context, l *lock, r *Result) error {
	home, err := t.server.records(ctx, l)
	if err != nil {
		return err
	}
	d := &r.Detail.Records
	for seq := uint32(1); seq <= l.store.last; seq++ {
		d.Written++
		body, ok := home[seq]
		switch {
		case ok && bytes.Equal(body, l.store.records[seq]):
			d.Home++
		case l.store.holds(seq):
			d.Pending++
		case l.store.told[seq]:
			d.Told++
		default:
			r.LogRecordsLost++
		}
	}
	return nil
}

// blocks measures how block lists spread, and how long lost keys could have opened doors.
func (t *town) blocks(r *Result) {
	var covered []int64
	var ours, office, shift int64
	doors := 0
	for _, k := range t.keys {
		if k.lost < 0 || *k.list == 0 || len(k.group.rights) == 0 {
			continue
		}
		r.Detail.Lost++
		var mine, theirs int64
		all := doorsOf(k.group)
		for _, l := range all {
			end := max(k.grantEnd, k.lost) // no grant outlives this, whatever the lock has heard
			at := soonest(l, *k.list, end)
			covered = append(covered, max(at-k.reported, 0))
			mine += at - k.lost
			theirs += soonest(l, *k.office, end) - k.lost
			shift += min(at, max(k.expires, k.lost)) - k.lost
		}
		ours, office, doors = ours+mine, office+theirs, doors+len(all)
		r.Detail.Open[0] = append(r.Detail.Open[0], hours(mine)/float64(len(all)))
		r.Detail.Open[1] = append(r.Detail.Open[1], hours(theirs)/float64(len(all)))
	}
	r.BlockCoverage, r.Detail.Covered = quantiles(covered)
	if doors > 0 {
		r.Exposure = Exposure{round(hours(ours) / float64(doors)), round(hours(office) / float64(doors))}
		r.Detail.Shift = round(hours(shift) / float64(doors))
	}
	for i := range r.Detail.Open {
		for j, v := range r.Detail.Open[i] {
			r.Detail.Open[i][j] = round(v)
		}
	}
}

// soonest is when a door was closed to a key for good: when it heard of the list, or when the grant ended.
func soonest(l *lock, list uint64, end int64) int64 {
	if at, ok := l.knew(list); ok && list > 0 {
		return min(at, end)
	}
	return end
}

// delays measures from each opening until its record was at the server.
func (t *town) delays(p *plan, r *Result) {
	byNumber := map[uint32]*lock{}
	next := map[uint32]uint32{}
	for _, l := range t.locks {
		byNumber[l.number], next[l.number] = l, 1
	}
	slices.SortStableFunc(p.homes, func(a, b *arrival) int { return cmp.Compare(a.at, b.at) })
	var all []int64
	for _, a := range p.homes {
		if a.synced {
			r.Detail.Syncs++
		}
		for _, number := range a.carried {
			l, seq := byNumber[number], a.heads[number]
			for ; next[number] <= seq; next[number]++ {
				if at, ok := l.opened[next[number]]; ok {
					all = append(all, a.at-at)
				}
			}
		}
	}
	r.Detail.LogDelay, r.Detail.Delays = quantiles(all)
}

// outages counts the visits of each group while its station had no network.
func (t *town) outages(p *plan, r *Result) {
	byDays := map[int]*Outage{}
	for _, g := range t.groups {
		for _, o := range g.station.outages {
			n := int((o.until - o.from) / day)
			if byDays[n] == nil {
				byDays[n] = &Outage{Days: n}
			}
			c := byDays[n]
			c.Stations++
			for _, v := range p.visits {
				if v.group != g || v.key.phone || !v.done || !o.holds(v.at) {
					continue
				}
				c.Visits++
				if v.opened {
					c.Made++
				} else if v.promised {
					c.Broken++
				}
			}
		}
	}
	for n := 1; n <= 6; n++ {
		if c := byDays[n]; c != nil {
			r.Detail.Outages = append(r.Detail.Outages, *c)
		}
	}
}

// quantiles sorts times in seconds and returns quantiles and the whole curve, per cent by per cent, in hours.
func quantiles(all []int64) (q Quantiles, curve []float64) {
	if len(all) == 0 {
		return q, nil
	}
	slices.Sort(all)
	for percent := 1; percent <= 100; percent++ {
		curve = append(curve, round(hours(all[(len(all)*percent+99)/100-1])))
	}
	return Quantiles{curve[49], curve[89], curve[98], curve[99]}, curve
}

// round keeps hundredths of an hour.
func round(v float64) float64 { return float64(int64(v*100+0.5)) / 100 }
