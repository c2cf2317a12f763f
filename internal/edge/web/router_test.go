package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
)

type mount func(mux *http.ServeMux)

func (m mount) Mount(mux *http.ServeMux) { m(mux) }

// ask sends a request to a router of one handler and returns the answer and the log.
func ask(t *testing.T, h http.HandlerFunc, r *http.Request) (*httptest.ResponseRecorder, string) {
	t.Helper()
	var log bytes.Buffer
	router := New(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}, mount(func(mux *http.ServeMux) {
		mux.HandleFunc("/thing/{id}", h)
		mux.HandleFunc("POST /only-post", h)
	}))
	w := httptest.NewRecorder()
	router.ServeHTTP(w, r)
	return w, log.String()
}

func decode(t *testing.T, w *httptest.ResponseRecorder) api.Problem {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("not a problem: %v: %s", err, w.Body)
	}
	if got, want := w.Header().Get("Content-Type"), "application/problem+json"; got != want {
		t.Errorf("content type: got %q, want %q", got, want)
	}
	if p.Status != w.Code {
		t.Errorf("status: %d in the body, %d on the wire", p.Status, w.Code)
	}
	return p
}

func TestErrorsBecomeAnswers(t *testing.T) {
	invalid := problem.New(problem.Invalid, "bad-thing", "Fel sak.", "Wrong thing.")
	for _, c := range []struct {
		name   string
		err    error
		status int
		code   string
		detail string
		fields int
	}{
		{"invalid", invalid, 400, "bad-thing", "Fel sak.", 0},
		{"a field", invalid.On("a"), 422, "bad-thing", "Fel sak.", 1},
		{"several fields", errors.Join(invalid.On("a"), errors.Join(invalid.On("b"), invalid.On("c"))), 422, "bad-thing", "Fel sak.", 3},
		{"what a field names does not exist", problem.New(problem.NotFound, "x", "s", "e").On("a"), 422, "x", "s", 1},
		{"not found", problem.New(problem.NotFound, "x", "s", "e"), 404, "x", "s", 0},
		{"unauthenticated", problem.New(problem.Unauthenticated, "x", "s", "e"), 401, "x", "s", 0},
		{"denied", problem.New(problem.Denied, "x", "s", "e"), 403, "x", "s", 0},
		{"conflict", problem.New(problem.Conflict, "x", "s", "e"), 409, "x", "s", 0},
		{"too large", problem.New(problem.TooLarge, "x", "s", "e"), 413, "x", "s", 0},
		{"unavailable", problem.New(problem.Unavailable, "x", "s", "e"), 503, "x", "s", 0},
		{"wrapped", fmt.Errorf("deep inside: %w", invalid), 400, "bad-thing", "Fel sak.", 0},
		{"internal with words of its own", problem.New(problem.Internal, "x", "hemligt", "secret"), 500, "internal", ErrInternal.Text.SV, 0},
		{"anything", errors.New("secret: table clients"), 500, "internal", ErrInternal.Text.SV, 0},
		{"a field and a fault of ours", errors.Join(invalid.On("a"), errors.New("secret")), 500, "internal", ErrInternal.Text.SV, 0},
		{"busy beside its cause", errors.Join(errors.New("secret"), problem.New(problem.Unavailable, "busy", "s", "e")), 503, "busy", "s", 0},
		{"deadline", fmt.Errorf("secret: %w", context.DeadlineExceeded), 503, "timeout", ErrTimeout.Text.SV, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, _ := ask(t, func(w http.ResponseWriter, r *http.Request) { Fail(w, r, c.err) }, httptest.NewRequest("GET", "/thing/1", nil))
			p := decode(t, w)
			if p.Status != c.status || p.Code != c.code || p.Detail != c.detail || len(p.Errors) != c.fields {
				t.Errorf("got %d %s %q with %d fields, want %d %s %q with %d", p.Status, p.Code, p.Detail, len(p.Errors), c.status, c.code, c.detail, c.fields)
			}
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("internals leak: %s", w.Body)
			}
			if p.Title == "" || !strings.HasPrefix(p.Type, "urn:hemnyckel:problem:") || p.Request == "" {
				t.Errorf("incomplete: %+v", p)
			}
		})
	}
}

func TestCauseIsLoggedNotSent(t *testing.T) {
	_, log := ask(t, func(w http.ResponseWriter, r *http.Request) { Fail(w, r, errors.New("disk on fire")) }, httptest.NewRequest("GET", "/thing/1", nil))
	if !strings.Contains(log, "disk on fire") {
		t.Errorf("the cause is not in the log: %s", log)
	}
}

