package lockcore_test

import (
	"crypto/ecdsa"
	"errors"
	"maps"
	"net"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// memStore is a Store in memory that can fail before or after it has saved.
type memStore struct {
	slots  map[lockcore.Slot][]byte
	before int // fail this many commits from now without saving; counts down
	after  int // likewise, having saved
}

var errPower = errors.New("power cut")

func (m *memStore) Load() (map[lockcore.Slot][]byte, error) { return maps.Clone(m.slots), nil }

func (m *memStore) Commit(change map[lockcore.Slot][]byte) error {
	if m.before > 0 {
		if m.before--; m.before == 0 {
			return errPower
		}
	}
	if m.slots == nil {
		m.slots = map[lockcore.Slot][]byte{}
	}
	maps.Copy(m.slots, change)
	if m.after > 0 {
		if m.after--; m.after == 0 {
			return errPower
		}
	}
	return nil
}

// world is one municipality with one lock, one station and one key.
type world struct {
	t         testing.TB
	now       time.Time
	clockOK   bool
	wrong     time.Duration        // the lock's clock less the time
	uptime    func() time.Duration // nil counts nothing
	epoch     uint16               // that the lock is claimed with, 0 is 1
	lastNonce [8]byte
	started   func() // told of every start
	button    bool   // nobody presses it
	auth      *credential.Authority
	lock      *lockcore.Lock
	store     *memStore
	ring      int
	bolts     int
	station   *credential.Identity
	stCert    []byte
	key       *ecdsa.PrivateKey
	holder    credential.PublicKey
	tree      *credential.Tree
	grant     credential.Grant // what was asked for
	issuer    []byte           // nil is the authority's
	rawG      []byte
	rawA      []byte
	count     uint32
	met       []byte // the lock's certificate, as the key keeps it
}

const (
	lockNo    = 104_711
	keyID     = 2017
	stationID = 3
	group     = 12
	staff     = 1<<60 + 99
)

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newWorld(t testing.TB, opts ...func(*world)) *world {
	t.Helper()
	w := &world{
		t: t, now: time.Date(2026, 3, 2, 7, 20, 0, 0, time.UTC), clockOK: true, store: &memStore{}, ring: 128,
		grant: credential.Grant{Key: keyID, Generation: 1, Shift: 12 * 60, Group: group},
	}
	for _, o := range opts {
		o(w)
	}
	if w.auth == nil {
		w.auth = must(credential.NewAuthority(w.now))(t)
	}
	w.start()
	w.claim()
	w.station = must(credential.NewIdentity())(t)
	w.stCert = must(w.auth.IssueStation(stationID, group, w.station.PublicKey(), w.station.ExchangeKey(), w.now))(t)
	w.key = must(credential.NewSigningKey())(t)
	w.holder = must(credential.PublicKeyOf(w.key))(t)
	w.sync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1})
	w.activate()
	return w
}

func (w *world) start() {
	w.t.Helper()
	if w.started != nil {
		w.started()
	}
	w.lock = must(lockcore.New(lockcore.Config{
		Store: w.store, Bolt: func() { w.bolts++ }, Ring: w.ring,
		Now:    func() (credential.Instant, bool) { return credential.At(w.now.Add(w.wrong)), w.clockOK },
		Button: func() bool { return !w.button },
		Uptime: w.uptime,
	}))(w.t)
}

// pipe runs a visitor against one session of the lock.
func (w *world) pipe(visitor func(net.Conn) error) error {
	a, b := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer b.Close()
		_ = w.lock.Serve(b)
	}()
	err := visitor(a)
	a.Close()
	<-done
	return err
}

