package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"hemnyckel/internal/storage/engine"
)

// maxStatements bounds the prepared statements of one connection. The house has a few hundred texts; when a caller makes
// more, all are dropped and the common ones come back by themselves.
const maxStatements = 512

// Statements are not interrupted when their context ends: the driver would start a goroutine for each, which costs as much
// as a short statement itself. Whoever runs them looks at the context between statements and between rows.

// session is one connection with its prepared statements. Only one transaction uses it at a time.
type session struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

func openSession(ctx context.Context, pool *sql.DB) (*session, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, statements: map[string]*sql.Stmt{}}, nil
}

func (s *session) close() {
	s.forget()
	s.conn.Close()
}

func (s *session) forget() {
	for _, statement := range s.statements {
		statement.Close()
	}
	clear(s.statements)
}

func (s *session) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if statement, ok := s.statements[text]; ok {
		return statement, nil
	}
	if len(s.statements) >= maxStatements {
		s.forget()
	}
	statement, err := s.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s.statements[text] = statement
	return statement, nil
}

// Exec runs a statement.
func (s *session) Exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	statement, err := s.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	return statement.ExecContext(ctx, args...)
}

// Query runs a query. The rows must be closed before the next statement.
func (s *session) Query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	statement, err := s.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

func (s *session) begin(ctx context.Context, text string) error {
	_, err := s.Exec(ctx, text)
	return err
}

// transaction is the use of a session from BEGIN to its end.
type transaction struct {
	*session
	release func(broken bool)
	ended   bool
}

// Run runs calls one by one: there is no round trip to save.
func (t *transaction) Run(ctx context.Context, calls ...*engine.Call) error {
	for _, c := range calls {
		if err := t.run(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) run(ctx context.Context, c *engine.Call) (err error) {
	if c.Each == nil {
		result, err := t.Exec(ctx, c.Text, c.Args...)
		if err != nil {
			return err
		}
		c.Changed, err = result.RowsAffected()
		return err
	}
	rows, err := t.Query(ctx, c.Text, c.Args...)
	if err != nil {
		return err
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	for rows.Next() {
		if err := c.Each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Commit makes the transaction durable. After an error the transaction is rolled back.
func (t *transaction) Commit(_ context.Context, last ...*engine.Call) error {
	ctx := context.Background() // once begun, a commit is not abandoned half-way
	if err := t.Run(ctx, append(last, &engine.Call{Text: "COMMIT"})...); err != nil {
		return errors.Join(err, t.Rollback())
	}
	t.end(false)
	return nil
}

// Rollback ends the transaction, or the connection if even that fails.
func (t *transaction) Rollback() error {
	if t.ended {
		return nil
	}
	_, err := t.Exec(context.Background(), "ROLLBACK")
	t.end(err != nil)
	return err
}

func (t *transaction) end(broken bool) {
	if !t.ended {
		t.ended = true
		t.release(broken)
	}
}
