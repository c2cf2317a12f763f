package restapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/domain/disclosure"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/retention"
	"hemnyckel/internal/domain/routine"
)

// Disclosures takes and decides requests for the log of doors. disclosure.Service is one.
type Disclosures interface {
	Ask(ctx context.Context, who routine.Who, in disclosure.Request) (disclosure.Disclosure, error)
	Assess(ctx context.Context, who routine.Who, id string, a disclosure.Assessment) (disclosure.Disclosure, error)
	Decide(ctx context.Context, who routine.Who, id string, in disclosure.Decision) (disclosure.Disclosure, error)
	Read(ctx context.Context, who routine.Who, id string) (disclosure.Disclosure, error)
	List(ctx context.Context, who routine.Who, f disclosure.Filter, after string, limit int) ([]disclosure.Disclosure, error)
	Extract(ctx context.Context, who routine.Who, id string) (disclosure.Extract, error)
	Look(ctx context.Context, who routine.Who, q disclosure.Query) (disclosure.Page, error)
}

// Retention erases what is due, and keeps what is held. retention.Service is one.
type Retention interface {
	Preview(ctx context.Context) (retention.Report, error)
	Hold(ctx context.Context, who routine.Who, name, reason string) (retention.Hold, error)
	Release(ctx context.Context, who routine.Who, id string) (retention.Hold, error)
	Holds(ctx context.Context, after string, limit int) ([]retention.Hold, error)
	HoldByID(ctx context.Context, id string) (retention.Hold, error)
}

// disclosures are the operations about requests for the log (V5.7-d) and about reading it directly (S-g).
func (h *Handler) disclosures(to *routes) {
	deciders := []routine.Role{routine.SystemOwner, routine.LockManager}
	const one = "/api/v1/disclosures/{id}"
	list(to, op{ID: "list-disclosures", Path: "/api/v1/disclosures", Summary: "List requests for the log of doors", Roles: anyone(),
		Doc: "The newest first: all for those who decide, their own organisation's for others."}, h.listDisclosures)
	create(to, op{ID: "request-disclosure", Path: "/api/v1/disclosures", Summary: "Ask for an extract of the log", Roles: anyone()},
		func(d api.Disclosure) string { return "/api/v1/disclosures/" + d.ID }, h.requestDisclosure)
	read(to, op{ID: "read-disclosure", Path: one, Summary: "Read a request", Roles: anyone()}, h.disclosure)
	change(to, http.MethodPost, op{ID: "assess-disclosure", Path: one + "/assess", Summary: "Record a harm assessment", Roles: deciders}, h.disclosure,
		func(ctx context.Context, r request, in api.HarmAssessment) (api.Disclosure, error) {
			d, err := h.options.Disclosures.Assess(ctx, r.Who, r.id("id"), disclosure.Assessment{Harm: disclosure.Harm(in.Harm), Reasons: in.Reasons})
			return wireDisclosure(d), err
		})
	change(to, http.MethodPost, op{ID: "decide-disclosure", Path: one + "/decide", Summary: "Decide a request", Roles: deciders,
		Doc: "Nobody decides what they have asked for themselves."}, h.disclosure,
		func(ctx context.Context, r request, in api.DisclosureDecision) (api.Disclosure, error) {
			decision := disclosure.Decision{State: disclosure.State(in.Decision), Reasons: in.Reasons}
			for _, m := range in.Masks {
				decision.Masks = append(decision.Masks, disclosure.Mask(m))
			}
			d, err := h.options.Disclosures.Decide(ctx, r.Who, r.id("id"), decision)
			return wireDisclosure(d), err
		})
	file(to, op{ID: "disclosure-extract", Path: one + "/extract", Summary: "The extract, with its proof", Roles: anyone(),
		Doc: "For hemnyckel verify. Each time that it is handed out is noted in the journal."}, []string{"application/json"}, h.extract)
	list(to, op{ID: "list-disclosure-rows", Path: one + "/rows", Summary: "What the extract says, in words", Roles: anyone(),
		Doc: "The newest first. Each page is noted as handed out."}, h.extractRows)
	list(to, op{ID: "list-log", Path: "/api/v1/log", Summary: "Read the log of doors directly", Roles: anyone(),
		Doc: "Only where the municipality's routine lets the role do so; everywhere else an extract is requested. Each page is noted, with who and why."}, h.log)
}

