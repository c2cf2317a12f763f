package storage_test

import (
	"fmt"
	"testing"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// BenchmarkInsert is the cost of one row of eight columns in a transaction of 2 000.
func BenchmarkInsert(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *storage.DB) {
		columns := []string{"id", "a", "b", "c", "d", "e", "f", "g"}
		for id := 0; id < b.N; {
			err := db.Update(b.Context(), func(tx *storage.Tx) error {
				rows := make([][]any, 0, 2000)
				for ; len(rows) < cap(rows); id++ {
					rows = append(rows, []any{fmt.Sprintf("%020d", id), "Anna", "Andersson", 1, 2, "Storgatan 1", "123 45", "Byköping"})
				}
				_, err := tx.TestInsert(b.Context(), "bench", columns, rows, "")
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkUpdate is the cost of a durable transaction of one row.
func BenchmarkUpdate(b *testing.B) {
	eachEngine(b, func(b *testing.B, db *storage.DB) {
		for id := range b.N {
			err := db.Update(b.Context(), func(tx *storage.Tx) error {
				_, err := tx.TestExec(b.Context(), `INSERT INTO bench VALUES ($1, '', '', 0, 0, '', '', '')`, fmt.Sprint(id))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func eachEngine(b *testing.B, bench func(b *testing.B, db *storage.DB)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			target := b.TempDir()
			if engine == "postgres" {
				target = storagetest.Postgres(b)
			}
			db := storagetest.Open(b, target, storage.Options{})
			err := db.Update(b.Context(), func(tx *storage.Tx) error {
				_, err := tx.TestExec(b.Context(), `CREATE TABLE bench (id TEXT PRIMARY KEY, a TEXT, b TEXT, c BIGINT, d BIGINT, e TEXT, f TEXT, g TEXT)`)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			bench(b, db)
		})
	}
}
