package web

import (
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter bounds how often the same caller may do something. Its memory is bounded too: callers share a fixed number of
// allowances, by a hash that nobody outside can predict. It is safe for concurrent use.
type Limiter struct {
	every rate.Limit
	burst int
	seed  maphash.Seed
	mu    sync.Mutex
	slots []*rate.Limiter // guarded by mu
}

const limiterSlots = 1 << 15 // about 4 MB when all are in use

// NewLimiter lets each caller do burst things at once, and one more for each every.
func NewLimiter(burst int, every time.Duration) *Limiter {
	return &Limiter{every: rate.Every(every), burst: burst, seed: maphash.MakeSeed(), slots: make([]*rate.Limiter, limiterSlots)}
}

// Allow reports whether the caller may now, and counts it.
func (l *Limiter) Allow(now time.Time, caller string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := maphash.String(l.seed, caller) % limiterSlots
	if l.slots[i] == nil {
		l.slots[i] = rate.NewLimiter(l.every, l.burst)
	}
	return l.slots[i].AllowN(now, 1)
}

// Caller is the network that a request comes from, for a Limiter: an IPv4 address, or the 64 bits of an IPv6 address that one
// household or office has. Behind a proxy on this machine it is the address that the proxy has appended.
func Caller(r *http.Request) string {
	at, local := remote(r)
	if said := r.Header.Values("X-Forwarded-For"); local && len(said) > 0 {
		all := strings.Split(said[len(said)-1], ",")
		if told, err := netip.ParseAddr(strings.TrimSpace(all[len(all)-1])); err == nil {
			at = told.Unmap()
		}
	}
	if at.Is6() {
		if p, err := at.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return at.String()
}

// Private reports whether the request has come encrypted all the way to this machine: to us, or to a proxy on it.
func Private(r *http.Request) bool {
	_, local := remote(r)
	return r.TLS != nil || local && r.Header.Get("X-Forwarded-Proto") == "https"
}

// remote is who is at the other end of the socket, and whether that is this machine.
func remote(r *http.Request) (at netip.Addr, local bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	at, err = netip.ParseAddr(host)
	return at.Unmap(), err == nil && at.Unmap().IsLoopback()
}