func TestWhatTheRouterRefuses(t *testing.T) {
	never := func(http.ResponseWriter, *http.Request) { t.Error("the handler was reached") }
	t.Run("unknown address", func(t *testing.T) {
		w, _ := ask(t, never, httptest.NewRequest("GET", "/nowhere/191212121212", nil))
		if p := decode(t, w); p.Code != "no-such-address" || p.Status != 404 {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("method", func(t *testing.T) {
		w, _ := ask(t, never, httptest.NewRequest("DELETE", "/only-post", nil))
		if p := decode(t, w); p.Status != 405 || w.Header().Get("Allow") != "POST" {
			t.Errorf("got %+v, Allow %q", p, w.Header().Get("Allow"))
		}
	})
	t.Run("forged by another site", func(t *testing.T) {
		r := httptest.NewRequest("POST", "/only-post", nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w, _ := ask(t, never, r)
		if p := decode(t, w); p.Code != "cross-origin" || p.Status != 403 {
			t.Errorf("got %+v", p)
		}
	})
}

func TestPanicIsAnswered(t *testing.T) {
	w, log := ask(t, func(http.ResponseWriter, *http.Request) { panic("secret") }, httptest.NewRequest("GET", "/thing/1", nil))
	if p := decode(t, w); p.Status != 500 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("got %+v", p)
	}
	if !strings.Contains(log, "secret") || !strings.Contains(log, "router_test.go") {
		t.Errorf("panic and stack are not in the log: %s", log)
	}
	if !strings.Contains(log, "status=500") {
		t.Errorf("the access log does not have the status: %s", log)
	}
}

func TestPanicHalfWayBreaksOff(t *testing.T) {
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("half an answer was left to look like a whole one")
		}
	}()
	ask(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "half"); panic("x") }, httptest.NewRequest("GET", "/thing/1", nil))
}

func TestLogHasNoPersonalData(t *testing.T) {
	r := httptest.NewRequest("GET", "/thing/19121212-1212?name=Anna", nil)
	r.Header.Set("User-Agent", "Anna's browser")
	r.Header.Set("Authorization", "Bearer hnk_secret")
	r.RemoteAddr = "192.0.2.7:1234"
	_, log := ask(t, func(http.ResponseWriter, *http.Request) {}, r)
	for _, personal := range []string{"19121212", "Anna", "hnk_", "192.0.2.7"} {
		if strings.Contains(log, personal) {
			t.Errorf("%q is in the log: %s", personal, log)
		}
	}
	if !strings.Contains(log, "route=/thing/{id}") {
		t.Errorf("the route is not in the log: %s", log)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	for _, path := range []string{"/thing/1", "/nowhere"} {
		w, _ := ask(t, func(http.ResponseWriter, *http.Request) {}, httptest.NewRequest("GET", path, nil))
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
			"Content-Security-Policy": policy,
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s %s: got %q, want %q", path, name, got, want)
			}
		}
		if w.Header().Get("X-Request-Id") == "" {
			t.Errorf("%s: no request id", path)
		}
	}
}

func TestDeadline(t *testing.T) {
	router := New(Options{Timeout: time.Millisecond}, mount(func(mux *http.ServeMux) {
		mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			Fail(w, r, r.Context().Err())
		})
	}))
	w := httptest.NewRecorder()
	router.ServeHTTP(w, httptest.NewRequest("GET", "/slow", nil))
	if p := decode(t, w); p.Code != "timeout" || w.Header().Get("Retry-After") == "" {
		t.Errorf("got %+v", p)
	}
}

func TestErrorsTakesTheWriter(t *testing.T) {
	page := func(w http.ResponseWriter, _ *http.Request, p api.Problem) {
		w.WriteHeader(p.Status)
		fmt.Fprint(w, "<h1>"+p.Title)
	}
	h := Errors(page, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { Fail(w, r, ErrNoPage) }))
	w, _ := ask(t, h.ServeHTTP, httptest.NewRequest("GET", "/thing/1", nil))
	if got := w.Body.String(); got != "<h1>Finns inte" {
		t.Errorf("got %q", got)
	}
}

func TestLanguages(t *testing.T) {
	for header, want := range map[string]string{
		"": "sv", "sv": "sv", "en": "en", "en-GB,en;q=0.9": "en", "sv-SE, en;q=0.8": "sv", "en;q=0.9, sv;q=0.8": "en",
		"fi": "sv", "fi, en;q=0.5": "en", "*": "sv", "sv;q=0, *": "en", "en;q=0": "sv", "en;q=NaN": "sv", "en;q=x": "sv",
		strings.Repeat("en,", 300): "sv",
	} {
		if got := negotiate(header); got != want {
			t.Errorf("%.40q: got %s, want %s", header, got, want)
		}
	}
}

// A path that no database can hold is an address that does not exist, before any handler sees it.
func TestPathsAreText(t *testing.T) {
	for _, path := range []string{"/thing/%00", "/thing/a%00b", "/thing/%ff", "/thing/%c3%28", "/thing/%ed%a0%80"} {
		w, _ := ask(t, func(http.ResponseWriter, *http.Request) { t.Errorf("%s came to its handler", path) }, httptest.NewRequest("GET", path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, w.Code)
		}
	}
	if w, _ := ask(t, func(w http.ResponseWriter, _ *http.Request) {}, httptest.NewRequest("GET", "/thing/%C3%A5", nil)); w.Code != http.StatusOK {
		t.Errorf("a letter: got %d", w.Code)
	}
}
