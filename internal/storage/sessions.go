package storage

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

// selectSessions reads sessions at the instant $2: with the account, the chosen assignment if its owner works there, and how many
// notices wait, since every page says all of it.
var selectSessions = fmt.Sprintf(`SELECT s.id, s.method, s.issuer, s.level, s.device, s.created_us, s.seen_us, s.ends_us, s.strong_us, s.hash,
	(SELECT COUNT(*) FROM (SELECT 1 FROM notices n WHERE n.account_id = a.id AND n.read_us = 0 LIMIT %d) AS unread),
	`+accountColumns+`, g.id, g.role, g.organisation, g.areas, g.lead, g.from_us, g.until_us
	FROM sessions s JOIN accounts a ON a.id = s.account_id LEFT JOIN assignments g ON g.id = s.assignment_id AND g.account_id = s.account_id AND `,
	notify.MaxUnread) + employed("g", "$2")

type storedSession struct {
	identity.Session
	hash string
}

func scanSession(r row) (storedSession, error) {
	var s storedSession
	var demo int64
	var role, areas nullText
	var lead, from, until *int64
	into := []any{&s.ID, &s.Method, &s.Issuer, &s.Level, &s.Device, (*zeroTime)(&s.Created), (*zeroTime)(&s.Seen), (*zeroTime)(&s.Ends), (*zeroTime)(&s.Strong), &s.hash, &s.Unread}
	into = append(into, accountInto(&s.Account, &demo)...)
	g := &s.Assignment
	err := r.Scan(append(into, (*nullText)(&g.ID), &role, (*nullText)(&g.Organisation), &areas, &lead, &from, &until)...)
	s.Account.Demo = demo != 0
	if err == nil && g.ID != "" {
		g.AccountID, g.Role, g.Areas, g.Lead = s.Account.ID, routine.Role(role), strings.Fields(string(areas)), *lead != 0
		g.From, g.Until = fromUS(*from), fromUS(*until)
	}
	return s, err
}

// InsertSession implements identity.AccountTx.
func (tx *Tx) InsertSession(ctx context.Context, hash string, s identity.Session) error {
	_, err := tx.exec(ctx, `INSERT INTO sessions (hash, id, account_id, assignment_id, method, issuer, level, device, created_us, seen_us, ends_us, strong_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		hash, s.ID, s.Account.ID, orNull(s.Assignment.ID), string(s.Method), s.Issuer, s.Level, s.Device, us(s.Created), us(s.Seen), us(s.Ends), usOrZero(s.Strong))
	return err
}

// SessionByHash implements identity.AccountTx.
func (tx *Tx) SessionByHash(ctx context.Context, hash string) (identity.Session, string, bool, error) {
	s, ok, err := one(ctx, tx, scanSession, selectSessions+` WHERE s.hash = $1`, hash, us(tx.Now()))
	return s.Session, s.hash, ok, err
}

// Sessions implements identity.AccountTx.
func (tx *Tx) Sessions(ctx context.Context, accountID string, t time.Time) ([]identity.Session, error) {
	all, err := collect(ctx, tx, scanSession, selectSessions+` WHERE s.account_id = $1 AND s.ends_us > $2 ORDER BY s.created_us DESC, s.id DESC`, accountID, us(t))
	out := make([]identity.Session, len(all))
	for i, s := range all {
		out[i] = s.Session
	}
	return out, err
}

// SetSeen implements identity.AccountTx.
func (tx *Tx) SetSeen(ctx context.Context, id string, t time.Time) error {
	_, err := tx.exec(ctx, `UPDATE sessions SET seen_us = $2 WHERE id = $1`, id, us(t))
	return err
}

// SetStrong implements identity.AccountTx.
func (tx *Tx) SetStrong(ctx context.Context, id string, t time.Time) error {
	_, err := tx.exec(ctx, `UPDATE sessions SET strong_us = $2 WHERE id = $1`, id, us(t))
	return err
}

// SetAssignment implements identity.AccountTx.
func (tx *Tx) SetAssignment(ctx context.Context, id, assignmentID string) error {
	_, err := tx.exec(ctx, `UPDATE sessions SET assignment_id = $2 WHERE id = $1`, id, assignmentID)
	return err
}

// EndSession implements identity.AccountTx.
func (tx *Tx) EndSession(ctx context.Context, accountID, id string) error {
	_, err := tx.exec(ctx, `DELETE FROM sessions WHERE account_id = $1 AND id = $2`, accountID, id)
	return err
}

// EndSessionsOf implements identity.AccountTx.
func (tx *Tx) EndSessionsOf(ctx context.Context, accountID, but string) error {
	_, err := tx.exec(ctx, `DELETE FROM sessions WHERE account_id = $1 AND id <> $2`, accountID, but)
	return err
}

// SetLogin implements identity.AccountTx.
func (tx *Tx) SetLogin(ctx context.Context, accountID string, t time.Time) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET former_us = login_us, login_us = $2 WHERE id = $1`, accountID, us(t))
	return err
}

// attemptsKept is how long an attempt in vain is remembered.
const attemptsKept = 24 * time.Hour

// ForgetLogins implements identity.AccountTx. What a session was is in the journal.
func (tx *Tx) ForgetLogins(ctx context.Context, t time.Time, limit int) error {
	if _, err := tx.exec(ctx, `DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE ends_us <= $1 ORDER BY ends_us LIMIT $2)`, us(t), limit); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `DELETE FROM login_codes WHERE until_us <= $1`, us(t)); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `DELETE FROM login_attempts WHERE subject IN (SELECT subject FROM login_attempts WHERE at_us <= $1 ORDER BY at_us LIMIT $2)`,
		us(t.Add(-attemptsKept)), limit)
	return err
}
