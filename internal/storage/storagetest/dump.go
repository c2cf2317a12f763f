package storagetest

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/storage/postgres"
	"hemnyckel/internal/storage/sqlite"
)

// Cell is one value of a municipality's database.
type Cell struct {
	Table, Column, Value string
}

// Dump returns every value of every table of target, as text, so that a test can look for what must not be there.
func Dump(tb testing.TB, target string) []Cell {
	tb.Helper()
	pool := rawPool(tb, target)
	var all []Cell
	for table, columns := range Columns(tb, target) {
		rows, err := pool.Query(`SELECT * FROM ` + table)
		if err != nil {
			tb.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				tb.Fatal(err)
			}
			for i, v := range values {
				all = append(all, Cell{table, columns[i], text(*v.(*any))})
			}
		}
		if err := rows.Err(); err != nil {
			tb.Fatal(err)
		}
		rows.Close()
	}
	return all
}

func text(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(v)
}

// Columns returns the columns of every table of target, in their order.
func Columns(tb testing.TB, target string) map[string][]string {
	tb.Helper()
	query := `SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid`
	if isPostgres(target) {
		query = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`
	}
	rows, err := rawPool(tb, target).Query(query)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			tb.Fatal(err)
		}
		all[table] = append(all[table], column)
	}
	return all
}

func isPostgres(target string) bool { return strings.HasPrefix(target, "postgres") }

func rawPool(tb testing.TB, target string) *sql.DB {
	tb.Helper()
	var pool *sql.DB
	var err error
	if isPostgres(target) {
		pool, err = postgres.Pool(target, time.Minute, time.Minute)
	} else {
		pool, err = sqlite.Pool(filepath.Join(target, sqlite.File))
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { pool.Close() })
	return pool
}
