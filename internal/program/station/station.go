// Package station is the sync station as a program: keys come to its socket, people to its panel, and it talks to the server
// when there is one.
//
// It owns the station's state folder, the dialogue with a key, the identification of a person, and the decision to
// activate. It does not own what a key may open (the server derives it, the lock decides) nor the messages
// (credential, lockcore, internal/edge/deviceapi).
//
// A sync needs the server. An activation does not: it needs a person with badge and PIN who is a member of the key's
// group, verifiers at most six days old, a station certificate that lives, and a grant that was issued within five days by
// this station's own clock (V2.5-a). Whatever is missing, the refusal says why and what to do.
//
// Promises: the activation counter is on disk before it is used, so that no serial is ever given twice; an activation is on disk before
// the key gets it, and stays there until the server has settled it; a lost answer is safe to repeat; strangers on either
// socket cost bounded memory and time.
//
// On disk: identity, secret, counter, root, cache, attempts, and one file per unreported activation; each is replaced as a
// whole, readable by the owner alone. [Open] and [Seal] encrypt them under an unlock code that is not on the disk, so that whoever takes it
// has nothing (decision 0030).
package station

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/web"
)

// Bounds of what strangers can use.
const (
	maxKeys     = 8               // keys in the station at once
	helloTime   = 5 * time.Second // handshake and hello
	messageTime = time.Minute     // one question of the dialogue and its answer
)

// Config of a station. Dir is needed; Token only until the station has been enrolled.
type Config struct {
	Server  string           // the server's address, such as https://nyckel.example.se; http only on this machine
	Dir     string           // state folder
	Token   string           // one-time token from the enrolment
	Listen  string           // where keys come, such as 127.0.0.1:0
	Panel   string           // where people identify, on this machine; "" for none
	Refresh time.Duration    // how often to ask the server for news; 0: 6 h
	Wait    time.Duration    // how long a key that is in waits for a person to identify
	Clock   func() time.Time // nil: time.Now
	Logger  *slog.Logger     // nil: silent
	HTTP    *http.Client     // nil: one with a timeout of 15 s
	Files   Files            // what [Open] has opened; nil: the files of Dir, which is not sealed
}

// Problems at the start. Codes are stable.
var (
	ErrServer = problem.New(problem.Invalid, "station-server",
		"Ange serverns adress, till exempel https://nyckel.example.se. Utan https går det bara på samma dator.",
		"Give the server's address, such as https://nyckel.example.se. Without https it works on the same machine only.")
	ErrPanel = problem.New(problem.Invalid, "station-panel",
		"Panelen får bara nås från stationens egen dator, till exempel 127.0.0.1:7301: där skrivs koder in.",
		"The panel is for the station's own machine only, such as 127.0.0.1:7301: PINs are typed there.")
	ErrNotEnrolled = problem.New(problem.Conflict, "station-not-enrolled",
		"Stationen är inte ansluten. Ange engångskoden från låsansvarig och kontrollera att servern går att nå.",
		"The station is not enrolled. Give the one-time token from the lock manager, and check that the server can be reached.")
	ErrDamaged = problem.New(problem.Conflict, "station-state-damaged",
		"Stationens mapp är skadad (%s). Spärra stationen och anslut den på nytt med en tom mapp.",
		"The station's folder is damaged (%s). Block the station and enrol it anew with an empty folder.")
)

// Station is a running station.
type Station struct {
	cfg    Config
	store  *store
	server *server
	keys   net.Listener
	panel  net.Listener // nil for none
	people people
	wake   chan struct{} // something to report
	slots  chan struct{} // keys that are in

	report sync.Mutex // one report at a time
	known  known

	mu     sync.Mutex // guards what follows
	cache  cache
	pinned credential.Roots
	online bool
	skew   time.Duration // server's clock minus ours
	screen Screen
}

// Screen is what the station last had to say to the person before it.
type Screen struct {
	At   time.Time
	Code string
	Text problem.Text
}

