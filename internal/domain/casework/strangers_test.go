package casework_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/disclosure"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// What an organisation tries with matters that are not its own, knowing numbers and ids that it should not.

// proves V5.7-d: nobody finds out by asking for the log who is a client elsewhere, or who has protected identity.
func TestARequestForTheLogTellsNothingOfOthersClients(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		w := newWatched(t, db, now, byRequest)
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			found, err := tx.ClientsByNumber(t.Context(), []string{bo})
			if err != nil {
				return err
			}
			c := found[bo]
			c.Protected = true
			return tx.PutClients(t.Context(), []care.Client{c})
		}); err != nil {
			t.Fatal(err)
		}
		nurse := routine.Who{Actor: "token:nurse", Organisation: firm, Role: routine.HealthUnit}
		for name, c := range map[string]struct {
			who    routine.Who
			change func(in *disclosure.Request)
			want   error
		}{
			"its own client":              {chief, nil, nil},
			"its own client's lock":       {chief, func(in *disclosure.Request) { in.Scope, in.Name = disclosure.OfLock, "NG1" }, nil},
			"its own staff":               {chief, func(in *disclosure.Request) { in.Scope, in.Name = disclosure.OfStaff, bert }, nil},
			"nobody's client":             {chief, func(in *disclosure.Request) { in.Name = "189001029827" }, disclosure.ErrScope},
			"another's protected client":  {chief, func(in *disclosure.Request) { in.Name = bo }, disclosure.ErrScope},
			"another's client":            {stranger, nil, disclosure.ErrScope},
			"another's lock":              {stranger, func(in *disclosure.Request) { in.Scope, in.Name = disclosure.OfLock, "NG1" }, disclosure.ErrScope},
			"another's key":               {stranger, func(in *disclosure.Request) { in.Scope, in.Name = disclosure.OfKey, "N00000" }, disclosure.ErrScope},
			"another's staff":             {stranger, func(in *disclosure.Request) { in.Scope, in.Name = disclosure.OfStaff, bert }, disclosure.ErrScope},
			"from nowhere":                {routine.Who{Actor: "x", Role: routine.Provider}, nil, disclosure.ErrScope},
			"before it served":            {chief, func(in *disclosure.Request) { in.From, in.Until = in.From.AddDate(0, -3, 0), in.From.AddDate(0, -2, 0) }, disclosure.ErrScope},
			"its own in another role":     {nurse, nil, nil},
			"anybody's, the municipality": {manager1, func(in *disclosure.Request) { in.Name = bo }, nil},
		} {
			if _, err := w.Ask(t.Context(), c.who, w.ask(c.change)); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
	})
}

// proves V2.6-c: who had a key before neither takes it back alone nor learns from an old receipt where the client lives now.
func TestAFormerProviderHasNoWayBackToAKey(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		n := keyTown(t, db, nil)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		first := n.line(t, inhouse, casework.ReceiptFilter{Due: true})
		n.sign(t, inhouse, first.ID, onScreen)
		if _, err := n.ShowReceipt(t.Context(), inhouse, first.ID, "sv"); err != nil {
			t.Errorf("who has the key prints its receipt: %v", err)
		}
		n.place(t, officer, order1(routine.ProviderChanged, 5, "H1", "H2"))
		second := n.line(t, private, casework.ReceiptFilter{Due: true})
		n.sign(t, private, second.ID, onScreen)
		*now = now.AddDate(0, 0, 9)

		back := func(id string) casework.NewReceipt {
			return casework.NewReceipt{NewReceipt: receipt.NewReceipt{KeyID: id, To: provides(city)}}
		}
		for _, id := range []string{first.KeyID, "0190b000-0000-7000-8000-0000000000c9"} {
			if _, err := n.DraftReceipt(t.Context(), inhouse, back(id)); !errors.Is(err, receipt.ErrMayNot) {
				t.Errorf("the key back to who had it: got %v, want receipt-not-yours", err)
			}
		}
		for _, id := range []string{first.ID, second.ID} {
			if p, err := n.ShowReceipt(t.Context(), inhouse, id, "sv"); !errors.Is(err, receipt.ErrOver) || p.Client.Street != "" {
				t.Errorf("an old receipt: got %+v, %v, want receipt-over", p.Client, err)
			}
		}
		if _, err := n.ShowReceipt(t.Context(), keyKeeper, first.ID, "sv"); err != nil {
			t.Errorf("the lock manager prints an old receipt: %v", err)
		}
		if _, err := n.DraftReceipt(t.Context(), private, back(first.KeyID)); err != nil {
			t.Errorf("passed on by its holder: %v", err)
		}
	})
}

