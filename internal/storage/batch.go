package storage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hemnyckel/internal/storage/engine"
)

// maxRows is how many rows hand-written statements over a list of VALUES should carry on either engine.
const maxRows = 64

// insert adds rows to a table in the order given. suffix is what follows the VALUES: "", "ON CONFLICT DO NOTHING",
// "ON CONFLICT (id) DO UPDATE SET a = excluded.a". No two rows of one call may conflict with each other under DO UPDATE.
func (tx *Tx) insert(ctx context.Context, table string, columns []string, rows [][]any, suffix string) error {
	return tx.inserts(ctx, table, columns, rows, suffix, tx.later)
}

// inserted is insert where it matters how many rows were inserted or changed.
func (tx *Tx) inserted(ctx context.Context, table string, columns []string, rows [][]any, suffix string) (total int64, err error) {
	err = tx.inserts(ctx, table, columns, rows, suffix, func(ctx context.Context, text string, args ...any) error {
		changed, err := tx.exec(ctx, text, args...)
		total += changed
		return err
	})
	return total, err
}

func (tx *Tx) inserts(ctx context.Context, table string, columns []string, rows [][]any, suffix string,
	run func(ctx context.Context, text string, args ...any) error,
) error {
	if len(rows) == 0 {
		return nil
	}
	for _, r := range rows {
		if len(r) != len(columns) {
			return fmt.Errorf("storage: a row of %d values for %d columns of %s", len(r), len(columns), table)
		}
	}
	text, err := tx.insertText(ctx, table, columns, suffix)
	if err != nil {
		return err
	}
	binds := rows
	if tx.engine.Limits().Arrays {
		binds = nil
		for part := range slices.Chunk(rows, maxArray) {
			binds = append(binds, transposed(part, len(columns)))
		}
	}
	for _, b := range binds {
		if err := run(ctx, text, b...); err != nil {
			return err
		}
	}
	return nil
}

// maxArray bounds the rows of one statement; few callers come near it.
const maxArray = 4096

// insertText is a statement that inserts a row, or where there are arrays any number of rows.
func (tx *Tx) insertText(ctx context.Context, table string, columns []string, suffix string) (string, error) {
	if err := tx.usable(ctx); err != nil {
		return "", err
	}
	source, err := tx.engine.Source(ctx, tx.session, table, columns)
	if err != nil {
		return "", tx.fail(err)
	}
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") " + source + " " + suffix, nil
}

// transposed makes a list of values for each column.
func transposed(rows [][]any, columns int) []any {
	out := make([]any, columns)
	for c := range columns {
		values := make([]any, len(rows))
		for i, r := range rows {
			values[i] = r[c]
		}
		out[c] = values
	}
	return out
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
// In text, every "IN %s" stands for the list: collectIn(ctx, tx, scan, `SELECT … WHERE kind = $1 AND id IN %s`, ids, kind).
// keys must be distinct, or rows may come twice.
func collectIn[T, K any](ctx context.Context, tx *Tx, scan func(row) (T, error), text string, keys []K, before ...any) ([]T, error) {
	var all []T
	limits := tx.engine.Limits()
	if tx.asking {
		keys = slices.Clone(keys) // they are looked at again
	}
	for part := range slices.Chunk(keys, limits.List) {
		list, binds := listOf(limits, text, part, before)
		found, err := collect(ctx, tx, scan, list, binds...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// execIn is collectIn for a statement. The keys are taken as they are now.
func execIn[K any](ctx context.Context, tx *Tx, text string, keys []K, before ...any) error {
	limits := tx.engine.Limits()
	for part := range slices.Chunk(slices.Clone(keys), limits.List) {
		list, binds := listOf(limits, text, part, before)
		if err := tx.later(ctx, list, binds...); err != nil {
			return err
		}
	}
	return nil
}

// listOf puts the list into a text and its binds: as one array where the engine has those; else with lengths that are powers
// of two, filled up with the last key, which changes no answer, so that the same few statements are prepared once. A single key is
// asked for as such: a server that plans once takes an array of unknown length for ten keys, and would rather read a small table's
// other index from end to end than look ten times, and goes on to do so when the table has grown.
func listOf[K any](limits engine.Limits, text string, keys []K, before []any) (string, []any) {
	if limits.Arrays && len(keys) == 1 {
		return strings.ReplaceAll(text, "IN %s", "= $"+strconv.Itoa(len(before)+1)), append(slices.Clip(before), keys[0])
	}
	if limits.Arrays {
		return strings.ReplaceAll(text, "IN %s", "= ANY($"+strconv.Itoa(len(before)+1)+")"), append(slices.Clip(before), keys)
	}
	n := ceilPow2(len(keys))
	binds := make([]any, 0, len(before)+n)
	binds = append(binds, before...)
	for i := range n {
		binds = append(binds, keys[min(i, len(keys)-1)])
	}
	return strings.ReplaceAll(text, "%s", in(len(before)+1, n)), binds
}

func ceilPow2(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}
