package journal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// The body of an entry with parts:
//
//	seeded:       3, seed (32), section, number of parts (2), then for each: length of kind (1), kind, section
//	partly there: 4, section, number of parts (2), then for each either the same, or 0 and its leaf (32) if it is erased
//	erased:       5, number of parts (2), root of their tree (32), then the entry's commitments as in 2
//
// A section is the number of its fields (1) and the fields. In a seeded body a field is its message alone; its salt is a block of
// the keystream of AES-256 in counter mode under the seed, in the order of the fields. When anything is erased the seed must go,
// for whoever has it has every salt: a body that is partly there has for each field either 1, its salt and its message, or 0 and its
// commitment.
const (
	seedSize   = 32
	partGone   = 0
	fieldGone  = 0
	fieldThere = 1
)

// saltsOf returns n salts that follow from a seed, and none of which tells anything about the others.
func saltsOf(seed []byte, n int) ([]byte, error) {
	block, err := aes.NewCipher(seed)
	if err != nil {
		return nil, err
	}
	out := make([]byte, n*saltSize)
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(out, out) // the stream starts at zero: a seed has one use
	return out, nil
}

// partsReader reads a body with parts.
type partsReader struct {
	rest   []byte
	seeded bool
	fields int // read so far, in a seeded body
	err    error
}

func (p *partsReader) bytes(n int) []byte {
	if p.err != nil || len(p.rest) < n {
		p.err = errBody
		return make([]byte, n)
	}
	b := p.rest[:n:n]
	p.rest = p.rest[n:]
	return b
}

func (p *partsReader) number() int { return int(p.bytes(1)[0]) }

func (p *partsReader) hash() tlog.Hash { return tlog.Hash(p.bytes(tlog.HashSize)) }

func (p *partsReader) section() (s section) {
	n := p.number()
	if n > MaxFields {
		p.err = errBody
		return s
	}
	s.open = make([]openField, 0, n)
	for range n {
		if !p.seeded && p.number() == fieldGone {
			s.gone = append(s.gone, p.hash())
			continue
		}
		s.open = append(s.open, p.field())
	}
	return s
}

func (p *partsReader) field() (f openField) {
	if p.seeded {
		p.fields++
	} else {
		f.salt = p.bytes(saltSize)
	}
	if p.err == nil {
		p.rest, p.err = f.cut(p.rest)
	}
	return f
}

func (p *partsReader) parts() []section {
	n := int(binary.BigEndian.Uint16(p.bytes(2)))
	if n == 0 || n > MaxParts {
		p.err = errBody
		return nil
	}
	all := make([]section, n)
	for i := range all {
		kind := p.number()
		switch {
		case kind != partGone:
			k := Kind(p.bytes(kind))
			all[i] = p.section()
			all[i].kind = k
		case p.seeded:
			p.err = errBody
		default:
			all[i].leaf = p.hash()
		}
		if p.err != nil {
			return nil
		}
	}
	if len(p.rest) > 0 {
		p.err = errBody
	}
	return all
}

func parseSeeded(rest []byte) (b body, err error) {
	p := partsReader{rest: rest, seeded: true}
	seed := p.bytes(seedSize)
	b.section = p.section()
	b.parts = p.parts()
	if p.err != nil {
		return body{}, p.err
	}
	salts, err := saltsOf(seed, p.fields)
	b.section.salt(&salts)
	for _, s := range b.parts {
		s.salt(&salts)
	}
	return b, err
}

// salt gives each field its salt off the stream.
func (s section) salt(stream *[]byte) {
	for i := range s.open {
		s.open[i].salt, *stream = (*stream)[:saltSize:saltSize], (*stream)[saltSize:]
	}
}

func parsePartly(rest []byte) (b body, err error) {
	p := partsReader{rest: rest}
	b.section = p.section()
	b.parts = p.parts()
	return b, p.err
}

func parseErasedParts(rest []byte) (b body, err error) {
	p := partsReader{rest: rest}
	b.erased.count, b.erased.root = int(binary.BigEndian.Uint16(p.bytes(2))), p.hash()
	if p.err == nil && b.erased.count == 0 {
		p.err = errBody
	}
	if p.err == nil {
		b.gone, p.err = parseHashes(p.rest)
	}
	return b, p.err
}

