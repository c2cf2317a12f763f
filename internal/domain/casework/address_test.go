package casework_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// proves V5.7-b
func TestAnAddressIsKeptCurrentWithItsPast(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, func(p *routine.Profile) { p.RuralAreas = map[string][]string{"R1": {"43277"}} })
		n.mount(t, "DC2", alma)
		n.place(t, officer, order1(routine.AlarmGranted, 1))
		n.wantMay(t, "DC2", day(5), "A1")
		var id string
		if err := db.View(t.Context(), func(tx *storage.Tx) error {
			clients, err := tx.ClientsByNumber(t.Context(), []string{bo})
			id = clients[bo].ID
			return err
		}); err != nil {
			t.Fatal(err)
		}
		now := casework.NewAddress{Street: "Nya  provgatan 1", Apartment: "1101", PostalCode: "432 77", Town: "Provköping", Reason: "Gatan har bytt namn"}
		if _, err := n.CorrectAddress(t.Context(), inhouse, id, now); !errors.Is(err, casework.ErrAddressMayNot) {
			t.Errorf("by a provider: got %v, want address-not-yours", err)
		}
		if _, err := n.CorrectAddress(t.Context(), keyKeeper, id, casework.NewAddress{Street: "X", Town: "Y", PostalCode: "1", Reason: "z"}); err == nil {
			t.Error("no postal code: got no error")
		}
		if _, err := n.CorrectAddress(t.Context(), keyKeeper, id, now); err != nil {
			t.Fatal(err)
		}
		n.wantMay(t, "DC2", day(5), "A1", "R1") // the couple's other half has the alarm, and the new area's group answers
		n.wantRecomputed(t)
		if _, err := n.CorrectAddress(t.Context(), keyKeeper, id, now); !errors.Is(err, casework.ErrAddressSame) {
			t.Errorf("again: got %v, want address-same", err)
		}
		was, err := n.Addresses(t.Context(), keyKeeper, id)
		if err != nil || len(was) != 1 || was[0].Was.Street != "Provgatan 1" || was[0].Reason != now.Reason {
			t.Errorf("what it was: got %+v, %v", was, err)
		}
		if _, err := n.Addresses(t.Context(), inhouse, id); !errors.Is(err, casework.ErrAddressMayNot) {
			t.Errorf("what it was, asked by a provider: got %v, want address-not-yours", err)
		}
		if changed, read := n.entries(t, journal.ClientChanged), n.entries(t, journal.ClientRead); changed != 1 || read != 1 {
			t.Errorf("the journal tells of %d corrections and %d readings, want one of each", changed, read)
		}
		work := n.add(t, casework.NewTask{Kind: routine.ServiceLock, Serial: "DC2"})
		if work.PostalCode != "43277" {
			t.Fatalf("new work is at %s", work.PostalCode)
		}
		now.PostalCode, now.Reason = "432 99", "Fel postnummer"
		if _, err := n.CorrectAddress(t.Context(), keyKeeper, id, now); err != nil {
			t.Fatal(err)
		}
		if w, err := n.Task(t.Context(), keeper, work.ID); err != nil || w.Task.PostalCode != "43299" {
			t.Errorf("work that was open: got %s, %v, want it at the right address", w.Task.PostalCode, err)
		}
	})
}
