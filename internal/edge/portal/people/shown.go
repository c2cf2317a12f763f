package people

import (
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
)

func lead(v ui.View, l listing) string {
	if l.org.ID == "" {
		return v.T(tLeadAll)
	}
	return v.T(tLead)
}

// either is one text where people are added, another where they are ordered.
func either(v ui.View, w identity.Workplace, add, order problem.Text) string {
	if w.Orders {
		return v.T(order)
	}
	return v.T(add)
}

func newText(v ui.View, w identity.Workplace) string { return either(v, w, tNew, tNewOrder) }
func newLead(v ui.View, w identity.Workplace) string { return either(v, w, tNewLead, tOrderLead) }
func newDo(v ui.View, w identity.Workplace) string   { return either(v, w, tNew, tOrderDo) }
func fileDo(v ui.View, w identity.Workplace) string  { return either(v, w, tFileAdd, tFileOrder) }

func newRule(w identity.Workplace) string {
	if w.Orders {
		return routine.RuleStaffOrder
	}
	return routine.RuleOwnStaff
}

func groupOptions(v ui.View, w identity.Workplace, none problem.Text) []ui.Option {
	out := []ui.Option{{Label: v.T(none)}}
	for _, g := range w.Groups {
		out = append(out, ui.Option{Value: g.Code, Label: g.Code + " " + g.Name})
	}
	return out
}

func shown(f identity.MemberFilter) string {
	switch {
	case f.Left:
		return showLeft
	case f.NoBadge:
		return showNoBadge
	}
	return ""
}

// lastOpen is the first membership that has not ended: the one whose end can be changed on the page, where ids are one's own.
func lastOpen(c identity.StaffCard, v ui.View) int {
	for i, m := range c.Memberships {
		if m.Until.After(v.Now) {
			return i
		}
	}
	return -1
}

// lastDay is the last day of a membership as a date field has it.
func lastDay(v ui.View, m identity.Member) string {
	if !m.Until.Before(routine.Forever) {
		return ""
	}
	return m.Until.Add(-time.Second).In(v.Zone).Format(time.DateOnly)
}

func badgeText(v ui.View, c identity.StaffCard) string {
	if c.HasBadge {
		return v.T(tBadgeHas)
	}
	return v.T(tBadgeHasNot)
}

func endedText(v ui.View, c identity.StaffCard) string {
	if c.Elsewhere {
		return v.T(tEndedHere)
	}
	return v.T(tEndedNow)
}

// effects is what ending somebody does, in the world too.
func effects(v ui.View, c identity.StaffCard) (out []string) {
	var groups []string
	for _, m := range c.Memberships {
		if m.Until.After(v.Now) {
			groups = append(groups, m.GroupCode)
		}
	}
	out = append(out, v.F(tEffGroups, v.List(groups)))
	if c.Elsewhere {
		out = append(out, v.T(tEffElsewhere))
	} else {
		out = append(out, v.T(tEffBadge))
		if c.Accounts > 0 {
			out = append(out, v.T(tEffAccounts))
		}
	}
	for _, k := range c.Keys {
		out = append(out, v.F(tEffKeys, k.Number, v.When(k.Until)))
	}
	if len(c.Keys) == 0 {
		out = append(out, v.T(tEffNoKeys))
	}
	return out
}

func orderTabs(v ui.View) (out []ui.Tab) {
	for _, t := range []struct {
		name string
		text problem.Text
	}{{"", tOrdersWait}, {"beviljade", tOrdersYes}, {"avslagna", tOrdersNo}, {"atertagna", tOrdersBack}, {"alla", tOrdersAll}} {
		href := "/personalbestallningar"
		if t.name != "" {
			href += "?lage=" + t.name
		}
		out = append(out, ui.Tab{Text: v.T(t.text), Href: href, Current: v.URL.Query().Get("lage") == t.name})
	}
	return out
}

func orderState(s identity.StaffOrderState) ui.State {
	switch s {
	case identity.StaffGranted:
		return ui.State{Text: tOrderGranted, Icon: "check", Tone: "good"}
	case identity.StaffRefused:
		return ui.State{Text: tOrderRefused, Icon: "block", Tone: "bad"}
	case identity.StaffWithdrawn:
		return ui.State{Text: tOrderBack, Icon: "undo", Tone: "calm"}
	}
	return ui.State{Text: tOrderWaits, Icon: "clock", Tone: "warn"}
}

func orderAnswers(v ui.View, o identity.StaffOrder) []ui.Answer {
	out := []ui.Answer{
		{Question: v.T(tNumber), Answer: o.EmployeeNumber},
		{Question: v.T(tGroup), Answer: o.Group},
		{Question: v.T(tPeriod), Answer: v.Period(o.From, o.Until)},
		{Question: v.T(tOrg), Answer: grouped(o.OrgNumber)},
		{Question: v.T(tOrderedAt), Answer: v.When(o.Ordered)},
	}
	if !o.Decided.IsZero() {
		out = append(out, ui.Answer{Question: v.T(tDecidedAt), Answer: v.When(o.Decided)})
	}
	if o.Reason != "" {
		out = append(out, ui.Answer{Question: v.T(tReasonIs), Answer: o.Reason})
	}
	return out
}

// grouped is an organisation number as people write it.
func grouped(s string) string {
	if len(s) != 10 {
		return s
	}
	return strings.Join([]string{s[:6], s[6:]}, "-")
}
