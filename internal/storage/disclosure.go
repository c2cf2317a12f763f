package storage

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/disclosure"
)

var _ disclosure.Tx = (*Tx)(nil)

const disclosureColumns = `id, state, requester, function, organisation, purpose, reason, scope_kind, scope_id, from_us, until_us, requested_by, requested_us, doubt, assessment, harm, assessed_by, assessed_us, decision, masks, decided_by, decided_us, entries, digest, disclosed_us`

// PutDisclosure implements disclosure.Tx.
func (tx *Tx) PutDisclosure(ctx context.Context, d disclosure.Disclosure) error {
	return put(ctx, tx, "disclosures", strings.Split(disclosureColumns, ", "), 1, []disclosure.Disclosure{d}, func(d disclosure.Disclosure) []any {
		masks := make([]string, len(d.Masks))
		for i, m := range d.Masks {
			masks[i] = string(m)
		}
		return []any{d.ID, string(d.State), d.Requester, d.Function, d.Organisation, string(d.Purpose), d.Reason, string(d.Scope.Kind), d.Scope.ID,
			us(d.From), us(d.Until), d.RequestedBy, us(d.Requested), bit(d.Doubt), d.Assessment, string(d.Harm), d.AssessedBy, usOrZero(d.Assessed),
			d.Decision, strings.Join(masks, " "), d.DecidedBy, usOrZero(d.Decided), int64(d.Entries), d.Digest, usOrZero(d.DisclosedAt)}
	})
}

func scanDisclosure(r row) (disclosure.Disclosure, error) {
	var d disclosure.Disclosure
	var masks string
	var doubt int64
	err := r.Scan(&d.ID, &d.State, &d.Requester, &d.Function, &d.Organisation, &d.Purpose, &d.Reason, &d.Scope.Kind, &d.Scope.ID,
		(*zeroTime)(&d.From), (*zeroTime)(&d.Until), &d.RequestedBy, (*zeroTime)(&d.Requested), &doubt, &d.Assessment, &d.Harm, &d.AssessedBy,
		(*zeroTime)(&d.Assessed), &d.Decision, &masks, &d.DecidedBy, (*zeroTime)(&d.Decided), &d.Entries, &d.Digest, (*zeroTime)(&d.DisclosedAt))
	d.Doubt = doubt != 0
	for _, m := range strings.Fields(masks) {
		d.Masks = append(d.Masks, disclosure.Mask(m))
	}
	return d, err
}

// DisclosureByID implements disclosure.Tx.
func (tx *Tx) DisclosureByID(ctx context.Context, id string) (disclosure.Disclosure, bool, error) {
	return one(ctx, tx, scanDisclosure, `SELECT `+disclosureColumns+` FROM disclosures WHERE id = $1`, id)
}

// Disclosures implements disclosure.Tx.
func (tx *Tx) Disclosures(ctx context.Context, f disclosure.Filter, after string, limit int) ([]disclosure.Disclosure, error) {
	q := &where{}
	q.equal("organisation", f.Organisation)
	q.equal("state", string(f.State))
	if after != "" {
		q.and("id < ", after)
	}
	return collect(ctx, tx, scanDisclosure, `SELECT `+disclosureColumns+` FROM disclosures`+q.text+` ORDER BY id DESC`+q.limit(limit), q.args...)
}

// DisclosureTarget implements disclosure.Tx.
func (tx *Tx) DisclosureTarget(ctx context.Context, kind disclosure.ScopeKind, name string) (disclosure.Target, bool, error) {
	text := map[disclosure.ScopeKind]string{
		disclosure.OfClient: `SELECT id, protected FROM clients WHERE id = $1 OR personal_number = $1`,
		disclosure.OfLock:   `SELECT id, 0 FROM locks WHERE id = $1 OR serial = $1`,
		disclosure.OfKey:    `SELECT id, 0 FROM keys WHERE id = $1 OR number = $1`,
		disclosure.OfStaff:  `SELECT id, 0 FROM staff WHERE id = $1 OR employee_number = $1`,
	}[kind]
	if text == "" {
		return disclosure.Target{}, false, nil
	}
	return one(ctx, tx, func(r row) (disclosure.Target, error) {
		var t disclosure.Target
		var protected int64
		err := r.Scan(&t.ID, &protected)
		t.Protected = protected != 0
		return t, err
	}, text, name)
}

// Concerns implements disclosure.Tx.
func (tx *Tx) Concerns(ctx context.Context, scope disclosure.Scope, organisation string, from, until time.Time) (bool, error) {
	const served = ` FROM services v JOIN care_groups g ON g.id = v.group_id JOIN providers p ON p.id = g.provider_id`
	const then = ` AND p.org_number = $2 AND v.from_us < v.until_us AND v.from_us < $4 AND v.until_us > $3`
	text := map[disclosure.ScopeKind]string{
		disclosure.OfClient: `SELECT COUNT(*)` + served + ` WHERE v.client_id = $1` + then,
		disclosure.OfLock: `SELECT (SELECT COUNT(*)` + served + ` JOIN door_times t ON t.client_id = v.client_id
				WHERE t.lock_id = $1 AND v.from_us < t.until_us AND v.until_us > t.from_us` + then + `) + (SELECT COUNT(*)` + served + `
				JOIN clients c ON c.id = v.client_id JOIN dwellings d ON d.id = c.dwelling_id JOIN locks l ON l.entrance_id = d.entrance_id WHERE l.id = $1` + then + `)`,
		disclosure.OfKey: `SELECT COUNT(*) FROM keys k JOIN care_groups g ON g.id = k.group_id JOIN providers p ON p.id = g.provider_id
			WHERE k.id = $1 AND p.org_number = $2 AND CAST($3 AS BIGINT) < CAST($4 AS BIGINT)`,
		disclosure.OfStaff: `SELECT COUNT(*) FROM staff_groups v JOIN care_groups g ON g.id = v.group_id JOIN providers p ON p.id = g.provider_id
			WHERE v.staff_id = $1` + then,
	}[scope.Kind]
	if text == "" || organisation == "" {
		return false, nil
	}
	n, _, err := one(ctx, tx, column[int], text, scope.ID, organisation, us(from), us(until))
	return n > 0, err
}

// UsesOf implements disclosure.Tx.
func (tx *Tx) UsesOf(ctx context.Context, staffID string, from, until time.Time, limit int) ([]disclosure.Use, error) {
	return collect(ctx, tx, func(r row) (disclosure.Use, error) {
		var u disclosure.Use
		err := r.Scan(&u.Serial, &u.KeyID, (*zeroTime)(&u.From), (*zeroTime)(&u.Until))
		return u, err
	}, `SELECT serial, key_id, from_us, until_us FROM activations WHERE staff_id = $1 AND until_us > $2 AND from_us < $3 ORDER BY until_us LIMIT $4`,
		staffID, us(from), us(until), limit)
}

// PeopleBehind implements disclosure.Tx.
func (tx *Tx) PeopleBehind(ctx context.Context, serials []int64) (map[int64]disclosure.Person, error) {
	found := make(map[int64]disclosure.Person, len(serials))
	_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
		var serial int64
		var p disclosure.Person
		var given, family string
		err := r.Scan(&serial, &p.StaffID, &p.EmployeeNumber, &given, &family)
		p.Name = strings.TrimSpace(given + " " + family)
		found[serial] = p
		return struct{}{}, err
	}, `SELECT a.serial, s.id, s.employee_number, s.given_name, s.family_name FROM activations a JOIN staff s ON s.id = a.staff_id WHERE a.serial IN %s`, serials)
	return found, err
}
