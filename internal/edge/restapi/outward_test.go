package restapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/restapi"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// office is a town whose profile names two systems that are told which lock a client has, with everything outward served.
func office(t *testing.T, db *storage.DB) town {
	t.Helper()
	to := newTown(t, db)
	profile := routine.DefaultProfile()
	profile.Documentation = []routine.Target{{Name: "Procapita", Field: "Nyckel"}, {Name: "Intra Phone"}}
	cases := casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), profile)
	hooks := notify.NewService(txn.Narrow(db, func(tx *storage.Tx) notify.Tx { return tx }), profile, true)
	h := restapi.New(restapi.Options{Orders: cases, Tokens: to.tokens, Requests: storage.NewRequests(db), Webhooks: hooks, Documentation: cases,
		Mass: cases, Zone: stockholm(t), Clock: noon})
	server := httptest.NewServer(web.New(web.Options{}, h))
	t.Cleanup(server.Close)
	return town{server.URL, to.tokens}
}

func isProblem(err error, code string) bool { return errors.Is(err, &api.Problem{Code: code}) }

// A request that is sent twice is carried out once, and a change from an old state is refused, atomically.
func TestOnceAndOnlyFromTheNewestState(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		db := storagetest.Open(t, target, storage.Options{})
		ctx := t.Context()
		to := office(t, db)
		owner, _ := to.client(t, municipality, identity.ScopeOf(routine.SystemOwner))
		in := api.NewWebhook{Name: "Schema", URL: "https://example.se/", Events: []string{"order.changed"}}
		first, err := owner.RegisterWebhook(ctx, "k1", in)
		if err != nil || !strings.HasPrefix(first.Secret, "whsec_") {
			t.Fatalf("got %+v, %v", first, err)
		}
		again, err := owner.RegisterWebhook(ctx, "k1", in)
		if err != nil || again.ID != first.ID || again.Secret != "" {
			t.Errorf("again: %+v, %v; want the same without its secret", again, err)
		}
		for _, c := range storagetest.Dump(t, target) {
			if c.Table != "webhooks" && strings.Contains(c.Value, strings.TrimPrefix(first.Secret, "whsec_")) {
				t.Errorf("the secret stands in %s.%s", c.Table, c.Column)
			}
		}
		if _, err := owner.RegisterWebhook(ctx, "k2", in); !isProblem(err, "webhook-name") {
			t.Errorf("another request with the same name: %v", err)
		}
		in.Name = "Annat"
		if _, err := owner.RegisterWebhook(ctx, "k1", in); !isProblem(err, "idempotency-key-reused") {
			t.Errorf("the key for something else: %v", err)
		}
		_, seen, err := owner.Webhook(ctx, first.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := owner.ChangeWebhook(ctx, first.ID, seen, "pause"); err != nil {
			t.Fatal(err)
		}
		if _, err := owner.ChangeWebhook(ctx, first.ID, seen, "resume"); !isProblem(err, "if-match-failed") {
			t.Errorf("from an old state: %v", err)
		}
		if _, err := owner.ChangeWebhook(ctx, first.ID, "", "resume"); !isProblem(err, "if-match-missing") {
			t.Errorf("from no state: %v", err)
		}
		if w, err := owner.ChangeWebhook(ctx, first.ID, api.Whatever, "resume"); err != nil || w.State != "active" || w.Secret != "" {
			t.Errorf("from any: %+v, %v", w, err)
		}
		provider, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		if _, _, err := provider.Webhook(ctx, first.ID); !isProblem(err, "scope-missing") {
			t.Errorf("a provider: %v", err)
		}
	})
}

// Orders are listed: all to those who decide and carry out, its own to a provider, municipal or private.
//
// proves V1.1-e, V5.1-a, S-b
func TestOrdersAreListed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := office(t, db)
		officer, _ := to.client(t, municipality, identity.ScopeOf(routine.CaseOfficer))
		_, err := officer.PlaceOrder(ctx, "k1", api.Order{Kind: "homecare-granted", PersonalNumber: anna, Group: "G002", Effective: "2026-11-23", Reference: "SOL-1"})
		if err != nil {
			t.Fatal(err)
		}
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		if _, err := firm.PlaceOrder(ctx, "k1", api.Order{Kind: "homecare-ended", PersonalNumber: anna, Group: "G002", Effective: "2026-12-24"}); err != nil {
			t.Fatal(err)
		}
		kinds := func(c *api.Client, f api.OrderFilter) string {
			var out []string
			for line, err := range c.Orders(ctx, f) {
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, line.Kind)
			}
			return strings.Join(out, " ")
		}
		manager, _ := to.client(t, municipality, identity.ReadScopeOf(routine.LockManager))
		for _, c := range []struct {
			name   string
			who    *api.Client
			filter api.OrderFilter
			want   string
		}{
			{"the lock manager", manager, api.OrderFilter{}, "homecare-ended homecare-granted"},
			{"the provider", firm, api.OrderFilter{}, "homecare-ended"},
			{"of a kind", officer, api.OrderFilter{Kind: "homecare-granted"}, "homecare-granted"},
			{"of a state", officer, api.OrderFilter{State: "returned"}, ""},
			{"since", officer, api.OrderFilter{Since: "2099-01-01"}, ""},
		} {
			if got := kinds(c.who, c.filter); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
		var csv bytes.Buffer
		if err := manager.Export(ctx, "/api/v1/orders?format=csv", &csv); err != nil || strings.Count(csv.String(), "\r\n") != 3 || !strings.Contains(csv.String(), "SOL-1") {
			t.Errorf("as a file: %v %s", err, csv.String())
		}
	})
}

