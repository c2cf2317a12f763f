package routine

import "time"

// grantAlarm gives the alarm's responders access, and has a lock mounted where the routine says that an alarm implies one
// (V1.1-a, V5.1-c), unless an exception is on record (S-a).
func (out *Outcome) grantAlarm(p Profile, s Situation, o Order) *Refusal {
	if refusal := out.grant(p, Alarm, o, out.Ended, RuleAlarmAccess); refusal != nil || len(out.Rules) == 0 {
		return refusal
	}
	if p.AlarmImpliesLock {
		out.mount(s, RuleAlarmMount, o.At)
	}
	return nil
}

// renounceAlarm ends every alarm service (V1.1-b, V5.1-d); home care stays, also of the same group (V5.1-e).
func (out *Outcome) renounceAlarm(at time.Time) *Refusal {
	found := false
	for i, v := range out.Services {
		if v.Kind != Alarm || !v.From.Before(v.Until) {
			continue
		}
		found = true
		if at.Before(v.Until) {
			out.Services[i].Until = later(v.From, at)
			out.rule(RuleAlarmRenounced)
		}
	}
	if !found {
		return refusedNothing
	}
	if len(out.Rules) > 0 && len(serves(out.Services, HomeCare, at)) > 0 {
		out.rule(RuleHomeCareStays)
	}
	return nil
}
