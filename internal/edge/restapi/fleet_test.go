package restapi_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hemnyckel/api"
	"hemnyckel/credential"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/restapi"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// unheard is a block list that nobody reads.
type unheard struct{}

func (unheard) BlockStaff(context.Context, identity.PeopleTx, uint32, string) error { return nil }
func (unheard) UnblockStaff(context.Context, identity.PeopleTx, uint32) error       { return nil }

// depot is a town with a lock manager's stock.
func depot(t *testing.T, db *storage.DB) town {
	t.Helper()
	to := newTown(t, db)
	p := routine.DefaultProfile()
	auth, err := credential.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	keys := fleet.NewKeys(txn.Narrow(db, func(tx *storage.Tx) fleet.KeyTx { return tx }), auth)
	h := restapi.New(restapi.Options{Tokens: to.tokens, Requests: storage.NewRequests(db), Zone: stockholm(t), Clock: noon, Fleet: restapi.Fleet{
		Stock:    fleet.NewStock(txn.Narrow(db, func(tx *storage.Tx) fleet.StockTx { return tx }), p),
		Pool:     fleet.NewPool(txn.Narrow(db, func(tx *storage.Tx) fleet.PoolTx { return tx }), keys, p, nil),
		Cabinets: fleet.NewCabinets(txn.Narrow(db, func(tx *storage.Tx) fleet.CabinetTx { return tx }), p, nil),
		Sites:    fleet.NewSites(txn.Narrow(db, func(tx *storage.Tx) fleet.SiteTx { return tx }), keys, p),
		People:   identity.NewPeople(txn.Narrow(db, func(tx *storage.Tx) identity.PeopleTx { return tx }), p, unheard{}, nil),
	}})
	server := httptest.NewServer(web.New(web.Options{}, h))
	t.Cleanup(server.Close)
	return town{server.URL, to.tokens}
}

// rows reads a whole list.
func rows[Row any](t *testing.T, list iter.Seq2[Row, error]) (out []Row) {
	t.Helper()
	for row, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
	return out
}

