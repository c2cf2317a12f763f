package words

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Whatever the texts are, they keep within the boxes, and the picture says in words all that it shows.
func TestWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, chars, most := rapid.String().Draw(t, "text"), rapid.IntRange(2, 40).Draw(t, "chars"), rapid.IntRange(1, 3).Draw(t, "lines")
		lines := wrap(text, chars, most)
		if len(lines) > most {
			t.Fatalf("%d lines, want at most %d", len(lines), most)
		}
		for _, l := range lines {
			if utf8.RuneCountInString(l) > chars {
				t.Fatalf("%q is wider than %d", l, chars)
			}
		}
		if whole := strings.Join(strings.Fields(text), " "); utf8.RuneCountInString(whole) <= chars && strings.Join(lines, " ") != whole {
			t.Fatalf("got %q of %q, which has room", lines, whole)
		}
	})
}

func TestPictureOfAChain(t *testing.T) {
	all := []link{{kind: "Beslut", title: "Trygghetslarm beviljat", code: "7K3M-9QX2", detail: "28 maj 2026 från verksamhetssystem", tone: "info"},
		{kind: "Öppning", title: "Dörrlås DC10002 och Port PT30007", detail: strings.Repeat("lång ", 60), tone: "good"}}
	for _, p := range []picture{across(all), down(all)} {
		if p.said != "Beslut: Trygghetslarm beviljat, 7K3M-9QX2, 28 maj 2026 från verksamhetssystem. Öppning: Dörrlås DC10002 och Port PT30007, "+all[1].detail+"." {
			t.Errorf("%s says %q", p.class, p.said)
		}
		if len(p.boxes) != 2 || len(p.arrows) != 1 {
			t.Fatalf("%s: got %d boxes and %d arrows", p.class, len(p.boxes), len(p.arrows))
		}
		for _, b := range p.boxes {
			if b.x < 0 || b.y < 0 || b.x+b.wide > p.wide || b.y+b.high > p.high {
				t.Errorf("%s: box %+v is outside %d × %d", p.class, b, p.wide, p.high)
			}
			for _, l := range b.lines {
				if l.y > b.y+b.high || l.y < b.y {
					t.Errorf("%s: %q at %d is outside its box", p.class, l.text, l.y)
				}
			}
		}
	}
}
