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

// Greeting is what a lock says about itself in the handshake. An unclaimed lock has no certificate yet.
type Greeting struct {
	Certificate []byte             `cbor:"1,keyasint,omitempty"`
	Blocks      credential.Version `cbor:"2,keyasint"`
}

// Present is all that a lock judges.
type Present struct {
	Proof      credential.Proof `cbor:"1,keyasint"` // over the handshake and Counter
	Counter    uint32           `cbor:"2,keyasint"` // stored by the key before use
	Grant      []byte           `cbor:"3,keyasint"`
	Issuer     []byte           `cbor:"4,keyasint"`
	Leaf       []byte           `cbor:"5,keyasint"`
	Path       credential.Path  `cbor:"6,keyasint"`
	Activation []byte           `cbor:"7,keyasint,omitempty"`
	Station    []byte           `cbor:"8,keyasint,omitempty"`
	StationCA  []byte           `cbor:"9,keyasint,omitempty"`
}

// Verdict is the lock's answer. Code is credential.OK when OPEN will be obeyed.
type Verdict struct {
	Code   credential.Code    `cbor:"1,keyasint"`
	Seq    uint32             `cbor:"2,keyasint"` // newest record
	Head   credential.Hash    `cbor:"3,keyasint"` // chain head after it
	Time   credential.Instant `cbor:"4,keyasint"` // what the lock believes
	Blocks credential.Version `cbor:"5,keyasint"`
	Config uint32             `cbor:"6,keyasint"`
}

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
