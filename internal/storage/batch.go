package storage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxBinds bounds the binds of one INSERT: PostgreSQL takes 65 535, and long statements cost more to prepare than they
// save. Row counts and list lengths are powers of two, so that the same few statements are prepared once.
const maxBinds = 4096

// maxRows is how many rows hand-written statements over a list of VALUES should carry on either engine.
const maxRows = 64

// insert adds rows to a table with as few statements as pay, in the order given, and returns how many were inserted or
// changed. suffix is what follows the VALUES: "", "ON CONFLICT DO NOTHING", "ON CONFLICT (id) DO UPDATE SET a = excluded.a".
// On PostgreSQL no two rows of one call may conflict with each other under DO UPDATE.
func (tx *Tx) insert(ctx context.Context, table string, columns []string, rows [][]any, suffix string) (int64, error) {
	var (
		total  int64
		text   string
		rowsIn int // text
	)
	most := min(tx.engine.Limits().Rows, maxBinds/len(columns))
	for len(rows) > 0 {
		n := floorPow2(min(len(rows), most))
		binds := make([]any, 0, n*len(columns))
		for _, r := range rows[:n] {
			if len(r) != len(columns) {
				return total, fmt.Errorf("storage: a row of %d values for %d columns of %s", len(r), len(columns), table)
			}
			binds = append(binds, r...)
		}
		if n != rowsIn {
			text, rowsIn = insertText(table, columns, n, suffix), n
		}
		changed, err := tx.exec(ctx, text, binds...)
		if err != nil {
			return total, err
		}
		total += changed
		rows = rows[n:]
	}
	return total, nil
}

func insertText(table string, columns []string, rows int, suffix string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO ")
	b.WriteString(table)
	b.WriteString(" (")
	b.WriteString(strings.Join(columns, ", "))
	b.WriteString(") VALUES ")
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(in(1+i*len(columns), len(columns)))
	}
	b.WriteString(" ")
	b.WriteString(suffix)
	return b.String()
}

// in returns "($start, $start+1, …)" with n binds: a row of VALUES or a list after IN.
func in(start, n int) string {
	b := make([]byte, 0, 6*n+2)
	b = append(b, '(')
	for i := range n {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(start+i), 10)
	}
	return string(append(b, ')'))
}

// collectIn returns all rows of a query over a list of keys of any length, asked for in parts: no order across parts.
// In text, %s stands for the list: collectIn(ctx, tx, scan, `SELECT … WHERE kind = $1 AND id IN %s`, ids, kind).
// keys must be distinct, or rows may come twice.
func collectIn[T, K any](ctx context.Context, tx *Tx, scan func(row) (T, error), text string, keys []K, before ...any) ([]T, error) {
	var all []T
	for part := range slices.Chunk(keys, tx.engine.Limits().List) {
		part, err := collect(ctx, tx, scan, listText(text, len(before), part), listBinds(before, part)...)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// execIn is collectIn for a statement: it returns how many rows were changed.
func execIn[K any](ctx context.Context, tx *Tx, text string, keys []K, before ...any) (int64, error) {
	var total int64
	for part := range slices.Chunk(keys, tx.engine.Limits().List) {
		changed, err := tx.exec(ctx, listText(text, len(before), part), listBinds(before, part)...)
		if err != nil {
			return total, err
		}
		total += changed
	}
	return total, nil
}

func listText[K any](text string, before int, keys []K) string {
	return strings.Replace(text, "%s", in(before+1, ceilPow2(len(keys))), 1)
}

// listBinds fills a list up to the next power of two with its last key, which changes no answer.
func listBinds[K any](before []any, keys []K) []any {
	n := ceilPow2(len(keys))
	binds := make([]any, 0, len(before)+n)
	binds = append(binds, before...)
	for i := range n {
		binds = append(binds, keys[min(i, len(keys)-1)])
	}
	return binds
}

func floorPow2(n int) int {
	p := 1
	for p*2 <= n {
		p *= 2
	}
	return p
}

func ceilPow2(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}
