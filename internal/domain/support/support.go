// Package support is what happens when something does not work: fault reports, what to do at this hour, the supplier's
// on-call, and who pays.
//
// It owns faults with their reports, cause and end; on-call cases; charges from proposal to invoice basis; the questions that
// are asked before a fault is reported; and the crisis page. It does not own the rules about who pays or what the steps say
// (internal/domain/routine and the municipality's profile), nor the work in the field that a fault leads to
// (internal/domain/casework composes the two).
//
// Promises: a thing has at most one open fault, which later reports join; a fault that has ended says why; a charge names its
// rule, is decided by a person, and after export is changed by a credit only. All are held by the database too.
package support

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// MaxText bounds free text, in bytes.
const MaxText = 2000

// MaxPage bounds a page of a list, in rows.
const MaxPage = 1000

// Problems of the support desk. Codes are stable.
var (
	ErrMayNot = problem.New(problem.Denied, "support-not-yours",
		"Din roll får inte göra det här. Be låsansvarig.", "Your role may not do this. Ask the lock manager.")
	ErrText = problem.New(problem.Invalid, "support-text",
		"Skriv vad som har hänt, med 1–2000 tecken.", "Write what has happened, in 1 to 2000 characters.")
	ErrThing = problem.New(problem.NotFound, "support-thing-unknown",
		"Det finns inget med beteckningen %q. Kontrollera märkningen, eller ange kunden i stället.",
		"Nothing is called %q. Check the label, or name the client instead.")
	ErrThingKind = problem.New(problem.Invalid, "support-thing-kind",
		"Ange vad felet gäller: lock, key, station eller cabinet.", "Say what the fault concerns: lock, key, station or cabinet.")
	ErrNoLock = problem.New(problem.Conflict, "support-no-lock",
		"Kunden har inget monterat lås. Kontrollera kunden, eller ange låsets serienummer.",
		"The client has no mounted lock. Check the client, or give the lock's serial number.")
	ErrState = problem.New(problem.Conflict, "support-state",
		"Ärendet är avslutat och kan inte ändras. Läs in sidan igen.", "The case has ended and cannot be changed. Load the page again.")
	ErrEnd = problem.New(problem.Invalid, "support-end",
		"Ett fel avslutas som remedied (avhjälpt) eller closed (avslutat utan åtgärd).", "A fault ends as remedied, or closed without remedy.")
	ErrFaultUnknown = problem.New(problem.NotFound, "fault-unknown",
		"Felanmälan finns inte.", "There is no such fault report.")
)

// Tx is what the package needs of a database transaction.
type Tx interface {
	journal.Tx
	FaultTx
	ChargeTx
	OnCallTx
}

// Desk is a municipality's rules with the place where its hours hold. Its functions take a transaction and compose.
type Desk struct {
	Profile routine.Profile
	Zone    *time.Location // Europe/Stockholm
}

// Page asks for a part of a list, newest first.
type Page struct {
	Before string // id of the last row of the page before; "" for the first
	Limit  int    // 1 to MaxPage; anything else means MaxPage
}

// Size is the limit within its bounds.
func (p Page) Size() int {
	if p.Limit < 1 || p.Limit > MaxPage {
		return MaxPage
	}
	return p.Limit
}

// manages are the roles that handle everybody's cases.
func manages(who routine.Who) bool { return who.Is(routine.LockManager, routine.SystemOwner) }

// text checks a free text that must be there.
func text(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > MaxText || !utf8.ValidString(s) {
		return "", ErrText.On(field)
	}
	return s, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// newNumber makes what people say on the phone, as for orders: 40 bits in Crockford's alphabet, after a letter for the kind.
func newNumber(kind string) string {
	var b [5]byte
	rand.Read(b[:])
	n := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(b[:])
	return kind + n[:4] + "-" + n[4:]
}

// note writes a journal entry about a case.
func note(ctx context.Context, tx Tx, kind journal.Kind, who routine.Who, subjects []string, fields ...journal.Field) error {
	var known []string
	for _, s := range subjects {
		if s != "" {
			known = append(known, s)
		}
	}
	all := append([]journal.Field{{Name: journal.FieldActor, Value: who.Actor}, {Name: "organisation", Value: who.Organisation}}, fields...)
	return journal.Append(ctx, tx, journal.Entry{Kind: kind, Subjects: known, Fields: all})
}
