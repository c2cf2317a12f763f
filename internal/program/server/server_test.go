package server_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/program/server"
)

func newMunicipality(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "db")
	m, err := municipality.Open(t.Context(), folder, municipality.Options{Create: true})
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// Without TLS a server is reached from its own machine only.
func TestPlainOnlyHere(t *testing.T) {
	folder := newMunicipality(t)
	for _, listen := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.7:0", "nyckel.example.se:0"} {
		if _, err := server.New(t.Context(), server.Config{DB: folder, Listen: listen}); !errors.Is(err, server.ErrPlain) {
			t.Errorf("%s: got %v, want refused", listen, err)
		}
	}
	_, err := server.New(t.Context(), server.Config{DB: folder, Listen: "127.0.0.1:0", CertFile: folder + "/none.pem", KeyFile: folder + "/none.key"})
	if !errors.Is(err, server.ErrCertificate) {
		t.Errorf("no certificate: got %v", err)
	}
	s, err := server.New(t.Context(), server.Config{DB: folder, Listen: "127.0.0.1:0"}) // what was refused holds on to nothing
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A request that has begun when the server is stopped gets its answer.
func TestStopLetsRequestsFinish(t *testing.T) {
	s, err := server.New(t.Context(), server.Config{DB: newMunicipality(t), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST /device/v1/enrol HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer hns_x\r\n"+
		"Content-Type: application/cbor\r\nContent-Length: 4\r\n\r\n\xa3")
	time.Sleep(200 * time.Millisecond) // the handler waits for the body
	stop()
	select {
	case err := <-done:
		t.Fatalf("the server left a request behind: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	io.WriteString(conn, "\x01\x02\x03")
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode < 400 || resp.StatusCode >= 500 {
		t.Errorf("got %v, %v, want a refusal in words", resp, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
