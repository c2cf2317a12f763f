package sqlite

import (
	"context"
	"database/sql"
	"errors"
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

// Commit makes the transaction durable. After an error the transaction is rolled back.
func (t *transaction) Commit(context.Context) error {
	_, err := t.Exec(context.Background(), "COMMIT") // once begun, a commit is not abandoned half-way
	if err != nil {
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
