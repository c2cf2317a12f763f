package restapi_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/restapi"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const (
	municipality = "2120000142"
	provider     = "5560360793"
)

// town is a server of a municipality with one client and two home-care groups, on a real database.
type town struct {
	url    string
	tokens *identity.Tokens
}

func newTown(t *testing.T, db *storage.DB) town {
	t.Helper()
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		return errors.Join(
			tx.PutProviders(t.Context(), []care.Provider{{ID: "p1", OrgNumber: municipality, Name: "Kommunen"}, {ID: "p2", OrgNumber: provider, Name: "Omsorg AB", Private: true}}),
			tx.PutGroups(t.Context(), []care.Group{
				{ID: "g1", Number: 1, Code: "G001", Name: "Norr", ProviderID: "p1", Kind: routine.HomeCareGroup},
				{ID: "g2", Number: 2, Code: "G002", Name: "Omsorg", ProviderID: "p2", Kind: routine.HomeCareGroup}}),
			tx.PutDwellings(t.Context(), []care.Dwelling{{ID: "d1", AddressKey: "a1", Street: "Storgatan 1", PostalCode: "12345", Town: "Staden"}}),
			tx.PutClients(t.Context(), []care.Client{{ID: "c1", PersonalNumber: anna, GivenName: "Elsa", FamilyName: "Exempel", DwellingID: "d1", Ended: routine.Forever}}))
	})
	if err != nil {
		t.Fatal(err)
	}
	tokens := identity.NewTokens(txn.Narrow(db, func(tx *storage.Tx) identity.TokenTx { return tx }))
	orders := casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), routine.DefaultProfile())
	h := restapi.New(restapi.Options{Orders: orders, FieldWork: orders, Tokens: tokens, Requests: storage.NewRequests(db), Zone: stockholm(t), Clock: noon})
	server := httptest.NewServer(web.New(web.Options{}, h))
	t.Cleanup(server.Close)
	return town{server.URL, tokens}
}

func (to town) client(t *testing.T, organisation string, scope identity.Scope) (*api.Client, identity.Token) {
	t.Helper()
	token, secret, err := to.tokens.Create(t.Context(), "test", organisation, []identity.Scope{scope}, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return api.New(to.url, secret, nil).In("en"), token
}

// proves V1.1-e, V5.1-a
func TestClientServerDatabase(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := newTown(t, db)
		officer, token := to.client(t, municipality, identity.ScopeOf(routine.CaseOfficer))
		order := api.Order{Kind: "homecare-granted", PersonalNumber: "18900118-9811", Group: "G001", Effective: "2026-11-23"}

		first, err := officer.PlaceOrder(ctx, "k1", order)
		if err != nil || first.Repeated || first.ClientID != "c1" || first.GroupID != "g1" || len(first.Rules) == 0 {
			t.Fatalf("first: %+v, %v", first, err)
		}
		again, err := officer.PlaceOrder(ctx, "k1", order)
		if err != nil || !again.Repeated || again.ID != first.ID || !slices.Equal(again.Rules, first.Rules) || !slices.Equal(again.Tasks, first.Tasks) {
			t.Errorf("again: %+v, %v", again, err)
		}
		other := order
		other.Effective = "2026-11-24"
		if _, err := officer.PlaceOrder(ctx, "k1", other); !errors.Is(err, &api.Problem{Code: "idempotency-key-reused"}) {
			t.Errorf("key reused: %v", err)
		}
		read, err := officer.Order(ctx, first.ID)
		if err != nil || read.Number != first.Number || !slices.Equal(read.Rules, first.Rules) || read.Effective != "2026-11-23" || len(read.Tasks) == 0 {
			t.Errorf("read: %+v, %v", read, err)
		}
		order.PersonalNumber = "189001199802"
		_, err = officer.PlaceOrder(ctx, "k2", order)
		if p, ok := errors.AsType[*api.Problem](err); !ok || p.Code != "order-client-unknown" || p.Status != 422 || p.Errors[0].Field != "personal_number" {
			t.Errorf("unknown client: %v", err)
		}
		to.othersSeeNothing(t, first.ID)
		if err := to.tokens.Revoke(ctx, "test", token.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := officer.Order(ctx, first.ID); !errors.Is(err, &api.Problem{Code: "token-invalid"}) {
			t.Errorf("revoked token: %v", err)
		}
	})
}

