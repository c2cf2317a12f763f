package casework_test

import (
	"os"
	"regexp"
	"testing"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
)

// Whatever the program says of a task or a thing it says in the reader's language; what somebody has written stands as it is.
func TestWhatTheProgramSaysOfATaskIsInBothLanguages(t *testing.T) {
	var codes [][][]byte
	for _, name := range []string{"says.go", "../fleet/says.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, regexp.MustCompile(`= +"([a-z]+:[a-z-]+)"`).FindAllSubmatch(source, -1)...)
	}
	if len(codes) < 18 {
		t.Fatalf("codes: found %d, want at least 18", len(codes))
	}
	for _, c := range codes {
		code := string(c[1])
		if got := casework.InWords(code); got.SV == code || got.EN == code || got.SV == got.EN {
			t.Errorf("%s: got %q and %q, want words in both languages", code, got.SV, got.EN)
		}
	}
	for _, own := range []string{"", "Klarasson hör dåligt"} {
		if got, want := casework.InWords(own), (problem.Text{SV: own, EN: own}); got != want {
			t.Errorf("%q: got %v, want it as it was written", own, got)
		}
	}
}
