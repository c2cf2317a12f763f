package casework_test

import (
	"slices"
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/retention"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// What a draft would lead to tells of its client, also of one whom a unit does not serve yet and names by number: the journal has that
// it was read. When the client is forgotten so is the number.
func TestADraftByNumberTellsOfItsClient(t *testing.T) {
	eachDay(t, func(t *testing.T, target string, db *storage.DB, now *time.Time) {
		e := newErasing(t, target, db, now)
		p := e.profile
		p.Orders = append(routine.DefaultOrders(), routine.OrderRule{Kinds: []routine.OrderKind{routine.HealthStarted}, By: []routine.Role{routine.HealthUnit},
			Channels: []routine.Channel{routine.EService}, Rule: routine.RuleHealthAccess})
		n := e.under(p)
		nurse := casework.Reader{Actor: "account:nurse", Role: string(routine.HealthUnit), Organisation: city}
		d, err := n.BeginDraft(t.Context(), nurse, routine.HealthStarted, "")
		if err != nil {
			t.Fatal(err)
		}
		answers := casework.DraftAnswers{Number: clara, Group: "N1", Effective: day(3)}
		if d, err = n.AnswerDraft(t.Context(), nurse, d.ID, d.Version, "", answers); err != nil {
			t.Fatal(err)
		}
		if page, err := n.Draft(t.Context(), nurse, d.ID); err != nil || page.Client.ID != "" || page.Foreseen == nil || len(page.Foreseen.Gains) != 1 {
			t.Fatalf("got %+v, %v, want what it would lead to, and no client", page, err)
		}
		if err := db.View(t.Context(), func(tx *storage.Tx) error {
			read, err := journal.List(t.Context(), tx, journal.Filter{Kinds: []journal.Kind{journal.ClientRead}}, 10, "")
			if len(read) != 1 || !slices.Contains(read[0].Subjects, e.client) || read[0].Value(journal.FieldActor) != nurse.Actor {
				t.Errorf("the journal: got %+v, want that the nurse has read of her", read)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		e.live(t)
		*now = now.AddDate(0, 0, 100)
		if got := countOf(e.run(t), retention.Clients); got.Due != 1 {
			t.Errorf("erased: got %+v, want one", got)
		}
		if left := e.found(t); len(left) > 0 {
			t.Errorf("still said of her: %v", left)
		}
	})
}
