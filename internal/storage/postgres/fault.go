package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/storage/engine"

	"github.com/jackc/pgx/v5/pgconn"
)

// BadURL answers an address that cannot be understood.
var BadURL = problem.New(problem.Invalid, "database-url",
	"Databasens adress går inte att förstå. Skriv postgres://användare@värd:port/databas.",
	"The database's address cannot be understood. Write postgres://user@host:port/database.")

// Translate maps PostgreSQL's error codes (PostgreSQL documentation, appendix A).
func (db *DB) Translate(err error) error { return Translate(err) }

// Translate maps PostgreSQL's error codes of an error that came from a [Pool].
func Translate(err error) error {
	if _, done := errors.AsType[*problem.Error](err); err == nil || done {
		return err
	}
	if fault, ok := errors.AsType[*pgconn.PgError](err); ok {
		return translateCode(fault, err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if isConnection(err) {
		return engine.Unreachable.With(err)
	}
	return err
}

func isConnection(err error) bool {
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return connect || network || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err)
}

func translateCode(fault *pgconn.PgError, err error) error {
	switch fault.Code {
	case "40001", "40P01":
		return errors.Join(engine.ErrRetry, err)
	case "23505":
		return &engine.Violation{Kind: engine.Unique, Constraint: fault.ConstraintName, Cause: err}
	case "23503":
		return &engine.Violation{Kind: engine.Foreign, Constraint: fault.ConstraintName, Cause: err}
	case "23514":
		return &engine.Violation{Kind: engine.Check, Constraint: fault.ConstraintName, Cause: err}
	case "23502":
		return &engine.Violation{Kind: engine.NotNull, Constraint: fault.TableName + "." + fault.ColumnName, Cause: err}
	case "55P03", "53300":
		return engine.Busy.With(err)
	case "53100":
		return engine.DiskFull.With(err)
	case "25006":
		return engine.ReadOnly.With(err)
	case "57014", "25P03":
		return engine.Timeout.With(err)
	case "XX001", "XX002":
		return engine.Corrupt.With(err)
	case "58030":
		return engine.InputOutput.With(err)
	case "57P01", "57P02", "57P03", "28P01", "28000", "3D000":
		return engine.Unreachable.With(err)
	}
	if strings.HasPrefix(fault.Code, "08") {
		return engine.Unreachable.With(err)
	}
	return err
}
