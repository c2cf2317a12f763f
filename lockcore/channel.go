package lockcore

import (
	"crypto/ecdh"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"hemnyckel/credential"
)

// Channel is an encrypted, authenticated, bounded sequence of messages over a stream. Deadlines are the caller's, set on the
// stream. One goroutine at a time.
//
// On the stream every Noise message follows its length in two bytes, big-endian. A message of ours is cut into Noise
// messages whose first plaintext byte is 1 when more follows and 0 when it is the last.
type Channel struct {
	rw    io.ReadWriter
	s     *secure
	limit int
}

// chunk is the most that one Noise message carries of a message of ours.
const chunk = MaxFrame - tagBytes - 1

// Initiate opens a channel and returns the responder's payload and the static key that it has proved to hold. limit bounds received
// messages, in bytes.
func Initiate(rw io.ReadWriter, p Purpose, limit int) (*Channel, []byte, credential.ExchangeKey, error) {
	return initiate(rw, p, limit, 0)
}

func initiate(rw io.ReadWriter, p Purpose, limit int, flags byte) (*Channel, []byte, credential.ExchangeKey, error) {
	var none credential.ExchangeKey
	s, err := newSecure(p, true, nil)
	if err != nil {
		return nil, nil, none, err
	}
	m1, err := s.start(flags)
	if err != nil {
		return nil, nil, none, err
	}
	if err := writeFrame(rw, m1); err != nil {
		return nil, nil, none, err
	}
	m2, err := readFrame(rw, maxHandshake)
	if err != nil {
		return nil, nil, none, err
	}
	payload, static, err := s.finish(m2)
	if err != nil {
		return nil, nil, none, err
	}
	return &Channel{rw, s, limit}, payload, static, nil
}

// Respond answers an initiator, proving static and showing payload.
func Respond(rw io.ReadWriter, p Purpose, static *ecdh.PrivateKey, payload []byte, limit int) (*Channel, error) {
	s, err := newSecure(p, false, static)
	if err != nil {
		return nil, err
	}
	m1, err := readFrame(rw, maxHandshake)
	if err != nil {
		return nil, err
	}
	if _, _, err := s.hear(m1); err != nil {
		return nil, err
	}
	m2, err := s.reply(payload)
	if err != nil {
		return nil, err
	}
	return &Channel{rw, s, limit}, writeFrame(rw, m2)
}

// Handshake is the hash that both ends share and no other channel has (Noise §11.2).
func (c *Channel) Handshake() credential.Hash { return c.s.hash }

// Send sends one message.
func (c *Channel) Send(msg []byte) error {
	for {
		part := msg[:min(len(msg), chunk)]
		msg = msg[len(part):]
		plain := append([]byte{0}, part...)
		if len(msg) > 0 {
			plain[0] = 1
		}
		sealed, err := c.s.seal(plain)
		if err != nil {
			return err
		}
		if err := writeFrame(c.rw, sealed); err != nil {
			return err
		}
		if len(msg) == 0 {
			return nil
		}
	}
}

// Receive waits for one message.
func (c *Channel) Receive() ([]byte, error) {
	var msg []byte
	for {
		sealed, err := readFrame(c.rw, MaxFrame)
		if err != nil {
			return nil, err
		}
		plain, err := c.s.open(sealed)
		if err != nil {
			return nil, err
		}
		if len(plain) == 0 || plain[0] > 1 || plain[0] == 1 && len(plain) != chunk+1 {
			return nil, credential.Refuse(credential.CodeProtocol, "a message is cut wrongly")
		}
		if len(msg)+len(plain)-1 > c.limit {
			return nil, credential.Refuse(credential.CodeProtocol, "a message is longer than %d bytes", c.limit)
		}
		msg = append(msg, plain[1:]...)
		if plain[0] == 0 {
			return msg, nil
		}
	}
}

// maxHandshake bounds what is read from a stranger.
const maxHandshake = 2048 // a station that tells of changes of root

func writeFrame(w io.Writer, b []byte) error {
	if len(b) > MaxFrame {
		return fmt.Errorf("lockcore: frame of %d bytes, at most %d", len(b), MaxFrame)
	}
	_, err := w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...))
	return err
}

func readFrame(r io.Reader, limit int) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, frameError(err)
	}
	n := int(binary.BigEndian.Uint16(size[:]))
	if n == 0 || n > limit {
		return nil, credential.Refuse(credential.CodeProtocol, "frame of %d bytes, 1 to %d expected", n, limit)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, frameError(err)
	}
	return b, nil
}

func frameError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return credential.Refuse(credential.CodeProtocol, "the other side stopped in the middle of a frame: %w", err)
	}
	return err
}
