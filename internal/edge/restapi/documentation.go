package restapi

import (
	"context"
	"strconv"

	"hemnyckel/api"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

// Documentation tells which lock a client has (V5.2-a). casework.Service is one.
type Documentation interface {
	Documentation(ctx context.Context, who routine.Who, after int64, limit int) ([]casework.Documented, int64, error)
	AcknowledgeDocumentation(ctx context.Context, who routine.Who, target string, seqs []int64) error
}

// documentation are the operations about it, for the systems of the profile.
func (h *Handler) documentation(to *routes) {
	roles := []routine.Role{routine.CaseOfficer, routine.SystemOwner, routine.LockManager}
	list(to, op{ID: "list-documentation", Path: "/api/v1/documentation", Summary: "List which locks clients have got, lost and exchanged", Roles: roles,
		Doc: "In the order of the changes. Of two lines about a client the later one holds. Ask with since set to the last number that you have, and acknowledge what you have taken in."},
		h.listDocumentation)
	create(to, op{ID: "acknowledge-documentation", Path: "/api/v1/documentation/acknowledgements", Summary: "Say that a system has taken in lines", Roles: roles,
		Doc: "When all systems of the profile have, the task to document it is done."}, nil, h.acknowledge)
}

type documentationFilter struct {
	Since int64 `query:"since" doc:"Only lines with higher numbers."`
}

func (h *Handler) listDocumentation(ctx context.Context, r request, f documentationFilter, p page) ([]api.Documented, string, error) {
	after := f.Since
	if p.After != "" {
		n, err := strconv.ParseInt(p.After, 10, 64)
		if err != nil {
			return nil, "", errCursor.On("after")
		}
		after = n
	}
	found, next, err := h.options.Documentation.Documentation(ctx, r.Who, after, p.Limit)
	rows := make([]api.Documented, len(found))
	for i, d := range found {
		rows[i] = api.Documented{Seq: d.Seq, ClientID: d.ClientID, Reference: d.Reference, Event: string(d.Event), LockKind: string(d.Kind), Serial: d.Serial, At: d.At.UTC()}
	}
	if next == 0 {
		return rows, "", err
	}
	return rows, strconv.FormatInt(next, 10), err
}

func (h *Handler) acknowledge(ctx context.Context, r request, in api.Acknowledgement) (api.Acknowledged, error) {
	err := h.options.Documentation.AcknowledgeDocumentation(ctx, r.Who, in.Target, in.Seqs)
	return api.Acknowledged{Count: len(in.Seqs)}, err
}
