package restapi_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"hemnyckel/api"
	"hemnyckel/credential"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/restapi"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// What does not add up is listed by lock, class and day, in pages, to those who look after locks; one that is dealt with leaves the
// open ones.
func TestAnomaliesOverTheAPI(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := newTown(t, db)
		auth, err := credential.NewAuthority(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		sync, err := keysync.Open(ctx, txn.Narrow(db, func(tx *storage.Tx) keysync.Tx { return tx }), auth, keysync.DefaultProfile())
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(web.New(web.Options{}, restapi.New(restapi.Options{Tokens: to.tokens, Requests: storage.NewRequests(db), Zone: stockholm(t),
			Clock: noon, Anomalies: sync})))
		t.Cleanup(server.Close)
		to.url = server.URL
		at := noon()
		err = db.Update(ctx, func(tx *storage.Tx) error {
			return errors.Join(
				tx.PutLocks(ctx, []fleet.Lock{{ID: "l1", Serial: "L0007", Number: 7, Kind: fleet.Door, State: fleet.Mounted, DwellingID: "d1", Epoch: 1}}),
				tx.PutKeys(ctx, []fleet.Key{{ID: "k1", Device: 901, Number: "N00001", GroupID: "g1", State: fleet.KeyIssued}}),
				tx.InsertAnomalies(ctx, []keysync.Anomaly{
					{ID: "a1", At: at, Class: keysync.ClassGap, Subject: "l1", Detail: "records 3 to 9 are missing"},
					{ID: "a2", At: at.Add(time.Hour), Class: keysync.ClassQuota, Subject: "k1"},
					{ID: "a3", At: at.Add(2 * time.Hour), Class: keysync.ClassStranger, Detail: "lock number 99"},
					{ID: "a4", At: at.Add(3 * time.Hour), Class: keysync.ClassFork, Subject: "l1"}}))
		})
		if err != nil {
			t.Fatal(err)
		}
		manager, _ := to.client(t, municipality, identity.ScopeOf(routine.LockManager))
		for _, c := range []struct {
			about string
			f     api.AnomalyFilter
			want  []string
		}{
			{"all", api.AnomalyFilter{}, []string{"a4", "a3", "a2", "a1"}},
			{"a lock's", api.AnomalyFilter{Label: "L0007"}, []string{"a4", "a1"}},
			{"a key's", api.AnomalyFilter{Label: "N00001"}, []string{"a2"}},
			{"of a class", api.AnomalyFilter{Class: "gap"}, []string{"a1"}},
			{"since", api.AnomalyFilter{Since: at.Add(2 * time.Hour)}, []string{"a4", "a3"}},
			{"a lock's since", api.AnomalyFilter{Label: "L0007", Since: at.Add(time.Minute)}, []string{"a4"}},
			{"nothing's", api.AnomalyFilter{Label: "L9999"}, nil},
		} {
			var got []string
			for _, a := range rows(t, manager.Anomalies(ctx, c.f)) {
				got = append(got, a.ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, want %v", c.about, got, c.want)
			}
		}
		if err := manager.SettleAnomaly(ctx, "s1", "a1", ""); !isProblem(err, "anomaly-note") {
			t.Errorf("without a note: %v", err)
		}
		for range 2 { // the answer was lost
			if err := manager.SettleAnomaly(ctx, "s2", "a1", "låset är utbytt"); err != nil {
				t.Fatal(err)
			}
		}
		if err := manager.SettleAnomaly(ctx, "s3", "a1", "igen"); !isProblem(err, "anomaly-unknown") {
			t.Errorf("settled twice: %v", err)
		}
		owner, _ := to.client(t, municipality, identity.ScopeOf(routine.SystemOwner))
		if open := rows(t, owner.Anomalies(ctx, api.AnomalyFilter{Open: true})); len(open) != 3 || open[2].ID != "a2" {
			t.Errorf("open: %+v", open)
		}
		if gap := rows(t, owner.Anomalies(ctx, api.AnomalyFilter{Class: "gap"}))[0]; gap.Label != "L0007" || gap.Note != "låset är utbytt" || gap.Settled == nil || gap.By == "" {
			t.Errorf("settled: %+v", gap)
		}
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		for _, err := range firm.Anomalies(ctx, api.AnomalyFilter{}) {
			if !isProblem(err, "scope-missing") {
				t.Errorf("a provider: %v", err)
			}
		}
	})
}
