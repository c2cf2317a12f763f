package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// The persons of the tests: made-up names, and the tax agency's test numbers.
const (
	majBritt = "192901029088" // alarm and home care, a door lock behind an entrance
	åke      = "193103249078" // protected identity
	ulla     = "193804037483" // nothing yet
)

// clock is a clock that the seed moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func stockholm(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// town is a small municipality in a database, and the portal in front of it.
type town struct {
	t      testing.TB
	db     *storage.DB
	clock  *clock
	zone   *time.Location
	orders *casework.Service
	log    *journal.Log
	pages  *casework.Pages
	server *httptest.Server
	signed int64 // entries of the journal under its newest checkpoint
}

// newTown starts on 3 June 2026 at 14.10, when what the seed tells of has happened.
func newTown(t testing.TB, target string) *town {
	t.Helper()
	zone := stockholm(t)
	c := &clock{time.Date(2026, 5, 25, 9, 0, 0, 0, zone)}
	db := storagetest.Open(t, target, storage.Options{Clock: c.Now})
	w := &town{t: t, db: db, clock: c, zone: zone}
	w.orders = casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), routine.DefaultProfile())
	skey, vkey, err := journal.GenerateKey("kommun.example/hemnyckel")
	w.must(err)
	signer, err := note.NewSigner(skey)
	w.must(err)
	verifier, err := note.NewVerifier(vkey)
	w.must(err)
	w.log, err = journal.NewLog(txn.Narrow(db, func(tx *storage.Tx) journal.Tx { return tx }), signer, verifier)
	w.must(err)
	w.pages = casework.NewPages(txn.Narrow(db, func(tx *storage.Tx) casework.PagesTx { return tx }))
	w.registers()
	w.days()
	w.server = w.serve(true)
	return w
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) serve(demo bool) *httptest.Server { return w.serveWith(w.pages, demo) }

func (w *town) serveWith(pages portal.Pages, demo bool) *httptest.Server {
	h := portal.New(portal.Config{Pages: pages, Municipality: "Söderköpinge kommun", DemoLogin: demo, Zone: w.zone, Clock: w.clock.Now})
	s := httptest.NewServer(web.New(web.Options{Errors: h.WriteError}, h))
	w.t.Cleanup(s.Close)
	return s
}

func (w *town) at(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2026, month, day, hour, minute, 0, 0, w.zone)
}

// registers are what the municipality had before.
func (w *town) registers() {
	b := casework.RegisterBatch{
		Providers: []care.Provider{{OrgNumber: "2120009002", Name: "Söderköpinge kommun"}, {OrgNumber: "5560003468", Name: "Omsorg Syd AB", Private: true}},
		Groups: []care.Group{
			{Code: "G001", Name: "Hemtjänst Norr 1", OrgNumber: "2120009002", Kind: routine.HomeCareGroup, MaxStaff: 13},
			{Code: "G014", Name: "Omsorg Syd Centrum", OrgNumber: "5560003468", Kind: routine.HomeCareGroup, MaxStaff: 8},
			{Code: "G027", Name: "Trygghetsteamet", OrgNumber: "2120009002", Kind: routine.AlarmGroup, MaxStaff: 6},
			{Code: "G030", Name: "Hemsjukvården", OrgNumber: "2120009002", Kind: routine.HealthGroup, MaxStaff: 9},
		},
		Entrances: []casework.RegisterEntrance{{Code: "P-Sjöstigen82", Locks: []fleet.Lock{{Serial: "PT30007", Kind: fleet.Entrance, State: fleet.Mounted, MountedAt: w.at(1, 12, 10, 0)}}}},
		Clients: []casework.RegisterClient{
			{Client: care.Client{PersonalNumber: majBritt, GivenName: "Maj-Britt", FamilyName: "Hansson", Phone: "0700-000001", Ended: routine.Forever},
				Dwelling: care.Dwelling{AddressKey: "sjöstigen 82|2501", Street: "Sjöstigen 82", Apartment: "2501", PostalCode: "43245", Town: "Söderköpinge"}, Entrance: "P-Sjöstigen82",
				Lock: &fleet.Lock{Serial: "DC10002", Kind: fleet.Door, State: fleet.Mounted, MountedAt: w.at(2, 3, 13, 0)},
				Services: []casework.RegisterService{{Row: 14, Kind: routine.HomeCare, Group: "G001", From: w.at(1, 19, 0, 0), Until: routine.Forever, InEffect: true},
					{Row: 15, Kind: routine.Health, Group: "G030", From: w.at(3, 2, 0, 0), Until: w.at(5, 1, 0, 0), InEffect: true}}},
			{Client: care.Client{PersonalNumber: åke, GivenName: "Åke", FamilyName: "Brännström", Phone: "0700-000002", Protected: true, Ended: routine.Forever},
				Dwelling: care.Dwelling{Street: "Hemliga gatan 1", PostalCode: "43246", Town: "Söderköpinge"},
				Lock:     &fleet.Lock{Serial: "NG10001", Kind: fleet.Box, State: fleet.Mounted, MountedAt: w.at(4, 9, 9, 0)},
				Services: []casework.RegisterService{{Row: 16, Kind: routine.HomeCare, Group: "G014", From: w.at(4, 1, 0, 0), Until: routine.Forever, InEffect: true}}},
			{Client: care.Client{PersonalNumber: ulla, GivenName: "Ulla", FamilyName: "Öberg", Ended: routine.Forever},
				Dwelling: care.Dwelling{Street: "Kvarngatan 4", PostalCode: "43245", Town: "Söderköpinge"}},
		},
	}
	for i := range 20 { // enough to make a search too wide
		b.Clients = append(b.Clients, casework.RegisterClient{
			Client:   care.Client{PersonalNumber: fmt.Sprintf("19%010d", i), GivenName: "Prov", FamilyName: fmt.Sprintf("Lundin%02d", i), Ended: routine.Forever},
			Dwelling: care.Dwelling{Street: fmt.Sprintf("Provgatan %d", i), PostalCode: "43245", Town: "Söderköpinge"}})
	}
	for i, k := range []fleet.Key{
		{Number: "N00001", State: fleet.KeyIssued, SyncedAt: w.at(6, 3, 11, 2), SyncedUntil: w.at(6, 8, 11, 2)},
		{Number: "N00002", State: fleet.KeyIssued, SyncedAt: w.at(5, 29, 15, 0), SyncedUntil: w.at(6, 3, 15, 0)},
		{Number: "N00003", State: fleet.KeyIssued, SyncedAt: w.at(6, 1, 15, 0), SyncedUntil: w.at(6, 6, 15, 0)},
		{Number: "N00004", State: fleet.KeyInStock},
		{Number: "N00005", State: fleet.KeyBroken, BatteryChanged: w.at(1, 3, 0, 0)},
		{Number: "N00006", State: fleet.KeyIssued},
	} {
		k.BatteryChanged = w.at(3, 1+i, 0, 0)
		b.Keys = append(b.Keys, casework.RegisterKey{Key: k, Group: []string{"G001", "G027"}[i/4]})
	}
	w.update(func(ctx context.Context, tx *storage.Tx) error {
		faults, err := w.orders.ApplyRegisters(ctx, tx, casework.Import{ID: "prov"}, b)
		if len(faults) > 0 {
			w.t.Fatalf("faults in the seed: %v", faults)
		}
		if err != nil {
			return err
		}
		keys, err := tx.KeysByNumber(ctx, []string{"N00003"})
		if err != nil {
			return err
		}
		lost := keys["N00003"]
		lost.State, lost.BlockedAt, lost.BlockReason = fleet.KeyBlocked, w.at(6, 3, 13, 40), "Borttappad på bussen"
		return tx.PutKeys(ctx, []fleet.Key{lost})
	})
}

