package web

import (
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 6, 3, 14, 0, 0, 0, time.UTC)
	l := NewLimiter(3, time.Minute)
	for i, want := range []bool{true, true, true, false, false} {
		if got := l.Allow(now, "a"); got != want {
			t.Errorf("call %d: got %v, want %v", i+1, got, want)
		}
	}
	if !l.Allow(now, "b") {
		t.Error("another caller has to wait")
	}
	if now = now.Add(time.Minute); !l.Allow(now, "a") || l.Allow(now, "a") {
		t.Error("a minute gives one more, and no more than one")
	}
	for i := range 3 * limiterSlots { // a flood of callers costs no more memory
		l.Allow(now, fmt.Sprint(i))
	}
	if len(l.slots) != limiterSlots {
		t.Errorf("allowances: got %d, want %d", len(l.slots), limiterSlots)
	}
}

func TestCaller(t *testing.T) {
	for _, c := range []struct{ remote, said, want string }{
		{"192.0.2.7:1234", "", "192.0.2.7"},
		{"192.0.2.7:1234", "198.51.100.1", "192.0.2.7"}, // whoever is not on this machine says what they like
		{"127.0.0.1:1234", "198.51.100.1", "198.51.100.1"},
		{"127.0.0.1:1234", "203.0.113.5, 198.51.100.1", "198.51.100.1"}, // the proxy appends; what stands before is the caller's word
		{"127.0.0.1:1234", "nonsense", "127.0.0.1"},
		{"[2001:db8:1:2:3:4:5:6]:1234", "", "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.7]:1", "", "192.0.2.7"},
		{"nonsense", "", "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.said != "" {
			r.Header.Set("X-Forwarded-For", c.said)
		}
		if got := Caller(r); got != c.want {
			t.Errorf("%s, forwarded for %q: got %s, want %s", c.remote, c.said, got, c.want)
		}
	}
}

func TestPrivate(t *testing.T) {
	for _, c := range []struct {
		remote, proto string
		tls           *tls.ConnectionState
		want          bool
	}{{"192.0.2.7:1", "", nil, false}, {"192.0.2.7:1", "https", nil, false}, {"127.0.0.1:1", "https", nil, true}, {"127.0.0.1:1", "http", nil, false}, {"192.0.2.7:1", "", &tls.ConnectionState{}, true}} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.TLS = c.remote, c.tls
		r.Header.Set("X-Forwarded-Proto", c.proto)
		if got := Private(r); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

func TestCompress(t *testing.T) {
	page := strings.Repeat("<p>Nyckeln är spärrad.</p>", 200)
	h := Compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/liten" {
			io.WriteString(w, "liten")
			return
		}
		io.WriteString(w, page)
	}))
	ask := func(path, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := ask("/", "gzip, br")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > len(page)/4 || !strings.Contains(fmt.Sprint(w.Header().Values("Vary")), "Accept-Encoding") {
		t.Fatalf("got %d bytes of %d, %v", w.Body.Len(), len(page), w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || string(got) != page {
		t.Errorf("unpacked: got %d bytes, %v, want the page", len(got), err)
	}
	if got := ask("/", "").Body.String(); got != page {
		t.Errorf("to one who cannot unpack: got %d bytes, want the page", len(got))
	}
	if got := ask("/liten", "gzip").Header().Get("Content-Encoding"); got != "" {
		t.Errorf("a small answer: got %q, want it as it is", got)
	}
}
