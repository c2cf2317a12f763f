package lockcore_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// parser is one reader of what comes from outside.
type parser struct {
	name  string
	limit int // longest input that it may accept, bytes
	parse func([]byte) error
}

func parsing[T any](name string, limit int, parse func([]byte) (T, error)) parser {
	return parser{name, limit, func(b []byte) error { _, err := parse(b); return err }}
}

// parsers are all of credential's and of this package's.
func parsers(w *world) []parser {
	grant := must(credential.ParseGrant(w.rawG))(w.t)
	_, path, _ := w.tree.Find(lockNo)
	ingest := must(credential.NewExchangeKey())(w.t)
	return []parser{
		parsing("certificate", credential.MaxObject, credential.ParseCertificate),
		parsing("grant", credential.MaxObject, credential.ParseGrant),
		parsing("activation", credential.MaxObject, credential.ParseActivation),
		parsing("block list", credential.MaxBlockList, credential.ParseBlockList),
		parsing("configuration", credential.MaxObject, credential.ParseLockConfig),
		parsing("time token", credential.MaxObject, credential.ParseTimeToken),
		parsing("acknowledgement", credential.MaxObject, credential.ParseAck),
		parsing("mandate", credential.MaxObject, credential.ParseMandate),
		parsing("root statement", 320, credential.ParseRootStatement),
		parsing("batch", credential.MaxBatch, credential.ParseBatch),
		parsing("record", 48, credential.ParseRecord),
		parsing("sync request", credential.MaxObject, credential.ParseSyncRequest),
		parsing("mail", credential.MaxMail, credential.DecodeMail),
		parsing("sync response", credential.MaxMail, credential.DecodeSyncResponse),
		parsing("station message", credential.MaxStationMessage, credential.DecodeStationMessage),
		parsing("sealed batch", credential.MaxSealed, func(b []byte) ([]byte, error) { return credential.OpenBatch(b, ingest) }),
		parsing("leaf", 37, func(b []byte) (credential.Leaf, error) { return path.Check(grant, b) }),
		parsing("public key", 44, func(b []byte) (credential.PublicKey, error) { return credential.ParsePublicKey(string(b)) }),
		parsing("identity", 64, credential.ParseIdentity),
		parsing("message", lockcore.MaxMail, lockcore.DecodeMessage),
		parsing("present", lockcore.MaxPresent, func(b []byte) (lockcore.Present, error) {
			return credential.Decode[lockcore.Present](b, lockcore.MaxPresent)
		}),
		parsing("greeting", 2048, func(b []byte) (lockcore.Greeting, error) { return credential.Decode[lockcore.Greeting](b, 2048) }),
		parsing("station greeting", 2048, func(b []byte) (credential.StationGreeting, error) {
			return credential.Decode[credential.StationGreeting](b, 2048)
		}),
		parsing("advert", lockcore.AdvertBytes, lockcore.ParseAdvert),
	}
}

// judge runs a parser and says what it must never do.
func (p parser) judge(b []byte) error {
	err := p.parse(b)
	if err == nil && len(b) > p.limit {
		return errors.New("accepted beyond its bound")
	}
	if err != nil && credential.CodeOf(err) == credential.OK {
		return errors.New("an error with the code of success")
	}
	return nil
}

// Every byte string of no, one and two bytes to every parser: only what stands in this test is accepted.
func TestEveryShortInput(t *testing.T) {
	accepted := map[string]bool{"greeting a0": true} // a lock that belongs to nobody
	for _, p := range parsers(newWorld(t)) {
		for n := range 1 + 256 + 65536 {
			var b []byte
			switch {
			case n > 256:
				b = []byte{byte((n - 257) >> 8), byte(n - 257)}
			case n > 0:
				b = []byte{byte(n - 1)}
			}
			if err := p.judge(b); err != nil {
				t.Fatalf("%s: %x: %v", p.name, b, err)
			}
			if p.parse(b) == nil && !(len(b) == 1 && b[0] == 0xa0 && accepted[p.name+" a0"]) {
				t.Errorf("%s accepts %x", p.name, b)
			}
		}
	}
}

