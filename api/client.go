package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	attempts    = 4
	firstPause  = 200 * time.Millisecond
	longestWait = 10 * time.Second
	maxAnswer   = 1 << 20
)

// Client calls the REST API of one municipality. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
	lang  string
}

// New returns a client for the server at baseURL, such as "https://nyckel.example.se", that shows the token with every
// request. A nil httpClient means one with a timeout of 30 s. The token is never sent to another host: redirects are not followed.
func New(baseURL, token string, httpClient *http.Client) *Client {
	if httpClient == nil {
		httpClient = &http.Client{Timeout: 30 * time.Second}
	}
	own := *httpClient
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base: strings.TrimRight(baseURL, "/"), token: token, http: &own, lang: "sv"}
}

// In returns a client that asks for problems in lang, "sv" or "en".
func (c *Client) In(lang string) *Client {
	other := *c
	other.lang = lang
	return &other
}

// PlaceOrder places an order under an idempotency key (at most 200 printable characters, a new one for each new order).
// It tries again, with the same key, when the connection fails or the server is not available: the order is placed once
// however often it is sent. The error is a *[Problem] when the server has turned the order away; any other error leaves open
// whether the order was placed, and the same call settles it.
func (c *Client) PlaceOrder(ctx context.Context, key string, o Order) (PlacedOrder, error) {
	body, err := json.Marshal(o)
	if err != nil {
		return PlacedOrder{}, err
	}
	var placed PlacedOrder
	status, err := c.call(ctx, http.MethodPost, "/api/v1/orders", key, body, &placed)
	placed.Repeated = status == http.StatusOK
	return placed, err
}

// Order reads an order as it is now.
func (c *Client) Order(ctx context.Context, id string) (PlacedOrder, error) {
	var o PlacedOrder
	_, err := c.call(ctx, http.MethodGet, "/api/v1/orders/"+url.PathEscape(id), "", nil, &o)
	return o, err
}

// Health asks whether the server and its database work.
func (c *Client) Health(ctx context.Context) (Health, error) {
	var h Health
	_, err := c.call(ctx, http.MethodGet, "/api/v1/health", "", nil, &h)
	return h, err
}

// call sends a request until it is answered by anything but 503, and reads the answer into out.
func (c *Client) call(ctx context.Context, method, path, key string, body []byte, out any) (int, error) {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		status, wait, err := c.once(ctx, method, path, key, body, out)
		if attempt == attempts || !passing(err) || ctx.Err() != nil {
			return status, err
		}
		timer := time.NewTimer(min(max(pause, wait), longestWait))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return status, errors.Join(ctx.Err(), err)
		}
		pause *= 2
	}
}

// passing reports whether err may be gone the next time.
func passing(err error) bool {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Status == http.StatusServiceUnavailable
	}
	_, sending := errors.AsType[*url.Error](err)
	return sending
}

func (c *Client) once(ctx context.Context, method, path, key string, body []byte, out any) (status int, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, 0, fmt.Errorf("hemnyckel: %w", errors.Unwrap(err)) // not a *url.Error: trying again would not help
	}
	req.Header.Set("Accept", "application/json, application/problem+json")
	req.Header.Set("Accept-Language", c.lang)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	wait = time.Duration(seconds) * time.Second
	return resp.StatusCode, wait, read(resp, out)
}

// read takes in an answer: the value asked for, or the problem.
func read(resp *http.Response, out any) error {
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return &url.Error{Op: "read", URL: resp.Request.URL.Redacted(), Err: err}
	}
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated {
		if err := json.Unmarshal(text, out); err != nil {
			return fmt.Errorf("hemnyckel: the answer cannot be read: %w", err)
		}
		return nil
	}
	p := &Problem{Status: resp.StatusCode}
	if json.Unmarshal(text, p) != nil || p.Code == "" {
		// Something between us and the server answered: say what, not whatever page it sent.
		p = &Problem{Code: "http-" + strconv.Itoa(resp.StatusCode), Title: resp.Status, Detail: "The server answered " + resp.Status + "."}
	}
	p.Status = resp.StatusCode
	return p
}
