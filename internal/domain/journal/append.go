package journal

import (
	"cmp"
	"context"
	"crypto/rand"
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
	salts := 0
	for i := range entries {
		if err := entries[i].check(); err != nil {
			return err
		}
		salts += entries[i].size()
	}
	next, err := tx.NextJournal(ctx)
	if err != nil {
		return err
	}
	w := newWriter(len(entries), salts, tx.Now())
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
}

// ordinaryBody is the size of most bodies, in bytes. Larger ones cost a copy.
const ordinaryBody = 448

func newWriter(bodies, salts int, now time.Time) *writer {
	w := &writer{make([]byte, 0, bodies*ordinaryBody), make([]byte, salts*saltSize), now.UTC().Format(timeLayout)}
	rand.Read(w.salts) // never fails: crypto/rand ends the process instead
	return w
}

// body returns the stored body of e, the journal's own fields first.
func (w *writer) body(index int64, e *Entry) []byte {
	start := len(w.buf)
	w.buf = append(w.buf, bodyOpen)
	w.field(FieldAt, w.time(e.At))
	w.field(FieldReceived, w.time(e.Received))
	w.field(FieldQuality, string(cmp.Or(e.Quality, Server)))
	for i, s := range e.Subjects {
		w.field(FieldSubject+strconv.Itoa(i+1), s)
	}
	for _, f := range e.Fields {
		w.field(f.Name, f.Value)
	}
	sealed := seal(index, e.Kind, w.buf[start:])
	w.buf = append(w.buf[:start], sealed...)
	return w.buf[start:len(w.buf):len(w.buf)]
}

func (w *writer) field(name, value string) {
	w.buf = append(w.buf, w.salts[:saltSize]...)
	w.salts = w.salts[saltSize:]
	w.buf = appendMessage(w.buf, name, value)
}

// time writes whole microseconds, cut and not rounded; now for the zero time.
func (w *writer) time(t time.Time) string {
	if t.IsZero() {
		return w.now
	}
	return t.UTC().Format(timeLayout)
}

// size is the number of fields that e is stored with, the journal's own included.
func (e *Entry) size() int { return 3 + len(e.Subjects) + len(e.Fields) }

func (e *Entry) check() error {
	if _, ok := Describe(e.Kind); !ok {
		return e.fault("unknown kind")
	}
	if len(e.Subjects) > MaxSubjects || e.size() > MaxFields {
		return e.fault("too many subjects or fields")
	}
	for _, t := range []time.Time{e.At, e.Received} {
		if !t.IsZero() && (t.Year() < 1971 || t.Year() > 9999) { // 1970 is near no time at all; the layout has four digits
			return e.fault("a time outside the years 1971 to 9999")
		}
	}
	for i, s := range e.Subjects {
		if s == "" || len(s) > MaxNameBytes || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || slices.Contains(e.Subjects[:i], s) {
			return e.fault(fmt.Sprintf("subject %d is empty, too long, not plain text, or given twice", i+1))
		}
	}
	return e.checkFields()
}

func (e *Entry) checkFields() error {
	for i, f := range e.Fields {
		switch {
		case !validName(f.Name) || reserved(f.Name):
			return e.fault(fmt.Sprintf("field name %q is reserved or malformed", f.Name))
		case len(f.Value) > MaxValueBytes || !utf8.ValidString(f.Value): // an extract is JSON, which would replace what is not UTF-8
			return e.fault(fmt.Sprintf("value of field %q is too long or not text", f.Name))
		}
		for _, g := range e.Fields[:i] {
			if g.Name == f.Name {
				return e.fault(fmt.Sprintf("field %q is given twice", f.Name))
			}
		}
	}
	return nil
}

func (e *Entry) fault(what string) error {
	return ErrEntry.Fill(fmt.Sprintf("%s: %s", e.Kind, what))
}
