package locksim

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// Key is a fob. It carries what others have signed and keeps one secret: its own key. It is safe for concurrent use, one
// visit at a time.
type Key struct {
	signer *ecdsa.PrivateKey
	write  func(keyState) error // durably; nil for a key that lives in memory alone

	mu     sync.Mutex
	st     keyState
	ready  derived
	known  *lockcore.Memory // signatures that it has found valid
	parsed credential.Parsed
}

// maxRemembered is how many: the locks' and stations' certificates that it has met, and what it was last given.
const maxRemembered = 512

// derived is what follows from keyState and is costly to compute: nil until it is asked for, and again when its source changes.
type derived struct {
	enrolled *enrolled
	grant    *credential.Grant
	tree     *credential.Tree
	blocks   *credential.BlockList
	acks     map[credential.KeyHash][][]byte   // by lock
	met      map[string]credential.ExchangeKey // of locks, by certificate
}

type enrolled struct {
	credential.Enrolment
	cert credential.Certificate
}

// keyState is the key's file.
type keyState struct {
	Secret    []byte                  `cbor:"1,keyasint"`
	Counter   uint32                  `cbor:"2,keyasint"` // uses; stored before each
	Enrolment []byte                  `cbor:"3,keyasint,omitempty"`
	Out       credential.SyncResponse `cbor:"4,keyasint"`            // grant and mail for the locks
	Shift     credential.Activate     `cbor:"5,keyasint"`            // empty while not activated
	Used      [][]byte                `cbor:"6,keyasint"`            // activations to bring home
	Home      []lockMail              `cbor:"7,keyasint"`            // log batches to bring home
	Met       [][]byte                `cbor:"20,keyasint,omitempty"` // certificates of locks it has met, newest last
	Roots     credential.Roots        `cbor:"21,keyasint"`
	Nonces    []lockNonce             `cbor:"22,keyasint,omitempty"` // of locks that want the time, newest last
}

// lockNonce is what a lock wants a time token for.
type lockNonce struct {
	Lock  credential.KeyHash `cbor:"1,keyasint"`
	Nonce [8]byte            `cbor:"2,keyasint"`
}

// lockMail is the mail of one lock, by its identity: a lock that has been reset is another one. A later visit's replaces it: a lock sends everything that has not been acknowledged,
// from the oldest on, so that the later is never less.
type lockMail struct {
	Lock    credential.KeyHash `cbor:"1,keyasint"`
	Batches [][]byte           `cbor:"2,keyasint"`
}

// OpenKey loads the key at path, or makes a new one there.
func OpenKey(path string) (*Key, error) {
	st, err := readState[keyState](path)
	if err != nil {
		return nil, err
	}
	k := &Key{st: st, write: func(st keyState) error { return writeState(path, st) }, known: lockcore.NewMemory(maxRemembered)}
	if st.Secret != nil {
		if k.signer, err = ecdsa.ParseRawPrivateKey(elliptic.P256(), st.Secret); err != nil {
			return nil, fmt.Errorf("%s: the key's secret is damaged: %w", path, err)
		}
		return k, nil
	}
	if k.signer, err = credential.NewSigningKey(); err != nil {
		return nil, err
	}
	if k.st.Secret, err = k.signer.Bytes(); err != nil {
		return nil, err
	}
	return k, k.save()
}

// NewKey makes a key that lives in memory alone: for simulations of many.
func NewKey() (*Key, error) {
	signer, err := credential.NewSigningKey()
	return &Key{signer: signer, known: lockcore.NewMemory(maxRemembered)}, err
}

func (k *Key) verifier() credential.Verifier {
	return credential.Verifier{Memory: k.known, Parsed: &k.parsed}
}

func (k *Key) save() error {
	if k.write == nil {
		return nil
	}
	return k.write(k.st)
}

// PublicKey is what the municipality certifies when the key is enrolled.
func (k *Key) PublicKey() credential.PublicKey {
	p, err := credential.PublicKeyOf(k.signer)
	if err != nil {
		panic(err) // made or checked by OpenKey
	}
	return p
}

// Enrol installs the municipality's root and the key's own certificate: an encoded [credential.Enrolment]. Whatever the key
// carried before is gone.
func (k *Key) Enrol(enrolment []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, _, err := credential.DecodeEnrolment(enrolment, k.PublicKey())
	if err != nil {
		return err
	}
	k.st = keyState{Secret: k.st.Secret, Counter: k.st.Counter, Enrolment: enrolment}
	k.st.Out.DeviceCAs, k.st.Roots = [][]byte{e.DeviceCA}, e.Roots()
	k.ready, k.known = derived{}, lockcore.NewMemory(maxRemembered)
	return k.save()
}

func (k *Key) enrolment() (credential.Enrolment, credential.Certificate, error) {
	if len(k.st.Enrolment) == 0 {
		return credential.Enrolment{}, credential.Certificate{}, credential.Refuse(credential.CodeNotEnrolled, "")
	}
	if k.ready.enrolled == nil {
		e, c, err := credential.DecodeEnrolment(k.st.Enrolment, k.PublicKey())
		if err != nil {
			return e, c, err
		}
		k.ready.enrolled = &enrolled{e, c}
	}
	return k.ready.enrolled.Enrolment, k.ready.enrolled.cert, nil
}