// goodBytes are the golden vectors' inputs that are accepted, by operation.
func goodBytes(t testing.TB) map[string][][]byte {
	t.Helper()
	type vector struct {
		Name, Op string
		Code     credential.Code
		In       struct{ Bytes hexed }
	}
	good := map[string][][]byte{}
	for _, file := range []string{"objects.json", "messages.json", "decisions.json", "primitives.json", "sealed.json"} {
		for _, v := range readVectors[vector](t, file) {
			if v.Code == credential.OK && len(v.In.Bytes) > 0 {
				good[v.Op] = append(good[v.Op], v.In.Bytes)
			}
		}
	}
	return good
}

// Every object and message, cut at every place, is refused by every parser; so is one with a byte too many.
func TestEveryTruncation(t *testing.T) {
	all := parsers(newWorld(t))
	for op, inputs := range goodBytes(t) {
		taken := 0
		for _, b := range inputs[:min(4, len(inputs))] {
			for _, p := range all {
				if p.parse(b) != nil {
					continue
				}
				taken++
				for n := range b {
					if p.parse(b[:n]) == nil {
						t.Errorf("%s: %s cut to %d of %d bytes is accepted", p.name, op, n, len(b))
					}
				}
				if p.parse(append(bytes.Clone(b), 0)) == nil {
					t.Errorf("%s: %s with a byte more is accepted", p.name, op)
				}
			}
		}
		if taken == 0 && op != "open-batch" && op != "possession" && op != "path" && op != "chain-record" && op != "enrolment" {
			t.Errorf("no parser takes a good %s", op)
		}
	}
}

// cutWriter lets n bytes through and then hangs up.
type cutWriter struct {
	net.Conn
	left int
}

func (c *cutWriter) Write(b []byte) (int, error) {
	if c.left <= 0 {
		return 0, io.ErrClosedPipe
	}
	n := min(c.left, len(b))
	c.left -= n
	m, err := c.Conn.Write(b[:n])
	if err == nil && n < len(b) {
		err = io.ErrClosedPipe
	}
	return m, err
}

// A conversation that stops after any number of bytes leaves no bolt half moved: either the lock has the whole OPEN, and its record, or
// nothing has happened. Whichever side stops.
func TestEveryCutOfAConversation(t *testing.T) {
	w := newWorld(t)
	talk := func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		if _, err := v.Present(w.pass()); err != nil {
			return err
		}
		_, err = v.Open()
		return err
	}
	whole := 0
	if err := w.pipe(func(c net.Conn) error {
		count := &counted{Conn: c}
		defer func() { whole = count.n }()
		return talk(count)
	}); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < whole; n += 7 {
		before := w.bolts
		err := w.pipe(func(c net.Conn) error {
			err := talk(&cutWriter{c, n})
			c.Close()
			return err
		})
		if err == nil && w.bolts != before+1 || err != nil && w.bolts > before+1 {
			t.Errorf("after %d bytes: got %v and %d bolts", n, err, w.bolts-before)
		}
	}
	w.wantCode(credential.OK)
	if got := w.openings(); got < 1 {
		t.Errorf("%d openings in the log", got)
	}
}

// A station and a key that are told anything but the truth hang up in words.
func TestStationChannelTruncated(t *testing.T) {
	w := newWorld(t)
	greeting := credential.StationGreeting{Certificate: w.stCert, StationCA: w.auth.Certificate(credential.RoleStationCA)}
	for n := 0; n < 700; n += 23 {
		a, b := net.Pipe()
		done := make(chan error, 1)
		go func() {
			_, _, _, err := lockcore.AcceptKey(&cutWriter{b, n}, w.station, greeting, lockcore.Host{Roots: w.auth.Roots(), Now: credential.At(w.now)})
			b.Close()
			done <- err
		}()
		c, _, err := lockcore.ReachStation(a, w.auth.Roots(), credential.At(w.now), nil)
		if err == nil {
			err = c.SayHello(w.key, credential.Hello{Counter: 1})
		}
		a.Close()
		if served := <-done; served == nil {
			t.Errorf("a station cut after %d bytes accepts a key without a certificate (%v)", n, err)
		} else if strings.Contains(served.Error(), "panic") {
			t.Error(served)
		}
	}
}
