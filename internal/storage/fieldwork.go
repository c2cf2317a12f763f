package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
)

// StaffByID implements casework.FieldTx.
func (tx *Tx) StaffByID(ctx context.Context, ids []string) (map[string]care.Staff, error) {
	all, err := collectIn(ctx, tx, func(r row) (care.Staff, error) {
		var s care.Staff
		err := r.Scan(&s.ID, &s.EmployeeNumber, &s.Pseudonym, &s.GivenName, &s.FamilyName, &s.Email, &s.Phone)
		return s, err
	}, `SELECT id, employee_number, pseudonym, given_name, family_name, email, phone FROM staff WHERE id IN %s`, ids)
	return keyed(all, func(s care.Staff) string { return s.ID }), err
}

// LocksByID implements casework.FieldTx.
func (tx *Tx) LocksByID(ctx context.Context, ids []string) (map[string]fleet.Lock, error) {
	all, err := collectIn(ctx, tx, scanLock, `SELECT `+lockColumns+` FROM locks WHERE id IN %s`, ids)
	return keyed(all, func(l fleet.Lock) string { return l.ID }), err
}

const bookingColumns = `id, task_id, staff_id, from_us, until_us, COALESCE(attend, ''), told, told_how, told_by, told_us, actor, created_us, ended_us, ended_how, reason`

func scanBooking(r row) (casework.Booking, error) {
	var b casework.Booking
	var from, until, told, created, ended int64
	err := r.Scan(&b.ID, &b.TaskID, &b.StaffID, &from, &until, &b.Attend, &b.Told, &b.How, &b.ToldBy, &told, &b.Actor, &created, &ended, &b.EndedHow, &b.Reason)
	b.From, b.Until, b.ToldAt, b.Created, b.Ended = fromUS(from), fromUS(until), fromZeroUS(told), fromUS(created), fromZeroUS(ended)
	return b, err
}

