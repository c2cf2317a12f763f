package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"hemnyckel/internal/base/problem"
)

// maxDepth of nested objects and lists: far more than any of our types has.
const maxDepth = 32

// Problems with JSON. Codes are stable.
var (
	ErrJSON = problem.New(problem.Invalid, "json-malformed",
		"Innehållet är inte giltig JSON i UTF-8 (vid byte %d). Kontrollera vad som skickas.",
		"The content is not valid JSON in UTF-8 (at byte %d). Check what is sent.")
	ErrJSONDepth = problem.New(problem.Invalid, "json-too-deep",
		"Innehållet är nästlat för djupt.", "The content is nested too deeply.")
	ErrJSONTwice = problem.New(problem.Invalid, "field-twice",
		"Ett fält står två gånger i samma objekt. Skicka det en gång.",
		"A field stands twice in the same object. Send it once.")
	ErrControl = problem.New(problem.Invalid, "field-control-character",
		"Texten innehåller styrtecken. Ta bort dem.", "The text has control characters. Take them away.")
	ErrFieldUnknown = problem.New(problem.Invalid, "field-unknown",
		"Fältet finns inte. Kontrollera stavningen mot API-beskrivningen.",
		"There is no such field. Check the spelling against the description of the API.")
	ErrFieldType = problem.New(problem.Invalid, "field-type",
		"Fältets värde är av fel slag. Se API-beskrivningen.",
		"The value of the field is of the wrong kind. See the description of the API.")
)

// DecodeJSON reads one JSON value into v and refuses everything that could be read in two ways: bytes that are not UTF-8,
// fields that v does not have, fields that stand twice (also as different capitals), something after the value, deep
// nesting, and null characters, which databases disagree about.
func DecodeJSON(text []byte, v any) error {
	if err := CheckJSON(text); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return ErrFieldType.With(err).On(shorten(wrong.Field))
	}
	if _, name, ok := strings.Cut(err.Error(), "json: unknown field "); ok {
		return ErrFieldUnknown.With(err).On(shorten(strings.Trim(name, `"`)))
	}
	return ErrFieldType.With(err)
}

// shorten keeps a name that the caller has made up from filling the answer.
func shorten(name string) string {
	if len(name) > 60 {
		return strings.ToValidUTF8(name[:60], "") + "…"
	}
	return name
}

// CheckJSON finds what [DecodeJSON] refuses in any document, whatever its fields.
func CheckJSON(text []byte) error {
	if !utf8.Valid(text) {
		return ErrJSON.Fill(validUpTo(text))
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := checkValue(dec, 0); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return ErrJSON.Fill(dec.InputOffset())
	}
	return nil
}

func validUpTo(text []byte) int {
	n := 0
	for n < len(text) {
		r, size := utf8.DecodeRune(text[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

func checkValue(dec *json.Decoder, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return ErrJSON.Fill(dec.InputOffset())
	}
	if text, ok := token.(string); ok && strings.ContainsRune(text, 0) {
		return ErrControl
	}
	open, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	if depth == maxDepth {
		return ErrJSONDepth
	}
	seen := map[string]bool{}
	for dec.More() {
		name := ""
		if open == '{' {
			if name, err = checkName(dec, seen); err != nil {
				return err
			}
		}
		err = checkValue(dec, depth+1)
		if err == ErrControl && name != "" {
			err = ErrControl.On(shorten(name))
		}
		if err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil { // the closing bracket
		return ErrJSON.Fill(dec.InputOffset())
	}
	return nil
}

func checkName(dec *json.Decoder, seen map[string]bool) (string, error) {
	token, err := dec.Token()
	name, ok := token.(string)
	if err != nil || !ok {
		return "", ErrJSON.Fill(dec.InputOffset())
	}
	folded := strings.ToLower(name)
	if seen[folded] {
		return "", ErrJSONTwice.On(shorten(name))
	}
	seen[folded] = true
	return name, nil
}
