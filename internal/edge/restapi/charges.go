package restapi

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"hemnyckel/api"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
)

// Support reads faults, and handles on-call cases, charges and the crisis page. support.Service is one.
type Support interface {
	Fault(ctx context.Context, who routine.Who, id string) (support.FaultCase, error)
	Faults(ctx context.Context, who routine.Who, f support.Faults) ([]support.Fault, error)
	RecordCall(ctx context.Context, who routine.Who, in support.NewOnCall) (support.OnCall, error)
	SettleCall(ctx context.Context, who routine.Who, id string, c support.Cause, remark string) (support.OnCall, error)
	Call(ctx context.Context, who routine.Who, id string) (support.OnCall, error)
	Calls(ctx context.Context, who routine.Who, f support.OnCalls) ([]support.OnCall, error)
	Propose(ctx context.Context, who routine.Who, p support.Proposal) (support.Charge, error)
	Decide(ctx context.Context, who routine.Who, id string, d support.Decision) (support.Charge, error)
	Credit(ctx context.Context, who routine.Who, id string, kronor int, reason string) (support.Charge, error)
	Charge(ctx context.Context, who routine.Who, id string) (support.Charge, error)
	Charges(ctx context.Context, who routine.Who, f support.Charges) ([]support.Charge, error)
	ExportCharges(ctx context.Context, who routine.Who, key string) (support.Export, error)
	Export(ctx context.Context, who routine.Who, id string) (support.Export, error)
	Exports(ctx context.Context, who routine.Who, p support.Page) ([]support.Export, error)
	CrisisPage(role routine.Role, at time.Time) (support.CrisisPage, error)
	Questions(f routine.Failure) []routine.Question
}

// accounts are who see all charges; payers see their own.
func accounts() []routine.Role { return []routine.Role{routine.SystemOwner, routine.LockManager} }

func payers() []routine.Role {
	return append(accounts(), routine.AlarmTeam, routine.Provider, routine.HealthUnit, routine.Delivery)
}

// charges are the operations about who pays (V2.2-d, V6-a..e).
func (h *Handler) charges(to *routes) {
	const one, run = "/api/v1/charges/{id}", "/api/v1/charge-exports"
	create(to, op{ID: "propose-charge", Path: "/api/v1/charges", Summary: "Ask the routine who bears a cost", Roles: lockManager(),
		Doc: "For keys beyond the basic equipment and for moved equipment; what faults and on-call cases cost is proposed by itself. A charge waits for a person's decision."},
		func(c api.Charge) string { return "/api/v1/charges/" + c.ID }, h.proposeCharge)
	list(to, op{ID: "list-charges", Path: "/api/v1/charges", Summary: "List charges", Roles: payers(),
		Doc: "The newest first. Lock manager and system owner see all, others what their organisation has been charged. With export, the lines of one invoice basis."}, h.listCharges)
	read(to, op{ID: "read-charge", Path: one, Summary: "Read a charge", Roles: payers()}, h.charge)
	change(to, http.MethodPost, op{ID: "decide-charge", Path: one + "/decide", Summary: "Approve or waive a charge", Roles: lockManager(),
		Doc: "A decision can be changed until the charge has been exported."}, h.charge, h.decideCharge)
	change(to, http.MethodPost, op{ID: "credit-charge", Path: one + "/credit", Summary: "Take an exported charge back", Roles: lockManager(),
		Doc: "Wholly or in part, by a new charge with a negative amount, which is the answer."}, h.charge, h.creditCharge)
	create(to, op{ID: "export-charges", Path: run, Summary: "Hand approved charges over for invoicing", Roles: lockManager(),
		Doc: "They are locked by it. The same name again gives the same run. Get the lines from the list of charges, also as CSV or XLSX."},
		func(e api.ChargeExport) string { return run + "/" + e.ID }, h.exportCharges)
	list(to, op{ID: "list-charge-exports", Path: run, Summary: "List what has been handed over for invoicing", Roles: accounts()}, h.listExports)
	read(to, op{ID: "read-charge-export", Path: run + "/{id}", Summary: "Read a run to invoicing", Roles: accounts()}, h.chargeExport)
}

