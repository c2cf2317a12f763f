package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Where there are no hard links a file is still never replaced.
func TestWithoutHardLinks(t *testing.T) {
	folder := t.TempDir()
	path, temporary := filepath.Join(folder, "share"), filepath.Join(folder, ".share-1")
	for _, c := range []struct {
		text string
		want error
	}{{"first", nil}, {"second", fs.ErrExist}} {
		if err := os.WriteFile(temporary, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := claim(temporary, path); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.text, err, c.want)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != "first" {
			t.Errorf("got %q, %v; want the first file", got, err)
		}
	}
	os.Remove(path)
	if err := claim(filepath.Join(folder, "none"), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing to publish: got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty file is left: %v", err)
	}
}
