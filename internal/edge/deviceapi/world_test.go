package deviceapi_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// The visits of internal/domain/keysync are tested here, one floor up, because a whole municipality is needed, groups and
// staff included, which keysync itself knows nothing of.

// world is a municipality with one lock, two keys and a station, all played by the test.
type world struct {
	t        *testing.T
	now      time.Time
	db       *storage.DB
	auth     *credential.Authority
	material credential.Material // of it
	fault    fault
	known    credential.Version // block list that keys say they have
	sync     *keysync.Service
	profile  keysync.Profile
	station  fleet.Station
	post     *credential.Identity // the station's keys
	lock     *lock
	keys     map[uint32]*key
}

type key struct {
	device  uint32
	signer  *ecdsa.PrivateKey
	counter uint32
}

// lock writes a log and signs batches of it.
type lock struct {
	id      *credential.Identity
	epoch   uint16
	records []credential.Record
	heads   []credential.Hash // heads[n] is after n records
}

// fault fails an Update before or after its commit.
type fault int

const (
	none fault = iota
	lost
	saved
	panics
)

type runner struct {
	w *world
	txn.Runner[keysync.Tx]
}

var errInjected = problem.New(problem.Unavailable, "injected", "injected", "injected")

func (r runner) Update(ctx context.Context, f func(keysync.Tx) error) error {
	fault := r.w.fault
	r.w.fault = none
	err := r.Runner.Update(ctx, func(tx keysync.Tx) error {
		err := f(tx)
		if fault == panics {
			panic("injected")
		}
		if err != nil || fault != lost {
			return err
		}
		return errInjected
	})
	if err == nil && fault == saved {
		return errInjected
	}
	return err
}

// each runs a test on both engines.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	storagetest.EachTarget(t, func(t *testing.T, target string) { test(t, newWorld(t, target)) })
}

