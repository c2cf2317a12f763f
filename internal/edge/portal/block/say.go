package block

import (
	"time"

	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

func options(v ui.View) (all []ui.Option) {
	for _, h := range hows {
		all = append(all, ui.Option{Value: h.code, Label: v.T(h.text)})
	}
	return all
}

func holder(v ui.View, r fleet.Reach) string {
	if r.Holder.EmployeeNumber == "" {
		return v.T(tHolderNone)
	}
	return v.F(tHolderWas, r.Holder.EmployeeNumber, v.Age(r.Holder.From))
}

func clients(v ui.View, n int) string {
	if n == 1 {
		return v.T(tClientOne)
	}
	return v.F(tClients, n)
}

// effects is what blocking does in the world, before it is done.
func effects(v ui.View, r fleet.Reach) (all []string) {
	all = append(all, v.T(tNoSync))
	open := r.StillOpen()
	switch open {
	case 0:
		return []string{v.T(tOpensNone)}
	case 1:
		all = append(all, v.F(tDoorsOne, clients(v, r.Homes)))
	default:
		all = append(all, v.F(tDoorsMany, open, clients(v, r.Homes)))
	}
	if silent := silent(v.Now, r); silent > 0 {
		all = append(all, v.F(tReachLate, silent))
	} else {
		all = append(all, v.T(tReachFresh))
	}
	return append(all, v.F(tAtLongest, v.When(r.Key.SyncedUntil)))
}

// silent is how many locks that the key opens have not been heard of lately: the block comes there late.
func silent(now time.Time, r fleet.Reach) (n int) {
	for _, d := range r.Doors {
		if d.Open && d.Seen.Before(now.Add(-24*time.Hour)) {
			n++
		}
	}
	return n
}

// next is what can be done about a blocked key.
func next(v ui.View, r fleet.Reach) (all []string) {
	if r.StillOpen() > 0 {
		all = append(all, v.T(tVisit), v.F(tWait, v.When(r.Key.SyncedUntil)))
	}
	all = append(all, v.T(tNewKey))
	if !r.May.Lift {
		all = append(all, v.T(tLiftByHMS))
	}
	return all
}

func doorState(d fleet.Reached) ui.State {
	switch {
	case d.Has:
		return ui.State{Text: tTold, Icon: "check", Tone: "good"}
	case d.Open:
		return ui.State{Text: tNotTold, Icon: "open", Tone: "bad"}
	}
	return ui.State{Text: tExpired, Icon: "ended", Tone: "calm"}
}

func confirmFound(v ui.View, r fleet.Reach, reason string, faults ui.Faults) ui.Confirmation {
	c := ui.Confirmation{Title: v.F(tFoundQ, r.Key.Number), Effects: []string{v.T(tFoundE1), v.T(tFoundE2)}, Do: v.T(tFoundDo),
		Action: "/sparra/nycklar/" + r.Key.ID + "/hittad", Back: "/sparra/nycklar/" + r.Key.ID, Version: foundVersion(r), Faults: faults}
	if r.Key.State == fleet.KeySuspect {
		c.Effects = []string{v.T(tFoundE3)}
	}
	c.Reason = &ui.Field{Name: "reason", Label: v.T(tFoundWhy), Value: reason, Fault: faults.Of("reason"), Max: 400}
	return c
}

// foundVersion is what is lifted when a key is found: a block that has been made since is another.
func foundVersion(r fleet.Reach) string {
	return page.VersionOf(r.Key.State, r.Key.BlockedAt.UnixMicro(), r.Key.BlockReason)
}

// incidentTime is for how long a breach may wait before it is notified: GDPR, article 33.
const incidentTime = 72 * time.Hour

// deadline counts from the block: nobody blocks what they do not know of.
func deadline(r fleet.Reach) time.Time { return r.Key.BlockedAt.Add(incidentTime) }

func clockTone(v ui.View, r fleet.Reach) string {
	if deadline(r).Sub(v.Now) < 24*time.Hour {
		return "bad"
	}
	return "warn"
}

// incident is what is known of a lost key for whoever judges it.
func incident(v ui.View, r fleet.Reach) []ui.Answer {
	risk := v.T(tIncRiskN)
	if r.Key.SyncedUntil.After(r.Key.BlockedAt) {
		risk = v.F(tIncRiskA, v.When(r.Key.SyncedUntil))
	}
	told := 0
	for _, d := range r.Doors {
		if d.Has {
			told++
		}
	}
	return []ui.Answer{
		{Question: v.T(tIncWhat), Answer: v.T(fleet.InWords(r.Key.BlockReason))},
		{Question: v.T(tIncWhen), Answer: v.When(r.Key.BlockedAt)},
		{Question: v.T(tHolder), Answer: holder(v, r)},
		{Question: v.T(tIncWho), Answer: v.F(tIncWhoA, clients(v, r.Homes), len(r.Doors))},
		{Question: v.T(tIncRisk), Answer: risk},
		{Question: v.T(tIncDone), Answer: v.F(tIncDoneA, v.When(r.Key.BlockedAt), told, len(r.Doors), r.StillOpen())},
	}
}
