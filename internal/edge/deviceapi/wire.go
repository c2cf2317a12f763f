package deviceapi

import (
	"slices"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/identity"
)

// MediaType of bodies in both directions, but for problems (RFC 8949 §9.5).
const MediaType = "application/cbor"

// The addresses. All are POST.
const (
	PathEnrol       = "/device/v1/enrol"
	PathRefresh     = "/device/v1/refresh"
	PathNonce       = "/device/v1/nonce"
	PathVisit       = "/device/v1/visit"
	PathActivations = "/device/v1/activations"
)

// Bounds of bodies, in bytes and pieces.
const (
	MaxSmall      = 1 << 10
	MaxVisit      = credential.MaxMail + 4<<10
	MaxReports    = 64
	MaxReport     = MaxReports * (credential.MaxObject + 32)
	MaxRefresh    = 16 << 20 // some 60 000 people
	MaxStaffChunk = 1024
)

// Empty is the body of a request that says nothing.
type Empty struct{}

// Enrol is what a new station tells, with its one-time token as bearer.
type Enrol struct {
	Key        credential.PublicKey   `cbor:"1,keyasint"`
	Exchange   credential.ExchangeKey `cbor:"2,keyasint"`
	SecretHash string                 `cbor:"3,keyasint"` // fleet.HashStationSecret of the secret that it will show from now on
}

// Enrolled is the answer. The station keeps the root for ever.
type Enrolled struct {
	Certificate []byte           `cbor:"1,keyasint"`
	Roots       credential.Roots `cbor:"2,keyasint"`
}

// Refresh is what a station works with while it is offline.
type Refresh struct {
	Name        string                 `cbor:"1,keyasint"`
	Certificate []byte                 `cbor:"2,keyasint"`
	StationCA   []byte                 `cbor:"3,keyasint"`
	Roots       credential.Roots       `cbor:"4,keyasint"` // believed by a station that is new; others follow the changes
	DeviceCA    []byte                 `cbor:"5,keyasint"`
	Blocks      []byte                 `cbor:"6,keyasint"`
	Revocation  []byte                 `cbor:"7,keyasint"`
	Ingest      credential.ExchangeKey `cbor:"8,keyasint"`
	Now         credential.Instant     `cbor:"9,keyasint"` // the server's time
	Staff       [][]Verifier           `cbor:"10,keyasint"`
	Due         []DueKey               `cbor:"11,keyasint"`           // keys of the station's group that must be synced soon
	Changes     [][]byte               `cbor:"12,keyasint,omitempty"` // of root, oldest first; passed on to keys
	Instruction *Instruction           `cbor:"13,keyasint,omitempty"` // what hangs at the station
}

// Instruction is what people at the station are told to do, in plain text.
type Instruction struct {
	_           struct{} `cbor:",toarray"`
	Title, Body string
	Version     uint64
	Published   credential.Instant
}

// Verifier is how a station knows a person.
type Verifier struct {
	_         struct{} `cbor:",toarray"`
	Pseudonym uint64
	Badge     string // identity.HashBadge
	PIN       string // identity.NewVerifier
	Groups    []Member
}

// Member is a person's time in a group, half-open.
type Member struct {
	_           struct{} `cbor:",toarray"`
	Group       uint32
	From, Until credential.Instant
}

// DueKey is a key whose grant has ended or ends soon.
type DueKey struct {
	_      struct{} `cbor:",toarray"`
	Number string
	Until  credential.Instant // 0: never synced
}

// Nonce begins a visit.
type Nonce struct {
	Nonce [16]byte `cbor:"1,keyasint"`
}

// Visit relays a key's upload. The answer is the encoded credential.SyncResponse, for the key.
type Visit struct {
	Handshake credential.Hash `cbor:"1,keyasint"`
	Request   []byte          `cbor:"2,keyasint"`
	Mail      []byte          `cbor:"3,keyasint"`
}

// Activations reports what a station has signed. All of them are settled when the answer comes.
type Activations struct {
	Reports []Report `cbor:"1,keyasint"`
}

// Report is one activation.
type Report struct {
	_       struct{} `cbor:",toarray"`
	Body    []byte
	Offline bool
}

// Settled names the reports, by place, that the server could make no sense of. They need not be sent again either.
type Settled struct {
	Rejected []uint32 `cbor:"1,keyasint"`
}

// farAway is the latest instant that the wire carries: the year 2106.
const farAway credential.Instant = 1<<32 - 1

// pack puts staff on the wire in pieces, as no list may be longer than credential.MaxLeaves.
func pack(staff []identity.StaffVerifier) [][]Verifier {
	var out [][]Verifier
	for part := range slices.Chunk(staff, MaxStaffChunk) {
		chunk := make([]Verifier, len(part))
		for i, p := range part {
			chunk[i] = Verifier{Pseudonym: uint64(p.Pseudonym), Badge: p.BadgeHash, PIN: p.PIN}
			for _, g := range p.Groups {
				chunk[i].Groups = append(chunk[i].Groups, Member{Group: g.Number,
					From: max(credential.At(g.From), 0), Until: min(credential.At(g.Until), farAway)})
			}
		}
		out = append(out, chunk)
	}
	return out
}
