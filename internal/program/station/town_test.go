package station_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/deviceapi"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/program/locksim"
	"hemnyckel/internal/program/station"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
	"hemnyckel/lockcore"
)

const (
	lockNo = 7
	badge  = "04:A1:B2:C3"
	pin    = "4719"
)

// clock is everybody's time.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// town is a municipality with a server, a station, a lock and keys, all on real sockets.
type town struct {
	t        *testing.T
	clock    *clock
	db       *storage.DB
	auth     *credential.Authority
	material credential.Material // of auth
	keys     *fleet.Keys
	stations *fleet.Stations
	sync     *keysync.Service
	staff    *identity.Staff
	server   *httptest.Server
	down     atomic.Bool // the server is out of reach
	lose     atomic.Bool // the server serves the next visit, and its answer is lost
	lock     *locksim.Lock
	station  *station.Station
	dir      string
}

func newTown(t *testing.T, target string) *town {
	t.Helper()
	return newTownAt(t, target, time.Now().UTC().Truncate(time.Second), keysync.DefaultProfile())
}

func newTownAt(t *testing.T, target string, now time.Time, profile keysync.Profile) *town {
	t.Helper()
	w := &town{t: t, dir: t.TempDir(), clock: &clock{at: now}}
	w.db = storagetest.Open(t, target, storage.Options{Clock: w.clock.now})
	var err error
	_, w.material, err = credential.NewMaterial(w.clock.now())
	w.must(err)
	w.auth, err = credential.LoadAuthority(w.material)
	w.must(err)
	w.keys = fleet.NewKeys(txn.Narrow(w.db, func(tx *storage.Tx) fleet.KeyTx { return tx }), w.auth)
	w.stations = fleet.NewStations(txn.Narrow(w.db, func(tx *storage.Tx) fleet.StationTx { return tx }), w.auth)
	w.staff = identity.NewStaff(txn.Narrow(w.db, func(tx *storage.Tx) identity.StaffTx { return tx }))
	runner := txn.Narrow(w.db, func(tx *storage.Tx) keysync.Tx { return tx })
	if w.sync, err = keysync.Open(t.Context(), runner, w.auth, profile); err != nil {
		t.Fatal(err)
	}
	w.seed()
	w.serve()
	w.startLock()
	return w
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// seed makes two groups, a person in the first, a client with a door, and the first group's right to it.
func (w *town) seed() {
	w.t.Helper()
	ctx, now := w.t.Context(), w.clock.now()
	service := care.Service{ClientID: "c1", Origin: "register:insatser:2"}
	service.ID, service.Kind, service.Group.ID, service.From, service.Until = "s1", "homecare", "g1", now.Add(-time.Hour), routine.Forever
	w.must(w.db.Update(ctx, func(tx *storage.Tx) error {
		for _, f := range []func() error{
			func() error {
				return tx.PutProviders(ctx, []care.Provider{{ID: "p1", OrgNumber: "2120000001", Name: "Hemtjänsten"}})
			},
			func() error {
				return tx.PutGroups(ctx, []care.Group{
					{ID: "g1", Number: 11, Code: "G001", Name: "Norr", ProviderID: "p1", Kind: "homecare", MaxStaff: 5},
					{ID: "g2", Number: 12, Code: "G002", Name: "Inköp", ProviderID: "p1", Kind: "shopping", MaxStaff: 5}})
			},
			func() error {
				return tx.PutStaff(ctx, []care.Staff{{ID: "a1", EmployeeNumber: "1001", Pseudonym: 501, GivenName: "Alva", FamilyName: "Ek"}})
			},
			func() error {
				return tx.PutMemberships(ctx, []care.Membership{{StaffID: "a1", GroupID: "g1", From: now.Add(-time.Hour), Until: now.Add(30 * 24 * time.Hour)}})
			},
			func() error {
				return tx.PutDwellings(ctx, []care.Dwelling{{ID: "d1", AddressKey: "d1", Street: "Storgatan 1", PostalCode: "12345", Town: "Exempelby"}})
			},
			func() error {
				return tx.PutClients(ctx, []care.Client{{ID: "c1", PersonalNumber: "193001012384", DwellingID: "d1", Ended: routine.Forever}})
			},
			func() error { return tx.PutServices(ctx, []care.Service{service}) },
			func() error {
				return tx.PutLocks(ctx, []fleet.Lock{{ID: "l1", Serial: "L0007", Number: lockNo, Kind: fleet.Door, State: fleet.Mounted, DwellingID: "d1", MountedAt: now, Epoch: 1}})
			},
			func() error {
				return tx.PutGrounds(ctx, []access.Ground{{ID: "x1", ClientID: "c1", ServiceID: "s1", Kind: "homecare", GroupID: "g1", From: now.Add(-time.Hour), Until: routine.Forever, Rule: "V5"}})
			},
			func() error { return w.setRight(ctx, tx, now.Add(-time.Hour), routine.Forever) },
			func() error {
				return tx.PutKeys(ctx, []fleet.Key{
					{ID: "k1", Device: 901, Number: "N00001", GroupID: "g1", State: fleet.KeyIssued},
					{ID: "k2", Device: 902, Number: "N00002", GroupID: "g1", State: fleet.KeyInStock},
					{ID: "k3", Device: 903, Number: "N00003", GroupID: "g2", State: fleet.KeyIssued}})
			},
		} {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	}))
	w.must(w.staff.Enrol(ctx, "account:demo", "1001", badge, pin))
}

func (w *town) setRight(ctx context.Context, tx *storage.Tx, from, until time.Time) error {
	return tx.PutRights(ctx, []access.Right{{GroundID: "x1", LockID: "l1", GroupID: "g1", ClientID: "c1", From: from, Until: until}})
}

func (w *town) serve() {
	door := web.New(web.Options{}, deviceapi.New(w.stations, w.keys, w.sync, w.staff, w.auth))
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.down.Load() {
			panic(http.ErrAbortHandler)
		}
		if r.URL.Path == deviceapi.PathVisit && w.lose.CompareAndSwap(true, false) {
			door.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler) // served and committed; nobody hears of it
		}
		door.ServeHTTP(rw, r)
	}))
	w.t.Cleanup(w.server.Close)
}

