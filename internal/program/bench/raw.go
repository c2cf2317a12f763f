package bench

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// bare is the raw limit of everything that stores: a table with a key and a text, on the same engine and disk, in
// durable transactions, with nothing computed, looked up or indexed.
type bare struct {
	engine string
	pool   *sql.DB
	body   string
	next   int
}

// newBare makes the table in a municipality's own database. body is how many bytes a row has besides its key of 36.
func newBare(ctx context.Context, engine, target string, body int) (*bare, error) {
	db, err := pool(engine, target)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS bench_bare (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL)"); err != nil {
		db.Close()
		return nil, err
	}
	return &bare{engine: engine, pool: db, body: strings.Repeat("x", max(body, 1))}, nil
}

// drop removes the table, so that what is measured afterwards does not carry it.
func (b *bare) drop(ctx context.Context) error {
	_, err := b.pool.ExecContext(ctx, "DROP TABLE bench_bare")
	b.pool.Close()
	return err
}

// insert writes rows in one transaction. The keys ascend, which is the cheapest order.
func (b *bare) insert(ctx context.Context, rows int) error {
	tx, err := b.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if b.engine == onSQLite {
		err = b.oneByOne(ctx, tx, rows)
	} else {
		err = b.together(ctx, tx, rows)
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

func (b *bare) key() string {
	b.next++
	return fmt.Sprintf("%036d", b.next)
}

// oneByOne is what is fastest in SQLite, which has no round trips.
func (b *bare) oneByOne(ctx context.Context, tx *sql.Tx, rows int) error {
	statement, err := tx.PrepareContext(ctx, "INSERT INTO bench_bare (id, body) VALUES ($1, $2)")
	if err != nil {
		return err
	}
	defer statement.Close()
	for range rows {
		if _, err := statement.ExecContext(ctx, b.key(), b.body); err != nil {
			return err
		}
	}
	return nil
}

// together is what is fast in PostgreSQL short of COPY: many rows in a statement.
func (b *bare) together(ctx context.Context, tx *sql.Tx, rows int) error {
	for rows > 0 {
		n := min(rows, 256)
		var text strings.Builder
		binds := make([]any, 0, 2*n)
		for i := range n {
			text.WriteString(map[bool]string{true: "", false: ", "}[i == 0])
			fmt.Fprintf(&text, "($%d, $%d)", 2*i+1, 2*i+2)
			binds = append(binds, b.key(), b.body)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO bench_bare (id, body) VALUES "+text.String(), binds...); err != nil {
			return err
		}
		rows -= n
	}
	return nil
}

// batchRows is the number of rows per bare transaction: as many as a batch of an import or a page of the journal has.
const batchRows = 320

// write inserts rows in batches and returns how long it took.
func (b *bare) write(ctx context.Context, rows int) (time.Duration, error) {
	began := time.Now()
	for left := rows; left > 0; left -= batchRows {
		if err := b.insert(ctx, min(left, batchRows)); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}

// transactions times single transactions of a number of rows.
func (b *bare) transactions(ctx context.Context, n, rows int) ([]time.Duration, error) {
	all := make([]time.Duration, 0, n)
	for range n {
		t := time.Now()
		if err := b.insert(ctx, max(rows, 1)); err != nil {
			return nil, err
		}
		all = append(all, time.Since(t))
	}
	slices.Sort(all)
	return all, nil
}

// countRows counts the rows of all tables of a municipality.
func countRows(ctx context.Context, engine, target string) (total int, err error) {
	db, err := pool(engine, target)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	catalogue := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if engine == onPostgres {
		catalogue = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
	}
	tables, err := db.QueryContext(ctx, catalogue)
	if err != nil {
		return 0, err
	}
	var names []string
	for tables.Next() {
		var name string
		if err := tables.Scan(&name); err != nil {
			tables.Close()
			return 0, err
		}
		names = append(names, name)
	}
	if err := tables.Err(); err != nil {
		return 0, err
	}
	for _, table := range names {
		var n int
		if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// read looks rows up by their keys, which exist already: what any list costs at least.
func (b *bare) read(ctx context.Context, rows, from int) error {
	tx, err := b.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	first := from*rows%max(b.next-rows, 1) + 1
	found, err := tx.QueryContext(ctx, "SELECT id, body FROM bench_bare WHERE id >= $1 AND id < $2 ORDER BY id",
		fmt.Sprintf("%036d", first), fmt.Sprintf("%036d", first+rows))
	if err != nil {
		return err
	}
	defer found.Close()
	var id, body string
	n := 0
	for ; found.Next(); n++ {
		if err := found.Scan(&id, &body); err != nil {
			return err
		}
	}
	if err := found.Err(); err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("bench: no bare rows")
	}
	return nil
}
