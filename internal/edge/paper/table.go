package paper

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
)

// ColumnKind says what the cells of a column are.
type ColumnKind string

// The kinds of columns, with the Go type that a cell of theirs has. A nil cell is empty in any column, and so is a zero time.
const (
	Text    ColumnKind = "text"    // string
	Number  ColumnKind = "number"  // int or int64
	Kronor  ColumnKind = "kronor"  // int or int64, whole kronor
	Day     ColumnKind = "day"     // time.Time: the local day
	Instant ColumnKind = "instant" // time.Time: local day and time to the minute
	YesNo   ColumnKind = "yes-no"  // bool
)

// Column is one column of a table.
type Column struct {
	Key    string // stable, for programs
	SV, EN string // for people
	Kind   ColumnKind
}

// Row is one row: a cell for every column.
type Row = []any

// Table is rows that can be handed over as a file. Rows may be read from a database while the file is written; an error
// among them ends the writing.
type Table struct {
	Name    string // of the file, without extension, and of the sheet
	Columns []Column
	Rows    iter.Seq2[Row, error]
}

// Style is for whom a file is written.
type Style struct {
	Lang string         // "sv" or "en"
	Zone *time.Location // for days and instants; nil: UTC
}

// Media types of the files.
const (
	TypeCSV      = "text/csv; charset=utf-8"
	TypeXLSX     = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	TypePDF      = "application/pdf"
	TypePNG      = "image/png"
	TypeCalendar = "text/calendar; charset=utf-8"
)

// Rows makes what a Table reads of rows that are in memory.
func Rows(rows ...Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// title is the heading of a column in the style's language.
func (s Style) title(c Column) string {
	if s.Lang == "en" {
		return c.EN
	}
	return c.SV
}

func (s Style) local(t time.Time) time.Time {
	if s.Zone == nil {
		return t.UTC()
	}
	return t.In(s.Zone)
}

// check says whether a row fits the columns. One that does not is a fault of the program.
func (t Table) check(row Row) error {
	if len(row) != len(t.Columns) {
		return fmt.Errorf("paper: table %s: a row of %d cells for %d columns", t.Name, len(row), len(t.Columns))
	}
	for i, c := range t.Columns {
		if !c.Kind.holds(row[i]) {
			return fmt.Errorf("paper: table %s: column %s (%s) got %T", t.Name, c.Key, c.Kind, row[i])
		}
	}
	return nil
}

func (k ColumnKind) holds(cell any) bool {
	switch cell.(type) {
	case nil:
		return true
	case string:
		return k == Text
	case int, int64:
		return k == Number || k == Kronor
	case time.Time:
		return k == Day || k == Instant
	case bool:
		return k == YesNo
	}
	return false
}

// plain is a cell as text, as people write such things.
func (s Style) plain(kind ColumnKind, cell any) string {
	switch v := cell.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return problem.Text{SV: pick(v, "ja", "nej"), EN: pick(v, "yes", "no")}.In(s.Lang)
	case time.Time:
		switch {
		case v.IsZero():
			return ""
		case kind == Day:
			return s.local(v).Format(time.DateOnly)
		}
		return s.local(v).Format("2006-01-02 15:04")
	}
	return ""
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// tame takes control characters, which no cell needs and some programs choke on, out of a text. Line breaks stay.
func tame(s string) string {
	return strings.Map(func(r rune) rune {
		if (r < ' ' && r != '\n') || r == 0x7f || r == '\ufffe' || r == '\uffff' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\ufffd"))
}