// A calendar address is a person's as long as the person works here.
func TestACalendarClosesWhenItsPersonLeaves(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		change := func(f func(tx *storage.Tx, group, staff string) error) {
			t.Helper()
			err := db.Update(t.Context(), func(tx *storage.Tx) error {
				groups, err := tx.GroupsByCode(t.Context(), []string{"H2"})
				if err != nil {
					return err
				}
				staff, err := tx.StaffByNumber(t.Context(), []string{anna})
				if err != nil {
					return err
				}
				return f(tx, groups["H2"].ID, staff[anna].ID)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		_, secret, err := n.OpenFeed(t.Context(), keeper, anna)
		if err != nil {
			t.Fatal(err)
		}
		change(func(tx *storage.Tx, group, staff string) error {
			return tx.PutMembershipOf(t.Context(), staff, group, tx.Now().Add(-time.Hour), routine.Forever)
		})
		if _, err := n.Calendar(t.Context(), secret); err != nil {
			t.Errorf("while she works here: %v", err)
		}
		change(func(tx *storage.Tx, _, staff string) error {
			_, err := tx.EndMembershipsOf(t.Context(), staff, firm, tx.Now())
			return err
		})
		if _, err := n.Calendar(t.Context(), secret); !errors.Is(err, casework.ErrFeedUnknown) {
			t.Errorf("after her last day: got %v, want calendar-unknown", err)
		}
		change(func(tx *storage.Tx, group, staff string) error {
			return errors.Join(tx.ClearBadge(t.Context(), staff), tx.PutMembershipOf(t.Context(), staff, group, tx.Now(), routine.Forever))
		})
		if _, err := n.Calendar(t.Context(), secret); !errors.Is(err, casework.ErrFeedUnknown) {
			t.Errorf("ended, and back again: got %v, want calendar-unknown", err)
		}
	})
}

// A task of a client with protected identity says as little by itself as in the list, and nothing to who may not see it.
func TestATaskAloneHidesWhatTheListHides(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		id := n.toMount(t, alma)
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			found, err := tx.ClientsByNumber(t.Context(), []string{alma})
			if err != nil {
				return err
			}
			c := found[alma]
			c.Protected = true
			return tx.PutClients(t.Context(), []care.Client{c})
		}); err != nil {
			t.Fatal(err)
		}
		if w, err := n.Task(t.Context(), keeper, id); err != nil || w.Task.ID != id || w.Task.PostalCode != "" {
			t.Errorf("got %+v, %v, want no postal code", w.Task, err)
		}
		for name, who := range map[string]routine.Who{"another provider": stranger, "an auditor": {Role: routine.Auditor}, "nobody": {}} {
			if w, err := n.RecordSteps(t.Context(), who, id, nil); !errors.Is(err, casework.ErrTaskUnknown) || w.Task.ID != "" {
				t.Errorf("%s records nothing: got %+v, %v, want task-unknown", name, w.Task, err)
			}
		}
	})
}

// proves V2.2-c: who joins a fault report reads its own words and not another organisation's, in the answer and in the list.
func TestAJoinedFaultShowsOnesOwnWords(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		faults := casework.NewFaults(n.Service, time.UTC)
		desk := support.Desk{Profile: routine.DefaultProfile(), Zone: time.UTC}
		const theirs, ours = "Alma föll bakom dörren", "öppnar inte"
		for _, r := range []struct {
			who   routine.Who
			words string
		}{{private, theirs}, {stranger, ours}} {
			a, err := faults.Report(t.Context(), r.who, casework.FaultReport{Thing: support.Lock, Label: "PT1", Description: r.words})
			if err != nil || a.Description != r.words || a.Organisation != r.who.Organisation {
				t.Errorf("the answer to %s: got %q of %s, %v, want %q", r.who.Actor, a.Description, a.Organisation, err, r.words)
			}
		}
		if err := db.View(t.Context(), func(tx *storage.Tx) error {
			for who, words := range map[routine.Who]string{private: theirs, stranger: ours, keyKeeper: theirs} {
				list, err := desk.List(t.Context(), tx, who, support.Faults{})
				if err != nil || len(list) != 1 || list[0].Description != words {
					t.Errorf("the list of %s: got %+v, %v, want %q", who.Actor, list, err, words)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
