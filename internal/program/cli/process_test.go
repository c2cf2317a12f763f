package cli_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/program/importer"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/program/sample"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/postgres"
	"hemnyckel/internal/storage/sqlite"
	"hemnyckel/internal/storage/storagetest"
)

// program is one run of hemnyckel as a process of its own: this test binary under the program's name.
type program struct {
	*exec.Cmd
	out, talk bytes.Buffer
}

func start(t *testing.T, args ...string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{Cmd: exec.Command(self)}
	p.Args = append([]string{"hemnyckel"}, args...)
	p.Stdout, p.Stderr = &p.out, &p.talk
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	return p
}

// end waits and returns the exit code, -1 for a process that was killed.
func (p *program) end(t *testing.T) int {
	t.Helper()
	err := p.Wait()
	if e, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		t.Fatal(err)
	} else if failed {
		return e.ExitCode()
	}
	return 0
}

func must(t *testing.T, want int, args ...string) *program {
	t.Helper()
	p := start(t, args...)
	if got := p.end(t); got != want {
		t.Fatalf("hemnyckel %s: got exit code %d, want %d; it said:\n%s", strings.Join(args, " "), got, want, p.talk.String())
	}
	return p
}

func wantTalk(t *testing.T, p *program, want string) {
	t.Helper()
	if got := p.talk.String(); !strings.Contains(got, want) {
		t.Errorf("it said %q, want it to contain %q", got, want)
	}
}

const day = "2026-11-23"

