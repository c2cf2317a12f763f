package municipality_test

import (
	"bytes"
	"errors"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/ceremony"
	"hemnyckel/internal/program/keystore"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
	"hemnyckel/lockcore"
)

// quickPassphrase is the cost of a passphrase in tests.
const quickPassphrase = 4

// house is a municipality with its keys in a folder of its own.
type house struct {
	*testing.T
	target, keys string
	now          time.Time
	*municipality.Municipality
}

func eachHouse(t *testing.T, test func(h *house)) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		h := &house{T: t, target: target, keys: filepath.Join(t.TempDir(), "keys"), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
		h.Municipality = h.open(h.keys)
		test(h)
	})
}

// open opens the municipality once more, as another process would.
func (h *house) open(keys string) *municipality.Municipality {
	h.Helper()
	m, err := municipality.Open(h.Context(), h.target, municipality.Options{Create: true, Keys: keys, Clock: func() time.Time { return h.now },
		Ask: func(keystore.Question) ([]byte, error) { return []byte("fem ord som inte hör ihop"), nil }})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { m.Close() })
	return m
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) status() municipality.KeyStatus {
	h.Helper()
	s, err := h.Custody.Status(h.Context(), municipality.DefaultWarning)
	h.must(err)
	return s
}

// Whoever reads the database, or a backup of it, finds nothing there to sign with.
func TestNoSigningKeyLiesInTheDatabase(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.must(h.Custody.Unlock(h.Context()))
		h.must(h.DB.View(h.Context(), func(tx *storage.Tx) error {
			for _, name := range []string{"authority", "journal"} {
				if b, err := tx.Secret(h.Context(), name); err != nil || b != nil {
					h.Errorf("secret %s: %d bytes, %v; want none", name, len(b), err)
				}
			}
			return nil
		}))
		files, err := os.ReadDir(h.keys)
		h.must(err)
		count := map[string]int{}
		for _, f := range files {
			kind, _, _ := strings.Cut(f.Name(), "-")
			count[kind]++
		}
		want := map[string]int{"unlock.key": 1, "root": 2, "next": 1, "grant": 1, "station": 1, "device": 1, "revocation": 1, "config": 1, "ingest": 1, "journal": 1}
		if !maps.Equal(count, want) {
			h.Errorf("got %v, want %v", count, want)
		}
		if s := h.status(); s.State != municipality.KeyGood || !s.Single || s.Encrypted || len(s.Roles) != 5 || s.Roles[0].Days != 365 {
			h.Errorf("status %+v", s)
		}
	})
}

// Who only reads needs no key; who signs is told where they should be; a server does not start without them.
func TestWithoutTheKeyFolder(t *testing.T) {
	eachHouse(t, func(h *house) {
		elsewhere := h.open(filepath.Join(h.TempDir(), "none"))
		if _, err := elsewhere.ProfileText(h.Context()); err != nil {
			h.Error(err)
		}
		if _, err := elsewhere.Authority.IssueTime([8]byte{}, h.now); !errors.Is(err, keystore.ErrNone) {
			h.Errorf("signing: got %v, want %v", err, keystore.ErrNone)
		}
		if err := elsewhere.Custody.Unlock(h.Context()); !errors.Is(err, keystore.ErrNone) {
			h.Errorf("unlocking: got %v, want %v", err, keystore.ErrNone)
		}
		if s, err := elsewhere.Custody.Status(h.Context(), 0); err != nil || s.State != municipality.KeyMissing || s.Roles[0].Place != "" {
			h.Errorf("got %+v, %v", s, err)
		}
		if _, err := municipality.Open(h.Context(), h.target, municipality.Options{Keys: h.keys, Fresh: true}); !errors.Is(err, municipality.ErrThere) {
			h.Errorf("made once more: got %v, want %v", err, municipality.ErrThere)
		}
	})
}

