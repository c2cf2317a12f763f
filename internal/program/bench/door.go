package bench

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"maps"
	"net"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// door is a municipality's authority, one claimed lock, and one key that may open it and a thousand others.
type door struct {
	now       time.Time
	authority *credential.Authority
	store     slots
	lock      *lockcore.Lock
	key       *ecdsa.PrivateKey
	pass      lockcore.Pass
	trust     lockcore.Trust
	station   *credential.Identity
	count     uint32
	digest    []byte
	signature []byte // of digest, by key
}

// slots is a lock's store in memory: writing is not what is measured.
type slots map[lockcore.Slot][]byte

func (s slots) Load() (map[lockcore.Slot][]byte, error) { return maps.Clone(s), nil }

func (s slots) Commit(change map[lockcore.Slot][]byte) error {
	maps.Copy(s, change)
	return nil
}

const (
	doorLock    = 104_711
	doorKey     = 2017
	doorStation = 3
	doorGroup   = 12
	doorStaff   = 1<<60 + 99
)

func newDoor() (*door, error) {
	w := &door{now: time.Now(), store: slots{}, count: 70_000}
	digest := sha256.Sum256([]byte("a digest"))
	w.digest = digest[:]
	var err error
	for _, step := range []func() error{
		func() error { w.authority, err = credential.NewAuthority(w.now); return err },
		w.start, w.claim,
		func() error { w.key, err = credential.NewSigningKey(); return err },
		func() error { w.signature, err = ecdsa.SignASN1(rand.Reader, w.key, w.digest); return err },
		w.equip,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// start starts the lock from its store: what it has verified before is forgotten.
func (w *door) start() (err error) {
	w.lock, err = lockcore.New(lockcore.Config{Store: w.store, Bolt: func() {}, Button: func() bool { return true }, Ring: 128,
		Now: func() (credential.Instant, bool) { return credential.At(w.now), true }})
	return err
}

func (w *door) claim() error {
	a, b := net.Pipe()
	go func() {
		defer b.Close()
		_ = w.lock.Serve(b)
	}()
	defer a.Close()
	return lockcore.Claim(a, w.lock.ClaimCode(), func(c lockcore.Candidate) (lockcore.ClaimInstall, error) {
		certificate, err := w.authority.IssueLock(doorLock, c.Key, c.Exchange, w.now)
		if err != nil {
			return lockcore.ClaimInstall{}, err
		}
		config, err := w.authority.IssueConfig(credential.LockConfig{Lock: doorLock, Version: 1, Epoch: 1}, w.now)
		if err != nil {
			return lockcore.ClaimInstall{}, err
		}
		return lockcore.NewInstall(w.authority, c, certificate, config, w.now)
	})
}

// equip gives the key its grant over 1 024 leaves, activated at a station.
func (w *door) equip() error {
	leaves := []credential.Leaf{{Lock: doorLock, Rights: credential.RightOpen, Epoch: 1}}
	for i := range uint32(999) {
		leaves = append(leaves, credential.Leaf{Lock: 10_000 + i, Rights: credential.RightOpen, Epoch: 1})
	}
	padded, err := credential.PadLeaves(leaves)
	if err != nil {
		return err
	}
	tree, err := credential.NewTree(padded)
	if err != nil {
		return err
	}
	if w.station, err = credential.NewIdentity(); err != nil {
		return err
	}
	certificate, err := w.authority.IssueStation(doorStation, doorGroup, w.station.PublicKey(), w.station.ExchangeKey(), w.now)
	if err != nil {
		return err
	}
	w.trust = lockcore.Trust{Root: w.authority.Root(), DeviceCAs: [][]byte{w.authority.Certificate(credential.RoleDeviceCA)}}
	w.pass = lockcore.Pass{Holder: w.key, Issuer: w.authority.Certificate(credential.RoleGrantIssuer), Tree: tree,
		Station: certificate, StationCA: w.authority.Certificate(credential.RoleStationCA)}
	return w.renew()
}

// renew gives the key another grant over the same doors, and a shift.
func (w *door) renew() error {
	holder, err := credential.PublicKeyOf(w.key)
	if err != nil {
		return err
	}
	raw, err := w.authority.IssueGrant(credential.Grant{Key: doorKey, Holder: holder, Generation: 1, Shift: 12 * 60, Group: doorGroup,
		Blocks: credential.Version{Epoch: 1, Number: uint64(w.now.Unix())}}, w.pass.Tree, w.now)
	if err != nil {
		return err
	}
	grant, err := credential.ParseGrant(raw)
	if err != nil {
		return err
	}
	activation, err := credential.SignActivation(w.station, credential.Activation{Station: doorStation, Key: doorKey,
		NotBefore: credential.At(w.now), Expires: credential.At(w.now.Add(12 * time.Hour)),
		Serial: credential.ActivationSerial(doorStation, 1), Grant: credential.HashGrant(raw), Staff: doorStaff}, grant)
	w.pass.Grant, w.pass.Activation = raw, activation
	return err
}

// stepping is a wire without radio: a frame that is written is handed to the lock at once, and the lock's time over it is kept.
type stepping struct {
	session *lockcore.Session
	answer  []byte
	last    time.Duration
	bytes   int // both directions, with the lengths of frames
}

// Write takes one whole frame, two bytes of length before it, as the visitor's side writes it.
func (w *stepping) Write(b []byte) (int, error) {
	if len(b) < 2 || int(binary.BigEndian.Uint16(b)) != len(b)-2 {
		return 0, io.ErrShortWrite
	}
	began := time.Now()
	out, err := w.session.Step(b[2:])
	w.last = time.Since(began)
	if err != nil {
		return 0, err
	}
	w.answer = append(binary.BigEndian.AppendUint16(w.answer, uint16(len(out))), out...)
	w.bytes += len(b) + 2 + len(out)
	return len(b), nil
}

func (w *stepping) Read(b []byte) (int, error) {
	if len(w.answer) == 0 {
		return 0, io.EOF
	}
	n := copy(b, w.answer)
	w.answer = w.answer[n:]
	return n, nil
}
