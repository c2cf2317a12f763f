// Package portaltest is a small made-up municipality with the portal in front of it, and somebody who visits it, for tests of
// the portal's areas (tests only).
//
// Its neighbours are internal/storage/storagetest, which gives it a database on either engine, and every area's tests.
package portaltest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"hemnyckel/credential"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/login"
	"hemnyckel/internal/edge/portal/orders"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// The persons of the tests: made-up names, and the tax agency's test numbers.
const (
	MajBritt = "192901029088" // alarm and home care, a door lock behind an entrance
	Åke      = "193103249078" // protected identity
	Ulla     = "193804037483" // nothing yet
)

// Clock is a clock that seed and tests move.
type Clock struct{ Time time.Time }

// Now is the time that it shows.
func (c *Clock) Now() time.Time { return c.Time }

func stockholm(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Town is a small municipality in a database, and the portal in front of it.
type Town struct {
	T      testing.TB
	DB     *storage.DB
	Clock  *Clock
	Zone   *time.Location
	Orders *casework.Service
	Pages  *casework.Pages
	Pool   *fleet.Pool
	People *identity.People
	Sync   *keysync.Service
	// Accounts and Sessions let people in; the demo's persons are there.
	Accounts *identity.Accounts
	Sessions *identity.Sessions
	// Emergencies are the accesses that are reviewed afterwards.
	Emergencies *identity.Emergencies
	Post        *notify.Post
	Server      *httptest.Server
	Signed      int64 // entries of the journal under its newest checkpoint
	log         *journal.Log
}

// New starts on 3 June 2026 at 14.10, when what the seed tells of has happened.
func New(t testing.TB, target string) *Town {
	t.Helper()
	zone := stockholm(t)
	c := &Clock{time.Date(2026, 5, 25, 9, 0, 0, 0, zone)}
	db := storagetest.Open(t, target, storage.Options{Clock: c.Now})
	w := &Town{T: t, DB: db, Clock: c, Zone: zone}
	w.Orders = casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), routine.DefaultProfile())
	skey, vkey, err := journal.GenerateKey("kommun.example/hemnyckel")
	w.Must(err)
	signer, err := note.NewSigner(skey)
	w.Must(err)
	verifier, err := note.NewVerifier(vkey)
	w.Must(err)
	w.log, err = journal.NewLog(txn.Narrow(db, func(tx *storage.Tx) journal.Tx { return tx }), signer, verifier)
	w.Must(err)
	w.Pages = casework.NewPages(txn.Narrow(db, func(tx *storage.Tx) casework.PagesTx { return tx }))
	people := txn.Narrow(db, func(tx *storage.Tx) identity.AccountTx { return tx })
	policy := identity.DefaultPolicy()
	policy.Demo = true
	w.Accounts, w.Sessions = identity.NewAccounts(people, routine.DefaultProfile()), identity.NewSessions(people, policy)
	w.Emergencies = identity.NewEmergencies(txn.Narrow(db, func(tx *storage.Tx) identity.EmergencyTx { return tx }))
	w.things()
	w.Post = notify.NewPost(txn.Narrow(db, func(tx *storage.Tx) notify.PostTx { return tx }), zone)
	w.Must(w.Accounts.EnsureDemo(t.Context(), login.People(login.Demo(Organisation))))
	w.registers()
	w.days()
	w.Server = w.Serve(nil)
	return w
}

// things puts together the services of keys and people.
func (w *Town) things() {
	w.T.Helper()
	authority, err := credential.NewAuthority(w.Clock.Now())
	w.Must(err)
	keys := fleet.NewKeys(txn.Narrow(w.DB, func(tx *storage.Tx) fleet.KeyTx { return tx }), authority)
	w.Pool = fleet.NewPool(txn.Narrow(w.DB, func(tx *storage.Tx) fleet.PoolTx { return tx }), keys, routine.DefaultProfile(), nil)
	things := casework.NewThings(w.Orders, keys, support.Desk{Profile: routine.DefaultProfile()})
	w.Sync, err = keysync.Open(w.T.Context(), txn.Narrow(w.DB, func(tx *storage.Tx) keysync.Tx { return tx }), authority, keysync.DefaultProfile())
	w.Must(err)
	w.People = identity.NewPeople(txn.Narrow(w.DB, func(tx *storage.Tx) identity.PeopleTx { return tx }), routine.DefaultProfile(), blocker{things}, nil)
}

