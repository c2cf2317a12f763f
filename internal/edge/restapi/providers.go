package restapi

import (
	"context"
	"strconv"

	"hemnyckel/api"
	"hemnyckel/internal/domain/identity"
)

// providers are the operations of what providers hand in (S-f, S-k).
func (h *Handler) providers(to *routes) {
	list(to, op{ID: "list-providers", Path: "/api/v1/providers", Summary: "List providers and what is expected of them", Roles: tenders(), Doc: "By organisation number. One sees itself."}, h.listProviders)
	create(to, op{ID: "submit-phones", Path: "/api/v1/providers/{organisation}/phones", Summary: "Hand in the whole list of phone subscriptions", Roles: employers(),
		Doc: "A changed list is a new version."}, nil, h.submitPhones)
	read(to, op{ID: "read-phones", Path: "/api/v1/providers/{organisation}/phones/{version}", Summary: "Read a version of the list of phones; 0 is the newest", Roles: employers()}, h.phones)
	create(to, op{ID: "file-routine", Path: "/api/v1/providers/{organisation}/routines", Summary: "Keep a provider's own routine on file", Roles: employers()}, nil, h.fileRoutine)
	read(to, op{ID: "read-routines", Path: "/api/v1/providers/{organisation}/routines", Summary: "Read what a provider has on file", Roles: employers()}, h.routines)
}

func (h *Handler) listProviders(ctx context.Context, r request, _ struct{}, p page) ([]api.ProviderStatus, string, error) {
	all, err := h.options.Fleet.People.Organisations(ctx, r.Who, p.After, p.Limit+1)
	rows, next := cut(all, p.Limit, func(o identity.Organisation) api.ProviderStatus {
		return api.ProviderStatus{Organisation: o.OrgNumber, Name: o.Name, Private: o.Private, Staff: o.StaffInDuty, RoutineUntil: moment(o.RoutineUntil),
			RoutineDue: o.RoutineDue, PhoneList: o.PhoneList, OrdersAwaiting: o.OrdersAwaiting}
	}, func(o identity.Organisation) string { return o.OrgNumber })
	return rows, next, err
}

func (h *Handler) submitPhones(ctx context.Context, r request, in api.NewPhones) (api.Phones, error) {
	c, err := h.options.Fleet.People.SubmitPhones(ctx, r.Who, groupName(r.id("organisation")), in.Numbers)
	out := wirePhones(c.PhoneList)
	out.Added, out.Removed, out.Same = c.Added, c.Removed, c.Same
	return out, err
}

func wirePhones(l identity.PhoneList) api.Phones {
	return api.Phones{Version: l.Version, At: l.At.UTC(), Numbers: append([]string{}, l.Numbers...)}
}

func (h *Handler) phones(ctx context.Context, r request) (api.Phones, error) {
	version, err := strconv.Atoi(r.id("version"))
	if err != nil || version < 0 {
		return api.Phones{}, identity.ErrNoPhoneList
	}
	l, err := h.options.Fleet.People.Phones(ctx, r.Who, groupName(r.id("organisation")), version)
	return wirePhones(l), err
}

func (h *Handler) fileRoutine(ctx context.Context, r request, in api.NewRoutine) (api.FiledRoutine, error) {
	filed := identity.FiledRoutine{Title: in.Title, Reference: in.Reference}
	var err error
	if filed.Received, err = r.day("received", in.Received); err != nil {
		return api.FiledRoutine{}, err
	}
	if filed.ValidUntil, err = r.day("valid_until", in.ValidUntil); err != nil {
		return api.FiledRoutine{}, err
	}
	filed, err = h.options.Fleet.People.FileRoutine(ctx, r.Who, groupName(r.id("organisation")), filed)
	return wireRoutine(filed), err
}

func wireRoutine(f identity.FiledRoutine) api.FiledRoutine {
	return api.FiledRoutine{Title: f.Title, Reference: f.Reference, Received: f.Received.UTC(), ValidUntil: f.ValidUntil.UTC()}
}

func (h *Handler) routines(ctx context.Context, r request) (api.FiledRoutines, error) {
	all, err := h.options.Fleet.People.Routines(ctx, r.Who, groupName(r.id("organisation")))
	out := api.FiledRoutines{Routines: []api.FiledRoutine{}}
	for _, f := range all {
		out.Routines = append(out.Routines, wireRoutine(f))
	}
	return out, err
}
