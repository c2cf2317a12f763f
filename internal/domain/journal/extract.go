package journal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"hemnyckel/internal/base/problem"
)

// Limits of one extract.
const (
	MaxExtractEntries = 10_000
	MaxExtractBytes   = 32 << 20
)

const extractFormat = "hemnyckel-extract/v1"

// ErrExtract means that an extract cannot be made of what was asked for.
var ErrExtract = problem.New(problem.Invalid, "journal-extract",
	"Ett utdrag ska ha 1–10 000 poster och vara högst 32 MB. Dela upp det.",
	"An extract has 1–10,000 entries and at most 32 MB. Split it.")

// extract is the proof file. It has one spelling: the one that encode gives.
type extract struct {
	Format     string  `json:"format"`
	Checkpoint string  `json:"checkpoint"` // signed note
	Entries    []shown `json:"entries"`    // by ascending index
}

// shown is one entry: its whole leaf, those fields that are opened, and its path to the root.
type shown struct {
	Index       int64        `json:"index"`
	Kind        Kind         `json:"kind"`
	Fields      []shownField `json:"fields"`      // the opened ones
	Commitments []tlog.Hash  `json:"commitments"` // of all fields, opened or not, ascending
	Proof       []tlog.Hash  `json:"proof"`       // RFC 6962 §2.1.1 audit path, leaf first
}

type shownField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Salt  string `json:"salt"` // base64, 16 bytes
}

func (x extract) encode() ([]byte, error) {
	for i := range x.Entries { // an empty list has one spelling: []
		e := &x.Entries[i]
		e.Fields, e.Commitments, e.Proof = notNil(e.Fields), notNil(e.Commitments), notNil(e.Proof)
	}
	x.Entries = notNil(x.Entries)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(x)
	return b.Bytes(), err
}

// Prove returns an extract (a file for [Verify]) of the entries at these indexes, with the fields that show says yes
// to; nil shows all. The others stay hidden behind their commitments. Erased entries are proved to exist. An extract
// that does not verify is never returned.
func (l *Log) Prove(ctx context.Context, indexes []int64, show func(Kind, Field) bool) ([]byte, error) {
	indexes = slices.Compact(slices.Sorted(slices.Values(indexes)))
	if len(indexes) == 0 || len(indexes) > MaxExtractEntries {
		return nil, ErrExtract
	}
	if show == nil {
		show = func(Kind, Field) bool { return true }
	}
	var x extract
	last := l.seen()
	err := l.db.View(ctx, func(tx Tx) (err error) {
		x, err = l.prove(ctx, tx, last, indexes, show)
		return err
	})
	if err != nil {
		return nil, err
	}
	file, err := x.encode()
	if err != nil {
		return nil, err
	}
	if len(file) > MaxExtractBytes {
		return nil, ErrExtract
	}
	if _, err := Verify(Trust{[]note.Verifier{l.verifier}}, file); err != nil {
		return nil, stopped("utdraget stämmer inte med trädet", "the extract does not fit the tree", err)
	}
	return file, nil
}

func (l *Log) prove(ctx context.Context, tx Tx, last Head, indexes []int64, show func(Kind, Field) bool) (extract, error) {
	head, _, err := l.verified(ctx, tx, last)
	if err != nil {
		return extract{}, err
	}
	for _, i := range []int64{indexes[0], indexes[len(indexes)-1]} {
		if i < 0 || i >= head.Size {
			return extract{}, ErrNoEntry.Fill(i)
		}
	}
	hashes := tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Root}, &tileReader{ctx, tx, map[TileID][]byte{}})
	x := extract{Format: extractFormat, Checkpoint: head.Checkpoint}
	for _, i := range indexes {
		rows, err := tx.JournalRange(ctx, i, 1)
		if err != nil {
			return extract{}, err
		}
		if len(rows) == 0 || rows[0].Index != i {
			return extract{}, stopped("en post saknas", "an entry is missing", ErrNoEntry.Fill(i))
		}
		entry, err := rows[0].show(show)
		if err != nil {
			return extract{}, stopped("en post går inte att läsa", "an entry cannot be read", err)
		}
		entry.Proof, err = tlog.ProveRecord(head.Size, i, hashes)
		if err != nil {
			return extract{}, stopped("bladen stämmer inte med huvudet", "the tiles do not fit the head", err)
		}
		x.Entries = append(x.Entries, entry)
	}
	return x, nil
}

// show opens the fields of r that show says yes to.
func (r Row) show(show func(Kind, Field) bool) (shown, error) {
	b, err := r.open()
	if err != nil {
		return shown{}, err
	}
	all := b.commitments()
	slices.SortFunc(all, compareHashes)
	s := shown{Index: r.Index, Kind: r.Kind, Commitments: all}
	for _, f := range b.open {
		if g := (Field{string(f.name), string(f.value)}); show(r.Kind, g) {
			s.Fields = append(s.Fields, shownField{g.Name, g.Value, base64.StdEncoding.EncodeToString(f.salt)})
		}
	}
	return s, nil
}

// commitment recomputes what the field was committed as. The salt has one spelling only: base64 lets several texts mean
// the same.
func (f shownField) commitment() (tlog.Hash, bool) {
	salt, err := base64.StdEncoding.DecodeString(f.Salt)
	if err != nil || len(salt) != saltSize || base64.StdEncoding.EncodeToString(salt) != f.Salt {
		return tlog.Hash{}, false
	}
	var h tlog.Hash
	commit(&h, salt, appendMessage(nil, f.Name, f.Value))
	return h, true
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
