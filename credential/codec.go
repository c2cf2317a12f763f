package credential

import (
	"bytes"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Instant is a moment in Unix seconds, UTC.
type Instant int64

// At converts a time, dropping fractions of a second.
func At(t time.Time) Instant { return Instant(t.Unix()) }

// Time converts back, in UTC.
func (i Instant) Time() time.Time { return time.Unix(int64(i), 0).UTC() }

// Add moves the instant by d, dropping fractions of a second.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d/time.Second) }

// Sub is the time from o to i.
func (i Instant) Sub(o Instant) time.Duration { return time.Duration(i-o) * time.Second }

// maxInstant is the year 2106: enough, and it keeps every sum of two instants far from overflow.
const maxInstant Instant = 1<<32 - 1

// Valid reports whether i lies in the years that any object can carry, 1970 to 2106.
func (i Instant) Valid() bool { return i >= 0 && i <= maxInstant }

// Day counts days since 1970-01-01 UTC. Block entries carry one instead of a second, to stay small.
type Day uint32

// DayOf is the day that t falls on, UTC.
func DayOf(i Instant) Day { return Day(i / 86400) }

// End is the first instant after the day.
func (d Day) End() Instant { return (Instant(d) + 1) * 86400 }

// Bounds of single encodings, in bytes. They bound memory before anything is parsed.
const (
	MaxObject    = 512     // certificate, grant, activation, token, acknowledgement with its path, configuration, request
	MaxBlockList = 6 << 10 // 256 entries of at most 20 bytes, generations, signature
	MaxBatch     = 2 << 10 // 32 records and their frame
	MaxSealed    = MaxBatch + 128
	MaxMail      = 512 << 10 // everything that one sync moves in one direction
)

// The codec modes are immutable after construction.
var (
	encoder = newEncoder()
	decoder = newDecoder()
)

func newEncoder() cbor.UserBufferEncMode {
	o := cbor.CoreDetEncOptions()
	o.TagsMd = cbor.TagsForbidden
	o.NilContainers = cbor.NilContainerAsEmpty
	m, err := o.UserBufferEncMode()
	if err != nil {
		panic(err) // constant options
	}
	return m
}

func newDecoder() cbor.DecMode {
	m, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyQuiet, // what repeats a field does not encode to the same bytes again
		MaxNestedLevels:   6,
		MaxArrayElements:  MaxLeaves,
		MaxMapPairs:       32,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		UTF8:              cbor.UTF8RejectInvalid,
	}.DecMode()
	if err != nil {
		panic(err) // constant options
	}
	return m
}

// Encode is the canonical encoding of v, one of this package's types or another package's message made in their manner.
func Encode(v any) ([]byte, error) {
	b, err := encoder.Marshal(v)
	if err != nil {
		return nil, Refuse(CodeMalformed, "encode: %w", err)
	}
	return b, nil
}

// Decode reads the canonical encoding of a T of at most limit bytes and refuses anything else: trailing bytes, unknown or repeated
// fields, longer forms of the same value.
func Decode[T any](b []byte, limit int) (T, error) {
	var v, none T
	if len(b) > limit {
		return none, Refuse(CodeMalformed, "%d bytes, at most %d allowed", len(b), limit)
	}
	if err := decoder.Unmarshal(b, &v); err != nil {
		return none, Refuse(CodeMalformed, "decode: %w", err)
	}
	var again bytes.Buffer
	again.Grow(len(b))
	if err := encoder.MarshalToBuffer(&v, &again); err != nil || !bytes.Equal(again.Bytes(), b) {
		return none, Refuse(CodeMalformed, "not in canonical form")
	}
	return v, nil
}
