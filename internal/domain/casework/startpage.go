package casework

import (
	"context"
	"time"

	"hemnyckel/internal/domain/routine"
)

// MaxNext is how many tasks the first page shows, and MaxCounted how far what can be many is counted.
const (
	MaxNext    = 5
	MaxCounted = 1000
)

// returnedLately is for how long an order that was returned is news.
const returnedLately = 14 * 24 * time.Hour

// Counts is what needs somebody, at one instant. What there is of clients and locks is not among it: nobody acts on it, and
// counting them takes longer than everything else on the page.
type Counts struct {
	OpenTasks, LateTasks, UrgentTasks int64 // work; questions are not among it
	Questions                         int64 // for a person to decide
	Keys, KeysDue, KeysBlocked        int64
	Faults, UrgentFaults              int64 // open ones
	OrdersUnderway, OrdersReturned    int64 // of the own organisation; at most MaxCounted
	StaffOrders                       int64 // that nobody has decided
	DeadMessages                      int64 // to other systems: given up
}

// Scope is whose first page is counted.
type Scope struct {
	Organisation string    // whose groups' work and keys; "": everybody's
	Orderer      string    // organisation whose orders are counted
	Due          time.Time // a key whose sync runs out before then needs a new one
	Late         time.Time // a task that was due then or before is late
	Since        time.Time // orders that were returned are counted from then
}

// Overview is the first page of somebody.
type Overview struct {
	Now    time.Time
	Counts Counts
	Next   []TaskLine // what comes first, of work or, for a case officer, of questions; without places and persons
	Log    *LogState  // nil for those who do not answer for it
}

// Overview answers the first page: what needs somebody in that role, in that organisation. It names nobody, and so is not
// noted as a read.
func (p *Pages) Overview(ctx context.Context, who Reader) (out Overview, err error) {
	role := routine.Role(who.Role)
	err = p.db.View(ctx, func(tx PagesTx) (err error) {
		out = Overview{Now: tx.Now()}
		switch role {
		case routine.Auditor, routine.Registrar:
		default:
			if out.Counts, err = tx.PageCounts(ctx, scopeOf(who, out.Now)); err != nil {
				return err
			}
		}
		switch role {
		case routine.CaseOfficer, routine.LockManager:
			if out.Next, err = tx.PageWork(ctx, role == routine.CaseOfficer, MaxNext); err != nil {
				return err
			}
		case routine.SystemOwner, routine.Auditor:
			state, err := logState(ctx, tx)
			out.Log = &state
			return err
		}
		return nil
	})
	for i := range out.Next { // what people have written may say where it is
		out.Next[i].Fault, out.Next[i].Note = "", ""
	}
	return out, err
}

func scopeOf(who Reader, now time.Time) Scope {
	s := Scope{Orderer: who.Organisation, Due: now.Add(DueWithin), Late: now.Add(-taskDay), Since: now.Add(-returnedLately)}
	if routine.Role(who.Role).HoldsGroup() {
		s.Organisation = who.Organisation
		if s.Organisation == "" {
			s.Organisation = "-" // nobody's
		}
	}
	return s
}
