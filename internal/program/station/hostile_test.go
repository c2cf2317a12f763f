package station_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/locksim"
	"hemnyckel/internal/program/station"
)

// cutting is a state folder whose nth change fails: lost, or saved all the same.
type cutting struct {
	station.Files
	mu    sync.Mutex
	left  int
	saved bool
	hit   bool
}

var errCut = errors.New("the power went")

func (c *cutting) change(do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left != 0 {
		if c.hit {
			return errCut // nothing runs after a power cut
		}
		return do()
	}
	c.hit = true
	if c.saved {
		if err := do(); err != nil {
			return err
		}
	}
	return errCut
}

func (c *cutting) Write(name string, data []byte) error {
	return c.change(func() error { return c.Files.Write(name, data) })
}

func (c *cutting) Remove(name string) error {
	return c.change(func() error { return c.Files.Remove(name) })
}

// The power goes at every persisted write, which is lost or saved all the same. The station goes on afterwards, no serial comes
// twice, and every activation that a key got reaches the journal.
func TestPowerCutAtEveryWrite(t *testing.T) {
	t.Parallel()
	w := newTown(t, t.TempDir())
	k := w.key("N00001")
	given := map[string]bool{}
	for _, saved := range []bool{false, true} {
		for n, hit := 1, true; hit; n++ {
			cfg := w.config(t.Name()+string(rune('a'+n))+map[bool]string{true: "+", false: "-"}[saved], "G001")
			cfg.Refresh = time.Hour
			files := station.Folder(cfg.Dir)
			cut := &cutting{Files: files, left: n, saved: saved}
			cfg.Files = cut
			w.live(cfg, k, given)
			cfg.Files = files
			if err := w.live(cfg, k, given); err != nil {
				t.Fatalf("after a cut at write %d (saved %v): %v", n, saved, err)
			}
			hit = cut.hit
			if n > 40 {
				t.Fatal("the number of writes has no end")
			}
		}
	}
	w.count(journal.RecordsAnomalous, 0)
	if got := len(w.entries(journal.KeyActivated)); got < len(given) {
		t.Errorf("%d activations in the journal, %d were given", got, len(given))
	}
	if len(given) < 16 {
		t.Errorf("only %d activations were given: the test has not reached what it tests", len(given))
	}
}

// live is a station's short life: enrolment, one activation, one report.
func (w *town) live(cfg station.Config, k *locksim.Key, given map[string]bool) error {
	w.t.Helper()
	s, err := station.New(cfg)
	if err != nil {
		return err
	}
	ctx := w.t.Context()
	if err := s.Start(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	stop := w.background(s.Run)
	defer stop()
	if err := s.Identify(badge, pin); err != nil {
		return err
	}
	r, err := k.Station(ctx, s.Addr())
	if err != nil {
		return err
	}
	if r.Activated != 0 {
		given[cfg.Dir+time.Now().String()] = true
	}
	if err := s.ReportNow(ctx); err != nil {
		return err
	}
	if r.Activated == 0 {
		return errors.New("not activated: " + s.State().Screen.EN)
	}
	return nil
}

func TestHostileFramesOnTheKeySocket(t *testing.T) {
	w := newTown(t, t.TempDir())
	s, k := w.startStation("Norr 1", "G001"), w.key("N00001")
	for name, bytes := range map[string]string{
		"nothing":      "",
		"zero frame":   "\x00\x00",
		"huge frame":   "\xff\xff" + strings.Repeat("A", 70000),
		"half a frame": "\x00\x20abc",
		"noise":        "\x00\x20" + strings.Repeat("\x01", 32),
		"http":         "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", s.Addr())
		w.must(err)
		io.WriteString(conn, bytes)
		conn.(*net.TCPConn).CloseWrite()
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, &net.OpError{}) {
			t.Errorf("%s: %v", name, err)
		}
		conn.Close()
	}
	if r := w.visit(k, s, true); r.Activated == 0 {
		t.Errorf("a key after the strangers: %+v", r)
	}
}

func TestPanel(t *testing.T) {
	w := newTown(t, t.TempDir())
	s := w.startStation("Norr 1", "G001")
	post := func(body, media string) (int, map[string]any) {
		t.Helper()
		resp, err := http.Post("http://"+s.PanelAddr()+"/identify", media, bytes.NewReader([]byte(body)))
		w.must(err)
		defer resp.Body.Close()
		var v map[string]any
		w.must(json.NewDecoder(resp.Body).Decode(&v))
		return resp.StatusCode, v
	}
	for _, c := range []struct {
		name, body, media string
		status            int
		code              string
	}{
		{"wrong PIN", `{"badge":"` + badge + `","pin":"0000"}`, "application/json", 403, "station-badge-or-pin"},
		{"no badge", `{"pin":"4719"}`, "application/json", 0, "badge-form"},
		{"not JSON", `badge=1`, "application/json", 0, "json-malformed"},
		{"a form", `badge=1`, "application/x-www-form-urlencoded", 0, "media-type"},
		{"too long", `{"badge":"` + strings.Repeat("1", 2000) + `"}`, "application/json", 413, "body-too-large"},
		{"another field", `{"badge":"1234","pin":"4719","admin":true}`, "application/json", 0, "field-unknown"},
	} {
		status, got := post(c.body, c.media)
		if got["code"] != c.code || c.status != 0 && status != c.status {
			t.Errorf("%s: got %d %v, want %d %s", c.name, status, got["code"], c.status, c.code)
		}
	}
	status, got := post(`{"badge":"`+badge+`","pin":"`+pin+`"}`, "application/json")
	if status != 200 || got["armed"] != true {
		t.Errorf("the right PIN: got %d %v", status, got)
	}
	resp, err := http.Get("http://" + s.PanelAddr() + "/")
	w.must(err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	w.must(err)
	if resp.StatusCode != 200 || !bytes.Contains(page, []byte("Norr 1")) {
		t.Errorf("page: %d %s", resp.StatusCode, page)
	}
}

func TestPanelIsLocal(t *testing.T) {
	for _, panel := range []string{"0.0.0.0:7301", ":7301", "192.0.2.7:7301", "7301"} {
		_, err := station.New(station.Config{Server: "https://nyckel.example.se", Dir: t.TempDir(), Listen: "127.0.0.1:0", Panel: panel})
		if !errors.Is(err, station.ErrPanel) {
			t.Errorf("%q: got %v", panel, err)
		}
	}
}

func TestServerAddressMustBeSafe(t *testing.T) {
	for address, want := range map[string]bool{
		"https://nyckel.example.se": true, "http://127.0.0.1:80": true, "http://localhost:1": true, "http://[::1]:1": true,
		"http://nyckel.example.se": false, "nyckel.example.se": false, "": false, "ftp://localhost": false,
	} {
		s, err := station.New(station.Config{Server: address, Dir: t.TempDir(), Listen: "127.0.0.1:0"})
		if (err == nil) != want {
			t.Errorf("%q: got %v, want accepted %v", address, err, want)
		}
		if err == nil {
			s.Close()
		}
	}
}