func newWorld(t *testing.T, target string) *world {
	w := &world{t: t, now: time.Date(2026, 3, 27, 14, 20, 0, 0, time.UTC), keys: map[uint32]*key{},
		profile: keysync.Profile{Shift: 12 * time.Hour, Acknowledge: 1}}
	w.db = storagetest.Open(t, target, storage.Options{Clock: func() time.Time { return w.now }})
	var err error
	_, w.material, err = credential.NewMaterial(w.now)
	w.must(err)
	w.auth, err = credential.LoadAuthority(w.material)
	w.must(err)
	w.open()
	w.must(w.db.Update(t.Context(), w.seed))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// open starts the service, as a restarted server would.
func (w *world) open() {
	w.t.Helper()
	var err error
	w.sync, err = keysync.Open(w.t.Context(), runner{w, txn.Narrow(w.db, func(tx *storage.Tx) keysync.Tx { return tx })}, w.auth, w.profile)
	w.must(err)
}

func (w *world) seed(tx *storage.Tx) error {
	ctx := w.t.Context()
	w.lock = w.newLock(1)
	cert, err := w.auth.IssueLock(7, w.lock.id.PublicKey(), w.lock.id.ExchangeKey(), w.now)
	w.must(err)
	w.post, err = credential.NewIdentity()
	w.must(err)
	station, err := w.auth.IssueStation(3, 11, w.post.PublicKey(), w.post.ExchangeKey(), w.now)
	w.must(err)
	w.station = fleet.Station{ID: "t1", Device: 3, Name: "Norr 1", GroupID: "g1", Certificate: station, EnrolledAt: w.now}
	var keys []fleet.Key
	for device := uint32(901); device <= 902; device++ {
		signer, err := credential.NewSigningKey()
		w.must(err)
		public, err := credential.PublicKeyOf(signer)
		w.must(err)
		raw, err := w.auth.IssueKey(device, 11, public, w.now)
		w.must(err)
		w.keys[device] = &key{device: device, signer: signer}
		id := "k" + string(rune('0'+device-900))
		keys = append(keys, fleet.Key{ID: id, Device: device, Number: "N" + id, GroupID: "g1", State: fleet.KeyIssued, Certificate: raw, PublicKey: public[:]})
	}
	return errors.Join(
		tx.PutProviders(ctx, []care.Provider{{ID: "p1", OrgNumber: "2120000001", Name: "Hemtjänsten"}}),
		tx.PutGroups(ctx, []care.Group{{ID: "g1", Number: 11, Code: "G001", Name: "Norr", ProviderID: "p1", Kind: routine.GroupKind("homecare")}}),
		tx.PutStaff(ctx, []care.Staff{{ID: "a1", EmployeeNumber: "1001", Pseudonym: 501}}),
		tx.PutDwellings(ctx, []care.Dwelling{{ID: "d1", AddressKey: "d1"}}),
		tx.PutLocks(ctx, []fleet.Lock{{ID: "l1", Serial: "L0007", Number: 7, Kind: fleet.Door, State: fleet.Mounted, DwellingID: "d1", Epoch: 1, Certificate: cert}}),
		tx.PutKeys(ctx, keys),
		tx.PutStation(ctx, w.station, strings.Repeat("0", 64)),
		tx.PutClients(ctx, []care.Client{{ID: "c1", PersonalNumber: "c1", DwellingID: "d1", Ended: routine.Forever}}),
		tx.PutServices(ctx, []care.Service{{ClientID: "c1", Origin: "test", Service: routine.Service{ID: "s1", Kind: routine.HomeCare, Group: routine.Group{ID: "g1"},
			From: w.now.AddDate(-1, 0, 0), Until: routine.Forever, InEffect: true}}}),
		tx.PutGrounds(ctx, []access.Ground{{ID: "b1", ClientID: "c1", ServiceID: "s1", Kind: routine.HomeCare, GroupID: "g1",
			From: w.now.AddDate(-1, 0, 0), Until: routine.Forever, Rule: "V1.1-a"}}),
		w.allow(tx, w.now.AddDate(-1, 0, 0), routine.Forever),
	)
}

// allow gives the group a right to the lock, in place of the one that it had.
func (w *world) allow(tx *storage.Tx, from, until time.Time) error {
	return tx.PutRights(w.t.Context(), []access.Right{{GroundID: "b1", LockID: "l1", GroupID: "g1", ClientID: "c1", From: from, Until: until}})
}

func (w *world) newLock(epoch uint16) *lock {
	id, err := credential.NewIdentity()
	w.must(err)
	return &lock{id: id, epoch: epoch, heads: []credential.Hash{credential.ChainStart(id.PublicKey())}}
}

// opened adds n openings to the lock's log.
func (w *world) opened(l *lock, n int) {
	for range n {
		r := credential.Record{Seq: uint32(len(l.records) + 1), Boot: 1, Time: credential.At(w.now), Quality: credential.TimeRunning,
			Event: credential.EventOpened, Key: 901, Activation: credential.ActivationSerial(3, 1)}
		w.add(l, r)
	}
}

func (w *world) add(l *lock, r credential.Record) {
	head, err := r.Chain(l.heads[len(l.heads)-1])
	w.must(err)
	l.records, l.heads = append(l.records, r), append(l.heads, head)
}

// batch seals the records first to last of a lock.
func (w *world) batch(l *lock, first, last int) []byte {
	w.t.Helper()
	return w.seal(l, credential.LogBatch{Lock: 7, Identity: l.id.PublicKey().Hash(), Epoch: l.epoch, Prev: l.heads[first-1],
		Records: l.records[first-1 : last], Last: uint32(len(l.records))})
}

func (w *world) seal(l *lock, b credential.LogBatch) []byte {
	w.t.Helper()
	if b.Oldest == 0 {
		b.Oldest = b.First()
	}
	signed, err := credential.SignBatch(l.id.Signing, b)
	w.must(err)
	sealed, err := credential.SealBatch(w.auth.Ingest(), signed)
	w.must(err)
	return sealed
}

// request makes a key's upload for a fresh nonce.
func (w *world) request(device uint32, mail credential.Mail) keysync.Visit {
	w.t.Helper()
	nonce, err := w.sync.Nonce(w.t.Context(), w.station.Device)
	w.must(err)
	return w.sign(device, nonce, mail)
}

func (w *world) sign(device uint32, nonce [16]byte, mail credential.Mail) keysync.Visit {
	w.t.Helper()
	k := w.keys[device]
	k.counter++
	raw, err := credential.Encode(mail)
	w.must(err)
	v := keysync.Visit{Handshake: sha256.Sum256([]byte("channel")), Mail: raw}
	v.Request, err = credential.SignSyncRequest(k.signer, credential.SyncRequest{Key: device, Counter: k.counter, Nonce: nonce,
		Handshake: v.Handshake, Blocks: w.known, Mail: sha256.Sum256(raw)})
	w.must(err)
	return v
}

// bring lets a key bring batches home and returns the sequence number that is acknowledged once they have been taken over, 0 for
// none.
func (w *world) bring(device uint32, batches ...[]byte) uint32 {
	w.t.Helper()
	w.carry(device, batches...)
	w.unpack()
	return w.home(device)
}

// carry lets a key bring batches, which then wait.
func (w *world) carry(device uint32, batches ...[]byte) {
	w.t.Helper()
	_, err := w.sync.Visit(w.t.Context(), w.station, w.request(device, credential.Mail{Batches: batches}))
	w.must(err)
}

func (w *world) unpack() {
	w.t.Helper()
	_, err := w.sync.Unpack(w.t.Context())
	w.must(err)
}

// home is the sequence number that a key with nothing to bring is given to acknowledge.
func (w *world) home(device uint32) uint32 {
	w.t.Helper()
	raw, err := w.sync.Visit(w.t.Context(), w.station, w.request(device, credential.Mail{}))
	w.must(err)
	return w.acked(raw)
}

func (w *world) acked(raw []byte) uint32 {
	w.t.Helper()
	response, err := credential.DecodeSyncResponse(raw)
	w.must(err)
	for _, one := range response.Acks {
		ack, err := credential.ParseAck(one)
		w.must(err)
		return ack.Seq
	}
	return 0
}

func (w *world) count(kind journal.Kind) int {
	w.t.Helper()
	return len(w.bodies(kind))
}

func (w *world) bodies(kind journal.Kind) (bodies []string) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx *storage.Tx) error {
		records, err := journal.List(w.t.Context(), tx, journal.Filter{Kinds: []journal.Kind{kind}}, journal.MaxPage, "")
		for _, r := range records {
			bodies = append(bodies, fmt.Sprintf("%q", r.Fields))
		}
		return err
	}))
	return bodies
}

// want checks the journal: openings and the classes of anomalies, newest first.
func (w *world) want(openings int, classes ...string) {
	w.t.Helper()
	if got := w.count(journal.DoorOpened); got != openings {
		w.t.Errorf("openings in the journal: got %d, want %d", got, openings)
	}
	bodies := w.bodies(journal.RecordsAnomalous)
	if len(bodies) != len(classes) {
		w.t.Fatalf("anomalies: got %v, want %v", bodies, classes)
	}
	for i, class := range classes {
		if !strings.Contains(bodies[i], `"`+class+`"`) {
			w.t.Errorf("anomaly %d: got %s, want %s", i, bodies[i], class)
		}
	}
}
