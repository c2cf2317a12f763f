package journal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"hemnyckel/internal/base/problem"
)

// Why a trust file or an extract is turned down. Each has a code of its own.
var (
	ErrTrust = problem.New(problem.Invalid, "trust-malformed",
		"Nyckelfilen går inte att använda: rad %d är ingen kontrollnyckel. Varje rad ska vara en nyckel (namn+hash+nyckel), tom eller börja med #.",
		"The trust file cannot be used: line %d is no verifier key. Each line must be a key (name+hash+key), empty, or start with #.")
	ErrTrustEmpty = problem.New(problem.Invalid, "trust-empty",
		"Nyckelfilen har ingen nyckel, eller fler än 64. Hämta loggens nycklar från kommunens sida eller från revisorn.",
		"The trust file has no key, or more than 64. Get the keys of the log from the municipality's page or from the auditor.")

	ErrFileSize = problem.New(problem.TooLarge, "extract-too-large",
		"Filen är större än ett utdrag får vara.", "The file is larger than an extract may be.")
	ErrFileSyntax = problem.New(problem.Invalid, "extract-syntax",
		"Filen är inget läsbart utdrag. Be om den på nytt.", "The file is not a readable extract. Ask for it again.")
	ErrFileFormat = problem.New(problem.Invalid, "extract-format",
		"Filen har ett annat format än "+extractFormat+". En nyare version av hemnyckel kan behövas.",
		"The file has another format than "+extractFormat+". You may need a newer version of hemnyckel.")
	ErrFileSpelling = problem.New(problem.Invalid, "extract-spelling",
		"Filen är omskriven: den är inte skriven så som hemnyckel skriver ett utdrag. Be om originalfilen.",
		"The file has been rewritten: it is not spelt as hemnyckel spells an extract. Ask for the original file.")
	ErrUnknownKey = problem.New(problem.Invalid, "extract-key-unknown",
		"Utdraget är inte underskrivet med någon nyckel i din nyckelfil. Kontrollera att nyckelfilen gäller rätt logg; annars är utdraget inte äkta.",
		"The extract is not signed by any key in your trust file. Check that the trust file is for the right log; if it is, the extract is not genuine.")
	ErrSignature = problem.New(problem.Invalid, "extract-signature",
		"Underskriften är fel: loggens huvud i utdraget är ändrat.", "The signature is wrong: the checkpoint in the extract has been changed.")
	ErrCheckpoint = problem.New(problem.Invalid, "extract-checkpoint",
		"Loggens huvud i utdraget går inte att läsa.", "The checkpoint in the extract cannot be read.")
	ErrOrder = problem.New(problem.Invalid, "extract-order",
		"Utdraget är tomt, för stort, eller har sina poster i fel ordning.", "The extract is empty, too large, or has its entries out of order.")
	ErrBeyond = problem.New(problem.Invalid, "extract-beyond",
		"Post %v finns inte i den underskrivna loggen.", "Entry %v is not in the signed log.")
	ErrLeaf = problem.New(problem.Invalid, "extract-leaf",
		"Post %v är felaktigt uppbyggd.", "Entry %v is malformed.")
	ErrField = problem.New(problem.Invalid, "extract-field",
		"Uppgiften %[2]q i post %[1]v är ändrad.", "Field %[2]q of entry %[1]v has been changed.")
	ErrProof = problem.New(problem.Invalid, "extract-proof",
		"Post %v hör inte hemma på sin plats i den underskrivna loggen: posten eller dess bevis är ändrat.",
		"Entry %v does not belong at its place in the signed log: the entry or its proof has been changed.")
)

// Trust is the keys that a verifier believes in. They never come from the file that they verify.
type Trust struct {
	keys []note.Verifier
}

// ParseTrust reads a trust file: one verifier key (vkey of C2SP signed-note) per line; empty lines and lines that start
// with # are skipped. A log that has changed key has several lines of one name.
func ParseTrust(text []byte) (Trust, error) {
	var t Trust
	if len(text) > 64<<10 {
		return t, ErrTrustEmpty
	}
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		v, err := note.NewVerifier(line)
		if err != nil {
			return Trust{}, ErrTrust.Fill(i + 1).With(err)
		}
		same := func(k note.Verifier) bool { return k.Name() == v.Name() && k.KeyHash() == v.KeyHash() }
		if !slices.ContainsFunc(t.keys, same) {
			t.keys = append(t.keys, v)
		}
	}
	if len(t.keys) == 0 || len(t.keys) > 64 {
		return Trust{}, ErrTrustEmpty
	}
	return t, nil
}

// Report is what a valid extract proves.
type Report struct {
	Origin   string    // the log
	Size     int64     // entries in the log when its checkpoint was signed
	Root     tlog.Hash // its tree hash then
	SignedBy []string  // names of the trusted keys that signed
	Entries  []Proved  // each with those of its parts that are shown after it
}

// Proved is one entry of a valid extract, or one part of it.
type Proved struct {
	Index  int64
	Part   int // which part, from 1; 0 is the entry itself
	Parts  int // how many the entry has, shown or not
	Kind   Kind
	Fields []Field // the opened ones, the journal's own included
	Hidden int     // number of fields that are not shown, or erased
}

// Place is where it stands.
func (p Proved) Place() Place { return Place{Index: p.Index, Part: p.Part} }

