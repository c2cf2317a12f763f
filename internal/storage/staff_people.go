package storage

import (
	"context"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
)

// WorkGroups implements identity.PeopleTx.
func (tx *Tx) WorkGroups(ctx context.Context, codes []string) (map[string]identity.WorkGroup, error) {
	all, err := collectIn(ctx, tx, func(r row) (identity.WorkGroup, error) {
		var g identity.WorkGroup
		var kind string
		err := r.Scan(&g.ID, &g.Code, &g.ProviderID, &g.OrgNumber, &kind)
		g.Private = kind == "private"
		return g, err
	}, `SELECT g.id, g.code, p.id, p.org_number, p.kind FROM care_groups g JOIN providers p ON p.id = g.provider_id WHERE g.code IN %s`, codes)
	return keyed(all, func(g identity.WorkGroup) string { return g.Code }), err
}

// Organisation implements identity.PeopleTx.
func (tx *Tx) Organisation(ctx context.Context, orgNumber string) (identity.Organisation, bool, error) {
	all, err := tx.Organisations(ctx, orgNumber, tx.Now(), "", 1)
	if err != nil || len(all) == 0 || orgNumber == "" {
		return identity.Organisation{}, false, err
	}
	return all[0], true, nil
}

// Organisations implements identity.PeopleTx.
func (tx *Tx) Organisations(ctx context.Context, orgNumber string, t time.Time, after string, limit int) ([]identity.Organisation, error) {
	var q where
	q.and("p.org_number > ", after)
	q.equal("p.org_number", orgNumber)
	q.args = append(q.args, us(t))
	text := `SELECT p.id, p.org_number, p.name, p.kind, p.routine_until_us,
		COALESCE((SELECT MAX(l.version) FROM phone_lists l WHERE l.provider_id = p.id), 0),
		COALESCE((SELECT MAX(l.at_us) FROM phone_lists l WHERE l.provider_id = p.id), 0),
		(SELECT COUNT(*) FROM staff_orders o WHERE o.provider_id = p.id AND o.state = 'ordered'),
		(SELECT COUNT(DISTINCT m.staff_id) FROM care_groups g JOIN staff_groups m ON m.group_id = g.id
			WHERE g.provider_id = p.id AND m.from_us <= $` + strconv.Itoa(len(q.args)) + ` AND m.until_us > $` + strconv.Itoa(len(q.args)) + `)
		FROM providers p` + q.text + ` ORDER BY p.org_number` + q.limit(limit)
	return collect(ctx, tx, func(r row) (identity.Organisation, error) {
		var o identity.Organisation
		var kind string
		err := r.Scan(&o.ID, &o.OrgNumber, &o.Name, &kind, (*zeroTime)(&o.RoutineUntil), &o.PhoneList, (*zeroTime)(&o.PhoneListTime), &o.OrdersAwaiting, &o.StaffInDuty)
		o.Private = kind == "private"
		return o, err
	}, text, q.args...)
}

const personColumns = `SELECT id, employee_number, pseudonym, given_name, family_name, email, phone FROM staff`

func scanPerson(r row) (identity.Person, error) {
	var p identity.Person
	err := r.Scan(&p.ID, &p.EmployeeNumber, &p.Pseudonym, &p.GivenName, &p.FamilyName, &p.Email, &p.Phone)
	return p, err
}

// PersonByNumber implements identity.PeopleTx.
func (tx *Tx) PersonByNumber(ctx context.Context, employeeNumber string) (identity.Person, bool, error) {
	return one(ctx, tx, scanPerson, personColumns+` WHERE employee_number = $1`, employeeNumber)
}

// PersonByID implements identity.CardTx.
func (tx *Tx) PersonByID(ctx context.Context, id string) (identity.Person, bool, error) {
	return one(ctx, tx, scanPerson, personColumns+` WHERE id = $1`, id)
}