// root is the key by which a certificate that the root signs is judged. The key has no clock; that its grant has begun is all
// that it knows of the time.
func (k *Key) root(certificate []byte) credential.PublicKey {
	return k.st.Roots.For(certificate, k.begun())
}

func (k *Key) begun() credential.Instant { return k.grant().NotBefore }

// grant is the one that the key has; without one it is zero.
func (k *Key) grant() credential.Grant {
	if k.ready.grant == nil {
		g, err := credential.ParseGrant(k.st.Out.Grant)
		if err != nil {
			return credential.Grant{}
		}
		k.ready.grant = &g
	}
	return *k.ready.grant
}

// follow believes in changed roots. What it remembers of signatures may be by the one that was.
func (k *Key) follow(roots credential.Roots) {
	if roots != k.st.Roots {
		k.st.Roots, k.known = roots, lockcore.NewMemory(maxRemembered)
	}
}

// Status is what a key knows about itself.
type Status struct {
	Key       uint32 // id, 0 until enrolled
	Group     uint32
	Counter   uint32
	Synced    credential.Instant // end of the grant, 0 without one
	Activated credential.Instant // end of the activation, 0 without one
	Blocks    credential.Version
	Batches   int // log batches on their way home
}

// Status reads the key.
func (k *Key) Status() Status {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := Status{Counter: k.st.Counter, Blocks: k.blocks().Version, Batches: k.batches()}
	if _, c, err := k.enrolment(); err == nil {
		s.Key, s.Group = c.Subject, c.Group
	}
	s.Synced = k.grant().Expires
	if a, err := credential.ParseActivation(k.st.Shift.Activation); err == nil {
		s.Activated = a.Expires
	}
	return s
}

func (k *Key) batches() (n int) {
	for _, m := range k.st.Home {
		n += len(m.Batches)
	}
	return n
}

func (k *Key) blocks() credential.BlockList {
	if k.ready.blocks == nil {
		b, err := credential.ParseBlockList(k.st.Out.Blocks)
		if err != nil {
			return credential.BlockList{} // none yet; what is stored has been verified
		}
		k.ready.blocks = &b
	}
	return *k.ready.blocks
}

// Return erases the activation.
func (k *Key) Return() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.st.Shift = credential.Activate{}
	return k.save()
}

// use counts one use, durably.
func (k *Key) use() (uint32, error) {
	k.st.Counter++
	return k.st.Counter, k.save()
}

// Result is what happened at a door.
type Result struct {
	Lock      uint32          // its number, 0 if it never proved who it is
	Code      credential.Code // credential.OK when the bolt was told to move
	SV, EN    string          // the code's sentence
	Opened    bool
	Seq       uint32 // the lock's record of the opening
	Collected int    // log batches taken along
}

func (r Result) with(c credential.Code) Result {
	r.Code = c
	r.SV, r.EN = c.Text()
	return r
}

// Open presents the key to the lock at addr, opens if it may, and exchanges mail. A refusal, by the lock or by the key itself, is
// a Result; an error is a door that could not be reached or a conversation that broke. Mail that fails after the door has opened
// is no error: it goes with the next visit.
func (k *Key) Open(ctx context.Context, addr string) (Result, error) {
	return k.open(func() (io.ReadWriter, lockcore.Advert, func(), error) {
		return approach(ctx, addr, FirstByte+2*SessionTime)
	})
}

// OpenOver is [Key.Open] over a connection to the lock that the caller has made, on which there is no advert.
func (k *Key) OpenOver(conn io.ReadWriter) (Result, error) {
	return k.open(func() (io.ReadWriter, lockcore.Advert, func(), error) { return conn, lockcore.Advert{}, func() {}, nil })
}

func (k *Key) open(connect func() (io.ReadWriter, lockcore.Advert, func(), error)) (Result, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var r Result
	pass, trust, err := k.pass()
	if err != nil {
		return k.refusal(r, err)
	}
	conn, advert, done, err := connect()
	if err != nil {
		return k.refusal(r, err)
	}
	defer done()
	trust.Met = k.recognise(advert)
	v, err := lockcore.Meet(conn, trust)
	if err != nil {
		k.forget(trust.Met)
		if errors.Is(err, os.ErrDeadlineExceeded) { // it has said that it is there
			return r.with(credential.CodeBusy), nil
		}
		return k.refusal(r, err)
	}
	k.meet(v.Certificate)
	r.Lock = v.Lock.Subject
	r, cured, err := k.show(v, pass, r)
	if err != nil || !cured {
		return r, err
	}
	if pass.Counter, err = k.use(); err != nil {
		return r, err
	}
	r, _, err = k.show(v, pass, r)
	return r, err
}

