package casework_test

import (
	"encoding/json"
	"slices"
	"testing"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// Whoever listens hears when an order is done because the last work that it waited for is, and when it waits again.
func TestAnOrderThatBecomesDoneIsTold(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		n := newTown(t, db)
		hooks := notify.NewService(txn.Narrow(db, func(tx *storage.Tx) notify.Tx { return tx }), routine.DefaultProfile(), false)
		owner := routine.Who{Actor: "owner", Role: routine.SystemOwner}
		if _, err := hooks.Register(ctx, owner, notify.New{Name: "Kartan", URL: "https://example.se/", Events: []notify.EventType{notify.OrderChanged}}); err != nil {
			t.Fatal(err)
		}
		o := n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(0), "H1"))
		heard := func() []string {
			t.Helper()
			sent, err := hooks.Take(ctx, 50)
			if err != nil {
				t.Fatal(err)
			}
			var states []string
			for _, m := range sent {
				var told struct {
					Data struct {
						ID    string `json:"order_id"`
						State string `json:"state"`
					} `json:"data"`
				}
				if err := json.Unmarshal([]byte(m.Message.Body), &told); err != nil {
					t.Fatal(err)
				}
				if told.Data.ID == o.ID {
					states = append(states, told.Data.State)
				}
			}
			return states
		}
		if got, want := heard(), []string{"in-progress"}; !slices.Equal(got, want) {
			t.Errorf("placed: got %v, want %v", got, want)
		}
		var last casework.Task
		for _, task := range o.Tasks {
			var err error
			if last, err = n.Cancel(ctx, keeper, task.ID, "behövs inte"); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := heard(), []string{"done"}; !slices.Equal(got, want) {
			t.Errorf("its last work ended: got %v, want %v", got, want)
		}
		if _, err := n.Undo(ctx, keeper, last.ID, "fel knapp"); err != nil {
			t.Fatal(err)
		}
		if got, want := heard(), []string{"in-progress"}; !slices.Equal(got, want) {
			t.Errorf("its work was opened again: got %v, want %v", got, want)
		}
	})
}

// The work that a provider is asked for stands on the worklist of the one that serves the client, also when the decision about
// home care comes later, and when another takes over.
//
// proves V2.1-c
func TestTellingTheClientFollowsTheProvider(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		h1 := routine.Who{Actor: "h1", Organisation: inhouse.Organisation, Role: routine.Provider}
		telling := func(group string) int {
			t.Helper()
			lines, err := n.Worklist(t.Context(), h1, casework.WorkFilter{Kind: routine.TellClient, Group: group})
			if err != nil {
				t.Fatal(err)
			}
			return len(lines)
		}
		n.place(t, officer, order(routine.AlarmGranted, alma, ahead(0), "A1"))
		if got := telling("H1"); got != 0 {
			t.Fatalf("before home care: %d, want 0", got)
		}
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(0), "H1"))
		if got := telling("H1"); got != 1 {
			t.Errorf("with home care: %d, want 1", got)
		}
		in := order(routine.ProviderChanged, alma, ahead(0), "H1")
		in.ToGroup = "H2"
		n.place(t, officer, in)
		if got := telling("H1"); got != 0 {
			t.Errorf("after a change of provider: %d, want 0", got)
		}
	})
}
