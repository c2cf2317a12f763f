package routine

import "time"

// HandOver gives everything that one group does for a client to another from a day on, as when groups are merged or split: each
// service goes on with what is said of it until its own end, without gap or overlap. Where the other group serves the client
// already, that service stays, with access if either gave it.
func HandOver(p Profile, s Situation, from, into Group, at time.Time) (Outcome, *Refusal) {
	out := Outcome{Services: append([]Service(nil), s.Services...), Ended: s.Ended}
	if from.ID == into.ID {
		return out, refusedSame
	}
	for i := range out.Services {
		v := out.Services[i]
		if v.Group.ID != from.ID || !v.From.Before(v.Until) || !at.Before(v.Until) {
			continue
		}
		if !v.Kind.Serves(into.Kind) {
			return Outcome{}, refusedWrongGroup
		}
		start := later(v.From, at)
		out.Services[i].Until = start
		out.rule(RuleGroupsMerged)
		rest := v
		rest.ID, rest.Group, rest.From = "", into, start
		out.takeOver(p, rest)
	}
	if len(out.Rules) > 0 {
		out.settleKeys(p, s, Order{At: at})
	}
	return out, nil
}

// takeOver stores a service where its group has none yet, and joins it to those that are there.
func (out *Outcome) takeOver(p Profile, v Service) {
	until := v.Until
	for v.From.Before(until) {
		i := out.at(v.Kind, v.Group, v.From)
		if i < 0 {
			v.Until = earlier(out.nextStart(v.Kind, v.Group, v.From), until)
			out.add(p, v, RuleGroupsMerged)
		} else {
			there := out.Services[i]
			v.Until = earlier(there.Until, until)
			if there.OpensSelf && !v.OpensSelf || v.InEffect && !there.InEffect {
				joined := v
				joined.Until, joined.OpensSelf, joined.InEffect = there.Until, there.OpensSelf && v.OpensSelf, there.InEffect || v.InEffect
				out.replace(i, joined, RuleGroupsMerged)
				v.Until = there.Until
			}
		}
		v.From = v.Until
	}
}
