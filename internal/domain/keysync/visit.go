package keysync

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
)

// Visit is what a station relays for a key.
type Visit struct {
	Handshake credential.Hash // of the channel, as the station has seen it
	Request   []byte          // signed by the key
	Mail      []byte          // encoded credential.Mail
}

// arrival is a visit on its way through the shared transaction.
type arrival struct {
	station     fleet.Station
	visit       Visit
	request     credential.SyncRequest
	mailHash    credential.Hash
	empty       bool // nothing in the mail that has to be taken over
	nonces      [][8]byte
	certificate []byte // by which the key has proved itself

	done chan struct{} // closed when served
	outcome
}

// outcome is what the transaction made of an arrival.
type outcome struct {
	err     error
	now     time.Time
	grant   credential.Grant
	made    *made
	acks    [][]byte
	blocks  []byte
	configs []LockEpoch

	kept       bool            // the mail was left with the key
	safe       credential.Hash // of the mail, which the key may forget; zero while it must keep it
	remembered [32]byte        // of the request
}

// Visit serves one visit at a station and returns the encoded SyncResponse for the key. It is safe to repeat. The station may have
// been looked up some time ago: it is looked at again.
func (s *Service) Visit(ctx context.Context, station fleet.Station, v Visit) ([]byte, error) {
	s.underWay.Add(1)
	s.arrived.Add(1)
	defer s.underWay.Add(-1)
	a, err := s.arrive(ctx, station, v)
	if err != nil {
		return nil, err
	}
	if err := s.queue.join(ctx, a, s.commit); err != nil {
		return nil, err
	}
	if a.err != nil {
		return nil, a.err
	}
	if !a.empty {
		s.ring()
	}
	return s.answer(a)
}

// arrive judges what needs no transaction.
func (s *Service) arrive(ctx context.Context, station fleet.Station, v Visit) (*arrival, error) {
	a := &arrival{station: station, visit: v, mailHash: sha256.Sum256(v.Mail), done: make(chan struct{})}
	var err error
	if a.request, err = credential.ParseSyncRequest(v.Request); err != nil {
		return nil, ErrVisit.With(err)
	}
	mail, err := credential.DecodeMail(v.Mail)
	if err != nil {
		return nil, ErrVisit.With(err)
	}
	a.empty, a.nonces = len(mail.Batches)+len(mail.Activations) == 0, mail.Nonces
	if a.certificate, err = s.holder(ctx, a.request.Key); err != nil {
		return nil, err
	}
	return a, a.prove(s.verifier(), a.certificate)
}

// prove checks that the key of a certificate signed this request, for this mail, over the channel that the station has.
func (a *arrival) prove(v credential.Verifier, certificate []byte) error {
	cert, err := v.ReadCertificate(certificate)
	if err != nil {
		return err
	}
	if _, err := v.SyncRequest(a.visit.Request, a.visit.Mail, cert.Body.Key); err != nil {
		return ErrProof.With(err)
	}
	if subtle.ConstantTimeCompare(a.request.Handshake[:], a.visit.Handshake[:]) != 1 {
		return ErrProof.With(credential.Refuse(credential.CodeSignature, "signed for another channel"))
	}
	return nil
}

// holders remembers the certificates of keys that have visited, so that a visit proves itself without asking the database
// twice. What it remembers is compared in the transaction.
type holders struct {
	mu  sync.Mutex
	all map[uint32][]byte
}

// maxHolders bounds what is remembered: more keys than any municipality has.
const maxHolders = 1 << 15

func (h *holders) of(device uint32) []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all[device]
}

func (h *holders) remember(device uint32, certificate []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.all == nil || len(h.all) >= maxHolders {
		h.all = map[uint32][]byte{}
	}
	h.all[device] = certificate
}

// holder returns the certificate of a key.
func (s *Service) holder(ctx context.Context, device uint32) ([]byte, error) {
	if c := s.holders.of(device); c != nil {
		return c, nil
	}
	var key fleet.Key
	err := s.db.View(ctx, func(tx Tx) error {
		found, err := tx.KeysByDevice(ctx, []uint32{device})
		if err == nil {
			key, err = enrolled(found, device)
		}
		return err
	})
	if err == nil {
		s.holders.remember(device, key.Certificate)
	}
	return key.Certificate, err
}

// enrolled returns a key that can prove what it is.
func enrolled(keys map[uint32]fleet.Key, device uint32) (fleet.Key, error) {
	key, ok := keys[device]
	if !ok || key.Certificate == nil {
		return key, ErrNotEnrolled
	}
	return key, nil
}

// provenBy compares what the key proved itself by with the certificate that it has now.
func (a *arrival) provenBy(v credential.Verifier, key fleet.Key) error {
	if bytes.Equal(a.certificate, key.Certificate) {
		return nil
	}
	return a.prove(v, key.Certificate)
}

// syncable refuses a key that may not be synced.
func syncable(key fleet.Key) error {
	switch key.State {
	case fleet.KeyIssued:
		return nil
	case fleet.KeyBlocked:
		return ErrBlocked
	case fleet.KeyBroken:
		return ErrBroken
	case fleet.KeySuspect:
		return ErrMissed
	}
	return ErrInStock // also any state that we do not know
}

// answer signs the grant and puts the response together, after the commit.
func (s *Service) answer(a *arrival) ([]byte, error) {
	by := s.authority.Snapshot() // keys may be replaced meanwhile: a grant and its issuer's certificate belong together
	grant, err := by.IssueGrant(a.grant, a.made.tree, a.now)
	if err != nil {
		return nil, err
	}
	now, err := s.token.at(by, a.now)
	if err != nil {
		return nil, err
	}
	times, err := timesFor(by, a)
	if err != nil {
		return nil, err
	}
	configs, err := s.configs.signed(by, a)
	if err != nil {
		return nil, err
	}
	return credential.EncodeSyncResponse(credential.SyncResponse{
		Roots: by.RootStatements(), Times: times,
		Grant: grant, Issuer: by.Certificate(credential.RoleGrantIssuer),
		DeviceCAs: by.Certificates(credential.RoleDeviceCA),
		Config:    by.Certificate(credential.RoleConfig), Time: now, Acks: a.acks, Configs: configs,
		Blocks: a.blocks, Revocation: by.Certificate(credential.RoleRevocation), MailReceived: a.safe,
	}, a.made.leaves)
}

// timesFor are the answers to locks whose clocks want one. No more than a mail holds.
func timesFor(by *credential.Authority, a *arrival) ([][]byte, error) {
	var out [][]byte
	for _, nonce := range a.nonces {
		raw, err := by.IssueTime(nonce, a.now)
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

// token is the signed time of the present second, which every key is given.
type token struct {
	mu     sync.Mutex
	second credential.Instant
	raw    []byte
}

func (t *token) at(authority *credential.Authority, now time.Time) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.raw != nil && t.second == credential.At(now) {
		return t.raw, nil
	}
	raw, err := authority.IssueTime([8]byte{}, now)
	if err == nil {
		t.second, t.raw = credential.At(now), raw
	}
	return raw, err
}

// denied returns the refusal that the journal is told of, nil for any other error.
func denied(err error) *problem.Error {
	if p, ok := errors.AsType[*problem.Error](err); ok && p.Kind == problem.Denied {
		return p
	}
	return nil
}