// KeysInHand implements identity.CardTx.
func (tx *Tx) KeysInHand(ctx context.Context, staffID string, t time.Time) ([]identity.KeyInHand, error) {
	return collect(ctx, tx, func(r row) (identity.KeyInHand, error) {
		var k identity.KeyInHand
		return k, r.Scan(&k.KeyID, &k.Number, (*zeroTime)(&k.Until))
	}, `SELECT k.id, k.number, MAX(a.until_us) FROM activations a JOIN keys k ON k.id = a.key_id
		WHERE a.staff_id = $1 AND a.until_us > $2 GROUP BY k.id, k.number ORDER BY k.number LIMIT 100`, staffID, us(t))
}

// GroupNames implements identity.CardTx.
func (tx *Tx) GroupNames(ctx context.Context, orgNumber string, limit int) ([]identity.GroupName, error) {
	var q where
	q.equal("p.org_number", orgNumber)
	return collect(ctx, tx, func(r row) (identity.GroupName, error) {
		var g identity.GroupName
		var kind string
		err := r.Scan(&g.Code, &g.Name, &kind)
		g.Private = kind == "private"
		return g, err
	}, `SELECT g.code, g.name, p.kind FROM care_groups g JOIN providers p ON p.id = g.provider_id`+q.text+` ORDER BY g.code`+q.limit(limit), q.args...)
}

// PutPerson implements identity.PeopleTx. Badge and PIN stay.
func (tx *Tx) PutPerson(ctx context.Context, p identity.Person) error {
	columns := []string{"id", "employee_number", "pseudonym", "given_name", "family_name", "email", "phone"}
	return put(ctx, tx, "staff", columns, 1, []identity.Person{p}, func(p identity.Person) []any {
		return []any{p.ID, p.EmployeeNumber, int64(p.Pseudonym), p.GivenName, p.FamilyName, p.Email, p.Phone}
	})
}

// WorkedFor implements identity.PeopleTx.
func (tx *Tx) WorkedFor(ctx context.Context, staffID, orgNumber string) (bool, error) {
	n, _, err := one(ctx, tx, column[int], `SELECT COUNT(*) FROM staff_groups m JOIN care_groups g ON g.id = m.group_id JOIN providers p ON p.id = g.provider_id
		WHERE m.staff_id = $1 AND ($2 = '' OR p.org_number = $2)`, staffID, orgNumber)
	return n > 0, err
}

// PutMembershipOf implements identity.PeopleTx: what the person had in the group from then on gives way.
func (tx *Tx) PutMembershipOf(ctx context.Context, staffID, groupID string, from, until time.Time) error {
	if err := tx.later(ctx, `DELETE FROM staff_groups WHERE staff_id = $1 AND group_id = $2 AND from_us >= $3`, staffID, groupID, us(from)); err != nil {
		return err
	}
	if err := tx.later(ctx, `UPDATE staff_groups SET until_us = $3 WHERE staff_id = $1 AND group_id = $2 AND until_us > $3`, staffID, groupID, us(from)); err != nil {
		return err
	}
	return tx.later(ctx, `INSERT INTO staff_groups (staff_id, group_id, from_us, until_us) VALUES ($1, $2, $3, $4)`, staffID, groupID, us(from), us(until))
}

// EndMembershipsOf implements identity.PeopleTx.
func (tx *Tx) EndMembershipsOf(ctx context.Context, staffID, orgNumber string, t time.Time) (int, error) {
	const theirs = ` AND ($2 = '' OR group_id IN (SELECT g.id FROM care_groups g JOIN providers p ON p.id = g.provider_id WHERE p.org_number = $2))`
	if err := tx.later(ctx, `DELETE FROM staff_groups WHERE staff_id = $1 AND from_us > $3`+theirs, staffID, orgNumber, us(t)); err != nil {
		return 0, err
	}
	if err := tx.later(ctx, `UPDATE staff_groups SET until_us = $3 WHERE staff_id = $1 AND until_us > $3`+theirs, staffID, orgNumber, us(t)); err != nil {
		return 0, err
	}
	if err := tx.later(ctx, `UPDATE keepers SET until_us = $3 WHERE staff_id = $1 AND until_us > $3`+theirs, staffID, orgNumber, us(t)); err != nil {
		return 0, err
	}
	n, _, err := one(ctx, tx, column[int], `SELECT COUNT(*) FROM staff_groups WHERE staff_id = $1 AND until_us > $2`, staffID, us(t))
	return n, err
}

