package disclosure

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Bound reports whether the log of such a scope may be shown for a purpose at all.
func Bound(p Purpose, k ScopeKind) bool {
	switch p {
	case Incident:
		return true
	case OwnRequest:
		return k == OfClient
	case FollowUp:
		return k == OfClient || k == OfLock || k == OfKey
	case Technical:
		return k == OfLock || k == OfKey
	}
	return false
}

// Doubts says why a request is not to be decided without a harm assessment (V5.7-d); none: it is plain. The profile's list of
// usual recipients is open: others may have an extract too, once it has been assessed.
func Doubts(rules routine.LogRules, function string, k ScopeKind, protected, said bool) []problem.Text {
	var out []problem.Text
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	usual := slices.ContainsFunc(rules.Recipients, func(r string) bool { return plain(r) == plain(function) })
	if !usual {
		out = append(out, problem.Text{SV: "mottagaren hör inte till de vanliga", EN: "the receiver is not one of the usual ones"})
	}
	if protected {
		out = append(out, problem.Text{SV: "kunden har skyddade personuppgifter", EN: "the client has a protected identity"})
	}
	if k == OfStaff {
		out = append(out, problem.Text{SV: "det gäller en medarbetares öppningar", EN: "it is about a staff member's openings"})
	}
	if said && len(out) == 0 {
		out = append(out, problem.Text{SV: "någon har angett att det är oklart", EN: "somebody has said that it is unclear"})
	}
	return out
}

// Permits reports whether a finding allows a decision. A serious harm allows nothing but a refusal.
func (h Harm) Permits(s State) bool {
	switch s {
	case Refused:
		return true
	case Partly:
		return h == NoHarm || h == SomeHarm
	case Granted:
		return h == NoHarm
	}
	return false
}

// Mask is something that an extract leaves out.
type Mask string

// The masks; "person:" and a staff member's id leaves out that one only.
const (
	MaskStaff     Mask = "staff"     // who opened
	MaskKeys      Mask = "keys"      // with which key
	MaskTechnical Mask = "technical" // how the lock was
	maskPerson         = "person:"
)

// person is whom the mask leaves out, or "".
func (m Mask) person() string {
	id, ok := strings.CutPrefix(string(m), maskPerson)
	if !ok {
		return ""
	}
	return id
}

func (m Mask) valid() bool {
	if id := m.person(); id != "" {
		return len(id) == 36 && !strings.ContainsFunc(id, unicode.IsSpace)
	}
	return m == MaskStaff || m == MaskKeys || m == MaskTechnical
}

// shows says which fields of entries an extract opens. A technical fault is found without knowing who stood at the door, so
// that purpose never shows it. hidden are the actors of those who are left out by name, and of everybody with MaskStaff.
type shows struct {
	staff, keys, technical bool
	hidden                 map[string]bool // "activation:N" and "N"
	about                  string          // the only client that may be named
}

func showsFor(d Disclosure) shows {
	s := shows{hidden: map[string]bool{}, about: d.Scope.ID}
	s.staff = d.Purpose != Technical && !slices.Contains(d.Masks, MaskStaff)
	s.keys = !slices.Contains(d.Masks, MaskKeys)
	s.technical = !slices.Contains(d.Masks, MaskTechnical)
	return s
}

// field reports whether a field of an entry is opened. Subjects are opaque ids of locks and keys: with keys left out none is
// shown, for which of them is the key cannot be told by the name of the field.
func (s shows) field(_ journal.Kind, f journal.Field) bool {
	switch {
	case f.Name == journal.FieldActor, f.Name == "activation":
		return s.staff && !s.hidden[f.Value]
	case f.Name == "key", f.Name == "device":
		return s.keys
	case strings.HasPrefix(f.Name, journal.FieldSubject):
		return s.keys || f.Value == s.about
	case f.Name == "flags", f.Name == "info", f.Name == "sequence":
		return s.technical
	}
	return true
}

// text checks a field that somebody has written: one line or several, not empty, no control characters.
func text(field, s string, most int) (string, error) {
	s = strings.TrimSpace(s)
	bad := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > most || strings.ContainsFunc(s, bad) {
		return s, ErrInvalid.Fill(most).On(field)
	}
	return s, nil
}
