package station_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/keystore"
	"hemnyckel/internal/program/station"
)

const (
	unlockCode = "4711-0815-1234-5678-9012"
	cheap      = 2 // of trying one code, for tests
)

func ask(code string) keystore.Ask {
	return func(keystore.Question) ([]byte, error) {
		if code == "" {
			return nil, keystore.ErrNoUnlockCode
		}
		return []byte(code), nil
	}
}

// sealedStation is a station whose folder is sealed.
func (w *town) sealedStation(cfg station.Config) *station.Station {
	w.t.Helper()
	var err error
	cfg.Files, err = station.Open(w.t.Context(), station.Opening{Files: station.Folder(cfg.Dir), Ask: ask(unlockCode), Work: cheap})
	w.must(err)
	s, err := station.New(cfg)
	w.must(err)
	w.must(s.Start(w.t.Context()))
	return s
}

// What a thief finds on a station's disk: nothing that identifies the station, a person or a grant; and files that nobody can put in each other's place.
func TestStolenDisk(t *testing.T) {
	w := newTown(t, t.TempDir())
	cfg, k := w.config("Norr 1", "G001"), w.key("N00001")
	s := w.sealedStation(cfg)
	stop := w.background(s.Run)
	w.visit(k, s, true)
	w.down.Store(true)
	if r := w.visit(k, s, true); r.Activated == 0 { // not reported: it stays on the disk
		t.Fatalf("got %+v", r)
	}
	stop()
	clear, err := station.Open(t.Context(), station.Opening{Files: station.Folder(cfg.Dir), Ask: ask("4711 0815 1234 5678 9012"), Work: cheap}) // as people write it
	w.must(err)
	names, err := clear.List()
	w.must(err)
	if len(names) < 7 {
		t.Errorf("files: %v", names)
	}
	for _, name := range names {
		plain, err := clear.Read(name)
		w.must(err)
		raw, err := os.ReadFile(filepath.Join(cfg.Dir, name))
		w.must(err)
		if bytes.Equal(plain, raw) || len(plain) > 8 && bytes.Contains(raw, plain[:8]) {
			t.Errorf("%s lies in the open", name)
		}
		for _, secret := range []string{"hns_", "argon2id", "Norr 1"} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
	for name, o := range map[string]struct {
		o    station.Opening
		want error
	}{
		"a wrong code":   {station.Opening{Ask: ask("4711-0815-1234-5678-9013")}, station.ErrUnlockCode},
		"no code":        {station.Opening{Ask: ask("")}, keystore.ErrNoUnlockCode},
		"as if unsealed": {station.Opening{Open: true}, station.ErrLocked},
	} {
		o.o.Files = station.Folder(cfg.Dir)
		if _, err := station.Open(t.Context(), o.o); !errors.Is(err, o.want) {
			t.Errorf("%s: got %v, want %v", name, err, o.want)
		}
	}
	if _, err := station.New(cfg); !errors.Is(err, station.ErrLocked) {
		t.Errorf("started without the code: %v", err)
	}
	swap := func(a, b string) {
		x, y := filepath.Join(cfg.Dir, a), filepath.Join(cfg.Dir, b)
		w.must(errors.Join(os.Rename(x, x+"~"), os.Rename(y, x), os.Rename(x+"~", y)))
	}
	swap("counter", "secret")
	if _, err := clear.Read("counter"); !errors.Is(err, station.ErrDamaged) {
		t.Errorf("another file in the counter's place: %v", err)
	}
	swap("counter", "secret")
	raw, err := os.ReadFile(filepath.Join(cfg.Dir, "cache"))
	w.must(err)
	for _, bad := range [][]byte{nil, raw[:20], raw[:len(raw)-1], append(bytes.Clone(raw), 0), append([]byte{raw[0] ^ 1}, raw[1:]...)} {
		w.must(os.WriteFile(filepath.Join(cfg.Dir, "cache"), bad, 0o600))
		if _, err := clear.Read("cache"); !errors.Is(err, station.ErrDamaged) {
			t.Errorf("%d bytes of a cache of %d: %v", len(bad), len(raw), err)
		}
	}
}

// A power cut changes nothing for five days, also for a sealed station without a network: whoever knows the code types it on the panel, and keys are
// activated as before.
func TestSealedStationComesBackWithoutANetwork(t *testing.T) {
	w := newTown(t, t.TempDir())
	cfg, k := w.config("Norr 1", "G001"), w.key("N00001")
	s := w.sealedStation(cfg)
	stop := w.background(s.Run)
	w.visit(k, s, false)
	stop()
	w.down.Store(true)
	w.clock.add(4 * 24 * time.Hour)

	panel := make(chan string, 1)
	opened := make(chan station.Files, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		files, err := station.Open(ctx, station.Opening{Files: station.Folder(cfg.Dir), Ask: ask(""), Panel: "127.0.0.1:0", Work: cheap,
			Waits: func(address string) { panel <- address }})
		if err != nil {
			t.Error(err)
		}
		opened <- files
	}()
	address := "http://" + <-panel
	get := func(do func() (*http.Response, error), want int, text string) {
		t.Helper()
		resp, err := do()
		w.must(err)
		defer resp.Body.Close()
		var b bytes.Buffer
		_, err = b.ReadFrom(resp.Body)
		w.must(err)
		if resp.StatusCode != want || !strings.Contains(b.String(), text) {
			t.Errorf("got %d %s, want %d with %q", resp.StatusCode, b.String(), want, text)
		}
	}
	typed := func(code string) func() (*http.Response, error) {
		return func() (*http.Response, error) { return http.PostForm(address+"/unlock", url.Values{"code": {code}}) }
	}
	get(func() (*http.Response, error) { return http.Get(address + "/") }, 200, "Upplåsningskod")
	get(func() (*http.Response, error) { return http.Get(address + "/state") }, 503, "station-locked")
	get(func() (*http.Response, error) {
		return http.Post(address+"/unlock", "application/json", strings.NewReader(`{"code":"1"}`))
	}, 403, "station-unlock-code")
	get(typed("4711-0815-1234-5678-9013"), 403, "stämmer inte")
	get(typed(unlockCode), 200, "upplåst")

	cfg.Files = <-opened
	again, err := station.New(cfg)
	w.must(err)
	w.must(again.Start(t.Context()))
	w.run(again.Run)
	if r := w.visit(k, again, true); r.Synced || r.Activated == 0 {
		t.Fatalf("got %+v, want activated", r)
	}
	w.open(k, credential.OK)
}

func TestFoldersThatCannotBeSealed(t *testing.T) {
	w := newTown(t, t.TempDir())
	cfg := w.config("Norr 1", "G001")
	s, err := station.New(cfg) // unsealed
	w.must(err)
	w.must(s.Start(t.Context()))
	w.must(s.Close())
	if _, err := station.Seal(station.Folder(cfg.Dir), []byte(unlockCode), cheap); !errors.Is(err, station.ErrUnsealed) {
		t.Errorf("a folder in the open: got %v", err)
	}
	empty := station.Folder(t.TempDir())
	if _, err := station.Seal(empty, []byte("1234"), cheap); !errors.Is(err, keystore.ErrWeak) {
		t.Errorf("a short code: got %v", err)
	}
	w.must(os.WriteFile(filepath.Join(string(empty), ".unlock.age-123"), nil, 0o600)) // of a power cut
	if _, err := station.Seal(empty, []byte(unlockCode), cheap); err != nil {
		t.Errorf("after a power cut: %v", err)
	}
	for _, bad := range []string{"", "nonsense", strings.Repeat("x", 1<<20)} {
		w.must(os.WriteFile(filepath.Join(string(empty), "unlock.age"), []byte(bad), 0o600))
		if _, err := station.Seal(empty, []byte(unlockCode), cheap); !errors.Is(err, station.ErrDamaged) {
			t.Errorf("%d bytes of a key: %v", len(bad), err)
		}
	}
}

func TestNewCode(t *testing.T) {
	a, b := station.NewCode(), station.NewCode()
	if a == b || len(a) != 24 || strings.Trim(a, "0123456789-") != "" || strings.Count(a, "-") != 4 {
		t.Errorf("got %s and %s", a, b)
	}
}

// A file that the disk has lost, or a thief has spoilt, keeps no other activation from being reported.
func TestOneDamagedFileDoesNotSilenceAStation(t *testing.T) {
	w := newTown(t, t.TempDir())
	cfg, k := w.config("Norr 1", "G001"), w.key("N00001")
	s := w.sealedStation(cfg)
	w.run(s.Run)
	w.visit(k, s, false)
	w.down.Store(true)
	for range 2 {
		if r := w.visit(k, s, true); r.Activated == 0 {
			t.Fatalf("got %+v", r)
		}
	}
	waiting, err := filepath.Glob(filepath.Join(cfg.Dir, "activation-*"))
	if err != nil || len(waiting) != 2 {
		t.Fatalf("got %v, %v, want two that wait", waiting, err)
	}
	w.must(os.WriteFile(waiting[0], []byte("not sealed"), 0o600))
	w.down.Store(false)
	for range 2 { // and again, when only that one is left
		if err := s.ReportNow(t.Context()); !errors.Is(err, station.ErrDamaged) {
			t.Errorf("got %v, want station-state-damaged", err)
		}
	}
	w.count(journal.KeyActivated, 1)
	if _, err := os.Stat(waiting[0]); err != nil {
		t.Errorf("the damaged one is gone: %v", err)
	}
}