// ClearBadge implements identity.PeopleTx.
func (tx *Tx) ClearBadge(ctx context.Context, staffID string) error {
	if err := tx.later(ctx, `UPDATE staff SET badge_hash = NULL, pin_verifier = NULL WHERE id = $1`, staffID); err != nil {
		return err
	}
	return tx.later(ctx, `UPDATE calendar_feeds SET revoked_us = $2 WHERE staff_id = $1 AND revoked_us = 0`, staffID, us(tx.Now()))
}

// Members implements identity.PeopleTx. The place in the list is person, group and beginning.
func (tx *Tx) Members(ctx context.Context, f identity.MemberFilter, t time.Time, after string, limit int) ([]identity.Member, error) {
	var q where
	q.equal("p.org_number", f.Organisation)
	q.equal("g.code", f.Group)
	q.equal("m.staff_id", f.StaffID)
	if f.NoBadge {
		q.is("s.badge_hash IS NULL")
	}
	if !f.Left {
		q.and("m.until_us > ", us(t))
	}
	const rest = "g.code || ' ' || CAST(m.from_us AS TEXT)"
	if id, tail, ok := strings.Cut(after, " "); ok {
		q.and("m.staff_id >= ", id)
		q.beyond("m.staff_id", rest, id, tail)
	}
	return collect(ctx, tx, func(r row) (identity.Member, error) {
		var m identity.Member
		var badge int64
		err := r.Scan(&m.ID, &m.EmployeeNumber, &m.Pseudonym, &m.GivenName, &m.FamilyName, &m.Email, &m.Phone, &badge, &m.GroupCode, (*zeroTime)(&m.From), (*zeroTime)(&m.Until))
		m.HasBadge = badge != 0
		return m, err
	}, `SELECT s.id, s.employee_number, s.pseudonym, s.given_name, s.family_name, s.email, s.phone, CASE WHEN s.badge_hash IS NULL THEN 0 ELSE 1 END,
		g.code, m.from_us, m.until_us FROM staff s JOIN staff_groups m ON m.staff_id = s.id JOIN care_groups g ON g.id = m.group_id
		JOIN providers p ON p.id = g.provider_id`+q.text+` ORDER BY m.staff_id, `+rest+q.limit(limit), q.args...)
}

const staffOrderColumns = `SELECT o.id, o.provider_id, p.org_number, o.group_id, g.code, o.employee_number, o.given_name, o.family_name, o.email, o.phone,
	o.from_us, o.until_us, o.state, o.reason, o.ordered_us, o.ordered_by, o.decided_us, o.decided_by
	FROM staff_orders o JOIN providers p ON p.id = o.provider_id JOIN care_groups g ON g.id = o.group_id`

func scanStaffOrder(r row) (identity.StaffOrder, error) {
	var o identity.StaffOrder
	err := r.Scan(&o.ID, &o.ProviderID, &o.OrgNumber, &o.GroupID, &o.Group, &o.EmployeeNumber, &o.GivenName, &o.FamilyName, &o.Email, &o.Phone,
		(*zeroTime)(&o.From), (*zeroTime)(&o.Until), &o.State, &o.Reason, (*zeroTime)(&o.Ordered), &o.OrderedBy, (*zeroTime)(&o.Decided), &o.DecidedBy)
	return o, err
}

// StaffOrder implements identity.PeopleTx.
func (tx *Tx) StaffOrder(ctx context.Context, id string) (identity.StaffOrder, bool, error) {
	return one(ctx, tx, scanStaffOrder, staffOrderColumns+` WHERE o.id = $1`, id)
}

// StaffOrders implements identity.PeopleTx.
func (tx *Tx) StaffOrders(ctx context.Context, f identity.StaffOrderFilter, after string, limit int) ([]identity.StaffOrder, error) {
	var q where
	q.and("o.id > ", after)
	q.equal("o.state", string(f.State))
	q.equal("p.org_number", f.Organisation)
	return collect(ctx, tx, scanStaffOrder, staffOrderColumns+q.text+` ORDER BY o.id`+q.limit(limit), q.args...)
}

