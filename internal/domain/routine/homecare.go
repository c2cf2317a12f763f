package routine

import "time"

// grantHomeCare carries out granted home care, and has a lock mounted for who cannot open (V1.1-c, V2.1-f, V5.1-b).
func (out *Outcome) grantHomeCare(p Profile, s Situation, o Order) *Refusal {
	if o.By == Provider && out.at(HomeCare, o.Group, o.At) < 0 {
		return refusedUndecided
	}
	if refusal := out.grant(p, HomeCare, o, out.Ended, RuleHomeCareAccess); refusal != nil {
		return refusal
	}
	if s.Lock != NoLock || o.OpensSelf {
		return nil
	}
	if o.By == Provider { // what it adds to the decision is that a lock is needed
		out.rule(RuleNewClient)
	}
	if len(out.Rules) > 0 {
		out.mount(s, RuleHomeCareMount, o.At)
	}
	return nil
}

// changeProvider hands a client over from one home-care group to another at one midnight: what was left of the old one's
// service is the new one's, no less and no more (V2.1-g, V5.1-f).
func (out *Outcome) changeProvider(p Profile, o Order) *Refusal {
	switch {
	case o.Group.ID == o.To.ID:
		return refusedSame
	case !HomeCare.Serves(o.To.Kind):
		return refusedWrongGroup
	}
	old := out.at(HomeCare, o.Group, o.At)
	if old < 0 {
		return out.changedAlready(o)
	}
	was := out.Services[old]
	if refusal := out.end(HomeCare, o.Group, o.At, RuleProviderChanged); refusal != nil {
		return refusal
	}
	// The case officer has decided the service; that the provider says who carries it out prolongs nothing.
	next := Order{Group: o.To, At: o.At, OpensSelf: was.OpensSelf, InEffect: o.InEffect}
	return out.grant(p, HomeCare, next, was.Until, RuleProviderChanged)
}

// changedAlready answers a change whose old group does not serve the client on that day: the same change once more changes
// nothing, and a change to somebody else contradicts one that is there.
func (out *Outcome) changedAlready(o Order) *Refusal {
	left, other := false, false
	for _, v := range out.Services {
		if v.Kind != HomeCare || !v.From.Before(v.Until) {
			continue
		}
		left = left || v.Group.ID == o.Group.ID && v.Until.Equal(o.At)
		if v.From.Equal(o.At) {
			if v.Group.ID == o.To.ID {
				return nil
			}
			other = true
		}
	}
	if left && other {
		return refusedChanged
	}
	return refusedNothing
}

// openSelf takes away a group's access to a client who can or wants to open the door; the service stays (V2.1-d).
func (out *Outcome) openSelf(o Order) *Refusal {
	if !out.alter(o.Group, o.At, RuleOpensSelf, func(v *Service) { v.OpensSelf = true }) {
		return refusedNothing
	}
	return nil
}

// setInEffect says that the case officer has set the client in effect on the provider, from the start that it gave (S-m).
func (out *Outcome) setInEffect(o Order) *Refusal {
	if !out.alter(o.Group, o.At, RuleInEffect, func(v *Service) { v.InEffect = true }) {
		return refusedNothing
	}
	return nil
}

// Gates: what a private provider's access waits for, where the profile says so.

// Gated reports whether private providers' access may wait for anything.
func (p Profile) Gated() bool { return p.InEffectGate || p.Staff.RoutineGatesAccess }

// waitsForEffect reports whether access waits until the case officer has set the client in effect (S-m).
func (p Profile) waitsForEffect(v Service) bool {
	return p.InEffectGate && v.Group.Private && !v.InEffect
}

// waitsForRoutine reports whether access waits until the provider's own routine is on file (S-f). A service that had begun
// when the routine ran out keeps its access: nobody is to be left behind a locked door for the sake of a paper.
func (p Profile) waitsForRoutine(v Service) bool {
	return p.Staff.RoutineGatesAccess && v.Group.Private && !v.From.Before(v.Group.RoutineUntil)
}

// needsLockUntil says until when services need a lock on the door: [Forever] while one of them has no end, zero when none of
// them does. A service that waits for a gate needs it too.
func needsLockUntil(services []Service) time.Time {
	var last time.Time
	for _, v := range services {
		if v.From.Before(v.Until) && (v.Kind == Alarm || !v.OpensSelf) {
			last = later(last, v.Until)
		}
	}
	return last
}