func TestAPassphraseGuardsTheFolder(t *testing.T) {
	eachHouse(t, func(h *house) {
		if err := h.Custody.SetPassphrase([]byte("kort"), quickPassphrase); !errors.Is(err, keystore.ErrWeak) {
			h.Errorf("got %v, want %v", err, keystore.ErrWeak)
		}
		h.must(h.Custody.SetPassphrase([]byte("fem ord som inte hör ihop"), quickPassphrase))
		h.must(h.open(h.keys).Custody.Unlock(h.Context()))
		locked, err := municipality.Open(h.Context(), h.target, municipality.Options{Keys: h.keys, Ask: keystore.Sources{}.Ask})
		h.must(err)
		defer locked.Close()
		if err := locked.Custody.Unlock(h.Context()); !errors.Is(err, keystore.ErrNoPassphrase) {
			h.Errorf("got %v, want %v", err, keystore.ErrNoPassphrase)
		}
	})
}

// Every role is rotated while a server goes on: it follows, what was signed before counts as before, and a new revocation key makes
// the former one's lists void.
func TestRolesAreRotatedUnderARunningServer(t *testing.T) {
	eachHouse(t, func(h *house) {
		server := h.open(h.keys)
		h.must(server.Custody.Unlock(h.Context()))
		first, err := server.Keys.BlockList(h.Context())
		h.must(err)
		device := server.Authority.Certificate(credential.RoleDeviceCA)
		key, err := credential.NewSigningKey()
		h.must(err)
		pub, err := credential.PublicKeyOf(key)
		h.must(err)
		cert, err := server.Authority.IssueKey(7, 1, pub, h.now)
		h.must(err)
		for _, role := range credential.AuthorityRoles() {
			before := server.Authority.InUse(role)
			h.now = h.now.Add(24 * time.Hour)
			h.must(h.Custody.Rotate(h.Context(), "test", []credential.Role{role}, ""))
			if got := server.Authority.InUse(role); got != before {
				h.Errorf("%s: the server has changed by itself", ceremony.RoleName(role))
			}
			h.must(server.Custody.Refresh(h.Context()))
			after := server.Authority.InUse(role)
			if after.Key == before.Key || after.Key != h.Authority.InUse(role).Key || len(server.Authority.Certificates(role)) != 2 {
				h.Errorf("%s: the server has not followed", ceremony.RoleName(role))
			}
		}
		if !bytes.Equal(server.Authority.IssuerOf(cert), device) {
			h.Error("the device CA of before is not known any more")
		}
		second, err := server.Keys.BlockList(h.Context())
		h.must(err)
		was, err := credential.ParseBlockList(first)
		h.must(err)
		list, err := credential.Verifier{}.BlockListChain(server.Authority.Root(), second, server.Authority.Certificate(credential.RoleRevocation))
		h.must(err)
		if !list.Version.Newer(was.Version) || list.Version.Epoch != was.Version.Epoch+1 {
			h.Errorf("block list %v after %v", list.Version, was.Version)
		}
		if again, err := server.Keys.BlockList(h.Context()); err != nil || !bytes.Equal(again, second) {
			h.Errorf("signed once more without need (%v)", err)
		}
		if got := h.keysChanged(); got != 6 {
			h.Errorf("the journal tells of %d changes of keys, want 6", got)
		}
	})
}

func (h *house) keysChanged() (n int) {
	h.Helper()
	_, err := h.Log.Integrate(h.Context())
	h.must(err)
	h.must(h.DB.View(h.Context(), func(tx *storage.Tx) error {
		page, err := journal.List(h.Context(), tx, journal.Filter{}, journal.MaxPage, "")
		for _, r := range page {
			if r.Kind == journal.KeysChanged {
				n++
			}
		}
		return err
	}))
	return n
}

