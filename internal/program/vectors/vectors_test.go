package vectors

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const published = "../../../credential/testdata/vectors"

// What this source makes is what has been published, byte for byte, and nothing else is published. If this fails after a change of
// format: a format that is in use gets a new number, and new vectors beside the old ones.
func TestPublishedVectorsAreTheSame(t *testing.T) {
	files, err := Files(os.DirFS(published))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(published, filepath.FromSlash(name))); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what is made now (%v)", name, err)
		}
	}
	err = fs.WalkDir(os.DirFS(published), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && files[path] == nil {
			t.Errorf("nothing makes %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Writing adds what is missing, and never takes the place of what is there.
func TestWriteKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	if _, err := Write(dir, false); err != nil {
		t.Fatal(err)
	}
	if written, err := Write(dir, false); err != nil || len(written) != 0 {
		t.Errorf("got %v, %v for a folder that has everything", written, err)
	}
	one := filepath.Join(dir, "binary", "grant.cbor")
	if err := os.Remove(one); err != nil {
		t.Fatal(err)
	}
	if written, err := Write(dir, false); err != nil || len(written) != 1 {
		t.Errorf("got %v, %v, want the one that was missing", written, err)
	}
	if err := os.WriteFile(one, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(dir, false); err == nil {
		t.Error("another file was accepted in a vector's place")
	}
	if got, _ := os.ReadFile(one); string(got) != "another" {
		t.Error("a published file was changed")
	}
}

// A vector's name is a file's name and is used once.
func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for file, set := range Sets(os.DirFS(published)) {
		for _, v := range set.Vectors {
			if seen[v.Name] || v.Name == "" || v.About == "" || slug(v.Name) != v.Name {
				t.Errorf("%s: the vector %q (%q) has no name or text of its own", file, v.Name, v.About)
			}
			seen[v.Name] = true
		}
	}
}
