package lockcore

import (
	"hemnyckel/credential"
)

// Bounds of a session with a lock, in bytes and pieces.
const (
	MaxPresent      = 4 << 10
	MaxMail         = 32 << 10
	MaxDownAcks     = 8
	MaxSessionBatch = 4 // batches per visitor: a quota of 128 records
)

// Greeting is what a lock says about itself in the handshake, to whoever is there. An unclaimed lock has no certificate yet,
// and a lock that is met again leaves it out. The names mean something to whoever has the certificates only.
type Greeting struct {
	Certificate []byte `cbor:"1,keyasint,omitempty"`
	Known       []byte `cbor:"2,keyasint,omitempty"` // names of the certificates that it keeps, [NameBytes] each
}

// Present is all that a lock judges. Instead of a certificate that the greeting named it may have that name.
type Present struct {
	Proof      credential.Proof `cbor:"1,keyasint"` // over the handshake and Counter
	Counter    uint32           `cbor:"2,keyasint"` // stored by the key before use
	Grant      []byte           `cbor:"3,keyasint"`
	Issuer     []byte           `cbor:"4,keyasint"` // certificate or name
	Leaf       []byte           `cbor:"5,keyasint"`
	Path       credential.Path  `cbor:"6,keyasint"`
	Activation []byte           `cbor:"7,keyasint,omitempty"`
	Station    []byte           `cbor:"8,keyasint,omitempty"` // certificate or name
	StationCA  []byte           `cbor:"9,keyasint,omitempty"` // certificate or name
}

// Verdict is the lock's answer. Code is credential.OK when OPEN will be obeyed. Whoever has not proved to hold a genuine grant's key
// gets the code alone.
type Verdict struct {
	Code   credential.Code    `cbor:"1,keyasint"`
	Seq    uint32             `cbor:"2,keyasint,omitempty"` // newest record
	Head   HeadMark           `cbor:"3,keyasint,omitzero"`  // of the chain after it
	Time   credential.Instant `cbor:"4,keyasint,omitempty"` // what the lock believes
	Blocks credential.Version `cbor:"5,keyasint"`
	Config uint32             `cbor:"6,keyasint,omitempty"`
	Wants  Wants              `cbor:"7,keyasint,omitempty"`
	Nonce  [8]byte            `cbor:"8,keyasint,omitzero"` // for the time token, with WantTime; zero if any will do
}

// HeadMark is the first bytes of a chain head: enough for a visitor to bear witness of.
type HeadMark [8]byte

// Wants says what a lock would like to be brought.
type Wants uint8

// What a lock can want.
const (
	WantBlocks Wants = 1 << 0 // the block list that the grant knows of, which is newer than the lock's
	WantConfig Wants = 1 << 1 // its configuration: the grant knows a later epoch
	WantTime   Wants = 1 << 2 // a time token: for Nonce, or any
)

// Open asks for the bolt. It is obeyed once per session.
type Open struct{}

// Opened says that the bolt was told to move (code 0), or why not.
type Opened struct {
	Code credential.Code `cbor:"1,keyasint"`
	Seq  uint32          `cbor:"2,keyasint"` // the record of this opening
}

// Down is mail to the lock. Everything in it is signed, so the courier need not be trusted.
type Down struct {
	Blocks     []byte   `cbor:"1,keyasint,omitempty"`
	Revocation []byte   `cbor:"2,keyasint,omitempty"` // certificate for Blocks
	Authority  []byte   `cbor:"3,keyasint,omitempty"` // config authority's certificate, for the rest
	Config     []byte   `cbor:"4,keyasint,omitempty"`
	Time       []byte   `cbor:"5,keyasint,omitempty"`
	Acks       [][]byte `cbor:"6,keyasint,omitempty"`
	Roots      [][]byte `cbor:"7,keyasint,omitempty"` // changes of root, oldest first
}

