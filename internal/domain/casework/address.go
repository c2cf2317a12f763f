package casework

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// NewAddress is a dwelling's address as it should be. It is for a street that was renamed, a number that was wrong, a new
// postal code: the door is the same. Who moves to another door is an order.
type NewAddress struct {
	Street, Apartment, PostalCode, Town string
	Reason                              string // at most 500 characters
}

// AddressChange is what an address was before somebody corrected it.
type AddressChange struct {
	ID         string
	DwellingID string
	At         time.Time
	Actor      string
	Reason     string
	Was        care.Dwelling // street, apartment, postal code and town only
}

// AddressTx is what addresses need of a database transaction.
type AddressTx interface {
	InsertAddressChange(ctx context.Context, c AddressChange) error
	// AddressChanges returns the corrections of a dwelling's address, the newest first, at most 200.
	AddressChanges(ctx context.Context, dwellingID string) ([]AddressChange, error)
}

// Problems with addresses. Codes are stable.
var (
	ErrAddress = problem.New(problem.Invalid, "address-invalid",
		"Fyll i fältet: 1–%d tecken på en rad.", "Fill in the field: 1 to %d characters on one line.")
	ErrAddressSame = problem.New(problem.Conflict, "address-same",
		"Adressen är redan den. Kontrollera vad som ska ändras.", "The address is that one already. Check what is to be changed.")
	ErrAddressMayNot = problem.New(problem.Denied, "address-not-yours",
		"Bara låsförvaltaren och omsorgshandläggaren rättar adresser.", "Only the lock manager and the case officer correct addresses.")
)

func (in *NewAddress) check() error {
	for _, f := range []struct {
		name  string
		value *string
		most  int
		empty bool
	}{{"street", &in.Street, 100, false}, {"apartment", &in.Apartment, 10, true}, {"town", &in.Town, 60, false}, {"reason", &in.Reason, 500, false}} {
		*f.value = strings.Join(strings.Fields(*f.value), " ")
		if (*f.value == "" && !f.empty) || utf8.RuneCountInString(*f.value) > f.most || strings.ContainsFunc(*f.value, unicode.IsControl) || !utf8.ValidString(*f.value) {
			return ErrAddress.Fill(f.most).On(f.name)
		}
	}
	code, err := swedish.ParsePostalCode(in.PostalCode)
	in.PostalCode = strings.ReplaceAll(code.String(), " ", "")
	return err
}

// CorrectAddress keeps a client's address current (V5.7-b): for everybody who lives there, with what it was and why. Which
// rural groups answer, and where open work is, follow from the postal code and are brought up to date.
func (s *Service) CorrectAddress(ctx context.Context, who routine.Who, clientID string, in NewAddress) (AddressChange, error) {
	if !who.Is(routine.LockManager, routine.CaseOfficer) {
		return AddressChange{}, ErrAddressMayNot
	}
	if err := in.check(); err != nil {
		return AddressChange{}, err
	}
	var out AddressChange
	err := s.db.Update(ctx, func(tx Tx) error {
		d, home, err := dwellingOf(ctx, tx, clientID)
		if err != nil {
			return err
		}
		out = AddressChange{ID: newID(), DwellingID: d.ID, At: tx.Now(), Actor: who.Actor, Reason: in.Reason,
			Was: care.Dwelling{Street: d.Street, Apartment: d.Apartment, PostalCode: d.PostalCode, Town: d.Town}}
		now := d
		now.Street, now.Apartment, now.PostalCode, now.Town = in.Street, in.Apartment, in.PostalCode, in.Town
		if now == d {
			return ErrAddressSame
		}
		if err := tx.PutDwellings(ctx, []care.Dwelling{now}); err != nil {
			return err
		}
		if err := tx.InsertAddressChange(ctx, out); err != nil {
			return err
		}
		if err := tx.PlaceTasks(ctx, home); err != nil {
			return err
		}
		change, err := s.refresh(ctx, tx, home)
		if err != nil {
			return err
		}
		moved := journal.Entry{Kind: journal.ClientChanged, Subjects: home, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: who.Actor}, {Name: "change", Value: "address"}, {Name: "reason", Value: in.Reason}}}
		return journal.Append(ctx, tx, append([]journal.Entry{moved}, rightsEntries("system", "address:"+out.ID, change, nil)...)...)
	})
	return out, err
}

func dwellingOf(ctx context.Context, tx Tx, clientID string) (care.Dwelling, []string, error) {
	clients, err := tx.ClientsByID(ctx, []string{clientID})
	if err != nil {
		return care.Dwelling{}, nil, err
	}
	c, ok := clients[clientID]
	if !ok {
		return care.Dwelling{}, nil, ErrNoClient
	}
	dwellings, err := tx.Dwellings(ctx, []string{c.DwellingID})
	if err != nil {
		return care.Dwelling{}, nil, err
	}
	home, err := tx.ClientsOfDwellings(ctx, []string{c.DwellingID})
	return dwellings[c.DwellingID], idsOf(home), err
}

// Addresses returns what a client's address has been, the newest correction first, and notes that it was read.
func (s *Service) Addresses(ctx context.Context, who routine.Who, clientID string) (all []AddressChange, err error) {
	if !who.Is(routine.LockManager, routine.CaseOfficer) {
		return nil, ErrAddressMayNot
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		d, _, err := dwellingOf(ctx, tx, clientID)
		if err != nil {
			return err
		}
		if all, err = tx.AddressChanges(ctx, d.ID); err != nil {
			return err
		}
		return noteRead(ctx, tx, Reader{Actor: who.Actor, Role: string(who.Role)}, "addresses", "", clientID)
	})
	return all, err
}
