// Package storagetest lets every test run on both database engines, and holds the suites that both must pass.
//
// It owns test databases: a file in a temporary folder for SQLite, and for PostgreSQL a database of its own on a cluster
// that is started once per test process (or once per machine, see [Variable]). A PostgreSQL that cannot be had fails the
// test; nothing is skipped. It also starts the clusters of benchmarks and of the demo ([StartCluster]). Nothing here is
// part of the program that municipalities run.
//
// The one package-level state is the test process's cluster: Go gives test packages no other place that several tests
// can share and that needs no TestMain in each package.
package storagetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/postgres"
	"hemnyckel/internal/storage/sqlite"
)

// Variable is the environment variable that names a running PostgreSQL to make test databases on, as the URL of a
// database whose user may create others. Without it each test process starts a cluster of its own.
const Variable = "HEMNYCKEL_TEST_POSTGRES"

// Each runs test on a fresh, empty municipality on each engine, as subtests "sqlite" and "postgres".
func Each(t *testing.T, test func(t *testing.T, db *storage.DB)) {
	t.Helper()
	EachWith(t, storage.Options{}, test)
}

// EachWith is Each with options: a clock, a shorter wait.
func EachWith(t *testing.T, options storage.Options, test func(t *testing.T, db *storage.DB)) {
	t.Helper()
	EachTarget(t, func(t *testing.T, target string) { test(t, Open(t, target, options)) })
}