// InsertBooking implements casework.BookingTx. The statement itself sees that the person is free.
func (tx *Tx) InsertBooking(ctx context.Context, b casework.Booking) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO bookings (id, task_id, staff_id, from_us, until_us, attend, told, told_how, told_by, told_us, actor, created_us, ended_us, ended_how, reason)
		SELECT $1, $2, $3, CAST($4 AS BIGINT), CAST($5 AS BIGINT), $6, $7, $8, $9, CAST($10 AS BIGINT), $11, CAST($12 AS BIGINT), 0, '', ''
		WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE staff_id = $3 AND ended_us = 0 AND from_us < $5 AND until_us > $4)`,
		b.ID, b.TaskID, b.StaffID, us(b.From), us(b.Until), orNull(b.Attend), b.Told, b.How, b.ToldBy, usOrZero(b.ToldAt), b.Actor, us(b.Created))
	return n == 1, err
}

// LiveBooking implements casework.BookingTx.
func (tx *Tx) LiveBooking(ctx context.Context, taskID string) (casework.Booking, bool, error) {
	return one(ctx, tx, scanBooking, `SELECT `+bookingColumns+` FROM bookings WHERE task_id = $1 AND ended_us = 0`, taskID)
}

// EndBooking implements casework.BookingTx.
func (tx *Tx) EndBooking(ctx context.Context, id, how, reason string) error {
	return tx.later(ctx, `UPDATE bookings SET ended_us = $1, ended_how = $2, reason = $3 WHERE id = $4 AND ended_us = 0`, us(tx.Now()), how, reason, id)
}

// SetBookingTold implements casework.BookingTx.
func (tx *Tx) SetBookingTold(ctx context.Context, b casework.Booking) error {
	return tx.later(ctx, `UPDATE bookings SET told = $1, told_how = $2, told_by = $3, told_us = $4 WHERE id = $5`, b.Told, b.How, b.ToldBy, us(b.ToldAt), b.ID)
}

// BookingsOfTask implements casework.BookingTx.
func (tx *Tx) BookingsOfTask(ctx context.Context, taskID string) ([]casework.Booking, error) {
	return collect(ctx, tx, scanBooking, `SELECT `+bookingColumns+` FROM bookings WHERE task_id = $1 ORDER BY created_us DESC, id DESC LIMIT 50`, taskID)
}

// Visits implements casework.BookingTx.
func (tx *Tx) Visits(ctx context.Context, staffID string, from, until time.Time, limit int) ([]casework.Visit, error) {
	return collect(ctx, tx, func(r row) (casework.Visit, error) {
		var v casework.Visit
		var urgency, from, until, changed int64
		err := r.Scan(&v.BookingID, &v.Number, &v.Kind, &urgency, &from, &until, &v.Town, &changed)
		v.Urgent, v.From, v.Until, v.Changed = urgency == 0, fromUS(from), fromUS(until), fromUS(changed)
		return v, err
	}, `SELECT b.id, t.number, t.kind, t.urgency, b.from_us, b.until_us, CASE WHEN c.protected = 0 THEN COALESCE(d.town, '') ELSE '' END, b.created_us
		FROM bookings b JOIN tasks t ON t.id = b.task_id LEFT JOIN clients c ON c.id = t.client_id LEFT JOIN dwellings d ON d.id = c.dwelling_id
		WHERE b.staff_id = $1 AND b.from_us >= $2 AND b.from_us < $3 AND b.ended_how IN ('', 'kept') ORDER BY b.from_us, b.id LIMIT $4`,
		staffID, us(from), us(until), limit)
}

const stepColumns = `s.id, s.task_id, s.step, s.at_us, s.received_us, COALESCE(s.staff_id, ''), COALESCE(p.employee_number, ''), s.actor, s.body`

func scanStep(r row) (casework.Step, error) {
	var s casework.Step
	var at, received int64
	var body string
	if err := r.Scan(&s.ID, &s.TaskID, &s.Step, &at, &received, &s.StaffID, &s.Employee, &s.Actor, &body); err != nil {
		return s, err
	}
	s.At, s.Received = fromUS(at), fromUS(received)
	if err := json.Unmarshal([]byte(body), &s.Found); err != nil {
		return s, fmt.Errorf("storage: the stored step %s: %w", s.ID, err)
	}
	return s, nil
}

// InsertStep implements casework.StepTx.
func (tx *Tx) InsertStep(ctx context.Context, s casework.Step) error {
	body, err := json.Marshal(s.Found)
	if err != nil {
		return err
	}
	return tx.later(ctx, `INSERT INTO task_steps (id, task_id, step, at_us, received_us, staff_id, actor, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.ID, s.TaskID, string(s.Step), us(s.At), us(s.Received), orNull(s.StaffID), s.Actor, string(body))
}

// StepByID implements casework.StepTx.
func (tx *Tx) StepByID(ctx context.Context, id string) (casework.Step, bool, error) {
	return one(ctx, tx, scanStep, `SELECT `+stepColumns+` FROM task_steps s LEFT JOIN staff p ON p.id = s.staff_id WHERE s.id = $1`, id)
}

// StepsOf implements casework.StepTx.
func (tx *Tx) StepsOf(ctx context.Context, taskID string) ([]casework.Step, error) {
	return collect(ctx, tx, scanStep, `SELECT `+stepColumns+` FROM task_steps s LEFT JOIN staff p ON p.id = s.staff_id
		WHERE s.task_id = $1 ORDER BY s.at_us, s.received_us, s.id LIMIT 1000`, taskID)
}

// InsertMounting implements casework.FieldTx.
func (tx *Tx) InsertMounting(ctx context.Context, m casework.Mounting) error {
	return tx.later(ctx, `INSERT INTO mountings (id, lock_id, kind, dwelling_id, entrance_id, task_id, mounted_us, consent_needed, consent, box_reason, original_part, ended_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)`,
		m.ID, m.LockID, string(m.Kind), orNull(m.DwellingID), orNull(m.EntranceID), m.TaskID, us(m.At), bit(m.ConsentNeeded), m.Consent, m.BoxReason, m.OriginalPart)
}

