package restapi

import (
	"bytes"
	"cmp"
	"context"
	"net/http"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/web"
)

// crisis are the operations for when something fails: what to do, and the supplier's on-call (V7-a, V7-d, V6-d).
func (h *Handler) crisis(to *routes) {
	const cases = "/api/v1/on-call-cases"
	read(to, op{ID: "crisis", Path: "/api/v1/crisis", Summary: "What to do when something fails", Roles: anyone(),
		Doc: "The steps of all hours, marked with those of this hour; contacts and hours. Keep the newest that you have got, for when the network is gone."}, h.crisisPage)
	file(to, op{ID: "crisis-paper", Path: "/api/v1/crisis.pdf", Summary: "The same on one sheet of paper", Roles: anyone()},
		[]string{"application/pdf"}, h.crisisPaper)
	create(to, op{ID: "record-on-call", Path: cases, Summary: "Record that the supplier's on-call was called", Roles: onCallers()},
		func(o api.OnCall) string { return cases + "/" + o.ID }, h.recordCall)
	list(to, op{ID: "list-on-call", Path: cases, Summary: "List on-call cases", Roles: onCallers(),
		Doc: "The newest first. Lock manager and system owner see all, others their organisation's."}, h.listCalls)
	read(to, op{ID: "read-on-call", Path: cases + "/{id}", Summary: "Read an on-call case", Roles: onCallers()}, h.onCall)
	change(to, http.MethodPost, op{ID: "settle-on-call", Path: cases + "/{id}/settle", Summary: "Establish why the on-call had to be called",
		Roles: []routine.Role{routine.SystemOwner, routine.LockManager}, Doc: "A handling error proposes charges to the provider; else the municipality bears the cost."},
		h.onCall, h.settleCall)
}

func onCallers() []routine.Role {
	return []routine.Role{routine.SystemOwner, routine.LockManager, routine.AlarmTeam, routine.Provider, routine.HealthUnit, routine.Delivery}
}

func (h *Handler) crisisPage(ctx context.Context, r request) (api.CrisisPage, error) {
	p, err := h.options.Support.CrisisPage(r.Who.Role, h.options.Clock())
	if err != nil {
		return api.CrisisPage{}, err
	}
	lang := web.Language(ctx)
	out := api.CrisisPage{Municipality: p.Municipality, Version: p.Version, Until: p.Until, Source: p.DocumentName(),
		Sections: []api.CrisisSection{}, Contacts: []api.Contact{}, Hours: map[string]api.CrisisHours{}, OnCall: wireOnCallHours(p.OnCall)}
	for _, s := range p.Sections {
		out.Sections = append(out.Sections, api.CrisisSection{Failure: string(s.Failure), Title: s.Title.In(lang), Steps: wireSteps(s.Steps, lang)})
	}
	for _, u := range p.Contacts {
		out.Contacts = append(out.Contacts, wireContact(u, p.Hours, lang))
	}
	for name, s := range p.Hours {
		out.Hours[name] = wireHours(s, lang)
	}
	return out, nil
}

func wireSteps(steps []routine.Step, lang string) []api.CrisisStep {
	out := []api.CrisisStep{}
	for _, s := range steps {
		w := api.CrisisStep{Number: s.Number, Text: problem.Text{SV: s.SV, EN: s.EN}.In(lang), Now: s.Now, When: s.When, Unit: s.Contact.Unit,
			Phone: s.Contact.Phone, Ask: s.Contact.Withheld, Rule: s.Rule}
		if !s.Now {
			w.From = maybe(s.From)
		}
		out = append(out, w)
	}
	return out
}

func wireContact(u routine.Unit, hours routine.Hours, lang string) api.Contact {
	c := api.Contact{Name: u.Name, Parts: []string{}, Phone: u.Phone, Address: u.Address, Postal: u.Postal, Mail: u.Mail, Web: u.Web, Form: u.Form, Persons: u.Persons}
	for _, k := range u.Kinds {
		c.Parts = append(c.Parts, string(k))
	}
	if s, ok := hours[u.Hours]; ok {
		c.Hours = s.Text(lang)
	}
	return c
}

