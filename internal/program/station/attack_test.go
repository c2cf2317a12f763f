package station_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/station"
)

// A web page whose name has been made to lead to the station's machine can neither read the panel nor type into it.
func TestPanelUnderAnotherName(t *testing.T) {
	w := newTown(t, t.TempDir())
	s := w.startStation("Norr 1", "G001")
	_, port, err := net.SplitHostPort(s.PanelAddr())
	w.must(err)
	for host, want := range map[string]int{
		"attacker.example:" + port: 403, "attacker.example": 403, "127.0.0.1.attacker.example": 403, "192.0.2.7:" + port: 403,
		"localhost:" + port: 200, "127.0.0.1": 200, "[::1]:" + port: 200,
	} {
		for _, path := range []string{"GET /state", "GET /", "POST /refresh"} {
			method, path, _ := strings.Cut(path, " ")
			req, err := http.NewRequest(method, "http://"+s.PanelAddr()+path, nil)
			w.must(err)
			req.Host = host
			req.Header.Set("Origin", "http://"+host)
			resp, err := http.DefaultClient.Do(req)
			w.must(err)
			resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("%s %s as %s: got %d, want %d", method, path, host, resp.StatusCode, want)
			}
		}
	}
}

// Strangers who send a byte now and then do not keep keys out.
func TestSlowStrangers(t *testing.T) {
	t.Parallel() // it mostly waits
	w := newTown(t, t.TempDir())
	s, k := w.startStation("Norr 1", "G001"), w.key("N00001")
	for range 8 {
		conn, err := net.Dial("tcp", s.Addr())
		w.must(err)
		defer conn.Close()
		go func() {
			conn.Write([]byte{4, 0})
			for range 100 {
				time.Sleep(200 * time.Millisecond)
				if _, err := conn.Write([]byte{1}); err != nil {
					return
				}
			}
		}()
	}
	time.Sleep(6 * time.Second)
	if r := w.visit(k, s, true); r.Activated == 0 {
		t.Errorf("a key among slow strangers: %+v", r)
	}
}

// noAttempts is a folder in which wrong PINs cannot be counted.
type noAttempts struct{ station.Files }

func (f noAttempts) Write(name string, data []byte) error {
	if name == "attempts" {
		return errCut
	}
	return f.Files.Write(name, data)
}

// Whoever takes the power away, or fills the disk, before an attempt has been counted learns nothing by it.
func TestAttemptThatCannotBeCounted(t *testing.T) {
	w := newTown(t, t.TempDir())
	cfg := w.config("Norr 1", "G001")
	cfg.Files = noAttempts{station.Folder(cfg.Dir)}
	s, err := station.New(cfg)
	w.must(err)
	defer s.Close()
	w.must(s.Start(t.Context()))
	for _, typed := range []string{pin, "0000"} {
		if err := s.Identify(badge, typed); !errors.Is(err, errCut) || s.State().Armed {
			t.Errorf("PIN %s: got %v, armed %v", typed, err, s.State().Armed)
		}
	}
}

// A clock that goes back after the person has identified does not give an activation from the past.
func TestClockSetBack(t *testing.T) {
	w := newTown(t, t.TempDir())
	s, k := w.startStation("Norr 1", "G001"), w.key("N00001")
	w.visit(k, s, false)
	w.clock.add(2 * time.Hour)
	w.must(s.RefreshNow(t.Context()))
	w.must(s.Identify(badge, pin))
	w.down.Store(true)
	w.clock.add(-110 * time.Minute)
	r, err := k.Station(t.Context(), s.Addr())
	if err != nil || r.Activated != 0 || s.State().Screen.Code != "station-clock" {
		t.Errorf("got %+v, %v, screen %s", r, err, s.State().Screen.Code)
	}
}

// A station that has lost its root, and enrols again by its own secret, goes on with its serials.
func TestSerialsAfterALostRoot(t *testing.T) {
	w := newTown(t, t.TempDir())
	cfg, k := w.config("Norr 1", "G001"), w.key("N00001")
	for range 2 {
		s, err := station.New(cfg)
		w.must(err)
		w.must(s.Start(t.Context()))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		if r := w.visit(k, s, true); r.Activated == 0 {
			t.Fatalf("got %+v", r)
		}
		w.must(s.ReportNow(t.Context()))
		cancel()
		w.must(<-done)
		w.must(os.Remove(filepath.Join(cfg.Dir, "root")))
	}
	w.count(journal.KeyActivated, 2)
	w.count(journal.RecordsAnomalous, 0)
}

// What lies in the folder is for the station alone.
func TestFolderIsPrivate(t *testing.T) {
	w := newTown(t, t.TempDir())
	cfg := w.config("Norr 1", "G001")
	cfg.Dir = filepath.Join(cfg.Dir, "new")
	s, err := station.New(cfg)
	w.must(err)
	defer s.Close()
	w.must(s.Start(t.Context()))
	w.must(filepath.WalkDir(cfg.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has permissions %v", path, info.Mode())
		}
		return err
	}))
}

// A key that has been taken out does not use up the identification that was meant for the next one.
func TestKeyTakenOutWhileItWaits(t *testing.T) {
	w := newTown(t, t.TempDir())
	cfg, k := w.config("Norr 1", "G001"), w.key("N00001")
	cfg.Wait = 20 * time.Second
	s, err := station.New(cfg)
	w.must(err)
	w.must(s.Start(t.Context()))
	w.run(s.Run)
	ctx, takeOut := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := k.Station(ctx, s.Addr()); done <- err }()
	for s.State().Screen.Code != "synced" {
		time.Sleep(10 * time.Millisecond)
	}
	takeOut()
	<-done
	if r := w.visit(k, s, true); r.Activated == 0 {
		t.Errorf("the next key: got %+v", r)
	}
	w.must(s.ReportNow(t.Context()))
	w.count(journal.KeyActivated, 1)
}
