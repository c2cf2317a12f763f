package durable_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"hemnyckel/internal/base/durable"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func onlyFile(t *testing.T, folder, name string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("folder holds %v, want only %s", entries, name)
	}
}

func TestWriteFileReplaces(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "state")
	for _, want := range []string{"first, and longer", "second", ""} {
		if err := durable.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("got permissions %o, want 600", got)
	}
	onlyFile(t, folder, "state")
}

func TestWriteKeepsTheOldFileWhenFillFails(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "state")
	if err := durable.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := durable.Write(path, 0o644, func(w io.Writer) error {
		io.WriteString(w, "half of the n")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if got := read(t, path); got != "old" {
		t.Errorf("got %q, want the old file", got)
	}
	onlyFile(t, folder, "state")
}

func TestWriteWhereNothingCanBeWritten(t *testing.T) {
	if err := durable.WriteFile(filepath.Join(t.TempDir(), "absent", "state"), nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want not exist", err)
	}
	folder := t.TempDir() // a folder stands where the file should be
	if err := os.Mkdir(filepath.Join(folder, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.WriteFile(filepath.Join(folder, "state"), nil, 0o600); err == nil {
		t.Error("replaced a folder")
	}
	onlyFile(t, folder, "state")
}

func TestPublishNeverReplaces(t *testing.T) {
	folder := t.TempDir()
	path, temporary := filepath.Join(folder, "backup"), filepath.Join(folder, ".backup-1")
	for i, want := range []error{nil, fs.ErrExist} {
		if err := os.WriteFile(temporary, []byte{byte('a' + i)}, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := durable.Publish(temporary, path); !errors.Is(err, want) {
			t.Errorf("time %d: got %v, want %v", i, err, want)
		}
	}
	if got := read(t, path); got != "a" {
		t.Errorf("got %q, want the first file", got)
	}
}