// MountingOf implements casework.FieldTx.
func (tx *Tx) MountingOf(ctx context.Context, lockID string) (casework.Mounting, bool, error) {
	return one(ctx, tx, func(r row) (casework.Mounting, error) {
		var m casework.Mounting
		var at, needed int64
		err := r.Scan(&m.ID, &m.LockID, &m.Kind, &m.DwellingID, &m.EntranceID, &m.TaskID, &at, &needed, &m.Consent, &m.BoxReason, &m.OriginalPart)
		m.At, m.ConsentNeeded = fromUS(at), needed != 0
		return m, err
	}, `SELECT id, lock_id, kind, COALESCE(dwelling_id, ''), COALESCE(entrance_id, ''), task_id, mounted_us, consent_needed, consent, box_reason, original_part
		FROM mountings WHERE lock_id = $1 AND ended_us = 0`, lockID)
}

// EndMounting implements casework.FieldTx. A lock that only the registers know of has none.
func (tx *Tx) EndMounting(ctx context.Context, lockID string) error {
	return tx.later(ctx, `UPDATE mountings SET ended_us = $1 WHERE lock_id = $2 AND ended_us = 0`, us(tx.Now()), lockID)
}

func scanFeed(r row) (casework.Feed, error) {
	var f casework.Feed
	var created, revoked int64
	err := r.Scan(&f.ID, &f.StaffID, &created, &revoked)
	f.Created, f.Revoked = fromUS(created), fromZeroUS(revoked)
	return f, err
}

// InsertFeed implements casework.FeedTx.
func (tx *Tx) InsertFeed(ctx context.Context, f casework.Feed, tokenHash string) error {
	return tx.later(ctx, `INSERT INTO calendar_feeds (id, staff_id, token_hash, created_us, revoked_us) VALUES ($1, $2, $3, $4, 0)`,
		f.ID, f.StaffID, tokenHash, us(f.Created))
}

// FeedByHash implements casework.FeedTx.
func (tx *Tx) FeedByHash(ctx context.Context, tokenHash string) (casework.Feed, bool, error) {
	return one(ctx, tx, scanFeed, `SELECT id, staff_id, created_us, revoked_us FROM calendar_feeds f WHERE token_hash = $1
		AND (NOT EXISTS (SELECT 1 FROM staff_groups m WHERE m.staff_id = f.staff_id) OR EXISTS (SELECT 1 FROM staff_groups m WHERE m.staff_id = f.staff_id AND m.until_us > $2))
		AND (NOT EXISTS (SELECT 1 FROM accounts a WHERE a.staff_id = f.staff_id) OR EXISTS (SELECT 1 FROM accounts a JOIN assignments s ON s.account_id = a.id
			WHERE a.staff_id = f.staff_id AND a.state = 'active' AND s.from_us <= $2 AND s.until_us > $2 AND `+employed("s", "$2")+`))`,
		tokenHash, us(tx.Now()))
}

// FeedByID implements casework.FeedTx.
func (tx *Tx) FeedByID(ctx context.Context, id string) (casework.Feed, bool, error) {
	return one(ctx, tx, scanFeed, `SELECT id, staff_id, created_us, revoked_us FROM calendar_feeds WHERE id = $1`, id)
}

// FeedsOf implements casework.FeedTx.
func (tx *Tx) FeedsOf(ctx context.Context, staffID string) ([]casework.Feed, error) {
	return collect(ctx, tx, scanFeed, `SELECT id, staff_id, created_us, revoked_us FROM calendar_feeds WHERE staff_id = $1 ORDER BY created_us DESC, id DESC LIMIT 20`, staffID)
}

// RevokeFeed implements casework.FeedTx.
func (tx *Tx) RevokeFeed(ctx context.Context, id string) error {
	return tx.later(ctx, `UPDATE calendar_feeds SET revoked_us = $1 WHERE id = $2 AND revoked_us = 0`, us(tx.Now()), id)
}
