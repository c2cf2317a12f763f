package municipality

import (
	"context"
	"errors"

	"hemnyckel/internal/storage"
)

// settingRestored says that a database has been made from a backup and has not moved its versions on yet.
const settingRestored = "restored"

// MarkRestored notes that the database at target has just been made from a backup. Its keys may be elsewhere: what follows from it is
// done when the municipality is next served.
func MarkRestored(ctx context.Context, target string) error {
	db, err := storage.Open(ctx, target, storage.Options{})
	if err != nil {
		return err
	}
	err = db.Update(ctx, func(tx *storage.Tx) error { return tx.SetSetting(ctx, settingRestored, "yes") })
	return errors.Join(err, db.Close())
}

// FinishRestore moves block list and generations past what was handed out after the backup, if the database has been made from
// one, and knows again what the key folder knows of changes of keys since then.
func (m *Municipality) FinishRestore(ctx context.Context) error {
	marked := ""
	err := m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		marked, err = tx.Setting(ctx, settingRestored)
		return err
	})
	if err != nil || marked == "" {
		return err
	}
	if err := m.Custody.recover(ctx); err != nil {
		return err
	}
	return m.DB.Update(ctx, func(tx *storage.Tx) error {
		if _, err := m.Keys.Recover(ctx, tx, 0, ""); err != nil {
			return err
		}
		return tx.SetSetting(ctx, settingRestored, "")
	})
}
