package storage

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
)

var _ support.Tx = (*Tx)(nil)

// FindThing implements support.FaultTx.
func (tx *Tx) FindThing(ctx context.Context, kind support.ThingKind, label string) (support.Thing, bool, error) {
	text := map[support.ThingKind]string{
		support.Lock: lockThing + `WHERE l.serial = $1`,
		support.Key: `SELECT k.id, k.number, '', COALESCE(p.org_number, ''), '' FROM keys k
			LEFT JOIN care_groups g ON g.id = k.group_id LEFT JOIN providers p ON p.id = g.provider_id WHERE k.number = $1`,
		support.Station: `SELECT s.id, s.name, '', COALESCE(p.org_number, ''), '' FROM stations s
			LEFT JOIN care_groups g ON g.id = s.group_id LEFT JOIN providers p ON p.id = g.provider_id WHERE s.name = $1`,
		support.Cabinet: `SELECT g.id, g.code, '', p.org_number, '' FROM care_groups g JOIN providers p ON p.id = g.provider_id WHERE g.code = $1`,
	}[kind]
	if text == "" {
		return support.Thing{}, false, support.ErrThingKind
	}
	return one(ctx, tx, scanThing(kind), text, label)
}

// lockThing names one of the clients behind a door; behind an entrance there are many, so none.
const lockThing = `SELECT l.id, l.serial, l.kind, '', COALESCE((SELECT MIN(c.id) FROM clients c
	WHERE c.dwelling_id = l.dwelling_id AND l.state = 'mounted'), '') FROM locks l `

func scanThing(kind support.ThingKind) func(row) (support.Thing, error) {
	return func(r row) (support.Thing, error) {
		t := support.Thing{Kind: kind}
		return t, r.Scan(&t.ID, &t.Label, &t.Place, &t.Holder, &t.ClientID)
	}
}

// LockBehind implements support.FaultTx.
func (tx *Tx) LockBehind(ctx context.Context, clientID string) (support.Thing, bool, error) {
	t, ok, err := one(ctx, tx, scanThing(support.Lock), lockThing+`JOIN clients w ON w.dwelling_id = l.dwelling_id
		WHERE w.id = $1 AND l.state = 'mounted' AND l.kind <> 'entrance'`, clientID)
	if ok {
		t.ClientID = clientID
	}
	return t, ok, err
}

// FaultPayers implements support.FaultTx.
func (tx *Tx) FaultPayers(ctx context.Context, clientID string, t time.Time) (homeCare, alarm []string, err error) {
	type serving struct {
		kind routine.ServiceKind
		org  string
	}
	all, err := collect(ctx, tx, func(r row) (serving, error) {
		var s serving
		err := r.Scan(&s.kind, &s.org)
		return s, err
	}, `SELECT DISTINCT s.kind, p.org_number FROM clients w JOIN clients c ON c.dwelling_id = w.dwelling_id
		JOIN services s ON s.client_id = c.id JOIN care_groups g ON g.id = s.group_id JOIN providers p ON p.id = g.provider_id
		WHERE w.id = $1 AND s.kind IN ('homecare', 'alarm') AND s.from_us <= $2 AND s.until_us > $2 ORDER BY 1, 2`, clientID, us(t))
	for _, s := range all {
		if s.kind == routine.Alarm {
			alarm = append(alarm, s.org)
		} else {
			homeCare = append(homeCare, s.org)
		}
	}
	return homeCare, alarm, err
}

const faultColumns = `id, number, thing, thing_id, label, place, client_id, urgent, description, state, organisation, reporter,
	reported_us, advice, assignee, assigned_us, task_id, cause, done, closed_by, closed_us, rule, reports`

func scanFault(r row) (support.Fault, error) {
	var f support.Fault
	var client *string
	var urgent, reported, assigned, closed int64
	err := r.Scan(&f.ID, &f.Number, &f.Thing, &f.ThingID, &f.Label, &f.Place, &client, &urgent, &f.Description, &f.State, &f.Organisation,
		&f.Reporter, &reported, &f.Advice, &f.Assignee, &assigned, &f.TaskID, &f.Cause, &f.Done, &f.ClosedBy, &closed, &f.Rule, &f.ReportedBy)
	if client != nil {
		f.ClientID = *client
	}
	f.Urgent, f.Reported, f.Assigned, f.Closed = urgent != 0, fromUS(reported), fromZeroUS(assigned), fromZeroUS(closed)
	return f, err
}

// OpenFault implements support.FaultTx.
func (tx *Tx) OpenFault(ctx context.Context, kind support.ThingKind, thingID string) (support.Fault, bool, error) {
	return one(ctx, tx, scanFault, `SELECT `+faultColumns+` FROM faults WHERE thing = $1 AND thing_id = $2 AND closed_us = 0`, string(kind), thingID)
}

