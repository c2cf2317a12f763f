package cli_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// textOf is a sample's file as UTF-8 without a mark.
func textOf(b []byte) ([]byte, error) {
	if utf8.Valid(b) {
		return bytes.TrimPrefix(b, byteOrderMark), nil
	}
	return charmap.Windows1252.NewDecoder().Bytes(b)
}

func parse(b []byte) ([][]string, error) {
	text, err := textOf(b)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = ';', -1
	if first, _, _ := bytes.Cut(text, []byte("\n")); !bytes.Contains(first, []byte(";")) {
		r.Comma = ','
	}
	return r.ReadAll()
}

func cellsOf(file string) ([][]string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parse(b)
}

// respell writes the same table in another way.
func respell(b []byte, kind string) ([]byte, error) {
	text, err := textOf(b)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "utf8":
		return text, nil
	case "bom":
		return append(bytes.Clone(byteOrderMark), text...), nil
	case "windows1252":
		return charmap.Windows1252.NewEncoder().Bytes(text)
	case "utf16":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(text)
	case "headers":
		first, _, _ := bytes.Cut(text, []byte("\n"))
		return first, nil
	case "comma":
		rows, err := parse(b)
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		err = w.WriteAll(rows)
		return out.Bytes(), err
	}
	return nil, fmt.Errorf("no spelling %q", kind)
}
