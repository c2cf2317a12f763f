package identity

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// PhoneList is a version of a private provider's phone subscriptions (S-k). Versions are never changed.
type PhoneList struct {
	ProviderID string
	Version    int // from 1
	At         time.Time
	Actor      string
	Numbers    []string // E.164, rising
}

// PhoneChange is what a new version of a list has changed. Same says that nothing was, and no version was made.
type PhoneChange struct {
	PhoneList
	Added, Removed []string
	Same           bool
}

// FiledRoutine is a provider's own routine for staff's responsibility and against misuse, as it is on file (S-f).
type FiledRoutine struct {
	ID         string
	ProviderID string
	Title      string
	Reference  string // where it is kept: diary number
	Received   time.Time
	ValidUntil time.Time // when it must have been reviewed
	Actor      string
}

// maxPhones bounds one list.
const maxPhones = 2000

// Problems with what providers hand in. Codes are stable.
var (
	ErrPhone = problem.New(problem.Invalid, "phone-number",
		"Telefonnumret på rad %d går inte att läsa. Skriv det som 070-123 45 67 eller +46701234567.",
		"The phone number on line %d cannot be read. Write it as 070-123 45 67 or +46701234567.")
	ErrPhoneTwice = problem.New(problem.Invalid, "phone-twice",
		"Telefonnumret på rad %d står redan i listan. Ta bort det.", "The phone number on line %d is in the list already. Take it away.")
	ErrPhones = problem.New(problem.Invalid, "phone-list",
		"Listan ska ha 1–%d telefonnummer.", "The list has 1 to %d phone numbers.")
	ErrNoPhoneList = problem.New(problem.NotFound, "phone-list-unknown",
		"Utföraren har inte lämnat den listan.", "The provider has not handed in that list.")
	ErrFiledRoutine = problem.New(problem.Invalid, "provider-routine",
		"Ange rutinens titel (högst 200 tecken), var den finns (högst 100 tecken), när den kom in, och ett slutdatum efter det om det inte ska vara det vanliga.",
		"Give the routine's title (at most 200 characters), where it is kept (at most 100), when it came in, and an end date after that if it is not to be the usual one.")
)

// ParsePhone reads a Swedish or international phone number as people write it, and returns it as E.164.
func ParsePhone(s string) (string, bool) {
	s = strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "(", "", ")", "").Replace(strings.TrimSpace(s))
	switch {
	case strings.HasPrefix(s, "00"):
		s = s[2:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	case strings.HasPrefix(s, "0"):
		s = "46" + s[1:]
	default:
		return "", false
	}
	if len(s) < 8 || len(s) > 15 || strings.Trim(s, "0123456789") != "" || s[0] == '0' {
		return "", false
	}
	return "+" + s, true
}

func parsePhones(lines []string) ([]string, error) {
	if len(lines) == 0 || len(lines) > maxPhones {
		return nil, ErrPhones.Fill(maxPhones).On("numbers")
	}
	var out []string
	seen := map[string]bool{}
	for i, line := range lines {
		n, ok := ParsePhone(line)
		switch {
		case !ok:
			return nil, ErrPhone.Fill(i + 1).On("numbers")
		case seen[n]:
			return nil, ErrPhoneTwice.Fill(i + 1).On("numbers")
		}
		seen[n] = true
		out = append(out, n)
	}
	slices.Sort(out)
	return out, nil
}

// SubmitPhones takes a provider's whole list of phone subscriptions. A changed list is a new version; the journal tells how
// many numbers came and went, not which.
func (s *People) SubmitPhones(ctx context.Context, who routine.Who, orgNumber string, lines []string) (out PhoneChange, err error) {
	numbers, err := parsePhones(lines)
	if err != nil {
		return out, err
	}
	err = s.forOrganisation(ctx, who, orgNumber, routine.ListPhones, func(tx PeopleTx, o Organisation, rule string) error {
		last, _, err := tx.PhoneList(ctx, o.ID, 0)
		if err != nil {
			return err
		}
		out = PhoneChange{PhoneList: last, Same: slices.Equal(last.Numbers, numbers)}
		if out.Same {
			return nil
		}
		out.Added, out.Removed = without(numbers, last.Numbers), without(last.Numbers, numbers)
		out.PhoneList = PhoneList{ProviderID: o.ID, Version: last.Version + 1, At: tx.Now(), Actor: who.Actor, Numbers: numbers}
		if err := tx.InsertPhoneList(ctx, out.PhoneList); err != nil {
			return err
		}
		return journal.Append(ctx, tx, peopleEntry(journal.ProviderFiled, who, []string{o.ID}, rule, "what", "phone list", "version", strconv.Itoa(out.Version),
			"numbers", strconv.Itoa(len(numbers)), "added", strconv.Itoa(len(out.Added)), "removed", strconv.Itoa(len(out.Removed))))
	})
	return out, err
}

