package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"hemnyckel/internal/storage/engine"
)

// columnTypes is what the columns of tables hold, asked for once: an array in a bind says of itself only what its elements
// are in Go, and nothing if all of them are nil.
type columnTypes struct {
	mu     sync.Mutex
	tables map[string]map[string]string
}

// Source is a list for each column.
func (db *DB) Source(ctx context.Context, s engine.Session, table string, columns []string) (string, error) {
	types, err := db.holds.of(ctx, s, table)
	if err != nil {
		return "", err
	}
	lists := make([]string, len(columns))
	for i, c := range columns {
		if types[c] == "" {
			return "", fmt.Errorf("postgres: there is no column %s.%s", table, c)
		}
		lists[i] = "$" + strconv.Itoa(i+1) + "::" + types[c] + "[]"
	}
	return "SELECT * FROM unnest(" + strings.Join(lists, ", ") + ")", nil
}

func (t *columnTypes) of(ctx context.Context, s engine.Session, table string) (map[string]string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if types := t.tables[table]; types != nil {
		return types, nil
	}
	types := map[string]string{}
	err := s.Run(ctx, &engine.Call{Text: `SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
		WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`, Args: []any{table}, Each: func(r engine.Row) error {
		var column, holds string
		err := r.Scan(&column, &holds)
		types[column] = holds
		return err
	}})
	if err != nil || len(types) == 0 {
		return types, err
	}
	if t.tables == nil {
		t.tables = map[string]map[string]string{}
	}
	t.tables[table] = types
	return types, nil
}
