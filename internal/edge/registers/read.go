package registers

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
)

const (
	maxRows       = 5_000_000 // per table: ten times the largest Swedish municipality's
	maxCell       = 500       // bytes: no name, address or number is longer, and everything accepted is kept in memory
	maxFaults     = 200_000   // more than a person will ever correct: the file is not what it says
	progressEvery = 20_000
)

var (
	errDay = problem.New(problem.Internal, "registers-day", "Dagens datum saknas.", "The present day is missing.")

	errTableLarge = problem.New(problem.TooLarge, "register-too-large",
		"Registret %[1]s har fler än fem miljoner rader. Kontrollera exporten.",
		"The register %[1]s has more than five million rows. Check the export.")
	errFaults = problem.New(problem.Invalid, "faults-too-many",
		"Fler än 200 000 rader är fel, senast i %[1]s. Filen är troligen något annat än registret. Kontrollera exporten.",
		"More than 200,000 rows are wrong, the last in %[1]s. The file is probably not the register. Check the export.")
	errHeader = problem.New(problem.Invalid, "register-header",
		"Första raden i registret %[1]s går inte att läsa som rubriker. Kontrollera att filen är en semikolon- eller kommaseparerad textfil med rubrikrad.",
		"The first row of the register %[1]s cannot be read as column names. Check that the file is text separated by semicolons or commas with a header row.")
	errColumnMissing = problem.New(problem.Invalid, "register-column-missing",
		"Registret %[1]s saknar kolumnen %[2]s. Ta med den i exporten; tomma celler går bra.",
		"The register %[1]s lacks the column %[2]s. Include it in the export; empty cells are fine.")
	errColumnTwice = problem.New(problem.Invalid, "register-column-twice",
		"Registret %[1]s har kolumnen %[2]s två gånger. Ta bort den ena.",
		"The register %[1]s has the column %[2]s twice. Remove one of them.")
)

// builder gathers accepted rows and faults, and what later rows are compared with. One goroutine owns it.
type builder struct {
	o      Options
	number swedish.NumberOptions
	r      *Registers
	faults []Fault
	digest hash.Hash
	buf    []byte
	words  map[string]string // one copy of each name that recurs

	providers map[swedish.OrgNumber]int32      // index into r.Providers
	groups    map[string]int32                 // index into r.Groups
	clients   map[swedish.PersonalNumber]int32 // index into r.Clients
	entrances map[string]struct{}
	dwellings map[string]int32 // shared ones only
	services  map[serviceKey]int32
	serials   map[string]struct{}
	locked    map[int32]struct{} // dwellings that have their door lock or key box
	employees map[string]int32   // an employee's first row in r.Staff
	times     map[staffKey]int32
	keys      map[string]struct{}
	consents  map[consentKey]int32
}

func newBuilder(o Options) *builder {
	return &builder{
		o: o, number: swedish.NumberOptions{Day: o.Day, AllowReserve: o.AllowReserve},
		r: &Registers{Rows: map[string]int{}}, digest: sha256.New(), words: map[string]string{},
		providers: map[swedish.OrgNumber]int32{}, groups: map[string]int32{}, clients: map[swedish.PersonalNumber]int32{},
		entrances: map[string]struct{}{}, dwellings: map[string]int32{}, services: map[serviceKey]int32{},
		serials: map[string]struct{}{}, locked: map[int32]struct{}{}, employees: map[string]int32{},
		times: map[staffKey]int32{}, keys: map[string]struct{}{}, consents: map[consentKey]int32{},
	}
}

func read(ctx context.Context, src source, o Options) (*Registers, []Fault, error) {
	if o.Day == 0 {
		return nil, nil, errDay
	}
	b := newBuilder(o)
	b.r.Notes = src.notes()
	var missing []string
	for _, t := range tables() {
		rs, err := src.rows(ctx, t)
		if err != nil {
			return nil, nil, err
		}
		if rs == nil {
			if !t.optional {
				missing = append(missing, t.name)
			}
			continue
		}
		err = b.table(t, rs)
		rs.close()
		if err != nil {
			return nil, nil, err
		}
	}
	if len(missing) > 0 {
		return nil, nil, errMissing.Fill(strings.Join(missing, ", "))
	}
	b.digest.Sum(b.r.Digest[:0])
	return b.r, b.faults, nil
}

// table reads one table to its end.
func (b *builder) table(t *table, rs rows) error {
	head, _, err := rs.next()
	if err != nil {
		return headerError(t, err)
	}
	places, err := b.header(t, head)
	if err != nil {
		return err
	}
	width := len(head)
	b.r.Rows[t.name] = 0
	b.seal(t.name)
	w := &row{t: t, cells: make([]string, len(t.columns))}
	for {
		cells, n, err := rs.next()
		if err == io.EOF {
			b.progress(t, n)
			return nil
		}
		w.begin(n)
		if bad, ok := errors.AsType[rowError](err); ok {
			w.failRow(string(bad))
		} else if err != nil {
			return readError(t, err)
		} else if blank(cells) {
			continue
		} else {
			w.fill(cells, places, width, rs.strict())
		}
		if err := b.row(w); err != nil {
			return err
		}
	}
}

