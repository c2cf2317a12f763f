package storage

import (
	"context"
	"time"

	"hemnyckel/internal/domain/identity"
)

// StaffID implements identity.StaffTx.
func (tx *Tx) StaffID(ctx context.Context, employeeNumber string) (string, error) {
	id, _, err := one(ctx, tx, column[string], `SELECT id FROM staff WHERE employee_number = $1`, employeeNumber)
	return id, err
}

// StaffByBadge implements identity.StaffTx.
func (tx *Tx) StaffByBadge(ctx context.Context, badgeHash string) (string, error) {
	id, _, err := one(ctx, tx, column[string], `SELECT id FROM staff WHERE badge_hash = $1`, badgeHash)
	return id, err
}

// SetStaffBadge implements identity.StaffTx.
func (tx *Tx) SetStaffBadge(ctx context.Context, staffID, badgeHash, pinVerifier string) error {
	return tx.later(ctx, `UPDATE staff SET badge_hash = $2, pin_verifier = $3 WHERE id = $1`, staffID, badgeHash, pinVerifier)
}

// StaffVerifiers implements identity.StaffTx.
func (tx *Tx) StaffVerifiers(ctx context.Context, t time.Time) ([]identity.StaffVerifier, error) {
	var all []identity.StaffVerifier
	err := each(ctx, tx, func(r row) error {
		var v identity.StaffVerifier
		var g identity.StaffGroup
		var from, until int64
		if err := r.Scan(&v.StaffID, &v.Pseudonym, &v.BadgeHash, &v.PIN, &g.Number, &from, &until); err != nil {
			return err
		}
		g.From, g.Until = fromUS(from), fromUS(until)
		if n := len(all); n == 0 || all[n-1].StaffID != v.StaffID {
			all = append(all, v)
		}
		last := &all[len(all)-1]
		last.Groups = append(last.Groups, g)
		return nil
	}, `SELECT s.id, s.pseudonym, s.badge_hash, s.pin_verifier, g.number, m.from_us, m.until_us
		FROM staff s JOIN staff_groups m ON m.staff_id = s.id JOIN care_groups g ON g.id = m.group_id
		WHERE s.badge_hash IS NOT NULL AND s.pin_verifier IS NOT NULL AND m.until_us > $1 ORDER BY s.id, g.number`, us(t))
	return all, err
}

var _ identity.StaffTx = (*Tx)(nil)
