package casework

import (
	"context"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Problems with identity numbers. Codes are stable.
var (
	ErrNumberTaken = problem.New(problem.Conflict, "client-number-taken",
		"Det nya numret hör redan till en annan kund, så det finns två akter om samma person. De slås inte ihop av sig själva: avsluta insatserna på den ena, beställ dem på den andra, och anmäl den första som flyttad.",
		"The new number belongs to another client already, so there are two files about one person. They are not merged by themselves: end the services of one, order them for the other, and report the first as moved.")
	errRenumberRole = problem.New(problem.Denied, "client-number-role",
		"Ett personnummer ändras av omsorgshandläggaren, låsansvarig eller systemansvarig.",
		"An identity number is changed by the case officer, the lock manager or the system owner.")
)

// Renumber gives a client another identity number, as when a coordination number becomes a personal number. Orders and
// registers that still use the old one find the client. Doing it twice is not an error.
func (s *Service) Renumber(ctx context.Context, who routine.Who, old, now string) error {
	if !who.Is(routine.CaseOfficer, routine.LockManager, routine.SystemOwner) {
		return errRenumberRole
	}
	return s.db.Update(ctx, func(tx Tx) error {
		clients, err := tx.ClientsByNumber(ctx, []string{old, now})
		if err != nil {
			return err
		}
		client, known := clients[old]
		other, taken := clients[now]
		switch {
		case !known:
			return ErrClientUnknown.On("personal_number")
		case taken && other.ID != client.ID:
			return ErrNumberTaken.On("new_number")
		case client.PersonalNumber == now:
			return nil
		}
		was := client.PersonalNumber
		client.PersonalNumber = now
		if err := tx.PutFormerNumber(ctx, was, client.ID); err != nil {
			return err
		}
		if err := tx.PutClients(ctx, []care.Client{client}); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.ClientChanged, Subjects: []string{client.ID}, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: who.Actor},
			{Name: "changed", Value: "personal-number"},
			{Name: "from", Value: was},
			{Name: "to", Value: now},
		}})
	})
}
