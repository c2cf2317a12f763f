package page

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/web"
)

// Bounds of a form.
const (
	MaxForm   = 64 << 10 // bytes, unless its route says otherwise
	maxFields = 1000
	maxField  = 10_000 // bytes of one value
)

// ErrForm says that a form cannot be read.
var ErrForm = problem.New(problem.Invalid, "page-form",
	"Formuläret gick inte att läsa eller är för stort. Gå tillbaka och försök igen.",
	"The form could not be read or is too large. Go back and try again.")

// ReadForm reads query and form within n bytes. Call it once, before the action.
func (p *Request) ReadForm(n int64) error {
	if n == 0 {
		n = MaxForm
	}
	p.unread = true
	web.AllowBody(p.W, p.R, n)
	read := p.R.ParseForm
	if kind, _, _ := mime.ParseMediaType(p.R.Header.Get("Content-Type")); kind == "multipart/form-data" {
		read = func() error { return p.R.ParseMultipartForm(n) } // n in memory: nothing reaches the disk
	}
	if err := read(); err != nil {
		return ErrForm.With(err)
	}
	fields := 0
	for name, values := range p.R.Form {
		fields += len(values)
		for _, v := range append(values, name) {
			if fields > maxFields || len(v) > maxField || !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return ErrForm
			}
		}
	}
	p.unread = false
	return nil
}

// Form is what was written in a field of a posted form, without spaces around it.
func (p *Request) Form(name string) string { return strings.TrimSpace(p.R.PostForm.Get(name)) }

// Forms is everything that was chosen in a field of a posted form, such as checkboxes.
func (p *Request) Forms(name string) []string { return p.R.PostForm[name] }

// Query is a value of the address: filters and places in lists, never personal data.
func (p *Request) Query(name string) string { return strings.TrimSpace(p.R.URL.Query().Get(name)) }

// Invalid tells whether the reader can mend what went wrong in the form, and in which words.
func Invalid(err error) (problem.Text, bool) {
	known, ok := errors.AsType[*problem.Error](err)
	if !ok || known.Kind != problem.Invalid {
		return problem.Text{}, false
	}
	return known.Text, true
}

// Faults is everything that the reader can mend in the form, field by field where the domain says which: all of it at once.
// It is not ok if the error is of another kind, which the action returns as it is. Answer with status 422 and the same form:
// ui.FaultSummary above it, and Faults.Of(name) in each field.
func Faults(err error) (faults ui.Faults, ok bool) {
	first, fields := web.Problems(err)
	for _, f := range fields {
		if f.Kind != problem.Invalid && f.Kind != problem.NotFound && f.Kind != problem.Conflict {
			return nil, false
		}
		faults = append(faults, ui.Fault{Field: f.Field, Text: f.Text})
	}
	if len(fields) == 0 && first.Kind == problem.Invalid {
		faults = ui.Faults{{Text: first.Text}}
	}
	return faults, len(faults) > 0
}

// File is a file of a form with enctype multipart/form-data: its bytes, at most the route's MaxForm, and the name that it had,
// which is only for showing. Without a file both are empty.
func (p *Request) File(name string) (content []byte, filename string, err error) {
	if p.R.MultipartForm == nil || len(p.R.MultipartForm.File[name]) == 0 {
		return nil, "", nil
	}
	header := p.R.MultipartForm.File[name][0]
	file, err := header.Open()
	if err != nil {
		return nil, "", ErrForm.With(err)
	}
	defer file.Close()
	content, err = io.ReadAll(file)
	if err != nil {
		return nil, "", ErrForm.With(err)
	}
	return content, header.Filename, nil
}

// versionField is the hidden field that says what a form was made from; ui.Version writes it.
const versionField = "_version"

