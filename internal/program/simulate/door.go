package simulate

import (
	"cmp"
	"context"
	"slices"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// visit is a key shown to a lock, and what came of it.
type visit struct {
	at     int64
	key    *key
	lock   *lock
	group  *group  // for whose work; nil for a thief
	change *change // of provider, that it comes of

	done       bool
	promised   bool // nothing may refuse it
	first      credential.Code
	code       credential.Code // after a second try, which everybody makes
	opened     bool
	synced     int64 // when the key last was
	unverified bool  // the lock did not know the time
	blocked    bool  // the key had been reported lost
	after      bool  // opened although its bound had passed
	unentitled bool  // opened although its group had no right when it was last synced
	fast       bool  // the lock's own clock was past the end of what the key carried
}

// visit shows an honest person's key to a lock, and once more if it is refused: the first try leaves the lock the mail, and so
// the time.
func (t *town) visit(v *visit) (err error) {
	v.fast = t.fast(v)
	v.promised = !v.fast && t.promised(v)
	if err := t.show(v, v.at); err != nil {
		return err
	}
	if v.first = v.code; !v.opened {
		return t.show(v, v.at+20)
	}
	return nil
}

// steal is a thief's try: one.
func (t *town) steal(v *visit) error { return t.show(v, v.at) }

func (t *town) show(v *visit, at int64) (err error) {
	k, l := v.key, v.lock
	v.done, v.blocked, v.synced = true, k.blockedAt(at), k.synced
	past := t.pastBound(k, l, at)
	v.code, v.opened, err = k.open(l, at)
	v.unverified = v.opened && l.blind > 0
	v.after = v.after || v.opened && v.blocked && past
	v.unentitled = v.unentitled || v.opened && !v.unverified && !entitled(k, l, at)
	if !k.withholds {
		l.told = max(l.told, k.synced)
	}
	return err
}

// promised reports whether the visit is one that nothing may refuse. docs/simulation.md says why these conditions.
func (t *town) promised(v *visit) bool {
	k, l, at := v.key, v.lock, v.at
	switch {
	case k.synced < 0 || at >= k.grantEnd: // synced within five days; a phone within one
	case k.activated < 0 || at < k.activated || at >= min(k.expires, k.activated+shiftSeconds):
	case max(k.byOff, -k.byOff) > int64(credential.ClockSkew.Seconds()): // the shift was given by a station that knew the time
	case k.by.reported >= 0 && at >= k.by.reported: // nor has that station been blocked
	case k.blockedAt(at):
	case l.strictClock && l.lost, l.blind >= lockcore.MaxUnverified: // by the stated policy it does not reach any client now
	case l.strictLog && l.fullOfLog():
	default: // a right that was ordered after the sync comes with the next
		return anyHolds(k.group.rights[l], at) && anyHolds(k.knew[l], at)
	}
	return false
}

// entitled reports whether the rights that a key was last synced with permit an opening at some time that the lock may take for now: a
// clock may be an hour wrong, or have jumped.
func entitled(k *key, l *lock, at int64) bool {
	skew := int64(credential.ClockSkew.Seconds())
	for _, s := range k.knew[l] {
		if s.from <= at+skew+l.jumped && at-skew < s.until {
			return true
		}
	}
	return false
}

// fast reports whether a lock's own clock has jumped past the end of what the key carries.
func (t *town) fast(v *visit) bool {
	k, at := v.key, v.at
	end := min(k.expires, k.grantEnd)
	for _, s := range k.knew[v.lock] {
		if s.holds(at) {
			end = min(end, s.until)
		}
	}
	return v.lock.jumped > 0 && !v.lock.lost && at < end && v.lock.shows(at) >= t.instant(end)
}

// shiftSeconds is the longest shift of the municipality's profile.
const shiftSeconds = 12 * 3600

// pastBound reports whether a blocked key must no longer open a lock: the lock has been given the list, or the shift or the
// grant that the key carries has ended by what the lock must know of the time.
func (t *town) pastBound(k *key, l *lock, at int64) bool {
	if l.knows(*k.list) {
		return true
	}
	now := t.instant(l.told)
	if !l.lost {
		now = max(now, min(l.shows(at), t.instant(at)))
	}
	return now >= t.instant(min(k.expires, k.grantEnd))
}

// fullOfLog reports whether a lock may be so full that a strict one refuses.
func (l *lock) fullOfLog() bool { return l.ring > 0 && int(l.store.last) >= l.ring-2*32 }

// mishaps plans what happens to locks: batteries are changed or sit loosely, clocks stop or jump.
func (p *plan) mishaps() {
	t := p.t
	d := newDice(t.o.Seed, "mishaps")
	for _, l := range t.locks {
		if d.chance(t.faults.battery * t.weeks()) {
			at := d.between(day/2, t.end())
			p.add(at, func(context.Context) error {
				l.at, l.lost = at, true
				return l.begin()
			}, t.lockPart(l))
		}
		if d.chance(t.faults.slowClock * t.weeks()) {
			at, by := d.between(day/2, t.end()), d.between(10, 51)*60
			p.add(at, func(context.Context) error { l.off -= by; return nil }, t.lockPart(l))
		}
		if d.chance(t.faults.fastClock * t.weeks()) {
			at, by := d.between(0, t.end()), d.between(5, 481)*60
			p.add(at, func(context.Context) error { l.off, l.jumped = l.off+by, by; return nil }, t.lockPart(l))
		}
		if l.loose {
			from, days := d.between(0, t.end()), d.between(1, 5)
			for at := from; at < from+days*day; at += d.between(600, 3600) {
				p.add(at, func(context.Context) error { l.at = at; return l.begin() }, t.lockPart(l))
			}
		}
	}
}

// thefts plans what becomes of lost keys and stolen stations: they are blocked when somebody says so, and until then and after
// thieves try them.
func (p *plan) thefts() {
	t := p.t
	d := newDice(t.o.Seed, "thieves")
	for _, k := range t.keys {
		if k.lost < 0 {
			continue
		}
		p.block(k)
		if d.chance(t.faults.thieves) {
			p.thief(d, k)
		}
	}
	for _, s := range t.stations {
		if s.reported < 0 {
			continue
		}
		p.add(s.reported, func(ctx context.Context) (err error) {
			*s.list, err = t.server.blockStation(ctx, t.clock(s.reported), s.name)
			return err
		}, serverPart, t.stationPart(s))
	}
}

// block has a lost key blocked when it is reported. When the office would have done so, the list is signed anew, so that the
// same run shows how that one would have spread.
func (p *plan) block(k *key) {
	t := p.t
	p.add(k.reported, func(ctx context.Context) (err error) {
		*k.list, err = t.server.block(ctx, t.clock(k.reported), k.number)
		*k.office = *k.list
		return err
	}, serverPart, t.keyPart(k))
	if later := opens(k.reported); later > k.reported {
		p.add(later, func(ctx context.Context) (err error) {
			*k.office, err = t.server.block(ctx, t.clock(later), k.number)
			return err
		}, serverPart, t.keyPart(k))
	}
}

// thief plans tries at the doors of the key's group, and now and then at a stranger's. Some have help to get the key activated.
func (p *plan) thief(d dice, k *key) {
	t := p.t
	doors := doorsOf(k.group)
	if len(doors) == 0 {
		return
	}
	if g := k.group; d.chance(t.faults.insiders) && len(g.people) > 0 && !k.phone { // nobody logs in for another
		at := k.lost + d.between(1800, 3*day)
		p.stay(at, t.stationFor(g, at), stay{key: k, who: g.people[d.IntN(len(g.people))]})
	}
	for range 4 + d.IntN(12) {
		at := k.lost + d.between(300, 5*day)
		if d.chance(0.4) { // the night after
			at = k.lost + d.between(300, 14*3600)
		}
		l := doors[d.IntN(len(doors))]
		if d.chance(0.15) {
			l = t.locks[d.IntN(len(t.locks))]
		}
		p.visit(&visit{at: at, key: k, lock: l}, t.steal)
	}
}

// doorsOf are the locks that a group may open, in the order of the register.
func doorsOf(g *group) []*lock {
	out := make([]*lock, 0, len(g.rights))
	for l := range g.rights {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b *lock) int { return cmp.Compare(a.place, b.place) })
	return out
}
