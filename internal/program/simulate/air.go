package simulate

import (
	"encoding/binary"
	"io"
	"net"

	"hemnyckel/lockcore"
)

// air is what lies between a key and a lock: what the key sends the lock answers at once, so that nobody waits for anybody. On it every
// message follows its length in two bytes, as on any stream to a lock.
type air struct {
	session *lockcore.Session
	in, out []byte
}

func newAir(l *lock) *air { return &air{session: l.core.NewSession()} }

// Write implements io.Writer. A lock that has ended the session hears nothing.
func (a *air) Write(b []byte) (int, error) {
	if a.session.Done() {
		return 0, io.ErrClosedPipe
	}
	a.in = append(a.in, b...)
	for len(a.in) >= 2 && !a.session.Done() {
		end := 2 + int(binary.BigEndian.Uint16(a.in))
		if len(a.in) < end {
			break
		}
		answer, err := a.session.Step(a.in[2:end])
		a.in = a.in[end:]
		if err != nil { // the session is done, and the lock says nothing
			break
		}
		a.out = append(binary.BigEndian.AppendUint16(a.out, uint16(len(answer))), answer...)
	}
	return len(b), nil
}

// Read implements io.Reader. Where the lock has not answered it has hung up.
func (a *air) Read(b []byte) (int, error) {
	if len(a.out) == 0 {
		return 0, io.EOF
	}
	n := copy(b, a.out)
	a.out = a.out[n:]
	return n, nil
}

// pair runs both ends of a conversation in which both have a will of their own.
func pair(here func(net.Conn) error, there func(net.Conn)) error {
	a, b := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer b.Close()
		there(b)
	}()
	err := here(a)
	a.Close()
	<-done
	return err
}
