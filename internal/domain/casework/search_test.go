package casework_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// What is found depends on who asks; what one has no right to is as if it were not there.
func TestSearchIsHeldToRights(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		const city, firm = "2120009002", "5565225629"
		order := seedSearch(t, db, city)
		as := func(role routine.Role, organisation string) casework.Reader {
			return casework.Reader{Actor: "account:x", Role: string(role), Organisation: organisation}
		}
		const all = "clients locks keys orders staff"
		for _, c := range []struct {
			who  casework.Reader
			sees string
		}{
			{as(routine.LockManager, city), all},
			{as(routine.SystemOwner, city), "locks keys orders staff"},
			{as(routine.CaseOfficer, city), "clients locks keys orders"},
			{as(routine.Provider, city), all}, // which serves the client, and ordered
			{as(routine.Provider, firm), ""},
			{as(routine.HealthUnit, firm), ""},
			{as(routine.Auditor, city), ""},
			{as(routine.Registrar, city), ""},
			{casework.Reader{}, ""},
		} {
			for of, query := range map[string]string{"clients": pageClient, "locks": "dc1", "keys": "n1", "orders": strings.ToLower(order), "staff": "M77"} {
				hits, err := p.Search(t.Context(), c.who, query)
				if err != nil {
					t.Fatalf("%s: %v", query, err)
				}
				got := map[string]int{"clients": len(hits.People), "locks": len(hits.Locks), "keys": len(hits.Keys), "orders": len(hits.Orders), "staff": len(hits.Staff)}
				want := 0
				if strings.Contains(c.sees, of) {
					want = 1
				}
				if got[of] != want {
					t.Errorf("%s of %s searches %s: got %v, want %d", c.who.Role, c.who.Organisation, of, got, want)
				}
				if c.who.Role == string(routine.SystemOwner) && of == "locks" && len(hits.Locks[0].People) > 0 {
					t.Error("the system owner is shown who lives behind a lock")
				}
			}
		}
		if hits, err := p.Search(t.Context(), as(routine.Provider, firm), pageClient); err != nil || !hits.Emergency {
			t.Errorf("somebody else's client: got %+v, %v; want the way to emergency access", hits, err)
		}
	})
}

// seedSearch adds an order and a member of staff, and returns the order's number.
func seedSearch(t *testing.T, db *storage.DB, city string) string {
	t.Helper()
	orders := casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), routine.DefaultProfile())
	placed, err := orders.Place(t.Context(), casework.Orderer{Organisation: city, Role: routine.CaseOfficer, Actor: "token:x"},
		casework.NewOrder{Kind: routine.HomeCareEnded, PersonalNumber: pageClient, Group: "G001", Effective: time.Now().AddDate(0, 1, 0), Channel: "api"})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx *storage.Tx) error {
		groups, err := tx.GroupsByCode(t.Context(), []string{"G001"})
		if err != nil {
			return err
		}
		const id = "0198aaaa-0000-7000-8000-000000000077"
		if err := tx.PutStaff(t.Context(), []care.Staff{{ID: id, EmployeeNumber: "M77", Pseudonym: 77, GivenName: "Sture", FamilyName: "Sten"}}); err != nil {
			return err
		}
		return tx.PutMemberships(t.Context(), []care.Membership{{StaffID: id, GroupID: groups["G001"].ID, From: time.Now().AddDate(0, -1, 0), Until: routine.Forever}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return placed.Number
}

func TestSearchByNumberAndName(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		seedSearch(t, db, "2120009002")
		who := casework.Reader{Actor: "account:x", Role: string(routine.LockManager), Organisation: "2120009002"}
		for query, want := range map[string]string{
			"DC1": "lock", " d c 1 ": "lock", "N1": "key", "M77": "staff", "19290102-9088": "client", "N99": "nothing", "ask": "Anna", "sten": "Sture", "STURE ST": "Sture",
			"Asta": "nothing", "' OR 1=1 --": "nothing", "%%": "nothing", "𝕏𝕏": "nothing",
		} {
			hits, err := p.Search(t.Context(), who, query)
			got := "nothing"
			switch of, _, ok := hits.Only(); {
			case err != nil:
				got = err.Error()
			case ok:
				got = of
			case len(hits.People) == 1:
				got = hits.People[0].Name[:4]
			case len(hits.Staff) == 1:
				got = hits.Staff[0].GivenName
			}
			if got != want {
				t.Errorf("%q: got %s, want %s", query, got, want)
			}
		}
		for _, bad := range []string{"", "x", strings.Repeat("a", 101), "a\x00b", "\xff\xfe", "19290102-9089", "1929010290"} {
			if _, err := p.Search(t.Context(), who, bad); !isInvalid(err) {
				t.Errorf("%q: got %v, want a fault in words", bad, err)
			}
		}
		hits, err := p.Search(t.Context(), who, "PT1") // the entrance of somebody with protected identity
		if err != nil || len(hits.Locks) != 1 || hits.Locks[0].Where != "" || len(hits.Locks[0].People) > 0 {
			t.Errorf("an entrance: got %+v, %v", hits.Locks, err)
		}
	})
}

func isInvalid(err error) bool {
	known, ok := errors.AsType[*problem.Error](err)
	return ok && known.Kind == problem.Invalid
}

// Whatever a search shows is in the journal before it is answered, and the question is not.
func TestSearchIsNoted(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	p := pageTown(t, db)
	lock := ""
	for _, query := range []string{"DC1", "ask"} {
		hits, err := p.Search(t.Context(), reader, query)
		if err != nil {
			t.Fatal(err)
		}
		if len(hits.Locks) == 1 {
			lock = hits.Locks[0].ID
		}
	}
	client := idOf(t, db, pageClient)
	for id, want := range map[string]int{client: 2, lock: 1} {
		n := 0
		err := db.View(t.Context(), func(tx *storage.Tx) error {
			records, err := journal.Timeline(t.Context(), tx, id, 100, "")
			for _, r := range records {
				if r.Kind == journal.ClientRead && r.Value("purpose") == "search" {
					n++
				}
				if strings.Contains(fmt.Sprint(r.Fields), "ask") {
					t.Errorf("the question is in the journal: %v", r.Fields)
				}
			}
			return err
		})
		if err != nil || n != want {
			t.Errorf("searches that showed %s: got %d, want %d (%v)", id, n, want, err)
		}
	}
}
