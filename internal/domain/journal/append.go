package journal

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"
)

// Append writes entries in the caller's transaction, so that a change and its entry commit together. Entries get their
// place in the tree later, in the order of this call. It fails with ErrEntry, before anything is written, when an entry
// is malformed. Give it many entries at once rather than one at a time: storage inserts them with few statements.
func Append(ctx context.Context, tx Tx, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	now := tx.Now()
	rows := make([]Row, len(entries))
	random := bufio.NewReaderSize(rand.Reader, min(256*len(entries), 4096)) // one read from the system for many salts
	for i := range entries {
		row, err := newRow(&entries[i], now, random)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	return tx.InsertJournalEntries(ctx, rows)
}

// newRow commits to every field of e.
func newRow(e *Entry, now time.Time, random io.Reader) (Row, error) {
	at, received, fields, err := e.expand(now)
	if err != nil {
		return Row{}, err
	}
	id, err := uuid.NewV7FromReader(random)
	if err != nil {
		return Row{}, err
	}
	salts := make([]byte, saltSize*len(fields))
	if _, err := io.ReadFull(random, salts); err != nil {
		return Row{}, err
	}
	open, commitments := make([][3]string, len(fields)), make([]tlog.Hash, len(fields))
	for i, f := range fields {
		salt := salts[i*saltSize : (i+1)*saltSize]
		open[i] = [3]string{f.Name, f.Value, base64.StdEncoding.EncodeToString(salt)}
		commitments[i] = commitment(salt, f.Name, f.Value)
	}
	text, err := body{Open: open}.encode()
	if err != nil {
		return Row{}, err
	}
	return Row{
		ID: id.String(), Index: -1, Kind: e.Kind, AtUS: at.UnixMicro(), ReceivedUS: received.UnixMicro(),
		Body: text, Leaf: leafHash(e.Kind, commitments),
	}, nil
}

// expand checks e and returns its times and all its fields, the journal's own first.
func (e *Entry) expand(now time.Time) (at, received time.Time, fields []Field, err error) {
	if err := e.check(); err != nil {
		return at, received, nil, err
	}
	at, received = orNow(e.At, now), orNow(e.Received, now)
	quality := e.Quality
	if quality == "" {
		quality = Server
	}
	fields = make([]Field, 0, 3+len(e.Subjects)+len(e.Fields))
	fields = append(fields,
		Field{FieldAt, at.Format(timeLayout)}, Field{FieldReceived, received.Format(timeLayout)}, Field{FieldQuality, string(quality)})
	for i, s := range e.Subjects {
		fields = append(fields, Field{FieldSubject + strconv.Itoa(i+1), s})
	}
	return at, received, append(fields, e.Fields...), nil
}

// orNow cuts to whole microseconds, which is what storage keeps and the at field says.
func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		t = now
	}
	return t.UTC().Truncate(time.Microsecond)
}

func (e *Entry) check() error {
	if _, ok := Describe(e.Kind); !ok {
		return e.fault("unknown kind")
	}
	if len(e.Subjects) > MaxSubjects || 3+len(e.Subjects)+len(e.Fields) > MaxFields {
		return e.fault("too many subjects or fields")
	}
	for _, t := range []time.Time{e.At, e.Received} {
		if !t.IsZero() && (t.Year() < 1971 || t.Year() > 9999) { // 0 µs means erased; the layout has four digits
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
		case len(f.Value) > MaxValueBytes || !utf8.ValidString(f.Value): // JSON would replace what is not UTF-8, and the commitment break
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