// show presents the pass, opens if it may, and exchanges mail. cured says that what the lock refused may be right after
// the mail.
func (k *Key) show(v *lockcore.Visit, pass lockcore.Pass, r Result) (Result, bool, error) {
	verdict, err := v.Present(pass)
	if err != nil {
		r, err = k.refusal(r, err)
		return r, false, err
	}
	r = r.with(verdict.Code)
	if verdict.Code == credential.OK {
		opened, err := v.Open()
		if err != nil {
			return r.with(credential.CodeProtocol), false, err
		}
		r = r.with(opened.Code)
		r.Opened, r.Seq = opened.Code == credential.OK, opened.Seq
	}
	down := k.mailFor(v, verdict)
	k.note(v.Lock.Key.Hash(), verdict)
	up, err := v.Mail(down)
	if err != nil {
		return r, false, nil // it goes with the next visit
	}
	k.delivered(v.Lock.Key.Hash(), down)
	r.Collected, err = k.collect(v.Lock, up)
	return r, cures(down, verdict.Code), err
}

// cures reports whether mail may have changed what the lock refused with code.
func cures(d lockcore.Down, code credential.Code) bool {
	switch code {
	case credential.CodeGrantSignature, credential.CodeStationCert:
		return len(d.Roots) > 0
	case credential.CodeBlockedKey, credential.CodeBlockedGrant, credential.CodeBlockedStation, credential.CodeBlockedStaff,
		credential.CodeBlockedCert, credential.CodeGenerationOld:
		return len(d.Blocks) > 0
	case credential.CodeGrantEarly, credential.CodeActivationEarly, credential.CodeRightEarly, credential.CodeClockLost:
		return len(d.Time) > 0
	case credential.CodeLogFull:
		return len(d.Acks) > 0
	}
	t, err := credential.ParseTimeToken(d.Time) // one for the lock's nonce can set its clock back
	return err == nil && t.Nonce != [8]byte{} && code >= credential.CodeGrantEarly && code <= credential.CodeClockLost
}

// maxMet bounds how many locks' certificates a key keeps.
const maxMet = 256

// recognise is the certificate of the lock that has made an advert, nil if the key has not met it or there was none.
func (k *Key) recognise(a lockcore.Advert) []byte {
	if a == (lockcore.Advert{}) {
		return nil
	}
	for _, raw := range slices.Backward(k.st.Met) {
		if lock := k.exchange(raw); !lock.IsZero() && a.Is(lock) {
			return raw
		}
	}
	return nil
}

// exchange is the exchange key of a lock that it has met.
func (k *Key) exchange(certificate []byte) credential.ExchangeKey {
	lock, ok := k.ready.met[string(certificate)]
	if !ok {
		c, err := credential.ParseCertificate(certificate)
		if err == nil {
			lock = c.Exchange
		}
		if k.ready.met == nil || len(k.ready.met) >= 2*maxMet {
			k.ready.met = make(map[string]credential.ExchangeKey, maxMet)
		}
		k.ready.met[string(certificate)] = lock
	}
	return lock
}

// meet keeps the certificate of a lock that has proved who it is, for the next visit. It is saved with what the visit brings.
func (k *Key) meet(certificate []byte) {
	k.forget(certificate)
	k.st.Met = append(k.st.Met, certificate)
	k.st.Met = k.st.Met[max(0, len(k.st.Met)-maxMet):]
}

func (k *Key) forget(certificate []byte) {
	k.st.Met = slices.DeleteFunc(k.st.Met, func(c []byte) bool { return bytes.Equal(c, certificate) })
}

// refusal turns what the key or lock refused into a result, and leaves broken conversations as errors.
func (k *Key) refusal(r Result, err error) (Result, error) {
	code := credential.CodeOf(err)
	if code == credential.CodeProtocol || code == credential.CodeMalformed {
		return r.with(code), err
	}
	return r.with(code), nil
}

// pass gathers what a lock is shown, and counts the use.
func (k *Key) pass() (lockcore.Pass, lockcore.Trust, error) {
	if _, _, err := k.enrolment(); err != nil {
		return lockcore.Pass{}, lockcore.Trust{}, err
	}
	out := k.st.Out
	if len(out.Grant) == 0 {
		return lockcore.Pass{}, lockcore.Trust{}, credential.Refuse(credential.CodeGrantMissing, "")
	}
	if k.ready.tree == nil {
		tree, err := credential.NewTree(out.Leaves)
		if err != nil {
			return lockcore.Pass{}, lockcore.Trust{}, err
		}
		k.ready.tree = tree
	}
	count, err := k.use()
	if err != nil {
		return lockcore.Pass{}, lockcore.Trust{}, err
	}
	p := lockcore.Pass{
		Holder: k.signer, Counter: count, Grant: out.Grant, Issuer: out.Issuer, Tree: k.ready.tree,
		Activation: k.st.Shift.Activation, Station: k.st.Shift.Station, StationCA: k.st.Shift.StationCA,
	}
	return p, lockcore.Trust{Root: k.root(out.DeviceCAs[0]), DeviceCAs: out.DeviceCAs, Blocks: k.blocks(), Memory: k.known, Parsed: &k.parsed}, nil
}
