// Package sqlite is the database in one file: hemnyckel.db in the municipality's folder, in WAL mode.
//
// It owns opening, pragmas, the one writing connection and the pool of reading ones, prepared statements, the taking of
// the write lock, SQLite's error codes, and the migrations of this engine. It knows nothing of what is stored.
//
// Promises: a commit is on disk when it returns (synchronous=FULL). Writers of several processes take turns by asking
// often, about once a millisecond, so that a short transaction slips in between two batches of an import; SQLite's own
// busy handler sleeps up to 100 ms between its tries and would be passed by again and again.
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/storage/engine"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

//go:embed migrations
var files embed.FS

// Migrations are the numbered steps of this engine's schema.
func Migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // a constant, valid path
	}
	return sub
}

// File is the name of the database in the municipality's folder.
const File = "hemnyckel.db"

// Readers is how many Views run at once; more wait.
const Readers = 8

// DB is an open file.
type DB struct {
	path    string
	bound   time.Duration
	writing *sql.DB
	reading *sql.DB
	writer  *session
	readers chan *session // Readers places; nil where no connection has been opened yet
	indexes indexNames
	began   time.Time // of the Update that runs or ran last
	rested  time.Time // before it the next Update does not ask for the lock

	checkpoints *checkpointer
}

// A transaction that held the lock for longer than this is part of a long work (an import). The next one of this process
// waits for a moment, in which other processes, which ask once a millisecond, get their turn.
const (
	longHold = 10 * time.Millisecond
	courtesy = 3 * time.Millisecond
)

var _ engine.Engine = (*DB)(nil)

// Open opens the file, which must exist. bound is how long an Update waits for other processes.
func Open(ctx context.Context, path string, bound time.Duration) (*DB, error) {
	db := &DB{path: path, bound: bound, readers: make(chan *session, Readers)}
	var err error
	if db.writing, err = Pool(path, "journal_mode(WAL)", "busy_timeout(10000)", "cache_size(-16384)", "journal_size_limit(67108864)", checkpointAt); err != nil {
		return nil, err
	}
	if db.reading, err = Pool(path, "busy_timeout(10000)", "query_only(1)"); err != nil {
		db.writing.Close()
		return nil, err
	}
	for range Readers {
		db.readers <- nil
	}
	if err := db.begin(ctx); err != nil {
		db.Close()
		return nil, db.Translate(err)
	}
	db.startCheckpoints()
	return db, nil
}

// begin opens the writing connection. Its busy timeout is for opening alone: from then on Update asks by itself.
func (db *DB) begin(ctx context.Context) (err error) {
	if db.writer, err = openSession(ctx, db.writing); err != nil {
		return err
	}
	if _, err := db.writer.Exec(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return err
	}
	return db.indexes.load(ctx, db.writer)
}

// Pool is a plain connection pool on the file, for what does not go through transactions of the house: migrations,
// integrity checks, backups. SQLite's defaults apply but for foreign keys, durable commits and the pragmas given.
func Pool(path string, pragmas ...string) (*sql.DB, error) {
	query := url.Values{
		"_pragma": append([]string{"foreign_keys(1)", "synchronous(FULL)", "temp_store(MEMORY)"}, pragmas...),
		"_txlock": {"immediate"},
		"mode":    {"rw"},
	}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query.Encode()}
	text := dsn.String()
	if !filepath.IsAbs(path) {
		text = strings.Replace(text, "file://", "file:", 1)
	}
	return sql.Open("sqlite", text)
}

// Create makes an empty database file that only its owner can read, in a folder likewise.
func Create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// Name returns engine.SQLite.
func (db *DB) Name() engine.Name { return engine.SQLite }

// Limits are small: there is no round trip to save, and the driver's work for binds grows with the square of their number.
func (db *DB) Limits() engine.Limits { return engine.Limits{List: 32} }

// InOrder is false: whoever asks when nobody holds the lock gets it.
func (db *DB) InOrder() bool { return false }

