package journal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"hemnyckel/internal/base/problem"
)

// Limits of one extract.
const (
	MaxExtractEntries = 10_000 // entries and parts
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
	Parts       *shownParts  `json:"parts,omitempty"`
	Proof       []tlog.Hash  `json:"proof"` // RFC 6962 §2.1.1 audit path, leaf first
}

// shownParts is what an extract says of the parts of an entry: the tree over all of them, and some of its leaves.
type shownParts struct {
	Count int         `json:"count"`
	Root  tlog.Hash   `json:"root"`
	Shown []shownPart `json:"shown"` // by ascending place
}

// shownPart is one of them, and its path to the root of the parts.
type shownPart struct {
	Part        int          `json:"part"` // from 1
	Kind        Kind         `json:"kind"`
	Fields      []shownField `json:"fields"`
	Commitments []tlog.Hash  `json:"commitments"`
	Proof       []tlog.Hash  `json:"proof"`
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
		if e.Parts == nil {
			continue
		}
		e.Parts.Shown = notNil(e.Parts.Shown)
		for j := range e.Parts.Shown {
			p := &e.Parts.Shown[j]
			p.Fields, p.Commitments, p.Proof = notNil(p.Fields), notNil(p.Commitments), notNil(p.Proof)
		}
	}
	x.Entries = notNil(x.Entries)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(x)
	return b.Bytes(), err
}

// Prove returns an extract (a file for [Verify]) of the entries and parts at these places, with the fields that show says yes
// to; nil shows all. The others stay hidden behind their commitments. An entry's own place stands for all its parts too; of a
// part's place the entry is shown with that part alone. Erased entries are proved to exist. An extract that does not verify is
// never returned.
func (l *Log) Prove(ctx context.Context, places []Place, show func(Kind, Field) bool) ([]byte, error) {
	places = slices.Compact(slices.SortedFunc(slices.Values(places), Place.compare))
	if len(places) == 0 || len(places) > MaxExtractEntries {
		return nil, ErrExtract
	}
	if show == nil {
		show = func(Kind, Field) bool { return true }
	}
	var x extract
	last := l.seen()
	err := l.db.View(ctx, func(tx Tx) (err error) {
		x, err = l.prove(ctx, tx, last, places, show)
		return err
	})
	if err != nil {
		return nil, err
	}
	file, err := x.encode()
	if err != nil {
		return nil, err
	}
	if len(file) > MaxExtractBytes || x.size() > MaxExtractEntries {
		return nil, ErrExtract
	}
	if _, err := Verify(Trust{[]note.Verifier{l.verifier}}, file); err != nil {
		return nil, stopped("utdraget stämmer inte med trädet", "the extract does not fit the tree", err)
	}
	return file, nil
}

// size is the number of entries and parts.
func (x extract) size() int {
	n := len(x.Entries)
	for _, e := range x.Entries {
		if e.Parts != nil {
			n += len(e.Parts.Shown)
		}
	}
	return n
}

func (l *Log) prove(ctx context.Context, tx Tx, last Head, places []Place, show func(Kind, Field) bool) (extract, error) {
	head, _, err := l.verified(ctx, tx, last)
	if err != nil {
		return extract{}, err
	}
	for _, p := range []Place{places[0], places[len(places)-1]} {
		if p.Index < 0 || p.Index >= head.Size {
			return extract{}, ErrNoEntry.Fill(p)
		}
	}
	hashes := tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Root}, &tileReader{ctx, tx, map[TileID][]byte{}})
	x := extract{Format: extractFormat, Checkpoint: head.Checkpoint}
	for of := range byEntry(places) {
		row, err := rowAt(ctx, tx, of[0].Index)
		if errors.Is(err, ErrNoEntry) {
			err = stopped("en post saknas", "an entry is missing", err)
		}
		if err != nil {
			return extract{}, err
		}
		b, err := row.open()
		if err != nil {
			return extract{}, stopped("en post går inte att läsa", "an entry cannot be read", err)
		}
		entry, err := b.show(of, show)
		if err != nil {
			return extract{}, err
		}
		if entry.Proof, err = tlog.ProveRecord(head.Size, entry.Index, hashes); err != nil {
			return extract{}, stopped("bladen stämmer inte med huvudet", "the tiles do not fit the head", err)
		}
		x.Entries = append(x.Entries, entry)
	}
	return x, nil
}

// byEntry gives sorted places entry by entry.
func byEntry(places []Place) iter.Seq[[]Place] {
	return func(yield func([]Place) bool) {
		for len(places) > 0 {
			n := slices.IndexFunc(places, func(p Place) bool { return p.Index != places[0].Index })
			if n < 0 {
				n = len(places)
			}
			if !yield(places[:n]) {
				return
			}
			places = places[n:]
		}
	}
}

// show opens of an entry, and of its parts at these places, the fields that show says yes to.
func (b body) show(places []Place, show func(Kind, Field) bool) (shown, error) {
	fields, commitments := b.section.show(show)
	s := shown{Index: places[0].Index, Kind: b.kind, Fields: fields, Commitments: commitments}
	parts := b.partsRoot()
	if parts.count == 0 {
		for _, p := range places {
			if p.Part > 0 {
				return shown{}, ErrNoEntry.Fill(p)
			}
		}
		return s, nil
	}
	s.Parts = &shownParts{Count: parts.count, Root: parts.root}
	leaves := b.leaves()
	for i, part := range b.parts {
		if places[0].Part > 0 && !slices.ContainsFunc(places, func(p Place) bool { return p.Part == i+1 }) {
			continue
		}
		if part.erased() {
			if places[0].Part > 0 {
				return shown{}, ErrNoEntry.Fill(Place{Index: s.Index, Part: i + 1})
			}
			continue
		}
		p := shownPart{Part: i + 1, Kind: part.kind, Proof: pathOf(leaves, i)}
		p.Fields, p.Commitments = part.show(show)
		s.Parts.Shown = append(s.Parts.Shown, p)
	}
	if last := places[len(places)-1]; last.Part > len(b.parts) {
		return shown{}, ErrNoEntry.Fill(last)
	}
	return s, nil
}

func (s section) show(show func(Kind, Field) bool) (open []shownField, commitments []tlog.Hash) {
	commitments = s.commitments()
	slices.SortFunc(commitments, compareHashes)
	for _, f := range s.open {
		if g := (Field{string(f.name), string(f.value)}); show(s.kind, g) {
			open = append(open, shownField{g.Name, g.Value, base64.StdEncoding.EncodeToString(f.salt)})
		}
	}
	return open, commitments
}

// commitment recomputes what the field was committed as. The salt has one spelling only: base64 lets several texts mean
// the same.
func (f shownField) commitment() (tlog.Hash, bool) {
	salt, err := base64.StdEncoding.DecodeString(f.Salt)
	if err != nil || len(salt) != saltSize || base64.StdEncoding.EncodeToString(salt) != f.Salt {
		return tlog.Hash{}, false
	}
	return commit(salt, appendMessage(nil, f.Name, f.Value)), true
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
