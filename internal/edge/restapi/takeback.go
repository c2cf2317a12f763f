package restapi

import (
	"context"
	"net/http"

	"hemnyckel/api"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

// orderLives are the operations about orders that are taken back, and about what orders rest on: who may have a lock, and by
// which number a client is known.
func (h *Handler) orderLives(to *routes) {
	const one, exceptions = "/api/v1/orders/{id}", "/api/v1/lock-exceptions"
	judges := []routine.Role{routine.LockManager, routine.CaseOfficer}
	change(to, http.MethodPost, op{ID: "withdraw-order", Path: one + "/withdraw", Summary: "Take an order back", Roles: orderers(),
		Doc: "By the organisation that placed it, until it takes effect. Services, access and work are as if it had never come."}, h.order, h.withdrawOrder)
	change(to, http.MethodPost, op{ID: "return-order", Path: one + "/return", Summary: "Return an order to its orderer", Roles: lockManager(),
		Doc: "With a reason, while nothing has happened that cannot be taken back."}, h.order, h.returnOrder)
	create(to, op{ID: "record-lock-exception", Path: exceptions, Summary: "Record that there shall be no lock at a client's", Roles: judges,
		Doc: "For a technical obstacle or another reason. Mounting that was to be done there is withdrawn, and orders propose none."}, nil, h.recordException)
	create(to, op{ID: "lift-lock-exception", Path: exceptions + "/lift", Summary: "Lift an exception", Status: http.StatusNoContent, Roles: judges,
		Doc: "A lock that is wanted now is ordered."}, nil, h.liftException)
	create(to, op{ID: "renumber-client", Path: "/api/v1/clients/renumber", Summary: "Change a client's identity number", Status: http.StatusNoContent,
		Roles: append(judges, routine.SystemOwner), Doc: "As when a coordination number becomes a personal number."}, nil, h.renumber)
}

func (h *Handler) withdrawOrder(ctx context.Context, r request, in api.OrderAnswer) (api.PlacedOrder, error) {
	return h.takeBack(ctx, r, in, h.options.Orders.Withdraw)
}

func (h *Handler) returnOrder(ctx context.Context, r request, in api.OrderAnswer) (api.PlacedOrder, error) {
	return h.takeBack(ctx, r, in, h.options.Orders.Return)
}

func (h *Handler) takeBack(ctx context.Context, r request, in api.OrderAnswer,
	how func(context.Context, casework.Orderer, string, string) (casework.Order, error)) (api.PlacedOrder, error) {
	if err := checkText("reason", in.Reason, 500); err != nil {
		return api.PlacedOrder{}, err
	}
	o, err := how(ctx, r.orderer(), r.id("id"), in.Reason)
	return h.wire(o), err
}

func (h *Handler) recordException(ctx context.Context, r request, in api.NewLockException) (api.LockException, error) {
	number, err := h.number(in.PersonalNumber)
	if err == nil {
		err = checkText("reason", in.Reason, 500)
	}
	if err != nil {
		return api.LockException{}, err
	}
	e, err := h.options.Orders.RecordException(ctx, r.Who, number, casework.ExceptionKind(in.Kind), in.Reason)
	return api.LockException{DwellingID: e.DwellingID, Kind: string(e.Kind), Reason: e.Reason, At: e.At.UTC()}, err
}

func (h *Handler) liftException(ctx context.Context, r request, in api.LiftedException) (none, error) {
	number, err := h.number(in.PersonalNumber)
	if err != nil {
		return none{}, err
	}
	return none{}, h.options.Orders.LiftException(ctx, r.Who, number)
}

func (h *Handler) renumber(ctx context.Context, r request, in api.Renumbering) (none, error) {
	old, err := h.number(in.PersonalNumber)
	if err != nil {
		return none{}, err
	}
	now, err := h.number(in.NewNumber)
	if err != nil {
		return none{}, asField(err, "new_number")
	}
	return none{}, h.options.Orders.Renumber(ctx, r.Who, old, now)
}
