// Package storage keeps the municipality: one [DB], one concrete [Tx] with one instant, SQL that both engines understand.
//
// It owns the database's life (open, migrate, back up, restore), transactions, and the SQL of every domain module: one
// file per module (care.go, access.go, …) whose methods on *Tx satisfy that module's own Tx interface. It decides nothing:
// who may open what is decided by pure functions in internal/domain. Beneath it, internal/storage/sqlite and
// internal/storage/postgres hold what truly differs between the engines; internal/storage/storagetest runs the same
// suites on both.
//
// Promises, on both engines:
//   - Update runs alone: no two Updates of a municipality overlap, in this process or another. What f reads stays true
//     until its commit, and the journal can number its entries. Waiting is fair within a process.
//   - Update is durable when it returns nil, and has had no effect when it returns an error, with one exception: if the
//     connection to PostgreSQL is lost in the very commit, nobody knows ([engine.Unreachable]); repeat with the same
//     idempotency key.
//   - View sees one snapshot and never waits for writers.
//   - Every transaction has one instant, whole microseconds in UTC; Updates of one process get theirs in commit order.
//   - A statement that broke a rule of the schema is told as a [Violation], at the latest by the next reading, the end of the
//     Savepoint or the commit: writes may wait for company (ahead.go).
//   - After a statement has failed, nothing but the end of the surrounding Savepoint or of the transaction is possible.
//
// SQL is written once, with $1, $2, … binds; times are microseconds in BIGINT ([us], [fromUS]).
package storage

import (
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/storage/engine"
)

var _ txn.Runner[*Tx] = (*DB)(nil)

// Violation is the error of a statement that broke a unique, foreign, check or not-null rule of the schema.
type Violation = engine.Violation

// IsUnique reports whether err is the violation of the unique index of that name ("<table>_pkey" for a primary key).
// An empty name fits any unique index.
func IsUnique(err error, index string) bool { return engine.IsViolation(err, engine.Unique, index) }

// IsForeign reports whether err says that a row points at one that does not exist, or is still pointed at.
func IsForeign(err error) bool { return engine.IsViolation(err, engine.Foreign, "") }
