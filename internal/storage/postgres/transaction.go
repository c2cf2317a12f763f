package postgres

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"hemnyckel/internal/storage/engine"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// transaction is the use of a connection from BEGIN to its end.
type transaction struct {
	conn  *sql.Conn
	ended bool
}

// Run sends calls to the server together: however many they are, they take one round trip, and one more for those whose texts
// the connection has not sent before.
func (t *transaction) Run(ctx context.Context, calls ...*engine.Call) error {
	return t.conn.Raw(func(made any) error {
		conn := made.(*stdlib.Conn).Conn()
		if len(calls) == 1 {
			return alone(ctx, conn, calls[0])
		}
		var batch pgx.Batch
		for _, c := range calls {
			queued := batch.Queue(c.Text, c.Args...)
			if isQuery(c) {
				queued.Query(func(rows pgx.Rows) error { return read(conn, rows, c) })
			} else {
				queued.Exec(func(tag pgconn.CommandTag) error { return done(tag, c) })
			}
		}
		return conn.SendBatch(ctx, &batch).Close()
	})
}

func isQuery(c *engine.Call) bool { return c.Each != nil || c.Keep }

// alone saves what many calls need: a statement without binds may be several, and rows come as they are read.
func alone(ctx context.Context, conn *pgx.Conn, c *engine.Call) error {
	if !isQuery(c) {
		tag, err := conn.Exec(ctx, c.Text, c.Args...)
		if err != nil {
			return err
		}
		return done(tag, c)
	}
	rows, err := conn.Query(ctx, c.Text, c.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := read(conn, rows, c); err != nil {
		return err
	}
	return rows.Err()
}

// done notes what a statement did. The server answers the commit of a failed transaction with a rollback, and no error.
func done(tag pgconn.CommandTag, c *engine.Call) error {
	if c.Text == commit && tag.String() != commit {
		return fmt.Errorf("postgres: the server answered COMMIT with %s", tag)
	}
	c.Changed = tag.RowsAffected()
	return nil
}

func read(conn *pgx.Conn, rows pgx.Rows, c *engine.Call) error {
	var fields []pgconn.FieldDescription
	for rows.Next() {
		if c.Each != nil {
			if err := c.Each(rows); err != nil {
				return err
			}
			continue
		}
		if fields == nil {
			fields = slices.Clone(rows.FieldDescriptions())
		}
		c.Kept = append(c.Kept, kept{conn.TypeMap(), fields, cloned(rows.RawValues())})
	}
	return nil // what ended the rows is theirs to tell
}

// kept is a row that stays when the connection reads on.
type kept struct {
	types  *pgtype.Map
	fields []pgconn.FieldDescription
	values [][]byte
}

// Scan decodes the row.
func (k kept) Scan(dest ...any) error { return pgx.ScanRow(k.types, k.fields, k.values, dest...) }

func cloned(values [][]byte) [][]byte {
	out := make([][]byte, len(values))
	for i, v := range values {
		out[i] = bytes.Clone(v)
	}
	return out
}

// endBound is how long the server may take to answer COMMIT or ROLLBACK before the connection is given up.
const endBound = 30 * time.Second

const commit = "COMMIT"

// Commit makes the transaction durable.
func (t *transaction) Commit(_ context.Context, last ...*engine.Call) error {
	ctx, cancel := context.WithTimeout(context.Background(), endBound) // once begun, a commit is not abandoned half-way
	defer cancel()
	if err := t.Run(ctx, append(last, &engine.Call{Text: commit})...); err != nil {
		return errors.Join(err, t.Rollback())
	}
	t.ended = true
	return t.conn.Close()
}

// Rollback ends the transaction, or the connection if even that fails.
func (t *transaction) Rollback() error {
	if t.ended {
		return nil
	}
	t.ended = true
	ctx, cancel := context.WithTimeout(context.Background(), endBound)
	defer cancel()
	_, err := t.conn.ExecContext(ctx, "ROLLBACK")
	if err != nil {
		t.conn.Raw(func(any) error { return driver.ErrBadConn }) // the pool drops it
	}
	t.conn.Close()
	return err
}
