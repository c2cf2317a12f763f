package storage

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/identity"
)

const assignmentColumns = `id, account_id, role, organisation, areas, lead, from_us, until_us, given_by, given_us`

func scanAssignment(r row) (identity.Assignment, error) {
	var a identity.Assignment
	var areas string
	var lead int64
	err := r.Scan(&a.ID, &a.AccountID, &a.Role, &a.Organisation, &areas, &lead, (*zeroTime)(&a.From), (*zeroTime)(&a.Until), &a.GivenBy, (*zeroTime)(&a.Given))
	a.Areas, a.Lead = strings.Fields(areas), lead != 0
	return a, err
}

// InsertAssignment implements identity.AccountTx.
func (tx *Tx) InsertAssignment(ctx context.Context, a identity.Assignment) error {
	_, err := tx.exec(ctx, `INSERT INTO assignments (`+assignmentColumns+`, ended_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '')`,
		a.ID, a.AccountID, string(a.Role), a.Organisation, strings.Join(a.Areas, " "), bit(a.Lead), us(a.From), us(a.Until), a.GivenBy, us(a.Given))
	return err
}

// AssignmentByID implements identity.AccountTx.
func (tx *Tx) AssignmentByID(ctx context.Context, id string) (identity.Assignment, bool, error) {
	return one(ctx, tx, scanAssignment, `SELECT `+assignmentColumns+` FROM assignments WHERE id = $1`, id)
}

// Assignments implements identity.AccountTx.
func (tx *Tx) Assignments(ctx context.Context, accountID string, t time.Time) ([]identity.Assignment, error) {
	return collect(ctx, tx, scanAssignment, `SELECT `+assignmentColumns+` FROM assignments WHERE account_id = $1 AND until_us > $2 ORDER BY id`, accountID, us(t))
}

// employed is the condition that whoever has an assignment s still works there at an instant, in SQL: for a role that is held in groups
// their time in the organisation's groups says so, those that the role is for if they have been in any. Who was in none of its groups
// is bound by the assignment's own time alone.
func employed(s, at string) string {
	now := `CASE WHEN m.from_us <= ` + at + ` AND m.until_us > ` + at + ` THEN 1 ELSE 0 END`
	return `(` + s + `.role NOT IN ('provider', 'health-unit', 'delivery', 'alarm-team') OR COALESCE((
		SELECT COALESCE(MAX(CASE WHEN ` + s + `.role || ' ' || w.kind IN ('provider homecare', 'provider rural', 'health-unit health', 'delivery shopping', 'alarm-team alarm')
			THEN ` + now + ` END), MAX(` + now + `))
		FROM accounts b JOIN staff_groups m ON m.staff_id = b.staff_id JOIN care_groups w ON w.id = m.group_id JOIN providers o ON o.id = w.provider_id
		WHERE b.id = ` + s + `.account_id AND o.org_number = ` + s + `.organisation), 1) = 1)`
}

// HoldingAssignments implements identity.AccountTx.
func (tx *Tx) HoldingAssignments(ctx context.Context, accountID string, t time.Time) ([]identity.Assignment, error) {
	return collect(ctx, tx, scanAssignment, `SELECT `+assignmentColumns+` FROM assignments s WHERE account_id = $1 AND from_us <= $2 AND until_us > $2
		AND `+employed("s", "$2")+` ORDER BY id`, accountID, us(t))
}

// EndAssignments implements identity.LeaverTx.
func (tx *Tx) EndAssignments(ctx context.Context, accountID, organisation string, t time.Time, by string) error {
	ids, err := collect(ctx, tx, column[string], `SELECT id FROM assignments WHERE account_id = $1 AND until_us > $2 AND ($3 = '' OR organisation = $3)`,
		accountID, us(t), organisation)
	for _, id := range ids {
		if err == nil {
			err = tx.EndAssignment(ctx, id, t, by)
		}
	}
	return err
}

// EndAssignment implements identity.LeaverTx. One that was to begin later gets no time at all.
func (tx *Tx) EndAssignment(ctx context.Context, id string, t time.Time, by string) error {
	if _, err := tx.exec(ctx, `DELETE FROM sessions WHERE assignment_id = $1`, id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE assignments SET until_us = CASE WHEN from_us > $2 THEN from_us ELSE $2 END, ended_by = $3 WHERE id = $1`, id, us(t), by)
	return err
}
