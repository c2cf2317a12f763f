package cli_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	_ "time/tzdata"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"hemnyckel/internal/program/cli"
	"hemnyckel/internal/storage/storagetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"hemnyckel": func() { os.Exit(cli.QuickMain(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// What a person types and is answered, as scripts. Those in testdata/both run once per engine: $DB is an empty
// municipality and $NEW a place where a backup can be restored. proves issue 01, items 2, 4, 6 and 7
func TestScripts(t *testing.T) {
	for _, file := range scripts(t, "once") {
		t.Run(scriptName(file), func(t *testing.T) {
			runScript(t, file, filepath.Join(t.TempDir(), "db"), filepath.Join(t.TempDir(), "new"))
		})
	}
	for _, file := range scripts(t, "both") {
		t.Run(scriptName(file)+"/sqlite", func(t *testing.T) {
			t.Parallel()
			runScript(t, file, filepath.Join(t.TempDir(), "db"), filepath.Join(t.TempDir(), "new"))
		})
		t.Run(scriptName(file)+"/postgres", func(t *testing.T) {
			t.Parallel()
			runScript(t, file, storagetest.Postgres(t), storagetest.BlankPostgres(t))
		})
	}
}

func scripts(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("scripts of %s: got %v, %v; want some", folder, files, err)
	}
	return files
}

func scriptName(file string) string { return strings.TrimSuffix(filepath.Base(file), ".txtar") }

func runScript(t *testing.T, file, db, restored string) {
	testscript.Run(t, testscript.Params{
		Files: []string{file},
		Setup: func(e *testscript.Env) error {
			e.Setenv("DB", db)
			e.Setenv("NEW", restored)
			e.Setenv("HEMNYCKEL_KEYS", filepath.Join(e.WorkDir, ".keys")) // what is restored from a backup needs them too
			e.Setenv("DAY", "2026-11-23")
			e.Setenv("NEXTMONTH", dayFromNow(30))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code":     code,
			"bomb":     bomb,
			"cut":      cut,
			"spoil":    spoil,
			"fill":     fill,
			"workbook": workbook,
			"id":       id,

			"fingerprint": fingerprint,
		},
	})
}

// id FILE NAME sets a variable to the first word of the second line: the id of the first row of a list.
func id(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	if neg || len(lines) < 2 || len(strings.Fields(lines[1])) == 0 {
		ts.Fatalf("no row in %s", args[0])
	}
	ts.Setenv(args[1], strings.Fields(lines[1])[0])
}

// fingerprint FILE NAME sets a variable to the root's fingerprint in a transcript.
func fingerprint(ts *testscript.TestScript, neg bool, args []string) {
	_, after, ok := strings.Cut(ts.ReadFile(args[0]), "The root's fingerprint: ")
	if neg || !ok || len(after) < 39 {
		ts.Fatalf("no fingerprint in %s", args[0])
	}
	ts.Setenv(args[1], strings.ReplaceAll(after[:39], " ", ""))
}

// code N COMMAND…: the command must end with exit code N.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command [args...]")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		e, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = e.ExitCode()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code: got %d, want %s", got, args[0])
	}
	for _, leak := range []string{"goroutine ", "sql:", "SQLITE", "SQLSTATE", "SELECT ", "INSERT ", ".go:", "dial tcp", "no such file or directory"} {
		if text := ts.ReadFile("stderr"); strings.Contains(text, leak) {
			ts.Fatalf("%q does not belong in what a person reads:\n%s", leak, text)
		}
	}
}

// bomb FILE makes an .xlsx of some hundred kilobytes whose one sheet unpacks to half a gigabyte.
func bomb(ts *testscript.TestScript, _ bool, args []string) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	sheet, err := z.Create("xl/worksheets/sheet1.xml")
	ts.Check(err)
	block := make([]byte, 1<<20)
	for range 512 {
		_, err := sheet.Write(block)
		ts.Check(err)
	}
	ts.Check(z.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

// cut FILE keeps the first half of a file.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	info, err := os.Stat(path)
	ts.Check(err)
	ts.Check(os.Truncate(path, info.Size()/2))
}

// fill FILE SIZE KIND makes a file of SIZE bytes: zeros (a hole), or noise.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	path := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(path, nil, 0o600))
	if args[2] == "zeros" {
		ts.Check(os.Truncate(path, size))
		return
	}
	noise := make([]byte, size)
	for i := range noise {
		noise[i] = byte((i*i*2654435761)>>13) | 0x80
	}
	ts.Check(os.WriteFile(path, noise, 0o600))
}

// spoil FOLDER KIND rewrites all .csv files of a sample: utf8, bom, comma, utf16 or headers.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.csv"))
	ts.Check(err)
	for _, file := range files {
		b, err := os.ReadFile(file)
		ts.Check(err)
		out, err := respell(b, args[1])
		ts.Check(err)
		ts.Check(os.WriteFile(file, out, 0o600))
	}
}

// workbook FOLDER FILE writes the tables of a sample as the sheets of one .xlsx.
func workbook(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.csv"))
	ts.Check(err)
	book := excelize.NewFile()
	for _, file := range files {
		rows, err := cellsOf(file)
		ts.Check(err)
		sheet := strings.TrimSuffix(filepath.Base(file), ".csv")
		_, err = book.NewSheet(sheet)
		ts.Check(err)
		for i, row := range rows {
			ts.Check(book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row))
		}
	}
	ts.Check(book.DeleteSheet("Sheet1"))
	ts.Check(book.SaveAs(ts.MkAbs(args[1])))
}