func (w *world) claim() {
	w.t.Helper()
	err := w.pipe(func(c net.Conn) error {
		return lockcore.Claim(c, w.lock.ClaimCode(), func(c lockcore.Candidate) (lockcore.ClaimInstall, error) {
			return w.install(c), nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) install(c lockcore.Candidate) lockcore.ClaimInstall {
	certificate := must(w.auth.IssueLock(lockNo, c.Key, c.Exchange, w.now))(w.t)
	config := must(w.auth.IssueConfig(credential.LockConfig{Lock: lockNo, Version: 1, Epoch: max(w.epoch, 1)}, w.now))(w.t)
	m := must(lockcore.NewInstall(w.auth, c, certificate, config, w.now))(w.t)
	return m
}

// sync gives the key a grant over the leaf and a thousand neighbours.
func (w *world) sync(leaf credential.Leaf) {
	w.t.Helper()
	leaves := []credential.Leaf{leaf}
	for i := range uint32(999) {
		leaves = append(leaves, credential.Leaf{Lock: 10_000 + i, Rights: credential.RightOpen, Epoch: 1})
	}
	w.tree = must(credential.NewTree(must(credential.PadLeaves(leaves))(w.t)))(w.t)
	g := w.grant
	g.Holder = w.holder
	w.rawG = must(w.auth.IssueGrant(g, w.tree, w.now))(w.t)
}

func (w *world) activate() {
	w.t.Helper()
	g := must(credential.ParseGrant(w.rawG))(w.t)
	a := w.activation()
	w.rawA = must(credential.SignActivation(w.station, a, g))(w.t)
}

func (w *world) activation() credential.Activation {
	return credential.Activation{
		Station: stationID, Key: keyID, NotBefore: credential.At(w.now), Expires: credential.At(w.now.Add(12 * time.Hour)),
		Serial: credential.ActivationSerial(stationID, 1), Grant: credential.HashGrant(w.rawG), Staff: staff,
	}
}

func (w *world) trust() lockcore.Trust {
	return lockcore.Trust{Root: w.auth.Root(), DeviceCAs: w.auth.Certificates(credential.RoleDeviceCA), Met: w.met}
}

func (w *world) pass() lockcore.Pass {
	w.count++
	issuer := w.issuer
	if issuer == nil {
		issuer = w.auth.Certificate(credential.RoleGrantIssuer)
	}
	return lockcore.Pass{
		Holder: w.key, Counter: w.count, Grant: w.rawG, Issuer: issuer, Tree: w.tree,
		Activation: w.rawA, Station: w.stCert, StationCA: w.auth.Certificate(credential.RoleStationCA),
	}
}

// outcome is what one whole visit gave.
type outcome struct {
	verdict lockcore.Verdict
	opened  lockcore.Opened
	up      lockcore.Up
	bolts   int
}

// visit runs a whole session: present, open if allowed, mail.
func (w *world) visit(down lockcore.Down) outcome {
	w.t.Helper()
	var o outcome
	before := w.bolts
	err := w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		if o.verdict, err = v.Present(w.pass()); err != nil {
			return err
		}
		if o.verdict.Code == credential.OK {
			if o.opened, err = v.Open(); err != nil {
				return err
			}
		}
		o.up, err = v.Mail(down)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	o.bolts = w.bolts - before
	return o
}

func (w *world) wantCode(want credential.Code) {
	w.t.Helper()
	o := w.visit(lockcore.Down{})
	opens := want == credential.OK
	if o.verdict.Code != want || (o.bolts == 1) != opens {
		w.t.Fatalf("got code %v and %d bolts, want %v", o.verdict.Code, o.bolts, want)
	}
}

// blockList is mail with a block list.
func (w *world) blockList(b credential.BlockList) lockcore.Down {
	w.t.Helper()
	if b.Version.Number == 0 {
		b.Version.Number = uint64(w.now.Unix())
	}
	for i := range b.Entries {
		if b.Entries[i].Expiry == 0 {
			b.Entries[i].Expiry = credential.DayOf(credential.At(w.now)) + 7
		}
	}
	return lockcore.Down{
		Blocks:     must(w.auth.IssueBlockList(b, w.now))(w.t),
		Revocation: w.auth.Certificate(credential.RoleRevocation),
	}
}
