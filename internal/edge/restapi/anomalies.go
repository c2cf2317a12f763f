package restapi

import (
	"context"
	"net/http"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
)

// Anomalies is what does not add up in what keys carried home. keysync.Service is one.
type Anomalies interface {
	Anomalies(ctx context.Context, who routine.Who, f keysync.AnomalyFilter, below string, limit int) ([]keysync.Anomaly, error)
	Settle(ctx context.Context, who routine.Who, id, note string) error
}

// anomalies are the operations about what somebody must look at in locks and keys.
func (h *Handler) anomalies(to *routes) {
	may := []routine.Role{routine.SystemOwner, routine.LockManager}
	list(to, op{ID: "list-anomalies", Path: "/api/v1/anomalies", Summary: "List anomalies of locks and keys", Roles: may, Doc: "The newest first."}, h.listAnomalies)
	create(to, op{ID: "settle-anomaly", Path: "/api/v1/anomalies/{id}/settle", Summary: "Say what was done about an anomaly", Status: http.StatusNoContent, Roles: may,
		Doc: "It is no longer among the open ones. The log keeps it."}, nil, h.settleAnomaly)
}

type anomalyFilter struct {
	Class string    `query:"class" enum:"unreadable,stranger,gap,fork,rollback,lost,activation,orphan,left-out,set-aside,quota,ahead,overflow" doc:"Of one class."`
	Label string    `query:"label" doc:"Of one lock, by its serial number, or of one key, by its number."`
	Since time.Time `query:"since" doc:"Found on this day, at this instant, or later."`
	Open  bool      `query:"open" doc:"Only those that nobody has dealt with."`
}

func (h *Handler) listAnomalies(ctx context.Context, r request, f anomalyFilter, p page) ([]api.Anomaly, string, error) {
	found, err := h.options.Anomalies.Anomalies(ctx, r.Who, keysync.AnomalyFilter{Open: f.Open, Class: f.Class, Label: f.Label, Since: f.Since}, p.After, p.Limit+1)
	rows, next := paged(found, p, wireAnomaly, func(a api.Anomaly) string { return a.ID })
	return rows, next, err
}

func wireAnomaly(a keysync.Anomaly) api.Anomaly {
	return api.Anomaly{ID: a.ID, At: a.At.UTC(), Class: a.Class, Label: a.Label, Detail: a.Detail, Settled: moment(a.SettledAt), By: a.SettledBy, Note: a.Note}
}

func (h *Handler) settleAnomaly(ctx context.Context, r request, in api.AnomalyNote) (none, error) {
	if err := checkText("note", in.Note, 500); err != nil {
		return none{}, err
	}
	return none{}, h.options.Anomalies.Settle(ctx, r.Who, r.id("id"), in.Note)
}
