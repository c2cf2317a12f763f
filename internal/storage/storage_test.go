package storage_test

import (
	"context"
	"testing"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

func probe(t *testing.T, db *storage.DB) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.TestExec(t.Context(), `CREATE TABLE probe (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, db *storage.DB) (got []int64) {
	t.Helper()
	err := db.View(context.WithoutCancel(t.Context()), func(tx *storage.Tx) (err error) {
		got, err = tx.TestInts(context.WithoutCancel(t.Context()), `SELECT id FROM probe ORDER BY id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func add(ctx context.Context, tx *storage.Tx, id int64) error {
	_, err := tx.TestExec(ctx, `INSERT INTO probe (id, name) VALUES ($1, $2)`, id, "x")
	return err
}

func TestCommit(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		if err := db.Update(t.Context(), func(tx *storage.Tx) error { return add(t.Context(), tx, 7) }); err != nil {
			t.Fatal(err)
		}
		if got := ids(t, db); len(got) != 1 || got[0] != 7 {
			t.Fatalf("got %v", got)
		}
	})
}
