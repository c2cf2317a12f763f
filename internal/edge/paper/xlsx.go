package paper

import (
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"hemnyckel/internal/base/problem"
)

// ErrTooManyRows says that a sheet cannot hold a table.
var ErrTooManyRows = problem.New(problem.TooLarge, "table-too-large",
	"Tabellen har fler rader än ett kalkylark rymmer (1 048 575). Exportera den som .csv eller begränsa urvalet.",
	"The table has more rows than a sheet can hold (1,048,575). Export it as .csv, or narrow the selection.")

const maxSheetRows = 1_048_576 // the file format's own limit, with the heading

// WriteXLSX writes a table as a workbook with one sheet. Numbers, days and instants are values that can be sorted and summed;
// texts are stored as texts, which a spreadsheet never runs, whatever they begin with.
func WriteXLSX(w io.Writer, t Table, s Style) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closed := f.Close(); err == nil { // removes what it has spilled to temporary files
			err = closed
		}
	}()
	sheet := sheetName(t.Name)
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	styles, err := sheetStyles(f)
	if err != nil {
		return err
	}
	out, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := heading(out, t, s, styles); err != nil {
		return err
	}
	n := 1
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		if err := t.check(row); err != nil {
			return err
		}
		if n++; n > maxSheetRows {
			return ErrTooManyRows
		}
		at, err := excelize.CoordinatesToCellName(1, n)
		if err != nil {
			return err
		}
		if err := out.SetRow(at, s.cells(t, row, styles)); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

// heading writes the first row, which stays in view, and the columns' widths.
func heading(out *excelize.StreamWriter, t Table, s Style, styles map[ColumnKind]int) error {
	titles := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		title := s.title(c)
		titles[i] = excelize.Cell{StyleID: styles[headingStyle], Value: title}
		if err := out.SetColWidth(i+1, i+1, max(c.Kind.width(), float64(len([]rune(title))+3))); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return out.SetRow("A1", titles)
}

func (k ColumnKind) width() float64 {
	switch k {
	case Text:
		return 24
	case Instant:
		return 17
	}
	return 12
}

func (s Style) cells(t Table, row Row, styles map[ColumnKind]int) []any {
	cells := make([]any, len(row))
	for i, c := range t.Columns {
		cell := excelize.Cell{StyleID: styles[c.Kind]}
		switch v := row[i].(type) {
		case string:
			cell.Value = tame(v)
		case time.Time:
			if !v.IsZero() {
				cell.Value = s.wall(v, c.Kind)
			}
		case bool:
			cell.Value = s.plain(c.Kind, v)
		default:
			cell.Value = v
		}
		cells[i] = cell
	}
	return cells
}

// wall is what the clock on the wall shows, as if it were UTC: a sheet knows no zones.
func (s Style) wall(t time.Time, k ColumnKind) time.Time {
	l := s.local(t)
	if k == Day {
		return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, time.UTC)
	}
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
}

const headingStyle ColumnKind = "heading"

func sheetStyles(f *excelize.File) (map[ColumnKind]int, error) {
	day, instant, kronor, text := "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "#,##0", "@"
	out := map[ColumnKind]int{}
	for _, v := range []struct {
		kind  ColumnKind
		style *excelize.Style
	}{
		{headingStyle, &excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E6ECF0"}},
			Border: []excelize.Border{{Type: "bottom", Color: "5A6872", Style: 1}}}},
		{Text, &excelize.Style{CustomNumFmt: &text}},
		{Day, &excelize.Style{CustomNumFmt: &day}},
		{Instant, &excelize.Style{CustomNumFmt: &instant}},
		{Kronor, &excelize.Style{CustomNumFmt: &kronor}},
	} {
		id, err := f.NewStyle(v.style)
		if err != nil {
			return nil, err
		}
		out[v.kind] = id
	}
	return out, nil
}

// sheetName is a name that a sheet may have: no signs of the file format's own, at most 31 characters.
func sheetName(name string) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) || r < ' ' {
			return '-'
		}
		return r
	}, name))
	if len(clean) == 0 {
		return "Tabell"
	}
	return string(clean[:min(len(clean), 31)])
}
