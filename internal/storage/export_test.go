package storage

import (
	"context"
)

// What the tests of the engine use of a transaction.

func (tx *Tx) TestExec(ctx context.Context, text string, args ...any) (int64, error) {
	return tx.exec(ctx, text, args...)
}

func (tx *Tx) TestInts(ctx context.Context, text string, args ...any) ([]int64, error) {
	return collect(ctx, tx, column[int64], text, args...)
}

func (tx *Tx) TestStringsIn(ctx context.Context, text string, keys []int64, before ...any) ([]string, error) {
	return collectIn(ctx, tx, column[string], text, keys, before...)
}

func (tx *Tx) TestInsert(ctx context.Context, table string, columns []string, rows [][]any, suffix string) (int64, error) {
	return tx.inserted(ctx, table, columns, rows, suffix)
}

func (db *DB) TestTarget() string { return db.target }

func (tx *Tx) TestLater(ctx context.Context, text string, args ...any) error {
	return tx.later(ctx, text, args...)
}