func registersOf(t *testing.T, clients int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sample")
	if _, err := sample.Write(dir, sample.Options{Clients: clients, Seed: 11, Day: swedish.NewDate(2026, 11, 23)}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// content is what a municipality holds of imports: how many rows, clients and rights, and the rows' digests.
type content struct {
	clients, rights int
	rows            map[string]string
}

func contentOf(t *testing.T, target string) (c content) {
	t.Helper()
	m, err := municipality.Open(t.Context(), target, municipality.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	c.rows = map[string]string{}
	err = m.DB.View(t.Context(), func(tx *storage.Tx) error {
		ids, err := tx.ClientIDsAfter(t.Context(), "", 100_000)
		if err != nil {
			return err
		}
		rights, err := tx.RightsOf(t.Context(), ids)
		if err != nil {
			return err
		}
		c.clients, c.rights = len(ids), len(rights)
		return tx.EachRegisterRow(t.Context(), func(file, key, digest, _ string) error {
			c.rows[file+" "+key] = digest
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := m.Recompute(t.Context()); err != nil || changed != 0 {
		t.Errorf("recomputation: got %d changed rows, %v; want none", changed, err)
	}
	if _, err := m.Log.Check(t.Context()); err != nil {
		t.Errorf("journal: %v", err)
	}
	return c
}

func wantSame(t *testing.T, got, want content) {
	t.Helper()
	if got.clients != want.clients || got.rights != want.rights || fmt.Sprint(got.rows) != fmt.Sprint(want.rows) {
		t.Errorf("got %d clients, %d rights, %d rows; want %d, %d, %d as from one undisturbed import",
			got.clients, got.rights, len(got.rows), want.clients, want.rights, len(want.rows))
	}
}

// undisturbed imports into a municipality of its own, to compare with.
func undisturbed(t *testing.T, folder string) content {
	t.Helper()
	target := filepath.Join(t.TempDir(), "undisturbed")
	must(t, 0, "import", "--db", target, folder, "--day", day, "--accept-test-numbers")
	return contentOf(t, target)
}

// untilRows waits until an import has applied more than so many rows.
func untilRows(t *testing.T, target string, more int) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	var db *storage.DB // opened once: opening takes as long as a good part of an import
	for time.Now().Before(deadline) {
		var err error
		if db == nil {
			if db, err = storage.Open(t.Context(), target, storage.Options{}); err == nil {
				defer db.Close()
			}
		}
		if err == nil && rowsIn(t.Context(), db) > more {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the import did not come past %d rows", more)
}

func countRows(ctx context.Context, target string) int {
	db, err := storage.Open(ctx, target, storage.Options{})
	if err != nil {
		return 0
	}
	defer db.Close()
	return rowsIn(ctx, db)
}

func rowsIn(ctx context.Context, db *storage.DB) (n int) {
	db.View(ctx, func(tx *storage.Tx) error {
		return tx.EachRegisterRow(ctx, func(_, _, _, _ string) error { n++; return nil })
	})
	return n
}

// proves issue 01, item 2: an import that was killed or interrupted goes on, loses nothing and doubles nothing
func TestKilledImportGoesOn(t *testing.T) {
	t.Parallel()
	folder := registersOf(t, 2000)
	want := undisturbed(t, folder)
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		args := []string{"import", "--db", target, folder, "--day", day, "--accept-test-numbers"}
		killed := start(t, args...)
		untilRows(t, target, 0)
		killed.Process.Kill()
		if got := killed.end(t); got != -1 {
			t.Fatalf("got exit code %d, want a killed process: it was too quick for this test", got)
		}
		there := countRows(t.Context(), target)
		p := start(t, args...)
		untilRows(t, target, there+(len(want.rows)-there)/4)
		p.Process.Signal(os.Interrupt)
		if got := p.end(t); got != 1 {
			t.Errorf("interrupted: got exit code %d, want 1; it said %s", got, p.talk.String())
		}
		wantTalk(t, p, "Kör samma kommando igen")
		wantTalk(t, must(t, 0, args...), "avbruten inläsning")
		wantSame(t, contentOf(t, target), want)
		again := must(t, 0, append(args, "--json")...)
		if !regexp.MustCompile(`^\{"accepted":\{("[a-z]+":0,?)+\},`).Match(again.out.Bytes()) {
			t.Errorf("again: got %.100s, want nothing new", again.out.String())
		}
	})
}

// proves issue 01, item 2: of two imports at once one is refused, says so, and disturbs nothing
func TestTwoImportsAtOnce(t *testing.T) {
	folder := registersOf(t, 5)
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		running := storagetest.Open(t, target, storage.Options{})
		release, err := running.Claim(t.Context(), "import") // what an import does first
		if err != nil {
			t.Fatal(err)
		}
		args := []string{"import", "--db", target, folder, "--day", day}
		refused := must(t, 2, args...)
		wantTalk(t, refused, "En annan inläsning pågår")
		if got := countRows(t.Context(), target); got != 0 || refused.out.Len() > 0 {
			t.Errorf("the refused import left %d rows and printed %q, want nothing", got, refused.out.String())
		}
		must(t, 0, append(args, "--dry-run")...) // looking is always allowed
		if err := release(); err != nil {
			t.Fatal(err)
		}
		must(t, 0, args...)
	})
}

// proves issue 01, bad input: a locked database has a clear answer and nothing is lost
func TestImportIntoALockedDatabase(t *testing.T) {
	t.Parallel()
	folder := registersOf(t, 5)
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		t.Parallel()
		if err := storagetest.Open(t, target, storage.Options{}).Close(); err != nil {
			t.Fatal(err)
		}
		release := hold(t, target)
		before := time.Now()
		p := must(t, 2, "import", "--db", target, folder, "--day", day)
		wantTalk(t, p, "Databasen är upptagen")
		if waited := time.Since(before); waited > 25*time.Second {
			t.Errorf("it waited for %v, want about ten seconds", waited)
		}
		release()
		must(t, 0, "import", "--db", target, folder, "--day", day)
		if got := contentOf(t, target).clients; got < 5 {
			t.Errorf("got %d clients, want the 5", got)
		}
	})
}

// hold keeps what every Update needs, as a stray shell would.
func hold(t *testing.T, target string) (release func()) {
	t.Helper()
	open, begin := postgres.Pool, "BEGIN; LOCK TABLE goose_db_version IN EXCLUSIVE MODE"
	if !strings.HasPrefix(target, "postgres") {
		open = func(string, time.Duration, time.Duration) (*sql.DB, error) {
			return sqlite.Pool(filepath.Join(target, sqlite.File))
		}
		begin = "BEGIN IMMEDIATE"
	}
	pool, err := open(target, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), begin); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		conn.Close()
		pool.Close()
	}
}