// proves V5.4-a, V2.2-e, V7-c, V2.7-a: from the supplier's parcel to a lost key that has been replaced, as other systems see it.
func TestThingsAsClientsSeeThem(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := depot(t, db)
		manager, _ := to.client(t, municipality, identity.ScopeOf(routine.LockManager))
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		wantCode := func(what string, err error, code string) {
			t.Helper()
			if !errors.Is(err, &api.Problem{Code: code}) {
				t.Errorf("%s: got %v, want %s", what, err, code)
			}
		}
		supply, err := manager.OrderSupply(ctx, "s1", api.NewSupply{Supplier: "Låsfirman", Lines: []api.SupplyLine{{Product: "key", Quantity: 3}}})
		must(err)
		_, seen, err := manager.Supply(ctx, supply.ID)
		must(err)
		_, err = manager.SendSupply(ctx, supply.ID, seen, api.SupplySent{Reference: "A-17", Expected: "2026-12-01"})
		must(err)
		_, err = manager.SendSupply(ctx, supply.ID, seen, api.SupplySent{})
		wantCode("sent by somebody who has not seen that it was", err, "if-match-failed")
		got, err := manager.Receive(ctx, "r1", api.NewArrival{Product: "key", Serial: "N1", OrderID: supply.ID})
		if err != nil || got.Repeated {
			t.Fatalf("received: %+v, %v", got, err)
		}
		if got, err = manager.Receive(ctx, "r2", api.NewArrival{Product: "key", Serial: "N1", OrderID: supply.ID}); err != nil || !got.Repeated {
			t.Errorf("scanned again: %+v, %v", got, err)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url+"/api/v1/stock-files?order="+supply.ID, strings.NewReader("produkt;serienummer\nkey;N2\nkey;N3\nkey;N4\n"))
		must(err)
		_, secret, err := to.tokens.Create(ctx, "test", municipality, []identity.Scope{identity.ScopeOf(routine.LockManager)}, time.Now().Add(time.Hour))
		must(err)
		req.Header.Set("Authorization", "Bearer "+secret)
		req.Header.Set("Content-Type", "text/csv")
		resp, err := http.DefaultClient.Do(req)
		must(err)
		var body bytes.Buffer
		_, _ = body.ReadFrom(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusCreated || !strings.Contains(body.String(), `"row":4,"code":"supply-state"`) {
			t.Errorf("the file: %d %s", resp.StatusCode, body.String())
		}
		if _, err := firm.StockLevels(ctx); err == nil {
			t.Error("a provider sees the lock manager's stock")
		}
		for _, n := range []string{"N1", "N2"} {
			_, seen, err := manager.Key(ctx, n)
			must(err)
			_, err = manager.IssueKey(ctx, n, seen, "G002")
			must(err)
		}
		if theirs := rows(t, firm.Keys(ctx, "", "")); len(theirs) != 2 || theirs[0].Number != "N1" || theirs[0].Group != "G002" {
			t.Errorf("the firm's keys: %+v", theirs)
		}
		if all := rows(t, manager.Stock(ctx, "key", "")); len(all) != 1 || all[0].Serial != "N3" {
			t.Errorf("what is left in stock: %+v", all)
		}
		_, err = firm.LoseKey(ctx, "N3", "borta")
		wantCode("another's key", err, "fleet-may-not")
		lost, err := firm.LoseKey(ctx, "N1", "borta")
		if err != nil || lost.Number != "N1" || len(lost.Doors) != 0 {
			t.Errorf("lost: %+v, %v", lost, err)
		}
		_, seen, err = manager.Key(ctx, "N1")
		must(err)
		wantCode("replaced by the firm", firm.ReplaceKey(ctx, "N1", seen, "N3"), "scope-missing")
		must(manager.ReplaceKey(ctx, "N1", seen, "N3"))
		var file bytes.Buffer
		must(manager.Export(ctx, "/api/v1/keys?state=issued&format=csv", &file))
		if text := file.String(); !strings.Contains(text, "N3") || strings.Contains(text, "N1") || !strings.Contains(text, "Nummer") && !strings.Contains(text, "Number") {
			t.Errorf("the list as a file: %s", text)
		}
		must(firm.AddStaff(ctx, "a1", api.NewMember{EmployeeNumber: "2001", GivenName: "Cia", FamilyName: "Prov", Group: "G002", From: "2026-11-01"}))
		wantCode("into another's group", firm.AddStaff(ctx, "a2", api.NewMember{EmployeeNumber: "2002", GivenName: "Cia", FamilyName: "Prov", Group: "G001", From: "2026-11-01"}), "staff-may-not")
		if people := rows(t, firm.Staff(ctx, "")); len(people) != 1 || people[0].EmployeeNumber != "2001" {
			t.Errorf("staff: %+v", people)
		}
		must(firm.EndStaff(ctx, "e1", api.StaffEnd{EmployeeNumber: "2001", Reason: "slutat"}))
	})
}

// proves V2.5-c: anybody is told which working stations are nearest.
func TestStationsAsClientsSeeThem(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := depot(t, db)
		err := db.Update(ctx, func(tx *storage.Tx) error {
			var failed error
			for i, name := range []string{"Norr", "Syd"} {
				failed = errors.Join(failed, tx.PutStation(ctx, fleet.Station{ID: name, Device: uint32(i + 1), Name: name, GroupID: "g2", Certificate: []byte{1}, EnrolledAt: noon()}, strings.Repeat(name, 9)))
			}
			return failed
		})
		if err != nil {
			t.Fatal(err)
		}
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		_, seen, err := firm.Station(ctx, "Norr")
		if err != nil {
			t.Fatal(err)
		}
		out, err := firm.StationOut(ctx, "Norr", seen, "ingen ström")
		if err != nil || out.Works || len(out.Nearest) != 1 || out.Nearest[0].Name != "Syd" || out.Faults != "/api/v1/faults?thing=station&label=Norr" {
			t.Errorf("out: %+v, %v", out, err)
		}
	})
}
