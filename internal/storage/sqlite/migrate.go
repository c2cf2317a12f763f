package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"

	"hemnyckel/internal/storage/engine"

	"github.com/pressly/goose/v3"
)

// Migrate brings the file at path to the newest version in steps. Each step is a transaction. When several processes
// start at once one of them applies a step and the others find it applied.
func Migrate(ctx context.Context, path string, steps fs.FS, logger *slog.Logger) error {
	pool, err := Pool(path, "journal_mode(WAL)", "busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer pool.Close()
	pool.SetMaxOpenConns(2)
	current, err := Version(ctx, pool)
	if err != nil {
		return notOurs(path, err)
	}
	return Translate(engine.MigrateFrom(ctx, current, goose.DialectSQLite3, pool, steps, logger, func() (int64, error) {
		return Version(ctx, pool)
	}))
}

// Version is the schema version of an open file: 0 for an empty one.
func Version(ctx context.Context, pool *sql.DB) (int64, error) {
	var tables, ours int
	err := pool.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE name = 'goose_db_version')
		FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`).Scan(&tables, &ours)
	if err != nil {
		return 0, Translate(err)
	}
	if tables == 0 {
		return 0, nil
	}
	if ours == 0 {
		return 0, engine.NotOurs
	}
	var version int64
	err = pool.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, Translate(err)
}

func notOurs(path string, err error) error {
	if errors.Is(err, engine.NotOurs) {
		return engine.NotOurs.Fill(filepath.Dir(path))
	}
	return err
}
