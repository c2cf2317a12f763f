package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/login"
)

// The lock manager's technicians of the demo. Their numbers are what is typed at a door. Jonas is who the portal's demo login lets one
// be.
const (
	jonas = login.DemoTechnician
	nora  = "T1002"
)

const keysInStock = 5

// hire gives the lock manager two people, before the server makes accounts for those who log in.
func (d *Day) hire(ctx context.Context) error {
	who := routine.Who{Actor: "system", Role: routine.LockManager, Organisation: d.cast.city.String()}
	for _, p := range []identity.Person{{EmployeeNumber: jonas, GivenName: "Jonas", FamilyName: "Berg"}, {EmployeeNumber: nora, GivenName: "Nora", FamilyName: "Lind"}} {
		if _, err := d.m.Fleet.People.Add(ctx, who, identity.Hiring{Person: p}); err != nil {
			return err
		}
	}
	return nil
}

// technicians gives them something to do at these clients': one visit that is booked, some work that is theirs, and the rest nobody's
// yet.
func (d *Day) technicians(ctx context.Context, clients []string) error {
	who := routine.Who{Actor: "system", Role: routine.LockManager, Organisation: d.cast.city.String()}
	for n := range keysInStock { // to hand out when one is broken or lost
		if _, err := d.m.Fleet.Stock.Arrive(ctx, who, fleet.Arrival{Product: fleet.KeyProduct, Serial: fmt.Sprintf("N9000%d", n+1)}); err != nil {
			return err
		}
	}
	work, err := d.m.Casework.Worklist(ctx, who, casework.WorkFilter{Kind: routine.Mount, State: casework.TaskOpen, OrderKind: routine.AlarmGranted})
	if err != nil {
		return err
	}
	for _, t := range work {
		switch slices.Index(clients, t.ClientID) {
		case 0:
			from := nextOffice(time.Now().In(mustStockholm()))
			_, err = d.m.Casework.Book(ctx, who, t.ID, casework.NewBooking{From: from, Until: from.Add(time.Hour), Employee: jonas, Serial: d.cast.spare, Told: "client", How: "phone"})
			if errors.Is(err, casework.ErrBookingClash) {
				err = nil // an earlier day in the same municipality has filled the morning
			}
		case 1:
			_, err = d.m.Casework.Assign(ctx, who, t.ID, jonas, "")
		case 2:
			_, err = d.m.Casework.Assign(ctx, who, t.ID, nora, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nextOffice is ten o'clock on the next weekday.
func nextOffice(now time.Time) time.Time {
	year, month, date := now.Date()
	at := time.Date(year, month, date+1, 10, 0, 0, 0, now.Location())
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, 1)
	}
	return at
}
