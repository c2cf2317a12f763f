package locksim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/durable"
	"hemnyckel/lockcore"
)

// Limits on visitors.
const (
	FirstByte   = 2 * time.Second // a visitor who has said nothing by then is hung up on
	SessionTime = 5 * time.Second // the whole of a session
	maxWaiting  = 16              // connections held at a time
	acceptPause = time.Second     // after a connection that could not be taken
)

// LockConfig is what a lock process is built from.
type LockConfig struct {
	Dir  string // state is kept in this folder, which is made if missing
	Addr string // TCP address to listen on; port 0 takes a free one
	// Now is the lock's clock; nil is the machine's. ok is false while the lock has lost the time.
	Now func() (t time.Time, ok bool)
	// Uptime is the time since the start; with a clock of its own the lock has none unless it is given one.
	Uptime func() time.Duration
	// Button reports whether the button inside has been pressed within the last two minutes; nil asks the folder ([Press]).
	Button func() bool
	// Bolt is told that the bolt moves; nil is fine.
	Bolt func()
	// Problem is told why a session failed; nil is fine.
	Problem func(error)
	// Ring is the number of log records kept; 0 is lockcore's default.
	Ring int
}

// Lock is a lock that listens on a socket.
type Lock struct {
	cfg  LockConfig
	core *lockcore.Lock
	ln   net.Listener
	turn chan struct{} // held by the one session that runs
	wg   sync.WaitGroup
}

// NewLock loads or makes the lock and starts to listen; Run serves.
func NewLock(cfg LockConfig) (*Lock, error) {
	if cfg.Now == nil {
		cfg.Now = func() (time.Time, bool) { return time.Now(), true }
		started := time.Now()
		cfg.Uptime = func() time.Duration { return time.Since(started) } // monotonic
	}
	if cfg.Bolt == nil {
		cfg.Bolt = func() {}
	}
	if cfg.Problem == nil {
		cfg.Problem = func(error) {}
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock state: %w", err)
	}
	if cfg.Button == nil {
		cfg.Button = func() bool { return pressed(cfg.Dir) }
	}
	core, err := lockcore.New(lockcore.Config{
		Store: &fileStore{path: filepath.Join(cfg.Dir, "lock.state")},
		Now: func() (credential.Instant, bool) {
			t, ok := cfg.Now()
			return credential.At(t), ok
		},
		Uptime: cfg.Uptime,
		Button: cfg.Button,
		Bolt:   cfg.Bolt,
		Ring:   cfg.Ring,
	})
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("lock address: %w", err)
	}
	return &Lock{cfg: cfg, core: core, ln: ln, turn: make(chan struct{}, 1)}, nil
}

// Addr is the address that the lock listens on.
func (l *Lock) Addr() string { return l.ln.Addr().String() }

// ClaimCode is printed inside the lock.
func (l *Lock) ClaimCode() string { return l.core.ClaimCode() }

// Key is the lock's public signing key.
func (l *Lock) Key() credential.PublicKey { return l.core.Key() }

// Number is the lock's number, 0 until it is claimed.
func (l *Lock) Number() uint32 { return l.core.Number() }

// Run serves visitors until ctx ends or Close is called.
func (l *Lock) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { l.ln.Close() })
	defer stop()
	defer l.wg.Wait()
	seats := make(chan struct{}, maxWaiting)
	for {
		seats <- struct{}{}
		conn, err := l.ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil { // out of files, perhaps because of strangers: it passes
			<-seats
			l.cfg.Problem(fmt.Errorf("no visitor can be let in: %w", err))
			time.Sleep(acceptPause)
			continue
		}
		l.wg.Go(func() {
			defer func() { <-seats }()
			l.serve(ctx, conn)
		})
	}
}

// serve gives a visitor its turn once it has said something, and a bounded time then.
func (l *Lock) serve(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	v := &visitor{Conn: conn, r: bufio.NewReader(conn)}
	conn.SetDeadline(time.Now().Add(FirstByte))
	if err := lockcore.WriteAdvert(conn, l.core.Advertise()); err != nil {
		l.cfg.Problem(fmt.Errorf("advert: %w", err))
		return
	}
	if _, err := v.r.Peek(1); err != nil {
		l.cfg.Problem(fmt.Errorf("a visitor said nothing: %w", err))
		return
	}
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	conn.SetDeadline(time.Now().Add(SessionTime))
	if err := l.core.Serve(v); err != nil {
		l.cfg.Problem(fmt.Errorf("session: %w", err))
	}
}

// visitor is a connection whose first byte has been looked at.
type visitor struct {
	net.Conn
	r *bufio.Reader
}

// Read implements io.Reader.
func (v *visitor) Read(b []byte) (int, error) { return v.r.Read(b) }

// Close stops listening; Run returns when the running session is over.
func (l *Lock) Close() error {
	err := l.ln.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// buttonTime is for how long a press of the button counts.
const buttonTime = 2 * time.Minute

// Press presses the button inside the lock whose folder it is.
func Press(dir string) error {
	return durable.WriteFile(filepath.Join(dir, "button"), nil, 0o600)
}

func pressed(dir string) bool {
	f, err := os.Stat(filepath.Join(dir, "button"))
	if err != nil {
		return false
	}
	age := time.Since(f.ModTime())
	return age >= 0 && age < buttonTime
}

// Reset is the installer's tool that makes the lock at addr a new one that belongs to nobody.
func Reset(ctx context.Context, addr string, r lockcore.Resetter) error {
	conn, _, done, err := approach(ctx, addr, 2*SessionTime)
	if err != nil {
		return err
	}
	defer done()
	return lockcore.Reset(conn, r)
}

// Claim is the installer's tool: it takes the lock at addr into use with the code inside it. certify has the municipality
// make the certificate and configuration for the lock's keys.
func Claim(ctx context.Context, addr, code string, certify func(lockcore.Candidate) (lockcore.ClaimInstall, error)) error {
	conn, _, done, err := approach(ctx, addr, 2*SessionTime)
	if err != nil {
		return err
	}
	defer done()
	return lockcore.Claim(conn, code, certify)
}

// approach connects to a lock and reads its advert.
func approach(ctx context.Context, addr string, within time.Duration) (net.Conn, lockcore.Advert, func(), error) {
	conn, done, err := dial(ctx, addr, within)
	if err != nil {
		return nil, lockcore.Advert{}, nil, err
	}
	a, err := lockcore.ReadAdvert(conn)
	if err != nil {
		done()
		return nil, lockcore.Advert{}, nil, err
	}
	return conn, a, done, nil
}

// dial connects; the connection dies after the given time or with ctx, whichever is first.
func dial(ctx context.Context, addr string, within time.Duration) (net.Conn, func(), error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		cancel()
		return nil, nil, fmt.Errorf("nobody answers at %s: %w", addr, err)
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) }) // whoever waits is told that time is up
	return conn, func() { stop(); cancel(); conn.Close() }, nil
}
