package storage

import (
	"context"

	"hemnyckel/internal/domain/casework"
)

// PageBehind implements casework.SearchTx: the lock's own home, or those that its entrance leads to.
func (tx *Tx) PageBehind(ctx context.Context, lockID string, limit int) ([]string, error) {
	return collect(ctx, tx, column[string], `SELECT id FROM (
		SELECT c.id FROM locks l JOIN clients c ON c.dwelling_id = l.dwelling_id WHERE l.id = $1 AND l.state = 'mounted' AND c.ended_us > $2
		UNION ALL SELECT c.id FROM locks l JOIN dwellings d ON d.entrance_id = l.entrance_id JOIN clients c ON c.dwelling_id = d.id
			WHERE l.id = $1 AND l.state = 'mounted' AND l.kind = 'entrance' AND c.ended_us > $2) AS behind LIMIT $3`, lockID, us(tx.Now()), limit)
}

// OrderNumbered implements casework.SearchTx.
func (tx *Tx) OrderNumbered(ctx context.Context, number string) (casework.Order, bool, error) {
	return one(ctx, tx, scanOrder, `SELECT `+orderColumns+` FROM orders WHERE number = $1`, number)
}

// PageStaff implements casework.SearchTx. Staff are a few thousand at most: names are looked through.
func (tx *Tx) PageStaff(ctx context.Context, organisation, number, first, second string, limit int) ([]casework.StaffHit, error) {
	var q where
	q.equal("s.employee_number", number)
	if number == "" {
		q.args = append(q.args, first, after(first), second, after(second))
		q.is(`(s.family_name >= $1 AND s.family_name < $2 AND s.given_name >= $3 AND s.given_name < $4 OR
			s.given_name >= $1 AND s.given_name < $2 AND s.family_name >= $3 AND s.family_name < $4)`)
	}
	q.and(`EXISTS (SELECT 1 FROM staff_groups m JOIN care_groups g ON g.id = m.group_id JOIN providers p ON p.id = g.provider_id
		WHERE m.staff_id = s.id AND m.until_us > `, us(tx.Now()))
	if organisation != "" {
		q.and("p.org_number = ", organisation)
	}
	q.text += ")"
	return collect(ctx, tx, func(r row) (casework.StaffHit, error) {
		var s casework.StaffHit
		err := r.Scan(&s.ID, &s.EmployeeNumber, &s.GivenName, &s.FamilyName)
		return s, err
	}, `SELECT s.id, s.employee_number, s.given_name, s.family_name FROM staff s`+q.text+` ORDER BY s.family_name, s.given_name, s.id`+q.limit(limit), q.args...)
}
