package casework

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
)

// maxRefused is how many refused orders of one organisation an hour are written in the journal, by this server. A system that
// has gone wild, or somebody with a stolen token, must not be able to fill it.
const maxRefused = 100

// refusals counts refused orders, by organisation, in one hour. Only organisations with a token are in it.
type refusals struct {
	sync.Mutex
	hour  time.Time
	count map[string]int
}

// next is the number of an organisation's refusal within the hour, from 1.
func (r *refusals) next(organisation string, now time.Time) int {
	r.Lock()
	defer r.Unlock()
	if hour := now.Truncate(time.Hour); !hour.Equal(r.hour) {
		r.hour, r.count = hour, map[string]int{}
	}
	r.count[organisation]++
	return r.count[organisation]
}

// noteRefused writes in the journal that an order was turned away, and why. What is not a refusal (the database does not
// answer, a fault of ours) is no answer to the order, which will come again.
func (s *Service) noteRefused(ctx context.Context, who Orderer, in NewOrder, clientID string, why error) error {
	p, ok := errors.AsType[*problem.Error](why)
	if !ok || p.Kind != problem.Invalid && p.Kind != problem.NotFound && p.Kind != problem.Conflict && p.Kind != problem.Denied {
		return nil
	}
	number := 0 // taken once, however often the transaction is tried
	return s.db.Update(ctx, func(tx Tx) error {
		if number == 0 {
			number = s.refused.next(who.Organisation, tx.Now())
		}
		if number > maxRefused {
			return nil
		}
		return journal.Append(ctx, tx, refusedEntry(who, in, clientID, p.Code, number))
	})
}

// refusedEntry names the client only if it is one; a number that nobody has is not kept.
func refusedEntry(who Orderer, in NewOrder, clientID, code string, number int) journal.Entry {
	e := journal.Entry{Kind: journal.OrderRefused, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: who.Actor},
		{Name: "organisation", Value: who.Organisation},
		{Name: "code", Value: code},
		{Name: "channel", Value: in.Channel},
	}}
	if in.Kind.Known() { // anything else is a stranger's text
		e.Fields = append(e.Fields, journal.Field{Name: "order", Value: string(in.Kind)})
	}
	if clientID != "" {
		e.Subjects = []string{clientID}
	}
	if number == maxRefused {
		e.Fields = append(e.Fields, journal.Field{Name: "further", Value: "refusals of this hour are not written, this was number " + strconv.Itoa(number)})
	}
	return e
}
