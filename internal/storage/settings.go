package storage

import "context"

// Setting returns a setting of the municipality, "" if it has not been set.
func (tx *Tx) Setting(ctx context.Context, name string) (string, error) {
	v, _, err := one(ctx, tx, column[string], `SELECT value FROM settings WHERE name = $1`, name)
	return v, err
}

// SetSetting stores a setting.
func (tx *Tx) SetSetting(ctx context.Context, name, value string) error {
	return tx.later(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
}

// Certified counts the locks, keys and stations that have a certificate, and so trust the municipality's root.
func (tx *Tx) Certified(ctx context.Context) (int, error) {
	n, _, err := one(ctx, tx, column[int], `SELECT (SELECT COUNT(*) FROM locks WHERE certificate IS NOT NULL) +
		(SELECT COUNT(*) FROM keys WHERE certificate IS NOT NULL) + (SELECT COUNT(*) FROM stations WHERE certificate IS NOT NULL)`)
	return n, err
}

// Secret returns key material, nil if there is none.
func (tx *Tx) Secret(ctx context.Context, name string) ([]byte, error) {
	v, _, err := one(ctx, tx, column[[]byte], `SELECT value FROM secrets WHERE name = $1`, name)
	return v, err
}

// AddSecret stores key material that is not there yet. It never replaces any.
func (tx *Tx) AddSecret(ctx context.Context, name string, value []byte) error {
	return tx.later(ctx, `INSERT INTO secrets (name, value) VALUES ($1, $2)`, name, value)
}
