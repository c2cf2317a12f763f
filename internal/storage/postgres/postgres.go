// Package postgres is the database on a PostgreSQL server, one database per municipality.
//
// It owns the pool, the begin of transactions, PostgreSQL's error codes and the migrations of this engine. It knows
// nothing of what is stored, and uses no LISTEN/NOTIFY, and advisory locks only for migrations and for long works that one
// program at a time may do.
//
// Updates take turns: BEGIN is sent together with a LOCK on the table of schema versions, which needs no round trip of its
// own, waits in the server's fair queue and comes before the snapshot. So the servers of one municipality do not run into
// each other's journal head again and again, which is what would otherwise happen to every two overlapping writers, and no
// retry is needed. Updates that do not overlap are serial whatever they are called: REPEATABLE READ is enough, and spares
// the server a list of everything that they have read (a tenth of an import). Where a server does not know LOCK TABLE (some
// distributed descendants), they are SERIALIZABLE, and refused transactions (40001, 40P01) are run again.
package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"maps"
	"strconv"
	"time"

	"hemnyckel/internal/storage/engine"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
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

// Connections is how many connections one server process uses at most for Views; Updates have one more to themselves, so
// that no number of readers keeps them waiting.
const Connections = 16

// statementTimeout bounds a single statement: far above anything the house does, low enough that a lost server process
// does not hold the turn for long.
const statementTimeout = 60 * time.Second

// DB is an open pool.
type DB struct {
	url     string
	reading *sql.DB
	writing *sql.DB
	begin   string // how an Update begins
	holds   columnTypes
}

var _ engine.Engine = (*DB)(nil)

// Open connects to the database at url. bound is how long an Update waits for other processes.
func Open(ctx context.Context, url string, bound time.Duration) (*DB, error) {
	reading, err := Pool(url, statementTimeout, bound)
	if err != nil {
		return nil, err
	}
	writing, err := pool(url, statementTimeout, bound, byKeys)
	if err != nil {
		return nil, errors.Join(err, reading.Close())
	}
	writing.SetMaxOpenConns(1)
	db := &DB{url: url, reading: reading, writing: writing}
	if err := db.chooseBegin(ctx); err != nil {
		db.Close()
		return nil, db.Translate(err)
	}
	return db, nil
}

// Pool is a plain connection pool, for what does not go through transactions of the house.
// A timeout of 0 is none.
func Pool(url string, statement, lock time.Duration) (*sql.DB, error) {
	return pool(url, statement, lock, nil)
}

// byKeys are the settings of Updates, which look rows up by keys. The server plans each statement once. It would otherwise plan
// most of them every time, since it takes a list of unknown length for ten keys and finds a plan for the one key of an order
// cheaper: that was half of an order's time. And it looks up row by row what is joined to them: for the ten keys that it expects, or before
// it has counted the rows of an import, it would rather read the whole of the other table. Views, which also page through lists,
// are planned for the page that is asked for.
var byKeys = map[string]string{"plan_cache_mode": "force_generic_plan", "enable_hashjoin": "off", "enable_mergejoin": "off"}

func pool(url string, statement, lock time.Duration, more map[string]string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, BadURL.With(err)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	settings := map[string]string{
		"application_name":                    "hemnyckel",
		"timezone":                            "UTC",
		"statement_timeout":                   milliseconds(statement),
		"lock_timeout":                        milliseconds(lock),
		"idle_in_transaction_session_timeout": milliseconds(statement),
		// Plans are made early and kept, when a municipality's tables may be empty; an import then fills them. Every query
		// of the house that runs often has its index, and must not read whole tables because they once were small.
		"enable_seqscan": "off",
		"jit":            "off", // costs more than any of our statements
	}
	maps.Copy(config.RuntimeParams, settings)
	maps.Copy(config.RuntimeParams, more)
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(Connections)
	pool.SetMaxIdleConns(Connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return pool, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

const (
	beginSerializable = "BEGIN ISOLATION LEVEL SERIALIZABLE"
	beginInTurn       = "BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE goose_db_version IN EXCLUSIVE MODE"
)

// chooseBegin finds out whether the server knows LOCK TABLE.
func (db *DB) chooseBegin(ctx context.Context) error {
	db.begin = beginInTurn
	session, err := db.Update(ctx)
	if err == nil {
		return session.Rollback()
	}
	if fault, ok := errors.AsType[*pgconn.PgError](err); ok && (fault.Code == "0A000" || fault.Code == "42601") {
		db.begin = beginSerializable
		return nil
	}
	return err
}

// Name returns engine.Postgres.
func (db *DB) Name() engine.Name { return engine.Postgres }

// Limits save round trips, and what a server spends on texts that it has not seen: one is the same for any number of rows.
func (db *DB) Limits() engine.Limits { return engine.Limits{Arrays: true, List: 4096, Together: true} }

// InOrder is what the server's queue for a table lock gives.
func (db *DB) InOrder() bool { return db.begin == beginInTurn }

// Close closes all connections.
func (db *DB) Close() error { return errors.Join(db.reading.Close(), db.writing.Close()) }

// View begins a read-only transaction with one snapshot.
func (db *DB) View(ctx context.Context) (engine.Session, error) {
	return db.start(ctx, db.reading, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
}

// Update begins a transaction in its turn.
func (db *DB) Update(ctx context.Context) (engine.Session, error) {
	return db.start(ctx, db.writing, db.begin)
}

// start sends begin, which may be two statements: without arguments they travel together. An idle connection that the
// server has dropped is noticed only here; nothing has been done on it, so another one is tried.
func (db *DB) start(ctx context.Context, pool *sql.DB, begin string) (engine.Session, error) {
	for attempt := 0; ; attempt++ {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return nil, db.Translate(err)
		}
		t := &transaction{conn: conn}
		_, err = conn.ExecContext(ctx, begin)
		if err == nil {
			return t, nil
		}
		err = db.Translate(err)
		t.Rollback()
		if !errors.Is(err, engine.Unreachable) || attempt == Connections {
			return nil, err
		}
	}
}
