// Package problem is the one way in which the house says that something went wrong.
//
// An [Error] has a kind (what a caller can do about it), a code (stable, for programs), a safe sentence in Swedish and
// English (for people) and a cause (for the log). Everything that is not an Error is internal: the front doors show a
// neutral sentence and log the cause. The package knows nothing of HTTP; internal/edge/web maps kinds to status codes.
package problem

import (
	"errors"
	"fmt"
)

// Kind says what the caller can do.
type Kind string

// The kinds. The strings are stable: they appear in logs and metrics.
const (
	Internal        Kind = "internal"        // our fault; look in the log
	Invalid         Kind = "invalid"         // change the input
	Unauthenticated Kind = "unauthenticated" // say who you are
	Denied          Kind = "denied"          // you may not
	NotFound        Kind = "not-found"       // there is no such thing
	Conflict        Kind = "conflict"        // the state does not allow it now
	TooLarge        Kind = "too-large"       // send less
	Unavailable     Kind = "unavailable"     // try again later
)

// Text is one sentence in the languages of the house. Both are always given, side by side, so that neither is forgotten.
type Text struct {
	SV, EN string
}

// In returns the sentence in lang ("sv" or "en"); anything else gets Swedish.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.SV
}

// Sprintf fills the same arguments into both languages.
func (t Text) Sprintf(args ...any) Text {
	return Text{fmt.Sprintf(t.SV, args...), fmt.Sprintf(t.EN, args...)}
}

// Error is a fault that may be shown to the one who caused it.
type Error struct {
	Kind  Kind
	Code  string // kebab-case, stable, such as "order-client-unknown"
	Text  Text   // says what is wrong and what to do
	Field string // the input field it concerns, or ""
	Cause error  // never shown
}

// New returns an Error. sv and en say what is wrong and what to do about it.
func New(kind Kind, code, sv, en string) *Error {
	return &Error{Kind: kind, Code: code, Text: Text{sv, en}}
}

// With returns a copy that wraps cause.
func (e *Error) With(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// On returns a copy that concerns the named input field.
func (e *Error) On(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Fill returns a copy whose sentences have args filled in by fmt.
func (e *Error) Fill(args ...any) *Error {
	c := *e
	c.Text = e.Text.Sprintf(args...)
	return &c
}

// Error is the English form, for logs and command lines.
func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Text.EN + ": " + e.Cause.Error()
	}
	return e.Text.EN
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is an Error of the same code, so that a package's problems work as sentinels.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// KindOf returns the kind of the first Error in err's chain, or Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