// A certificate that has ended refuses on the server, where somebody can do something about it, and has been warned of.
func TestAnEndedCertificateSignsNothing(t *testing.T) {
	eachHouse(t, func(h *house) {
		for _, c := range []struct {
			days int
			want municipality.KeyState
		}{{300, municipality.KeyGood}, {306, municipality.KeySoon}, {366, municipality.KeyEnded}} {
			at := *h
			at.now = h.now.AddDate(0, 0, c.days)
			at.Municipality = at.open(h.keys)
			if s := at.status(); s.State != c.want {
				h.Errorf("after %d days: %s, want %s", c.days, s.State, c.want)
			}
			_, err := at.Authority.IssueTime([8]byte{}, at.now)
			if ended := c.want == municipality.KeyEnded; ended != (credential.CodeOf(err) == credential.CodeCertTime) {
				h.Errorf("after %d days: signing gives %v", c.days, err)
			}
		}
		h.now = h.now.AddDate(0, 0, 400)
		h.must(h.Custody.Rotate(h.Context(), "test", credential.AuthorityRoles(), ""))
		if s := h.status(); s.State != municipality.KeyGood {
			h.Errorf("after rotation: %+v", s)
		}
	})
}

// The log's next key is announced before it is used, and what was sealed to a former one is still read.
func TestIngestKeyIsAnnouncedThenUsed(t *testing.T) {
	eachHouse(t, func(h *house) {
		old := h.Authority.Ingest()
		sealed, err := credential.SealBatch(old, []byte("records"))
		h.must(err)
		version := h.Authority.ConfigVersion()
		announced, err := h.Custody.RotateIngest(h.Context(), "test")
		if again := h.Authority.ConfigVersion(); again <= version {
			h.Errorf("locks are told by a configuration of version %d, and have %d", again, version)
		}
		version = h.Authority.ConfigVersion()
		next := h.Authority.NextIngest()
		if err != nil || !announced || h.Authority.Ingest() != old || next.IsZero() {
			h.Errorf("announced %v, %v", announced, err)
		}
		announced, err = h.Custody.RotateIngest(h.Context(), "test")
		if err != nil || announced || h.Authority.Ingest() != next || !h.Authority.NextIngest().IsZero() || h.Authority.ConfigVersion() <= version {
			h.Errorf("announced %v, %v", announced, err)
		}
		if _, _, err := h.Authority.OpenBatch(sealed); credential.CodeOf(err) == credential.CodeStale {
			h.Errorf("sealed to the former key: %v", err)
		}
		if s := h.status(); s.State != municipality.KeyGood || len(s.Ingest) != 2 || s.Ingest[1].Use != "former" {
			h.Errorf("status %+v", s)
		}
	})
}

// door is a lock of the municipality's, in this process, and a key with a right to it.
type door struct {
	*house
	lock  *lockcore.Lock
	key   credential.PublicKey
	pass  lockcore.Pass
	bolts int
	slots map[lockcore.Slot][]byte
}

func (d *door) Load() (map[lockcore.Slot][]byte, error) { return maps.Clone(d.slots), nil }

func (d *door) Commit(change map[lockcore.Slot][]byte) error {
	maps.Copy(d.slots, change)
	return nil
}

func newDoor(h *house) *door {
	d := &door{house: h, slots: map[lockcore.Slot][]byte{}}
	var err error
	d.lock, err = lockcore.New(lockcore.Config{Store: d, Bolt: func() { d.bolts++ }, Button: func() bool { return true }, Ring: 128,
		Now: func() (credential.Instant, bool) { return credential.At(h.now), true }})
	h.must(err)
	h.must(d.talk(func(c net.Conn) error {
		return lockcore.Claim(c, d.lock.ClaimCode(), func(c lockcore.Candidate) (lockcore.ClaimInstall, error) {
			cert, err := h.Authority.IssueLock(4711, c.Key, c.Exchange, h.now)
			h.must(err)
			config, err := h.Authority.IssueConfig(credential.LockConfig{Lock: 4711, Version: 1, Epoch: 1}, h.now)
			h.must(err)
			return lockcore.NewInstall(h.Authority, c, cert, config, h.now)
		})
	}))
	key, err := credential.NewSigningKey()
	h.must(err)
	d.key, err = credential.PublicKeyOf(key)
	h.must(err)
	d.pass.Holder = key
	return d
}

func (d *door) talk(visitor func(net.Conn) error) error {
	a, b := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer b.Close()
		_ = d.lock.Serve(b)
	}()
	err := visitor(a)
	a.Close()
	<-done
	return err
}

