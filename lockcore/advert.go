package lockcore

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"io"

	"hemnyckel/credential"
)

// Advert is what a lock says before anyone has spoken to it. Version is the only thing in it that a stranger can read: the mark
// is new every time, and only who has met the lock before, and so has its exchange key, knows it again. An advert is not
// signed and decides nothing: who follows a false one meets the wrong lock, and finds out in the handshake.
type Advert struct {
	Version byte
	Nonce   [6]byte
	Mark    [6]byte // HMAC-SHA256 of "hemnyckel/advert/1", version and nonce under the lock's exchange key, its first bytes
}

// AdvertBytes is the length of an advert. It fits in a Bluetooth LE advertisement beside the obligatory parts.
const AdvertBytes = 13

// Advertise makes a new advert. Radio changes it after each session and at least every quarter of an hour.
func (l *Lock) Advertise() Advert {
	l.mu.Lock()
	own := l.id.ExchangeKey()
	l.mu.Unlock()
	a := Advert{Version: Version}
	rand.Read(a.Nonce[:]) // never fails (crypto/rand)
	a.Mark = a.mark(own)
	return a
}

func (a Advert) mark(lock credential.ExchangeKey) [6]byte {
	m := hmac.New(sha256.New, lock[:])
	m.Write([]byte("hemnyckel/advert/1\x00"))
	m.Write([]byte{a.Version})
	m.Write(a.Nonce[:])
	return [6]byte(m.Sum(nil))
}

// Is reports whether the lock with that exchange key made the advert.
func (a Advert) Is(lock credential.ExchangeKey) bool {
	m := a.mark(lock)
	return hmac.Equal(m[:], a.Mark[:])
}

// Bytes is the advert as it is sent.
func (a Advert) Bytes() []byte {
	b := append([]byte{a.Version}, a.Nonce[:]...)
	return append(b, a.Mark[:]...)
}

// ParseAdvert reads an advert and refuses a lock of another version: each end speaks one, and nobody is talked into an older.
func ParseAdvert(b []byte) (Advert, error) {
	if len(b) == 0 {
		return Advert{}, credential.Refuse(credential.CodeMalformed, "an empty advert")
	}
	if b[0] != Version { // whatever else another version's advert holds
		return Advert{}, credential.Refuse(credential.CodeVersion, "the lock speaks version %d, the key %d", b[0], Version)
	}
	if len(b) != AdvertBytes {
		return Advert{}, credential.Refuse(credential.CodeMalformed, "an advert of %d bytes, %d expected", len(b), AdvertBytes)
	}
	return Advert{Version: b[0], Nonce: [6]byte(b[1:7]), Mark: [6]byte(b[7:])}, nil
}

// WriteAdvert sends an advert as a stream's first frame, where a stream stands in for radio.
func WriteAdvert(w io.Writer, a Advert) error { return writeFrame(w, a.Bytes()) }

// ReadAdvert reads what WriteAdvert sent.
func ReadAdvert(r io.Reader) (Advert, error) {
	b, err := readFrame(r, maxAdvert)
	if err != nil {
		return Advert{}, err
	}
	return ParseAdvert(b)
}

// maxAdvert bounds an advert of any version, in bytes.
const maxAdvert = 64
