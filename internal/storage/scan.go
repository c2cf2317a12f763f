package storage

import (
	"fmt"
	"time"
)

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
