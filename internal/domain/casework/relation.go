package casework

import (
	"context"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/routine"
)

// RelationTx is what the question of who may read about whom needs of a database transaction.
type RelationTx interface {
	// PageNamesOf is PageNames among the clients whom an organisation serves at t or later, with services of a kind.
	PageNamesOf(ctx context.Context, s Serving, first, second string, limit int) ([]string, error)
	// ServedAmong returns which of the clients an organisation serves.
	ServedAmong(ctx context.Context, s Serving, clientIDs []string) (map[string]bool, error)
	// EmergencyUntil says until when somebody has emergency access to a client, the zero time for not.
	EmergencyUntil(ctx context.Context, actor, clientID string, t time.Time) (time.Time, error)
}

// Serving is an organisation in the role in which it serves, at a time.
type Serving struct {
	Organisation string
	Kind         routine.ServiceKind
	At           time.Time
}

// related reports whether somebody who looks is held to their own clients: those of an organisation with groups are.
func (r Reader) related() bool { return routine.Role(r.Role).HoldsGroup() }

func (r Reader) serving(at time.Time) Serving {
	return Serving{Organisation: r.Organisation, Kind: routine.Role(r.Role).Serves(), At: at}
}

// covers reports whether a door is in the area that the reader's assignment is for.
func (r Reader) covers(postalCode string) bool {
	return len(r.Areas) == 0 || slices.ContainsFunc(r.Areas, func(area string) bool { return strings.HasPrefix(postalCode, area) })
}

// readerTx is what the question needs besides the instant.
type readerTx interface {
	txn.Clock
	RelationTx
}

// mayRead leaves of clients those whom somebody may read about: of an organisation with groups whom it serves now or is going to
// serve; of everybody in the area of the assignment; and whom they have emergency access to. What is left out is as if it were
// not there.
func mayRead(ctx context.Context, tx readerTx, who Reader, clients map[string]care.Client, homes map[string]care.Dwelling) error {
	if !who.related() && len(who.Areas) == 0 {
		return nil
	}
	ids := make([]string, 0, len(clients))
	for id := range clients {
		ids = append(ids, id)
	}
	served := map[string]bool{}
	if who.related() {
		var err error
		if served, err = tx.ServedAmong(ctx, who.serving(tx.Now()), ids); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if (served[id] || !who.related()) && who.covers(homes[clients[id].DwellingID].PostalCode) {
			continue
		}
		until, err := tx.EmergencyUntil(ctx, who.Actor, id, tx.Now())
		if err != nil {
			return err
		}
		if !until.After(tx.Now()) {
			delete(clients, id)
		}
	}
	return nil
}
