package casework_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// A mounted lock is told to the profile's systems in the mounting's own transaction, with the case system's own number of the
// client and no more about who it is; the task to document it ends when all of them have taken it in.
//
// proves V5.2-a
func TestAMountedLockIsDocumentedOutside(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		n := newTown(t, db)
		profile := routine.DefaultProfile()
		profile.Documentation = []routine.Target{{Name: "Procapita", Field: "Nyckel"}, {Name: "Intra Phone"}}
		n.Service = casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), profile)
		hooks := notify.NewService(txn.Narrow(db, func(tx *storage.Tx) notify.Tx { return tx }), profile, false)
		box := n.NewOutbox(hooks)
		owner := routine.Who{Actor: "owner", Role: routine.SystemOwner}
		_, err := hooks.Register(ctx, owner, notify.New{Name: "Procapita", URL: "https://example.se/", Events: []notify.EventType{notify.LockDocumented}, Target: "Procapita"})
		if err != nil {
			t.Fatal(err)
		}
		in := order(routine.HomeCareGranted, alma, ahead(0), "H1")
		in.Reference = "SOL-17"
		n.place(t, officer, in)
		n.mount(t, "DC2", alma)

		lines, next, err := n.Documentation(ctx, owner, 0, 10)
		if err != nil || next != 0 || len(lines) != 2 || lines[0].Serial != "DC2" || lines[0].Event != casework.LockMounted || lines[0].Kind != routine.DoorLock {
			t.Fatalf("lines of the couple: %+v, %v", lines, err)
		}
		sent, err := hooks.Take(ctx, 10)
		if err != nil || len(sent) != 2 {
			t.Fatalf("on their way: %d, %v", len(sent), err)
		}
		var told struct {
			Data map[string]any
		}
		if err := json.Unmarshal([]byte(sent[0].Message.Body), &told); err != nil || told.Data["serial"] != "DC2" || told.Data["field"] != "Nyckel" {
			t.Errorf("told %s, %v", sent[0].Message.Body, err)
		}
		references := []string{lines[0].Reference, lines[1].Reference}
		if !slices.Contains(references, "SOL-17") {
			t.Errorf("references: %q", references)
		}
		open := func() bool {
			return slices.ContainsFunc(n.open(t, alma, bo), func(s string) bool { return s[:min(8, len(s))] == "document" })
		}
		for _, s := range sent {
			if err := box.Settle(ctx, s.Message.ID, notify.Result{Arrived: true}); err != nil {
				t.Fatal(err)
			}
		}
		if !open() {
			t.Error("the task ended though the planning app knows nothing")
		}
		if err := n.AcknowledgeDocumentation(ctx, owner, "Intra Phone", []int64{1, 2}); err != nil {
			t.Fatal(err)
		}
		if open() {
			t.Error("the task is open though everybody knows")
		}
		if err := n.AcknowledgeDocumentation(ctx, owner, "Intra Phone", []int64{1, 2, 3}); err != nil {
			t.Errorf("again: %v", err)
		}
		if err := n.AcknowledgeDocumentation(ctx, routine.Who{Role: routine.Provider}, "Intra Phone", []int64{1}); err == nil {
			t.Error("a provider acknowledged")
		}
		if got := n.entries(t, journal.LockDocumented); got != 4 {
			t.Errorf("the journal tells of %d lines taken in, want the couple's by both systems", got)
		}
	})
}

// An exchanged lock and one that has come down are told as well, to every system that listens.
//
// proves V5.2-a
func TestEveryChangeOfALockIsDocumentedOutside(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx, n := t.Context(), newTown(t, db)
		profile := routine.DefaultProfile()
		profile.Documentation = []routine.Target{{Name: "Procapita", Field: "Nyckel"}, {Name: "Intra Phone"}}
		n = n.under(profile)
		hooks := notify.NewService(txn.Narrow(db, func(tx *storage.Tx) notify.Tx { return tx }), profile, false)
		owner := routine.Who{Actor: "owner", Role: routine.SystemOwner}
		for _, target := range []string{"Procapita", "Intra Phone"} {
			if _, err := hooks.Register(ctx, owner, notify.New{Name: target, URL: "https://example.se/" + target[:5], Events: []notify.EventType{notify.LockDocumented}, Target: target}); err != nil {
				t.Fatal(err)
			}
		}
		n.granted(t)
		n.mount(t, "DC2", alma)
		now := n.now(t)
		swap := n.add(t, casework.NewTask{Kind: routine.ExchangeLock, Serial: "DC2"}).ID
		n.steps(t, swap, append(mountSteps("DC3", now)[1:4], downSteps("DC2", fleet.InStock, now)[0])...)
		if _, err := n.Complete(ctx, keeper, swap, ""); err != nil {
			t.Fatal(err)
		}
		down := n.add(t, casework.NewTask{Kind: routine.Dismount, Serial: "DC3"}).ID
		n.steps(t, down, downSteps("DC3", fleet.InStock, now)...)
		if _, err := n.Complete(ctx, keeper, down, ""); err != nil {
			t.Fatal(err)
		}
		lines, _, err := n.Documentation(ctx, owner, 0, 10)
		var got []string
		for _, l := range lines {
			got = append(got, strings.TrimSpace(fmt.Sprint(l.Event, " ", l.Serial)))
		}
		if want := []string{"mounted DC2", "mounted DC2", "exchanged DC3", "exchanged DC3", "dismounted", "dismounted"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("lines: got %q, %v, want %q", got, err, want)
		}
		sent, err := hooks.Take(ctx, 20)
		if err != nil || len(sent) != 2*len(lines) {
			t.Errorf("on their way: %d, %v, want each line to both systems", len(sent), err)
		}
	})
}
