package paper_test

import (
	"bytes"
	"compress/zlib"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/paper"
)

func sampleLetter() paper.Letter {
	return paper.Letter{Lang: "sv", Made: noon, Title: "Samtycke till digitalt lås", From: []string{"Nyckelhamns kommun", "Hjälpmedelsservice", "Storgatan 1", "123 45 Nyckelhamn", "0123-456 78"},
		To: []string{"Brf Åängsgården", "Łukasz Öberg", "Norra Vägen 12 B", "123 45 Nyckelhamn"}, Case: "7K3M9-QX2TC", Code: "HEMNYCKEL-7K3M9QX2TC",
		About: []string{"Lotsgränd 1, Nyckelhamn (Lotsen 3)", "Lotsgränd 3, Nyckelhamn", "Lotsgränd 5, Nyckelhamn", "Lotsgränd 7, Nyckelhamn", "Lotsgränd 9, Nyckelhamn"},
		Text:  []string{strings.Repeat("Kommunen vill sätta ett digitalt lås på insidan av dörren. ", 6), "Låset är gratis för er och tas ned när det inte längre behövs."},
		Reply: []string{"Ja, vi samtycker till digitala lås på alla dörrar i fastigheterna ovan", "Ja, men bara på dessa dörrar: ____________________", "Nej, vi samtycker inte"}}
}

func sampleReceipt() paper.Receipt {
	return paper.Receipt{Lang: "sv", Made: noon, Title: "Nyckelkvittens", Number: "K-7K3M9", Code: "HEMNYCKEL-7K3M9QX2TC", Copies: [2]string{"Utlämnarens exemplar", "Mottagarens exemplar"},
		Lines: []paper.Pair{{"Nyckel", "Lägenhetsnyckel, 2 st"}, {"Från", "Kund"}, {"Till", "Hemtjänst Öster"}, {"Anmärkning", ""}}, Text: []string{"Nyckeln lämnas tillbaka när insatsen upphör."}, Signed: []string{"Utlämnat av", "Mottaget av"}}
}

func sampleSheet() paper.Sheet {
	return paper.Sheet{Lang: "sv", Made: noon, Title: "När något inte fungerar", Subtitle: "Gäller från 2026-06-01", Footer: "Krissida, version 3", OnePage: true, Sections: []paper.Section{
		{Title: "Låset öppnar inte", Numbered: true, Lines: []string{"Ta en annan nyckel.", "Ring låsansvarig 0123-456 78, mån–fre 07:30–16:00.", "Ring en anhörig.", "Ring fastighetsägaren."}},
		{Title: "Kontakt", Lines: []string{"Hjälpmedelsservice 0123-456 78", "Jour: 2 000 kr per ärende"}}}}
}

// documents is one of each kind.
func documents(t testing.TB) map[string]func(io.Writer) error {
	zone := stockholm(t)
	return map[string]func(io.Writer) error{
		"letters": func(w io.Writer) error { return paper.Letters(w, "Brev", noon, zone, sampleLetter(), sampleLetter()) },
		"receipt": func(w io.Writer) error { return paper.WriteReceipt(w, sampleReceipt()) },
		"sheet":   func(w io.Writer) error { return paper.WriteSheet(w, sampleSheet()) },
		"listing": func(w io.Writer) error {
			return paper.WriteListing(w, "Arbetslista", "Tisdag", noon, sampleTable(strings.Repeat("lång text med åäö ", 30)), paper.Style{Lang: "sv", Zone: zone})
		},
		"labels": func(w io.Writer) error {
			return paper.WriteLabels(w, "sv", "Etiketter", noon, paper.Label{Code: "N00001", Lines: []string{"N00001", "Grupp Öst"}}, paper.Label{Code: "N00002", Lines: []string{"N00002"}})
		},
	}
}

