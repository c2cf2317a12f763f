package locksim_test

import (
	"context"
	"crypto/rand"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/program/locksim"
	"hemnyckel/lockcore"
)

const (
	lockNo    = 4711
	keyID     = 17
	stationID = 3
	group     = 12
)

// town is a municipality in one process: authority, a lock on a socket, a key in a file, and a station that plays the
// server too.
type town struct {
	t       *testing.T
	auth    *credential.Authority
	dir     string
	lock    *locksim.Lock
	stop    func()
	bolts   atomic.Int32
	key     *locksim.Key
	station *credential.Identity
	greet   credential.StationGreeting
	blocks  credential.BlockList
	acks    [][]byte
	records []credential.Record // come home
	counter uint32
	nonces  [][8]byte // of locks, as the last mail had them
	clock   func() (time.Time, bool)
}

func newTown(t *testing.T) *town {
	t.Helper()
	auth, err := credential.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return newTownOf(t, auth, nil)
}

// newTownOf is a town with that authority, and a lock with that clock (nil is the machine's) and a counter of seconds.
func newTownOf(t *testing.T, auth *credential.Authority, clock func() (time.Time, bool)) *town {
	t.Helper()
	w := &town{t: t, dir: t.TempDir(), auth: auth, clock: clock}
	w.startLock()
	t.Cleanup(func() { w.stop() })
	if err := locksim.Press(filepath.Join(w.dir, "lock")); err != nil {
		t.Fatal(err)
	}
	if err := locksim.Claim(t.Context(), w.lock.Addr(), w.lock.ClaimCode(), w.certify); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.key, err = locksim.OpenKey(filepath.Join(w.dir, "key.state")); err != nil {
		t.Fatal(err)
	}
	w.enrol()
	w.newStation()
	return w
}