// blocker is identity's way to the block list.
type blocker struct{ things *casework.Things }

func (b blocker) BlockStaff(ctx context.Context, tx identity.PeopleTx, pseudonym uint32, reason string) error {
	return b.things.BlockStaff(ctx, tx.(*storage.Tx), pseudonym, reason)
}

func (b blocker) UnblockStaff(ctx context.Context, tx identity.PeopleTx, pseudonym uint32) error {
	return b.things.UnblockStaff(ctx, tx.(*storage.Tx), pseudonym)
}

// Must ends the test on an error.
func (w *Town) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Organisation is the municipality's number, for which the demo's persons work.
const Organisation = "2120009002"

// Serve starts a portal of the town, with its configuration changed if change is not nil.
func (w *Town) Serve(change func(*portal.Config)) *httptest.Server {
	c := portal.Config{
		Services: portal.Services{
			Home:    w.Pages,
			Reviews: w.Emergencies,
			Notices: w.Post,
			Clients: w.Pages,
			Breaks:  w.Emergencies,
			Orders:  orders.Domain{Service: w.Orders, Pages: w.Pages},
			Work:    w.Pages,
			Field:   w.Orders.In(w.Zone),
			Keys:    w.Pages,
			Tending: w.Pool,
			Battery: fleet.NewCabinets(txn.Narrow(w.DB, func(tx *storage.Tx) fleet.CabinetTx { return tx }), routine.DefaultProfile(), nil),
			Locks:   w.Pages,
			Pool:    w.Pool,
			Faults:  casework.NewFaults(w.Orders, w.Zone),
			Support: support.NewService(txn.Narrow(w.DB, func(tx *storage.Tx) support.Tx { return tx }), support.Desk{Profile: routine.DefaultProfile(), Zone: w.Zone}),
			People:  w.People,
			Staff:   w.People,
			Crisis:  support.Desk{Profile: routine.DefaultProfile(), Zone: w.Zone},
			Log:     w.Pages,
			Login:   w.Sessions,
			Anomaly: w.Sync,
			Owners:  consent.NewService(txn.Narrow(w.DB, func(tx *storage.Tx) consent.Tx { return tx }), routine.DefaultProfile(), w.Zone),
			Answers: casework.NewConsents(w.Orders, w.Zone),
			Receipt: w.Orders,
		},
		Profile:      local(),
		Municipality: "Söderköpinge kommun", Demo: login.Demo(Organisation), Zone: w.Zone, Clock: w.Clock.Now}
	if change != nil {
		change(&c)
	}
	h := portal.New(c)
	s := httptest.NewServer(web.New(web.Options{Errors: h.WriteError}, h))
	w.T.Cleanup(s.Close)
	return s
}

// local is the town's profile: the usual one, with whom to call and what things are called.
func local() routine.Profile {
	p := routine.DefaultProfile()
	p.Units = []routine.Unit{{Name: "Hjälpmedelsservice (HMS)", Kinds: []routine.UnitKind{routine.UnitLockManager}, Phone: "0000-10 20 30"}}
	p.Words.CaseSystem = "Procapita"
	return p
}

// At is a minute of 2026 in the town.
func (w *Town) At(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2026, month, day, hour, minute, 0, 0, w.Zone)
}