// Source is one row (measured with 8 columns: 7 µs per row one by one, 11 µs four at a time, 85 µs sixty-four at a time).
func (db *DB) Source(_ context.Context, _ engine.Session, _ string, columns []string) (string, error) {
	binds := make([]string, len(columns))
	for i := range binds {
		binds[i] = "$" + strconv.Itoa(i+1)
	}
	return "VALUES (" + strings.Join(binds, ", ") + ")", nil
}

// Close closes all connections.
func (db *DB) Close() error {
	if db.checkpoints != nil {
		db.checkpoints.close()
	}
	if db.writer != nil {
		db.writer.close()
	}
	for range Readers {
		if s := <-db.readers; s != nil {
			s.close()
		}
	}
	return errors.Join(db.reading.Close(), db.writing.Close())
}

// View begins a read transaction on one of the reading connections. Its snapshot is taken at its first statement.
func (db *DB) View(ctx context.Context) (engine.Session, error) {
	var s *session
	select {
	case s = <-db.readers:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s == nil {
		opened, err := openSession(ctx, db.reading)
		if err != nil {
			db.readers <- nil
			return nil, db.Translate(err)
		}
		s = opened
	}
	if err := s.begin(ctx, "BEGIN"); err != nil {
		s.close()
		db.readers <- nil
		return nil, db.Translate(err)
	}
	return &transaction{session: s, release: func(broken bool) {
		if broken {
			s.close()
			s = nil
		}
		db.readers <- s
	}}, nil
}

// Update takes the write lock and begins a transaction on the writing connection.
func (db *DB) Update(ctx context.Context) (engine.Session, error) {
	if db.writer == nil {
		if err := db.begin(ctx); err != nil {
			return nil, db.Translate(err)
		}
	}
	if err := db.lock(ctx); err != nil {
		return nil, err
	}
	db.began = time.Now()
	return &transaction{session: db.writer, release: db.released}, nil
}

func (db *DB) released(broken bool) {
	if broken {
		db.writer.close()
		db.writer = nil
	}
	db.checkpoints.due.Store(true)
	if now := time.Now(); now.Sub(db.began) > longHold {
		db.rested = now.Add(courtesy)
	}
}

// lock begins a transaction with the write lock, asking about every millisecond until the bound.
func (db *DB) lock(ctx context.Context) error {
	if err := sleep(ctx, time.Until(db.rested)); err != nil {
		return err
	}
	deadline := time.Now().Add(db.bound)
	for {
		err := db.Translate(db.writer.begin(ctx, "BEGIN IMMEDIATE"))
		if !errors.Is(err, engine.Busy) || time.Now().After(deadline) {
			return err
		}
		if err := sleep(ctx, 500*time.Microsecond+rand.N(time.Millisecond)); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Translate maps SQLite's result codes.
func (db *DB) Translate(err error) error { return translate(err, &db.indexes) }

// Translate maps SQLite's result codes of an error that came from a [Pool].
func Translate(err error) error { return translate(err, nil) }

func translate(err error, names *indexNames) error {
	if _, done := errors.AsType[*problem.Error](err); done {
		return err
	}
	fault, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return err
	}
	switch fault.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY, lib.SQLITE_CONSTRAINT_ROWID:
		return &engine.Violation{Kind: engine.Unique, Constraint: names.of(fault), Cause: err}
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return &engine.Violation{Kind: engine.Foreign, Cause: err}
	case lib.SQLITE_CONSTRAINT_CHECK:
		return &engine.Violation{Kind: engine.Check, Constraint: detail(fault), Cause: err}
	case lib.SQLITE_CONSTRAINT_NOTNULL:
		return &engine.Violation{Kind: engine.NotNull, Constraint: detail(fault), Cause: err}
	}
	switch fault.Code() & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return engine.Busy.With(err)
	case lib.SQLITE_FULL:
		return engine.DiskFull.With(err)
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		return engine.ReadOnly.With(err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return engine.Corrupt.With(err)
	case lib.SQLITE_IOERR:
		return engine.InputOutput.With(err)
	case lib.SQLITE_INTERRUPT:
		return fmt.Errorf("%w: %w", context.Canceled, err)
	}
	return err
}
