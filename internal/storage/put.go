package storage

import (
	"context"
	"strings"
	"time"
)

// put inserts rows, and replaces those whose key (the first keys columns) is there already.
func put[T any](ctx context.Context, tx *Tx, table string, columns []string, keys int, values []T, row func(T) []any) error {
	if len(values) == 0 {
		return nil
	}
	rows := make([][]any, len(values))
	for i, v := range values {
		rows[i] = row(v)
	}
	set := make([]string, 0, len(columns)-keys)
	for _, c := range columns[keys:] {
		set = append(set, c+" = excluded."+c)
	}
	_, err := tx.insert(ctx, table, columns, rows,
		"ON CONFLICT ("+strings.Join(columns[:keys], ", ")+") DO UPDATE SET "+strings.Join(set, ", "))
	return err
}

// keyed makes a map of values by key.
func keyed[T any](values []T, key func(T) string) map[string]T {
	out := make(map[string]T, len(values))
	for _, v := range values {
		out[key(v)] = v
	}
	return out
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// usOrZero is us, with 0 for the zero time (not yet). Columns that are never NULL use it.
func usOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromZeroUS is the time that usOrZero stored.
func fromZeroUS(v int64) time.Time {
	if v == 0 {
		return time.Time{}
	}
	return fromUS(v)
}
