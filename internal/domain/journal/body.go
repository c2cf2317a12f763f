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

// A stored body is one byte that says which of the two it is, its parts, and a seal.
//
//	open:   1, then for each field: salt (16 bytes), length of name (4), name, length of value (4), value
//	erased: 2, then for each field: its commitment (32), ascending
//
// Lengths are big-endian. What follows a salt is, byte for byte, what the field's commitment is computed over. The seal is
// SHA-256 over index, kind and everything before it: it finds a row that has rotted, been mixed up or been edited by hand
// when it is read, also while the tree does not cover it. It is no proof, for whoever can write it can compute it.
const (
	bodyOpen   = 1
	bodyErased = 2
	sealSize   = sha256.Size
)

var (
	errSeal = errors.New("journal: the body is not the one that was sealed at this index")
	errBody = errors.New("journal: the body is malformed")
)

// body is what a stored body says: either open, with every field, or erased, with the bare commitments and nothing else.
type body struct {
	open   []openField
	erased []tlog.Hash

	at, received time.Time // zero when erased
}

// openField is one field of an open body. Its parts lie in the stored bytes.
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
			return b, nil
		}
		err = fault
	}
	return body{}, damaged("post %d är ändrad", "entry %d has been changed", r.Index).With(err)
}

func parseBody(content []byte) (body, error) {
	if len(content) < 2 {
		return body{}, errBody
	}
	switch parts := content[1:]; content[0] {
	case bodyOpen:
		return parseOpen(parts)
	case bodyErased:
		return parseErased(parts)
	}
	return body{}, errBody
}

func parseOpen(rest []byte) (b body, err error) {
	b.open = make([]openField, 0, 8)
	for len(rest) > 0 {
		if len(rest) < saltSize || len(b.open) == MaxFields {
			return body{}, errBody
		}
		f := openField{salt: rest[:saltSize]}
		message := rest[saltSize:]
		if f.name, rest, err = cutText(message, MaxNameBytes); err != nil {
			return body{}, err
		}
		if f.value, rest, err = cutText(rest, MaxValueBytes); err != nil {
			return body{}, err
		}
		f.message = message[:len(message)-len(rest)]
		b.open = append(b.open, f)
	}
	if b.at, err = time.Parse(timeLayout, string(b.value(FieldAt))); err == nil {
		b.received, err = time.Parse(timeLayout, string(b.value(FieldReceived)))
	}
	return b, err
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

func parseErased(rest []byte) (body, error) {
	if len(rest)%tlog.HashSize != 0 || len(rest) > MaxFields*tlog.HashSize {
		return body{}, errBody
	}
	b := body{erased: make([]tlog.Hash, 0, len(rest)/tlog.HashSize)}
	for h := range slices.Chunk(rest, tlog.HashSize) {
		b.erased = append(b.erased, tlog.Hash(h))
	}
	return b, nil
}

// commitments are computed from the fields, or taken as they are when the fields are gone.
func (b body) commitments() []tlog.Hash {
	if b.isErased() {
		return slices.Clone(b.erased)
	}
	all := make([]tlog.Hash, len(b.open))
	for i, f := range b.open {
		commit(&all[i], f.salt, f.message)
	}
	return all
}

func (b body) isErased() bool { return len(b.erased) > 0 }

func (b body) leaf(kind Kind) tlog.Hash { return leafHash(kind, b.commitments()) }

// Leaf returns the hash that stands for r in the tree, computed from its body.
func (r Row) Leaf() (tlog.Hash, error) {
	b, err := r.open()
	if err != nil {
		return tlog.Hash{}, err
	}
	return b.leaf(r.Kind), nil
}

func (b body) value(name string) []byte {
	for _, f := range b.open {
		if string(f.name) == name {
			return f.value
		}
	}
	return nil
}

// subjects are returned in the order in which they were appended.
func (b body) subjects() []string {
	var all []string
	for _, f := range b.open {
		if bytes.HasPrefix(f.name, []byte(FieldSubject)) {
			all = append(all, string(f.value))
		}
	}
	return all
}

// record is the row as its readers see it.
func (r Row) record() (Record, error) {
	b, err := r.open()
	if err != nil {
		return Record{}, err
	}
	rec := Record{Index: r.Index, Kind: r.Kind, At: b.at, Received: b.received, Quality: Quality(b.value(FieldQuality)),
		Subjects: b.subjects(), Erased: b.isErased()}
	for _, f := range b.open {
		if name := string(f.name); !reserved(name) {
			rec.Fields = append(rec.Fields, Field{name, string(f.value)})
		}
	}
	return rec, nil
}

// Record is the row as its readers see it, or ErrDamaged if it is not as it was written.
func (r Row) Record() (Record, error) { return r.record() }

func records(rows []Row) ([]Record, error) {
	all := make([]Record, len(rows))
	for i, r := range rows {
		rec, err := r.record()
		if err != nil {
			return nil, err
		}
		all[i] = rec
	}
	return all, nil
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
