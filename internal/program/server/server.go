// Package server serves one municipality: its front doors over one database, and the loop that signs the journal.
//
// It is the composition root and the server's table of contents: every front door is named in [Server.doors]. It owns the
// sockets, the order of starting and stopping, and nothing that the municipality does.
//
// Promises: Run answers only what the database has committed; when it is stopped it lets requests finish, up to ten
// seconds; when it is killed nothing that was answered is lost, because answers come after the commit.
//
// Several municipalities behind one server, by host name, come with a later issue.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/edge/delivery"
	"hemnyckel/internal/edge/deviceapi"
	"hemnyckel/internal/edge/fhir"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/login"
	"hemnyckel/internal/edge/portal/orders"
	"hemnyckel/internal/edge/restapi"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
)

// Config is what a server is built from.
type Config struct {
	DB        string // folder or PostgreSQL URL; it must exist
	Listen    string // TCP address, such as 127.0.0.1:8080; port 0 takes a free one
	CertFile  string // PEM certificate chain; "" serves without TLS, on this machine or behind a proxy only
	KeyFile   string // PEM key of the certificate
	DemoLogin bool   // let anybody choose who to be in the portal, and accept made-up identity numbers
	Version   string
	Origin    string                              // as browsers see the portal, such as https://nyckel.kommun.example; "": no passkeys
	Providers []login.Provider                    // providers of identity
	Carriers  map[notify.Channel]delivery.Carrier // how people are reached outside the portal; none: not at all
	// WebhookNets are the networks inside the municipality that messages may be sent to; addresses on the internet always are.
	WebhookNets []netip.Prefix
	Keys        string           // folder of the municipality's keys; "": as municipality.Options has it
	Ask         municipality.Ask // for the keys' passphrase; nil: what the environment names
	Clock       func() time.Time // nil: time.Now
	Logger      *slog.Logger     // nil: silent
}

// ErrPlain says that a server without TLS would be reachable from outside.
var ErrPlain = problem.New(problem.Invalid, "server-without-tls",
	"Utan TLS får servern bara lyssna på den egna datorn (127.0.0.1). Ange --tls-cert och --tls-key.",
	"Without TLS the server may listen on its own machine only (127.0.0.1). Give --tls-cert and --tls-key.")

// ErrNoOrigin says that letters could not lead to the portal.
var ErrNoOrigin = problem.New(problem.Invalid, "server-origin",
	"Mejl och sms ska leda till portalen. Ange dess adress i filen till --login: origin = \"https://…\".",
	"Mail and text messages are to lead to the portal. Give its address in the file of --login: origin = \"https://…\".")

// ErrCertificate says that the files for TLS cannot be used.
var ErrCertificate = problem.New(problem.Invalid, "server-tls-files",
	"Certifikatet eller dess nyckel går inte att läsa. --tls-cert och --tls-key är PEM-filer som hör ihop.",
	"The certificate or its key cannot be read. --tls-cert and --tls-key are PEM files that belong together.")

// signEvery is how often the journal's pending entries are put under a signed checkpoint.
const signEvery = 250 * time.Millisecond

// Server is a running server.
type Server struct {
	cfg      Config
	m        *municipality.Municipality
	webhooks *notify.Service
	post     *notify.Post
	listener net.Listener
	http     *http.Server
}

