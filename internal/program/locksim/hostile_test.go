package locksim_test

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/program/locksim"
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
				io.ReadFull(c, make([]byte, 34)) // the key's first frame
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
