package casework

import (
	"context"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
)

// OrderFilter narrows a list of orders. The zero value takes all.
type OrderFilter struct {
	State        State
	Kind         routine.OrderKind
	Since        time.Time // received then or later
	Organisation string    // who ordered; set by the service for those who see only their own
	PlacedBy     string    // the account of the person who wrote it
}

// OrderPlace is where a list of orders goes on: after the order that was received then and has that id.
type OrderPlace struct {
	Received time.Time
	ID       string
}

// String is the place as text.
func (p OrderPlace) String() string {
	return strconv.FormatInt(p.Received.UnixMicro(), 10) + "." + p.ID
}

// parsePlace reads a place; "" is the beginning.
func parsePlace(text string) (OrderPlace, error) {
	if text == "" {
		return OrderPlace{}, nil
	}
	at, id, _ := strings.Cut(text, ".")
	us, err := strconv.ParseInt(at, 10, 64)
	if err != nil || id == "" {
		return OrderPlace{}, ErrPlace
	}
	return OrderPlace{time.UnixMicro(us), id}, nil
}

// ErrPlace says that a list cannot go on from there.
var ErrPlace = problem.New(problem.Invalid, "list-place",
	"Listan kan inte fortsätta därifrån. Börja om från början.", "The list cannot go on from there. Begin again.")

// seesAllOrders are the roles that see every organisation's orders: the worklist is one (V5.1-a).
func seesAllOrders(r routine.Role) bool {
	return r == routine.CaseOfficer || r == routine.LockManager || r == routine.SystemOwner
}

// Orders returns at most limit orders, the newest first, beginning after the place after, and the place to go on from,
// or "". The tasks are not with them. Others than the municipality's own functions see what their organisation has
// ordered.
func (s *Service) Orders(ctx context.Context, who Orderer, f OrderFilter, after string, limit int) ([]Order, string, error) {
	if !seesAllOrders(who.Role) {
		if who.Organisation == "" {
			return nil, "", ErrMayNot
		}
		f.Organisation = who.Organisation
	}
	place, err := parsePlace(after)
	if err != nil {
		return nil, "", err
	}
	var found []Order
	err = s.db.View(ctx, func(tx Tx) (err error) {
		found, err = tx.OrderPage(ctx, f, place, limit+1)
		return err
	})
	if err != nil || len(found) <= limit {
		return found, "", err
	}
	return found[:limit], OrderPlace{found[limit-1].Received, found[limit-1].ID}.String(), nil
}