// New loads or makes the state folder and opens both sockets. Run does the work.
func New(cfg Config) (*Station, error) {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Refresh == 0 {
		cfg.Refresh = 6 * time.Hour
	}
	if cfg.Files == nil {
		cfg.Files = Folder(cfg.Dir)
	}
	if err := errors.Join(checkServer(cfg.Server), checkPanel(cfg.Panel)); err != nil {
		return nil, err
	}
	st, err := openStore(cfg.Files)
	if err != nil {
		return nil, err
	}
	s := &Station{cfg: cfg, store: st, server: newServer(cfg.Server, st.secret, cfg.HTTP),
		wake: make(chan struct{}, 1), slots: make(chan struct{}, maxKeys)}
	s.cache, s.pinned = st.cache, st.roots
	s.people = newPeople(st.attempts)
	if s.keys, err = net.Listen("tcp", cfg.Listen); err != nil {
		return nil, err
	}
	if cfg.Panel != "" {
		if s.panel, err = net.Listen("tcp", cfg.Panel); err != nil {
			s.keys.Close()
			return nil, err
		}
	}
	return s, nil
}

// checkServer keeps the station's secret from being sent in the clear over a network.
func checkServer(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ErrServer
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !local(u.Hostname())) {
		return ErrServer
	}
	return nil
}

// checkPanel keeps PINs off the network.
func checkPanel(address string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil || !local(host) {
		return ErrPanel
	}
	return nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Addr is where keys come.
func (s *Station) Addr() string { return s.keys.Addr().String() }

// PanelAddr is where people identify, "" if the station has no panel.
func (s *Station) PanelAddr() string {
	if s.panel == nil {
		return ""
	}
	return s.panel.Addr().String()
}

// Close closes the sockets of a station that has not been run.
func (s *Station) Close() error {
	err := s.keys.Close()
	if s.panel != nil {
		err = errors.Join(err, s.panel.Close())
	}
	return err
}

// Run enrols the station if need be and serves until ctx ends. A station that has been enrolled starts without a server.
func (s *Station) Run(ctx context.Context) error {
	defer s.Close()
	if err := s.Start(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	work.Go(func() { s.refreshing(ctx) })
	work.Go(func() { s.reporting(ctx) })
	if s.panel != nil {
		work.Go(func() { s.servePanel(ctx) })
	}
	context.AfterFunc(ctx, func() { s.keys.Close() })
	err := s.serveKeys(ctx, &work)
	stop()
	work.Wait()
	return err
}

// Start makes sure that the station can work: enrolled, with a certificate.
func (s *Station) Start(ctx context.Context) error {
	if !s.pinned.Root.IsZero() {
		return nil
	}
	roots, err := s.connect(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.pinned = roots
	s.mu.Unlock()
	if err := s.RefreshNow(ctx); err != nil {
		return err
	}
	return s.store.pin(roots)
}

// connect spends the one-time token. If it is spent already, the answer of an earlier attempt was lost: then the server
// knows our own secret.
func (s *Station) connect(ctx context.Context) (credential.Roots, error) {
	if token := strings.TrimSpace(s.cfg.Token); token != "" {
		roots, err := s.server.enrol(ctx, token, s.store.identity)
		if err == nil || problem.KindOf(err) != problem.Unauthenticated {
			return roots, err
		}
	}
	r, err := s.server.refresh(ctx)
	if err != nil {
		return credential.Roots{}, ErrNotEnrolled.With(err)
	}
	return r.Roots, nil
}

// serveKeys lets keys in, a bounded number at a time.
func (s *Station) serveKeys(ctx context.Context, work *sync.WaitGroup) error {
	for {
		conn, err := s.keys.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil { // out of files, perhaps because of strangers: it passes
			s.cfg.Logger.Error("no key can be let in", "cause", err)
			_ = pause(ctx, 0, time.Second, time.Second) // ctx is looked at above
			continue
		}
		select {
		case s.slots <- struct{}{}:
		default:
			conn.Close() // full: the next one may try again
			continue
		}
		work.Go(func() {
			defer func() { <-s.slots }()
			defer conn.Close()
			stop := context.AfterFunc(ctx, func() { conn.Close() })
			defer stop()
			s.serveKey(ctx, conn)
		})
	}
}

// servePanel serves the panel until ctx ends.
func (s *Station) servePanel(ctx context.Context) {
	server := &http.Server{
		Handler:           onlyHere(web.New(web.Options{Logger: s.cfg.Logger}, panel{s})),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(s.panel); !errors.Is(err, http.ErrServerClosed) {
		s.cfg.Logger.Error("panel stopped", "cause", err)
	}
}

// show puts a sentence on the screen.
func (s *Station) show(code string, text problem.Text) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.screen = Screen{At: s.cfg.Clock(), Code: code, Text: text}
}
