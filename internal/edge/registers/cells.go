package registers

import (
	"errors"
	"strconv"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
)

// person reads a personal number. The message says what is wrong with it but never repeats it: faults end up in logs and mail.
func (w *row) person(col int, code string, o swedish.NumberOptions) swedish.PersonalNumber {
	s := w.cells[col]
	if strings.Contains(s, "E+") { // a spreadsheet's way of keeping a long number
		if f, err := strconv.ParseFloat(s, 64); err == nil && f < 1e13 {
			s = strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	id, err := swedish.ParsePersonalNumber(s, o)
	if err != nil {
		w.failWith(col, code, textOf(err, code))
	}
	return id
}

// org reads an organisation number.
func (w *row) org(col int, code string) swedish.OrgNumber {
	org, err := swedish.ParseOrgNumber(w.cells[col])
	if err != nil {
		w.fail(col, code)
	}
	return org
}

// date reads a day; an empty cell is none.
func (w *row) date(col int, code string, day swedish.Date) swedish.Date {
	if w.cells[col] == "" {
		return 0
	}
	d, err := swedish.ParseDate(w.cells[col], day)
	if err != nil {
		w.fail(col, code)
	}
	return d
}

// needDate reads a day that must be there.
func (w *row) needDate(col int, code string, day swedish.Date) swedish.Date {
	if w.cells[col] == "" {
		w.fail(col, code)
	}
	return w.date(col, code, day)
}

// need returns a cell that must not be empty.
func (w *row) need(col int, code string) string {
	if w.cells[col] == "" {
		w.fail(col, code)
	}
	return w.cells[col]
}

// yesNo reads ja or nej and what systems write instead. An empty cell is a fault: both answers open or close a door.
func (w *row) yesNo(col int, code string) bool {
	switch fold(w.cells[col]) {
	case "ja", "j", "1", "x", "true", "sant", "yes":
		return true
	case "nej", "n", "0", "false", "falskt", "no":
		return false
	}
	w.fail(col, code)
	return false
}

// marked reads a cell that is empty or a clear no for no, and anything else for yes: for protected identities, where a wrong
// yes does no harm and a wrong no does.
func (w *row) marked(col int) bool {
	switch fold(w.cells[col]) {
	case "", "nej", "n", "0", "false", "falskt", "no":
		return false
	}
	return true
}

// choose reads a word out of a list.
func choose[T any](w *row, col int, code string, among map[string]T) T {
	v, ok := among[fold(w.cells[col])]
	if !ok {
		w.fail(col, code)
	}
	return v
}

// word returns the one kept copy of a cell whose content recurs.
func (b *builder) word(s string) string {
	if s == "" {
		return ""
	}
	if kept, ok := b.words[s]; ok {
		return kept
	}
	s = strings.Clone(s)
	b.words[s] = s
	return s
}

// own returns a copy of a cell that does not hold the whole row in memory.
func own(s string) string { return strings.Clone(s) }

// textOf is the sentence of a problem, or that of code.
func textOf(err error, code string) problem.Text {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p.Text
	}
	return text(code, "")
}

// short cuts what is quoted in a message.
func short(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
