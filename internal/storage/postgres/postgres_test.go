package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/storage/engine"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestTranslate(t *testing.T) {
	for code, want := range map[string]*problem.Error{
		"55P03": engine.Busy, "53300": engine.Busy, "53100": engine.DiskFull, "25006": engine.ReadOnly,
		"57014": engine.Timeout, "XX001": engine.Corrupt, "58030": engine.InputOutput, "57P01": engine.Unreachable,
		"08006": engine.Unreachable, "28P01": engine.Unreachable, "3D000": engine.Unreachable,
	} {
		got := Translate(fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code}))
		if !errors.Is(got, want) {
			t.Errorf("%s: got %v, want %s", code, got, want.Code)
		}
	}
	for _, code := range []string{"40001", "40P01"} {
		if got := Translate(&pgconn.PgError{Code: code}); !errors.Is(got, engine.ErrRetry) {
			t.Errorf("%s: got %v, want a retry", code, got)
		}
	}
	for _, code := range []string{"42601", "", "4"} { // our own faults, and answers of a broken server
		if got := Translate(&pgconn.PgError{Code: code}); problem.KindOf(got) != problem.Internal {
			t.Errorf("%q: got %v, want internal", code, got)
		}
	}
	if got := Translate(driver.ErrBadConn); !errors.Is(got, engine.Unreachable) {
		t.Errorf("got %v, want unreachable", got)
	}
	if got := Translate(context.Canceled); !errors.Is(got, context.Canceled) {
		t.Errorf("got %v, want canceled", got)
	}
}

func TestFindNamesThePackage(t *testing.T) {
	_, err := find("pg_there_is_no_such_program")
	if !errors.Is(err, NoTools) || !strings.Contains(err.Error(), "postgresql-client") {
		t.Errorf("got %v", err)
	}
}

func TestPasswordStaysOutOfSight(t *testing.T) {
	const secret = "postgres://anna:s3cr3t@db.example:5432/kommun?sslmode=require"
	if got, want := WithoutPassword(secret), "postgres://anna@db.example:5432/kommun?sslmode=require"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	cmd, err := tool(t.Context(), "sh", secret)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.Join(cmd.Args, " "), "s3cr3t") {
		t.Errorf("the list of processes shows %v", cmd.Args)
	}
	if got := cmd.Env[len(cmd.Env)-1]; got != "PGPASSWORD=s3cr3t" {
		t.Errorf("got %s", got)
	}
}

func TestDumpedVersion(t *testing.T) {
	const script = "SET x;\nCOPY public.goose_db_version (id, version_id, is_applied, tstamp) FROM stdin;\n" +
		"1\t0\tt\tnow\n3\t12\tt\tnow\n2\t7\tt\tnow\n\\.\n"
	if got := dumpedVersion(strings.NewReader(script)); got != 12 {
		t.Errorf("got %d, want 12", got)
	}
	if got := dumpedVersion(strings.NewReader("1\t99\tt\n")); got != 0 {
		t.Errorf("got %d from something else, want 0", got)
	}
}
