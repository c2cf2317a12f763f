package page

import (
	"bytes"
	"iter"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/paper"
)

// MaxRows is how long a list may be as a file: what is longer is a register, and has its own ways out.
const MaxRows = 10_000

// ErrLong says that a list has more than MaxRows.
var ErrLong = problem.New(problem.TooLarge, "page-list-long",
	"Listan är för lång för en fil: fler än 10 000 rader. Gör ett snävare urval och hämta igen.",
	"The list is too long for a file: more than 10,000 rows. Narrow it and download again.")

// WantsFile reports whether the address asks for the page's list as a file, as ui.Exports leads to.
func (p *Request) WantsFile() bool { return p.Query("format") == "csv" || p.Query("format") == "xlsx" }

// SendTable answers with a table as the file that the address asks for, whole or not at all. The list behind it is written in the journal
// by whoever reads it, as when it is shown.
func (p *Request) SendTable(t paper.Table) error {
	write, media, name := paper.WriteCSV, paper.TypeCSV, t.Name+".csv"
	if p.Query("format") == "xlsx" {
		write, media, name = paper.WriteXLSX, paper.TypeXLSX, t.Name+".xlsx"
	}
	var b bytes.Buffer
	if err := write(&b, t, paper.Style{Lang: p.Lang, Zone: p.Zone}); err != nil {
		return err
	}
	h := p.W.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = p.W.Write(b.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

// All is every row of a list that is read a page at a time: read gets the place that the page before gave, "" first, and gives "" last.
func All[T any](read func(after string) (rows []T, next string, err error), row func(T) paper.Row) iter.Seq2[paper.Row, error] {
	return func(yield func(paper.Row, error) bool) {
		for after, n := "", 0; ; {
			rows, next, err := read(after)
			if n += len(rows); err == nil && n > MaxRows {
				err = ErrLong
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range rows {
				if !yield(row(r), nil) {
					return
				}
			}
			if after = next; after == "" {
				return
			}
		}
	}
}
