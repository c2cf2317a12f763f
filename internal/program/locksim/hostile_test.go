package locksim_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/program/locksim"
	"hemnyckel/lockcore"
)

func (w *town) ready() {
	w.t.Helper()
	w.visitStation(steps{sync: true, activate: true})
}

// Strangers who say nothing, or half of something, cost the next visitor nothing or little.
func TestHostileVisitorsDoNotHoldTheDoor(t *testing.T) {
	w := newTown(t)
	w.ready()
	for _, said := range [][]byte{nil, {0}, {0, 32, 1, 2, 3}, {0xff, 0xff}, {0, 0}, append([]byte{0, 32}, make([]byte, 32)...)} {
		conn, err := net.Dial("tcp", w.lock.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write(said); err != nil {
			t.Fatal(err)
		}
		if len(said) > 2 && len(said) < 20 {
			conn.Close() // truncated, and gone
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*locksim.SessionTime)
	defer cancel()
	r, err := w.key.Open(ctx, w.lock.Addr())
	if err != nil || r.Code != credential.OK {
		t.Fatalf("got %v, %v, want the door open", r.Code, err)
	}
}

// A stranger's answer, whatever it is, ends in an error or a refusal within the session's time.
func TestKeyMeetsHostileLocks(t *testing.T) {
	w := newTown(t)
	w.ready()
	for name, answer := range map[string]func(net.Conn){
		"hangs up":  func(net.Conn) {},
		"noise":     func(c net.Conn) { c.Write(append([]byte{0, 96}, make([]byte, 96)...)) },
		"huge":      func(c net.Conn) { c.Write([]byte{0xff, 0xff}); c.Write(make([]byte, 1<<16)) },
		"truncated": func(c net.Conn) { c.Write([]byte{0, 96, 1}) },
	} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				c.Write(append([]byte{0, lockcore.AdvertBytes, lockcore.Version}, make([]byte, lockcore.AdvertBytes-1)...))
				io.ReadFull(c, make([]byte, 36)) // the key's first frame
				answer(c)
				c.Close()
			}
		}()
		if r, err := w.key.Open(t.Context(), ln.Addr().String()); err == nil || r.Opened {
			t.Errorf("%s: got %+v and no error", name, r)
		}
		if _, err := w.key.Station(t.Context(), ln.Addr().String()); err == nil {
			t.Errorf("%s: a station of this kind is believed", name)
		}
		ln.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if _, err := w.key.Open(ctx, ln.Addr().String()); err == nil {
		t.Error("a lock that never answers gives no error")
	}
}

// What a lock says before anyone has spoken to it: a key that has met the lock knows it again, refuses another version and takes
// a lock that is there and does not answer for a busy one.
func TestAdverts(t *testing.T) {
	w := newTown(t)
	w.ready()
	good := append([]byte{0, lockcore.AdvertBytes, lockcore.Version}, make([]byte, lockcore.AdvertBytes-1)...)
	older := bytes.Clone(good)
	older[2]--
	for name, c := range map[string]struct {
		advert []byte
		want   credential.Code
		broken bool
	}{
		"another version":  {advert: older, want: credential.CodeVersion},
		"another's length": {advert: []byte{0, 2, lockcore.Version, 0}, want: credential.CodeMalformed, broken: true},
		"no answer":        {advert: good, want: credential.CodeBusy},
	} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if c1, err := ln.Accept(); err == nil {
				defer c1.Close()
				c1.Write(c.advert)
				io.Copy(io.Discard, c1)
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		r, err := w.key.Open(ctx, ln.Addr().String())
		cancel()
		ln.Close()
		if r.Code != c.want || r.Opened || (err != nil) != c.broken {
			t.Errorf("%s: got %v, %v, want %v", name, r.Code, err, c.want)
		}
	}
}