func (w *town) run(f func(context.Context) error) { w.t.Cleanup(w.background(f)) }

// background runs f until stop is called, which waits for it.
func (w *town) background(f func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := f(ctx); err != nil {
			w.t.Error(err)
		}
	}()
	return func() { cancel(); <-done }
}

func (w *town) startLock() {
	w.t.Helper()
	lock, err := locksim.NewLock(locksim.LockConfig{Dir: filepath.Join(w.dir, "lock"), Addr: "127.0.0.1:0",
		Now: func() (time.Time, bool) { return w.clock.now(), true }})
	w.must(err)
	w.lock = lock
	w.run(lock.Run)
	w.must(locksim.Press(filepath.Join(w.dir, "lock")))
	w.must(locksim.Claim(w.t.Context(), lock.Addr(), lock.ClaimCode(), func(c lockcore.Candidate) (lockcore.ClaimInstall, error) {
		cert, err := w.auth.IssueLock(lockNo, c.Key, c.Exchange, w.clock.now())
		if err != nil {
			return lockcore.ClaimInstall{}, err
		}
		config, err := w.auth.IssueConfig(credential.LockConfig{Lock: lockNo, Epoch: 1}, w.clock.now())
		if err != nil {
			return lockcore.ClaimInstall{}, err
		}
		err = w.db.Update(w.t.Context(), func(tx *storage.Tx) error {
			locks, err := tx.LocksByNumber(w.t.Context(), []uint32{lockNo})
			if err != nil {
				return err
			}
			l := locks[lockNo]
			l.Certificate = cert
			return tx.PutLocks(w.t.Context(), []fleet.Lock{l})
		})
		if err != nil {
			return lockcore.ClaimInstall{}, err
		}
		return lockcore.NewInstall(w.auth, c, cert, config, w.clock.now())
	}))
}

// config of a station of group 1 whose enrolment token is fresh.
func (w *town) config(name, group string) station.Config {
	w.t.Helper()
	token, err := w.stations.Enrol(w.t.Context(), "account:demo", name, group)
	w.must(err)
	return station.Config{Server: w.server.URL, Dir: filepath.Join(w.dir, name), Token: token, Listen: "127.0.0.1:0", Panel: "127.0.0.1:0",
		Clock: w.clock.now, Refresh: 50 * time.Millisecond}
}

func (w *town) startStation(name, group string) *station.Station {
	w.t.Helper()
	s, err := station.New(w.config(name, group))
	w.must(err)
	w.must(s.Start(w.t.Context()))
	w.run(s.Run)
	return s
}

// key opens the simulated fob of that number and enrols it.
func (w *town) key(number string) *locksim.Key {
	w.t.Helper()
	k, err := locksim.OpenKey(filepath.Join(w.dir, number+".key"))
	w.must(err)
	e, err := w.keys.Enrol(w.t.Context(), "account:demo", number, k.PublicKey())
	w.must(err)
	raw, err := credential.Encode(e)
	w.must(err)
	w.must(k.Enrol(raw))
	return k
}

// visit puts the key into the station, after identification if identified.
func (w *town) visit(k *locksim.Key, s *station.Station, identified bool) locksim.StationResult {
	w.t.Helper()
	if identified {
		w.must(s.Identify(badge, pin))
	}
	r, err := k.Station(w.t.Context(), s.Addr())
	w.must(err)
	_, err = w.sync.Unpack(w.t.Context()) // as the server does by itself
	w.must(err)
	return r
}

func (w *town) open(k *locksim.Key, want credential.Code) {
	w.t.Helper()
	r, err := k.Open(w.t.Context(), w.lock.Addr())
	w.must(err)
	if r.Code != want || r.Opened != (want == credential.OK) {
		w.t.Fatalf("opening: got %v (%s), want %v", r.Code, r.EN, want)
	}
}

// entries returns the journal's entries of a kind, newest first.
func (w *town) entries(kind journal.Kind) []journal.Record {
	w.t.Helper()
	var rows []journal.Record
	w.must(w.db.View(w.t.Context(), func(tx *storage.Tx) (err error) {
		rows, err = journal.List(w.t.Context(), tx, journal.Filter{Kinds: []journal.Kind{kind}}, journal.MaxPage, "")
		return err
	}))
	return rows
}

func (w *town) count(kind journal.Kind, want int) {
	w.t.Helper()
	if got := len(w.entries(kind)); got != want {
		w.t.Fatalf("%s: got %d entries, want %d", kind, got, want)
	}
}
