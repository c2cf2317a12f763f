package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
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
	maxAnswer   = 8 << 20
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
	var placed PlacedOrder
	status, _, err := c.send(ctx, http.MethodPost, "/api/v1/orders", key, "", o, &placed)
	placed.Repeated = status == http.StatusOK
	return placed, err
}

// OrderFilter narrows [Client.Orders]; the zero value takes all.
type OrderFilter struct {
	State, Kind string
	Since       string // YYYY-MM-DD
}

// Orders lists orders, the newest first.
func (c *Client) Orders(ctx context.Context, f OrderFilter) iter.Seq2[OrderLine, error] {
	return pages[OrderLine](ctx, c, "/api/v1/orders", "state", f.State, "kind", f.Kind, "since", f.Since)
}

// Order reads an order as it is now.
func (c *Client) Order(ctx context.Context, id string) (PlacedOrder, error) {
	var o PlacedOrder
	_, err := c.get(ctx, "/api/v1/orders/"+url.PathEscape(id), &o)
	return o, err
}

// Health asks whether the server and its database work.
func (c *Client) Health(ctx context.Context) (Health, error) {
	var h Health
	_, err := c.get(ctx, "/api/v1/health", &h)
	return h, err
}

// ETag is the state in which something was read. Send it with a change, which is refused (if-match-failed) if somebody else
// has changed the thing since.
type ETag string

// Whatever changes a thing in whatever state it is.
const Whatever ETag = "*"

// get reads one thing.
func (c *Client) get(ctx context.Context, path string, out any) (ETag, error) {
	_, tag, err := c.call(ctx, sent{method: http.MethodGet, path: path}, out)
	return tag, err
}

// send makes or changes something, once however often it has to be sent: without a key of the caller's it has one of its own.
// A nil in has no body.
func (c *Client) send(ctx context.Context, method, path, key string, match ETag, in, out any) (status int, tag ETag, err error) {
	s := sent{method: method, path: path, key: key, match: match}
	if s.key == "" {
		s.key = rand.Text()
	}
	if in != nil {
		if s.body, err = json.Marshal(in); err != nil {
			return 0, "", err
		}
	}
	return c.call(ctx, s, out)
}

// pages iterates over a list, page after page. The conditions are names and values; those with "" are left out. An error
// ends it.
func pages[Row any](ctx context.Context, c *Client, path string, conditions ...string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		values := url.Values{"limit": {"500"}}
		for i := 0; i+1 < len(conditions); i += 2 {
			if conditions[i+1] != "" {
				values.Set(conditions[i], conditions[i+1])
			}
		}
		for {
			var page Page[Row]
			if _, err := c.get(ctx, path+"?"+values.Encode(), &page); err != nil {
				var none Row
				yield(none, err)
				return
			}
			for _, row := range page.Items {
				if !yield(row, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			values.Set("after", page.Next)
		}
	}
}

// Export writes a list, or any other file, to w as the server gives it: path with its conditions, such as
// "/api/v1/orders?state=done&format=csv".
func (c *Client) Export(ctx context.Context, path string, w io.Writer) error {
	_, _, err := c.call(ctx, sent{method: http.MethodGet, path: path, accept: "*/*"}, w)
	return err
}

// sent is a request.
type sent struct {
	method, path, key, accept string
	match                     ETag
	body                      []byte
}

// call sends a request until it is answered by anything but 503, and reads the answer into out.
func (c *Client) call(ctx context.Context, s sent, out any) (int, ETag, error) {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		resp, wait, err := c.once(ctx, s, out)
		if attempt == attempts || !passing(err) || ctx.Err() != nil {
			if resp == nil {
				return 0, "", err
			}
			return resp.StatusCode, ETag(resp.Header.Get("ETag")), err
		}
		timer := time.NewTimer(min(max(pause, wait), longestWait))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return 0, "", errors.Join(ctx.Err(), err)
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

func (c *Client) once(ctx context.Context, s sent, out any) (*http.Response, time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, s.method, c.base+s.path, bytes.NewReader(s.body))
	if err != nil {
		return nil, 0, fmt.Errorf("hemnyckel: %w", errors.Unwrap(err)) // not a *url.Error: trying again would not help
	}
	req.Header.Set("Accept", "application/json, application/problem+json")
	req.Header.Set("Accept-Language", c.lang)
	if s.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	token := ""
	if c.token != "" {
		token = "Bearer " + c.token
	}
	for name, value := range map[string]string{"Authorization": token, "Accept": s.accept, "Idempotency-Key": s.key, "If-Match": string(s.match)} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return resp, time.Duration(seconds) * time.Second, read(resp, out)
}

// read takes in an answer: the value asked for, or the problem.
func read(resp *http.Response, out any) error {
	if w, ok := out.(io.Writer); ok && resp.StatusCode == http.StatusOK {
		_, err := io.Copy(w, resp.Body) // not to be tried again: a part of it may have been written
		return err
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return &url.Error{Op: "read", URL: resp.Request.URL.Redacted(), Err: err}
	}
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated {
		if out == nil {
			return nil
		}
		if err := json.Unmarshal(text, out); err != nil {
			return fmt.Errorf("hemnyckel: the answer cannot be read: %w", err)
		}
		return nil
	}
	if resp.StatusCode == http.StatusNoContent {
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