func wireHours(s routine.Schedule, lang string) api.CrisisHours {
	out := api.CrisisHours{Text: s.Text(lang), Spans: []api.CrisisSpan{}, Holidays: cmp.Or(s.Holidays, routine.HolidaysClosed)}
	for _, span := range s.Spans {
		w := api.CrisisSpan{From: span.From, To: span.To, Days: []string{}}
		for _, d := range span.Days {
			w.Days = append(w.Days, string(d))
		}
		out.Spans = append(out.Spans, w)
	}
	return out
}

func wireOnCallHours(o support.OnCallHours) api.OnCallHours {
	out := api.OnCallHours{Offered: o.Offered, Phone: o.Phone, Visit: o.Visit, PhonePrice: o.PhonePrice, VisitPrice: o.VisitPrice,
		PhoneNext: maybe(o.PhoneNext), VisitNext: maybe(o.VisitNext), Nobody: []api.Gap{}}
	for _, g := range o.Nobody {
		out.Nobody = append(out.Nobody, api.Gap{From: g.From, Until: g.Until})
	}
	return out
}

// crisisPaper is the page for the wall: steps of all hours, each saying for which, with the contacts.
func (h *Handler) crisisPaper(ctx context.Context, r request) (document, error) {
	p, err := h.options.Support.CrisisPage(r.Who.Role, h.options.Clock())
	if err != nil {
		return document{}, err
	}
	lang := web.Language(ctx)
	said := func(sv, en string) string { return problem.Text{SV: sv, EN: en}.In(lang) }
	sheet := paper.Sheet{Lang: lang, Made: h.options.Clock(), Title: said("När något inte fungerar", "When something does not work"),
		Subtitle: p.Municipality, Footer: said("Version ", "Version ") + p.Version + "   " + p.DocumentName(), OnePage: true}
	for _, part := range p.OnPaper(lang) {
		sheet.Sections = append(sheet.Sections, paper.Section(part))
	}
	var pdf bytes.Buffer
	err = paper.WriteSheet(&pdf, sheet)
	return document{Name: said("krissida.pdf", "crisis.pdf"), Type: "application/pdf", Body: pdf.Bytes()}, err
}

func (h *Handler) recordCall(ctx context.Context, r request, in api.NewOnCall) (api.OnCall, error) {
	for field, text := range map[string]string{"reason": in.Reason, "visit_why": in.VisitWhy} {
		if err := checkText(field, text, support.MaxText); err != nil {
			return api.OnCall{}, err
		}
	}
	o, err := h.options.Support.RecordCall(ctx, r.Who, support.NewOnCall{Organisation: groupName(in.Organisation), Called: in.Called, Reason: in.Reason, Visit: in.Visit,
		VisitWhy: in.VisitWhy, FaultID: in.FaultID})
	return wireOnCall(o), err
}

// onCallFilter narrows the list of on-call cases.
type onCallFilter struct {
	Open bool `query:"open" doc:"Only those whose cause has not been established."`
}

func (h *Handler) listCalls(ctx context.Context, r request, f onCallFilter, p page) ([]api.OnCall, string, error) {
	found, err := h.options.Support.Calls(ctx, r.Who, support.OnCalls{Page: onePage(p), Open: f.Open})
	rows, next := paged(found, p, wireOnCall, func(o api.OnCall) string { return o.ID })
	return rows, next, err
}

func (h *Handler) onCall(ctx context.Context, r request) (api.OnCall, error) {
	o, err := h.options.Support.Call(ctx, r.Who, r.id("id"))
	return wireOnCall(o), err
}

func (h *Handler) settleCall(ctx context.Context, r request, in api.OnCallCause) (api.OnCall, error) {
	if err := checkText("note", in.Note, support.MaxText); err != nil {
		return api.OnCall{}, err
	}
	o, err := h.options.Support.SettleCall(ctx, r.Who, r.id("id"), support.Cause(in.Cause), in.Note)
	return wireOnCall(o), err
}

func wireOnCall(o support.OnCall) api.OnCall {
	return api.OnCall{ID: o.ID, Number: o.Number, Organisation: o.Organisation, Called: o.Called, Hours: o.Hours, Reason: o.Reason, Visit: o.Visit,
		VisitWhy: o.VisitWhy, FaultID: o.FaultID, PhoneCost: o.PhoneCost, VisitCost: o.VisitCost, Cause: string(o.Cause), Note: o.Note,
		Settled: maybe(o.Settled)}
}