// proves V5.1-a, V2.1-a, S-a
func TestOrdersAreTakenBackThroughTheAPI(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := newTown(t, db)
		officer, _ := to.client(t, municipality, identity.ScopeOf(routine.CaseOfficer))
		manager, _ := to.client(t, municipality, identity.ScopeOf(routine.LockManager))
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
		if _, err := officer.PlaceOrder(ctx, "k1", api.Order{Kind: "homecare-granted", PersonalNumber: anna, Group: "G002", Effective: day(-5), OpensSelf: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := firm.PlaceOrder(ctx, "k2", api.Order{Kind: "needs-lock", PersonalNumber: anna, Group: "G002", Effective: day(3)}); !errors.Is(err, &api.Problem{Code: "order-invalid"}) {
			t.Errorf("a need without a reason: %v", err)
		}
		need, err := firm.PlaceOrder(ctx, "k3", api.Order{Kind: "needs-lock", PersonalNumber: anna, Group: "G002", Effective: day(3), Need: "does-not-hear"})
		if err != nil || need.State != "in-progress" {
			t.Fatalf("needs a lock: %+v, %v", need, err)
		}
		if _, err := manager.ReturnOrder(ctx, need.ID, "*", api.OrderAnswer{}); !errors.Is(err, &api.Problem{Code: "order-reason"}) {
			t.Errorf("returned without a reason: %v", err)
		}
		if _, err := manager.ReturnOrder(ctx, need.ID, "stale", api.OrderAnswer{Reason: "Fel kund."}); err == nil {
			t.Error("returned by somebody who has not seen it as it is")
		}
		if o, err := manager.ReturnOrder(ctx, need.ID, "*", api.OrderAnswer{Reason: "Fel kund."}); err != nil || o.State != "returned" || o.Answer != "Fel kund." {
			t.Errorf("returned: %+v, %v", o, err)
		}
		ended, err := firm.PlaceOrder(ctx, "k4", api.Order{Kind: "homecare-ended", PersonalNumber: anna, Group: "G002", Effective: day(9)})
		if err != nil {
			t.Fatal(err)
		}
		if o, err := firm.WithdrawOrder(ctx, ended.ID, "*", api.OrderAnswer{}); err != nil || o.State != "withdrawn" {
			t.Errorf("withdrawn: %+v, %v", o, err)
		}
		form := api.Order{Kind: "mount", PersonalNumber: anna, Effective: day(2), OnBehalfOf: "556036-0793", OnBehalfRole: "provider"}
		if o, err := manager.PlaceOrder(ctx, "k5", form); err != nil || len(o.Tasks) == 0 {
			t.Errorf("an order form: %+v, %v", o, err)
		}
		if e, err := manager.RecordLockException(ctx, "k6", api.NewLockException{PersonalNumber: anna, Kind: "technical", Reason: "Smal karm."}); err != nil || e.DwellingID != "d1" {
			t.Errorf("an exception: %+v, %v", e, err)
		}
		if err := manager.LiftLockException(ctx, "k7", api.LiftedException{PersonalNumber: anna}); err != nil {
			t.Error(err)
		}
		if err := officer.Renumber(ctx, "k8", api.Renumbering{PersonalNumber: anna, NewNumber: "189001199802"}); err != nil {
			t.Error(err)
		}
		if o, err := officer.PlaceOrder(ctx, "k9", api.Order{Kind: "died", PersonalNumber: "189001199802", Effective: day(1)}); err != nil || o.ClientID != "c1" {
			t.Errorf("by the new number: %+v, %v", o, err)
		}
	})
}

// othersSeeNothing holds a provider to its own orders, its own groups, and what a provider may order.
func (to town) othersSeeNothing(t *testing.T, id string) {
	t.Helper()
	firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
	if _, err := firm.Order(t.Context(), id); !errors.Is(err, &api.Problem{Code: "order-unknown"}) {
		t.Errorf("another's order: %v", err)
	}
	for _, o := range []api.Order{
		{Kind: "homecare-granted", PersonalNumber: anna, Group: "G001", Effective: "2026-11-23"},
		{Kind: "alarm-renounced", PersonalNumber: anna, Effective: "2026-11-23"},
		{Kind: "died", PersonalNumber: anna, Effective: "2026-11-23"},
		{Kind: "died", PersonalNumber: "189001199802", Effective: "2026-11-23"}, // nobody: the same answer
		{Kind: "homecare-granted", PersonalNumber: anna, Group: "G002", Effective: "2026-11-23"},
		{Kind: "provider-changed", PersonalNumber: anna, Group: "G001", ToGroup: "G002", Effective: "2026-11-23"},
	} {
		if _, err := firm.PlaceOrder(t.Context(), "k1", o); !errors.Is(err, &api.Problem{Code: "order-not-yours"}) && !errors.Is(err, &api.Problem{Code: "order-role"}) {
			t.Errorf("%s: %v", o.Kind, err)
		}
	}
	reader, _ := to.client(t, municipality, identity.ReadScopeOf(routine.CaseOfficer))
	if _, err := reader.Order(t.Context(), id); err != nil {
		t.Errorf("the organisation's own order: %v", err)
	}
}