// VersionOf is a short name of what a form was made from: other values, other name.
func VersionOf(values ...any) string {
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // plain values always can
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Stale reports whether somebody else has changed what the form was made from; current is VersionOf what is there now. A form
// that does not say what it was made from is stale. Answer with status 409, the form with what was typed in it and the new
// version, and ui.Conflict, which shows what has changed.
func (p *Request) Stale(current string) bool { return p.Form(versionField) != current }

// onceField is the hidden field by which a form that is sent twice is known; ui.Once writes it.
const onceField = "_once"

// Once is the request's context for the one change that its form asks for: sent again, by a double click or the back button, the form
// changes nothing. Give the error of the change to [Again].
func (p *Request) Once() context.Context {
	key := p.Form(onceField)
	if key == "" || len(key) > 60 {
		return p.Context()
	}
	return txn.WithOnce(p.Context(), txn.Once{Owner: p.Who.AccountID, Operation: "portal " + p.R.Method + " " + p.R.URL.Path, Key: key})
}

// ErrStale says that somebody else has changed what a form was made from. Answer as [Request.Stale] says.
var ErrStale = errors.New("page: the form was made from what is not so any more")

// OnceFresh is [Request.Once] for a change that must not be made when what its form was made from has changed: current is VersionOf
// what is there now, and is asked in the change's own turn, in which nothing else can change it. The change then ends with
// [ErrStale], unless this very form has made it before.
func (p *Request) OnceFresh(current func() (string, error)) context.Context {
	once := txn.Once{Check: func(context.Context) error {
		version, err := current()
		if err == nil && p.Stale(version) {
			err = ErrStale
		}
		return err
	}}
	if key := p.Form(onceField); len(key) <= 60 {
		once.Owner, once.Operation, once.Key = p.Who.AccountID, "portal "+p.R.Method+" "+p.R.URL.Path, key
	}
	return txn.WithOnce(p.Context(), once)
}

// Again takes away the error that says that the form has been sent before: what it asked for is done, and is answered as it was.
func Again(err error) error {
	if errors.Is(err, txn.ErrDone) {
		return nil
	}
	return err
}

// Return is where somebody was going when they had to log in, or to prove who they are: an address of ours, and what they
// had typed, if it was a form. It travels in hidden fields of our own pages, never in an address.
type Return struct {
	Path   string // with query; "" is the first page
	Fields url.Values
	Kept   Kept
}

// Kept is how much of a form a Return has: passwords, codes and PINs never are.
type Kept string

// How much is kept.
const (
	NoForm  Kept = "" // a page was asked for
	Whole   Kept = "allt"
	NoFile  Kept = "utan-fil" // but for the files
	Nothing Kept = "inget"    // it was too large, or could not be read
)

// The hidden fields of a Return.
const (
	returnPath   = "_till"
	returnKept   = "_sant"
	returnPrefix = "_kvar."
)

// What a login's own form needs beside what it carries: bytes and fields.
const (
	roomToLogIn   = 4 << 10
	fieldsToLogIn = 10
)

// secret are fields that are never kept.
func secret(name string) bool {
	for _, s := range []string{"password", "losenord", "kod", "pin", "_"} {
		if strings.HasPrefix(name, s) && name != versionField && name != onceField {
			return true
		}
	}
	return false
}

// Here is the request itself, to come back to. The form must have been read. One that could not be, or that would make the form of a
// login too large to be read, is not kept.
func (p *Request) Here() Return {
	out := Return{Path: p.R.URL.RequestURI()}
	if p.R.Method != http.MethodPost {
		return out
	}
	out.Fields, out.Kept = url.Values{}, Whole
	fields := 0
	for name, values := range p.R.PostForm {
		if !secret(name) {
			out.Fields[name] = values
			fields += len(values)
		}
	}
	if p.R.MultipartForm != nil && len(p.R.MultipartForm.File) > 0 {
		out.Kept = NoFile
	}
	if p.unread || fields > maxFields-fieldsToLogIn || len(out.Hidden().Encode()) > MaxForm-roomToLogIn {
		out.Fields, out.Kept = url.Values{}, Nothing
	}
	return out
}

// Retry is the request itself, to make once more: with everything that was typed but secrets, and with its _once, so that it changes once.
// A form with a file has to be filled in again.
func (p *Request) Retry() ui.Retry {
	here := p.Here()
	switch {
	case p.R.MultipartForm != nil, here.Fields != nil && len(here.Fields) == 0:
		return ui.Retry{}
	case p.R.PostForm.Has(onceField):
		here.Fields.Set(onceField, p.R.PostForm.Get(onceField))
	}
	return ui.Retry{Path: here.Path, Fields: here.Fields}
}

// Hidden are the hidden fields that carry the return through a form of ours.
func (r Return) Hidden() url.Values {
	out := url.Values{returnPath: {r.Path}}
	if r.Kept != NoForm {
		out.Set(returnKept, string(r.Kept))
	}
	for name, values := range r.Fields {
		out[returnPrefix+name] = values
	}
	return out
}

// Back is the return that a form of ours has carried, or that an address names by "till" (then without fields). Anything but
// an address of ours becomes the first page.
func (p *Request) Back() Return {
	out := Return{Path: ownPath(p.Form(returnPath)), Fields: url.Values{}}
	if p.R.Method != http.MethodPost {
		out.Path = ownPath(p.Query("till"))
	}
	if kept := Kept(p.Form(returnKept)); kept == Whole || kept == NoFile || kept == Nothing {
		out.Kept = kept
	}
	for name, values := range p.R.PostForm {
		if name, ok := strings.CutPrefix(name, returnPrefix); ok && !secret(name) {
			out.Fields[name] = values
		}
	}
	if out.Kept == NoForm && len(out.Fields) > 0 {
		out.Kept = Whole
	}
	return out
}

// ownPath is an address of ours, or the first page: a login must not lead to somebody else's site.
func ownPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || len(s) > 1000 || u.IsAbs() || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") ||
		strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return "/"
	}
	return s
}
