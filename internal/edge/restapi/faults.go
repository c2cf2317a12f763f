package restapi

import (
	"context"
	"net/http"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/web"
)

// Faults takes in faults and sees them through. casework.Faults is one.
type Faults interface {
	Report(ctx context.Context, who routine.Who, in casework.FaultReport) (casework.FaultAnswer, error)
	Assign(ctx context.Context, who routine.Who, id, assignee string) (support.Fault, error)
	Finish(ctx context.Context, who routine.Who, id string, how support.State, e support.End) (support.Fault, error)
}

// reporters are who work with locks and keys, and so may report what does not work and call the on-call.
func reporters() []routine.Role {
	return []routine.Role{routine.SystemOwner, routine.LockManager, routine.CaseOfficer, routine.AlarmTeam, routine.Provider,
		routine.HealthUnit, routine.Delivery}
}

func lockManager() []routine.Role { return []routine.Role{routine.LockManager} }

// faults are the operations about what does not work (V2.2-c, V2.3-a, V2.4-a, V3-a, V4-a).
func (h *Handler) faults(to *routes) {
	const one = "/api/v1/faults/{id}"
	create(to, op{ID: "report-fault", Path: "/api/v1/faults", Summary: "Report a fault", Roles: reporters(),
		Doc: "The answer says what to do at this hour. A thing's open fault is joined by what is reported later. A fault at a lock is work in the worklist as well."},
		func(a api.FaultAnswer) string { return "/api/v1/faults/" + a.Fault.ID }, h.reportFault)
	list(to, op{ID: "list-faults", Path: "/api/v1/faults", Summary: "List faults", Roles: reporters(),
		Doc: "The newest first. Lock manager and system owner see all, others what their organisation has reported. thing with label is one thing's history."}, h.listFaults)
	read(to, op{ID: "read-fault", Path: one, Summary: "Read a fault with its reports", Roles: reporters()}, h.fault)
	change(to, http.MethodPost, op{ID: "assign-fault", Path: one + "/assign", Summary: "Say who looks after a fault",
		Roles: []routine.Role{routine.SystemOwner, routine.LockManager}}, h.fault, h.assignFault)
	change(to, http.MethodPost, op{ID: "end-fault", Path: one + "/end", Summary: "End a fault: remedied, or closed without remedy",
		Roles: []routine.Role{routine.SystemOwner, routine.LockManager},
		Doc:   "The work that it led to ends with it. Where by the routine somebody else than the municipality bears the cost, a charge is proposed."}, h.fault, h.endFault)
	read(to, op{ID: "triage", Path: "/api/v1/triage/{failure}", Summary: "What to ask before a fault is reported", Roles: anyone(),
		Doc: "failure is lock or key and, where keys hang in cabinets, lost-key, station or power. Keep it: it needs no network."}, h.triage)
}

func (h *Handler) reportFault(ctx context.Context, r request, in api.NewFault) (api.FaultAnswer, error) {
	report := casework.FaultReport{Thing: support.ThingKind(in.Thing), Label: in.Label, Description: in.Description, ClientInside: in.ClientInside}
	if in.PersonalNumber != "" {
		var err error
		if report.PersonalNumber, err = h.number(in.PersonalNumber); err != nil {
			return api.FaultAnswer{}, err
		}
	}
	if err := checkText("description", in.Description, support.MaxText); err != nil {
		return api.FaultAnswer{}, err
	}
	a, err := h.options.Faults.Report(ctx, r.Who, report)
	return api.FaultAnswer{Fault: wireFault(a.Fault), Joined: a.Joined, Steps: wireSteps(a.Steps, web.Language(ctx))}, err
}

// faultFilter narrows the list of faults.
type faultFilter struct {
	Thing  string `query:"thing" enum:"lock,key,station,cabinet" doc:"What does not work."`
	Label  string `query:"label" doc:"What is written on it; with thing."`
	State  string `query:"state" enum:"reported,assigned,worked,remedied,closed" doc:"How far they have come."`
	Open   bool   `query:"open" doc:"Only those that have not ended."`
	Urgent bool   `query:"urgent" doc:"Only urgent ones."`
}

