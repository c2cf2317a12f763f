package lockcore_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"net"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// BenchmarkLockDecision is the decision without handshake and radio, over 1 024 leaves. At first contact it contains six
// signatures: issuer, grant, station CA, station, activation and possession. The raw limit is six bare ES256 verifications.
// A revisit contains one.
func BenchmarkLockDecision(b *testing.B) {
	w := newWorld(b)
	p := w.present(nil)
	if err := p.Prove(w.key); err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("x"))
	sig := must(ecdsa.SignASN1(rand.Reader, w.key, digest[:]))(b)
	raw := func(n int) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				for range n {
					if !ecdsa.VerifyASN1(&w.key.PublicKey, digest[:], sig) {
						b.Fatal("does not verify")
					}
				}
			}
		}
	}
	decide := func(forget bool) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				if forget {
					w.lock.Forget()
				}
				if err := w.lock.Decide(&p); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("first contact/raw limit", raw(6))
	b.Run("first contact", decide(true))
	b.Run("revisit/raw limit", raw(1))
	b.Run("revisit", decide(false))
}

// BenchmarkVisit is a whole session over a pipe with a store in memory: handshake, decision, record, bolt, no mail.
func BenchmarkVisit(b *testing.B) {
	w := newWorld(b)
	for b.Loop() {
		err := w.pipe(func(c net.Conn) error {
			v, err := lockcore.Meet(c, w.trust())
			if err != nil {
				return err
			}
			if verdict, err := v.Present(w.pass()); err != nil || verdict.Code != credential.OK {
				b.Fatal(verdict.Code, err)
			}
			_, err = v.Open()
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// counted counts both directions.
type counted struct {
	net.Conn
	n int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.n += n
	return n, err
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.n += n
	return n, err
}

// From first byte to verdict, both directions, 1 024 leaves, every certificate sent. Sending known certificates by hash
// (issue 03) is to bring it under 1 500.
func TestBytesToVerdict(t *testing.T) {
	w := newWorld(t)
	const most = 1750
	err := w.pipe(func(conn net.Conn) error {
		c := &counted{Conn: conn}
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		met := c.n
		verdict, err := v.Present(w.pass())
		if err == nil && verdict.Code != credential.OK {
			t.Errorf("got %v", verdict.Code)
		}
		t.Logf("handshake %d B, present and verdict %d B, together %d B", met, c.n-met, c.n)
		if c.n > most {
			t.Errorf("%d bytes to the verdict, at most %d", c.n, most)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