func (w *town) update(f func(ctx context.Context, tx *storage.Tx) error) {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.db.Update(ctx, func(tx *storage.Tx) error { return f(ctx, tx) }))
}

func (w *town) place(number string, k routine.OrderKind, group, to string, from time.Time) {
	w.t.Helper()
	_, err := w.orders.Place(w.t.Context(), casework.Orderer{Organisation: "2120009002", Role: routine.CaseOfficer, Actor: "token:vård"},
		casework.NewOrder{Kind: k, PersonalNumber: number, Group: group, ToGroup: to, Effective: from, Channel: "api"})
	w.must(err)
}

// days are some days at work: orders, openings, a refusal, a lock that had another home before.
func (w *town) days() {
	w.clock.now = w.at(5, 28, 10, 12)
	w.place(majBritt, routine.AlarmGranted, "G027", "", w.at(6, 1, 0, 0))
	w.clock.now = w.at(6, 1, 8, 5)
	w.place(ulla, routine.AlarmGranted, "G027", "", w.at(6, 1, 0, 0))
	w.clock.now = w.at(6, 2, 16, 30)
	w.place(majBritt, routine.ProviderChanged, "G001", "G014", w.at(6, 15, 0, 0))
	w.clock.now = w.at(6, 3, 11, 2)
	lock, box, key := w.id("locks", "DC10002"), w.id("locks", "NG10001"), w.id("keys", "N00001")
	w.update(func(ctx context.Context, tx *storage.Tx) error {
		open := func(kind journal.Kind, lock string, at time.Time, more ...journal.Field) journal.Entry {
			return journal.Entry{Kind: kind, At: at, Quality: journal.Device, Subjects: []string{lock, key},
				Fields: append([]journal.Field{{Name: "actor", Value: "activation:4711"}}, more...)}
		}
		return journal.Append(ctx, tx,
			open(journal.DoorOpened, lock, w.at(1, 20, 3, 33)), // before the lock was mounted here
			open(journal.DoorOpened, lock, w.at(6, 2, 8, 14)),
			open(journal.DoorRefused, lock, w.at(6, 2, 19, 50), journal.Field{Name: "code", Value: "activation-expired"}),
			open(journal.DoorOpened, lock, w.at(6, 3, 7, 41)),
			open(journal.DoorOpened, box, w.at(6, 3, 9, 5)),
			journal.Entry{Kind: journal.KeySynced, Subjects: []string{key}, Fields: []journal.Field{{Name: "actor", Value: "system"}}})
	})
	w.clock.now = w.at(6, 3, 14, 8)
	w.integrate()
	w.clock.now = w.at(6, 3, 14, 10)
}

func (w *town) integrate() {
	w.t.Helper()
	size, err := w.log.Integrate(w.t.Context())
	w.must(err)
	w.signed = size
}

// id finds the opaque id of a lock or a key by what is printed on it, or of a client by number.
func (w *town) id(of, name string) (id string) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx *storage.Tx) error {
		switch of {
		case "locks":
			found, err := tx.LocksBySerial(w.t.Context(), []string{name})
			id = found[name].ID
			return err
		case "keys":
			found, err := tx.KeysByNumber(w.t.Context(), []string{name})
			id = found[name].ID
			return err
		}
		found, err := tx.ClientsByNumber(w.t.Context(), []string{name})
		id = found[name].ID
		return err
	}))
	if id == "" {
		w.t.Fatalf("nothing is called %s", name)
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
