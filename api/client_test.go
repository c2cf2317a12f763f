package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// transport answers requests without a network, so that waiting takes no time in a synctest bubble.
type transport func(r *http.Request, n int) (*http.Response, error)

type counted struct {
	answer transport
	n      atomic.Int32
}

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	return c.answer(r, int(c.n.Add(1)))
}

func reply(r *http.Request, status int, body string, headers ...string) (*http.Response, error) {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: h, Request: r, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func TestRetriesWithTheSameKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{answer: func(r *http.Request, n int) (*http.Response, error) {
			body, _ := io.ReadAll(r.Body)
			if r.Header.Get("Idempotency-Key") != "k1" || !strings.Contains(string(body), `"died"`) || r.Header.Get("Authorization") != "Bearer hnk_x" {
				t.Errorf("attempt %d: %v %s", n, r.Header, body)
			}
			switch n {
			case 1:
				return nil, errors.New("connection refused")
			case 2:
				return reply(r, 503, `{"code":"database-busy"}`, "Retry-After", "3")
			}
			return reply(r, 200, `{"id":"o1"}`)
		}}
		start := time.Now()
		got, err := New("http://x/", "hnk_x", &http.Client{Transport: c}).PlaceOrder(t.Context(), "k1", Order{Kind: "died"})
		if err != nil || got.ID != "o1" || !got.Repeated || c.n.Load() != 3 {
			t.Errorf("got %+v, %v after %d attempts", got, err, c.n.Load())
		}
		if waited := time.Since(start); waited != firstPause+3*time.Second {
			t.Errorf("waited %v; Retry-After asked for 3 s after the first pause", waited)
		}
	})
}

func TestGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			name   string
			answer transport
			n      int32
			want   *Problem
		}{
			{"never there", func(*http.Request, int) (*http.Response, error) { return nil, errors.New("refused") }, attempts, nil},
			{"never available", func(r *http.Request, _ int) (*http.Response, error) { return reply(r, 503, `{"code":"busy"}`) }, attempts, &Problem{Code: "busy"}},
			{"refused", func(r *http.Request, _ int) (*http.Response, error) { return reply(r, 409, `{"code":"x"}`) }, 1, &Problem{Code: "x"}},
			{"our server's fault", func(r *http.Request, _ int) (*http.Response, error) { return reply(r, 500, `{"code":"internal"}`) }, 1, &Problem{Code: "internal"}},
			{"a proxy's page", func(r *http.Request, _ int) (*http.Response, error) { return reply(r, 502, `<html>`) }, 1, &Problem{Code: "http-502"}},
			{"elsewhere", func(r *http.Request, _ int) (*http.Response, error) {
				return reply(r, 307, ``, "Location", "http://evil/")
			}, 1, &Problem{Code: "http-307"}},
			{"not an order", func(r *http.Request, _ int) (*http.Response, error) { return reply(r, 201, `<html>`) }, 1, nil},
		} {
			counting := &counted{answer: c.answer}
			_, err := New("http://x", "t", &http.Client{Transport: counting}).PlaceOrder(t.Context(), "k", Order{})
			if err == nil || c.want != nil && !errors.Is(err, c.want) || counting.n.Load() != c.n {
				t.Errorf("%s: got %v after %d attempts, want %v after %d", c.name, err, counting.n.Load(), c.want, c.n)
			}
		}
	})
}

func TestStopsWhenTheCallerDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		c := &counted{answer: func(*http.Request, int) (*http.Response, error) { return nil, errors.New("refused") }}
		_, err := New("http://x", "t", &http.Client{Transport: c}).PlaceOrder(ctx, "k", Order{})
		if !errors.Is(err, context.DeadlineExceeded) || c.n.Load() != 1 {
			t.Errorf("got %v after %d attempts", err, c.n.Load())
		}
	})
}

func TestOrderAndHealth(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.EscapedPath() {
		case "/api/v1/orders/a%2Fb":
			io.WriteString(w, `{"id":"a/b","a_field_of_the_future":1}`)
		case "/api/v1/health":
			io.WriteString(w, `{"status":"ok","database":"ok"}`)
		}
	}))
	defer server.Close()
	c := New(server.URL, "", nil).In("en")
	if o, err := c.Order(t.Context(), "a/b"); err != nil || o.ID != "a/b" {
		t.Errorf("order: %+v, %v", o, err)
	}
	if h, err := c.Health(t.Context()); err != nil || h.Database != "ok" {
		t.Errorf("health: %+v, %v", h, err)
	}
}