// PutStaffOrder implements identity.PeopleTx.
func (tx *Tx) PutStaffOrder(ctx context.Context, o identity.StaffOrder) error {
	columns := []string{"id", "provider_id", "group_id", "employee_number", "given_name", "family_name", "email", "phone", "from_us", "until_us",
		"state", "reason", "ordered_us", "ordered_by", "decided_us", "decided_by"}
	return put(ctx, tx, "staff_orders", columns, 1, []identity.StaffOrder{o}, func(o identity.StaffOrder) []any {
		return []any{o.ID, o.ProviderID, o.GroupID, o.EmployeeNumber, o.GivenName, o.FamilyName, o.Email, o.Phone, us(o.From), us(o.Until),
			string(o.State), o.Reason, us(o.Ordered), o.OrderedBy, usOrZero(o.Decided), o.DecidedBy}
	})
}

// PhoneList implements identity.PeopleTx.
func (tx *Tx) PhoneList(ctx context.Context, providerID string, version int) (identity.PhoneList, bool, error) {
	l, ok, err := one(ctx, tx, func(r row) (identity.PhoneList, error) {
		l := identity.PhoneList{ProviderID: providerID}
		err := r.Scan(&l.Version, (*zeroTime)(&l.At), &l.Actor)
		return l, err
	}, `SELECT version, at_us, actor FROM phone_lists WHERE provider_id = $1 AND ($2 = 0 OR version = $2) ORDER BY version DESC LIMIT 1`, providerID, version)
	if err != nil || !ok {
		return l, ok, err
	}
	l.Numbers, err = collect(ctx, tx, column[string], `SELECT phone FROM phone_list_numbers WHERE provider_id = $1 AND version = $2 ORDER BY phone`, providerID, l.Version)
	return l, true, err
}

// InsertPhoneList implements identity.PeopleTx.
func (tx *Tx) InsertPhoneList(ctx context.Context, l identity.PhoneList) error {
	err := tx.later(ctx, `INSERT INTO phone_lists (provider_id, version, at_us, actor) VALUES ($1, $2, $3, $4)`, l.ProviderID, l.Version, us(l.At), l.Actor)
	if err != nil {
		return err
	}
	rows := make([][]any, len(l.Numbers))
	for i, n := range l.Numbers {
		rows[i] = []any{l.ProviderID, int64(l.Version), n}
	}
	return tx.insert(ctx, "phone_list_numbers", []string{"provider_id", "version", "phone"}, rows, "")
}

// InsertRoutine implements identity.PeopleTx.
func (tx *Tx) InsertRoutine(ctx context.Context, f identity.FiledRoutine) error {
	return tx.later(ctx, `INSERT INTO provider_routines (id, provider_id, title, reference, received_us, valid_until_us, actor) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		f.ID, f.ProviderID, f.Title, f.Reference, us(f.Received), us(f.ValidUntil), f.Actor)
}

// Routines implements identity.PeopleTx.
func (tx *Tx) Routines(ctx context.Context, providerID string, limit int) ([]identity.FiledRoutine, error) {
	return collect(ctx, tx, func(r row) (identity.FiledRoutine, error) {
		f := identity.FiledRoutine{ProviderID: providerID}
		err := r.Scan(&f.ID, &f.Title, &f.Reference, (*zeroTime)(&f.Received), (*zeroTime)(&f.ValidUntil), &f.Actor)
		return f, err
	}, `SELECT id, title, reference, received_us, valid_until_us, actor FROM provider_routines WHERE provider_id = $1 ORDER BY received_us DESC, id DESC LIMIT $2`, providerID, limit)
}

// SetRoutineUntil implements identity.PeopleTx.
func (tx *Tx) SetRoutineUntil(ctx context.Context, providerID string, until time.Time) error {
	if until.After(routine.Forever) {
		until = routine.Forever
	}
	return tx.later(ctx, `UPDATE providers SET routine_until_us = $2 WHERE id = $1`, providerID, us(until))
}

var _ identity.PeopleTx = (*Tx)(nil)