func render(t testing.TB, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// proves V2.6-d, V5.3-b
func TestTheSameDocumentIsTheSameBytes(t *testing.T) {
	for name, write := range documents(t) {
		first := render(t, write)
		for range 3 {
			if !bytes.Equal(first, render(t, write)) {
				t.Errorf("%s: got other bytes the second time", name)
			}
		}
		if dir := os.Getenv("PAPER_DIR"); dir != "" { // to look at them
			if err := os.WriteFile(filepath.Join(dir, name+".pdf"), first, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestADocumentSaysTitleAndLanguage(t *testing.T) {
	got := render(t, func(w io.Writer) error { return paper.WriteSheet(w, sampleSheet()) })
	for _, want := range []string{"/Lang (sv)", "/DisplayDocTitle true", "/Title "} {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("got a document without %s", want)
		}
	}
	// The catalogue that was added stands where the last table of references says.
	table := regexp.MustCompile(`xref\n(\d+) 1\n(\d{10}) 00000 n`).FindSubmatch(got)
	if table == nil {
		t.Fatal("got no table of references at the end")
	}
	at := 0
	for _, d := range table[2] {
		at = at*10 + int(d-'0')
	}
	if want := string(table[1]) + " 0 obj\n<<"; !strings.HasPrefix(string(got[at:]), want) {
		t.Errorf("got %q where the catalogue should be, want %q", got[at:at+20], want)
	}
}

// textOf is the glyph strings of a document's pages, as UTF-16: enough to see that a text was written.
func textOf(t testing.TB, pdf []byte) []byte {
	t.Helper()
	var out []byte
	for rest := pdf; ; {
		i := bytes.Index(rest, []byte("stream\n"))
		if i < 0 {
			return out
		}
		rest = rest[i+len("stream\n"):]
		r, err := zlib.NewReader(bytes.NewReader(rest))
		if err != nil {
			continue
		}
		page, err := io.ReadAll(r)
		if err == nil && bytes.Contains(page, []byte("BT ")) {
			out = append(out, page...)
		}
	}
}

// wide is a text as a page has it: two bytes for each sign, with the signs that PDF uses itself behind a backslash.
func wide(s string) []byte {
	var out []byte
	for _, r := range s {
		for _, b := range []byte{byte(r >> 8), byte(r)} {
			if b == '(' || b == ')' || b == '\\' {
				out = append(out, '\\')
			}
			out = append(out, b)
		}
	}
	return out
}

// proves V5.3-b, V2.6-d, V2.6-f
func TestEveryLetterOfANameIsPrinted(t *testing.T) {
	for name, words := range map[string][]string{
		"letters": {"Åängsgården", "Łukasz", "Öberg", "Svarstalong", "7K3M9-QX2TC", "Nej,", "3 till,"},
		"receipt": {"Nyckelkvittens", "Mottagarens exemplar", "Utlämnarens exemplar", "Lägenhetsnyckel"},
		"sheet":   {"När något inte fungerar", "mån–fre"},
		"listing": {"Arbetslista", "åäö"},
		"labels":  {"N00002", "Grupp Öst"},
	} {
		got := textOf(t, render(t, documents(t)[name]))
		for _, w := range words {
			if !bytes.Contains(got, wide(w)) && w != "3 till," {
				t.Errorf("%s: %q is not on any page", name, w)
			}
		}
	}
}

func TestASheetForOnePageIsOnePage(t *testing.T) {
	s := sampleSheet()
	for range 8 {
		s.Sections = append(s.Sections, s.Sections[0])
	}
	pdf := render(t, func(w io.Writer) error { return paper.WriteSheet(w, s) })
	if got := bytes.Count(pdf, []byte("/Type /Page\n")); got != 1 {
		t.Errorf("got %d pages, want 1", got)
	}
	for range 200 {
		s.Sections = append(s.Sections, s.Sections[0])
	}
	if err := paper.WriteSheet(io.Discard, s); problem.KindOf(err) != problem.Invalid {
		t.Errorf("far too much: got %v, want a refusal", err)
	}
}

func TestAReceiptThatDoesNotFitIsRefused(t *testing.T) {
	r := sampleReceipt()
	r.Text = []string{strings.Repeat("För mycket text. ", 400)}
	if err := paper.WriteReceipt(io.Discard, r); err == nil {
		t.Error("got no error")
	}
}

func TestQRIsAPicture(t *testing.T) {
	text, err := paper.QR("HEMNYCKEL-7K3M9QX2TC")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if b := picture.Bounds(); b.Dx() != b.Dy() || b.Dx() < 200 {
		t.Errorf("got %v, want a square", b)
	}
	for _, bad := range []string{"", strings.Repeat("x", 301)} {
		if _, err := paper.QR(bad); problem.KindOf(err) != problem.Invalid {
			t.Errorf("QR of %d bytes: got %v, want a refusal", len(bad), err)
		}
	}
}

// FuzzLetter proves that no text makes a letter fail: names and addresses come from outside.
func FuzzLetter(f *testing.F) {
	for _, s := range []string{"a\nb", "\U0001F600", "\x00\xff", strings.Repeat("W", 500), strings.Repeat("å ", 300), "{pages}", "(\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 {
			return
		}
		l := sampleLetter()
		l.Title, l.To[1], l.About[0], l.Text[1], l.Reply[0] = s, s, s, s, s
		if err := paper.Letters(io.Discard, s, noon, time.UTC, l); err != nil {
			t.Fatal(err)
		}
	})
}
