package restapi

import (
	"context"

	"hemnyckel/api"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

// Addresses keeps clients' addresses current. casework.Service is one.
type Addresses interface {
	CorrectAddress(ctx context.Context, who routine.Who, clientID string, in casework.NewAddress) (casework.AddressChange, error)
	Addresses(ctx context.Context, who routine.Who, clientID string) ([]casework.AddressChange, error)
}

// addresses are the operations about them (V5.7-b).
func (h *Handler) addresses(to *routes) {
	roles := []routine.Role{routine.LockManager, routine.CaseOfficer}
	const all = "/api/v1/clients/{id}/addresses"
	create(to, op{ID: "correct-address", Path: all, Summary: "Correct a client's address", Roles: roles,
		Doc: "For a street that was renamed or a number that was wrong: the door is the same, and everybody who lives there follows. The answer is what the address was."}, nil,
		func(ctx context.Context, r request, in api.NewAddress) (api.AddressChange, error) {
			c, err := h.options.Addresses.CorrectAddress(ctx, r.Who, r.id("id"), casework.NewAddress{Street: in.Street, Apartment: in.Apartment,
				PostalCode: in.PostalCode, Town: in.Town, Reason: in.Reason})
			return wireAddress(c), err
		})
	list(to, op{ID: "list-addresses", Path: all, Summary: "What a client's address has been", Roles: roles, Doc: "The newest correction first. That it was read is noted."},
		func(ctx context.Context, r request, _ struct{}, _ page) ([]api.AddressChange, string, error) {
			found, err := h.options.Addresses.Addresses(ctx, r.Who, r.id("id")) // at most 200
			rows, _ := cut(found, len(found), wireAddress, nil)
			return rows, "", err
		})
}

func wireAddress(c casework.AddressChange) api.AddressChange {
	return api.AddressChange{ID: c.ID, At: c.At, Reason: c.Reason, Street: c.Was.Street, Apartment: c.Was.Apartment, PostalCode: c.Was.PostalCode, Town: c.Was.Town}
}
