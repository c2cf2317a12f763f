package routine

import "time"

// needLock answers a changed need: the provider's access comes back, and a lock is mounted if there is none (V2.1-a). A
// client has one lock (V2.1-b).
func (out *Outcome) needLock(p Profile, s Situation, o Order) *Refusal {
	if o.Need != CannotOpen && o.Need != DoesNotHear && o.Need != OtherNeed {
		return refusedNeed
	}
	if !out.alter(o.Group, o.At, RuleChangedNeed, func(v *Service) { v.OpensSelf = false }) {
		return refusedUndecided
	}
	if s.mayHaveLock(p) {
		out.rule(RuleChangedNeed)
		out.mount(s, RuleChangedNeed, o.At)
		out.judgeException(s, o)
	} else if len(out.Rules) == 0 {
		return refusedSecondLock
	}
	return nil
}

// mayHaveLock reports whether a lock may be put on the client's own door: there is none yet, and the limit allows it (V2.1-b).
func (s Situation) mayHaveLock(p Profile) bool {
	return s.Lock == NoLock && p.MayAddLock(0, s.Entrances)
}

// mount proposes a lock, unless there is one, or an exception is on record: a client with alarm who shall have none, or a
// technical obstacle (S-a).
func (out *Outcome) mount(s Situation, rule string, at time.Time) {
	switch {
	case s.Lock != NoLock:
	case s.Exception:
		out.rule(RuleException)
	default:
		out.task(Task{Kind: Mount, Rule: rule, Due: at})
	}
}

// judgeException asks a person what to do when a lock is asked for where an exception stands: no rule lifts one.
func (out *Outcome) judgeException(s Situation, o Order) {
	if s.Exception {
		out.task(Task{Kind: Judge, Rule: RuleException, Due: o.At, Group: o.Group.ID})
	}
}

// orderMounting is an order for a lock and nothing else (V5.1-a, S-h).
func (out *Outcome) orderMounting(p Profile, s Situation, o Order) *Refusal {
	if !s.mayHaveLock(p) {
		return refusedSecondLock
	}
	out.rule(RuleLockOrder)
	out.mount(s, RuleLockOrder, o.At)
	out.judgeException(s, o)
	return nil
}

// orderDismounting is an order to take the lock down (V5.1-h, S-h). Nobody's access changes before that is done.
func (out *Outcome) orderDismounting(s Situation, o Order) *Refusal {
	return out.dismount(s, o, RuleLockOrder)
}

// noticeLockEnds is the provider's notice that the lock of a client without alarm shall end (S-i).
func (out *Outcome) noticeLockEnds(s Situation, o Order) *Refusal {
	return out.dismount(s, o, RuleLockEnds)
}

func (out *Outcome) dismount(s Situation, o Order, rule string) *Refusal {
	if s.Lock == NoLock {
		return refusedNoLock
	}
	for _, v := range s.everybody(s.Services) {
		if v.Kind == Alarm && v.From.Before(v.Until) && o.At.Before(v.Until) {
			return refusedLockNeeded
		}
	}
	out.rule(rule)
	out.task(Task{Kind: Dismount, Rule: rule, Due: o.At})
	return nil
}

// orderService has somebody look at the lock (S-h).
func (out *Outcome) orderService(s Situation, o Order) *Refusal {
	if s.Lock == NoLock {
		return refusedNoLock
	}
	out.rule(RuleLockOrder)
	out.task(Task{Kind: ServiceLock, Rule: RuleLockOrder, Due: o.At})
	return nil
}

// settleLock says what a change means for the lock on the door. It is to be taken down on the last day that anybody in the
// dwelling needs it; while somebody needs it until further notice, it stays. No lock is put up for a need whose last day is
// known, unless this order asks for it: until then the traditional key serves. What was ordered outright is not judged here.
func (out *Outcome) settleLock(p Profile, s Situation, o Order) {
	switch o.Kind {
	case LockEnds, DismountOrder, ServiceOrder, MountOrder, InEffect:
		return
	}
	before, need := needsLockUntil(s.everybody(s.Services)), needsLockUntil(s.everybody(out.Services))
	stays := !need.Before(Forever)
	if s.Lock == NoLock {
		out.withdraw(Dismount)
		if !stays && !out.proposes(Mount) {
			out.withdraw(Mount)
		}
		return
	}
	out.withdraw(Mount)
	switch {
	case stays && (need.After(before) || o.Kind.Grants() || o.Kind == NeedsLock):
		out.withdraw(Dismount)
	case stays, out.awaitsNotice(p, s, need):
	default:
		if need.IsZero() || !need.Equal(before) {
			need = later(need, o.At)
		}
		out.task(Task{Kind: Dismount, Rule: RuleDismount, Due: need})
	}
}

// awaitsNotice reports whether the lock of a client without need stays until the provider says otherwise, because there still
// is one (S-i).
func (out *Outcome) awaitsNotice(p Profile, s Situation, need time.Time) bool {
	if !p.LockEndsOnNotice {
		return false
	}
	for _, v := range s.everybody(out.Services) {
		if v.Kind == HomeCare && v.From.Before(v.Until) && v.Until.After(need) {
			return true
		}
	}
	return false
}

// LockNeededUntil says until when anybody in the dwelling needs the lock: [Forever] while there is no end, zero when nobody does.
func (s Situation) LockNeededUntil() time.Time { return needsLockUntil(s.everybody(s.Services)) }

// everybody is a client's services, as given, and those of the others in the dwelling.
func (s Situation) everybody(services []Service) []Service {
	return append(append([]Service(nil), services...), s.Others...)
}
