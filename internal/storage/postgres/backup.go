package postgres

import "context"

// Backup is written next.
func (db *DB) Backup(ctx context.Context, file string) error { return context.Canceled }
