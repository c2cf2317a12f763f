package identity

import (
	"context"

	"github.com/google/uuid"

	"hemnyckel/internal/domain/routine"
)

const demoPrefix = "demo:"

// DemoPerson is somebody made up, whom anybody may be in a demonstration.
type DemoPerson struct {
	ID           string // begins with "demo:", also in the journal
	Name         string
	Role         routine.Role
	Organisation string
	Lead         bool
	Email, Phone string
	Employee     string // number of the same person in the register of staff, if there is one of the same name; or ""
}

// EnsureDemo gives the made-up people accounts and assignments like everybody's, unless they have them.
func (s *Accounts) EnsureDemo(ctx context.Context, people []DemoPerson) error {
	missing := []DemoPerson{}
	err := s.db.View(ctx, func(tx AccountTx) error {
		for _, d := range people {
			if _, ok, err := tx.AccountByID(ctx, d.ID); err != nil {
				return err
			} else if !ok {
				missing = append(missing, d)
			}
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return s.db.Update(ctx, func(tx AccountTx) error {
		for _, d := range missing {
			a := Account{ID: d.ID, Name: d.Name, Email: d.Email, Phone: d.Phone, Demo: true, Created: tx.Now()}
			if p, ok, err := tx.PersonByNumber(ctx, d.Employee); err != nil {
				return err
			} else if ok && p.GivenName+" "+p.FamilyName == d.Name {
				a.StaffID = p.ID
			}
			if err := tx.InsertAccount(ctx, a); err != nil {
				return err
			}
			if err := tx.InsertAssignment(ctx, Assignment{ID: uuid.Must(uuid.NewV7()).String(), AccountID: d.ID, Role: d.Role, Organisation: d.Organisation,
				Lead: d.Lead, From: tx.Now(), Until: routine.Forever, GivenBy: "system", Given: tx.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
}
