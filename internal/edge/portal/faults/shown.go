package faults

import (
	"net/url"
	"slices"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/portal/ui"
)

func text(v ui.View, sv, en string) string { return v.T(problem.Text{SV: sv, EN: en}) }

// numberOn is what is printed on the thing, in the address.
const numberOn = "nummer"

// backTo is the question before.
func backTo(v ui.View, s subject, answers []string) string {
	if len(answers) == 0 {
		return "/fel/anmal"
	}
	q := url.Values{"sak": {s.name}, "svar": answers[:len(answers)-1]}
	if number := v.URL.Query().Get(numberOn); number != "" {
		q.Set(numberOn, number)
	}
	return "/fel/anmal?" + q.Encode()
}

func adviceTone(f form) string {
	if f.end.Urgent {
		return "bad"
	}
	return "info"
}

func labelHint(k support.ThingKind) problem.Text {
	switch k {
	case support.Lock:
		return tLabelLock
	case support.Key:
		return tLabelKey
	case support.Station:
		return tLabelStn
	}
	return tLabelCab
}

func stepState(v ui.View, s routine.Step) ui.State {
	switch {
	case s.Now:
		return ui.State{Text: tDoNow, Icon: "check", Tone: "good"}
	case s.From.IsZero():
		return ui.State{Text: tNotNow, Icon: "clock", Tone: "calm"}
	}
	said := v.F(tLater, v.When(s.From))
	return ui.State{Text: problem.Text{SV: said, EN: said}, Icon: "clock", Tone: "calm"}
}

// dial is a number as a phone takes it.
func dial(number string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || (r >= '0' && r <= '9') {
			return r
		}
		return -1
	}, number)
}

func thingOptions(v ui.View) []ui.Option {
	out := []ui.Option{{Label: v.T(tThingAll)}}
	for _, s := range subjects() {
		if s.thing != "" {
			out = append(out, ui.Option{Value: s.name, Label: v.T(thingText(s.thing))})
		}
	}
	return out
}

func causes(v ui.View) []ui.Option {
	out := []ui.Option{{Label: v.T(tCauseNone)}}
	for _, c := range support.Causes() {
		out = append(out, ui.Option{Value: string(c), Label: v.T(causeText(c))})
	}
	return out
}

func assignee(v ui.View, f support.Fault) string {
	if f.Assignee == "" {
		return v.T(tNobody)
	}
	return f.Assignee
}

func facts(v ui.View, f support.FaultCase) []ui.Answer {
	out := []ui.Answer{{Question: v.T(tReported), Answer: v.When(f.Reported) + ", " + v.Age(f.Reported)}, {Question: v.T(tAssignee), Answer: assignee(v, f.Fault)}}
	if f.State.Ended() {
		out = append(out, ui.Answer{Question: v.T(tState), Answer: v.When(f.Closed)}, ui.Answer{Question: v.T(tCause), Answer: v.T(causeText(f.Cause))},
			ui.Answer{Question: v.T(tDone), Answer: f.Done})
	}
	return out
}

func happenings(v ui.View, f support.FaultCase) (out []ui.Happening) {
	for i := len(f.Reports) - 1; i >= 0; i-- {
		r := f.Reports[i]
		h := ui.Happening{At: r.At, Text: r.Description, Icon: "message", Tone: "info"}
		if r.Organisation != "" {
			h.Details = append(h.Details, v.F(tFrom, r.Organisation))
		}
		if r.ClientInside {
			h.Details, h.Icon, h.Tone = append(h.Details, v.T(tInsideYes)), "siren", "bad"
		}
		out = append(out, h)
	}
	return out
}

// payment is what a fault has come to cost somebody.
func payment(v ui.View, c support.Charge) string {
	if c.Proposed == 0 {
		return v.F(tChargeOpen, c.Number)
	}
	return v.F(tCharge, c.Number, v.Num(int64(c.Proposed)))
}

// rules are the lines of the routine that say who pays, each once.
func rules(f support.FaultCase) []string {
	out := []string{f.Rule}
	for _, c := range f.Charges {
		out = append(out, c.Rule)
	}
	slices.Sort(out)
	return append(slices.Compact(out), routine.RuleCharges)
}
