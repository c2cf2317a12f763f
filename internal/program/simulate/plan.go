package simulate

import (
	"context"
	"maps"
	"slices"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/edge/registers"
)

// plan is everything that will happen, and what came of it.
type plan struct {
	t      *town
	events []event
	visits []*visit             // in the order in which they were planned
	homes  []*arrival           // likewise
	orders int                  // changes of provider
	mail   map[int64][]*arrival // by the minute at whose end the server takes it over
}

// task is one visit that a service asks for: the doors on the way in, and when.
type task struct {
	at     int64
	locks  []*lock
	change *change // of provider, that it comes of
}

// shift is one person at work with one key.
type shift struct {
	group       *group
	who         *person
	key         *key
	at          *station
	from, until int64
	tasks       []task
}

// newPlan plans the whole run. Nothing that happens later changes the plan: people go where they were to go.
func newPlan(t *town) *plan {
	t.breakStations()
	t.breakKeys()
	t.loseKeys()
	p := &plan{t: t, mail: map[int64][]*arrival{}}
	for _, s := range t.stations {
		p.refreshes(s)
	}
	tasks := p.tasks()
	var all []shift
	for _, g := range t.groups {
		r := newRoster(t, g)
		for d := range t.o.Days {
			all = append(all, r.day(d, tasks[g][d])...)
		}
		p.nights(g, all)
	}
	for _, s := range all {
		p.work(s)
	}
	p.mishaps()
	p.thefts()
	p.takeOver()
	return p
}

// takeOver has the server take over mail at the end of each minute in which some may have come. What comes in the last one the judge
// takes over.
func (p *plan) takeOver() {
	for _, minute := range slices.Sorted(maps.Keys(p.mail)) {
		at := (minute + 1) * 60
		p.add(at, func(ctx context.Context) error { return p.t.takeOver(ctx, p.mail[minute], at) }, serverPart)
	}
}

// takeOver takes over mail and notes how far the logs have come home that its keys had met.
func (t *town) takeOver(ctx context.Context, mail []*arrival, at int64) error {
	var locks []uint32
	for _, a := range mail {
		locks = append(locks, a.carried...)
	}
	if len(locks) == 0 {
		return nil
	}
	heads, err := t.server.unpack(ctx, t.clock(at), locks)
	for _, a := range mail {
		a.heads = heads
	}
	return err
}

func (p *plan) add(at int64, do func(ctx context.Context) error, parts ...int) {
	if at < p.t.end() {
		p.events = append(p.events, event{at: at, order: len(p.events), parts: parts, do: do})
	}
}

// refreshes has a station fetch news every six hours.
func (p *plan) refreshes(s *station) {
	t := p.t
	for at := int64(600 + s.place); at < t.end(); at += 6 * 3600 {
		p.add(at, func(ctx context.Context) error { return t.refresh(ctx, s, at) }, serverPart, t.stationPart(s))
	}
}

// stay plans a key's stay in a station.
func (p *plan) stay(at int64, s *station, v stay) {
	t := p.t
	parts := []int{t.keyPart(v.key), t.stationPart(s)}
	a := &arrival{at: at}
	p.homes = append(p.homes, a)
	if s.online(at) {
		parts = append(parts, serverPart)
		p.mail[at/60] = append(p.mail[at/60], a)
	}
	p.add(at, func(ctx context.Context) error {
		if v.resting && v.key.synced >= 0 && at-v.key.synced < due {
			return nil
		}
		carried := carriedBy(v.key)
		out, err := t.serve(ctx, s, v, at)
		if err != nil || !out.synced {
			return err
		}
		clear(v.key.carries)
		a.synced, a.carried = true, carried
		v.key.knew = v.key.group.rights
		return nil
	}, parts...)
}

// due is when a resting key is synced again.
const due = 20 * 3600

// nights has each key that rests in a cabinet with contacts synced in the night, unless it was the day before.
func (p *plan) nights(g *group, all []shift) {
	for i, k := range g.fobs {
		for d := range p.t.o.Days {
			at := int64(d)*day + 2*3600 + int64(i)*40
			out := slices.ContainsFunc(all, func(s shift) bool { return s.key == k && s.from-60 <= at && at <= s.until+60 })
			if s := p.t.stationFor(g, at); !out && (k.lost < 0 || at < k.lost) {
				p.stay(at, s, stay{key: k, resting: true})
			}
		}
	}
}

// stationFor is the group's own station, or another group's while that is gone.
func (t *town) stationFor(g *group, at int64) *station {
	if g.station.works(at) {
		return g.station
	}
	for i := range t.groups {
		s := t.groups[(g.station.place+1+i)%len(t.groups)].station
		if s.works(at) {
			return s
		}
	}
	return g.station
}

