package fhir

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// proves V1.1-e, V1.1-a, V2.1-g
func TestBundlesOnRealDatabases(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			return errors.Join(
				tx.PutProviders(t.Context(), []care.Provider{{ID: "p1", OrgNumber: "2120000142", Name: "Kommunen"}}),
				tx.PutGroups(t.Context(), []care.Group{
					{ID: "g1", Number: 1, Code: "G001", Name: "Norr", ProviderID: "p1", Kind: routine.HomeCareGroup},
					{ID: "g2", Number: 2, Code: "G002", Name: "Söder", ProviderID: "p1", Kind: routine.HomeCareGroup},
					{ID: "g3", Number: 3, Code: "G003", Name: "Larm", ProviderID: "p1", Kind: routine.AlarmGroup}}),
				tx.PutDwellings(t.Context(), []care.Dwelling{{ID: "d1", AddressKey: "a1", Street: "Storgatan 1", PostalCode: "12345", Town: "Staden"}}),
				tx.PutClients(t.Context(), []care.Client{{ID: "c1", PersonalNumber: anna, GivenName: "Elsa", FamilyName: "Exempel", DwellingID: "d1", Ended: routine.Forever}}))
		})
		if err != nil {
			t.Fatal(err)
		}
		o := handler(t, &desk{}).options
		o.Orders = casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), routine.DefaultProfile())
		router := web.New(web.Options{}, New(o))
		send := func(name string) (statuses []string) {
			t.Helper()
			r := httptest.NewRequest("POST", base, strings.NewReader(example(t, name)))
			r.Header.Set("Authorization", "Bearer officer")
			r.Header.Set("Content-Type", mediaType)
			w := httptest.NewRecorder()
			router.ServeHTTP(w, r)
			b, err := fhir.UnmarshalBundle(w.Body.Bytes())
			if err != nil || w.Code != 200 {
				t.Fatalf("%s: %d %s", name, w.Code, w.Body)
			}
			for _, e := range b.Entry {
				statuses = append(statuses, e.Response.Status[:3])
			}
			return statuses
		}
		for _, step := range []struct{ name, want string }{
			{"batch.json", "200 201 201"}, {"batch.json", "200 200 200"}, // delivered twice, placed once
			{"provider-change.json", "201"}, {"alarm-renounced.json", "201"}, {"alarm-renounced.json", "200"},
		} {
			if got := strings.Join(send(step.name), " "); got != step.want {
				t.Errorf("%s: got %s, want %s", step.name, got, step.want)
			}
		}
		checkServices(t, db)
	})
}

// checkServices looks at what the bundles have led to: Norr until the change, Söder from it, the alarm until it was renounced.
func checkServices(t *testing.T, db *storage.DB) {
	t.Helper()
	var got []string
	err := db.View(t.Context(), func(tx *storage.Tx) error {
		services, err := tx.ServicesOf(t.Context(), []string{"c1"})
		for _, s := range services["c1"] {
			got = append(got, s.Group.ID+" "+s.From.Format("01-02")+" "+s.Until.Format("2006-01-02"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"g1 11-22 2026-11-30": true, "g2 11-30 9999-12-31": true, "g3 11-22 2027-01-14": true}
	if len(got) != len(want) {
		t.Errorf("services: got %v, want %v", got, want)
	}
	for _, s := range got {
		if !want[s] {
			t.Errorf("services: got %v, want %v", got, want)
		}
	}
}
