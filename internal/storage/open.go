package storage

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/storage/engine"
	"hemnyckel/internal/storage/postgres"
	"hemnyckel/internal/storage/sqlite"
)

// NoMunicipality answers a folder in which there is no database.
var NoMunicipality = problem.New(problem.NotFound, "no-municipality",
	"Det finns ingen kommun i mappen %s. Skapa en med hemnyckel import eller hemnyckel demo.",
	"There is no municipality in the folder %s. Make one with hemnyckel import or hemnyckel demo.")

// Options of Open. The zero value opens what exists, with the machine's clock.
type Options struct {
	Clock  func() time.Time // the instant of each transaction; nil: time.Now
	Logger *slog.Logger     // nil: silent
	Create bool             // make the folder and the file if they are absent (SQLite; a PostgreSQL database must exist)
	Wait   time.Duration    // how long an Update waits for others before database-busy; 0: 10 s
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Wait == 0 {
		o.Wait = 10 * time.Second
	}
	return o
}

// Open opens a municipality and brings its schema up to date. target is a folder, which holds hemnyckel.db, or the URL of
// a PostgreSQL database (postgres:// or postgresql://). Several processes may open the same target at once.
func Open(ctx context.Context, target string, options Options) (*DB, error) {
	options = options.withDefaults()
	opened, err := openEngine(ctx, target, options)
	if err != nil {
		return nil, err
	}
	return &DB{
		target: target,
		engine: opened,
		turn:   make(chan struct{}, 1),
		clock:  options.Clock,
		bound:  options.Wait,
	}, nil
}

// Folder is the folder that a municipality lies in, "" for one in PostgreSQL.
func (db *DB) Folder() string {
	if isURL(db.target) {
		return ""
	}
	return db.target
}

// isURL reports whether target names a PostgreSQL database.
func isURL(target string) bool {
	return strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://")
}

func openEngine(ctx context.Context, target string, options Options) (engine.Engine, error) {
	if isURL(target) {
		if err := postgres.Migrate(ctx, target, postgres.Migrations(), options.Logger); err != nil {
			return nil, err
		}
		return postgres.Open(ctx, target, options.Wait)
	}
	path := filepath.Join(target, sqlite.File)
	if err := findFile(target, path, options.Create); err != nil {
		return nil, err
	}
	if err := sqlite.Migrate(ctx, path, sqlite.Migrations(), options.Logger); err != nil {
		return nil, err
	}
	return sqlite.Open(ctx, path, options.Wait)
}

// findFile makes sure that there is a file at path, if need be by making an empty one.
func findFile(folder, path string, create bool) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode().IsRegular():
		return nil
	case err == nil:
		return engine.NotOurs.Fill(folder)
	case errors.Is(err, syscall.ENOTDIR):
		return engine.NotFolder.Fill(folder).With(err)
	case !errors.Is(err, fs.ErrNotExist):
		return engine.FileFault(err)
	case !create:
		return NoMunicipality.Fill(folder)
	}
	if err := sqlite.Create(path); err != nil {
		return engine.FileFault(err)
	}
	return nil
}
