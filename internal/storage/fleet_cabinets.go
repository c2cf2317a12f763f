package storage

import (
	"context"
	"slices"
	"time"

	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

const cabinetColumns = `c.id, c.place, c.created_us, c.counted_us, g.id, g.code, g.name, g.kind, g.max_staff, p.id, p.org_number, p.kind
	FROM cabinets c JOIN care_groups g ON g.id = c.group_id JOIN providers p ON p.id = g.provider_id`

func scanCabinet(r row) (fleet.Cabinet, error) {
	var c fleet.Cabinet
	var provider string
	g := &c.Group
	err := r.Scan(&c.ID, &c.Place, (*zeroTime)(&c.Created), (*zeroTime)(&c.Counted), &g.ID, &g.Code, &g.Name, &g.Kind, &g.MostAtWork, &g.ProviderID, &g.OrgNumber, &provider)
	g.Private = provider == "private"
	return c, err
}

// CabinetOf implements fleet.CabinetTx.
func (tx *Tx) CabinetOf(ctx context.Context, groupID string) (fleet.Cabinet, bool, error) {
	return one(ctx, tx, scanCabinet, `SELECT `+cabinetColumns+` WHERE c.group_id = $1`, groupID)
}

// Cabinets implements fleet.CabinetTx.
func (tx *Tx) Cabinets(ctx context.Context, organisation string, before time.Time, p fleet.Page) ([]fleet.Cabinet, error) {
	var q where
	q.and("c.counted_us < ", us(before))
	q.equal("p.org_number", organisation)
	if at, id, ok := p.Place(); ok {
		q.beyond("c.counted_us", "c.id", at, id)
	}
	return collect(ctx, tx, scanCabinet, `SELECT `+cabinetColumns+q.text+` ORDER BY c.counted_us, c.id`+q.limit(p.Limit), q.args...)
}

// PutCabinet implements fleet.CabinetTx.
func (tx *Tx) PutCabinet(ctx context.Context, c fleet.Cabinet) error {
	return put(ctx, tx, "cabinets", []string{"id", "group_id", "place", "created_us", "counted_us"}, 1, []fleet.Cabinet{c}, func(c fleet.Cabinet) []any {
		return []any{c.ID, c.Group.ID, c.Place, us(c.Created), us(c.Counted)}
	})
}

// Keepers implements fleet.CabinetTx.
func (tx *Tx) Keepers(ctx context.Context, groupIDs []string, at time.Time) ([]fleet.Keeper, error) {
	return collectIn(ctx, tx, func(r row) (fleet.Keeper, error) {
		var k fleet.Keeper
		err := r.Scan(&k.GroupID, &k.Duty, &k.StaffID, &k.EmployeeNumber, (*zeroTime)(&k.From), (*zeroTime)(&k.Until))
		return k, err
	}, `SELECT k.group_id, k.duty, k.staff_id, s.employee_number, k.from_us, k.until_us FROM keepers k JOIN staff s ON s.id = k.staff_id
		WHERE k.until_us > $1 AND k.group_id IN %s AND EXISTS (SELECT 1 FROM staff_groups m
			WHERE m.staff_id = k.staff_id AND m.group_id = k.group_id AND m.from_us <= $1 AND m.until_us > $1) ORDER BY s.employee_number`, groupIDs, us(at))
}

// PutKeeper implements fleet.CabinetTx.
func (tx *Tx) PutKeeper(ctx context.Context, k fleet.Keeper) error {
	return put(ctx, tx, "keepers", []string{"group_id", "duty", "staff_id", "from_us", "until_us"}, 4, []fleet.Keeper{k}, func(k fleet.Keeper) []any {
		return []any{k.GroupID, string(k.Duty), k.StaffID, us(k.From), us(k.Until)}
	})
}

// MemberOf implements fleet.CabinetTx.
func (tx *Tx) MemberOf(ctx context.Context, employeeNumber, groupID string, t time.Time) (string, error) {
	ids, err := collect(ctx, tx, column[string], `SELECT s.id FROM staff s JOIN staff_groups m ON m.staff_id = s.id
		WHERE s.employee_number = $1 AND m.group_id = $2 AND m.from_us <= $3 AND m.until_us > $3 LIMIT 1`, employeeNumber, groupID, us(t))
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// CountKeys implements fleet.CabinetTx.
func (tx *Tx) CountKeys(ctx context.Context, groupID string, numbers []string, t time.Time) ([]fleet.GroupKey, error) {
	const text = `SELECT k.number, COALESCE(k.group_id, ''), k.state, CASE WHEN EXISTS (
		SELECT 1 FROM activations a WHERE a.key_id = k.id AND a.until_us > $1 AND a.from_us <= $1) THEN 1 ELSE 0 END FROM keys k `
	scan := func(r row) (fleet.GroupKey, error) {
		var k fleet.GroupKey
		var active int64
		err := r.Scan(&k.Number, &k.GroupID, &k.State, &active)
		k.Active = active != 0
		return k, err
	}
	all, err := collect(ctx, tx, scan, text+`WHERE k.group_id = $2 ORDER BY k.number`, us(t), groupID)
	if err != nil {
		return nil, err
	}
	others, err := collectIn(ctx, tx, scan, text+`WHERE k.number IN %s`, numbers, us(t))
	for _, k := range others {
		if k.GroupID != groupID {
			all = append(all, k)
		}
	}
	return all, err
}

// InsertCount implements fleet.CabinetTx.
func (tx *Tx) InsertCount(ctx context.Context, c fleet.Count) error {
	err := tx.later(ctx, `INSERT INTO cabinet_counts (id, cabinet_id, at_us, actor, expected, found, away) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		c.ID, c.CabinetID, us(c.At), c.Actor, c.Expected, c.Found, c.Away)
	if err != nil {
		return err
	}
	rows := make([][]any, len(c.Differences))
	for i, d := range c.Differences {
		rows[i] = []any{c.ID, d.Number, d.GroupID, string(d.Kind), string(d.State), us(d.At), d.Explanation, usOrZero(d.Settled), d.SettledBy}
	}
	return tx.insert(ctx, "count_differences", []string{"count_id", "number", "group_id", "kind", "state", "at_us", "explanation", "settled_us", "settled_by"}, rows, "")
}

// Counts implements fleet.CabinetTx: with their differences.
func (tx *Tx) Counts(ctx context.Context, cabinetID string, p fleet.Page) ([]fleet.Count, error) {
	var q where
	q.and("cabinet_id = ", cabinetID)
	if at, id, ok := p.Place(); ok {
		q.before("at_us", "id", at, id)
	}
	all, err := collect(ctx, tx, func(r row) (fleet.Count, error) {
		var c fleet.Count
		err := r.Scan(&c.ID, &c.CabinetID, (*zeroTime)(&c.At), &c.Actor, &c.Expected, &c.Found, &c.Away)
		return c, err
	}, `SELECT id, cabinet_id, at_us, actor, expected, found, away FROM cabinet_counts`+q.text+` ORDER BY at_us DESC, id DESC`+q.limit(p.Limit), q.args...)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	differences, err := collectIn(ctx, tx, scanDifference, differenceColumns+` WHERE d.count_id IN %s ORDER BY d.count_id, d.number`, ids)
	for _, d := range differences {
		i := slices.Index(ids, d.CountID)
		all[i].Differences = append(all[i].Differences, d)
	}
	return all, err
}

const differenceColumns = `SELECT d.count_id, d.number, d.group_id, g.code, d.kind, d.state, d.at_us, d.explanation, d.settled_us, d.settled_by
	FROM count_differences d JOIN care_groups g ON g.id = d.group_id`

func scanDifference(r row) (fleet.Difference, error) {
	var d fleet.Difference
	err := r.Scan(&d.CountID, &d.Number, &d.GroupID, &d.GroupCode, &d.Kind, &d.State, (*zeroTime)(&d.At), &d.Explanation, (*zeroTime)(&d.Settled), &d.SettledBy)
	return d, err
}

// Differences implements fleet.CabinetTx. Two differences of one count have the same time: the place ends in both.
func (tx *Tx) Differences(ctx context.Context, f fleet.DifferenceFilter, p fleet.Page) ([]fleet.Difference, error) {
	var q where
	q.equal("d.state", string(f.State))
	if f.Organisation != "" {
		q.and("d.group_id IN (SELECT o.id FROM care_groups o JOIN providers p ON p.id = o.provider_id WHERE p.org_number = ", f.Organisation)
		q.text += ")"
	}
	if at, id, ok := p.Place(); ok {
		q.beyond("d.at_us", "d.count_id || ' ' || d.number", at, id)
	}
	return collect(ctx, tx, scanDifference, differenceColumns+q.text+` ORDER BY d.at_us, d.count_id || ' ' || d.number`+q.limit(p.Limit), q.args...)
}

// Difference implements fleet.CabinetTx.
func (tx *Tx) Difference(ctx context.Context, countID, number string) (fleet.Difference, bool, error) {
	return one(ctx, tx, scanDifference, differenceColumns+` WHERE d.count_id = $1 AND d.number = $2`, countID, number)
}

// SettleDifference implements fleet.CabinetTx.
func (tx *Tx) SettleDifference(ctx context.Context, d fleet.Difference) error {
	return tx.later(ctx, `UPDATE count_differences SET state = $3, explanation = $4, settled_us = $5, settled_by = $6 WHERE count_id = $1 AND number = $2`,
		d.CountID, d.Number, string(d.State), d.Explanation, usOrZero(d.Settled), d.SettledBy)
}

// SettleDifferences implements fleet.KeyTx.
func (tx *Tx) SettleDifferences(ctx context.Context, number string, state fleet.DifferenceState, explanation, actor string) error {
	return tx.later(ctx, `UPDATE count_differences SET state = $2, explanation = $3, settled_us = $4, settled_by = $5 WHERE number = $1 AND state = 'open'`,
		number, string(state), explanation, us(tx.Now()), actor)
}

// SettleCounted implements fleet.CabinetTx.
func (tx *Tx) SettleCounted(ctx context.Context, groupID, number, explanation, actor string) error {
	return tx.later(ctx, `UPDATE count_differences SET state = 'explained', explanation = $3, settled_us = $4, settled_by = $5
		WHERE number = $1 AND group_id = $2 AND state = 'open'`, number, groupID, explanation, us(tx.Now()), actor)
}

// SetBattery implements fleet.CabinetTx.
func (tx *Tx) SetBattery(ctx context.Context, keyID string, at time.Time, actor string) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO battery_changes (key_id, at_us, actor) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, keyID, us(at), actor)
	if err != nil || n == 0 {
		return false, err
	}
	err = tx.later(ctx, `UPDATE keys SET battery_us = $2 WHERE id = $1 AND battery_us < $2`, keyID, us(at))
	return true, err
}

// BatteriesDue implements fleet.CabinetTx. The empty text keeps the index by state out of it: most keys are in use.
func (tx *Tx) BatteriesDue(ctx context.Context, organisation, group string, before time.Time, p fleet.Page) ([]fleet.KeyRow, error) {
	var q where
	q.and("k.group_id IS NOT NULL AND k.state || '' IN ('issued', 'stock') AND k.battery_us < ", us(before))
	q.equal("g.code", group)
	q.equal("p.org_number", organisation)
	if at, number, ok := p.Place(); ok {
		q.beyond("k.battery_us", "k.number", at, number)
	}
	return collect(ctx, tx, scanKeyRow, keyRows+q.text+` ORDER BY k.battery_us, k.number`+q.limit(p.Limit), q.args...)
}

const instructionColumns = `SELECT id, subject, scope, version, title, body, published_us, actor, review_us FROM instructions`

func scanInstruction(r row) (fleet.Instruction, error) {
	var i fleet.Instruction
	err := r.Scan(&i.ID, &i.Subject, &i.Scope, &i.Version, &i.Title, &i.Body, (*zeroTime)(&i.Published), &i.Actor, (*zeroTime)(&i.Review))
	return i, err
}

// CurrentInstruction implements fleet.CabinetTx.
func (tx *Tx) CurrentInstruction(ctx context.Context, subject fleet.Subject, scope string) (fleet.Instruction, bool, error) {
	return one(ctx, tx, scanInstruction, instructionColumns+` WHERE subject = $1 AND scope = $2 ORDER BY version DESC LIMIT 1`, string(subject), scope)
}

// Instruction implements fleet.CabinetTx.
func (tx *Tx) Instruction(ctx context.Context, id string) (fleet.Instruction, bool, error) {
	return one(ctx, tx, scanInstruction, instructionColumns+` WHERE id = $1`, id)
}

// Instructions implements fleet.CabinetTx: ids rise with time.
func (tx *Tx) Instructions(ctx context.Context, f fleet.InstructionFilter, p fleet.Page) ([]fleet.Instruction, error) {
	var q where
	q.and("scope = ", f.Group)
	q.equal("subject", string(f.Subject))
	if p.After != "" {
		q.and("id < ", p.After)
	}
	return collect(ctx, tx, scanInstruction, instructionColumns+q.text+` ORDER BY id DESC`+q.limit(p.Limit), q.args...)
}

// InsertInstruction implements fleet.CabinetTx.
func (tx *Tx) InsertInstruction(ctx context.Context, i fleet.Instruction) error {
	return tx.later(ctx, `INSERT INTO instructions (id, subject, scope, version, title, body, published_us, actor, review_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		i.ID, string(i.Subject), i.Scope, i.Version, i.Title, i.Body, us(i.Published), i.Actor, usOrZero(i.Review))
}

// InsertRead implements fleet.CabinetTx.
func (tx *Tx) InsertRead(ctx context.Context, instructionID, groupID, staffID string) error {
	return tx.later(ctx, `INSERT INTO instruction_reads (instruction_id, group_id, staff_id, at_us) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		instructionID, groupID, staffID, us(tx.Now()))
}

// Readers implements fleet.CabinetTx.
func (tx *Tx) Readers(ctx context.Context, instructionID, groupID string) ([]string, error) {
	return collect(ctx, tx, column[string], `SELECT staff_id FROM instruction_reads WHERE instruction_id = $1 AND group_id = $2`, instructionID, groupID)
}

// Have implements fleet.CabinetTx.
func (tx *Tx) Have(ctx context.Context, groupIDs []string) (map[string]map[routine.Part]int, error) {
	out := map[string]map[routine.Part]int{}
	for _, id := range groupIDs {
		out[id] = map[routine.Part]int{}
	}
	for _, text := range []string{
		`SELECT group_id, 'keys', COUNT(*) FROM keys WHERE ` + groupHas + ` AND group_id IN %s GROUP BY group_id`,
		`SELECT group_id, 'cabinet', COUNT(*) FROM cabinets WHERE group_id IN %s GROUP BY group_id`,
		`SELECT group_id, 'station', COUNT(*) FROM stations WHERE blocked_us = 0 AND group_id IN %s GROUP BY group_id`,
		`SELECT group_id, item, quantity FROM group_items WHERE group_id IN %s`,
	} {
		_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
			var id string
			var part routine.Part
			var n int
			err := r.Scan(&id, &part, &n)
			if err == nil && n > 0 {
				out[id][part] = n
			}
			return struct{}{}, err
		}, text, groupIDs)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// PutItem implements fleet.CabinetTx.
func (tx *Tx) PutItem(ctx context.Context, groupID string, part routine.Part, quantity int) error {
	return put(ctx, tx, "group_items", []string{"group_id", "item", "quantity"}, 2, []int{quantity}, func(n int) []any {
		return []any{groupID, string(part), n}
	})
}

var _ fleet.CabinetTx = (*Tx)(nil)
