package journal

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Append writes entries in the caller's transaction, so that a change and its entry commit together. Each gets the next
// place in the log, in the order of this call; its commitments are computed when [Log.Integrate] takes it into the tree. It
// fails with ErrEntry, before anything is written, when an entry is malformed. Give it many entries at once rather than one
// at a time: storage inserts them with few statements.
func Append(ctx context.Context, tx Tx, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	random, bytes := 0, 0
	for i := range entries {
		if err := entries[i].check(); err != nil {
			return err
		}
		random, bytes = random+entries[i].random(), bytes+entries[i].bytes()
	}
	next, err := tx.NextJournal(ctx)
	if err != nil {
		return err
	}
	w := newWriter(bytes, random, tx.Now())
	rows := make([]Row, len(entries))
	for i := range entries {
		rows[i] = Row{Index: next + int64(i), Kind: entries[i].Kind}
		rows[i].Body = w.body(rows[i].Index, &entries[i])
	}
	return tx.InsertJournalEntries(ctx, rows)
}

// writer writes the bodies of one call into one buffer, with salts of one read from the system: both are dear one by one.
type writer struct {
	buf   []byte
	salts []byte // random bytes that are not used yet
	now   string

	last     time.Time // the time that was written last, for parts often share one
	lastText string
}

func newWriter(bytes, random int, now time.Time) *writer {
	w := &writer{buf: make([]byte, 0, bytes), salts: make([]byte, random), now: now.UTC().Format(timeLayout)}
	rand.Read(w.salts) // never fails: crypto/rand ends the process instead
	return w
}

// draw takes n random bytes.
func (w *writer) draw(n int) []byte {
	b := w.salts[:n]
	w.salts = w.salts[n:]
	return b
}

// body returns the stored body of e.
func (w *writer) body(index int64, e *Entry) []byte {
	start := len(w.buf)
	if len(e.Parts) == 0 {
		w.buf = append(w.buf, bodyOpen)
		w.own(e, func(name, value string) {
			w.buf = appendMessage(append(w.buf, w.draw(saltSize)...), name, value)
		})
	} else {
		w.parts(e)
	}
	sealed := seal(index, e.Kind, w.buf[start:])
	w.buf = append(w.buf[:start], sealed...)
	return w.buf[start:len(w.buf):len(w.buf)]
}

// own writes the fields of an entry, the journal's own first.
func (w *writer) own(e *Entry, field func(name, value string)) {
	field(FieldAt, w.time(e.At))
	field(FieldReceived, w.time(e.Received))
	field(FieldQuality, string(cmp.Or(e.Quality, Server)))
	for i, s := range e.Subjects {
		field(subjectName(i), s)
	}
	for _, f := range e.Fields {
		field(f.Name, f.Value)
	}
}

// parts writes the seeded body of an entry with parts.
func (w *writer) parts(e *Entry) {
	bare := func(name, value string) { w.buf = appendMessage(w.buf, name, value) }
	w.buf = append(append(w.buf, bodySeeded), w.draw(seedSize)...)
	w.buf = append(w.buf, byte(e.own()))
	w.own(e, bare)
	w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(len(e.Parts)))
	for i := range e.Parts {
		p := &e.Parts[i]
		w.buf = append(append(w.buf, byte(len(p.Kind))), p.Kind...)
		w.buf = append(w.buf, byte(p.size()))
		bare(FieldAt, w.time(p.At))
		if p.Quality != "" {
			bare(FieldQuality, string(p.Quality))
		}
		for i, s := range p.Subjects {
			bare(subjectName(i), s)
		}
		for _, f := range p.Fields {
			bare(f.Name, f.Value)
		}
	}
}

// subjectName is the name of the field of a subject, the first of which is by far the most frequent.
func subjectName(i int) string {
	if i == 0 {
		return FieldSubject + "1"
	}
	return FieldSubject + strconv.Itoa(i+1)
}

