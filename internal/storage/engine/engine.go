// Package engine is what internal/storage asks of a database engine, and the vocabulary in which engines say what went
// wrong.
//
// It owns the interfaces and the faults, no code that talks to a database: that is in internal/storage/sqlite and
// internal/storage/postgres. Engines translate their drivers' codes into the problems and the [Violation] here;
// internal/storage and its callers never look at a driver's error. What fits no class stays as it is: internal.
package engine

import "context"

// Name says which engine, in logs and in the few places where the SQL must differ.
type Name string

// The engines.
const (
	SQLite   Name = "sqlite"
	Postgres Name = "postgres"
)

// Engine is one open database.
type Engine interface {
	Name() Name
	Limits() Limits
	// Source is where an INSERT into these columns of a table takes what it inserts from: VALUES with a bind for each column,
	// or, where Limits has arrays, a query that makes rows of a list for each column. It may ask the database, once, what the
	// columns hold.
	Source(ctx context.Context, s Session, table string, columns []string) (string, error)
	// View begins a read-only transaction that sees one snapshot.
	View(ctx context.Context) (Session, error)
	// Update begins a read-write transaction that no other Update, of any process, runs beside. It waits for its turn
	// within the engine's bound and answers Busy after it. The caller lets one Update at a time in.
	Update(ctx context.Context) (Session, error)
	// InOrder reports whether Updates of several processes are served in the order in which they asked.
	InOrder() bool
	// Translate turns a driver's error into the vocabulary of this package; nil stays nil.
	Translate(err error) error
	// Backup writes a consistent copy of the database to a new file while others go on writing.
	Backup(ctx context.Context, file string) error
	// Claim takes a long work, by its name, from all other processes until release, or until the process is gone, however
	// it went. It answers Claimed if another has it.
	Claim(ctx context.Context, work string) (release func() error, err error)
	Close() error
}

// Limits says how lists and statements travel.
type Limits struct {
	Arrays   bool // a bind may be a whole list: = ANY($1), and each of an INSERT is one
	List     int  // most keys of one list; a power of two
	Together bool // many calls cost one round trip, and each Run costs one
}

// Row is one row of an answer.
type Row interface{ Scan(dest ...any) error }

// Call is a statement to be run, and what came of it.
type Call struct {
	Text string
	Args []any
	Each func(Row) error // gets each row of a query while it is read, and must not use the session; nil: not a query
	Keep bool            // a query whose rows are to be kept instead, where Limits says Together

	Changed int64 // how many rows were changed, by what is not a query
	Kept    []Row // may be scanned any number of times until the transaction ends
}

// Session is one transaction on one connection. After Commit or Rollback it must not be used.
type Session interface {
	// Run runs calls one after the other, and none after one that fails; what is to be read of them has been read when it
	// returns.
	Run(ctx context.Context, calls ...*Call) error
	// Commit runs the last calls and commits, if none fails. It returns nil only when the transaction is durable.
	Commit(ctx context.Context, last ...*Call) error
	// Rollback always frees the session. It takes no context: it must work after the caller's has ended.
	Rollback() error
}