func without(all, those []string) []string {
	var out []string
	for _, s := range all {
		if _, found := slices.BinarySearch(those, s); !found {
			out = append(out, s)
		}
	}
	return out
}

// forOrganisation runs f for somebody who may carry out a duty for a provider.
func (s *People) forOrganisation(ctx context.Context, who routine.Who, orgNumber string, d routine.Duty, f func(tx PeopleTx, o Organisation, rule string) error) error {
	return s.db.Update(ctx, func(tx PeopleTx) error {
		o, rule, err := s.organisation(ctx, tx, who, orgNumber, d)
		if err != nil {
			return err
		}
		return f(tx, o, rule)
	})
}

func (s *People) organisation(ctx context.Context, tx PeopleTx, who routine.Who, orgNumber string, d routine.Duty) (Organisation, string, error) {
	o, ok, err := tx.Organisation(ctx, orgNumber)
	if err != nil {
		return o, "", err
	}
	rule := s.may(who, d, orgNumber, o.Private)
	switch {
	case rule == "":
		return o, "", ErrPeopleMayNot
	case !ok:
		return o, "", ErrOrganisation
	}
	return o, rule, nil
}

// Phones returns a version of a provider's list, 0 for the newest.
func (s *People) Phones(ctx context.Context, who routine.Who, orgNumber string, version int) (out PhoneList, err error) {
	err = s.db.View(ctx, func(tx PeopleTx) error {
		o, _, err := s.organisation(ctx, tx, who, orgNumber, routine.ListPhones)
		if err != nil {
			return err
		}
		var ok bool
		if out, ok, err = tx.PhoneList(ctx, o.ID, version); err == nil && !ok {
			err = ErrNoPhoneList
		}
		return err
	})
	return out, err
}

// FileRoutine keeps a provider's own routine on file, valid for as long as the profile says unless the routine says otherwise.
func (s *People) FileRoutine(ctx context.Context, who routine.Who, orgNumber string, r FiledRoutine) (FiledRoutine, error) {
	r.Title, r.Reference = strings.TrimSpace(r.Title), strings.TrimSpace(r.Reference)
	if r.ValidUntil.IsZero() {
		r.ValidUntil = r.Received.AddDate(0, s.profile.Staff.RoutineMonths, 0)
	}
	if r.Title == "" || longer(r.Title, 200) || r.Reference == "" || longer(r.Reference, 100) || r.Received.IsZero() || !r.Received.Before(r.ValidUntil) {
		return r, ErrFiledRoutine
	}
	err := s.forOrganisation(ctx, who, orgNumber, routine.FileRoutine, func(tx PeopleTx, o Organisation, rule string) error {
		r.ID, r.ProviderID, r.Actor = uuid.Must(uuid.NewV7()).String(), o.ID, who.Actor
		if r.Received.After(tx.Now()) {
			return ErrFiledRoutine.On("received")
		}
		if err := tx.InsertRoutine(ctx, r); err != nil {
			return err
		}
		if err := tx.SetRoutineUntil(ctx, o.ID, r.ValidUntil); err != nil {
			return err
		}
		if s.filed != nil {
			if err := s.filed(ctx, tx, o.ID); err != nil {
				return err
			}
		}
		return journal.Append(ctx, tx, peopleEntry(journal.ProviderFiled, who, []string{o.ID}, rule, "what", "routine", "title", r.Title,
			"reference", r.Reference, "until", r.ValidUntil.UTC().Format(time.RFC3339)))
	})
	return r, err
}

// Routines returns what a provider has filed, the newest first.
func (s *People) Routines(ctx context.Context, who routine.Who, orgNumber string) (out []FiledRoutine, err error) {
	err = s.db.View(ctx, func(tx PeopleTx) error {
		o, _, err := s.organisation(ctx, tx, who, orgNumber, routine.FileRoutine)
		if err != nil {
			return err
		}
		out, err = tx.Routines(ctx, o.ID, 50)
		return err
	})
	return out, err
}

// Organisations lists providers by organisation number with what is expected of them (S-f, S-k, S-l); one sees itself.
func (s *People) Organisations(ctx context.Context, who routine.Who, after string, limit int) (out []Organisation, err error) {
	organisation := ""
	if !narrowed(who, &organisation) {
		return nil, ErrPeopleMayNot
	}
	err = s.db.View(ctx, func(tx PeopleTx) (err error) {
		out, err = tx.Organisations(ctx, organisation, tx.Now(), after, bounded(limit))
		for i := range out {
			o := &out[i]
			o.RoutineDue = s.profile.Staff.RoutineOnFile && o.RoutineUntil.Before(tx.Now())
		}
		return err
	})
	return out, err
}
