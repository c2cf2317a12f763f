package postgres

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"hemnyckel/internal/base/durable"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/storage/engine"
)

// NoTools answers a machine on which PostgreSQL's own programs are not installed.
var NoTools = problem.New(problem.Unavailable, "postgres-tools-missing",
	"Programmet %s saknas. Installera PostgreSQL:s klientprogram (Debian och Ubuntu: apt-get install postgresql-client).",
	"The program %s is missing. Install PostgreSQL's client programs (Debian and Ubuntu: apt-get install postgresql-client).")

// toolFailed carries what the program wrote as its cause.
var toolFailed = problem.New(problem.Unavailable, "postgres-tool-failed",
	"Programmet %s misslyckades. Se orsaken i loggen; vanligast är att dess version är äldre än databasserverns.",
	"The program %s failed. The log has the reason; most often its version is older than the database server's.")

// Backup runs pg_dump, which reads one snapshot while others write.
func (db *DB) Backup(ctx context.Context, file string) error {
	made, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return engine.FileFault(err)
	}
	defer os.Remove(made.Name())
	defer made.Close()
	dump, err := tool(ctx, "pg_dump", db.url, "--format=custom", "--no-owner", "--no-privileges")
	if err != nil {
		return err
	}
	if err := run(dump, made); err != nil {
		return err
	}
	err = durable.Publish(made.Name(), file)
	if errors.Is(err, fs.ErrExist) {
		return engine.FileExists.Fill(file)
	}
	return engine.FileFault(err)
}

// Restore reads the backup's version, then runs pg_restore in one transaction on a database that must be empty.
func Restore(ctx context.Context, file, url string) error {
	if err := inspect(ctx, file); err != nil {
		return err
	}
	pool, err := Pool(url, statementTimeout, statementTimeout)
	if err != nil {
		return err
	}
	defer pool.Close()
	if version, err := Version(ctx, pool); version != 0 || errors.Is(err, engine.NotOurs) {
		return engine.MunicipalityExists.Fill(WithoutPassword(url))
	} else if err != nil {
		return err
	}
	restore, err := tool(ctx, "pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
	if err != nil {
		return err
	}
	restore.Args = append(restore.Args, file)
	err = run(restore, io.Discard)
	if errors.Is(err, toolFailed) {
		return engine.BadBackup.Fill(file).With(err) // the server could be reached just now
	}
	return err
}

// inspect refuses a file that pg_restore cannot read, that is not ours, or that is newer than the program.
func inspect(ctx context.Context, file string) error {
	list, err := tool(ctx, "pg_restore", "", "--file=-", "--data-only", "--table=goose_db_version")
	if err != nil {
		return err
	}
	list.Args = append(list.Args, file)
	var script bytes.Buffer
	if err := run(list, &script); err != nil {
		return engine.BadBackup.Fill(file).With(err)
	}
	version := dumpedVersion(&script)
	newest, err := engine.Newest(Migrations())
	if err != nil {
		return err
	}
	if version == 0 {
		return engine.BadBackup.Fill(file).With(errors.New("no schema version in it"))
	}
	if version > newest {
		return engine.SchemaNewer.Fill(version, newest)
	}
	return nil
}

// dumpedVersion finds the highest version in "COPY public.goose_db_version (id, version_id, …) FROM stdin;" and its rows.
func dumpedVersion(script io.Reader) (newest int64) {
	inside := false
	for lines := bufio.NewScanner(script); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "COPY ") && strings.Contains(line, "goose_db_version (id, version_id,") {
			inside = true
			continue
		}
		fields := strings.Split(line, "\t")
		if !inside || len(fields) < 2 {
			continue
		}
		if version, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
			newest = max(newest, version)
		}
	}
	return newest
}

// tool prepares one of PostgreSQL's programs. The password travels in the environment, not in the list of processes.
func tool(ctx context.Context, name, at string, args ...string) (*exec.Cmd, error) {
	program, err := find(name)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if at == "" {
		return cmd, nil
	}
	cmd.Args = append(cmd.Args, "--dbname="+WithoutPassword(at))
	if parsed, err := url.Parse(at); err == nil {
		if password, ok := parsed.User.Password(); ok {
			cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
		}
	}
	return cmd, nil
}

// find looks in PATH, then where Debian keeps the newest version.
func find(name string) (string, error) {
	if program, err := exec.LookPath(name); err == nil {
		return program, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", NoTools.Fill(name)
	}
	return slices.MaxFunc(found, func(a, b string) int { return major(a) - major(b) }), nil
}

func major(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// WithoutPassword is a database URL as it may be shown.
func WithoutPassword(at string) string {
	parsed, err := url.Parse(at)
	if err != nil || parsed.User == nil {
		return at
	}
	parsed.User = url.User(parsed.User.Username())
	return parsed.String()
}

// maxComplaint is how much of a program's complaints is kept.
const maxComplaint = 4096

func run(cmd *exec.Cmd, out io.Writer) error {
	var complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &complaint
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if bytes.Contains(complaint.Bytes(), []byte("No space left on device")) {
		return engine.DiskFull.With(err)
	}
	text := complaint.String()
	return toolFailed.Fill(filepath.Base(cmd.Path)).With(fmt.Errorf("%w: %s", err, text[:min(len(text), maxComplaint)]))
}
