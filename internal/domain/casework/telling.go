package casework

import (
	"context"

	"hemnyckel/internal/domain/notify"
)

// tellOrder lets other systems hear that an order has come, or come further. Its orderer's own systems hear of it too.
func (s *Service) tellOrder(ctx context.Context, tx Tx, o Order) error {
	return notify.Tell(ctx, tx, notify.Event{Type: notify.OrderChanged, Subject: o.ID, Organisation: o.Orderer, Data: struct {
		ID    string `json:"order_id"`
		Kind  string `json:"kind"`
		State string `json:"state"`
		Link  string `json:"link"`
	}{o.ID, string(o.Kind), string(o.State), "/api/v1/orders/" + o.ID}})
}

// tellOrders tells of orders whose state another change has changed.
func (s *Service) tellOrders(ctx context.Context, tx Tx, ids []string) error {
	for _, id := range ids {
		o, ok, err := tx.OrderByID(ctx, id)
		if err != nil || !ok {
			return err
		}
		if err := s.tellOrder(ctx, tx, o); err != nil {
			return err
		}
	}
	return nil
}

// tellTask lets the municipality's systems hear that work has been changed: booked, done, withdrawn.
func (s *Service) tellTask(ctx context.Context, tx Tx, t Task, change string) error {
	return notify.Tell(ctx, tx, notify.Event{Type: notify.TaskChanged, Subject: t.ID, Data: struct {
		ID     string `json:"task_id"`
		Kind   string `json:"kind"`
		Change string `json:"change"`
		Link   string `json:"link"`
	}{t.ID, string(t.Kind), change, "/api/v1/tasks/" + t.ID}})
}
