package sample

import "slices"

// faults is how many faults of each kind are planted: fifteen in an ordinary municipality, fewer in a tiny one.
func (m *municipality) faults() int { return min(15, 1+m.o.Clients/150) }

// plant writes n faulty rows, made of good ones that were written before, and notes them as right answers.
func (m *municipality) plant(o *file, code string, n int, spoil func(row []string) []string) {
	if !m.o.Faults {
		return
	}
	for range n {
		o.row(spoil(slices.Clone(pick(m.d, o.kept)))...)
		m.facit.Faults[code]++
	}
}

// change spoils a row by one cell.
func change(cell int, to string) func([]string) []string {
	return func(row []string) []string { row[cell] = to; return row }
}

// withWrongCheckDigit gives the row an identity number whose last digit is one too high.
func (m *municipality) withWrongCheckDigit(row []string) []string {
	s := []byte(row[0])
	last := len(s) - 1
	s[last] = '0' + (s[last]-'0'+1)%10
	row[0] = string(s)
	return row
}