// time writes whole microseconds, cut and not rounded; now for the zero time.
func (w *writer) time(t time.Time) string {
	if t.IsZero() {
		return w.now
	}
	if w.lastText == "" || !t.Equal(w.last) {
		w.last, w.lastText = t, t.UTC().Format(timeLayout)
	}
	return w.lastText
}

// own is the number of fields that e itself is stored with, the journal's own included.
func (e *Entry) own() int { return 3 + len(e.Subjects) + len(e.Fields) }

// random is the number of random bytes that e is stored with.
func (e *Entry) random() int {
	if len(e.Parts) > 0 {
		return seedSize
	}
	return e.own() * saltSize
}

// Bytes that a field and a body take at most beside what their names and values have.
const (
	fieldBytes = saltSize + 8 + len(FieldReceived) + len(timeLayout)
	bodyBytes  = 1 + seedSize + 3 + 8 + 1 + sealSize
)

// bytes bounds the length of the stored body of e.
func (e *Entry) bytes() int {
	n := bodyBytes + 2*len(e.Kind) + e.own()*fieldBytes + textBytes(e.Subjects, e.Fields)
	for i := range e.Parts {
		p := &e.Parts[i]
		n += 2 + len(p.Kind) + p.size()*(fieldBytes-saltSize) + textBytes(p.Subjects, p.Fields)
	}
	return n
}

func textBytes(subjects []string, fields []Field) (n int) {
	for _, s := range subjects {
		n += len(s)
	}
	for _, f := range fields {
		n += len(f.Name) + len(f.Value)
	}
	return n
}

func (p *Part) size() int {
	n := 1 + len(p.Subjects) + len(p.Fields)
	if p.Quality != "" {
		n++
	}
	return n
}

func (e *Entry) check() error {
	if e.own() > MaxFields || len(e.Parts) > MaxParts {
		return e.fault("too many fields or parts")
	}
	if what := cmp.Or(checkKind(e.Kind), checkTime(e.At), checkTime(e.Received), checkSubjects(e.Subjects), checkFields(e.Fields)); what != "" {
		return e.fault(what)
	}
	for i := range e.Parts {
		p := &e.Parts[i]
		if p.size() > MaxFields {
			return e.fault("too many fields in a part")
		}
		if what := cmp.Or(checkKind(p.Kind), checkTime(p.At), checkSubjects(p.Subjects), checkFields(p.Fields)); what != "" {
			return e.fault(fmt.Sprintf("part %d: %s", i+1, what))
		}
	}
	return nil
}

func checkKind(k Kind) string {
	if _, ok := Describe(k); !ok {
		return "unknown kind"
	}
	return ""
}

func checkTime(t time.Time) string {
	if !t.IsZero() && (t.Year() < 1971 || t.Year() > 9999) { // 1970 is near no time at all; the layout has four digits
		return "a time outside the years 1971 to 9999"
	}
	return ""
}

func checkSubjects(subjects []string) string {
	if len(subjects) > MaxSubjects {
		return "too many subjects"
	}
	for i, s := range subjects {
		if s == "" || len(s) > MaxNameBytes || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || slices.Contains(subjects[:i], s) {
			return fmt.Sprintf("subject %d is empty, too long, not plain text, or given twice", i+1)
		}
	}
	return ""
}

func checkFields(fields []Field) string {
	for i, f := range fields {
		switch {
		case !validName(f.Name) || reserved(f.Name):
			return fmt.Sprintf("field name %q is reserved or malformed", f.Name)
		case len(f.Value) > MaxValueBytes || !utf8.ValidString(f.Value): // an extract is JSON, which would replace what is not UTF-8
			return fmt.Sprintf("value of field %q is too long or not text", f.Name)
		}
		for _, g := range fields[:i] {
			if g.Name == f.Name {
				return fmt.Sprintf("field %q is given twice", f.Name)
			}
		}
	}
	return ""
}

func (e *Entry) fault(what string) error {
	return ErrEntry.Fill(fmt.Sprintf("%s: %s", e.Kind, what))
}
