package storage

import (
	"context"
	"time"

	"hemnyckel/internal/domain/identity"
)

// AccountByLogin implements identity.AccountTx.
func (tx *Tx) AccountByLogin(ctx context.Context, name string) (identity.Account, identity.Secrets, bool, error) {
	type found struct {
		identity.Account
		identity.Secrets
	}
	f, ok, err := one(ctx, tx, func(r row) (found, error) {
		var f found
		var demo int64
		err := r.Scan(append(accountInto(&f.Account, &demo), &f.Password, &f.TOTP, &f.Step)...)
		f.Demo = demo != 0
		return f, err
	}, `SELECT `+accountColumns+`, a.password, a.totp_secret, a.totp_step FROM accounts a WHERE a.login_name = $1 AND a.state = 'active'`, name)
	return f.Account, f.Secrets, ok, err
}

// SecretsOf implements identity.AccountTx.
func (tx *Tx) SecretsOf(ctx context.Context, accountID string) (identity.Secrets, error) {
	s, _, err := one(ctx, tx, func(r row) (identity.Secrets, error) {
		var s identity.Secrets
		err := r.Scan(&s.Password, &s.TOTP, &s.Step)
		return s, err
	}, `SELECT password, totp_secret, totp_step FROM accounts WHERE id = $1`, accountID)
	return s, err
}

// SetSecrets implements identity.AccountTx.
func (tx *Tx) SetSecrets(ctx context.Context, accountID string, s identity.Secrets) error {
	_, err := tx.exec(ctx, `UPDATE accounts SET password = $2, totp_secret = $3, totp_step = $4 WHERE id = $1`, accountID, s.Password, s.TOTP, s.Step)
	return err
}

// ClearFactors implements identity.AccountTx.
func (tx *Tx) ClearFactors(ctx context.Context, accountID string) error {
	if err := tx.SetSecrets(ctx, accountID, identity.Secrets{}); err != nil {
		return err
	}
	for _, table := range []string{"passkeys", "login_codes"} {
		if _, err := tx.exec(ctx, `DELETE FROM `+table+` WHERE account_id = $1`, accountID); err != nil {
			return err
		}
	}
	return nil
}

// InsertCodes implements identity.AccountTx.
func (tx *Tx) InsertCodes(ctx context.Context, accountID string, k identity.CodeKind, hashes []string, until time.Time) error {
	if _, err := tx.exec(ctx, `DELETE FROM login_codes WHERE account_id = $1 AND kind = $2`, accountID, string(k)); err != nil {
		return err
	}
	rows := make([][]any, len(hashes))
	for i, h := range hashes {
		rows[i] = []any{h, accountID, string(k), us(until)}
	}
	return tx.insert(ctx, "login_codes", []string{"hash", "account_id", "kind", "until_us"}, rows, "")
}

// UseCode implements identity.AccountTx.
func (tx *Tx) UseCode(ctx context.Context, k identity.CodeKind, hash string, t time.Time) (string, bool, error) {
	owner, ok, err := one(ctx, tx, column[string], `SELECT account_id FROM login_codes WHERE hash = $1 AND kind = $2 AND until_us > $3`, hash, string(k), us(t))
	if err != nil || !ok {
		return "", false, err
	}
	n, err := tx.exec(ctx, `DELETE FROM login_codes WHERE hash = $1`, hash)
	return owner, n == 1, err
}

// CountCodes implements identity.AccountTx.
func (tx *Tx) CountCodes(ctx context.Context, accountID string, k identity.CodeKind) (int, error) {
	n, _, err := one(ctx, tx, column[int], `SELECT COUNT(*) FROM login_codes WHERE account_id = $1 AND kind = $2`, accountID, string(k))
	return n, err
}

const passkeyColumns = `id, account_id, name, record, created_us, used_us`

func scanPasskey(r row) (identity.Passkey, error) {
	var k identity.Passkey
	err := r.Scan(&k.ID, &k.AccountID, &k.Name, &k.Record, (*zeroTime)(&k.Created), (*zeroTime)(&k.Used))
	return k, err
}

// PutPasskey implements identity.AccountTx.
func (tx *Tx) PutPasskey(ctx context.Context, k identity.Passkey) error {
	_, err := tx.exec(ctx, `INSERT INTO passkeys (`+passkeyColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, record = excluded.record, used_us = excluded.used_us`,
		k.ID, k.AccountID, k.Name, k.Record, us(k.Created), usOrZero(k.Used))
	return err
}

// PasskeyByID implements identity.AccountTx.
func (tx *Tx) PasskeyByID(ctx context.Context, id string) (identity.Passkey, bool, error) {
	return one(ctx, tx, scanPasskey, `SELECT `+passkeyColumns+` FROM passkeys WHERE id = $1`, id)
}

// Passkeys implements identity.AccountTx.
func (tx *Tx) Passkeys(ctx context.Context, accountID string) ([]identity.Passkey, error) {
	return collect(ctx, tx, scanPasskey, `SELECT `+passkeyColumns+` FROM passkeys WHERE account_id = $1 ORDER BY created_us, id`, accountID)
}

// DeletePasskey implements identity.AccountTx.
func (tx *Tx) DeletePasskey(ctx context.Context, accountID, id string) error {
	_, err := tx.exec(ctx, `DELETE FROM passkeys WHERE account_id = $1 AND id = $2`, accountID, id)
	return err
}

// Attempts implements identity.AccountTx.
func (tx *Tx) Attempts(ctx context.Context, subject string) (failures int, at, until time.Time, err error) {
	err = each(ctx, tx, func(r row) error {
		return r.Scan(&failures, (*zeroTime)(&at), (*zeroTime)(&until))
	}, `SELECT failures, at_us, until_us FROM login_attempts WHERE subject = $1`, subject)
	return failures, at, until, err
}

// PutAttempts implements identity.AccountTx.
func (tx *Tx) PutAttempts(ctx context.Context, subject string, failures int, at, until time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO login_attempts (subject, failures, at_us, until_us) VALUES ($1, $2, $3, $4)
		ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, at_us = excluded.at_us, until_us = excluded.until_us`,
		subject, int64(failures), us(at), usOrZero(until))
	return err
}

// ForgetAttempts implements identity.AccountTx.
func (tx *Tx) ForgetAttempts(ctx context.Context, subject string) error {
	_, err := tx.exec(ctx, `DELETE FROM login_attempts WHERE subject = $1`, subject)
	return err
}

// InsertState implements identity.AccountTx.
func (tx *Tx) InsertState(ctx context.Context, hash, body string, until time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO login_states (hash, body, until_us) VALUES ($1, $2, $3)`, hash, body, us(until))
	return err
}

// TrimStates implements identity.AccountTx.
func (tx *Tx) TrimStates(ctx context.Context, t time.Time, keep int) error {
	_, err := tx.exec(ctx, `DELETE FROM login_states WHERE until_us <= $1
		OR (until_us, hash) < (SELECT until_us, hash FROM login_states ORDER BY until_us DESC, hash DESC LIMIT 1 OFFSET $2)`, us(t), keep-1)
	return err
}

// TakeState implements identity.AccountTx.
func (tx *Tx) TakeState(ctx context.Context, hash string, t time.Time) (string, bool, error) {
	body, ok, err := one(ctx, tx, column[string], `SELECT body FROM login_states WHERE hash = $1 AND until_us > $2`, hash, us(t))
	if err != nil || !ok {
		return "", false, err
	}
	n, err := tx.exec(ctx, `DELETE FROM login_states WHERE hash = $1`, hash)
	return body, n == 1, err
}
