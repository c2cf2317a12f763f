package profiles_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/profiles"
)

func all(t *testing.T) (of []routine.Profile) {
	t.Helper()
	for _, name := range profiles.Names() {
		p, err := profiles.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		of = append(of, p)
	}
	return of
}

// proves X-a, V7-g, S-p: the document that municipal readers have says what rules and profiles say
func TestRoutineDocumentIsUpToDate(t *testing.T) {
	var want bytes.Buffer
	if err := profiles.WriteRoutine(&want, all(t)...); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../docs/routine.md")
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("docs/routine.md is not what rules and profiles say (%v). Write it: go run ./cmd/hemnyckel profile routine > docs/routine.md", err)
	}
}

// Every rule stands there once, and no text breaks out of its cell.
func TestRoutineDocument(t *testing.T) {
	p := all(t)[0]
	p.Name, p.Source.Title = "Rör|by", "a|b\nc <d> `e`"
	var b strings.Builder
	if err := profiles.WriteRoutine(&b, p); err != nil {
		t.Fatal(err)
	}
	for _, r := range routine.Rules() {
		if got := strings.Count(b.String(), "| "+r.ID+" | "+r.SV+" |\n"); got != 1 {
			t.Errorf("%s: got it %d times, want once", r.ID, got)
		}
	}
	if want := "| Dokument | a\\|b c &lt;d> \\`e\\` |\n"; !strings.Contains(b.String(), want) {
		t.Errorf("got\n%s\nwant %q in it", b.String(), want)
	}
}