// registers are what the municipality had before.
func (w *Town) registers() {
	b := casework.RegisterBatch{
		Providers: []care.Provider{{OrgNumber: "2120009002", Name: "Söderköpinge kommun"}, {OrgNumber: "5560003468", Name: "Omsorg Syd AB", Private: true}},
		Groups: []care.Group{
			{Code: "G001", Name: "Hemtjänst Norr 1", OrgNumber: "2120009002", Kind: routine.HomeCareGroup, MaxStaff: 13},
			{Code: "G014", Name: "Omsorg Syd Centrum", OrgNumber: "5560003468", Kind: routine.HomeCareGroup, MaxStaff: 8},
			{Code: "G027", Name: "Trygghetsteamet", OrgNumber: "2120009002", Kind: routine.AlarmGroup, MaxStaff: 6},
			{Code: "G030", Name: "Hemsjukvården", OrgNumber: "2120009002", Kind: routine.HealthGroup, MaxStaff: 9},
		},
		Entrances: []casework.RegisterEntrance{{Code: "P-Sjöstigen82", Locks: []fleet.Lock{{Serial: "PT30007", Kind: fleet.Entrance, State: fleet.Mounted, MountedAt: w.At(1, 12, 10, 0)}}}},
		Clients: []casework.RegisterClient{
			{Client: care.Client{PersonalNumber: MajBritt, GivenName: "Maj-Britt", FamilyName: "Hansson", Phone: "0700-000001", Ended: routine.Forever},
				Dwelling: care.Dwelling{AddressKey: "sjöstigen 82|2501", Street: "Sjöstigen 82", Apartment: "2501", PostalCode: "43245", Town: "Söderköpinge"}, Entrance: "P-Sjöstigen82",
				Lock: &fleet.Lock{Serial: "DC10002", Kind: fleet.Door, State: fleet.Mounted, MountedAt: w.At(2, 3, 13, 0)},
				Services: []casework.RegisterService{{Row: 14, Kind: routine.HomeCare, Group: "G001", From: w.At(1, 19, 0, 0), Until: routine.Forever, InEffect: true},
					{Row: 15, Kind: routine.Health, Group: "G030", From: w.At(3, 2, 0, 0), Until: w.At(5, 1, 0, 0), InEffect: true}}},
			{Client: care.Client{PersonalNumber: Åke, GivenName: "Åke", FamilyName: "Brännström", Phone: "0700-000002", Protected: true, Ended: routine.Forever},
				Dwelling: care.Dwelling{Street: "Hemliga gatan 1", PostalCode: "43246", Town: "Söderköpinge"},
				Lock:     &fleet.Lock{Serial: "NG10001", Kind: fleet.Box, State: fleet.Mounted, MountedAt: w.At(4, 9, 9, 0)},
				Services: []casework.RegisterService{{Row: 16, Kind: routine.HomeCare, Group: "G014", From: w.At(4, 1, 0, 0), Until: routine.Forever, InEffect: true}}},
			{Client: care.Client{PersonalNumber: Ulla, GivenName: "Ulla", FamilyName: "Öberg", Ended: routine.Forever},
				Dwelling: care.Dwelling{Street: "Kvarngatan 4", PostalCode: "43245", Town: "Söderköpinge"}},
		},
	}
	for i := range 20 { // enough to make a search too wide
		b.Clients = append(b.Clients, casework.RegisterClient{
			Client:   care.Client{PersonalNumber: fmt.Sprintf("19%010d", i), GivenName: "Prov", FamilyName: fmt.Sprintf("Lundin%02d", i), Ended: routine.Forever},
			Dwelling: care.Dwelling{Street: fmt.Sprintf("Provgatan %d", i), PostalCode: "43245", Town: "Söderköpinge"}})
	}
	for i, k := range []fleet.Key{
		{Number: "N00001", State: fleet.KeyIssued, SyncedAt: w.At(6, 3, 11, 2), SyncedUntil: w.At(6, 8, 11, 2)},
		{Number: "N00002", State: fleet.KeyIssued, SyncedAt: w.At(5, 29, 15, 0), SyncedUntil: w.At(6, 3, 15, 0)},
		{Number: "N00003", State: fleet.KeyIssued, SyncedAt: w.At(6, 1, 15, 0), SyncedUntil: w.At(6, 6, 15, 0)},
		{Number: "N00004", State: fleet.KeyInStock},
		{Number: "N00005", State: fleet.KeyBroken, BatteryChanged: w.At(1, 3, 0, 0)},
		{Number: "N00006", State: fleet.KeyIssued},
	} {
		k.BatteryChanged = w.At(3, 1+i, 0, 0)
		b.Keys = append(b.Keys, casework.RegisterKey{Key: k, Group: []string{"G001", "G027"}[i/4]})
	}
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		faults, err := w.Orders.ApplyRegisters(ctx, tx, casework.Import{ID: "prov"}, b)
		if len(faults) > 0 {
			w.T.Fatalf("faults in the seed: %v", faults)
		}
		if err != nil {
			return err
		}
		keys, err := tx.KeysByNumber(ctx, []string{"N00003"})
		if err != nil {
			return err
		}
		lost := keys["N00003"]
		lost.State, lost.BlockedAt, lost.BlockReason = fleet.KeyBlocked, w.At(6, 3, 13, 40), "Borttappad på bussen"
		return tx.PutKeys(ctx, []fleet.Key{lost})
	})
}

