package casework_test

import (
	"testing"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// What an order costs on a server is above all how often it goes there, which grows unseen: a reading here, a writing there. The
// number is the same on every machine. It is to begin, to ask by name, to ask about the client and about what that leads to, to look
// at what has become of the tasks, and to commit; more where there is more to do.
func TestOrdersTakeFewRoundTrips(t *testing.T) {
	n := newTown(t, storagetest.Open(t, storagetest.Postgres(t), storage.Options{}))
	place := func(most int64, o casework.NewOrder) {
		t.Helper()
		o.IdempotencyKey = string(o.Kind) + o.PersonalNumber
		before := n.db.Trips()
		n.place(t, officer, o)
		trips := n.db.Trips() - before
		t.Logf("%s: %d", o.Kind, trips)
		if trips > most {
			t.Errorf("%s: got %d round trips, want at most %d", o.Kind, trips, most)
		}
	}
	n.place(t, officer, order(routine.HomeCareGranted, bo, ahead(1), "H1")) // the connection learns the statements
	n.place(t, officer, order(routine.ProviderChanged, bo, ahead(2), "H1", "H2"))
	place(7, order(routine.HomeCareGranted, alma, ahead(3), "H1"))
	place(7, order(routine.AlarmGranted, alma, ahead(3)))
	place(7, order(routine.ProviderChanged, alma, ahead(4), "H1", "H2"))
	place(7, order(routine.AlarmRenounced, alma, ahead(5)))
	place(10, order(routine.Died, alma, ahead(6)))
}
