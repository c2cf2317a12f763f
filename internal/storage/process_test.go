package storage_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// The tests of this file need a second process. It is this test program, started again with the part that it plays in an
// environment variable.
const part, partTarget = "HEMNYCKEL_TEST_PART", "HEMNYCKEL_TEST_TARGET"

// TestPart is the second process; as a test of its own it does nothing.
func TestPart(t *testing.T) {
	name := os.Getenv(part)
	if name == "" {
		return
	}
	db, err := storage.Open(t.Context(), os.Getenv(partTarget), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := parts[name](t.Context(), db); err != nil {
		t.Fatal(err)
	}
}

var parts = map[string]func(context.Context, *storage.DB) error{
	"hold":   holdTheLock,
	"import": importInBatches,
	"count":  countUp,
}

// holdTheLock stays inside an Update until its input ends.
func holdTheLock(ctx context.Context, db *storage.DB) error {
	return db.Update(ctx, func(tx *storage.Tx) error {
		fmt.Println("holding")
		io.Copy(io.Discard, os.Stdin)
		return nil
	})
}

// inBatch is how far the ids of an import's batches lie apart.
const inBatch = 1_000_000

// importInBatches commits one 50 ms transaction after the other, without a pause, until its input ends.
func importInBatches(ctx context.Context, db *storage.DB) error {
	done := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(done)
	}()
	for batch := int64(1); ; batch++ {
		err := db.Update(ctx, func(tx *storage.Tx) error {
			id := batch * inBatch
			for end := time.Now().Add(50 * time.Millisecond); time.Now().Before(end); id++ {
				if err := add(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		select {
		case <-done:
			return nil
		default:
			fmt.Println("batch")
		}
	}
}

// countUp adds rows of three, and says so after each commit.
func countUp(ctx context.Context, db *storage.DB) error {
	from, err := int64(0), error(nil)
	for {
		err = db.Update(ctx, func(tx *storage.Tx) error {
			highest, err := tx.TestInts(ctx, `SELECT coalesce(max(id), 0) FROM probe`)
			if err != nil {
				return err
			}
			from = highest[0]
			return errors.Join(add(ctx, tx, from+1), add(ctx, tx, from+2), add(ctx, tx, from+3))
		})
		if err != nil {
			return err
		}
		fmt.Println("committed", from+3)
	}
}

type process struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

func play(t *testing.T, name, target string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestPart$")
	cmd.Env = append(os.Environ(), part+"="+name, partTarget+"="+target)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	return &process{cmd, stdin, bufio.NewScanner(stdout)}
}

func (p *process) next(t *testing.T) string {
	t.Helper()
	if !p.lines.Scan() {
		t.Fatalf("the other process ended: %v", p.lines.Err())
	}
	return p.lines.Text()
}

// proves issue 01, bad input: a locked database gets a clear error, and nothing is half-done
func TestLockedByAnotherProcess(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		db := storagetest.Open(t, target, storage.Options{Wait: 200 * time.Millisecond})
		probe(t, db)
		other := play(t, "hold", target)
		other.next(t)
		err := db.Update(t.Context(), func(tx *storage.Tx) error { return add(t.Context(), tx, 1) })
		wantCode(t, err, "database-busy")
		wantIDs(t, db) // a View does not wait
		other.stdin.Close()
		for other.lines.Scan() {
		}
		if err := db.Update(t.Context(), func(tx *storage.Tx) error { return add(t.Context(), tx, 2) }); err != nil {
			t.Errorf("after the lock is free: %v", err)
		}
		wantIDs(t, db, 2)
	})
}

// An import in another process, which does not even pause, must not starve a visit. Its turns are counted, not its time, because
// test machines are noisy: a batch is 50 ms. With SQLite's own busy handler the wait has no bound at all.
func TestVisitBesideAnImport(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		db := storagetest.Open(t, target, storage.Options{})
		probe(t, db)
		importer := play(t, "import", target)
		importer.next(t)
		batch := func(tx *storage.Tx) int64 {
			highest, err := tx.TestInts(t.Context(), `SELECT coalesce(max(id), 0) FROM probe`)
			if err != nil {
				t.Fatal(err)
			}
			return highest[0] / inBatch
		}
		var waits []int64
		for id := range int64(20) {
			var before, at int64
			err := db.View(t.Context(), func(tx *storage.Tx) error { before = batch(tx); return nil })
			if err == nil {
				err = db.Update(t.Context(), func(tx *storage.Tx) error { at = batch(tx); return add(t.Context(), tx, id) })
			}
			if err != nil {
				t.Fatal(err)
			}
			waits = append(waits, at-before)
			time.Sleep(7 * time.Millisecond)
		}
		slices.Sort(waits)
		t.Logf("batches that a visit let pass: median %d, most %d", waits[len(waits)/2], waits[len(waits)-1])
		if most := waits[len(waits)-1]; most > 20 {
			t.Errorf("a visit let %d batches pass", most)
		}
		importer.next(t) // and the import goes on
	})
}

// proves issue 01: kill -9 loses nothing that was acknowledged and leaves nothing half-done
func TestKillLosesNoAcknowledgedCommit(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		db := storagetest.Open(t, target, storage.Options{})
		probe(t, db)
		for round := range 4 {
			child := play(t, "count", target)
			acknowledged := int64(0)
			for range 1 + 30*round {
				acknowledged = number(t, child.next(t))
			}
			child.cmd.Process.Kill()
			for child.lines.Scan() {
				if line := child.lines.Text(); strings.HasPrefix(line, "committed ") {
					acknowledged = number(t, line)
				}
			}
			child.cmd.Wait()
			got := ids(t, db)
			if int64(len(got)) < acknowledged || len(got)%3 != 0 || got[len(got)-1] != int64(len(got)) {
				t.Fatalf("%d acknowledged, %d rows, the last is %d", acknowledged, len(got), got[len(got)-1])
			}
		}
	})
}

func number(t *testing.T, line string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimPrefix(line, "committed "), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
