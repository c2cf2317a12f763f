package storage

import (
	"context"
	"strconv"
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
	conflict := "ON CONFLICT (" + strings.Join(columns[:keys], ", ") + ") DO "
	if !tx.engine.Limits().Arrays {
		return tx.putEach(ctx, table, columns, keys, rows, conflict+"NOTHING")
	}
	set := make([]string, 0, len(columns)-keys)
	for _, c := range columns[keys:] {
		set = append(set, c+" = excluded."+c)
	}
	return tx.insert(ctx, table, columns, rows, conflict+"UPDATE SET "+strings.Join(set, ", "))
}

// putEach inserts row by row and updates the ones that were there. A statement that may do either makes SQLite keep, for
// each row, a copy of every page that it touches, so that the statement can be undone alone: a fifth of an import's time.
func (tx *Tx) putEach(ctx context.Context, table string, columns []string, keys int, rows [][]any, suffix string) error {
	insert, err := tx.insertText(ctx, table, columns, suffix)
	if err != nil {
		return err
	}
	update := updateText(table, columns, keys)
	for _, r := range rows {
		added, err := tx.exec(ctx, insert, r...)
		if err != nil {
			return err
		}
		if added == 0 {
			if err := tx.later(ctx, update, r...); err != nil {
				return err
			}
		}
	}
	return nil
}

// updateText sets all columns but the keys, with the same binds as the insert.
func updateText(table string, columns []string, keys int) string {
	part := func(from, until int, between string) string {
		terms := make([]string, 0, until-from)
		for i := from; i < until; i++ {
			terms = append(terms, columns[i]+" = $"+strconv.Itoa(i+1))
		}
		return strings.Join(terms, between)
	}
	return "UPDATE " + table + " SET " + part(keys, len(columns), ", ") + " WHERE " + part(0, keys, " AND ")
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
