package orders

import (
	"slices"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// The questions, as they stand in addresses.
const (
	qForm   = "blankett"
	qClient = "kund"
	qGroup  = "grupp"
	qTo     = "tar-over"
	qNeed   = "behov"
	qOpens  = "oppnar"
	qDay    = "dag"
)

// questions are what an order of a draft's kind must answer, in their order.
func questions(d casework.Draft) []string {
	var all []string
	if d.Role == routine.LockManager {
		all = append(all, qForm)
	}
	all = append(all, qClient)
	group, to := d.Kind.NeedsGroup()
	if group {
		all = append(all, qGroup)
	}
	if to {
		all = append(all, qTo)
	}
	if d.Kind == routine.NeedsLock {
		all = append(all, qNeed)
	}
	if d.Kind.Grants() && d.Kind != routine.AlarmGranted {
		all = append(all, qOpens)
	}
	return append(all, qDay)
}

// unanswered is the first question without an answer.
func unanswered(d casework.DraftPage) (string, bool) {
	for _, q := range questions(d.Draft) {
		if q == qClient && d.Draft.ClientID != "" || slices.Contains(d.Draft.Answers.Asked, q) {
			continue
		}
		return q, true
	}
	return "", false
}

// only is the code of the one group that the order can name, or "".
func only(d casework.DraftPage) string {
	if len(d.Groups) == 1 && !d.Many {
		return d.Groups[0].Code
	}
	return ""
}

// before is the address of the question before one.
func before(d casework.DraftPage, question string) string {
	all := questions(d.Draft)
	for i := slices.Index(all, question) - 1; i >= 0; i-- {
		if all[i] != qGroup || only(d) == "" {
			return "/bestall/" + d.Draft.ID + "/" + all[i]
		}
	}
	return "/bestall"
}

// read takes the answers of a form into the page, and says what must be corrected.
func (a *asked) read(p *page.Request) {
	answers := &a.Draft.Answers
	fault := func(field string, text problem.Text) { a.faults = append(a.faults, ui.Fault{Field: field, Text: text}) }
	switch a.question {
	case qForm:
		answers.OnBehalfRole = routine.Role(p.Form("roll"))
		if !slices.Contains(a.roles, answers.OnBehalfRole) {
			fault("roll", tChooseRole)
		}
		answers.OnBehalfOf = p.Form("organisation")
		if n, err := swedish.ParseOrgNumber(answers.OnBehalfOf); err == nil {
			answers.OnBehalfOf = n.String()
		} else {
			fault("organisation", tWriteOrganisation)
		}
	case qGroup:
		if answers.Group = code(p.Form("grupp")); answers.Group == "" {
			fault("grupp", tChooseGroup)
		}
	case qTo:
		if answers.ToGroup = code(p.Form("tar-over")); answers.ToGroup == "" {
			fault("tar-over", tChooseTo)
		} else if answers.ToGroup == answers.Group {
			fault("tar-over", tSameGroup)
		}
	case qNeed:
		answers.Need, answers.Reason = routine.Need(p.Form("behov")), p.Form("meddelande")
		if !slices.Contains(routine.Needs(), answers.Need) {
			fault("behov", tChooseNeed)
		}
		if answers.Need == routine.OtherNeed && answers.Reason == "" {
			fault("meddelande", tWriteNeed)
		}
	case qOpens:
		if s := p.Form("oppnar"); s != "ja" && s != "nej" {
			fault("oppnar", tChooseOpens)
		}
		answers.OpensSelf = p.Form("oppnar") == "ja"
	case qDay:
		a.readDay(p, fault)
	}
}

func (a *asked) readDay(p *page.Request, fault func(string, problem.Text)) {
	answers := &a.Draft.Answers
	a.day = p.Form("dag")
	day, err := swedish.ParseDate(a.day, swedish.DateOf(p.Now.In(p.Zone)))
	switch {
	case a.day == "":
		fault("dag", tWriteDay)
	case err != nil:
		fault("dag", tBadDay)
	default:
		answers.Effective = day.Start(p.Zone)
	}
	more := p.Forms("mer")
	answers.Urgent, answers.InEffect = slices.Contains(more, "bradskar"), slices.Contains(more, "verkstalld")
	answers.Reason, answers.Reference = p.Form("meddelande"), p.Form("referens")
	if answers.Urgent && answers.Reason == "" {
		fault("meddelande", tWriteUrgent)
	}
}

// code is a group's code as it is written; small letters are a slip.
func code(s string) string { return strings.ToUpper(s) }

// settle notes that a question is answered, and asks anew what depends on an answer that has changed.
func (a *asked) settle(question string, otherClient bool) {
	answers := &a.Draft.Answers
	if !slices.Contains(answers.Asked, question) {
		answers.Asked = append(slices.Clone(answers.Asked), question)
	}
	if question == qForm || question == qClient && otherClient && !a.Draft.Kind.Grants() {
		answers.Asked = slices.DeleteFunc(slices.Clone(answers.Asked), func(q string) bool { return q == qGroup || q == qTo })
		answers.Group = ""
	}
}

// faultsOf shows a refusal at the field that it concerns.
func faultsOf(e *problem.Error) ui.Faults {
	fields := map[string]string{"reason": "meddelande", "reference": "referens", "effective": "dag", "group": "grupp", "to_group": "tar-over",
		"need": "behov", "personal_number": "q", "kund": "q", "on_behalf_of": "organisation"}
	return ui.Faults{{Field: fields[e.Field], Text: e.Text}}
}

// menu is what may be ordered, under headings.
func menu(kinds []routine.OrderKind) []section {
	all := []section{
		{title: tBegins, kinds: []routine.OrderKind{routine.AlarmGranted, routine.HomeCareGranted, routine.ShoppingGranted, routine.HealthStarted}},
		{title: tLocks, kinds: []routine.OrderKind{routine.NeedsLock, routine.MountOrder, routine.ServiceOrder, routine.LockEnds, routine.DismountOrder}},
		{title: tChanges, kinds: []routine.OrderKind{routine.ProviderChanged, routine.OpensSelf, routine.InEffect}},
		{title: tEnds, kinds: []routine.OrderKind{routine.AlarmRenounced, routine.HomeCareEnded, routine.ShoppingEnded, routine.HealthEnded, routine.Moved, routine.Died}},
	}
	out := all[:0]
	for _, s := range all {
		s.kinds = slices.DeleteFunc(s.kinds, func(k routine.OrderKind) bool { return !slices.Contains(kinds, k) })
		if len(s.kinds) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// section is a heading of the menu.
type section struct {
	title problem.Text
	kinds []routine.OrderKind
}
