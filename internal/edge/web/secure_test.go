package web

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// start runs a server on a real socket and returns its address.
func start(t *testing.T, h http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(h, slog.New(slog.DiscardHandler))
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

func TestServerIsBounded(t *testing.T) {
	s := NewServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	for name, d := range map[string]time.Duration{"header": s.ReadHeaderTimeout, "read": s.ReadTimeout, "write": s.WriteTimeout, "idle": s.IdleTimeout} {
		if d <= 0 || d > 5*time.Minute {
			t.Errorf("%s timeout: %v", name, d)
		}
	}
}

func TestHostileRequests(t *testing.T) {
	at := start(t, New(Options{}, mount(func(mux *http.ServeMux) {
		mux.HandleFunc("POST /in", func(w http.ResponseWriter, r *http.Request) {
			if _, err := ReadBody(r, "application/json"); err != nil {
				Fail(w, r, err)
			}
		})
	})))
	const head = "POST /in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	for _, c := range []struct{ name, request, want string }{
		{"huge header", "GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", "431"},
		{"not HTTP", "\x00\x01\x02\r\n\r\n", "400"},
		{"announces 1 TiB", head + "Content-Length: 1099511627776\r\n\r\n", "413"},
		{"endless chunks", head + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("10000\r\n"+strings.Repeat(" ", 0x10000)+"\r\n", 32), "413"},
		{"two lengths", head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "400"},
		{"a broken chunk", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
		{"good", head + "Content-Length: 2\r\nConnection: close\r\n\r\n{}", "200"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", at)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			go io.WriteString(conn, c.request) // the server may answer and hang up before it has taken all
			conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			answer := make([]byte, len("HTTP/1.1 200"))
			if _, err := io.ReadFull(conn, answer); err != nil || !strings.HasSuffix(string(answer), c.want) {
				t.Errorf("got %q, %v, want %s", answer, err, c.want)
			}
		})
	}
}