// holds are the operations about what is kept from erasure.
func (h *Handler) holds(to *routes) {
	owner := []routine.Role{routine.SystemOwner}
	const one = "/api/v1/holds/{id}"
	list(to, op{ID: "list-erasures", Path: "/api/v1/erasures", Summary: "What a run of the retention would erase now", Roles: owner}, h.erasures)
	list(to, op{ID: "list-holds", Path: "/api/v1/holds", Summary: "List what is kept from erasure", Roles: owner}, h.listHolds)
	create(to, op{ID: "hold", Path: "/api/v1/holds", Summary: "Keep records from erasure", Roles: owner},
		func(x api.Hold) string { return "/api/v1/holds/" + x.ID }, h.hold)
	read(to, op{ID: "read-hold", Path: one, Summary: "Read a hold", Roles: owner}, h.readHold)
	change(to, http.MethodPost, op{ID: "release-hold", Path: one + "/release", Summary: "Let it go", Roles: owner}, h.readHold,
		func(ctx context.Context, r request, _ none) (api.Hold, error) {
			x, err := h.options.Retention.Release(ctx, r.Who, r.id("id"))
			return wireHold(x), err
		})
}

type disclosureFilter struct {
	State string `query:"state" enum:"requested,assessed,granted,partly,refused,disclosed"`
}

func (h *Handler) listDisclosures(ctx context.Context, r request, f disclosureFilter, p page) ([]api.Disclosure, string, error) {
	found, err := h.options.Disclosures.List(ctx, r.Who, disclosure.Filter{State: disclosure.State(f.State)}, p.After, p.Limit+1)
	rows, next := cut(found, p.Limit, wireDisclosure, func(d disclosure.Disclosure) string { return d.ID })
	return rows, next, err
}

// cut turns what was found into a page, and the key of the next one if there is more.
func cut[From, To any](found []From, limit int, wire func(From) To, key func(From) string) (rows []To, next string) {
	if len(found) > limit {
		found = found[:limit]
		next = key(found[limit-1])
	}
	rows = make([]To, len(found))
	for i, f := range found {
		rows[i] = wire(f)
	}
	return rows, next
}

func (h *Handler) requestDisclosure(ctx context.Context, r request, in api.NewDisclosure) (api.Disclosure, error) {
	about := in.About
	if disclosure.ScopeKind(in.Scope) == disclosure.OfClient && len(about) != 36 {
		number, err := h.number(about)
		if err != nil {
			return api.Disclosure{}, asField(err, "about")
		}
		about = number
	}
	d, err := h.options.Disclosures.Ask(ctx, r.Who, disclosure.Request{Requester: in.Requester, Function: in.Function, Purpose: disclosure.Purpose(in.Purpose),
		Reason: in.Reason, Scope: disclosure.ScopeKind(in.Scope), Name: about, From: in.From, Until: in.Until, Doubt: in.Doubt})
	return wireDisclosure(d), err
}

func (h *Handler) disclosure(ctx context.Context, r request) (api.Disclosure, error) {
	d, err := h.options.Disclosures.Read(ctx, r.Who, r.id("id"))
	return wireDisclosure(d), err
}

func wireDisclosure(d disclosure.Disclosure) api.Disclosure {
	out := api.Disclosure{ID: d.ID, State: string(d.State), Requester: d.Requester, Function: d.Function, Organisation: d.Organisation, Purpose: string(d.Purpose),
		Reason: d.Reason, Scope: string(d.Scope.Kind), ScopeID: d.Scope.ID, From: d.From, Until: d.Until, Requested: d.Requested, Doubt: d.Doubt, Harm: string(d.Harm),
		Assessment: d.Assessment, Decision: d.Decision, Decided: orNil(d.Decided), Entries: d.Entries, Digest: d.Digest, Disclosed: orNil(d.DisclosedAt)}
	for _, m := range d.Masks {
		out.Masks = append(out.Masks, string(m))
	}
	return out
}