func (h *Handler) proposeCharge(ctx context.Context, r request, in api.NewCharge) (api.Charge, error) {
	if in.Kind != string(routine.CostExtraKey) && in.Kind != string(routine.CostMove) {
		return api.Charge{}, errFilterValue.On("kind")
	}
	payer, err := swedish.ParseOrgNumber(in.Payer)
	if err != nil {
		return api.Charge{}, support.ErrPayer.With(err).On("payer_organisation")
	}
	if err := checkText("note", in.Note, support.MaxText); err != nil {
		return api.Charge{}, err
	}
	c, err := h.options.Support.Propose(ctx, r.Who, support.Proposal{Source: "noticed:" + uuid.Must(uuid.NewV7()).String(),
		Kind: routine.CostKind(in.Kind), Cause: support.Unknown, Units: in.Units, Each: in.Each, Payers: support.Payers{Provider: payer.String()},
		Facts: []support.Fact{{Name: "note", Value: in.Note}}})
	return wireCharge(c), err
}

// chargeFilter narrows the list of charges.
type chargeFilter struct {
	State  string `query:"state" enum:"proposed,approved,waived,exported" doc:"How far they have come."`
	Payer  string `query:"payer" doc:"The payer's organisation number, ten digits."`
	Export string `query:"export" doc:"Id of a run to invoicing."`
}

func (h *Handler) listCharges(ctx context.Context, r request, f chargeFilter, p page) ([]api.Charge, string, error) {
	found, err := h.options.Support.Charges(ctx, r.Who, support.Charges{Page: onePage(p), State: support.ChargeState(f.State),
		PayerOrg: groupName(f.Payer), ExportID: f.Export})
	rows, next := paged(found, p, wireCharge, func(c api.Charge) string { return c.ID })
	return rows, next, err
}

func (h *Handler) charge(ctx context.Context, r request) (api.Charge, error) {
	c, err := h.options.Support.Charge(ctx, r.Who, r.id("id"))
	return wireCharge(c), err
}

func (h *Handler) decideCharge(ctx context.Context, r request, in api.ChargeDecision) (api.Charge, error) {
	if err := checkText("reason", in.Reason, support.MaxText); err != nil {
		return api.Charge{}, err
	}
	c, err := h.options.Support.Decide(ctx, r.Who, r.id("id"), support.Decision{State: support.ChargeState(in.State), Amount: in.Amount,
		PayerOrg: groupName(in.PayerOrg), Reason: in.Reason})
	return wireCharge(c), err
}

func (h *Handler) creditCharge(ctx context.Context, r request, in api.ChargeCredit) (api.Charge, error) {
	if err := checkText("reason", in.Reason, support.MaxText); err != nil {
		return api.Charge{}, err
	}
	c, err := h.options.Support.Credit(ctx, r.Who, r.id("id"), in.Amount, in.Reason)
	return wireCharge(c), err
}

func (h *Handler) exportCharges(ctx context.Context, r request, in api.NewChargeExport) (api.ChargeExport, error) {
	if err := checkText("name", in.Name, 200); err != nil {
		return api.ChargeExport{}, err
	}
	e, err := h.options.Support.ExportCharges(ctx, r.Who, in.Name)
	return wireExport(e), err
}

func (h *Handler) listExports(ctx context.Context, r request, _ struct{}, p page) ([]api.ChargeExport, string, error) {
	found, err := h.options.Support.Exports(ctx, r.Who, onePage(p))
	rows, next := paged(found, p, wireExport, func(e api.ChargeExport) string { return e.ID })
	return rows, next, err
}

func (h *Handler) chargeExport(ctx context.Context, r request) (api.ChargeExport, error) {
	e, err := h.options.Support.Export(ctx, r.Who, r.id("id"))
	return wireExport(e), err
}

func wireCharge(c support.Charge) api.Charge {
	facts := make(map[string]string, len(c.Facts))
	for _, f := range c.Facts {
		facts[f.Name] = f.Value
	}
	return api.Charge{ID: c.ID, Number: c.Number, State: string(c.State), Kind: string(c.Kind), Payer: string(c.Payer), PayerOrg: c.PayerOrg,
		Units: c.Units, Proposed: c.Proposed, Amount: c.Amount, Rule: c.Rule, Facts: facts, FaultID: c.FaultID, Credits: c.Credits,
		ProposedAt: c.ProposedAt, DecidedAt: maybe(c.DecidedAt), Reason: c.Reason, ExportID: c.ExportID}
}

func wireExport(e support.Export) api.ChargeExport {
	return api.ChargeExport{ID: e.ID, Number: e.Number, Name: e.Key, At: e.At, Charges: e.Charges, Total: e.Total}
}
