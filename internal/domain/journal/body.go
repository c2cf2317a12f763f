package journal

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// body is the JSON of a stored row: either open, with every field's name, value and salt (base64), or erased, with the
// bare commitments and nothing else.
type body struct {
	Open   [][3]string `json:"open,omitempty"`
	Erased []tlog.Hash `json:"erased,omitempty"`
}

func (b body) encode() (string, error) {
	text, err := json.Marshal(b)
	return string(text), err
}

func parseBody(text string) (body, error) {
	var b body
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return b, fmt.Errorf("journal body: %w", err)
	}
	if (len(b.Open) == 0) == (len(b.Erased) == 0) {
		return b, errors.New("journal body: neither open nor erased")
	}
	return b, nil
}

// commitments are recomputed from the fields, or taken as they are when the fields are gone.
func (b body) commitments() ([]tlog.Hash, error) {
	if len(b.Erased) > 0 {
		return slices.Clone(b.Erased), nil
	}
	all := make([]tlog.Hash, len(b.Open))
	for i, f := range b.Open {
		salt, err := base64.StdEncoding.DecodeString(f[2])
		if err != nil || len(salt) != saltSize {
			return nil, fmt.Errorf("journal body: salt of field %q is malformed", f[0])
		}
		all[i] = commitment(salt, f[0], f[1])
	}
	return all, nil
}

// open returns the body of r if what the row says is what its leaf hash commits to.
func (r Row) open() (body, error) {
	b, err := parseBody(r.Body)
	if err != nil {
		return b, err
	}
	all, err := b.commitments()
	if err != nil {
		return b, err
	}
	if leafHash(r.Kind, all) != r.Leaf {
		return b, errors.New("kind or fields are not those that the leaf commits to")
	}
	at, received := b.time(FieldAt), b.time(FieldReceived)
	if r.AtUS != microseconds(at) || r.ReceivedUS != microseconds(received) {
		return b, errors.New("the stored times are not those that the leaf commits to")
	}
	return b, nil
}

func (b body) value(name string) string {
	for _, f := range b.Open {
		if f[0] == name {
			return f[1]
		}
	}
	return ""
}

func (b body) time(name string) time.Time {
	t, err := time.Parse(timeLayout, b.value(name))
	if err != nil {
		return time.Time{} // an erased row, or one that open rejects
	}
	return t
}

// subjects are returned in the order in which they were appended.
func (b body) subjects() []string {
	var all []string
	for i := 1; ; i++ {
		s := b.value(FieldSubject + strconv.Itoa(i))
		if s == "" {
			return all
		}
		all = append(all, s)
	}
}

// record is the row as its readers see it.
func (r Row) record() (Record, error) {
	b, err := parseBody(r.Body)
	if err != nil {
		return Record{}, fmt.Errorf("entry %s: %w", r.ID, err)
	}
	rec := Record{ID: r.ID, Index: r.Index, Kind: r.Kind, Erased: len(b.Erased) > 0}
	rec.At, rec.Received = b.time(FieldAt), b.time(FieldReceived)
	rec.Quality, rec.Subjects = Quality(b.value(FieldQuality)), b.subjects()
	for _, f := range b.Open {
		if !reserved(f[0]) {
			rec.Fields = append(rec.Fields, Field{f[0], f[1]})
		}
	}
	return rec, nil
}

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

// microseconds of the zero time are 0, which is how an erased row says that it has none.
func microseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
