package fleet

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// MaxPage is how many rows a page has at most.
const MaxPage = 1000

// Page asks for rows after one that an earlier page ended with ("" for the first page), at most Limit of them.
type Page struct {
	After string
	Limit int
}

// Bounded is the page with a limit between 1 and [MaxPage]; 0 means 100.
func (p Page) Bounded() Page {
	if p.Limit == 0 {
		p.Limit = 100
	}
	p.Limit = max(1, min(p.Limit, MaxPage))
	return p
}

// Place is the key of a row in a list that is ordered by time, and then by id.
func Place(t time.Time, id string) string {
	us := int64(0)
	if !t.IsZero() {
		us = t.UnixMicro()
	}
	return strconv.FormatInt(us, 10) + " " + id
}

// Place is what [Place] made After from, in microseconds; false on the first page.
func (p Page) Place() (us int64, id string, ok bool) {
	first, id, _ := strings.Cut(p.After, " ")
	us, err := strconv.ParseInt(first, 10, 64)
	return us, id, err == nil
}

// Problems that several services have in common. Codes are stable.
var (
	ErrMayNot = problem.New(problem.Denied, "fleet-may-not",
		"Du får inte göra det här, eller så hör det inte till er organisation. Be låsansvarig eller systemansvarig.",
		"You may not do this, or it does not belong to your organisation. Ask the lock manager or the system owner.")
	ErrGroupUnknown = problem.New(problem.Invalid, "fleet-group-unknown",
		"Gruppen %s finns inte. Ange gruppens kod, till exempel G001.",
		"There is no group %s. Give the group's code, such as G001.")
	ErrText = problem.New(problem.Invalid, "fleet-text",
		"Texten saknas eller är för lång. Ange den med högst %d tecken.",
		"The text is missing or too long. Give it, in at most %d characters.")
)

// GroupFacts is what things need to know of the group that has them.
type GroupFacts struct {
	ID         string
	Code       string
	Name       string
	Kind       routine.GroupKind
	MostAtWork int // in one day
	ProviderID string
	OrgNumber  string
	Private    bool
}

// text is a free text without blanks around it, of 1 to [MaxReason] bytes.
func text(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > MaxReason {
		return "", ErrText.Fill(MaxReason).On(field)
	}
	return s, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// entry is a journal entry by somebody about some things; more are names and values in turn.
func entry(kind journal.Kind, who routine.Who, subjects []string, more ...string) journal.Entry {
	e := journal.Entry{Kind: kind, Subjects: subjects, Fields: []journal.Field{{Name: journal.FieldActor, Value: who.Actor}}}
	for i := 0; i+1 < len(more); i += 2 {
		e.Fields = append(e.Fields, journal.Field{Name: more[i], Value: more[i+1]})
	}
	return e
}
