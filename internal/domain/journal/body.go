package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// A stored body is one byte that says which kind of body it is, its content, and a seal.
//
//	open:   1, then for each field: salt (16 bytes), length of name (4), name, length of value (4), value
//	erased: 2, then for each field: its commitment (32), ascending
//
// and three kinds for entries with parts, see parts.go. Lengths are big-endian. What follows a salt is, byte for byte, what the
// field's commitment is computed over. The seal is SHA-256 over index, kind and everything before it: it finds a row that has
// rotted, been mixed up or been edited by hand when it is read, also while the tree does not cover it. It is no proof, for
// whoever can write it can compute it.
const (
	bodyOpen        = 1
	bodyErased      = 2
	bodySeeded      = 3
	bodyPartly      = 4
	bodyErasedParts = 5
	sealSize        = sha256.Size
)

var (
	errSeal = errors.New("journal: the body is not the one that was sealed at this index")
	errBody = errors.New("journal: the body is malformed")
)

// body is what a stored body says.
type body struct {
	section           // the entry's own fields
	parts   []section // none for most entries
	erased  partsRoot // of an entry with parts when all of it is gone

	at, received time.Time // zero when erased
}

// section is the fields of an entry, or of one of its parts.
type section struct {
	kind Kind
	open []openField
	gone []tlog.Hash // commitments of fields that have been erased; of an entry all or none
	leaf tlog.Hash   // of a part that has been erased: nothing else is left of it
}

// openField is one field that is there. Its parts lie in the stored bytes.
type openField struct {
	salt, message []byte
	name, value   []byte // within message
}

// seal appends the seal to content, the body of the entry at index.
func seal(index int64, kind Kind, content []byte) []byte {
	n := len(content)
	content = binary.BigEndian.AppendUint64(content, uint64(index))
	content = append(content, byte(len(kind)))
	content = append(content, kind...)
	sum := sha256.Sum256(content)
	return append(content[:n], sum[:]...)
}

// unseal is the opposite of seal.
func unseal(index int64, kind Kind, data []byte) ([]byte, error) {
	if len(data) < 1+sealSize || len(kind) > MaxNameBytes {
		return nil, errSeal
	}
	content := data[: len(data)-sealSize : len(data)-sealSize]
	scratch := append(make([]byte, 0, len(content)+8+1+MaxNameBytes+sealSize), content...)
	if !bytes.Equal(seal(index, kind, scratch), data) {
		return nil, errSeal
	}
	return content, nil
}

// open returns the body of r, or ErrDamaged if it is not as it was written.
func (r Row) open() (body, error) {
	content, err := unseal(r.Index, r.Kind, r.Body)
	if err == nil {
		b, fault := parseBody(content)
		if fault == nil {
			b.kind = r.Kind
			return b, nil
		}
		err = fault
	}
	return body{}, damaged("post %d är ändrad", "entry %d has been changed", r.Index).With(err)
}

func parseBody(content []byte) (b body, err error) {
	if len(content) < 2 {
		return body{}, errBody
	}
	switch rest := content[1:]; content[0] {
	case bodyOpen:
		b, err = parseOpen(rest)
	case bodyErased:
		b.gone, err = parseHashes(rest)
	case bodySeeded:
		b, err = parseSeeded(rest)
	case bodyPartly:
		b, err = parsePartly(rest)
	case bodyErasedParts:
		b, err = parseErasedParts(rest)
	default:
		err = errBody
	}
	if err != nil || b.isErased() {
		return b, err
	}
	if b.at, err = b.time(FieldAt); err == nil {
		b.received, err = b.time(FieldReceived)
	}
	return b, err
}

func parseOpen(rest []byte) (b body, err error) {
	b.open = make([]openField, 0, 8)
	for len(rest) > 0 {
		if len(rest) < saltSize || len(b.open) == MaxFields {
			return body{}, errBody
		}
		f := openField{salt: rest[:saltSize]}
		if rest, err = f.cut(rest[saltSize:]); err != nil {
			return body{}, err
		}
		b.open = append(b.open, f)
	}
	return b, nil
}

// cut takes the field's message off b.
func (f *openField) cut(b []byte) (rest []byte, err error) {
	if f.name, rest, err = cutText(b, MaxNameBytes); err != nil {
		return nil, err
	}
	if f.value, rest, err = cutText(rest, MaxValueBytes); err != nil {
		return nil, err
	}
	f.message = b[:len(b)-len(rest)]
	return rest, nil
}

// cutText takes a text and its length off b.
func cutText(b []byte, most int) (text, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, errBody
	}
	n := int(binary.BigEndian.Uint32(b))
	if b = b[4:]; n > most || n > len(b) {
		return nil, nil, errBody
	}
	return b[:n], b[n:], nil
}

func parseHashes(rest []byte) ([]tlog.Hash, error) {
	if len(rest) == 0 || len(rest)%tlog.HashSize != 0 || len(rest) > MaxFields*tlog.HashSize {
		return nil, errBody
	}
	all := make([]tlog.Hash, 0, len(rest)/tlog.HashSize)
	for h := range slices.Chunk(rest, tlog.HashSize) {
		all = append(all, tlog.Hash(h))
	}
	return all, nil
}

// commitments are computed from the fields that are there, or taken as they are where the fields are gone.
func (s section) commitments() []tlog.Hash {
	all := append(make([]tlog.Hash, 0, len(s.open)+len(s.gone)), s.gone...)
	for _, f := range s.open {
		all = append(all, commit(f.salt, f.message))
	}
	return all
}

func (b body) isErased() bool { return len(b.open) == 0 && len(b.gone) > 0 }

func (b body) leafHash() tlog.Hash { return leafHash(b.kind, b.commitments(), b.partsRoot()) }

// Leaf returns the hash that stands for r in the tree, computed from its body.
func (r Row) Leaf() (tlog.Hash, error) {
	b, err := r.open()
	if err != nil {
		return tlog.Hash{}, err
	}
	return b.leafHash(), nil
}

func (s section) value(name string) []byte {
	for _, f := range s.open {
		if string(f.name) == name {
			return f.value
		}
	}
	return nil
}

func (s section) time(name string) (time.Time, error) {
	return time.Parse(timeLayout, string(s.value(name)))
}

// subjects are returned in the order in which they were appended.
func (s section) subjects() []string {
	var all []string
	for _, f := range s.open {
		if bytes.HasPrefix(f.name, []byte(FieldSubject)) {
			all = append(all, string(f.value))
		}
	}
	return all
}

// fields are the section's without the journal's own.
func (s section) fields() []Field {
	var all []Field
	for _, f := range s.open {
		if name := string(f.name); !reserved(name) {
			all = append(all, Field{name, string(f.value)})
		}
	}
	return all
}

// record is the entry as its readers see it.
func (b body) record(index int64) Record {
	return Record{Index: index, Parts: b.count(), Kind: b.kind, At: b.at, Received: b.received, Quality: Quality(b.value(FieldQuality)),
		Subjects: b.subjects(), Fields: b.fields(), Erased: b.isErased()}
}

// Record is the row as its readers see it, or ErrDamaged if it is not as it was written.
func (r Row) Record() (Record, error) {
	b, err := r.open()
	if err != nil {
		return Record{}, err
	}
	return b.record(r.Index), nil
}

func reserved(name string) bool {
	return name == FieldAt || name == FieldReceived || name == FieldQuality || strings.HasPrefix(name, FieldSubject)
}

// timeLayout keeps whole microseconds and sorts as text.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// microseconds of the zero time, which an erased entry has, are 0.
func microseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