// Up is mail from the lock. Batches are sealed to the server.
type Up struct {
	Batches    [][]byte `cbor:"1,keyasint,omitempty"`
	Blocks     []byte   `cbor:"2,keyasint,omitempty"` // the lock's list, when the key's grant knew only an older one
	Revocation []byte   `cbor:"3,keyasint,omitempty"`
}

// Claim messages: see Claim.
type (
	// ClaimStart proves to the lock that the installer has read the code inside it.
	ClaimStart struct {
		Proof credential.Hash `cbor:"1,keyasint"`
	}
	// ClaimIdentity proves to the installer that this is the lock that holds the code.
	ClaimIdentity struct {
		Proof credential.Hash      `cbor:"1,keyasint"`
		Key   credential.PublicKey `cbor:"2,keyasint"`
	}
	// ClaimInstall makes the lock the municipality's.
	ClaimInstall struct {
		Root        credential.PublicKey `cbor:"1,keyasint"`
		Certificate []byte               `cbor:"2,keyasint"` // the lock's
		DeviceCA    []byte               `cbor:"3,keyasint"`
		Authority   []byte               `cbor:"4,keyasint"` // config authority's certificate
		Config      []byte               `cbor:"5,keyasint"`
		// Authorities are the certificates of grant issuer and station CA, signed by the root: keys need not send them then.
		Authorities [][]byte         `cbor:"20,keyasint,omitempty"`
		Next        credential.Hash  `cbor:"6,keyasint,omitzero"`  // commitment to the next root
		RootEpoch   uint32           `cbor:"7,keyasint,omitempty"` // changes of root before this one
		Mandate     []byte           `cbor:"8,keyasint"`           // the installer's
		Proof       credential.Proof `cbor:"9,keyasint"`           // of the installer's key, over the handshake: filled in by Claim
	}
	// Claimed says that the lock has stored it (code 0), or why not.
	Claimed struct {
		Code credential.Code `cbor:"1,keyasint"`
	}
)

// Message is one message of a session in either direction: exactly one field is set.
type Message struct {
	Present       *Present       `cbor:"1,keyasint,omitempty"`
	Verdict       *Verdict       `cbor:"2,keyasint,omitempty"`
	Open          *Open          `cbor:"3,keyasint,omitempty"`
	Opened        *Opened        `cbor:"4,keyasint,omitempty"`
	Down          *Down          `cbor:"5,keyasint,omitempty"`
	Up            *Up            `cbor:"6,keyasint,omitempty"`
	ClaimStart    *ClaimStart    `cbor:"7,keyasint,omitempty"`
	ClaimIdentity *ClaimIdentity `cbor:"8,keyasint,omitempty"`
	ClaimInstall  *ClaimInstall  `cbor:"9,keyasint,omitempty"`
	Claimed       *Claimed       `cbor:"10,keyasint,omitempty"`
	ResetStart    *ResetStart    `cbor:"11,keyasint,omitempty"`
	ResetReady    *ResetReady    `cbor:"12,keyasint,omitempty"`
	ResetFetch    *ResetFetch    `cbor:"13,keyasint,omitempty"`
	ResetRecords  *ResetRecords  `cbor:"14,keyasint,omitempty"`
	ResetConfirm  *ResetConfirm  `cbor:"15,keyasint,omitempty"`
}

// DecodeMessage reads and bounds a message.
func DecodeMessage(b []byte) (Message, error) {
	m, err := credential.Decode[Message](b, MaxMail)
	if err != nil {
		return Message{}, err
	}
	n := 0
	for _, set := range []bool{
		m.Present != nil, m.Verdict != nil, m.Open != nil, m.Opened != nil, m.Down != nil, m.Up != nil,
		m.ClaimStart != nil, m.ClaimIdentity != nil, m.ClaimInstall != nil, m.Claimed != nil,
		m.ResetStart != nil, m.ResetReady != nil, m.ResetFetch != nil, m.ResetRecords != nil, m.ResetConfirm != nil,
	} {
		if set {
			n++
		}
	}
	if n != 1 {
		return Message{}, credential.Refuse(credential.CodeMalformed, "message with %d parts", n)
	}
	return m, nil
}
