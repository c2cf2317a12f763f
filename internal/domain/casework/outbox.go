package casework

import (
	"context"
	"encoding/json"
	"fmt"

	"hemnyckel/internal/domain/notify"
)

// Outbox is the messages on their way out, with what follows for cases when one arrives.
type Outbox struct {
	*notify.Service
	cases *Service
}

// NewOutbox returns the outbox of the municipality whose webhooks these are.
func (s *Service) NewOutbox(webhooks *notify.Service) Outbox { return Outbox{webhooks, s} }

// Settle stores how an attempt went. A system that has taken in what it was told about a client's lock has thereby
// acknowledged it (V5.2-a).
func (o Outbox) Settle(ctx context.Context, id string, r notify.Result) error {
	return o.cases.db.Update(ctx, func(tx Tx) error {
		before, ok, err := tx.MessageByID(ctx, id)
		if err != nil || !ok {
			return err
		}
		after, err := notify.Settle(ctx, tx, id, r)
		if err != nil || after.State != notify.Sent || before.State == notify.Sent || after.Event != notify.LockDocumented {
			return err
		}
		var told struct {
			Data documentedData `json:"data"`
		}
		if err := json.Unmarshal([]byte(before.Body), &told); err != nil {
			return fmt.Errorf("casework: message %s: %w", id, err)
		}
		hook, ok, err := tx.WebhookByID(ctx, after.WebhookID)
		if err != nil || !ok {
			return err
		}
		return o.cases.acknowledge(ctx, tx, "webhook:"+hook.ID, hook.Target, []int64{told.Data.Seq})
	})
}
