package profiles_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/profiles"
)

// Whatever is read: either faults, each with words and with a place inside the file, or a profile that everything can work
// with. The input is read by itself and at the end of a profile without faults; the parts of one are what it starts from.
func FuzzRead(f *testing.F) {
	whole := text(f, "lindvik")
	for _, part := range strings.Split(whole, "\n\n") {
		f.Add(part)
	}
	f.Add("")
	f.Add("name = 1\n[[units]]\nkinds = [[]]\n[hours.office]\nspans = [{days = 3}]\n")
	f.Add("hours = []\n[consent]\nowner.x = 1\n")
	f.Add("[units]\nname = 'x'\n")
	f.Fuzz(func(t *testing.T, text string) {
		read(t, text)
		read(t, whole+"\n"+text)
	})
}

func read(t *testing.T, text string) {
	p, err := profiles.Read("own", strings.NewReader(text))
	if err != nil {
		told, ok := errors.AsType[profiles.Faults](err)
		if !ok || len(told.List) == 0 {
			t.Fatalf("got %v, want faults", err)
		}
		for _, x := range told.List {
			if x.Text.SV == "" || x.Text.EN == "" || x.Line < 0 || x.Line > 1+strings.Count(text, "\n") || x.Column > len(text)+1 {
				t.Fatalf("got fault %+v", x)
			}
		}
		return
	}
	use(t, p)
}

// use does with a profile what its users do.
func use(t *testing.T, p routine.Profile) {
	at := time.Date(2026, 12, 24, 16, 30, 0, 0, time.UTC)
	for _, f := range routine.Failures() {
		for _, s := range routine.CrisisSteps(p, f, at) {
			if left := append(routine.Placeholders(s.SV), routine.Placeholders(s.EN)...); len(left) > 0 {
				t.Fatalf("got step %q, %q with placeholders left", s.SV, s.EN)
			}
		}
	}
	for kind := range p.AccessHours {
		hours, _ := p.OpensIn(kind)
		for _, span := range hours.Spans {
			if from, to, ok := span.Minutes(); !ok || from%60 != 0 || to%60 != 0 {
				t.Fatalf("%s opens doors at %+v, which no lock can be told", kind, span)
			}
		}
	}
	if err := profiles.WriteRoutine(io.Discard, p); err != nil {
		t.Fatal(err)
	}
}
