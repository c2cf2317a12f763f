package consent

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
)

// Basis is what a client's agreement to a lock rests on. It is an agreement about a thing on a door, not consent to the
// processing of personal data, which has other grounds (V8-b).
type Basis string

// The bases.
const (
	Application Basis = "application" // applying for home care counts as agreeing to a lock when one is needed
	Asked       Basis = "asked"       // somebody with nothing but an alarm was asked
)

// Agreement is what a client has agreed to.
type Agreement struct {
	ClientID string
	Basis    Basis
	Agrees   bool
	AskedBy  string // who asked, or ""
	Ground   string // "order:ID", or how the answer came
	At       time.Time
}

// ErrClientNotAsked says that a client without home care has not agreed to a lock.
var ErrClientNotAsked = problem.New(problem.Conflict, "client-not-asked",
	"Kunden har bara trygghetslarm och har inte sagt ja till ett digitalt lås. Fråga kunden och registrera svaret först.",
	"The client has only an alarm and has not agreed to a digital lock. Ask the client and record the answer first.")

// AgreementTx is what agreements need of a transaction.
type AgreementTx interface {
	txn.Clock
	journal.Tx
	// Agreements returns what clients have agreed to, by client.
	Agreements(ctx context.Context, clientIDs []string) (map[string]Agreement, error)
	PutAgreement(ctx context.Context, a Agreement) error
}

// NoteApplication records that a client has applied for home care, and so agrees to a lock (V8-b). Who was asked and said no
// has agreed by the application all the same: a lock is a part of what was applied for. Noting it again changes nothing.
func NoteApplication(ctx context.Context, tx AgreementTx, actor, clientID, orderID string) error {
	have, err := tx.Agreements(ctx, []string{clientID})
	if err != nil || have[clientID].Basis == Application {
		return err
	}
	return putAgreement(ctx, tx, actor, Agreement{ClientID: clientID, Basis: Application, Agrees: true, Ground: "order:" + orderID})
}

// NoteAnswer records what a client answered when asked (V8-b).
func NoteAnswer(ctx context.Context, tx AgreementTx, actor, clientID, askedBy, how string, agrees bool) error {
	if strings.TrimSpace(askedBy) == "" {
		return invalid("asked_by", "ange vem som frågade kunden", "say who asked the client")
	}
	if err := checkTexts(map[string]string{"asked_by": askedBy, "how": how}); err != nil {
		return err
	}
	return putAgreement(ctx, tx, actor, Agreement{ClientID: clientID, Basis: Asked, Agrees: agrees, AskedBy: askedBy, Ground: how})
}

func putAgreement(ctx context.Context, tx AgreementTx, actor string, a Agreement) error {
	a.At = tx.Now()
	if err := tx.PutAgreement(ctx, a); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entry(journal.ClientAgreed, actor, []string{a.ClientID},
		"basis", string(a.Basis), "agrees", fmt.Sprint(a.Agrees), "asked-by", a.AskedBy, "ground", a.Ground, "rule", "V8-b"))
}