// proves issue 01, bad input: a full disk is said, nothing is half-done, and the same command goes on when there is room
func TestImportOnAFullDisk(t *testing.T) {
	folder := registersOf(t, 400)
	want := undisturbed(t, folder)
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("this machine lets us make no small disk (%v); internal/storage tests a full database without one", err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, 0) })
	target := filepath.Join(disk, "municipality")
	args := []string{"import", "--db", target, folder, "--day", day, "--accept-test-numbers"}
	p := start(t, args...)
	if got := p.end(t); got != 1 && got != 2 {
		t.Fatalf("on a full disk: got exit code %d, want 1 or 2; it said %s", got, p.talk.String())
	}
	wantTalk(t, p, "Disken är full")
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	must(t, 0, args...)
	wantSame(t, contentOf(t, target), want)
}

// proves issue 01, bad input: a line of a gigabyte costs one row and no memory
func TestImportOfAGigabyteLine(t *testing.T) {
	folder := registersOf(t, 20)
	path := filepath.Join(folder, "nycklar.csv")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(info.Size()+1<<30), f.Close()); err != nil { // a hole: it needs no disk
		t.Fatal(err)
	}
	p := must(t, 3, "import", "--db", filepath.Join(t.TempDir(), "db"), folder, "--day", day, "--json")
	var r importer.Result
	if err := json.Unmarshal(p.out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Rejected) != 1 || r.Rejected[0].File != "nycklar" || r.Rejected[0].Code != "row-too-long" {
		t.Errorf("rejected: got %+v, want the one row, as too long", r.Rejected)
	}
	if usage, ok := p.ProcessState.SysUsage().(*syscall.Rusage); ok && usage.Maxrss > 300<<10 {
		t.Errorf("memory: got %d MiB, want less than 300", usage.Maxrss>>10)
	}
}

// proves issue 01, item 7: a backup that is taken while an import runs is one instant, whole and consistent
func TestBackupWhileAnImportRuns(t *testing.T) {
	folder := registersOf(t, 500)
	check := func(t *testing.T, target, restored string) {
		args := []string{"import", "--db", target, folder, "--day", day, "--accept-test-numbers"}
		running := start(t, args...)
		untilRows(t, target, 0)
		file := filepath.Join(t.TempDir(), "backup")
		must(t, 0, "backup", "--db", target, file)
		if got := running.end(t); got != 0 {
			t.Fatalf("the import beside the backup: got exit code %d; it said %s", got, running.talk.String())
		}
		must(t, 0, "restore", "--db", restored, file)
		must(t, 0, "log", "check", "--db", restored)
		contentOf(t, restored) // rights are right as of that instant
		args[2] = restored
		must(t, 0, args...)
		wantSame(t, contentOf(t, restored), contentOf(t, target))
	}
	t.Run("sqlite", func(t *testing.T) { check(t, t.TempDir(), filepath.Join(t.TempDir(), "new")) })
	t.Run("postgres", func(t *testing.T) { check(t, storagetest.Postgres(t), storagetest.BlankPostgres(t)) })
}

// proves issue 01, item 6: whichever byte of an extract is changed, verify ends with 1 and says why
func TestVerifySeesEveryChangedByte(t *testing.T) {
	dir := t.TempDir()
	target, keys, extract := filepath.Join(dir, "db"), filepath.Join(dir, "keys"), filepath.Join(dir, "extract")
	must(t, 0, "import", "--db", target, registersOf(t, 5), "--day", day)
	write(t, keys, must(t, 0, "log", "keys", "--db", target).out.Bytes())
	good := must(t, 0, "log", "prove", "--db", target, "--entry", "2").out.Bytes()
	for at := 0; at < len(bytes.TrimSpace(good)); at += max(len(good)/25, 1) {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		write(t, extract, bad)
		p := must(t, 1, "verify", "--trust", keys, extract)
		if p.out.Len() > 0 || p.talk.Len() == 0 || strings.Contains(p.talk.String(), "invalid character") {
			t.Errorf("byte %d: got %q and %q, want a reason and no data", at, p.out.String(), p.talk.String())
		}
	}
	write(t, extract, good[:len(good)/2])
	must(t, 1, "verify", "--trust", keys, extract)
	write(t, extract, good)
	must(t, 0, "verify", "--trust", keys, extract)
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