// From the second visit on the lock's certificate is not sent: the key has recognised the lock by its advert.
func TestMetLockIsRecognised(t *testing.T) {
	w := newTown(t)
	w.ready()
	lengths := make([]int, 3)
	for i := range lengths {
		p := w.proxy(t)
		if r, err := w.key.Open(t.Context(), p.addr); err != nil || !r.Opened {
			t.Fatalf("got %+v, %v", r, err)
		}
		lengths[i] = p.second()
	}
	if lengths[1] >= lengths[0] || lengths[1] != lengths[2] {
		t.Errorf("the lock's second messages are %v bytes, want shorter ones once it is known", lengths)
	}
}

// proxy stands between a key and the lock, for one connection, and measures.
type proxy struct {
	addr string
	said chan []byte
}

func (w *town) proxy(t *testing.T) *proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	p := &proxy{addr: ln.Addr().String(), said: make(chan []byte, 1)}
	go func() {
		var heard bytes.Buffer
		defer func() { p.said <- heard.Bytes() }()
		key, err := ln.Accept()
		if err != nil {
			return
		}
		defer key.Close()
		lock, err := net.Dial("tcp", w.lock.Addr())
		if err != nil {
			return
		}
		defer lock.Close()
		go func() { io.Copy(lock, key); lock.Close() }()
		io.Copy(io.MultiWriter(key, &heard), lock)
	}()
	return p
}

// second is the length of the second frame that the lock has sent.
func (p *proxy) second() int {
	b := <-p.said
	first := 2 + int(binary.BigEndian.Uint16(b))
	return int(binary.BigEndian.Uint16(b[first:]))
}

func TestFalseStationGetsNoMail(t *testing.T) {
	w := newTown(t)
	other := newTown(t)
	w.station, w.greet = other.station, other.greet
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		if c, err := ln.Accept(); err == nil {
			_ = w.serveKey(c, steps{erase: true})
			c.Close()
		}
	}()
	_, err = w.key.Station(t.Context(), ln.Addr().String())
	if got := credential.CodeOf(err); got != credential.CodeStationCert {
		t.Errorf("got %v, want %v", err, credential.CodeStationCert)
	}
}

func TestDamagedStateIsToldApart(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key.state")
	k, err := locksim.OpenKey(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := locksim.OpenKey(path)
	if err != nil || again.PublicKey() != k.PublicKey() {
		t.Fatalf("got %v, %v: the key is not the same when opened again", again, err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole[:len(whole)-1] {
		if err := os.WriteFile(path, whole[:n+1], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := locksim.OpenKey(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Fatalf("cut to %d bytes: got %v, want an error that names the file", n+1, err)
		}
	}
}

func TestKeyRefusesAnotherKeysEnrolment(t *testing.T) {
	w := newTown(t)
	other, err := locksim.OpenKey(filepath.Join(t.TempDir(), "other.state"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Station(t.Context(), "127.0.0.1:1"); credential.CodeOf(err) != credential.CodeNotEnrolled {
		t.Errorf("got %v, want %v", err, credential.CodeNotEnrolled)
	}
	cert, err := w.auth.IssueKey(18, group, w.key.PublicKey(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b, err := credential.Encode(credential.Enrolment{
		Root: w.auth.Root(), Certificate: cert, DeviceCA: w.auth.Certificate(credential.RoleDeviceCA),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Enrol(b); credential.CodeOf(err) != credential.CodeNotHolder {
		t.Errorf("got %v, want %v", err, credential.CodeNotHolder)
	}
}

// A stolen lock has a genuine certificate. What it hands a key is as long as a batch can be, or is left: a key that carries more can neither
// be synced nor started again.
func TestStolenLockDoesNotFillTheKey(t *testing.T) {
	key, err := locksim.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ batches, length, want int }{
		{1, credential.MaxSealed, 1}, {1, credential.MaxSealed + 1, 0}, {lockcore.MaxSessionBatch + 1, 1, 0},
	} {
		var up lockcore.Up
		for range c.batches {
			up.Batches = append(up.Batches, make([]byte, c.length))
		}
		if got, err := key.Collect(up); got != c.want || err != nil {
			t.Errorf("%d batches of %d bytes: took %d, %v, want %d", c.batches, c.length, got, err, c.want)
		}
	}
}
