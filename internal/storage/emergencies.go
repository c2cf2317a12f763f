package storage

import (
	"context"
	"time"

	"hemnyckel/internal/domain/identity"
)

var _ identity.EmergencyTx = (*Tx)(nil)

const emergencyColumns = `e.id, e.actor, e.role, e.organisation, e.client_id, e.reason, e.from_us, e.until_us, e.review_us, e.escalated_us, e.reviewed_us,
	e.reviewed_by, e.verdict, e.note`

const emergencySource = emergencyColumns + `, COALESCE(a.name, '') FROM emergencies e LEFT JOIN accounts a ON e.actor = 'account:' || a.id`

func scanEmergency(r row) (identity.Emergency, error) {
	var e identity.Emergency
	err := r.Scan(&e.ID, &e.Who.Actor, &e.Who.Role, &e.Who.Organisation, &e.ClientID, &e.Reason, (*zeroTime)(&e.From), (*zeroTime)(&e.Until),
		(*zeroTime)(&e.ReviewBefore), (*zeroTime)(&e.Escalated), (*zeroTime)(&e.Reviewed), &e.ReviewedBy, &e.Verdict, &e.Note, &e.Name)
	return e, err
}

// ClientExists implements identity.EmergencyTx.
func (tx *Tx) ClientExists(ctx context.Context, id string) (bool, error) {
	_, ok, err := one(ctx, tx, column[string], `SELECT id FROM clients WHERE id = $1`, id)
	return ok, err
}

// ClientNumbered implements identity.EmergencyTx.
func (tx *Tx) ClientNumbered(ctx context.Context, personalNumber string) (string, error) {
	id, _, err := one(ctx, tx, column[string], `SELECT id FROM clients WHERE personal_number = $1`, personalNumber)
	return id, err
}

// InsertEmergency implements identity.EmergencyTx.
func (tx *Tx) InsertEmergency(ctx context.Context, e identity.Emergency) error {
	_, err := tx.exec(ctx, `INSERT INTO emergencies (id, actor, role, organisation, client_id, reason, from_us, until_us, review_us, escalated_us, reviewed_us,
		reviewed_by, verdict, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', '', '')`,
		e.ID, e.Who.Actor, string(e.Who.Role), e.Who.Organisation, e.ClientID, e.Reason, us(e.From), us(e.Until), us(e.ReviewBefore))
	return err
}

// EmergencyByID implements identity.EmergencyTx.
func (tx *Tx) EmergencyByID(ctx context.Context, id string) (identity.Emergency, bool, error) {
	return one(ctx, tx, scanEmergency, `SELECT `+emergencySource+` WHERE e.id = $1`, id)
}

// EmergencyUntil implements identity.EmergencyTx.
func (tx *Tx) EmergencyUntil(ctx context.Context, actor, clientID string, t time.Time) (time.Time, error) {
	n, _, err := one(ctx, tx, column[int64], `SELECT COALESCE(MAX(until_us), 0) FROM emergencies WHERE client_id = $1 AND actor = $2 AND until_us > $3`, clientID, actor, us(t))
	return fromZeroUS(n), err
}

// Emergencies implements identity.EmergencyTx.
func (tx *Tx) Emergencies(ctx context.Context, f identity.EmergencyFilter, limit int) ([]identity.Emergency, error) {
	var q where
	q.is(pick(f.Reviewed, "e.reviewed_us > 0", "e.reviewed_us = 0"))
	q.equal("e.organisation", f.Organisation)
	q.equal("e.role", string(f.Role))
	order := pick(f.Reviewed, "e.reviewed_us DESC, e.id", "e.review_us, e.id")
	return collect(ctx, tx, scanEmergency, `SELECT `+emergencySource+q.text+` ORDER BY `+order+q.limit(limit), q.args...)
}

// OverdueEmergencies implements identity.EmergencyTx.
func (tx *Tx) OverdueEmergencies(ctx context.Context, t time.Time, limit int) ([]identity.Emergency, error) {
	return collect(ctx, tx, scanEmergency, `SELECT `+emergencySource+` WHERE e.reviewed_us = 0 AND e.review_us <= $1 AND e.escalated_us = 0 ORDER BY e.review_us LIMIT $2`, us(t), limit)
}

// SetReview implements identity.EmergencyTx.
func (tx *Tx) SetReview(ctx context.Context, e identity.Emergency) error {
	_, err := tx.exec(ctx, `UPDATE emergencies SET escalated_us = $2, reviewed_us = $3, reviewed_by = $4, verdict = $5, note = $6 WHERE id = $1`,
		e.ID, usOrZero(e.Escalated), usOrZero(e.Reviewed), e.ReviewedBy, string(e.Verdict), e.Note)
	return err
}