// New opens the municipality and the socket. Run serves; Close without Run releases both.
func New(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if err := checkListen(cfg); err != nil {
		return nil, err
	}
	if len(cfg.Carriers) > 0 && cfg.Origin == "" && !cfg.DemoLogin {
		return nil, ErrNoOrigin
	}
	m, err := municipality.Open(ctx, cfg.DB, municipality.Options{Clock: cfg.Clock, Logger: cfg.Logger, Keys: cfg.Keys, Ask: cfg.Ask})
	if err != nil {
		return nil, err
	}
	if err := m.Custody.Unlock(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	if _, err := m.FinishProfile(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	if err := m.FinishRestore(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	s := &Server{cfg: cfg, m: m}
	if err := s.listen(ctx); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return s, nil
}

func checkListen(cfg Config) error {
	host, _, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return problem.New(problem.Invalid, "server-listen",
			"Adressen ska vara värd:port, till exempel 127.0.0.1:8080.", "The address is host:port, such as 127.0.0.1:8080.").With(err)
	}
	ip := net.ParseIP(host)
	local := host == "localhost" || (ip != nil && ip.IsLoopback())
	if cfg.CertFile == "" && !local {
		return ErrPlain
	}
	return nil
}

func (s *Server) listen(ctx context.Context) error {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return err
	}
	if s.listener, err = net.Listen("tcp", s.cfg.Listen); err != nil {
		return problem.New(problem.Unavailable, "server-address-busy",
			"Det går inte att lyssna på %s. Kontrollera att ingen annan server körs där.",
			"It is not possible to listen on %s. Check that no other server runs there.").Fill(s.cfg.Listen).With(err)
	}
	if s.cfg.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(s.cfg.CertFile, s.cfg.KeyFile)
		if err != nil {
			return errors.Join(ErrCertificate.With(err), s.listener.Close())
		}
		s.listener = tls.NewListener(s.listener, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair},
			NextProtos: []string{"h2", "http/1.1"}})
	}
	s.webhooks = notify.NewService(txn.Narrow(s.m.DB, func(tx *storage.Tx) notify.Tx { return tx }), s.m.Profile, s.cfg.DemoLogin)
	s.post = notify.NewPost(txn.Narrow(s.m.DB, func(tx *storage.Tx) notify.PostTx { return tx }), zone, slices.Sorted(maps.Keys(s.cfg.Carriers))...)
	desk, err := s.desk(ctx, zone)
	if err != nil {
		return errors.Join(err, s.listener.Close())
	}
	router := web.New(web.Options{Logger: s.cfg.Logger, Clock: s.cfg.Clock, Errors: desk.WriteError}, s.doors(zone, desk)...)
	s.http = web.NewServer(router, s.cfg.Logger)
	return nil
}

// demoOrganisation is the number of the made-up municipality, which the demo's persons work for.
const demoOrganisation = "2120009010"

// desk is the portal.
func (s *Server) desk(ctx context.Context, zone *time.Location) (*portal.Handler, error) {
	pages := casework.NewPages(txn.Narrow(s.m.DB, func(tx *storage.Tx) casework.PagesTx { return tx }))
	policy := identity.DefaultPolicy()
	policy.Demo = s.cfg.DemoLogin
	sessions := s.m.Sessions(policy)
	c := portal.Config{
		Services: portal.Services{
			Home:    pages,
			Reviews: s.m.Emergencies,
			Notices: s.post,
			Clients: pages,
			Breaks:  s.m.Emergencies,
			Orders:  orders.Domain{Service: s.m.Casework, Pages: pages},
			Work:    pages,
			Field:   s.m.Casework,
			Keys:    pages,
			Tending: s.m.Fleet.Pool,
			Battery: s.m.Fleet.Cabinets,
			Locks:   pages,
			Pool:    s.m.Fleet.Pool,
			Faults:  s.m.Faults,
			Support: s.m.Support,
			People:  s.m.Fleet.People,
			Staff:   s.m.Fleet.People,
			Crisis:  s.m.Support,
			Log:     pages,
			Login:   sessions,
			Anomaly: s.m.Sync,
			Owners:  s.m.Register,
			Answers: s.m.Consents,
			Receipt: s.m.Casework,
		},
		Profile:      s.m.Support.Desk().Profile,
		Municipality: s.m.Name, Zone: zone, Clock: s.cfg.Clock, Origin: s.cfg.Origin, Providers: s.cfg.Providers}
	if s.cfg.DemoLogin {
		c.Demo = login.Demo(demoOrganisation)
		if err := s.m.Accounts.EnsureDemo(ctx, login.People(c.Demo)); err != nil {
			return nil, err
		}
	}
	return portal.New(c), nil
}

// doors is every way in.
func (s *Server) doors(zone *time.Location, desk *portal.Handler) []web.Handler {
	return []web.Handler{
		desk,
		restapi.New(restapi.Options{Orders: s.m.Casework, Tokens: s.m.Tokens, Requests: storage.NewRequests(s.m.DB),
			Webhooks: s.webhooks, Documentation: s.m.Casework, Mass: s.m.Casework, FieldWork: s.m.Casework, Fleet: restapi.Fleet(s.m.Fleet), Anomalies: s.m.Sync, Consents: s.m.Consents, Register: s.m.Register, Faults: s.m.Faults, Support: s.m.Support,
			Receipts: s.m.Casework, Addresses: s.m.Casework, Disclosures: s.m.Disclosures, Retention: s.m.Retention, Health: s.healthy, Inbox: s.m.Sync.Status, Contact: s.m.Stations.Contact, Current: s.m.Current, Zone: zone, Clock: s.cfg.Clock,
			AllowReserve: s.cfg.DemoLogin, Version: s.cfg.Version}),
		fhir.New(fhir.Options{Orders: s.m.Casework, Tokens: s.m.Tokens, Zone: zone, Clock: s.cfg.Clock,
			AllowReserve: s.cfg.DemoLogin, Version: s.cfg.Version}),
		deviceapi.New(s.m.Stations, s.m.Keys, s.m.Sync, s.m.Staff, s.m.Authority),
	}
}

