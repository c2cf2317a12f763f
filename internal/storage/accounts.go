package storage

import (
	"context"
	"time"

	"hemnyckel/internal/domain/identity"
)

var _ identity.AccountTx = (*Tx)(nil)

const accountColumns = `a.id, a.staff_id, a.name, a.email, a.phone, a.login_name, a.demo, a.created_us, a.closed_us, a.login_us, a.former_us`

// accountInto is where accountColumns go.
func accountInto(a *identity.Account, demo *int64) []any {
	return []any{&a.ID, (*nullText)(&a.StaffID), &a.Name, &a.Email, &a.Phone, (*nullText)(&a.LoginName), demo,
		(*zeroTime)(&a.Created), (*zeroTime)(&a.Closed), (*zeroTime)(&a.LoggedIn), (*zeroTime)(&a.Former)}
}

func scanAccount(r row) (identity.Account, error) {
	var a identity.Account
	var demo int64
	err := r.Scan(accountInto(&a, &demo)...)
	a.Demo = demo != 0
	return a, err
}

// InsertAccount implements identity.AccountTx.
func (tx *Tx) InsertAccount(ctx context.Context, a identity.Account) error {
	_, err := tx.exec(ctx, `INSERT INTO accounts (id, staff_id, name, email, phone, login_name, state, demo, password, totp_secret, totp_step, created_us, closed_us, login_us, former_us)
		VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, '', '', 0, $8, 0, 0, 0)`,
		a.ID, orNull(a.StaffID), a.Name, a.Email, a.Phone, orNull(a.LoginName), bit(a.Demo), us(a.Created))
	return err
}

// AccountByID implements identity.AccountTx.
func (tx *Tx) AccountByID(ctx context.Context, id string) (identity.Account, bool, error) {
	return one(ctx, tx, scanAccount, `SELECT `+accountColumns+` FROM accounts a WHERE a.id = $1`, id)
}

// Accounts implements identity.AccountTx.
func (tx *Tx) Accounts(ctx context.Context, f identity.AccountFilter, t time.Time, after string, limit int) ([]identity.Account, error) {
	var q where
	q.and("a.id > ", after)
	if !f.Closed {
		q.is("a.state = 'active'")
	}
	if f.Organisation != "" || f.Role != "" {
		q.and("a.id IN (SELECT account_id FROM assignments WHERE until_us > ", us(t))
		if f.Organisation != "" {
			q.and("organisation = ", f.Organisation)
		}
		if f.Role != "" {
			q.and("role = ", string(f.Role))
		}
		q.text += ")"
	}
	return collect(ctx, tx, scanAccount, `SELECT `+accountColumns+` FROM accounts a`+q.text+` ORDER BY a.id`+q.limit(limit), q.args...)
}

// SetContact implements identity.AccountTx.
func (tx *Tx) SetContact(ctx context.Context, a identity.Account) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET name = $2, email = $3, phone = $4, login_name = $5 WHERE id = $1`, a.ID, a.Name, a.Email, a.Phone, orNull(a.LoginName))
	return err
}

// PutIdentifier implements identity.AccountTx.
func (tx *Tx) PutIdentifier(ctx context.Context, accountID string, i identity.Identifier, t time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO account_identifiers (issuer, kind, value, account_id, at_us) VALUES ($1, $2, $3, $4, $5)`,
		i.Issuer, string(i.Kind), i.Value, accountID, us(t))
	return err
}

// Identified implements identity.AccountTx.
func (tx *Tx) Identified(ctx context.Context, i identity.Identifier) (string, bool, error) {
	return one(ctx, tx, column[string], `SELECT account_id FROM account_identifiers WHERE issuer = $1 AND kind = $2 AND value = $3`, i.Issuer, string(i.Kind), i.Value)
}

// Identifiers implements identity.AccountTx.
func (tx *Tx) Identifiers(ctx context.Context, accountID string) ([]identity.Identifier, error) {
	return collect(ctx, tx, func(r row) (identity.Identifier, error) {
		var i identity.Identifier
		err := r.Scan(&i.Issuer, &i.Kind, &i.Value)
		return i, err
	}, `SELECT issuer, kind, value FROM account_identifiers WHERE account_id = $1 ORDER BY issuer, kind, value`, accountID)
}

// AccountsOfStaff implements identity.LeaverTx.
func (tx *Tx) AccountsOfStaff(ctx context.Context, staffID string) ([]string, error) {
	return collect(ctx, tx, column[string], `SELECT id FROM accounts WHERE staff_id = $1 AND state = 'active'`, staffID)
}

// CloseAccount implements identity.LeaverTx.
func (tx *Tx) CloseAccount(ctx context.Context, id string, t time.Time) error {
	if err := tx.ClearFactors(ctx, id); err != nil {
		return err
	}
	for _, text := range []string{
		`UPDATE calendar_feeds SET revoked_us = $2 WHERE revoked_us = 0 AND staff_id IN (SELECT staff_id FROM accounts WHERE id = $1)`,
		`UPDATE accounts SET state = 'closed', closed_us = $2, login_name = NULL, email = '', phone = '' WHERE id = $1`,
	} {
		if _, err := tx.exec(ctx, text, id, us(t)); err != nil {
			return err
		}
	}
	for _, table := range []string{"sessions", "account_identifiers"} {
		if _, err := tx.exec(ctx, `DELETE FROM `+table+` WHERE account_id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}
