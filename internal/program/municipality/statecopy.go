package municipality

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"hemnyckel/internal/base/durable"
	"hemnyckel/internal/storage"
)

// The public state lies in the key folder too, as it was after the last change. A database that is restored from before that change would
// otherwise forget which root and epochs the locks have been given, and give them others.

// stateCopy is the copy's name in the key folder.
const stateCopy = "authority.public"

func (c *Custody) keepCopy(text string) error {
	return durable.WriteFile(filepath.Join(c.store.Dir(), stateCopy), []byte(text), 0o600)
}

// newest is the copy if it is a later state of the same authority, else s. A copy that is older is one whose writing was cut short, or
// another server's folder.
func (c *Custody) newest(s authorityState) (authorityState, error) {
	b, err := os.ReadFile(filepath.Join(c.store.Dir(), stateCopy))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	kept, err := parseState(string(b))
	if err != nil {
		return s, err
	}
	if kept.Change > s.Change && kept.Trust.Follows(s.Trust) == nil {
		return kept, nil
	}
	return s, nil
}

// recover puts the copy in force after a restore, if the database is from before the last change of keys.
func (c *Custody) recover(ctx context.Context) error {
	s, err := c.state(ctx)
	if err != nil {
		return err
	}
	kept, err := c.newest(s)
	if err != nil || kept.Change == s.Change {
		return err
	}
	return c.change(ctx, "restore", "changes of keys after the backup", func(_ *storage.Tx, s authorityState) (authorityState, error) { return s, nil })
}