// FaultByID implements support.FaultTx.
func (tx *Tx) FaultByID(ctx context.Context, id string) (support.Fault, bool, error) {
	return one(ctx, tx, scanFault, `SELECT `+faultColumns+` FROM faults WHERE id = $1`, id)
}

// PutFault implements support.FaultTx.
func (tx *Tx) PutFault(ctx context.Context, f support.Fault) error {
	return put(ctx, tx, "faults", columnsOf(faultColumns), 1, []support.Fault{f}, func(f support.Fault) []any {
		return []any{f.ID, f.Number, string(f.Thing), f.ThingID, f.Label, f.Place, orNull(f.ClientID), bit(f.Urgent), f.Description,
			string(f.State), f.Organisation, f.Reporter, us(f.Reported), f.Advice, f.Assignee, usOrZero(f.Assigned), f.TaskID, string(f.Cause),
			f.Done, f.ClosedBy, usOrZero(f.Closed), f.Rule, int64(f.ReportedBy)}
	})
}

// columnsOf are the names in a list for SELECT.
func columnsOf(list string) []string {
	return strings.Fields(strings.ReplaceAll(list, ",", " "))
}

// AddFaultReport implements support.FaultTx.
func (tx *Tx) AddFaultReport(ctx context.Context, r support.Report) error {
	if err := tx.later(ctx, `INSERT INTO fault_reports (id, fault_id, organisation, reporter, description, client_inside, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, r.ID, r.FaultID, r.Organisation, r.Reporter, r.Description, bit(r.ClientInside), us(r.At)); err != nil {
		return err
	}
	return tx.later(ctx, `INSERT INTO fault_reporters (organisation, fault_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, r.Organisation, r.FaultID)
}

// FaultReports implements support.FaultTx.
func (tx *Tx) FaultReports(ctx context.Context, faultID string) ([]support.Report, error) {
	return collect(ctx, tx, func(r row) (support.Report, error) {
		var p support.Report
		var inside, at int64
		err := r.Scan(&p.ID, &p.FaultID, &p.Organisation, &p.Reporter, &p.Description, &inside, &at)
		p.ClientInside, p.At = inside != 0, fromUS(at)
		return p, err
	}, `SELECT id, fault_id, organisation, reporter, description, client_inside, at_us FROM fault_reports
		WHERE fault_id = $1 ORDER BY id LIMIT $2`, faultID, support.MaxPage)
}

// ServesClient implements support.FaultTx.
func (tx *Tx) ServesClient(ctx context.Context, organisation, clientID string, t time.Time) (bool, error) {
	_, ok, err := one(ctx, tx, column[string], `SELECT s.id FROM services s JOIN care_groups g ON g.id = s.group_id JOIN providers p ON p.id = g.provider_id
		WHERE s.client_id = $1 AND p.org_number = $2 AND s.from_us < s.until_us AND s.until_us > $3 LIMIT 1`, clientID, organisation, us(t))
	return ok, err
}

// KeyCharge implements support.ChargeTx.
func (tx *Tx) KeyCharge(ctx context.Context, keyID string, since time.Time) (support.Charge, bool, error) {
	return one(ctx, tx, scanCharge, `SELECT `+chargeColumns+` FROM charges WHERE kind = 'broken-key' AND proposed_us >= $2 AND
		(source IN (SELECT 'fault:' || id FROM faults WHERE thing = 'key' AND thing_id = $1) OR
		source IN (SELECT 'exchange:' || id FROM key_exchanges WHERE key_id = $1)) ORDER BY id DESC LIMIT 1`, keyID, us(since))
}

// HasReported implements support.FaultTx.
func (tx *Tx) HasReported(ctx context.Context, organisation, faultID string) (bool, error) {
	_, ok, err := one(ctx, tx, column[string], `SELECT fault_id FROM fault_reporters WHERE organisation = $1 AND fault_id = $2`, organisation, faultID)
	return ok, err
}

// newest narrows a list to what comes after a page, newest first by id, and ends the query.
func (q *where) newest(id string, p support.Page) string {
	if p.Before != "" {
		q.and(id+" < ", p.Before)
	}
	return q.text + " ORDER BY " + id + " DESC" + q.limit(p.Size())
}

// ListFaults implements support.FaultTx.
func (tx *Tx) ListFaults(ctx context.Context, f support.Faults, thingID string) ([]support.Fault, error) {
	var q where
	from, id := ` FROM faults f`, `f.id`
	if f.Organisation != "" { // by the organisation's own index, whoever else has reported more
		from, id = ` FROM fault_reporters r JOIN faults f ON f.id = r.fault_id`, `r.fault_id`
		q.equal(`r.organisation`, f.Organisation)
	}
	q.equal(`f.thing`, string(f.Thing))
	q.equal(`f.thing_id`, thingID)
	q.equal(`f.client_id`, f.ClientID)
	q.equal(`f.state`, string(f.State))
	if f.Open {
		q.is(`f.closed_us = 0`)
	}
	if f.Urgent {
		q.is(`f.urgent = 1`)
	}
	columns := `f.` + strings.Join(columnsOf(faultColumns), `, f.`)
	text := `SELECT ` + columns + from + q.newest(id, f.Page) // before the arguments are read
	return collect(ctx, tx, scanFault, text, q.args...)
}

const onCallColumns = `id, number, organisation, actor, called_us, reason, hours, visit, visit_why, fault_id, phone_cost, visit_cost,
	cause, note, settled_by, settled_us`

func scanOnCall(r row) (support.OnCall, error) {
	var o support.OnCall
	var fault *string
	var called, visit, settled int64
	err := r.Scan(&o.ID, &o.Number, &o.Organisation, &o.Actor, &called, &o.Reason, &o.Hours, &visit, &o.VisitWhy, &fault, &o.PhoneCost,
		&o.VisitCost, &o.Cause, &o.Note, &o.SettledBy, &settled)
	if fault != nil {
		o.FaultID = *fault
	}
	o.Called, o.Visit, o.Settled = fromUS(called), visit != 0, fromZeroUS(settled)
	return o, err
}

// OnCallByID implements support.OnCallTx.
func (tx *Tx) OnCallByID(ctx context.Context, id string) (support.OnCall, bool, error) {
	return one(ctx, tx, scanOnCall, `SELECT `+onCallColumns+` FROM on_call WHERE id = $1`, id)
}

// PutOnCall implements support.OnCallTx.
func (tx *Tx) PutOnCall(ctx context.Context, o support.OnCall) error {
	return put(ctx, tx, "on_call", columnsOf(onCallColumns), 1, []support.OnCall{o}, func(o support.OnCall) []any {
		return []any{o.ID, o.Number, o.Organisation, o.Actor, us(o.Called), o.Reason, o.Hours, bit(o.Visit), o.VisitWhy, orNull(o.FaultID),
			int64(o.PhoneCost), int64(o.VisitCost), string(o.Cause), o.Note, o.SettledBy, usOrZero(o.Settled)}
	})
}

// ListOnCalls implements support.OnCallTx.
func (tx *Tx) ListOnCalls(ctx context.Context, f support.OnCalls) ([]support.OnCall, error) {
	var q where
	q.equal(`organisation`, f.Organisation)
	if f.Open {
		q.is(`settled_us = 0`)
	}
	text := `SELECT ` + onCallColumns + ` FROM on_call` + q.newest(`id`, f.Page) // before the arguments are read
	return collect(ctx, tx, scanOnCall, text, q.args...)
}

const chargeColumns = `id, number, source, kind, payer, payer_org, units, proposed, amount, rule, facts, client_id, fault_id, credits,
	state, proposed_by, proposed_us, decided_by, decided_us, reason, export_id`

func scanCharge(r row) (support.Charge, error) {
	var c support.Charge
	var facts string
	var client, fault, credits, export *string
	var proposed, decided int64
	err := r.Scan(&c.ID, &c.Number, &c.Source, &c.Kind, &c.Payer, &c.PayerOrg, &c.Units, &c.Proposed, &c.Amount, &c.Rule, &facts, &client,
		&fault, &credits, &c.State, &c.ProposedBy, &proposed, &c.DecidedBy, &decided, &c.Reason, &export)
	if err != nil {
		return c, err
	}
	for to, from := range map[*string]*string{&c.ClientID: client, &c.FaultID: fault, &c.Credits: credits, &c.ExportID: export} {
		if from != nil {
			*to = *from
		}
	}
	c.ProposedAt, c.DecidedAt = fromUS(proposed), fromZeroUS(decided)
	return c, json.Unmarshal([]byte(facts), &c.Facts)
}

// ChargeBySource implements support.ChargeTx.
func (tx *Tx) ChargeBySource(ctx context.Context, source string) (support.Charge, bool, error) {
	return one(ctx, tx, scanCharge, `SELECT `+chargeColumns+` FROM charges WHERE source = $1`, source)
}

// ChargeByID implements support.ChargeTx.
func (tx *Tx) ChargeByID(ctx context.Context, id string) (support.Charge, bool, error) {
	return one(ctx, tx, scanCharge, `SELECT `+chargeColumns+` FROM charges WHERE id = $1`, id)
}

// InsertCharge implements support.ChargeTx.
func (tx *Tx) InsertCharge(ctx context.Context, c support.Charge) error {
	facts, err := json.Marshal(c.Facts)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "charges", columnsOf(chargeColumns), [][]any{{c.ID, c.Number, c.Source, string(c.Kind), string(c.Payer), c.PayerOrg,
		int64(c.Units), int64(c.Proposed), int64(c.Amount), c.Rule, string(facts), orNull(c.ClientID), orNull(c.FaultID), orNull(c.Credits),
		string(c.State), c.ProposedBy, us(c.ProposedAt), c.DecidedBy, usOrZero(c.DecidedAt), c.Reason, orNull(c.ExportID)}}, "")
}

