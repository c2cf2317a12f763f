package credential

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"slices"
)

// SyncRequest is what a key signs to prove to the server, through a station that only relays, that it is there now.
type SyncRequest struct {
	Key       uint32   `cbor:"2,keyasint"`
	Counter   uint32   `cbor:"10,keyasint"` // persisted by the key before use
	Nonce     [16]byte `cbor:"11,keyasint"` // the server's, used once
	Handshake Hash     `cbor:"12,keyasint"` // of the channel to the station, which states its own view to the server
	Blocks    Version  `cbor:"13,keyasint"` // newest block list that the key has
	Mail      Hash     `cbor:"14,keyasint"` // SHA-256 of the encoded Mail that comes along
}

// SignSyncRequest signs with the key's secret.
func SignSyncRequest(key crypto.Signer, r SyncRequest) ([]byte, error) {
	return Sign(key, KindSyncRequest, r)
}

// ParseSyncRequest reads a request without judging it, to find the key's public key by its number.
func ParseSyncRequest(raw []byte) (SyncRequest, error) { return Parse[SyncRequest](raw, MaxObject) }

// SyncRequest verifies that the key signed raw and that mail is what it signed for. The caller compares nonce and
// handshake with its own.
func (v Verifier) SyncRequest(raw, mail []byte, key PublicKey) (SyncRequest, error) {
	r, err := Verify[SyncRequest](v, KindSyncRequest, raw, MaxObject, key)
	if err == nil && r.Mail != sha256.Sum256(mail) {
		err = Refuse(CodeSignature, "the mail is not what the key signed for")
	}
	return r, err
}

// Bounds of what a key carries.
const (
	MaxMailBatches     = 192 // all of them at their longest fit in MaxMail
	MaxMailActivations = 64
	MaxMailNonces      = 32
	MaxMailAcks        = 1024
	MaxMailConfigs     = 64
	MaxMailCerts       = 16
)

// Mail is what a key carries home.
type Mail struct {
	Batches     [][]byte `cbor:"1,keyasint"` // sealed log batches
	Activations [][]byte `cbor:"2,keyasint"` // activations it was given, so that records can be matched to them
	// Nonces are those of locks that want the time; the response has a token for each.
	Nonces [][8]byte `cbor:"3,keyasint,omitempty"`
}

// DecodeMail reads and bounds a Mail.
func DecodeMail(b []byte) (Mail, error) {
	m, err := Decode[Mail](b, MaxMail)
	if err != nil {
		return Mail{}, err
	}
	if len(m.Batches) > MaxMailBatches || len(m.Activations) > MaxMailActivations || len(m.Nonces) > MaxMailNonces {
		return Mail{}, Refuse(CodeMalformed, "%d batches, %d activations and %d nonces in one mail", len(m.Batches), len(m.Activations), len(m.Nonces))
	}
	return m, nil
}

// SyncResponse is what a key takes out: its grant and the mail for the locks that it will meet.
type SyncResponse struct {
	Grant        []byte   `cbor:"1,keyasint"`
	Leaves       Leaves   `cbor:"2,keyasint"`
	Issuer       []byte   `cbor:"3,keyasint"` // grant issuer's certificate
	DeviceCAs    [][]byte `cbor:"4,keyasint"` // certificates by which the key recognises locks
	Config       []byte   `cbor:"5,keyasint"` // config authority's certificate, for what follows
	Time         []byte   `cbor:"6,keyasint,omitempty"`
	Acks         [][]byte `cbor:"7,keyasint"`
	Configs      [][]byte `cbor:"8,keyasint"`
	Blocks       []byte   `cbor:"9,keyasint,omitempty"`
	Revocation   []byte   `cbor:"10,keyasint,omitempty"` // revocation certificate, for the block list
	MailReceived Hash     `cbor:"11,keyasint"`           // SHA-256 of the Mail that is now safe: the key may forget it; zero: it keeps it
	Roots        [][]byte `cbor:"12,keyasint,omitempty"` // changes of root, oldest first: for the key, and for locks
	Times        [][]byte `cbor:"13,keyasint,omitempty"` // time tokens for the mail's nonces
}

// EncodeSyncResponse is Encode(r) with leaves, the encoding of a []Leaf, in the place of r.Leaves: all keys of a group get the same
// ones, and they are most of the response. They are put where the empty list stands, as anything else would read them again.
func EncodeSyncResponse(r SyncResponse, leaves []byte) ([]byte, error) {
	r.Leaves = nil
	raw, err := Encode(r)
	if err != nil {
		return nil, err
	}
	grant, err := Encode(r.Grant)
	if err != nil {
		return nil, err
	}
	at := 2 + len(grant)     // the map's head, the key 1, the grant
	const empty = "\x02\x80" // the key 2, a list of none
	if !bytes.HasPrefix(raw[min(at, len(raw)):], []byte(empty)) {
		return nil, Refuse(CodeMalformed, "the leaves are not the second field of a response")
	}
	return slices.Concat(raw[:at+1], leaves, raw[at+2:]), nil
}

// DecodeSyncResponse reads and bounds a SyncResponse. What is in it is judged where it is used.
func DecodeSyncResponse(b []byte) (SyncResponse, error) {
	r, err := Decode[SyncResponse](b, MaxMail)
	if err != nil {
		return SyncResponse{}, err
	}
	if len(r.Acks) > MaxMailAcks || len(r.Configs) > MaxMailConfigs || len(r.DeviceCAs) > MaxMailCerts ||
		len(r.Roots) > MaxRootStatements || len(r.Times) > MaxMailNonces {
		return SyncResponse{}, Refuse(CodeMalformed, "sync response with too many parts")
	}
	return r, nil
}

// Enrolment makes a fresh key known: it installs the root and the key's own certificate. It travels once, in the lock
// manager's hands.
type Enrolment struct {
	Root        PublicKey `cbor:"1,keyasint"` // as it is now
	Certificate []byte    `cbor:"2,keyasint"` // the key's
	DeviceCA    []byte    `cbor:"3,keyasint"`
	StationCA   []byte    `cbor:"4,keyasint,omitempty"`
	Next        Hash      `cbor:"5,keyasint,omitzero"`  // commitment to the next root
	RootEpoch   uint32    `cbor:"6,keyasint,omitempty"` // changes of root before
}

// Roots is what the key believes about roots to begin with.
func (e Enrolment) Roots() Roots { return Roots{Root: e.Root, Next: e.Next, Epoch: e.RootEpoch} }

// DecodeEnrolment reads an Enrolment and verifies that its certificate is for holder.
func DecodeEnrolment(b []byte, holder PublicKey) (Enrolment, Certificate, error) {
	e, err := Decode[Enrolment](b, 2<<10)
	if err != nil {
		return Enrolment{}, Certificate{}, err
	}
	c, _, err := Verifier{}.Chain(e.Root, RoleKey, e.Certificate, e.DeviceCA)
	if err != nil {
		return Enrolment{}, Certificate{}, err
	}
	if c.Key != holder {
		return Enrolment{}, Certificate{}, Refuse(CodeNotHolder, "the certificate is for another key")
	}
	return e, c, nil
}
