package paper

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode"
)

// WriteCSV writes a table as spreadsheets in Sweden open it by a double click: UTF-8 with a byte order mark, semicolons,
// quotes and CRLF as in RFC 4180.
func WriteCSV(w io.Writer, t Table, s Style) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	cells := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cells[i] = s.title(c)
	}
	if err := out.Write(cells); err != nil {
		return err
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		if err := t.check(row); err != nil {
			return err
		}
		for i, c := range t.Columns {
			cells[i] = s.plain(c.Kind, row[i])
			if c.Kind == Text {
				cells[i] = unformula(tame(cells[i]))
			}
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// unformula puts an apostrophe before a text that a spreadsheet would run: one that begins, after blanks, with a sign that
// begins a formula, in its usual or its wide form. Somebody who can write a name in an order could otherwise make the
// spreadsheet of whoever exports it fetch or send something.
func unformula(s string) string {
	begins := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
	if begins != "" && strings.ContainsRune("=+-@|＝＋－＠", []rune(begins)[0]) {
		return "'" + s
	}
	return s
}