// Update changes the database.
func (w *Town) Update(f func(ctx context.Context, tx *storage.Tx) error) {
	w.T.Helper()
	ctx := w.T.Context()
	w.Must(w.DB.Update(ctx, func(tx *storage.Tx) error { return f(ctx, tx) }))
}

// Place lays an order of the case officer.
func (w *Town) Place(number string, k routine.OrderKind, group, to string, from time.Time) {
	w.T.Helper()
	_, err := w.Orders.Place(w.T.Context(), casework.Orderer{Organisation: "2120009002", Role: routine.CaseOfficer, Actor: "token:vård"},
		casework.NewOrder{Kind: k, PersonalNumber: number, Group: group, ToGroup: to, Effective: from, Channel: "api"})
	w.Must(err)
}

// days are some days at work: orders, openings, a refusal, a lock that had another home before.
func (w *Town) days() {
	w.Clock.Time = w.At(5, 28, 10, 12)
	w.Place(MajBritt, routine.AlarmGranted, "G027", "", w.At(6, 1, 0, 0))
	w.Clock.Time = w.At(6, 1, 8, 5)
	w.Place(Ulla, routine.AlarmGranted, "G027", "", w.At(6, 1, 0, 0))
	w.Clock.Time = w.At(6, 2, 16, 30)
	w.Place(MajBritt, routine.ProviderChanged, "G001", "G014", w.At(6, 15, 0, 0))
	w.Clock.Time = w.At(6, 3, 11, 2)
	lock, box, key := w.ID("locks", "DC10002"), w.ID("locks", "NG10001"), w.ID("keys", "N00001")
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		open := func(kind journal.Kind, lock string, at time.Time, more ...journal.Field) journal.Entry {
			return journal.Entry{Kind: kind, At: at, Quality: journal.Device, Subjects: []string{lock, key},
				Fields: append([]journal.Field{{Name: "actor", Value: "activation:4711"}}, more...)}
		}
		return journal.Append(ctx, tx,
			open(journal.DoorOpened, lock, w.At(1, 20, 3, 33)), // before the lock was mounted here
			open(journal.DoorOpened, lock, w.At(6, 2, 8, 14)),
			open(journal.DoorRefused, lock, w.At(6, 2, 19, 50), journal.Field{Name: "code", Value: "activation-expired"}),
			open(journal.DoorOpened, lock, w.At(6, 3, 7, 41)),
			open(journal.DoorOpened, box, w.At(6, 3, 9, 5)),
			journal.Entry{Kind: journal.KeySynced, Subjects: []string{key}, Fields: []journal.Field{{Name: "actor", Value: "system"}}})
	})
	w.Clock.Time = w.At(6, 3, 14, 8)
	w.Integrate()
	w.Clock.Time = w.At(6, 3, 14, 10)
}

// Integrate signs the journal.
func (w *Town) Integrate() {
	w.T.Helper()
	size, err := w.log.Integrate(w.T.Context())
	w.Must(err)
	w.Signed = size
}

// ID finds the opaque id of a lock or a key by what is printed on it, or of a client by number.
func (w *Town) ID(of, name string) (id string) {
	w.T.Helper()
	w.Must(w.DB.View(w.T.Context(), func(tx *storage.Tx) error {
		switch of {
		case "locks":
			found, err := tx.LocksBySerial(w.T.Context(), []string{name})
			id = found[name].ID
			return err
		case "keys":
			found, err := tx.KeysByNumber(w.T.Context(), []string{name})
			id = found[name].ID
			return err
		}
		found, err := tx.ClientsByNumber(w.T.Context(), []string{name})
		id = found[name].ID
		return err
	}))
	if id == "" {
		w.T.Fatalf("nothing is called %s", name)
	}
	return id
}

// browser is somebody with cookies.
func browser(t testing.TB) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}
