package lockcore_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"net"
	"slices"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// BenchmarkLockDecision is the decision without handshake and radio, over 1 024 leaves. At first contact it contains six
// signatures: issuer, grant, station CA, station, activation and possession. A revisit contains one. The raw limit is as many bare
// ES256 verifications by the standard library, in turn with the decisions, so that both see the same machine: the metric "x/raw" is the
// ratio of the medians.
func BenchmarkLockDecision(b *testing.B) {
	w := newWorld(b)
	p := w.present(nil)
	if err := p.Prove(w.key); err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("x"))
	sig := must(ecdsa.SignASN1(rand.Reader, w.key, digest[:]))(b)
	for _, c := range []struct {
		name       string
		forget     bool
		signatures int
	}{{"first contact", true, 6}, {"revisit", false, 1}} {
		b.Run(c.name, func(b *testing.B) {
			var decided, raw []time.Duration
			decide := func() {
				if c.forget {
					w.lock.Forget()
				}
				began := time.Now()
				if err := w.lock.Decide(&p); err != nil {
					b.Fatal(err)
				}
				decided = append(decided, time.Since(began))
			}
			verify := func() {
				began := time.Now()
				for range c.signatures {
					if !ecdsa.VerifyASN1(&w.key.PublicKey, digest[:], sig) {
						b.Fatal("does not verify")
					}
				}
				raw = append(raw, time.Since(began))
			}
			for b.Loop() { // both in both orders, as the first of the two finds other work in the caches
				decide()
				verify()
				verify()
				decide()
			}
			slices.Sort(decided)
			slices.Sort(raw)
			mid := len(decided) / 2
			b.ReportMetric(float64(decided[mid])/1e3, "µs")
			b.ReportMetric(float64(decided[mid])/float64(raw[mid]), "x/raw")
		})
	}
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

// bytesToVerdict is the length of everything that crosses the air from the lock's advert to its verdict, in both directions,
// with the two bytes of length before each message.
func (w *world) bytesToVerdict() (n int) {
	w.t.Helper()
	n = 2 + lockcore.AdvertBytes
	err := w.pipe(func(conn net.Conn) error {
		c := &counted{Conn: conn}
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		verdict, err := v.Present(w.pass())
		n += c.n
		if err != nil || verdict.Code != credential.OK {
			w.t.Fatalf("got %v, %v", verdict.Code, err)
		}
		w.met = v.Certificate
		_, err = v.Open()
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// newStation gives the key a shift from a station that the lock has not heard of.
func (w *world) newStation() {
	w.t.Helper()
	w.station = w.otherStation(stationID, group)
	w.activate()
}

// What a lock and a key say to each other until the verdict, over a tree of 1 024 leaves and numbers as large as a municipality's.
//
// First contact: the lock has never met this key, nor this station, grant or activation, and the key has never met this lock.
// The lock has what claiming installs: its root and the certificates of grant issuer and station CA. Known: both have met
// before, with certificates of the same shift; grant and activation are new.
func TestBytesToVerdict(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.uptime = func() time.Duration { return time.Hour } // so that the lock asks for the time
		w.count = 70_000
		w.grant.Blocks = credential.Version{Epoch: 1, Number: uint64(w.now.Unix())}
	})
	first := w.bytesToVerdict()
	for range 10 { // until the lock keeps as many certificates as it may
		w.newStation()
		w.bytesToVerdict()
	}
	w.newStation()
	w.met = nil
	busy := w.bytesToVerdict()
	w.resync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1})
	known := w.bytesToVerdict()
	t.Logf("first contact %d B, at a lock that has met many %d B, known %d B", first, busy, known)
	for _, c := range []struct {
		name     string
		got, max int
	}{{"first contact", max(first, busy), 1500}, {"known certificates", known, 1050}} {
		if c.got > c.max {
			t.Errorf("%s: %d bytes to the verdict, at most %d", c.name, c.got, c.max)
		}
	}
}