// DecideCharge implements support.ChargeTx.
func (tx *Tx) DecideCharge(ctx context.Context, c support.Charge) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE charges SET state = $1, amount = $2, payer_org = $3, decided_by = $4, decided_us = $5, reason = $6
		WHERE id = $7 AND state <> 'exported'`, string(c.State), int64(c.Amount), c.PayerOrg, c.DecidedBy, us(c.DecidedAt), c.Reason, c.ID)
	return n == 1, err
}

// Credited implements support.ChargeTx.
func (tx *Tx) Credited(ctx context.Context, chargeID, beside string) (kronor, count int, err error) {
	err = each(ctx, tx, func(r row) error { return r.Scan(&kronor, &count) },
		`SELECT COALESCE(SUM(CASE state WHEN 'waived' THEN 0 ELSE -amount END), 0), COUNT(*) FROM charges WHERE credits = $1 AND id <> $2`, chargeID, beside)
	return kronor, count, err
}

// ListCharges implements support.ChargeTx.
func (tx *Tx) ListCharges(ctx context.Context, f support.Charges) ([]support.Charge, error) {
	var q where
	q.equal(`state`, string(f.State))
	q.equal(`payer_org`, f.PayerOrg)
	q.equal(`export_id`, f.ExportID)
	text := `SELECT ` + chargeColumns + ` FROM charges` + q.newest(`id`, f.Page) // before the arguments are read
	return collect(ctx, tx, scanCharge, text, q.args...)
}

const exportColumns = `id, number, organisation, key, actor, at_us, charges, total`

func scanExport(r row) (support.Export, error) {
	var e support.Export
	var at int64
	err := r.Scan(&e.ID, &e.Number, &e.Organisation, &e.Key, &e.Actor, &at, &e.Charges, &e.Total)
	e.At = fromUS(at)
	return e, err
}

// ExportByKey implements support.ChargeTx.
func (tx *Tx) ExportByKey(ctx context.Context, organisation, key string) (support.Export, bool, error) {
	return one(ctx, tx, scanExport, `SELECT `+exportColumns+` FROM charge_exports WHERE organisation = $1 AND key = $2`, organisation, key)
}

// ExportByID implements support.ChargeTx.
func (tx *Tx) ExportByID(ctx context.Context, id string) (support.Export, bool, error) {
	return one(ctx, tx, scanExport, `SELECT `+exportColumns+` FROM charge_exports WHERE id = $1`, id)
}

// InsertExport implements support.ChargeTx.
func (tx *Tx) InsertExport(ctx context.Context, e support.Export, limit int) (charges, kronor int, err error) {
	if err := tx.later(ctx, `INSERT INTO charge_exports (`+exportColumns+`) VALUES ($1, $2, $3, $4, $5, $6, 0, 0)`,
		e.ID, e.Number, e.Organisation, e.Key, e.Actor, us(e.At)); err != nil {
		return 0, 0, err
	}
	if err := tx.later(ctx, `UPDATE charges SET state = 'exported', export_id = $1
		WHERE id IN (SELECT id FROM charges WHERE state = 'approved' ORDER BY id LIMIT $2)`, e.ID, limit); err != nil {
		return 0, 0, err
	}
	if err := each(ctx, tx, func(r row) error { return r.Scan(&charges, &kronor) },
		`SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM charges WHERE export_id = $1`, e.ID); err != nil {
		return 0, 0, err
	}
	err = tx.later(ctx, `UPDATE charge_exports SET charges = $1, total = $2 WHERE id = $3`, charges, kronor, e.ID)
	return charges, kronor, err
}

// ListExports implements support.ChargeTx.
func (tx *Tx) ListExports(ctx context.Context, p support.Page) ([]support.Export, error) {
	var q where
	text := `SELECT ` + exportColumns + ` FROM charge_exports` + q.newest(`id`, p) // before the arguments are read
	return collect(ctx, tx, scanExport, text, q.args...)
}
