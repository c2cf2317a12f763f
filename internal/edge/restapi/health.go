package restapi

import (
	"context"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
)

// state are the operations about the server itself. They need no token and tell nothing but this.
func (h *Handler) state(to *routes) {
	read(to, op{ID: "health", Path: "/api/v1/health", Summary: "Can the server and its database work?", open: true}, h.health)
	read(to, op{ID: "live", Path: "/api/v1/health/live", Summary: "Does the process answer?", open: true}, h.live)
}

// health is GET /api/v1/health: ready, with the database asked.
func (h *Handler) health(ctx context.Context, _ request) (api.Health, error) {
	if err := h.options.Health(ctx); err != nil {
		if problem.KindOf(err) != problem.Unavailable {
			err = errDatabase.With(err)
		}
		return api.Health{}, err
	}
	out := api.Health{Status: "ok", Database: "ok", Version: h.options.Version}
	if h.options.Inbox != nil {
		inbox, err := h.options.Inbox(ctx)
		if err != nil {
			return out, err
		}
		out.Inbox = &api.Inbox{Waiting: inbox.Waiting, SetAside: inbox.SetAside}
		if !inbox.Oldest.IsZero() {
			out.Inbox.Age = max(0, int(h.options.Clock().Sub(inbox.Oldest).Seconds()))
		}
	}
	if h.options.Contact != nil {
		contact, err := h.options.Contact(ctx)
		if err != nil {
			return out, err
		}
		out.Stations = &api.StationContact{Working: contact.Working, Silent: contact.Silent}
		if contact.Silent > 0 {
			out.Stations.Age = max(0, int(h.options.Clock().Sub(contact.Since).Seconds()))
		}
	}
	if h.options.Current == nil {
		return out, nil
	}
	current, err := h.options.Current(ctx)
	out.Restart = !current
	return out, err
}

// live is GET /api/v1/health/live: the process answers, and nothing else is asked.
func (h *Handler) live(context.Context, request) (api.Health, error) {
	return api.Health{Status: "ok", Version: h.options.Version}, nil
}

var errDatabase = problem.New(problem.Unavailable, "database-unavailable",
	"Databasen svarar inte. Beställningar tas inte emot just nu; försök igen om en stund.",
	"The database does not answer. Orders are not taken now; try again in a while.")
