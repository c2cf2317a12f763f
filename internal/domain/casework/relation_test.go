package casework_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// Who serves clients reads about those only; others are found as if they were not there, whatever is asked for.
func TestWhoReadsAboutWhom(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		open, hidden := idOf(t, db, pageClient), idOf(t, db, pageProtected)
		as := func(role routine.Role, organisation string, areas ...string) casework.Reader {
			return casework.Reader{Actor: "account:x", Role: string(role), Organisation: organisation, Areas: areas}
		}
		const city, firm = "2120009002", "5565225629"
		for _, c := range []struct {
			what string
			who  casework.Reader
			want bool
		}{
			{"case officer", as(routine.CaseOfficer, city), true},
			{"case officer of the area", as(routine.CaseOfficer, city, "432"), true},
			{"case officer of another area", as(routine.CaseOfficer, city, "433", "43244"), false},
			{"the provider that serves", as(routine.Provider, city), true},
			{"the provider that serves, the area", as(routine.Provider, city, "43245"), true},
			{"the provider that serves, another area", as(routine.Provider, city, "43246"), false},
			{"another provider", as(routine.Provider, firm), false},
			{"the same organisation's nurses", as(routine.HealthUnit, city), false},
			{"the same organisation's deliveries", as(routine.Delivery, city), false},
			{"the same organisation's alarm team", as(routine.AlarmTeam, city), false},
			{"a provider that is none", as(routine.Provider, ""), false},
		} {
			for _, id := range []string{open, hidden} {
				page, err := p.ClientPage(t.Context(), c.who, id, casework.Look{})
				if got := err == nil; got != c.want || !c.want && !errors.Is(err, casework.ErrNoClient) {
					t.Errorf("%s: page: got %v, want %v", c.what, err, c.want)
				}
				if id == hidden && (page.Person.Name != "" || page.Person.Street != "") {
					t.Errorf("%s: protected identity is shown", c.what)
				}
				if _, err := p.ClientPage(t.Context(), c.who, id, casework.Look{Reveal: true, Reason: "visit"}); (err == nil) != c.want {
					t.Errorf("%s: reveal: got %v, want %v", c.what, err, c.want)
				}
			}
			for query, n := range map[string]int{"Ask": 1, pageClient: 1, pageProtected: 1} {
				hits, err := p.Search(t.Context(), c.who, query)
				if !c.want {
					n = 0
				}
				if err != nil || len(hits.People) != n {
					t.Errorf("%s: search %s: got %d, %v; want %d", c.what, query, len(hits.People), err, n)
				}
			}
		}
	})
}

// A service that has ended ends what one may read; emergency access opens one client to one person, and ends by itself.
func TestEmergencyAccessOpensOneClient(t *testing.T) {
	now := time.Now()
	storagetest.EachWith(t, storage.Options{Clock: func() time.Time { return now }}, func(t *testing.T, db *storage.DB) {
		p := pageTown(t, db)
		client, other := idOf(t, db, pageProtected), idOf(t, db, pageClient)
		emergencies := identity.NewEmergencies(txn.Narrow(db, func(tx *storage.Tx) identity.EmergencyTx { return tx }))
		nurse := routine.Who{Actor: "account:nurse", Role: routine.HealthUnit, Organisation: "2120009002"}
		taken, err := emergencies.Take(t.Context(), identity.Acting{Who: nurse}, client, "svarar inte, larmet går")
		if err != nil {
			t.Fatal(err)
		}
		read := func(actor, id string) error {
			_, err := p.ClientPage(t.Context(), casework.Reader{Actor: actor, Role: string(nurse.Role), Organisation: nurse.Organisation}, id, casework.Look{})
			return err
		}
		for _, c := range []struct {
			actor, id string
			want      error
		}{{nurse.Actor, client, nil}, {nurse.Actor, other, casework.ErrNoClient}, {"account:colleague", client, casework.ErrNoClient}} {
			if err := read(c.actor, c.id); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", c.actor, err, c.want)
			}
		}
		now = taken.Until
		if err := read(nurse.Actor, client); !errors.Is(err, casework.ErrNoClient) {
			t.Errorf("afterwards: got %v", err)
		}
		if err := db.Update(t.Context(), func(tx *storage.Tx) error { return endServices(t.Context(), tx, other, now) }); err != nil {
			t.Fatal(err)
		}
		_, err = p.ClientPage(t.Context(), casework.Reader{Actor: "account:x", Role: string(routine.Provider), Organisation: "2120009002"}, other, casework.Look{})
		if !errors.Is(err, casework.ErrNoClient) {
			t.Errorf("a service that has ended: got %v", err)
		}
	})
}

func endServices(ctx context.Context, tx *storage.Tx, client string, at time.Time) error {
	all, err := tx.ServicesOf(ctx, []string{client})
	if err != nil {
		return err
	}
	for i := range all[client] {
		all[client][i].Until = at
	}
	return tx.PutServices(ctx, all[client])
}
