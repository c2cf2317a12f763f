package support

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// MaxExport is how many charges one run takes; what is left over goes into the next.
const MaxExport = 2000

// Export is one run of charges to invoicing. Its charges never change again.
type Export struct {
	ID           string
	Number       string
	Organisation string
	Key          string // the caller's own, so that a run that is repeated is made once
	Actor        string
	At           time.Time
	Charges      int
	Total        int // kronor
}

// Problems with runs. Codes are stable.
var (
	ErrNothing = problem.New(problem.Conflict, "export-nothing",
		"Det finns inga godkända debiteringar att lämna till fakturering.", "There are no approved charges to hand over for invoicing.")
	ErrExportUnknown = problem.New(problem.NotFound, "export-unknown",
		"Faktureringsunderlaget finns inte.", "There is no such invoice basis.")
	ErrExportKey = problem.New(problem.Invalid, "export-key",
		"Ange ett eget namn på körningen, 1–200 tecken.", "Give the run a name of its own, 1 to 200 characters.")
)

// ExportCharges hands the approved charges over for invoicing, the oldest first, and locks them (V6-e). The same key of the same
// organisation again returns the run that it gave, with nothing new in it.
func (d Desk) ExportCharges(ctx context.Context, tx Tx, who routine.Who, key string) (Export, error) {
	if !who.Is(routine.LockManager) {
		return Export{}, ErrMayNot
	}
	if key == "" || len(key) > 200 {
		return Export{}, ErrExportKey.On("key")
	}
	e, found, err := tx.ExportByKey(ctx, who.Organisation, key)
	if err != nil || found {
		return e, err
	}
	e = Export{ID: newID(), Number: newNumber("U"), Organisation: who.Organisation, Key: key, Actor: who.Actor, At: tx.Now()}
	if e.Charges, e.Total, err = tx.InsertExport(ctx, e, MaxExport); err != nil {
		return Export{}, err
	}
	if e.Charges == 0 {
		return Export{}, ErrNothing
	}
	return e, note(ctx, tx, journal.ChargesExported, who, []string{e.ID}, journal.Field{Name: "number", Value: e.Number},
		journal.Field{Name: "charges", Value: kronor(e.Charges)}, journal.Field{Name: "total", Value: kronor(e.Total)},
		journal.Field{Name: "rule", Value: routine.RuleCharges})
}

// Export returns a run.
func (d Desk) Export(ctx context.Context, tx Tx, who routine.Who, id string) (Export, error) {
	e, ok, err := tx.ExportByID(ctx, id)
	if err != nil || !ok || !manages(who) {
		return Export{}, orElse(err, ErrExportUnknown)
	}
	return e, nil
}

// Exports lists runs, newest first.
func (d Desk) Exports(ctx context.Context, tx Tx, who routine.Who, p Page) ([]Export, error) {
	if !manages(who) {
		return nil, ErrMayNot
	}
	return tx.ListExports(ctx, p)
}
