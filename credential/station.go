package credential

// The dialogue of a key in a station. The station answers the Noise handshake and then leads; the key answers. The
// person identifies at the station's own keypad, so nothing here carries a badge or a PIN.
//
//	key                                     station
//	 ── Hello ────────────────────────────►
//	 ◄──────────── SyncBegin{server nonce} ──           when a server is in reach
//	 ── SyncUpload{signed request, mail} ──►            the station relays both
//	 ◄──────────── SyncResult{response} ─────           the server's bytes, unchanged
//	 ── Done ──────────────────────────────►
//	 ◄──────────── Activate{activation, …} ──           after badge and PIN
//	 ── Done ──────────────────────────────►
//	 ◄──────────── Erase ────────────────────           on return
//	 ── Done ──────────────────────────────►
//	 ◄──────────── Bye{code} ────────────────

// StationMessage is one message of the dialogue in either direction: exactly one field is set.
type StationMessage struct {
	Hello      *Hello      `cbor:"1,keyasint,omitempty"`
	SyncBegin  *SyncBegin  `cbor:"2,keyasint,omitempty"`
	SyncUpload *SyncUpload `cbor:"3,keyasint,omitempty"`
	SyncResult *SyncResult `cbor:"4,keyasint,omitempty"`
	Activate   *Activate   `cbor:"5,keyasint,omitempty"`
	Erase      *Erase      `cbor:"6,keyasint,omitempty"`
	Done       *Done       `cbor:"7,keyasint,omitempty"`
	Bye        *Bye        `cbor:"8,keyasint,omitempty"`
}

// StationGreeting is the payload of the station's handshake message: who it is, before the key says anything.
type StationGreeting struct {
	Certificate []byte   `cbor:"1,keyasint"`
	StationCA   []byte   `cbor:"2,keyasint"`
	Roots       [][]byte `cbor:"3,keyasint,omitempty"` // changes of root, oldest first, for a key that has missed them
}

// Hello is what a key says about itself when it is inserted. Certificate and proof are judged by the station; the rest is the
// key's word, to be judged where it is used.
type Hello struct {
	Certificate []byte  `cbor:"1,keyasint"`           // the key's
	DeviceCA    []byte  `cbor:"2,keyasint"`           // its authority's
	Counter     uint32  `cbor:"3,keyasint"`           // the key's use counter
	Grant       []byte  `cbor:"4,keyasint,omitempty"` // the whole signed grant, which a station activates
	Issuer      []byte  `cbor:"5,keyasint,omitempty"` // grant issuer's certificate
	Activated   Instant `cbor:"6,keyasint,omitempty"` // end of the activation it holds
	Blocks      Version `cbor:"7,keyasint"`           // newest block list it has
	Mail        uint32  `cbor:"8,keyasint"`           // bytes of mail it carries home
	Proof       Proof   `cbor:"9,keyasint"`           // over this channel's handshake and the counter
}

// SyncBegin asks the key to authenticate to the server.
type SyncBegin struct {
	Nonce [16]byte `cbor:"1,keyasint"`
}

// SyncUpload is the key's answer: both parts go to the server unchanged.
type SyncUpload struct {
	Request []byte `cbor:"1,keyasint"` // signed SyncRequest
	Mail    []byte `cbor:"2,keyasint"` // encoded Mail
}

// SyncResult carries the server's SyncResponse.
type SyncResult struct {
	Response []byte `cbor:"1,keyasint"`
}

// Activate gives the key its shift.
type Activate struct {
	Activation []byte `cbor:"1,keyasint"`
	Station    []byte `cbor:"2,keyasint"` // station certificate
	StationCA  []byte `cbor:"3,keyasint"`
}

// Erase takes the activation back: the key was returned.
type Erase struct{}

// Done says that the key has stored (code 0), or why it has not.
type Done struct {
	Code Code `cbor:"1,keyasint"`
}

// Bye ends the dialogue; a code other than 0 is the station's refusal.
type Bye struct {
	Code Code `cbor:"1,keyasint"`
}

// EncodeStationMessage encodes a message.
func EncodeStationMessage(m StationMessage) ([]byte, error) { return Encode(m) }

// DecodeStationMessage reads and bounds a message.
func DecodeStationMessage(b []byte) (StationMessage, error) {
	m, err := Decode[StationMessage](b, MaxStationMessage)
	if err != nil {
		return StationMessage{}, err
	}
	if n := m.parts(); n != 1 {
		return StationMessage{}, Refuse(CodeMalformed, "message with %d parts", n)
	}
	return m, nil
}

// MaxStationMessage bounds one message in bytes.
const MaxStationMessage = MaxMail + 1<<10

func (m StationMessage) parts() (n int) {
	for _, set := range []bool{
		m.Hello != nil, m.SyncBegin != nil, m.SyncUpload != nil, m.SyncResult != nil,
		m.Activate != nil, m.Erase != nil, m.Done != nil, m.Bye != nil,
	} {
		if set {
			n++
		}
	}
	return n
}
