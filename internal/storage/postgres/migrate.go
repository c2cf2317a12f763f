package postgres

import (
	"context"
	"database/sql"
	"io/fs"
	"log/slog"

	"hemnyckel/internal/storage/engine"

	"github.com/pressly/goose/v3"
)

// migrationLock is the advisory lock that servers take before they change the schema: "hemnyckl" in ASCII.
const migrationLock = 0x68656d6e79636b6c

// Migrate brings the database at url to the newest version in steps. When several servers start at once the first applies
// the steps, under an advisory lock, and the others wait for it.
func Migrate(ctx context.Context, url string, steps fs.FS, logger *slog.Logger) error {
	pool, err := Pool(url, 0, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return Translate(err)
	}
	defer conn.Close() // ends the database session at the latest with the pool, and its lock with it
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return Translate(err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrationLock))
	current, err := Version(ctx, pool)
	if err != nil {
		return Translate(err)
	}
	return Translate(engine.MigrateFrom(ctx, current, goose.DialectPostgres, pool, steps, logger, func() (int64, error) {
		return Version(ctx, pool)
	}))
}

// Version is the schema version of the database: 0 for an empty one.
func Version(ctx context.Context, pool *sql.DB) (int64, error) {
	var tables, ours int
	err := pool.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE table_name = 'goose_db_version')
		FROM information_schema.tables WHERE table_schema = current_schema()`).Scan(&tables, &ours)
	if err != nil {
		return 0, Translate(err)
	}
	if tables == 0 {
		return 0, nil
	}
	if ours == 0 {
		return 0, engine.NotOurs.Fill("postgres")
	}
	var version int64
	err = pool.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, Translate(err)
}