func (h *Handler) extract(ctx context.Context, r request) (document, error) {
	x, err := h.options.Disclosures.Extract(ctx, r.Who, r.id("id"))
	if err == nil && x.Proof == nil {
		err = disclosure.ErrNothing // the rows say so; there is nothing to prove
	}
	return document{Name: "utdrag.json", Type: "application/json", Body: x.Proof}, err
}

func (h *Handler) extractRows(ctx context.Context, r request, _ struct{}, p page) ([]api.LogRow, string, error) {
	x, err := h.options.Disclosures.Extract(ctx, r.Who, r.id("id"))
	from, _ := strconv.Atoi(p.After)
	from = min(max(from, 0), len(x.Rows))
	rest := x.Rows[from:]
	rows, more := cut(rest, p.Limit, wireRow, func(disclosure.Row) string { return "more" })
	if more == "" {
		return rows, "", err
	}
	return rows, strconv.Itoa(from + p.Limit), err
}

func wireRow(x disclosure.Row) api.LogRow {
	return api.LogRow{Index: x.Index, Part: x.Part, At: x.At, Quality: string(x.Quality), Event: string(x.Kind), Lock: x.Lock, Key: x.Key, Code: x.Code, Person: x.Person, Employee: x.Employee}
}

type logFilter struct {
	Scope   string    `query:"scope" enum:"client,lock,key,staff" doc:"Needed."`
	About   string    `query:"about" doc:"Needed: serial of a lock, number of a key, employee number, or an id. Never an identity number: addresses are kept in logs."`
	Purpose string    `query:"purpose" enum:"incident,own-request,follow-up,technical" doc:"Needed."`
	Reason  string    `query:"reason" doc:"Needed; no names."`
	From    time.Time `query:"from"`
	Until   time.Time `query:"until"`
}

func (h *Handler) log(ctx context.Context, r request, f logFilter, p page) ([]api.LogRow, string, error) {
	if disclosure.ScopeKind(f.Scope) == disclosure.OfClient && len(f.About) != 36 {
		return nil, "", disclosure.ErrScope.On("about")
	}
	found, err := h.options.Disclosures.Look(ctx, r.Who, disclosure.Query{Purpose: disclosure.Purpose(f.Purpose), Reason: f.Reason, Scope: disclosure.ScopeKind(f.Scope),
		Name: f.About, From: f.From, Until: f.Until, After: journal.Cursor(p.After), Limit: p.Limit})
	rows, _ := cut(found.Rows, len(found.Rows), wireRow, nil)
	return rows, string(found.Next), err
}

func (h *Handler) erasures(ctx context.Context, _ request, _ struct{}, _ page) ([]api.Erasure, string, error) {
	report, err := h.options.Retention.Preview(ctx)
	rows := make([]api.Erasure, len(report)) // one for each class
	for i, c := range report {
		rows[i] = api.Erasure{Class: string(c.Class), Before: orNil(c.Before), Due: c.Due, Held: c.Held, Waits: c.Waits, Undecided: c.Undecided}
	}
	return rows, "", err
}

func (h *Handler) listHolds(ctx context.Context, _ request, _ struct{}, p page) ([]api.Hold, string, error) {
	found, err := h.options.Retention.Holds(ctx, p.After, p.Limit+1)
	rows, next := cut(found, p.Limit, wireHold, func(x retention.Hold) string { return x.ID })
	return rows, next, err
}

func (h *Handler) hold(ctx context.Context, r request, in api.NewHold) (api.Hold, error) {
	x, err := h.options.Retention.Hold(ctx, r.Who, in.About, in.Reason)
	return wireHold(x), err
}

func (h *Handler) readHold(ctx context.Context, r request) (api.Hold, error) {
	x, err := h.options.Retention.HoldByID(ctx, r.id("id"))
	return wireHold(x), err
}

func wireHold(x retention.Hold) api.Hold {
	return api.Hold{ID: x.ID, Subject: x.Subject, Reason: x.Reason, From: x.From, Ended: orNil(x.Ended)}
}