// appendPartly is the encoding of a body of which some is erased.
func (b body) appendPartly(out []byte) []byte {
	out = b.section.appendTo(append(out, bodyPartly))
	out = binary.BigEndian.AppendUint16(out, uint16(len(b.parts)))
	for _, s := range b.parts {
		out = append(out, byte(len(s.kind)))
		if s.erased() {
			out = append(out, s.leaf[:]...)
			continue
		}
		out = s.appendTo(append(out, s.kind...))
	}
	return out
}

func (s section) appendTo(out []byte) []byte {
	out = append(out, byte(len(s.open)+len(s.gone)))
	for i := range s.gone {
		out = append(append(out, fieldGone), s.gone[i][:]...)
	}
	for _, f := range s.open {
		out = append(append(append(out, fieldThere), f.salt...), f.message...)
	}
	return out
}

// erased reports whether a part is: then nothing but its leaf is known.
func (s section) erased() bool { return s.kind == "" }

// leaves are those of the parts.
func (b body) leaves() []tlog.Hash {
	all := make([]tlog.Hash, len(b.parts))
	for i, s := range b.parts {
		if all[i] = s.leaf; !s.erased() {
			all[i] = partHash(s.kind, s.commitments())
		}
	}
	return all
}

// count is the number of parts, erased ones included.
func (b body) count() int { return max(len(b.parts), b.erased.count) }

func (b body) partsRoot() partsRoot {
	if len(b.parts) == 0 {
		return b.erased
	}
	return partsRoot{len(b.parts), treeOf(b.leaves())}
}

// part is the nth part as its readers see it, and false if it is erased or not there.
func (b body) part(index int64, n int) (Record, bool) {
	if n < 1 || n > len(b.parts) || b.parts[n-1].erased() {
		return Record{}, false
	}
	s, r := b.parts[n-1], b.record(index)
	r.Part, r.Parts, r.Kind = n, 0, s.kind
	r.At, _ = s.time(FieldAt) // zero when the time alone is erased
	if q := s.value(FieldQuality); q != nil {
		r.Quality = Quality(q)
	}
	r.Subjects = append(r.Subjects, s.subjects()...)
	r.Fields = append(r.Fields, s.fields()...)
	return r, true
}

// events are the records that an entry tells of: itself, or, if it has parts that are there, those.
func (b body) events(index int64) []Record {
	var all []Record
	for n := range b.parts {
		if r, ok := b.part(index, n+1); ok {
			all = append(all, r)
		}
	}
	if all == nil {
		all = append(all, b.record(index))
	}
	return all
}

// Events is what the row tells of: the entry, or, if it has parts, those that are not erased.
func (r Row) Events() ([]Record, error) {
	b, err := r.open()
	if err != nil {
		return nil, err
	}
	return b.events(r.Index), nil
}

// day is how far apart the events of one place on a timeline may be. Parts stand on a timeline at the end of their day (UTC), once
// for all of one entry and day, so that many of them cost one row and still are found by time.
const day = int64(24 * time.Hour / time.Microsecond)

func endOfDay(us int64) int64 {
	if us > 1<<62 { // no time at all
		return us
	}
	return us - us%day + day - 1
}

// marks are the places at which an entry is found: on timelines, and by kind.
func (b body) marks() (on []Mark, kinds []Kind) {
	kinds = append(kinds, b.kind)
	if b.isErased() {
		return nil, kinds
	}
	if len(b.parts) == 0 {
		for _, s := range b.subjects() {
			on = append(on, Mark{s, microseconds(b.at)})
		}
		return on, kinds
	}
	own := b.subjects()
	for _, s := range b.parts {
		if s.erased() {
			continue
		}
		if !slices.Contains(kinds, s.kind) {
			kinds = append(kinds, s.kind)
		}
		at, err := s.time(FieldAt)
		if err != nil {
			continue
		}
		end := endOfDay(microseconds(at))
		for _, subjects := range [...][]string{own, s.subjects()} {
			for _, subject := range subjects {
				if m := (Mark{subject, end}); !slices.Contains(on, m) {
					on = append(on, m)
				}
			}
		}
	}
	return on, kinds
}

// found sets what the row is found by.
func (r *Row) found(b body) { r.On, r.Kinds = b.marks() }
