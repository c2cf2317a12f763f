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
	h := restapi.New(restapi.Options{Orders: orders, Tokens: tokens, Requests: storage.NewRequests(db), Zone: stockholm(t), Clock: noon})
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