// Verify tells whether file is a genuine extract of a log whose key is in trust. It is a pure function: it reads no
// clock, no network and no disk. Every fault has its own problem code; see the errors above.
func Verify(trust Trust, file []byte) (Report, error) {
	x, err := parseExtract(file)
	if err != nil {
		return Report{}, err
	}
	c, names, err := openCheckpoint(x.Checkpoint, note.VerifierList(trust.keys...))
	if err != nil {
		return Report{}, checkpointProblem(err)
	}
	r := Report{Origin: c.origin, Size: c.size, Root: c.root, SignedBy: names}
	last := int64(-1)
	for _, s := range x.Entries {
		if s.Index <= last {
			return Report{}, ErrOrder
		}
		last = s.Index
		proved, err := s.verify(c)
		if err != nil {
			return Report{}, err
		}
		r.Entries = append(r.Entries, proved...)
	}
	return r, nil
}

// parseExtract accepts one spelling only, so that two readers of a file can never understand it differently (doubled
// names, other cases, other escapes). White space around the whole is let through, for mail programs add it.
func parseExtract(file []byte) (extract, error) {
	var x extract
	if len(file) > MaxExtractBytes {
		return x, ErrFileSize
	}
	dec := json.NewDecoder(bytes.NewReader(file))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&x); err != nil {
		return x, ErrFileSyntax.With(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return x, ErrFileSyntax.With(errors.New("something follows the extract"))
	}
	if x.Format != extractFormat {
		return x, ErrFileFormat
	}
	if len(x.Entries) == 0 || x.size() > MaxExtractEntries {
		return x, ErrOrder
	}
	again, err := x.encode()
	if err != nil {
		return x, ErrFileSyntax.With(err)
	}
	if !bytes.Equal(bytes.TrimSpace(again), bytes.TrimSpace(file)) {
		return x, ErrFileSpelling
	}
	return x, nil
}

func checkpointProblem(err error) error {
	if _, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return ErrUnknownKey.With(err)
	}
	if _, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return ErrSignature.With(err)
	}
	return ErrCheckpoint.With(err)
}

// verify recomputes the leaf from the commitments, each opened field's commitment from its value and salt, and the leaf of each
// part that is shown likewise.
func (s shown) verify(c checkpoint) ([]Proved, error) {
	at := Place{Index: s.Index}
	if s.Index >= c.size {
		return nil, ErrBeyond.Fill(s.Index)
	}
	p, err := proveFields(at, s.Kind, s.Fields, s.Commitments)
	if err != nil || len(s.Proof) > 63 {
		return nil, cmp.Or(err, error(ErrLeaf.Fill(at)))
	}
	all := []Proved{p}
	var root partsRoot
	if s.Parts != nil {
		root = partsRoot{s.Parts.Count, s.Parts.Root}
		all[0].Parts = root.count
		if all, err = s.Parts.verify(all); err != nil {
			return nil, err
		}
	}
	if err := tlog.CheckRecord(s.Proof, c.size, c.root, s.Index, leafHash(s.Kind, s.Commitments, root)); err != nil {
		return nil, ErrProof.Fill(at).With(err)
	}
	return all, nil
}

// verify appends the parts that are shown to their entry.
func (s *shownParts) verify(all []Proved) ([]Proved, error) {
	at := all[0].Place()
	if s.Count < 1 || s.Count > MaxParts {
		return nil, ErrLeaf.Fill(at)
	}
	for _, one := range s.Shown {
		if one.Part <= at.Part || one.Part > s.Count {
			return nil, ErrOrder
		}
		at.Part = one.Part
		p, err := proveFields(at, one.Kind, one.Fields, one.Commitments)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckRecord(one.Proof, int64(s.Count), s.Root, int64(one.Part-1), partHash(one.Kind, one.Commitments)); err != nil {
			return nil, ErrProof.Fill(at).With(err)
		}
		all = append(all, p)
	}
	return all, nil
}

// proveFields checks that each opened field is one of the committed ones.
func proveFields(at Place, kind Kind, fields []shownField, commitments []tlog.Hash) (Proved, error) {
	if !wellFormed(kind, fields, commitments) {
		return Proved{}, ErrLeaf.Fill(at)
	}
	p := Proved{Index: at.Index, Part: at.Part, Kind: kind, Hidden: len(commitments) - len(fields)}
	for i, f := range fields {
		same := func(g shownField) bool { return g.Name == f.Name }
		if slices.ContainsFunc(fields[:i], same) {
			return Proved{}, ErrLeaf.Fill(at)
		}
		h, ok := f.commitment()
		if _, found := slices.BinarySearchFunc(commitments, h, compareHashes); !ok || !found {
			return Proved{}, ErrField.Fill(at, f.Name)
		}
		p.Fields = append(p.Fields, Field{f.Name, f.Value})
	}
	return p, nil
}

// wellFormed keeps a leaf's encoding unambiguous: lengths that fit their bytes, commitments ascending and each once.
func wellFormed(kind Kind, fields []shownField, commitments []tlog.Hash) bool {
	ascending := slices.IsSortedFunc(commitments, func(a, b tlog.Hash) int {
		if a == b {
			return 1 // twice is not ascending
		}
		return compareHashes(a, b)
	})
	return validName(string(kind)) && len(commitments) > 0 && len(commitments) <= MaxFields && len(fields) <= len(commitments) && ascending
}
