package simulate

import (
	"cmp"
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

// roster gives a group's people and keys their shifts.
type roster struct {
	t     *town
	g     *group
	d     dice
	busy  map[*key]int64
	tired map[*person]int64
	turn  int
}

func newRoster(t *town, g *group) *roster {
	return &roster{t: t, g: g, d: newDice(t.o.Seed, "roster "+g.code), busy: map[*key]int64{}, tired: map[*person]int64{}}
}

// window is a time of the day that people work.
type window struct{ from, until float64 }

func windows(kind registers.GroupKind) []window {
	switch kind {
	case registers.GroupAlarm, registers.GroupRural:
		return []window{{7, 15.5}, {15, 23}, {22.75, 31.25}}
	case registers.GroupHomeCare:
		return []window{{6.75, 16}, {14.5, 22.5}}
	}
	return []window{{7.5, 16.5}}
}

// perShift is how many visits one person makes.
const perShift = 16

// day plans a day: its tasks are shared among as many people as they need, each with a key.
func (r *roster) day(n int, tasks []task) (out []shift) {
	slices.SortStableFunc(tasks, func(a, b task) int { return cmp.Compare(a.at, b.at) })
	midnight := int64(n) * day
	all := windows(r.g.kind)
	for i, w := range all {
		from, until := midnight+int64(w.from*3600), midnight+int64(w.until*3600)
		last := until
		if i+1 < len(all) {
			last = midnight + int64(all[i+1].from*3600)
		}
		var mine []task
		for len(tasks) > 0 && tasks[0].at < last {
			mine, tasks = append(mine, tasks[0]), tasks[1:]
		}
		if len(mine) > 0 {
			out = append(out, r.share(from, until, mine)...)
		}
	}
	return out
}

// share spreads tasks over people. A client is visited by the same person all through a shift, unless that one is half an hour late:
// then by whoever is free first.
func (r *roster) share(from, until int64, tasks []task) []shift {
	var team []shift
	for range (len(tasks) + perShift - 1) / perShift {
		if s, ok := r.begin(from+r.d.between(0, 900), until); ok {
			team = append(team, s)
		}
	}
	if len(team) == 0 {
		return nil
	}
	free := make([]int64, len(team))
	for i, s := range team {
		free[i] = s.from + 900
	}
	var spare []shift
	for _, k := range tasks {
		i := k.locks[len(k.locks)-1].place % len(team)
		if soonest := slices.Min(free); free[i] > max(k.at, soonest)+1800 {
			i = slices.Index(free, soonest)
		}
		k.at = max(k.at, free[i])
		s := &team[i]
		if lost := s.key.lost; lost >= 0 && k.at >= lost {
			if next, ok := r.begin(max(k.at, lost+2700), until); ok { // a spare one, after a while
				spare = append(spare, *s)
				*s = next
				k.at = max(k.at, s.from+900)
			}
		}
		if k.at+900 > until {
			continue // nobody has time for it
		}
		s.tasks = append(s.tasks, k)
		free[i] = k.at + r.d.between(900, 2100)
	}
	return append(spare, team...)
}

// begin finds somebody rested and a key that lies in the cabinet.
func (r *roster) begin(from, until int64) (shift, bool) {
	s := shift{group: r.g, from: from, until: until, at: r.t.stationFor(r.g, from)}
	r.turn++
	for i := range r.g.people {
		who := (r.turn + i) % len(r.g.people)
		p := r.g.people[who]
		if r.tired[p] > from {
			continue
		}
		if who < len(r.g.phones) && r.free(r.g.phones[who], from) {
			s.who, s.key, s.at = p, r.g.phones[who], r.t.login
			break
		}
		for j := range r.g.fobs {
			k := r.g.fobs[(r.turn+j)%len(r.g.fobs)]
			if r.free(k, from) {
				s.who, s.key = p, k
				break
			}
		}
		break
	}
	if s.key == nil {
		return s, false
	}
	r.busy[s.key], r.tired[s.who] = until+300, until+8*3600
	if l := r.g.loses; len(l) > 0 && from >= l[0] && !s.key.phone && s.key.lost < 0 {
		r.g.loses = l[1:]
		s.key.lose(r.d, r.d.between(from+1800, max(from+1801, until-1800)))
	}
	return s, true
}

// free reports whether nobody works with the key and nobody has lost it.
func (r *roster) free(k *key, at int64) bool { return r.busy[k] <= at && (k.lost < 0 || at < k.lost) }
