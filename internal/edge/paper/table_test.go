package paper_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hemnyckel/internal/edge/paper"
)

var noon = time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)

func stockholm(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func sampleTable(text string) paper.Table {
	return paper.Table{Name: "uppgifter/öppna", Columns: []paper.Column{
		{Key: "name", SV: "Namn", EN: "Name", Kind: paper.Text},
		{Key: "count", SV: "Antal", EN: "Count", Kind: paper.Number},
		{Key: "price", SV: "Pris", EN: "Price", Kind: paper.Kronor},
		{Key: "day", SV: "Dag", EN: "Day", Kind: paper.Day},
		{Key: "at", SV: "Tid", EN: "Time", Kind: paper.Instant},
		{Key: "done", SV: "Klar", EN: "Done", Kind: paper.YesNo},
	}, Rows: paper.Rows(paper.Row{text, 3, int64(-1000), noon.Add(13 * time.Hour), noon, true}, paper.Row{"", nil, nil, time.Time{}, nil, false})}
}

func TestCSVIsForSpreadsheetsInSweden(t *testing.T) {
	var b bytes.Buffer
	if err := paper.WriteCSV(&b, sampleTable("Åke \"Ö\"; rad 1\nrad 2"), paper.Style{Lang: "sv", Zone: stockholm(t)}); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffNamn;Antal;Pris;Dag;Tid;Klar\r\n" +
		"\"Åke \"\"Ö\"\"; rad 1\r\nrad 2\";3;-1000;2026-06-02;2026-06-01 12:00;ja\r\n" +
		";;;;;nej\r\n"
	if got := b.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFormulasAreNotRun(t *testing.T) {
	for _, text := range []string{"=1+1", "+46 1", "-2", "@SUM(A1)", "  =1+1", "\t=1", "\u00a0=1", "\u200b=1", "＝1", "|calc"} {
		var b bytes.Buffer
		if err := paper.WriteCSV(&b, sampleTable(text), paper.Style{Lang: "en"}); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
		r.Comma = ';'
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := rows[1][0]; !strings.HasPrefix(got, "'") {
			t.Errorf("CSV of %q: got %q, want it to begin with an apostrophe", text, got)
		}
		f := workbook(t, sampleTable(text))
		kind, err := f.GetCellType("uppgifter-öppna", "A2")
		if err != nil {
			t.Fatal(err)
		}
		if kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("XLSX of %q: got cell type %v, want a text", text, kind)
		}
	}
}

func workbook(t *testing.T, table paper.Table) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := paper.WriteXLSX(&b, table, paper.Style{Lang: "sv", Zone: stockholm(t)}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestXLSXHasValuesAsPeopleReadThem(t *testing.T) {
	f := workbook(t, sampleTable("Åke"))
	rows, err := f.GetRows("uppgifter-öppna")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"Åke", "3", "-1,000", "2026-06-02", "2026-06-01 12:00", "ja"} {
		if got := rows[1][i]; got != want {
			t.Errorf("column %d: got %q, want %q", i, got, want)
		}
	}
}

func TestTheSameTableGivesTheSameBytes(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := paper.WriteXLSX(w, sampleTable("x"), paper.Style{}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("got two different workbooks of the same table")
	}
}

func TestARowThatDoesNotFitIsAFault(t *testing.T) {
	broken := errors.New("the database went away")
	for name, rows := range map[string]func(func(paper.Row, error) bool){
		"too short":  paper.Rows(paper.Row{"a"}),
		"wrong kind": paper.Rows(paper.Row{1, 1, 1, nil, nil, nil}),
		"broken":     func(yield func(paper.Row, error) bool) { yield(nil, broken) },
	} {
		table := sampleTable("")
		table.Rows = rows
		if err := paper.WriteCSV(&bytes.Buffer{}, table, paper.Style{}); err == nil {
			t.Errorf("%s: CSV: got no error", name)
		}
		if err := paper.WriteXLSX(&bytes.Buffer{}, table, paper.Style{}); err == nil {
			t.Errorf("%s: XLSX: got no error", name)
		}
	}
}

// FuzzCSVText proves that whatever stands in a cell comes back from the file as one cell that no spreadsheet runs.
func FuzzCSVText(f *testing.F) {
	for _, s := range []string{"=cmd|' /C calc'!A0", "a;b\"c\r\nd", "\x00=1", "\xff\ufffe", "\u202e=x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		if err := paper.WriteCSV(&b, sampleTable(s), paper.Style{}); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
		r.Comma = ';'
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 3 {
			t.Fatalf("got %d rows, error %v; want 3", len(rows), err)
		}
		if first := strings.TrimSpace(rows[1][0]); first != "" && strings.ContainsRune("=+-@", rune(first[0])) {
			t.Errorf("got a cell %q", rows[1][0])
		}
	})
}