// A mounted lock is told to every system of the profile, by page and by file, and done when all have acknowledged it.
//
// proves V5.2-a
func TestDocumentationOut(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := office(t, db)
		for seq := 1; seq <= 3; seq++ {
			err := db.Update(ctx, func(tx *storage.Tx) error {
				_, err := tx.InsertDocumented(ctx, []casework.Documented{{ClientID: "c1", Event: casework.LockMounted, Kind: routine.DoorLock, Serial: fmt.Sprint("DC", seq), At: tx.Now()}})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		system, _ := to.client(t, municipality, identity.ScopeOf(routine.CaseOfficer))
		var serials []string
		for line, err := range system.Documentation(ctx, 1) {
			if err != nil {
				t.Fatal(err)
			}
			serials = append(serials, line.Serial)
		}
		if !slices.Equal(serials, []string{"DC2", "DC3"}) {
			t.Errorf("since 1: got %v", serials)
		}
		var csv bytes.Buffer
		if err := system.Export(ctx, "/api/v1/documentation?format=csv&since=2", &csv); err != nil || strings.Count(csv.String(), "\r\n") != 2 {
			t.Errorf("as a file: %v %s", err, csv.String())
		}
		if err := system.Acknowledge(ctx, "Excel", 3); !isProblem(err, "documentation-target") {
			t.Errorf("a system that is not in the profile: %v", err)
		}
		if err := system.Acknowledge(ctx, "Procapita", 3, 99); err != nil {
			t.Errorf("acknowledge: %v", err)
		}
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		for _, err := range firm.Documentation(ctx, 0) {
			if !isProblem(err, "scope-missing") {
				t.Errorf("a provider: %v", err)
			}
		}
	})
}

// A provider is replaced over the API: drafted, reviewed by another person's token, applied, undone.
//
// proves V5.1-f
func TestMassChangeOverTheAPI(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := office(t, db)
		officer, _ := to.client(t, municipality, identity.ScopeOf(routine.CaseOfficer))
		if _, err := officer.PlaceOrder(ctx, "k1", api.Order{Kind: "homecare-granted", PersonalNumber: anna, Group: "G001", Effective: "2026-11-01"}); err != nil {
			t.Fatal(err)
		}
		in := api.NewMassChange{Kind: "provider-replaced", From: []string{"G001"}, To: "G002", Effective: time.Now().AddDate(0, 1, 0).Format(time.DateOnly), Reason: "konkurs"}
		m, err := officer.DraftMassChange(ctx, "m1", in)
		if err != nil || m.State != "draft" || m.Total != 1 || m.Unfinished {
			t.Fatalf("draft: %+v, %v", m, err)
		}
		_, seen, err := officer.MassChange(ctx, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := officer.TurnMassChange(ctx, m.ID, seen, "review"); !isProblem(err, "mass-reviewer") {
			t.Errorf("reviewed by its maker: %v", err)
		}
		second, _ := to.client(t, municipality, identity.ScopeOf(routine.SystemOwner))
		for _, step := range [][2]string{{"review", "reviewed"}, {"apply", "applied"}, {"undo", "undone"}} {
			_, seen, err := second.MassChange(ctx, m.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := second.TurnMassChange(ctx, m.ID, seen, step[0]); err != nil || got.State != step[1] {
				t.Fatalf("%s: %+v, %v", step[0], got, err)
			}
		}
		for row, err := range second.MassRows(ctx, m.ID, "") {
			if err != nil || row.State != "undone" || row.Services != 2 {
				t.Errorf("row: %+v, %v", row, err)
			}
		}
		in.Effective = "2026-02-30"
		if _, err := officer.DraftMassChange(ctx, "m2", in); !isProblem(err, "date") {
			t.Errorf("no such day: %v", err)
		}
	})
}
