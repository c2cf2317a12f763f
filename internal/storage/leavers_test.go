package storage_test

import (
	"context"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const (
	issuer = "https://idp.example"
	city   = "2120000142"
	firm   = "5565225629"
)

// town is the accounts of a municipality, on one engine.
type town struct {
	*testing.T
	db       *storage.DB
	accounts *identity.Accounts
	sessions *identity.Sessions
	now      time.Time
}

func eachTown(t *testing.T, test func(w *town)) {
	w := &town{}
	storagetest.EachWith(t, storage.Options{Clock: func() time.Time { return w.now }}, func(t *testing.T, db *storage.DB) {
		accounts := txn.Narrow(db, func(tx *storage.Tx) identity.AccountTx { return tx })
		*w = town{t, db, identity.NewAccounts(accounts, routine.DefaultProfile()), identity.NewSessions(accounts, identity.DefaultPolicy()), time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
		test(w)
	})
}

// update changes the database.
func (w *town) update(f func(ctx context.Context, tx *storage.Tx) error) {
	w.Helper()
	if err := w.db.Update(w.Context(), func(tx *storage.Tx) error { return f(w.Context(), tx) }); err != nil {
		w.Fatal(err)
	}
}

// groups are two of the city's and one of a firm's, with somebody in the register of staff.
func (w *town) groups() {
	w.Helper()
	w.update(func(ctx context.Context, tx *storage.Tx) error {
		if err := tx.PutProviders(ctx, []care.Provider{{ID: "p1", OrgNumber: city, Name: "Staden"}, {ID: "p2", OrgNumber: firm, Name: "Firman", Private: true}}); err != nil {
			return err
		}
		if err := tx.PutGroups(ctx, []care.Group{{ID: "h1", Number: 1, Code: "H1", ProviderID: "p1", Kind: routine.HomeCareGroup},
			{ID: "a1", Number: 2, Code: "A1", ProviderID: "p1", Kind: routine.AlarmGroup}, {ID: "f1", Number: 3, Code: "F1", ProviderID: "p2", Kind: routine.RuralGroup}}); err != nil {
			return err
		}
		return tx.PutStaff(ctx, []care.Staff{{ID: "s1", EmployeeNumber: "1001", Pseudonym: 1, GivenName: "Cia", FamilyName: "Prov"}})
	})
}

// hired is an account of the person in the register, which the issuer vouches for.
func (w *town) hired(give identity.Give) identity.Account {
	w.Helper()
	a, _, err := w.accounts.Create(w.Context(), identity.Operator(), identity.NewAccount{Name: "Cia Prov", Email: "cia@kommun.example", Employee: "1001"}, &give)
	if err == nil {
		err = w.accounts.Identify(w.Context(), identity.Operator(), a.ID, identity.Identifier{Issuer: issuer, Kind: identity.Subject, Value: a.ID})
	}
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// arrives logs an account in, and says as what it may act then.
func (w *town) arrives(a identity.Account) (token string, role routine.Role) {
	w.Helper()
	token, s, err := w.sessions.ExternalLogin(w.Context(), identity.Arrival{}, identity.External{Issuer: issuer, Names: []identity.Identifier{{Kind: identity.Subject, Value: a.ID}}})
	if err != nil {
		w.Fatal(err)
	}
	return token, s.Assignment.Role
}

// acts says as what an open session may act now.
func (w *town) acts(token string) routine.Role {
	w.Helper()
	s, err := w.sessions.Find(w.Context(), token)
	if err != nil {
		w.Fatal(err)
	}
	return s.Acting().Role
}

// Somebody's last day in the groups of an organisation ends what they may there at that instant: in open sessions, at the next login, in
// notices and the letters about them. Who is let stay has it back.
func TestTheLastDayEndsWhatOneMay(t *testing.T) {
	eachTown(t, func(w *town) {
		w.groups()
		ends := w.now.Add(50 * time.Minute)
		stays := func(until time.Time) {
			w.update(func(ctx context.Context, tx *storage.Tx) error {
				return tx.PutMemberships(ctx, []care.Membership{{StaffID: "s1", GroupID: "h1", From: w.now.AddDate(0, 0, -1).Truncate(24 * time.Hour), Until: until}})
			})
		}
		stays(ends)
		a := w.hired(identity.Give{Role: routine.Provider, Organisation: city})
		post := notify.NewPost(txn.Narrow(w.db, func(tx *storage.Tx) notify.PostTx { return tx }), time.UTC, notify.ByMail)
		happens := func(event string) {
			w.update(func(ctx context.Context, tx *storage.Tx) error {
				return notify.TellPeople(ctx, tx, notify.Notice{Kind: notify.ReviewDue, Event: event, To: notify.Audience{Role: routine.Provider, Organisation: city}})
			})
		}
		token, role := w.arrives(a)
		happens("before")
		if _, err := post.Plan(w.Context()); err != nil {
			w.Fatal(err)
		}
		if role != routine.Provider || w.acts(token) != routine.Provider {
			w.Errorf("while she works there: %q, and %q", role, w.acts(token))
		}
		w.now = ends
		happens("after")
		if got := w.acts(token); got != "" {
			w.Errorf("her open session still acts as %q", got)
		}
		if mine, err := w.sessions.Mine(w.Context(), token); err != nil || len(mine) != 0 {
			w.Errorf("she may choose among %+v, %v", mine, err)
		}
		if _, role := w.arrives(a); role != "" {
			w.Errorf("a new session acts as %q", role)
		}
		if letters, err := post.Take(w.Context(), notify.ByMail, 10); err != nil || len(letters) != 0 {
			w.Errorf("she is written to: %+v, %v", letters, err)
		}
		if all, _, _, err := post.Inbox(w.Context(), a.Actor(), "", 10); err != nil || len(all) != 1 {
			w.Errorf("she is told of %+v, %v; want what came before", all, err)
		}
		stays(routine.Forever)
		if got := w.acts(token); got != routine.Provider {
			w.Errorf("let stay, she acts as %q", got)
		}
	})
}

// The groups that a role is for decide, if the person has been in any; else any group of the organisation; else the assignment alone.
func TestWhatBindsAnAssignment(t *testing.T) {
	eachTown(t, func(w *town) {
		w.groups()
		now := w.now
		in := func(group string, from, until int) care.Membership {
			return care.Membership{StaffID: "s1", GroupID: group, From: now.AddDate(0, 0, from), Until: now.AddDate(0, 0, until)}
		}
		for what, c := range map[string]struct {
			role  routine.Role
			org   string
			among []care.Membership
			want  bool
		}{
			"in no group":                         {routine.Provider, city, nil, true},
			"in a group":                          {routine.Provider, city, []care.Membership{in("h1", -9, 9)}, true},
			"has left it":                         {routine.Provider, city, []care.Membership{in("h1", -9, 0)}, false},
			"begins tomorrow":                     {routine.Provider, city, []care.Membership{in("h1", 1, 9)}, false},
			"has left and come back":              {routine.Provider, city, []care.Membership{in("h1", -9, -5), in("h1", -1, 9)}, true},
			"works for another":                   {routine.Provider, city, []care.Membership{in("h1", -9, -5), in("f1", -5, 9)}, false},
			"rural":                               {routine.Provider, firm, []care.Membership{in("f1", -5, 9)}, true},
			"has left the alarm team for a group": {routine.AlarmTeam, city, []care.Membership{in("a1", -9, -5), in("h1", -5, 9)}, false},
			"answers for a team, works in another group":     {routine.AlarmTeam, city, []care.Membership{in("h1", -5, 9)}, true},
			"answered for a team, has left her own group":    {routine.AlarmTeam, city, []care.Membership{in("h1", -5, 0)}, false},
			"a technician who has left a group":              {routine.LockManager, city, []care.Membership{in("h1", -5, 0)}, true},
			"a case officer who has left a group":            {routine.CaseOfficer, city, []care.Membership{in("h1", -5, 0)}, true},
			"in no group here, has left that of another one": {routine.Provider, city, []care.Membership{in("f1", -5, 0)}, true},
		} {
			w.update(func(ctx context.Context, tx *storage.Tx) error { return tx.PutMemberships(ctx, c.among) })
			a := w.hired(identity.Give{Role: c.role, Organisation: c.org})
			token, role := w.arrives(a)
			if got := w.acts(token); (got == c.role) != c.want || got != role {
				w.Errorf("%s: logged in as %q, acts as %q; want that it holds %v", what, role, got, c.want)
			}
			w.update(func(ctx context.Context, tx *storage.Tx) error { return tx.DeleteMemberships(ctx, c.among) })
		}
	})
}

// A calendar is read for as long as its owner has something to do here: an assignment's own end closes it too.
func TestALeaversCalendarIsDead(t *testing.T) {
	eachTown(t, func(w *town) {
		w.groups()
		ends := w.now.Add(time.Hour)
		w.update(func(ctx context.Context, tx *storage.Tx) error {
			return tx.InsertFeed(ctx, casework.Feed{ID: "k1", StaffID: "s1", Created: tx.Now()}, "hash")
		})
		reads := func() (ok bool) {
			w.update(func(ctx context.Context, tx *storage.Tx) (err error) {
				_, ok, err = tx.FeedByHash(ctx, "hash")
				return err
			})
			return ok
		}
		if !reads() {
			w.Error("opened for somebody without an account: it cannot be read")
		}
		w.hired(identity.Give{Role: routine.LockManager, Organisation: city, Until: ends})
		if !reads() {
			w.Error("it cannot be read while the technician works")
		}
		w.now = ends
		if reads() {
			w.Error("it is read after the assignment's end")
		}
	})
}
