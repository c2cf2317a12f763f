package cli_test

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/postgres"
	"hemnyckel/internal/storage/sqlite"
	"hemnyckel/internal/storage/storagetest"
)

// execute runs SQL on a database past the program.
func execute(t *testing.T, target, statement string) {
	t.Helper()
	var pool *sql.DB
	var err error
	if strings.HasPrefix(target, "postgres") {
		pool, err = postgres.Pool(target, 0, 0)
	} else {
		pool, err = sqlite.Pool(filepath.Join(target, sqlite.File))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// proves issue 01, bad input: databases that are not ours, or of a newer program, are said to be that and left alone
func TestDatabasesThatAreNotOurs(t *testing.T) {
	folder := registersOf(t, 5)
	blank := t.TempDir()
	if err := sqlite.Create(filepath.Join(blank, sqlite.File)); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"sqlite": blank, "postgres": storagetest.BlankPostgres(t)} {
		t.Run("foreign/"+name, func(t *testing.T) {
			execute(t, target, "CREATE TABLE somebody_elses (a INTEGER)")
			wantTalk(t, must(t, 2, "import", "--db", target, folder, "--day", day), "är inte en Hemnyckel-databas")
			wantTalk(t, must(t, 1, "log", "keys", "--db", target), "är inte en Hemnyckel-databas")
			execute(t, target, "DROP TABLE somebody_elses") // it is still there
		})
	}
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		if err := storagetest.Open(t, target, storage.Options{}).Close(); err != nil {
			t.Fatal(err)
		}
		truth := "true"
		if !strings.HasPrefix(target, "postgres") {
			truth = "1"
		}
		execute(t, target, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, "+truth+")")
		wantTalk(t, must(t, 2, "import", "--db", target, folder, "--day", day), "Starta ett nyare program")
	})
}

// The test cluster asks for no password, so an unknown user and an unknown database stand for everything that the server
// refuses at the door (PostgreSQL's classes 28 and 3D).
func TestPostgresRefusesAtTheDoor(t *testing.T) {
	at, err := url.Parse(storagetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	stranger, elsewhere := *at, *at
	stranger.User = url.UserPassword("nobody_at_all", "hemligt")
	elsewhere.Path = "/nothing_here"
	for name, target := range map[string]string{"unknown user": stranger.String(), "unknown database": elsewhere.String()} {
		t.Run(name, func(t *testing.T) {
			p := must(t, 1, "log", "keys", "--db", target)
			wantTalk(t, p, "adressen och lösenordet stämmer")
			if strings.Contains(p.talk.String(), "hemligt") || strings.Contains(p.talk.String(), "SQLSTATE") {
				t.Errorf("it said %q: neither passwords nor the driver's words belong there", p.talk.String())
			}
		})
	}
}