// dispatcher carries messages to other systems.
func (s *Server) dispatcher() *delivery.Dispatcher {
	return delivery.New(delivery.Options{Outbox: s.m.Casework.NewOutbox(s.webhooks), Logger: s.cfg.Logger, Clock: s.cfg.Clock, Allowed: s.cfg.WebhookNets})
}

// courier tells people what concerns them.
func (s *Server) courier() *delivery.Courier {
	c := &delivery.Courier{Post: s.post, Carriers: s.cfg.Carriers, Origin: s.cfg.Origin, Logger: s.cfg.Logger}
	if c.Origin == "" {
		c.Origin = "http://" + s.Addr() // a demonstration
	}
	return c
}

// healthy asks the database for something small.
func (s *Server) healthy(ctx context.Context) error {
	return s.m.DB.View(ctx, func(tx *storage.Tx) error {
		_, err := tx.Setting(ctx, "id")
		return err
	})
}

// Addr is the address that the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Run serves until ctx ends or the socket fails, and then releases everything.
func (s *Server) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	signed := make(chan struct{})
	go func() {
		defer close(signed)
		s.sign(ctx)
	}()
	written := make(chan struct{})
	go func() {
		defer close(written)
		s.writeLetters(ctx)
	}()
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		s.follow(ctx)
	}()
	told := make(chan struct{})
	go func() {
		defer close(told)
		s.courier().Run(ctx)
	}()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		s.m.Custody.Watch(ctx, s.cfg.Logger)
	}()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		s.dispatcher().Run(ctx)
	}()
	unpacked := make(chan struct{})
	go func() {
		defer close(unpacked)
		s.m.Sync.Run(ctx, func(err error) { s.cfg.Logger.Error("what keys carried home was not taken over", "error", err) })
	}()
	stopped := make(chan struct{}) // Serve returns when the shutdown begins, not when it has ended
	go func() {
		defer close(stopped)
		<-ctx.Done()
		grace, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer done()
		if err := s.http.Shutdown(grace); err != nil {
			s.cfg.Logger.Warn("requests were cut off", "error", err)
		}
	}()
	err := s.http.Serve(s.listener)
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	stop()
	<-stopped
	<-signed
	<-written
	<-followed
	<-told
	<-sent
	<-watched
	<-unpacked
	return errors.Join(err, s.m.Close())
}

// Close releases a server that has not been run.
func (s *Server) Close() error { return errors.Join(s.listener.Close(), s.m.Close()) }

// letterEvery is how often the server looks for letters to make.
const letterEvery = time.Second

// writeLetters makes the letters that somebody has asked for, or that follow when a house has been sold, a few at a time, until
// ctx ends.
func (s *Server) writeLetters(ctx context.Context) {
	ticker := time.NewTicker(letterEvery)
	defer ticker.Stop()
	for {
		if err := s.m.Casework.SettleSales(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Error("houses that were sold were not settled", "error", err)
		}
		more, err := s.m.Register.MakeLetters(ctx)
		if err != nil && ctx.Err() == nil {
			s.cfg.Logger.Error("letters were not made", "error", err)
		}
		if more && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// followEvery is how often the server looks for what nobody has done in time.
const followEvery = time.Minute

// follow notes what nobody has done in time, until ctx ends.
func (s *Server) follow(ctx context.Context) {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for {
		if _, err := s.m.Emergencies.Escalate(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Error("emergency accesses that nobody reviewed were not escalated", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// sign puts pending journal entries under a signed checkpoint until ctx ends. A log that cannot tell its own state stops
// signing and says so; entries go on being collected.
func (s *Server) sign(ctx context.Context) {
	ticker := time.NewTicker(signEvery)
	defer ticker.Stop()
	for {
		if _, err := s.m.Log.Integrate(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Logger.Error("the journal was not signed", "error", err)
			if errors.Is(err, journal.ErrStopped) {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
