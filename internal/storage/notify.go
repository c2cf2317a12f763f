package storage

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/notify"
)

const webhookColumns = `id, name, url, events, organisation, target, state, secret, old_secret, old_until_us, created_us`

func scanWebhook(r row) (notify.Webhook, error) {
	var w notify.Webhook
	var events string
	var until, created int64
	err := r.Scan(&w.ID, &w.Name, &w.URL, &events, &w.Organisation, &w.Target, &w.State, &w.Secret, &w.OldSecret, &until, &created)
	for _, e := range strings.Fields(events) {
		w.Events = append(w.Events, notify.EventType(e))
	}
	w.OldUntil, w.Created = fromZeroUS(until), fromUS(created)
	return w, err
}

// Webhooks implements notify.Tx.
func (tx *Tx) Webhooks(ctx context.Context) ([]notify.Webhook, error) {
	return collect(ctx, tx, scanWebhook, `SELECT `+webhookColumns+` FROM webhooks WHERE state <> 'removed' ORDER BY name LIMIT $1`, int64(notify.MaxWebhooks))
}

// WebhookByID implements notify.Tx.
func (tx *Tx) WebhookByID(ctx context.Context, id string) (notify.Webhook, bool, error) {
	return one(ctx, tx, scanWebhook, `SELECT `+webhookColumns+` FROM webhooks WHERE id = $1`, id)
}

// PutWebhook implements notify.Tx. A removed one gives its name free and keeps no secret.
func (tx *Tx) PutWebhook(ctx context.Context, w notify.Webhook) error {
	events := make([]string, len(w.Events))
	for i, e := range w.Events {
		events[i] = string(e)
	}
	if w.State == notify.Removed {
		w.Name, w.Secret, w.OldSecret = w.Name+" "+w.ID, []byte{}, []byte{}
	}
	if w.OldSecret == nil {
		w.OldSecret = []byte{}
	}
	return tx.later(ctx, `INSERT INTO webhooks (`+webhookColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, events = excluded.events, state = excluded.state,
		secret = excluded.secret, old_secret = excluded.old_secret, old_until_us = excluded.old_until_us`,
		w.ID, w.Name, w.URL, strings.Join(events, " "), w.Organisation, w.Target, string(w.State), w.Secret, w.OldSecret, usOrZero(w.OldUntil), us(w.Created))
}

const messageColumns = `id, webhook_id, event, subject, body, state, attempts, next_us, created_us, done_us, failure`

func scanMessage(r row) (notify.Message, error) {
	var m notify.Message
	var next, created, done int64
	err := r.Scan(&m.ID, &m.WebhookID, &m.Event, &m.Subject, &m.Body, &m.State, &m.Attempts, &next, &created, &done, &m.Failure)
	m.Next, m.Created, m.Done = fromUS(next), fromUS(created), fromZeroUS(done)
	return m, err
}

// InsertMessages implements notify.Tx.
func (tx *Tx) InsertMessages(ctx context.Context, messages []notify.Message) error {
	for _, m := range messages {
		err := tx.later(ctx, `INSERT INTO outbox (`+messageColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			m.ID, m.WebhookID, string(m.Event), m.Subject, m.Body, string(m.State), int64(m.Attempts), us(m.Next), us(m.Created), usOrZero(m.Done), m.Failure)
		if err != nil {
			return err
		}
	}
	return nil
}

// DueMessages implements notify.Tx.
func (tx *Tx) DueMessages(ctx context.Context, t time.Time, limit int) ([]notify.Message, error) {
	return collect(ctx, tx, scanMessage, `SELECT `+messageColumns+` FROM outbox WHERE state = 'waiting' AND next_us <= $1
		AND webhook_id IN (SELECT id FROM webhooks WHERE state = 'active') ORDER BY next_us LIMIT $2`, us(t), int64(limit))
}

// MessageByID implements notify.Tx.
func (tx *Tx) MessageByID(ctx context.Context, id string) (notify.Message, bool, error) {
	return one(ctx, tx, scanMessage, `SELECT `+messageColumns+` FROM outbox WHERE id = $1`, id)
}

// PutMessage implements notify.Tx.
func (tx *Tx) PutMessage(ctx context.Context, m notify.Message) error {
	return tx.later(ctx, `UPDATE outbox SET body = $1, state = $2, attempts = $3, next_us = $4, done_us = $5, failure = $6 WHERE id = $7`,
		m.Body, string(m.State), int64(m.Attempts), us(m.Next), usOrZero(m.Done), m.Failure, m.ID)
}

// MessagePage implements notify.Tx.
func (tx *Tx) MessagePage(ctx context.Context, webhookID string, state notify.MessageState, after string, limit int) ([]notify.Message, error) {
	var q where
	q.equal("webhook_id", webhookID)
	q.equal("state", string(state))
	if after != "" {
		q.and("id < ", after)
	}
	return collect(ctx, tx, scanMessage, `SELECT `+messageColumns+` FROM outbox`+q.text+` ORDER BY id DESC`+q.limit(limit), q.args...)
}

// GiveUp implements notify.Tx.
func (tx *Tx) GiveUp(ctx context.Context, webhookID string, t time.Time, failure string) error {
	return tx.later(ctx, `UPDATE outbox SET state = 'dead', done_us = $2, body = '', failure = $3 WHERE webhook_id = $1 AND state IN ('waiting', 'dead') AND body <> ''`,
		webhookID, us(t), failure)
}

// DropMessages implements notify.Tx: both by the index on state and end.
func (tx *Tx) DropMessages(ctx context.Context, t time.Time, limit int) (int, error) {
	n, err := tx.exec(ctx, `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE (state = 'sent' OR state = 'dead' AND body = '')
		AND done_us < $1 AND done_us > 0 ORDER BY done_us LIMIT $2)`, us(t), int64(limit))
	return int(n), err
}

// DropRequests forgets at most limit requests that were carried out before t, and returns how many.
func (tx *Tx) DropRequests(ctx context.Context, t time.Time, limit int) (int, error) {
	n, err := tx.exec(ctx, `DELETE FROM requests WHERE (owner, operation, key) IN (SELECT owner, operation, key FROM requests
		WHERE at_us < $1 ORDER BY at_us LIMIT $2)`, us(t), int64(limit))
	return int(n), err
}

var _ notify.Tx = (*Tx)(nil)
