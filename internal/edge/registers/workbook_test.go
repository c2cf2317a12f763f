package registers_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/csv"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/edge/registers"
)

// workbook writes registers as the sheets of one .xlsx. cell turns a text into what a person would have in the spreadsheet.
func workbook(t testing.TB, path string, files map[string]string, cell func(col int, s string) any) {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, name := range slices.Sorted(maps.Keys(files)) {
		sheet := strings.TrimSuffix(name, ".csv")
		if i == 0 {
			if err := f.SetSheetName("Sheet1", sheet); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(files[name]))
		r.Comma = ';'
		table, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for n, row := range table {
			for col, s := range row {
				at, _ := excelize.CoordinatesToCellName(col+1, n+1)
				if err := f.SetCellValue(sheet, at, cell(col, s)); s != "" && err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
}

// native keeps numbers as numbers and days as date cells, as a spreadsheet does with what is typed into it.
func native(_ int, s string) any {
	if d, err := swedish.ParseDate(s, day); err == nil && strings.ContainsAny(s, "-/") {
		return d.Start(time.UTC)
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && s[0] != '0' {
		return n
	}
	if s == "" {
		return nil
	}
	return s
}

// proves issue 01 item 2: the same tables as sheets of one .xlsx give the same rows, with text cells and with real ones.
func TestWorkbook(t *testing.T) {
	files := with("insatser.csv", "19280219-7059;larm;G9;250718;;ja;nej", "192802197059;hsv;G1;2026-01-31;;ja;nej")
	want, wantFaults := read(t, files)
	for name, cell := range map[string]func(int, string) any{
		"text":   func(_ int, s string) any { return s },
		"native": native,
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "Register.XLSX")
		workbook(t, path[:len(path)-4]+"xlsx", files, cell)
		if err := os.Rename(path[:len(path)-4]+"xlsx", path); err != nil {
			t.Fatal(err)
		}
		for _, from := range []string{dir, path} {
			got, faults, err := registers.Read(t.Context(), from, registers.Options{Day: day})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got.Digest = want.Digest // cells may be spelled otherwise
			if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(faults, wantFaults) {
				t.Errorf("%s:\ngot  %+v, %v\nwant %+v, %v", name, got, faults, want, wantFaults)
			}
		}
	}
}

// proves issue 01, bad input: a zip bomb is refused with a clear error.
func TestZipBomb(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good.xlsx")
	workbook(t, good, tiny(), func(_ int, s string) any { return s })
	bomb := deflated(t, 100<<20)
	for _, tc := range []struct {
		what, part string
		claims     uint64 // what the zip's directory says of the size
		code       string
	}{
		{"a sheet that says how large it is", "xl/worksheets/sheet3.xml", 100 << 20, "xlsx-too-large"},
		{"a sheet that lies", "xl/worksheets/sheet3.xml", 1000, "xlsx-unreadable"},
		{"styles", "xl/styles.xml", 100 << 20, "xlsx-too-large"},
		{"strings that lie", "xl/sharedStrings.xml", 1000, "xlsx-unreadable"},
		{"a size beyond counting", "xl/worksheets/sheet3.xml", 1<<64 - 2, "xlsx-too-large"},
	} {
		path := filepath.Join(t.TempDir(), "bomb.xlsx")
		replacePart(t, good, path, tc.part, bomb, tc.claims)
		_, _, err := registers.Read(t.Context(), path, registers.Options{Day: day})
		wantCode(t, tc.what, err, tc.code)
	}
}

func deflated(t *testing.T, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for range n / len(block) {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// replacePart copies a zip with one part's raw content exchanged and its size claimed.
func replacePart(t *testing.T, from, to, name string, raw []byte, size uint64) {
	t.Helper()
	r, err := zip.OpenReader(from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	for _, part := range r.File {
		if part.Name == name {
			continue
		}
		if err := w.Copy(part); err != nil {
			t.Fatal(err)
		}
	}
	p, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CompressedSize64: uint64(len(raw)), UncompressedSize64: size})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWorkbookRefusals(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.xlsx")
	workbook(t, path, map[string]string{"kunder.csv": tiny()["kunder.csv"], "Blad2.csv": "x\n"}, native)
	_, _, err := registers.Read(t.Context(), path, registers.Options{Day: day})
	wantCode(t, "missing sheets", err, "register-missing")

	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err = registers.Read(t.Context(), path, registers.Options{Day: day})
	wantCode(t, "half a file", err, "xlsx-unreadable")

	cut := filepath.Join(dir, "cut.xlsx")
	workbook(t, path, tiny(), native)
	var sheet bytes.Buffer
	w, _ := flate.NewWriter(&sheet, flate.BestSpeed)
	half := `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>personnummer</t></is></c>`
	w.Write([]byte(half))
	w.Close()
	replacePart(t, path, cut, "xl/worksheets/sheet3.xml", sheet.Bytes(), uint64(len(half)))
	_, _, err = registers.Read(t.Context(), cut, registers.Options{Day: day})
	wantCode(t, "a sheet without its end", err, "xlsx-unreadable")
}

func FuzzWorkbook(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a.xlsx")
	workbook(f, path, tiny(), native)
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := registers.Read(t.Context(), path, registers.Options{Day: day})
		if err != nil && problem.KindOf(err) == problem.Internal {
			t.Fatalf("no clear error: %v", err)
		}
	})
}