func headerError(t *table, err error) error {
	if _, bad := errors.AsType[rowError](err); bad || err == io.EOF {
		return errHeader.Fill(t.name)
	}
	return readError(t, err)
}

// readError makes what the disk said into a problem; what already is one, or a cancellation, passes.
func readError(t *table, err error) error {
	if _, ok := errors.AsType[*problem.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errUnreadable.Fill(t.name).With(err)
}

// header finds out where the columns of t are: places[i] is the cell of column i, or -1.
func (b *builder) header(t *table, head []string) ([]int, error) {
	places := slices.Repeat([]int{-1}, len(t.columns))
	for at, name := range head {
		i := slices.IndexFunc(t.columns, func(c column) bool { return fold(c.name) == fold(name) })
		switch {
		case i < 0 && strings.TrimSpace(name) != "":
			b.r.Notes = append(b.r.Notes, Note{File: t.name, Column: short(name), Message: noteColumn})
		case i >= 0 && places[i] >= 0:
			return nil, errColumnTwice.Fill(t.name, t.columns[i].name)
		case i >= 0:
			places[i] = at
		}
	}
	for i, c := range t.columns {
		if places[i] < 0 && !c.optional {
			return nil, errColumnMissing.Fill(t.name, c.name)
		}
	}
	return places, nil
}

// row checks a row and counts it.
func (b *builder) row(w *row) error {
	t := w.t
	if b.r.Rows[t.name]++; b.r.Rows[t.name] > maxRows {
		return errTableLarge.Fill(t.name)
	}
	if w.fault == nil {
		b.seal(w.cells...)
		t.check(b, w)
	} else {
		b.seal(w.fault.Code)
	}
	if w.fault != nil {
		if len(b.faults) == maxFaults {
			return errFaults.Fill(t.name)
		}
		w.fault.Key = b.about(w)
		b.faults = append(b.faults, *w.fault)
	}
	if w.n%progressEvery == 0 {
		b.progress(t, w.n)
	}
	return nil
}

// about says what a bad row is about, "" if that cannot be known.
func (b *builder) about(w *row) string {
	if w.fault.Column == "" {
		return "" // the cells are an earlier row's
	}
	switch w.t.name {
	case "kunder", "insatser":
		if id, err := swedish.ParsePersonalNumber(w.cells[0], b.number); err == nil {
			return id.String()
		}
		return ""
	case "utforare":
		if org, err := swedish.ParseOrgNumber(w.cells[0]); err == nil {
			return org.String()
		}
		return ""
	}
	return w.cells[0]
}

func (b *builder) progress(t *table, n int) {
	if b.o.Progress != nil {
		b.o.Progress(t.name, n)
	}
}

// seal adds strings to the digest, each with its length so that cells cannot run together.
func (b *builder) seal(cells ...string) {
	b.buf = binary.AppendUvarint(b.buf[:0], uint64(len(cells)))
	for _, c := range cells {
		b.buf = binary.AppendUvarint(b.buf, uint64(len(c)))
		b.buf = append(b.buf, c...)
	}
	b.digest.Write(b.buf)
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// row is the row at hand, its cells in the order of the table's columns. The first fault found is the one reported.
type row struct {
	t     *table
	n     int
	cells []string
	fault *Fault
}

func (w *row) begin(n int) { w.n, w.fault = n, nil }

// fill puts the cells in their places, trimmed and in one Unicode form.
func (w *row) fill(cells []string, places []int, width int, strict bool) {
	if strict && len(cells) < width || len(cells) > width && !blank(cells[width:]) {
		w.failRow(string(errRowColumns))
		return
	}
	for i, at := range places {
		w.cells[i] = ""
		if at >= 0 && at < len(cells) {
			w.cells[i] = norm.NFC.String(strings.Trim(cells[at], " \t\u00a0"))
			if len(w.cells[i]) > maxCell {
				w.fail(i, "cell-too-long")
			}
		}
	}
}

// fail reports that the row is wrong in a column.
func (w *row) fail(col int, code string) {
	w.failWith(col, code, text(code, w.cells[col]))
}

func (w *row) failWith(col int, code string, why problem.Text) {
	if w.fault == nil {
		w.fault = &Fault{File: w.t.name, Row: w.n, Column: w.t.columns[col].name, Code: code, Message: why}
	}
}

// failRow reports that the row as a whole is wrong.
func (w *row) failRow(code string) {
	if w.fault == nil {
		w.fault = &Fault{File: w.t.name, Row: w.n, Code: code, Message: text(code, "")}
	}
}