// work plans a shift: key out, doors, key back. A person whose key is lost, or was activated by a station that has been stolen, goes for
// another key or another station.
func (p *plan) work(s shift) {
	t := p.t
	p.stay(s.from, s.at, stay{key: s.key, who: s.who})
	if r := s.at.reported; s.from < r && r+1800 < s.until && (s.key.lost < 0 || r+1800 < s.key.lost) {
		p.stay(r+1800, p.t.stationFor(s.group, r), stay{key: s.key, who: s.who})
	}
	for _, k := range s.tasks {
		for i, l := range k.locks {
			at := k.at + int64(i)*60
			if s.key.lost < 0 || at < s.key.lost {
				p.visit(&visit{at: at, key: s.key, lock: l, group: s.group, change: k.change}, t.visit)
			}
		}
	}
	if s.key.lost < 0 || s.until < s.key.lost {
		back := s.at
		if !s.key.phone {
			back = p.t.stationFor(s.group, s.until)
		}
		p.stay(s.until, back, stay{key: s.key, giveIn: true})
	}
}

func (p *plan) visit(v *visit, do func(v *visit) error) {
	if v.at < p.t.end() {
		p.visits = append(p.visits, v)
		p.add(v.at, func(context.Context) error { return do(v) }, p.t.lockPart(v.lock), p.t.keyPart(v.key))
	}
}

// tasks draws the visits of every group and day from the services in the client register.
func (p *plan) tasks() map[*group][][]task {
	t := p.t
	doors := p.doors()
	changes := p.changes()
	groups := map[string]*group{}
	var alarms []*group // who answers alarms: the team, and home care far out
	out := map[*group][][]task{}
	for _, g := range t.groups {
		groups[g.code], out[g] = g, make([][]task, t.o.Days)
		if g.kind == registers.GroupRural {
			alarms = append(alarms, g)
		}
	}
	d := newDice(t.o.Seed, "visits")
	for i, s := range t.reg.Services {
		g, c := groups[s.Group], changes[i]
		often := d.Float64()
		for n := range t.o.Days {
			if g == nil || !s.InEffect || s.From > firstDay().Add(n) || s.Until != 0 && s.Until <= firstDay().Add(n) {
				continue
			}
			for _, clock := range d.times(s.Kind, often, n) {
				by := g
				if s.Kind == registers.ServiceAlarm && len(alarms) > 0 && d.chance(0.2) {
					by = alarms[d.IntN(len(alarms))]
				}
				k := task{at: int64(n)*day + clock, locks: allowed(by, doors[s.Client])}
				if len(k.locks) == 0 {
					continue
				}
				if c != nil && n >= c.day {
					k.change = c
					if n == c.day { // somebody has not heard of it
						out[by][n] = append(out[by][n], k)
					}
					by = c.to
				}
				out[by][n] = append(out[by][n], k)
			}
		}
	}
	return out
}

// doors are the locks between the street and each client, the outermost first.
func (p *plan) doors() map[swedish.PersonalNumber][]*lock {
	t := p.t
	dwelling := map[swedish.PersonalNumber]int32{}
	for _, c := range t.reg.Clients {
		dwelling[c.ID] = c.Dwelling
	}
	at, entrance := map[int32][]*lock{}, map[string][]*lock{}
	for _, l := range t.locks {
		if l.row.Kind == registers.LockEntrance {
			entrance[l.row.Entrance] = append(entrance[l.row.Entrance], l)
		} else {
			at[dwelling[l.row.Client]] = append(at[dwelling[l.row.Client]], l)
		}
	}
	out := map[swedish.PersonalNumber][]*lock{}
	for _, c := range t.reg.Clients {
		if ways := entrance[c.Entrance]; c.Entrance != "" && len(ways) > 0 {
			out[c.ID] = append(out[c.ID], ways[0]) // one of them lets a person in
		}
		out[c.ID] = append(out[c.ID], at[c.Dwelling]...)
	}
	return out
}

// allowed keeps the locks that a group ever has a right to. At the others the client opens.
func allowed(g *group, locks []*lock) (out []*lock) {
	for _, l := range locks {
		if len(g.rights[l]) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// times draws when a service wants a visit on a day, in seconds after midnight. often is the client's need, from 0 to 1.
func (d dice) times(kind registers.ServiceKind, often float64, n int) (out []int64) {
	hours := func(from, until float64) { out = append(out, d.between(int64(from*3600), int64(until*3600))) }
	switch kind {
	case registers.ServiceHomeCare:
		hours(7.25, 10.5)
		for _, more := range []struct{ need, from, until float64 }{{0.25, 17.5, 20}, {0.4, 11.25, 13.5}, {0.65, 14.5, 16.5}, {0.8, 20, 22}} {
			if often > more.need {
				hours(more.from, more.until)
			}
		}
	case registers.ServiceHealthCare:
		if d.chance(0.5) {
			hours(8, 16)
		}
	case registers.ServiceShopping:
		if n%7 == int(often*5) {
			hours(10, 15)
		}
	case registers.ServiceAlarm:
		if d.chance(0.08) {
			hours(0, 24)
		}
	}
	return out
}
