package storage

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// conditions gathers what a list asks for: only what is asked stands in the text, so that an index can answer it.
type conditions struct {
	texts []string
	binds []any
}

// add adds a condition in which each %s is one of values.
func (c *conditions) add(text string, values ...any) {
	places := make([]any, len(values))
	for i, v := range values {
		places[i] = c.bind(v)
	}
	c.texts = append(c.texts, fmt.Sprintf(text, places...))
}

// bind adds a value and returns its place in the text.
func (c *conditions) bind(v any) string {
	c.binds = append(c.binds, v)
	return "$" + strconv.Itoa(len(c.binds))
}

// where joins the conditions, and one more if it is not empty.
func (c *conditions) where(also string) string {
	all := append([]string{"1 = 1"}, c.texts...)
	if also != "" {
		all = append(all, also)
	}
	return strings.Join(all, " AND ")
}

// zeroTime scans what usOrZero stored.
type zeroTime time.Time

// Scan implements sql.Scanner.
func (t *zeroTime) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("storage: a time is stored as %T", v)
	}
	*t = zeroTime(fromZeroUS(n))
	return nil
}

// nullText scans what orNull stored.
type nullText string

// Scan implements sql.Scanner.
func (s *nullText) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*s = ""
	case string:
		*s = nullText(v)
	case []byte:
		*s = nullText(v)
	default:
		return fmt.Errorf("storage: a text is stored as %T", v)
	}
	return nil
}
