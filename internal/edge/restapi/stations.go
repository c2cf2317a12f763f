package restapi

import (
	"context"
	"net/http"
	"net/url"

	"hemnyckel/api"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

// stations are the operations of where stations stand and whether they work (V2.4-a, V2.5-c).
func (h *Handler) stations(to *routes) {
	list(to, op{ID: "list-stations", Path: "/api/v1/stations", Summary: "List sync stations", Roles: anyone(), Doc: "By name."}, h.listStations)
	read(to, op{ID: "read-station", Path: "/api/v1/stations/{name}", Summary: "Read a station, and which working ones are nearest", Roles: anyone()}, h.station)
	act := func(id, path, summary string) op {
		return op{ID: id, Path: "/api/v1/stations/{name}/" + path, Summary: summary, Roles: tenders()}
	}
	change(to, http.MethodPost, act("station-out", "out", "Say that a station does not work; answers with where to go instead"), h.station, h.stationOut)
	change(to, http.MethodPost, act("station-back", "back", "Say that a station works again"), h.station, h.stationBack)
	change(to, http.MethodPut, act("place-station", "place", "Say where a station stands"), h.station, h.placeStation)
	blocking := act("block-station", "block", "Take a station's trust away for good")
	blocking.Roles = []routine.Role{routine.LockManager, routine.SystemOwner}
	change(to, http.MethodPost, blocking, h.station, h.blockStation)
}

// listStations makes pages of all stations; a municipality has some dozens.
func (h *Handler) listStations(ctx context.Context, _ request, _ struct{}, p page) ([]api.Station, string, error) {
	all, err := h.options.Fleet.Sites.List(ctx)
	for len(all) > 0 && all[0].Name <= p.After {
		all = all[1:]
	}
	rows, next := cut(all, p.Limit, wireStation, func(s fleet.Station) string { return s.Name })
	return rows, next, err
}

func wireStation(s fleet.Station) api.Station {
	return api.Station{Name: s.Name, Street: s.Street, PostalCode: s.PostalCode, Town: s.Town, Works: s.Works(), OutSince: moment(s.OutSince), Reason: s.OutReason,
		LastSeen: moment(s.LastSeen), Faults: "/api/v1/faults?thing=station&label=" + url.QueryEscape(s.Name)}
}

func (h *Handler) station(ctx context.Context, r request) (api.StationDetails, error) {
	s, near, err := h.options.Fleet.Sites.Station(ctx, r.id("name"))
	return wireDetails(s, near), err
}

func wireDetails(s fleet.Station, near []fleet.Station) api.StationDetails {
	out := api.StationDetails{Station: wireStation(s), Nearest: []api.Station{}}
	for _, n := range near {
		out.Nearest = append(out.Nearest, wireStation(n))
	}
	return out
}

func (h *Handler) stationOut(ctx context.Context, r request, in api.KeyReason) (api.StationDetails, error) {
	if _, err := h.options.Fleet.Sites.Out(ctx, r.Who, r.id("name"), in.Reason); err != nil {
		return api.StationDetails{}, err
	}
	return h.station(ctx, r)
}

func (h *Handler) stationBack(ctx context.Context, r request, _ none) (none, error) {
	return none{}, h.options.Fleet.Sites.Back(ctx, r.Who, r.id("name"))
}

func (h *Handler) placeStation(ctx context.Context, r request, in api.StationPlace) (none, error) {
	return none{}, h.options.Fleet.Sites.Place(ctx, r.Who, r.id("name"), in.Street, in.PostalCode, in.Town)
}

func (h *Handler) blockStation(ctx context.Context, r request, in api.KeyReason) (none, error) {
	return none{}, h.options.Fleet.Sites.Block(ctx, r.Who, r.id("name"), in.Reason)
}
