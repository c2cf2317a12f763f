package restapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

// Mass makes mass changes. casework.Service is one.
type Mass interface {
	DraftMass(ctx context.Context, who routine.Who, in casework.NewMass) (casework.MassChange, error)
	ReviewMass(ctx context.Context, who routine.Who, id string) (casework.MassChange, error)
	ApplyMass(ctx context.Context, who routine.Who, id string) (casework.MassChange, error)
	UndoMass(ctx context.Context, who routine.Who, id string) (casework.MassChange, error)
	CancelMass(ctx context.Context, who routine.Who, id string) (casework.MassChange, error)
	ContinueMass(ctx context.Context, who routine.Who, id string) (casework.MassChange, error)
	Mass(ctx context.Context, who routine.Who, id string) (casework.MassChange, error)
	MassChanges(ctx context.Context, who routine.Who, after string, limit int) ([]casework.MassChange, string, error)
	MassRows(ctx context.Context, who routine.Who, id, state string, after int64, limit int) ([]casework.MassRow, int64, error)
}

// mass are the operations about mass changes (V5.1-f).
func (h *Handler) mass(to *routes) {
	roles := []routine.Role{routine.SystemOwner, routine.LockManager, routine.CaseOfficer}
	const one = "/api/v1/mass-changes/{id}"
	list(to, op{ID: "list-mass-changes", Path: "/api/v1/mass-changes", Summary: "List mass changes", Roles: roles}, h.listMass)
	create(to, op{ID: "draft-mass-change", Path: "/api/v1/mass-changes", Summary: "Draft a mass change", Roles: roles, MaxBody: 1 << 20,
		Doc: "Plans a row for each client or property, and tries it without keeping anything: the rows say what would change. If no answer comes, read it; what is unfinished can be continued."},
		func(m api.MassChange) string { return "/api/v1/mass-changes/" + m.ID }, h.draftMass)
	read(to, op{ID: "read-mass-change", Path: one, Summary: "Read one", Roles: roles}, h.massChange)
	list(to, op{ID: "list-mass-rows", Path: one + "/rows", Summary: "List what it does, client by client or property by property", Roles: roles}, h.massRows)
	for _, act := range []struct {
		name, summary string
		do            func(ctx context.Context, who routine.Who, id string) (casework.MassChange, error)
	}{
		{"review", "Approve a draft that somebody else has made", func(ctx context.Context, who routine.Who, id string) (casework.MassChange, error) {
			return h.options.Mass.ReviewMass(ctx, who, id)
		}},
		{"apply", "Carry it out", func(ctx context.Context, who routine.Who, id string) (casework.MassChange, error) {
			return h.options.Mass.ApplyMass(ctx, who, id)
		}},
		{"undo", "Put back what it has done, until it takes effect", func(ctx context.Context, who routine.Who, id string) (casework.MassChange, error) {
			return h.options.Mass.UndoMass(ctx, who, id)
		}},
		{"cancel", "Put it aside", func(ctx context.Context, who routine.Who, id string) (casework.MassChange, error) {
			return h.options.Mass.CancelMass(ctx, who, id)
		}},
		{"continue", "Go on where it was interrupted", func(ctx context.Context, who routine.Who, id string) (casework.MassChange, error) {
			return h.options.Mass.ContinueMass(ctx, who, id)
		}},
	} {
		change(to, http.MethodPost, op{ID: act.name + "-mass-change", Path: one + "/" + act.name, Summary: act.summary, Roles: roles}, h.massChange,
			func(ctx context.Context, r request, _ none) (api.MassChange, error) {
				m, err := act.do(ctx, r.Who, r.id("id"))
				return h.wireMass(m), err
			})
	}
}

func (h *Handler) draftMass(ctx context.Context, r request, in api.NewMassChange) (api.MassChange, error) {
	if in.Effective == "" {
		return api.MassChange{}, errMissing.On("effective")
	}
	at, err := r.day("effective", in.Effective)
	if err != nil {
		return api.MassChange{}, err
	}
	m, err := h.options.Mass.DraftMass(ctx, r.Who, casework.NewMass{Kind: casework.MassKind(in.Kind), Effective: at, Reason: in.Reason,
		Spec: casework.MassSpec{From: in.From, To: in.To, Postal: in.Postal, Client: in.Clients,
			Properties: in.Properties, OldOwner: in.OldOwner, Owners: in.Owners}})
	return h.wireMass(m), err
}

func (h *Handler) massChange(ctx context.Context, r request) (api.MassChange, error) {
	m, err := h.options.Mass.Mass(ctx, r.Who, r.id("id"))
	return h.wireMass(m), err
}

func (h *Handler) listMass(ctx context.Context, r request, _ struct{}, p page) ([]api.MassChange, string, error) {
	found, next, err := h.options.Mass.MassChanges(ctx, r.Who, p.After, p.Limit)
	rows := make([]api.MassChange, len(found))
	for i, m := range found {
		rows[i] = h.wireMass(m)
	}
	return rows, next, err
}

func (h *Handler) wireMass(m casework.MassChange) api.MassChange {
	return api.MassChange{ID: m.ID, Number: m.Number, Kind: string(m.Kind), State: string(m.State), Effective: m.Effective.In(h.options.Zone).Format(time.DateOnly),
		Reason: m.Reason, From: append([]string{}, m.Spec.From...), Owners: m.Spec.Owners, Created: m.Created, Reviewed: orNil(m.Reviewed), Ended: orNil(m.Ended), Planned: m.Planned() || m.State != casework.MassDraft,
		Total: m.Total, Done: m.Count, Unfinished: m.State == casework.MassApplying || m.State == casework.MassUndoing || m.State == casework.MassDraft && !m.Planned()}
}

type massRowFilter struct {
	State string `query:"state" enum:"planned,applied,refused,undone,settled" doc:"How far they have come."`
}

func (h *Handler) massRows(ctx context.Context, r request, f massRowFilter, p page) ([]api.MassRow, string, error) {
	after := int64(0)
	if p.After != "" {
		var err error
		if after, err = strconv.ParseInt(p.After, 10, 64); err != nil {
			return nil, "", errCursor.On("after")
		}
	}
	found, next, err := h.options.Mass.MassRows(ctx, r.Who, r.id("id"), f.State, after, p.Limit)
	rows := make([]api.MassRow, len(found))
	for i, m := range found {
		rows[i] = api.MassRow{Seq: m.Seq, ClientID: m.ClientID, PropertyID: m.PropertyID, FromID: m.From, ToID: m.To, State: m.State, Note: m.Note,
			Services: m.Services, Rights: m.Rights, Receipts: m.Receipts, Locks: m.Locks, Mountings: m.Mountings}
	}
	if next == 0 {
		return rows, "", err
	}
	return rows, strconv.FormatInt(next, 10), err
}
