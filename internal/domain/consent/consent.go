// Package consent is the register of property owners' consents to locks on their doors.
//
// In this issue it holds what the registers say. Letters with reply slips, blanket and partial consents, withdrawal and the
// gate before mounting (V5.3) come with the whole routine (issue 02).
package consent

import (
	"context"
	"strings"
	"time"
)

// Answer is what an owner has said.
type Answer string

// The answers.
const (
	Unknown   Answer = "unknown"
	Requested Answer = "requested"
	Given     Answer = "given"
	Oral      Answer = "oral"
	Refused   Answer = "refused"
	Withdrawn Answer = "withdrawn"
)

// Consent is one owner's answer for one property.
type Consent struct {
	ID       string
	Property string // street address
	Town     string
	Owner    string
	Answer   Answer
	Date     time.Time // zero when not known
	Diary    string    // reference in the municipality's diary
}

// Tx is what the register needs of a database transaction.
type Tx interface {
	// ConsentsByKey returns consents by their keys.
	ConsentsByKey(ctx context.Context, keys []string) (map[string]Consent, error)
	PutConsents(ctx context.Context, c []Consent) error
}

// Key is what makes it the same consent: property, town and owner, however their letters and blanks are written. A property
// may have several owners, each with an answer.
func (c Consent) Key() string {
	plain := func(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
	return plain(c.Property) + "|" + plain(c.Town) + "|" + plain(c.Owner)
}