// EachTarget runs test with what storage.Open takes: an empty folder and the URL of an empty municipality.
func EachTarget(t *testing.T, test func(t *testing.T, target string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, folder(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// folder is an empty folder for the length of the test, in memory where there is room, as [StartHastyCluster] does.
func folder(tb testing.TB) string {
	tb.Helper()
	in := roomy()
	if measures() {
		in = ""
	}
	made, err := os.MkdirTemp(in, "hemnyckel-test-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(made); err != nil {
			tb.Error(err)
		}
	})
	return made
}

// Open opens target, making it if need be, and closes it when the test ends.
func Open(tb testing.TB, target string, options storage.Options) *storage.DB {
	tb.Helper()
	options.Create = true
	if !strings.Contains(target, "://") {
		copySchema(tb, target)
	}
	db, err := storage.Open(tb.Context(), target, options)
	if err != nil {
		tb.Fatalf("open %s: %v", target, err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return db
}

// newestSchema is a SQLite file with the newest schema and no rows: to copy it costs a tenth of making it step by step.
var newestSchema = sync.OnceValues(func() ([]byte, error) {
	in, err := os.MkdirTemp("", "hemnyckel-schema-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(in)
	db, err := storage.Open(context.Background(), in, storage.Options{Create: true})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // which moves all of it into the one file
		return nil, err
	}
	return os.ReadFile(filepath.Join(in, sqlite.File))
})

// copySchema puts the newest schema in a folder that has no database.
func copySchema(tb testing.TB, folder string) {
	tb.Helper()
	path := filepath.Join(folder, sqlite.File)
	if _, err := os.Lstat(path); err == nil {
		return // it is there, whatever it is
	}
	schema, err := newestSchema()
	if err == nil {
		err = sqlite.Create(path)
	}
	if err == nil {
		err = os.WriteFile(path, schema, 0o600)
	}
	if err != nil {
		tb.Fatalf("make a database in %s: %v", folder, err)
	}
}

// Postgres returns the URL of a fresh database with the newest schema and no rows. It is dropped when the test ends.
func Postgres(tb testing.TB) string {
	tb.Helper()
	s := theServer(tb)
	return s.create(tb, s.template)
}

// BlankPostgres returns the URL of a fresh database without even a schema.
func BlankPostgres(tb testing.TB) string {
	tb.Helper()
	return theServer(tb).create(tb, "template0")
}

// server is where the test databases of this process are.
type server struct {
	cluster  *Cluster // kept: when it is collected its pipe is closed, and the cluster stops; nil for one named by Variable
	admin    *sql.DB
	url      string // of the database that admin is connected to
	template string // a database with the schema, to copy
}

var startServer = sync.OnceValues(func() (*server, error) {
	if at := os.Getenv(Variable); at != "" {
		if err := nameKeys(filepath.Join(os.TempDir(), "hemnyckel-test")); err != nil {
			return nil, err
		}
		return newServer(at, nil)
	}
	start := StartHastyCluster
	if measures() {
		start = func() (*Cluster, error) { return startCluster("", os.TempDir(), "") }
	}
	cluster, err := start() // it ends with this process
	if err != nil {
		return nil, err
	}
	if err := nameKeys(cluster.Keys()); err != nil {
		return nil, err
	}
	return newServer(cluster.URL("postgres"), cluster)
})

// measures reports whether this process runs benchmarks, which measure what a municipality would run on.
func measures() bool {
	asked := flag.Lookup("test.bench")
	return asked != nil && asked.Value.String() != ""
}

// KeysVariable is the environment variable that names the folder for municipalities' keys: those in PostgreSQL have no folder of
// their own, and keys are not kept in databases.
const KeysVariable = "HEMNYCKEL_KEYS"

// nameKeys makes folder that, unless there is one.
func nameKeys(folder string) error {
	if os.Getenv(KeysVariable) != "" {
		return nil
	}
	return os.Setenv(KeysVariable, folder)
}

func theServer(tb testing.TB) *server {
	tb.Helper()
	s, err := startServer()
	if err != nil {
		tb.Fatalf("tests need PostgreSQL: %v", err)
	}
	return s
}

func newServer(at string, cluster *Cluster) (*server, error) {
	admin, err := postgres.Pool(at, time.Minute, time.Minute)
	if err != nil {
		return nil, err
	}
	s := &server{cluster: cluster, admin: admin, url: at, template: name()}
	if _, err := admin.Exec("CREATE DATABASE " + s.template + " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"); err != nil {
		return nil, fmt.Errorf("make a database on %s: %w", Variable, err)
	}
	err = postgres.Migrate(context.Background(), s.database(s.template), postgres.Migrations(), slog.New(slog.DiscardHandler))
	return s, err
}

func (s *server) create(tb testing.TB, template string) string {
	tb.Helper()
	made := name()
	if _, err := s.admin.Exec("CREATE DATABASE " + made + " TEMPLATE " + template + " STRATEGY FILE_COPY"); err != nil {
		tb.Fatalf("make a test database: %v", err)
	}
	tb.Cleanup(func() {
		if s.cluster != nil {
			go s.drop(made) // nobody waits: the whole cluster goes away with this process
		} else if err := s.drop(made); err != nil {
			tb.Errorf("drop the test database: %v", err)
		}
	})
	return s.database(made)
}

func (s *server) drop(database string) error {
	_, err := s.admin.Exec("DROP DATABASE " + database + " WITH (FORCE)")
	return err
}

func (s *server) database(name string) string {
	at, err := url.Parse(s.url)
	if err != nil {
		panic(err) // it has been connected to
	}
	at.Path = "/" + name
	return at.String()
}

func name() string { return "hemnyckel_test_" + strings.ToLower(rand.Text()) }

// Tablespace makes a tablespace in folder for the length of the test, so that a test can fill a small disk. It returns
// false where the server is not ours, and so cannot be expected to reach the folder.
func Tablespace(tb testing.TB, name, folder string) bool {
	tb.Helper()
	s := theServer(tb)
	if s.cluster == nil {
		return false
	}
	made := filepath.Join(folder, "space")
	as, err := serverUser()
	if err != nil || os.Mkdir(made, 0o700) != nil || os.Chown(made, int(as.Uid), int(as.Gid)) != nil {
		tb.Fatalf("prepare %s: %v", made, err)
	}
	if _, err := s.admin.Exec("CREATE TABLESPACE " + name + " LOCATION '" + made + "'"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, err := s.admin.Exec("DROP TABLESPACE " + name); err != nil {
			tb.Error(err)
		}
	})
	return true
}
