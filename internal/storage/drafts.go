package storage

import (
	"context"
	"encoding/json"
	"time"

	"hemnyckel/internal/domain/casework"
)

const draftColumns = `id, owner, organisation, role, kind, COALESCE(client_id, ''), body, version, changed_us, COALESCE(order_id, '')`

func scanDraft(r row) (casework.Draft, error) {
	var d casework.Draft
	var body string
	var changed int64
	if err := r.Scan(&d.ID, &d.Owner, &d.Organisation, &d.Role, &d.Kind, &d.ClientID, &body, &d.Version, &changed, &d.OrderID); err != nil {
		return d, err
	}
	d.Changed = fromUS(changed)
	return d, json.Unmarshal([]byte(body), &d.Answers)
}

// InsertDraft implements casework.DraftTx.
func (tx *Tx) InsertDraft(ctx context.Context, d casework.Draft) error {
	body, err := json.Marshal(d.Answers)
	if err != nil {
		return err
	}
	return tx.later(ctx, `INSERT INTO order_drafts (id, owner, organisation, role, kind, client_id, body, version, changed_us, order_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, d.ID, d.Owner, d.Organisation, string(d.Role), string(d.Kind), orNull(d.ClientID),
		string(body), d.Version, us(d.Changed), orNull(d.OrderID))
}

// PutDraft implements casework.DraftTx.
func (tx *Tx) PutDraft(ctx context.Context, d casework.Draft) error {
	body, err := json.Marshal(d.Answers)
	if err != nil {
		return err
	}
	return tx.later(ctx, `UPDATE order_drafts SET client_id = $1, body = $2, version = $3, changed_us = $4, order_id = $5 WHERE id = $6`,
		orNull(d.ClientID), string(body), d.Version, us(d.Changed), orNull(d.OrderID), d.ID)
}

// DraftByID implements casework.DraftTx.
func (tx *Tx) DraftByID(ctx context.Context, id string) (casework.Draft, bool, error) {
	return one(ctx, tx, scanDraft, `SELECT `+draftColumns+` FROM order_drafts WHERE id = $1`, id)
}

// DraftsOf implements casework.DraftTx.
func (tx *Tx) DraftsOf(ctx context.Context, owner string, limit int) ([]casework.Draft, error) {
	return collect(ctx, tx, scanDraft, `SELECT `+draftColumns+` FROM order_drafts WHERE owner = $1 AND order_id IS NULL
		ORDER BY changed_us DESC, id LIMIT $2`, owner, limit)
}

// DeleteDraft implements casework.DraftTx.
func (tx *Tx) DeleteDraft(ctx context.Context, id string) error {
	return tx.later(ctx, `DELETE FROM order_drafts WHERE id = $1`, id)
}

// DropDrafts implements casework.DraftTx.
func (tx *Tx) DropDrafts(ctx context.Context, since time.Time) error {
	return tx.later(ctx, `DELETE FROM order_drafts WHERE id IN (SELECT id FROM order_drafts WHERE changed_us < $1 ORDER BY changed_us LIMIT 100)`, us(since))
}