func (h *Handler) listFaults(ctx context.Context, r request, f faultFilter, p page) ([]api.Fault, string, error) {
	found, err := h.options.Support.Faults(ctx, r.Who, support.Faults{Page: onePage(p), Thing: support.ThingKind(f.Thing), Label: f.Label,
		State: support.State(f.State), Open: f.Open, Urgent: f.Urgent})
	rows, next := paged(found, p, wireFault, func(f api.Fault) string { return f.ID })
	return rows, next, err
}

// onePage asks for one row more than a page holds, which tells whether there is another page.
func onePage(p page) support.Page { return support.Page{Before: p.After, Limit: p.Limit + 1} }

// paged turns what was found into a page's rows and the key of the last one if there are more.
func paged[From, Row any](found []From, p page, wire func(From) Row, key func(Row) string) (rows []Row, next string) {
	for _, f := range found[:min(len(found), p.Limit)] {
		rows = append(rows, wire(f))
	}
	if len(found) > p.Limit {
		next = key(rows[p.Limit-1])
	}
	return rows, next
}

func (h *Handler) fault(ctx context.Context, r request) (api.FaultCase, error) {
	f, err := h.options.Support.Fault(ctx, r.Who, r.id("id"))
	out := api.FaultCase{Fault: wireFault(f.Fault), Reports: []api.FaultReport{}}
	for _, p := range f.Reports {
		out.Reports = append(out.Reports, api.FaultReport{Organisation: p.Organisation, Description: p.Description, ClientInside: p.ClientInside, At: p.At})
	}
	return out, err
}

func (h *Handler) assignFault(ctx context.Context, r request, in api.FaultAssignment) (api.Fault, error) {
	if err := checkText("assignee", in.Assignee, support.MaxText); err != nil {
		return api.Fault{}, err
	}
	f, err := h.options.Faults.Assign(ctx, r.Who, r.id("id"), in.Assignee)
	return wireFault(f), err
}

func (h *Handler) endFault(ctx context.Context, r request, in api.FaultEnd) (api.Fault, error) {
	if err := checkText("done", in.Done, support.MaxText); err != nil {
		return api.Fault{}, err
	}
	f, err := h.options.Faults.Finish(ctx, r.Who, r.id("id"), support.State(in.State),
		support.End{Cause: support.Cause(in.Cause), Done: in.Done, CallOut: in.CallOut, Cost: in.Cost})
	return wireFault(f), err
}

func wireFault(f support.Fault) api.Fault {
	return api.Fault{ID: f.ID, Number: f.Number, Thing: string(f.Thing), Label: f.Label, Place: f.Place, ClientID: f.ClientID, Urgent: f.Urgent,
		Description: f.Description, State: string(f.State), Organisation: f.Organisation, Reported: f.Reported, Reports: f.ReportedBy,
		Assignee: f.Assignee, TaskID: f.TaskID, Cause: string(f.Cause), Done: f.Done, Closed: maybe(f.Closed), Rule: f.Rule}
}

// maybe is a time that may be none.
func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

var errNoQuestions = problem.New(problem.NotFound, "triage-unknown",
	"Det finns inga frågor om det här. Välj lock eller key och, där det finns nyckelskåp, lost-key, station eller power.",
	"There are no questions about that here. Choose lock or key and, where there are cabinets, lost-key, station or power.")

func (h *Handler) triage(ctx context.Context, r request) (api.Triage, error) {
	questions := h.options.Support.Questions(routine.Failure(r.id("failure")))
	if len(questions) == 0 {
		return api.Triage{}, errNoQuestions
	}
	said := func(sv, en string) string { return problem.Text{SV: sv, EN: en}.In(web.Language(ctx)) }
	var out api.Triage
	for _, q := range questions {
		wire := api.TriageQuestion{ID: q.ID, Text: said(q.SV, q.EN)}
		for _, a := range q.Answers {
			answer := api.TriageAnswer{ID: a.ID, Text: said(a.SV, a.EN), Next: a.Next}
			if e := a.End; e != nil {
				answer.End = &api.TriageEnd{Do: string(e.Do), Text: said(e.SV, e.EN), Rule: e.Rule, Urgent: e.Urgent, Failure: string(e.Steps)}
			}
			wire.Answers = append(wire.Answers, answer)
		}
		out.Questions = append(out.Questions, wire)
	}
	return out, nil
}