func (w *town) startLock() {
	w.t.Helper()
	started := time.Now()
	lock, err := locksim.NewLock(locksim.LockConfig{
		Dir: filepath.Join(w.dir, "lock"), Addr: "127.0.0.1:0", Bolt: func() { w.bolts.Add(1) }, Ring: 128, Now: w.clock,
		Uptime: func() time.Duration { return time.Since(started) },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := lock.Run(ctx); err != nil {
			w.t.Error(err)
		}
	}()
	w.lock, w.stop = lock, func() { cancel(); <-done }
}

func (w *town) certify(c lockcore.Candidate) (lockcore.ClaimInstall, error) {
	now := time.Now()
	cert, err := w.auth.IssueLock(lockNo, c.Key, c.Exchange, now)
	if err != nil {
		return lockcore.ClaimInstall{}, err
	}
	cfg, err := w.auth.IssueConfig(credential.LockConfig{Lock: lockNo, Version: 1, Epoch: 1}, now)
	if err != nil {
		return lockcore.ClaimInstall{}, err
	}
	return lockcore.NewInstall(w.auth, c, cert, cfg, now)
}

func (w *town) enrol() {
	w.t.Helper()
	cert, err := w.auth.IssueKey(keyID, group, w.key.PublicKey(), time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	b, err := credential.Encode(credential.Enrolment{
		Root: w.auth.Root(), Next: w.auth.NextRoot(), Certificate: cert, DeviceCA: w.auth.Certificate(credential.RoleDeviceCA),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.key.Enrol(b); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) newStation() {
	w.t.Helper()
	var err error
	if w.station, err = credential.NewIdentity(); err != nil {
		w.t.Fatal(err)
	}
	cert, err := w.auth.IssueStation(stationID, group, w.station.PublicKey(), w.station.ExchangeKey(), time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	w.greet = credential.StationGreeting{Certificate: cert, StationCA: w.auth.Certificate(credential.RoleStationCA)}
}

// what a visit to the station does.
type steps struct{ sync, activate, erase bool }

// visitStation plays a station for one key.
func (w *town) visitStation(s steps) locksim.StationResult {
	w.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	defer ln.Close()
	fault := make(chan error, 1)
	go func() {
		conn, err := ln.Accept()
		if err == nil {
			err = w.serveKey(conn, s)
			conn.Close()
		}
		fault <- err
	}()
	r, err := w.key.Station(w.t.Context(), ln.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	if err := <-fault; err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *town) serveKey(conn net.Conn, s steps) error {
	ch, hello, key, err := lockcore.AcceptKey(conn, w.station, w.greet, lockcore.Host{Roots: w.auth.Roots(), DeviceCA: w.auth.Certificate(credential.RoleDeviceCA)})
	if err != nil {
		return err
	}
	grant := hello.Grant
	if s.sync {
		if grant, err = w.sync(ch, key); err != nil {
			return err
		}
	}
	if s.activate {
		if err := w.activate(ch, grant); err != nil {
			return err
		}
	}
	if s.erase {
		if _, err := w.ask(ch, credential.StationMessage{Erase: &credential.Erase{}}); err != nil {
			return err
		}
	}
	return ch.Send(credential.StationMessage{Bye: &credential.Bye{}})
}

func (w *town) ask(ch lockcore.StationChannel, m credential.StationMessage) (credential.StationMessage, error) {
	if err := ch.Send(m); err != nil {
		return m, err
	}
	r, err := ch.Receive()
	if err == nil && r.Done != nil && r.Done.Code != credential.OK {
		err = credential.Refuse(r.Done.Code, "")
	}
	return r, err
}

// sync is the server's part: it authenticates the key, takes the mail home and answers.
func (w *town) sync(ch lockcore.StationChannel, key credential.Certificate) ([]byte, error) {
	var nonce [16]byte
	rand.Read(nonce[:])
	m, err := w.ask(ch, credential.StationMessage{SyncBegin: &credential.SyncBegin{Nonce: nonce}})
	if err != nil {
		return nil, err
	}
	req, err := credential.Verifier{}.SyncRequest(m.SyncUpload.Request, m.SyncUpload.Mail, key.Key)
	if err != nil {
		return nil, err
	}
	if req.Nonce != nonce || req.Handshake != ch.Handshake() || req.Key != keyID {
		return nil, credential.Refuse(credential.CodeProtocol, "the request is for another visit")
	}
	if err := w.takeHome(m.SyncUpload.Mail); err != nil {
		return nil, err
	}
	out, err := w.response(key, req)
	if err != nil {
		return nil, err
	}
	b, err := credential.Encode(out)
	if err != nil {
		return nil, err
	}
	_, err = w.ask(ch, credential.StationMessage{SyncResult: &credential.SyncResult{Response: b}})
	return out.Grant, err
}

func (w *town) takeHome(raw []byte) error {
	mail, err := credential.DecodeMail(raw)
	if err != nil {
		return err
	}
	w.nonces = mail.Nonces
	for _, sealed := range mail.Batches {
		signed, _, err := w.auth.OpenBatch(sealed)
		if err != nil {
			return err
		}
		b, err := credential.Verifier{}.Batch(signed, w.lock.Key())
		if err != nil {
			return err
		}
		w.records = append(w.records, b.Records...)
		head, err := b.Head()
		if err != nil {
			return err
		}
		acks, err := w.auth.IssueAcks([]credential.Ack{{Lock: b.Identity, Epoch: b.Epoch, Seq: b.Through(), Head: head}})
		if err != nil {
			return err
		}
		w.acks = append(w.acks, acks...)
	}
	return nil
}

func (w *town) response(key credential.Certificate, req credential.SyncRequest) (credential.SyncResponse, error) {
	now := time.Now()
	none := credential.SyncResponse{}
	leaves, err := credential.PadLeaves([]credential.Leaf{{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1}, {Lock: 5000, Rights: credential.RightOpen}})
	if err != nil {
		return none, err
	}
	tree, err := credential.NewTree(leaves)
	if err != nil {
		return none, err
	}
	w.blocks.Version.Number++
	blocks, err := w.auth.IssueBlockList(w.blocks, now)
	if err != nil {
		return none, err
	}
	grant, err := w.auth.IssueGrant(credential.Grant{
		Key: keyID, Holder: key.Key, Shift: 12 * 60, Group: group, Blocks: credential.Version{Epoch: 1, Number: w.blocks.Version.Number},
	}, tree, now)
	var times [][]byte
	for _, nonce := range w.nonces {
		raw, err := w.auth.IssueTime(nonce, now)
		if err != nil {
			return none, err
		}
		times = append(times, raw)
	}
	return credential.SyncResponse{
		Roots: w.auth.RootStatements(), Times: times,
		Grant: grant, Leaves: leaves, Issuer: w.auth.Certificate(credential.RoleGrantIssuer),
		DeviceCAs: [][]byte{w.auth.Certificate(credential.RoleDeviceCA)}, Config: w.auth.Certificate(credential.RoleConfig),
		Blocks: blocks, Revocation: w.auth.Certificate(credential.RoleRevocation), Acks: w.acks, MailReceived: req.Mail,
	}, err
}

func (w *town) activate(ch lockcore.StationChannel, grant []byte) error {
	g, err := credential.ParseGrant(grant)
	if err != nil {
		return err
	}
	w.counter++
	now := time.Now()
	a, err := credential.SignActivation(w.station, credential.Activation{
		Station: stationID, Key: keyID, NotBefore: credential.At(now), Expires: credential.At(now.Add(8 * time.Hour)),
		Serial: credential.ActivationSerial(stationID, w.counter), Grant: credential.HashGrant(grant), Staff: 9,
	}, g)
	if err != nil {
		return err
	}
	_, err = w.ask(ch, credential.StationMessage{Activate: &credential.Activate{
		Activation: a, Station: w.greet.Certificate, StationCA: w.greet.StationCA,
	}})
	return err
}

func (w *town) open(want credential.Code) locksim.Result {
	w.t.Helper()
	before := w.bolts.Load()
	r, err := w.key.Open(w.t.Context(), w.lock.Addr())
	if err != nil {
		w.t.Fatal(err)
	}
	moved := w.bolts.Load() > before
	if r.Code != want || r.Opened != moved || moved != (want == credential.OK) {
		w.t.Fatalf("got %v, opened %v, bolt moved %v; want %v", r.Code, r.Opened, moved, want)
	}
	if r.SV == "" || r.EN == "" {
		t := r.Code
		w.t.Errorf("code %v has no sentence", t)
	}
	return r
}

// A day: synced, activated, a door, home again, acknowledged, returned, blocked. With the lock restarted in between.
func TestADayOverSockets(t *testing.T) {
	w := newTown(t)
	w.open(credential.CodeGrantMissing)
	if r := w.visitStation(steps{sync: true}); !r.Synced || r.Activated != 0 {
		t.Fatalf("got %+v, want synced and not activated", r)
	}
	w.open(credential.CodeActivationMissing) // a grant alone opens nothing
	if r := w.visitStation(steps{activate: true}); r.Activated == 0 {
		t.Fatalf("got %+v, want activated", r)
	}
	r := w.open(credential.OK)
	if r.Lock != lockNo || r.Collected != 1 {
		t.Errorf("got %+v, want lock %d and one batch", r, lockNo)
	}
	w.stop()
	w.startLock()
	w.open(credential.OK)

	w.visitStation(steps{sync: true, activate: true})
	if got := w.key.Status().Batches; got != 0 {
		t.Errorf("the key still carries %d batches that came home", got)
	}
	if got := openings(w.records); got != 2 {
		t.Errorf("got %d openings home, want 2", got)
	}
	w.open(credential.OK) // brings the acknowledgement
	w.records = nil
	w.open(credential.OK)
	w.visitStation(steps{sync: true, activate: true})
	if got := openings(w.records); got != 2 {
		t.Errorf("got %d openings after the acknowledgement, want the 2 new ones", got)
	}

	w.visitStation(steps{erase: true})
	w.open(credential.CodeActivationMissing)
	w.blocks.Entries = []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID, Expiry: credential.DayOf(credential.At(time.Now())) + 7}}
	w.visitStation(steps{sync: true, activate: true})
	w.open(credential.OK) // the list arrives with this very visit, after the door
	w.open(credential.CodeBlockedKey)
}

func openings(rs []credential.Record) (n int) {
	for _, r := range rs {
		if r.Event == credential.EventOpened {
			n++
		}
	}
	return n
}
