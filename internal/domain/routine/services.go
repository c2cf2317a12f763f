package routine

import "time"

// grant lets a group serve the client from a day on, until the client's file ends: every gap from then on is filled, also one
// that an earlier decision had left after an end, so that the latest word holds and the same word twice changes nothing. A client who
// has opened the door and no longer can gets a service that gives access; one whom the case officer sets in effect gets it
// from that day. A provider's word fills no gap in home care: it tells of services that the case officer has decided.
func (out *Outcome) grant(p Profile, k ServiceKind, o Order, until time.Time, rule string) *Refusal {
	if !k.Serves(o.Group.Kind) {
		return refusedWrongGroup
	}
	add := Service{Kind: k, Group: o.Group, From: o.At, InEffect: o.InEffect, OpensSelf: o.OpensSelf && k != Alarm}
	for add.From.Before(until) {
		i := out.at(k, o.Group, add.From)
		add.Until = earlier(out.nextStart(k, o.Group, add.From), until)
		switch {
		case i >= 0:
			add.Until = out.Services[i].Until
			out.replace(i, add, rule)
		case k != HomeCare || o.By != Provider:
			out.add(p, add, rule)
		}
		add.From = add.Until
	}
	return nil
}

// add stores a new service. That its access waits, for being in effect or for the provider's own routine, is said in the
// answer.
func (out *Outcome) add(p Profile, v Service, rule string) {
	out.Services = append(out.Services, v)
	out.rule(rule)
	if p.waitsForEffect(v) {
		out.rule(RuleInEffect)
	}
	if p.waitsForRoutine(v) {
		out.rule(RuleRoutineOnFile)
		out.task(Task{Kind: Judge, Rule: RuleRoutineOnFile, Due: v.From, Group: v.Group.ID})
	}
}

// replace puts a service in the place of the rest of another one if it says something else. What has been set in effect
// stays so.
func (out *Outcome) replace(i int, by Service, rule string) {
	old := &out.Services[i]
	effect := by.InEffect && !old.InEffect && by.Kind != Alarm
	opens := by.OpensSelf != old.OpensSelf
	if !effect && !opens {
		return
	}
	by.InEffect = by.InEffect || old.InEffect
	old.Until = by.From
	out.Services = append(out.Services, by)
	if opens {
		out.rule(rule)
	}
	if effect {
		out.rule(RuleInEffect)
	}
}

// alter changes what is said of a group's services from a day on: each is ended there, and another goes on in its place. It
// reports whether there are any services to say it of. Nothing is said of an alarm's responders: they always have access.
func (out *Outcome) alter(g Group, at time.Time, rule string, say func(*Service)) bool {
	found := false
	for i, v := range out.Services {
		if v.Kind == Alarm || v.Group.ID != g.ID || !v.From.Before(v.Until) || !at.Before(v.Until) {
			continue
		}
		found = true
		altered := v
		say(&altered)
		if altered == v {
			continue
		}
		altered.ID, altered.From = "", later(v.From, at)
		out.Services[i].Until = altered.From
		out.Services = append(out.Services, altered)
		out.rule(rule)
	}
	return found
}

// end ends the service at a day, including what was to begin later.
func (out *Outcome) end(k ServiceKind, g Group, at time.Time, rule string) *Refusal {
	found := false
	for i, v := range out.Services {
		if v.Kind != k || v.Group.ID != g.ID || !v.From.Before(v.Until) {
			continue
		}
		found = true
		if at.Before(v.Until) {
			out.Services[i].Until = later(v.From, at)
			out.rule(rule)
		}
	}
	if !found {
		return refusedNothing
	}
	return nil
}

// nextStart is when the next service of a kind and group begins after t, or when the client's file ends.
func (out *Outcome) nextStart(k ServiceKind, g Group, t time.Time) time.Time {
	next := out.Ended
	for _, v := range out.Services {
		if v.Kind == k && v.Group.ID == g.ID && v.From.Before(v.Until) && v.From.After(t) && v.From.Before(next) {
			next = v.From
		}
	}
	return next
}

// at finds the service of a kind and group that is in force at t, or gives -1.
func (out *Outcome) at(k ServiceKind, g Group, t time.Time) int {
	for i, v := range out.Services {
		if v.Kind == k && v.Group.ID == g.ID && v.During(t) {
			return i
		}
	}
	return -1
}

// serves finds the services of a kind that are in force at t.
// Carer is the home-care group that serves a client at t, if any does. It tells the client what will happen, and opens for
// the technician (V2.1-c, V2.3-b).
func Carer(services []Service, t time.Time) (Group, bool) {
	care := serves(services, HomeCare, t)
	if len(care) == 0 {
		return Group{}, false
	}
	return care[0].Group, true
}

func serves(services []Service, k ServiceKind, t time.Time) []Service {
	var out []Service
	for _, v := range services {
		if v.Kind == k && v.During(t) {
			out = append(out, v)
		}
	}
	return out
}
