package simulate

import (
	"cmp"
	"slices"

	"hemnyckel/internal/edge/registers"
)

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