// sync gives the key a grant and an activation by what the municipality signs with now.
func (d *door) sync() {
	d.Helper()
	leaves, err := credential.PadLeaves([]credential.Leaf{{Lock: 4711, Rights: credential.RightOpen, Epoch: 1}})
	d.must(err)
	d.pass.Tree, err = credential.NewTree(leaves)
	d.must(err)
	a := d.Authority
	d.pass.Grant, err = a.IssueGrant(credential.Grant{Key: 7, Holder: d.key, Generation: 1, Shift: 720, Group: 12}, d.pass.Tree, d.now)
	d.must(err)
	grant, err := credential.ParseGrant(d.pass.Grant)
	d.must(err)
	station, err := credential.NewIdentity()
	d.must(err)
	d.pass.Station, err = a.IssueStation(3, 12, station.PublicKey(), station.ExchangeKey(), d.now)
	d.must(err)
	d.pass.Activation, err = credential.SignActivation(station, credential.Activation{Station: 3, Key: 7, NotBefore: credential.At(d.now),
		Expires: credential.At(d.now.Add(8 * time.Hour)), Serial: credential.ActivationSerial(3, 1), Grant: credential.HashGrant(d.pass.Grant), Staff: 5}, grant)
	d.must(err)
	d.pass.Issuer, d.pass.StationCA = a.Certificate(credential.RoleGrantIssuer), a.Certificate(credential.RoleStationCA)
}

// visit presents the pass, opens if the lock agrees, and leaves the municipality's mail.
func (d *door) visit() (code credential.Code) {
	d.Helper()
	d.pass.Counter++
	blocks, err := d.Keys.BlockList(d.Context())
	d.must(err)
	a := d.Authority
	d.must(d.talk(func(c net.Conn) error {
		v, err := lockcore.Meet(c, lockcore.Trust{Root: a.Root(), DeviceCAs: a.Certificates(credential.RoleDeviceCA)})
		if err != nil {
			return err
		}
		verdict, err := v.Present(d.pass)
		if err != nil {
			return err
		}
		if code = verdict.Code; code == credential.OK {
			if _, err := v.Open(); err != nil {
				return err
			}
		}
		_, err = v.Mail(lockcore.Down{Blocks: blocks, Revocation: a.Certificate(credential.RoleRevocation), Roots: a.RootStatements()})
		return err
	}))
	return code
}

// A lock follows every role and the root, without anybody going there: a key with what was signed before opens, and so does one with
// what is signed after, once the news has come with some key.
func TestALockFollowsEveryChangeOfKey(t *testing.T) {
	eachHouse(t, func(h *house) {
		d := newDoor(h)
		d.sync()
		opens := func(when string) {
			h.Helper()
			if code := d.visit(); code != credential.OK {
				h.Fatalf("%s: %v", when, code)
			}
		}
		opens("at first")
		for _, role := range credential.AuthorityRoles() {
			h.now = h.now.Add(time.Hour)
			h.must(h.Custody.Rotate(h.Context(), "test", []credential.Role{role}, ""))
			opens("with an older pass after " + ceremony.RoleName(role))
			d.sync()
			opens("with a new pass after " + ceremony.RoleName(role))
		}
		for range 2 {
			root := h.Authority.Root()
			h.must(h.Custody.RotateRoot(h.Context(), "test", false))
			if h.Authority.Root() == root {
				h.Fatal("the root is the same")
			}
			opens("with an older pass, which brings the news of the root")
			opens("with an older pass within the overlap")
			d.sync()
			opens("with a pass of the new root")
		}
		h.must(h.Custody.RotateRoot(h.Context(), "test", true))
		opens("before the lock has heard that the root leaked")
		if code := d.visit(); code == credential.OK {
			h.Error("a pass of a leaked root opens")
		}
		d.sync()
		opens("after a sync")
		if s := h.status(); s.Changes != 3 || s.State != municipality.KeyGood {
			h.Errorf("status %+v", s)
		}
	})
}
