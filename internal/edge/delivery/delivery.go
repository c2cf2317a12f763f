// Package delivery carries messages out of the outbox to those who are to hear of them: to other systems, signed as Standard
// Webhooks says ([Dispatcher]), and to people, by mail and as text messages ([Courier]).
//
// It owns the sending: one attempt over HTTP or SMTP, what counts as arrived, what a letter to a person says in words, and where
// no message may ever go. It does not own the
// messages, their repetition or whom they are for: internal/domain/notify does, and internal/domain/casework, which knows what
// follows when one has arrived.
//
// Promises: a message is sent at least once, under an id that stays the same; a receiver that is slow or hostile costs one
// attempt of at most ten seconds (a letter: twenty), for which others may have to wait; no redirect is followed; and nothing is sent to an address
// inside a network (RFC 6890's special ones) unless the program was told to allow it, whatever a name resolves to. The mail server and
// the gateway for text messages are named by whoever runs the program, and may be inside. No letter names anybody.
package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"hemnyckel/internal/domain/notify"
)

// Bounds of sending.
const (
	attemptTime = 10 * time.Second
	together    = 8       // messages on their way at one time
	batch       = 32      // messages leased at one time
	maxAnswer   = 1 << 10 // bytes read of an answer, so that the connection can be used again
	idle        = time.Second
)

// Outbox is where messages come from. casework.Outbox is one.
type Outbox interface {
	Due(ctx context.Context) (bool, error)
	Take(ctx context.Context, limit int) ([]notify.Sending, error)
	Settle(ctx context.Context, id string, r notify.Result) error
	Tidy(ctx context.Context) (more bool, err error)
}

// Options of a Dispatcher.
type Options struct {
	Outbox  Outbox
	Logger  *slog.Logger     // nil: silent
	Clock   func() time.Time // nil: time.Now; what messages are stamped with
	Allowed []netip.Prefix   // addresses inside a network that may be sent to
}

// Dispatcher sends what is due. Several may serve the same municipality.
type Dispatcher struct {
	options Options
	client  *http.Client
}

// New returns a dispatcher.
func New(o Options) *Dispatcher {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	dialer := &net.Dialer{Timeout: attemptTime / 2, Control: func(_, address string, _ syscall.RawConn) error { return mayDial(o.Allowed, address) }}
	return &Dispatcher{options: o, client: &http.Client{
		Timeout:       attemptTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:               nil, // the guard is in the dialing: a proxy would dial for us
			DialContext:         dialer.DialContext,
			TLSHandshakeTimeout: attemptTime / 2, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 2, MaxConnsPerHost: together, IdleConnTimeout: time.Minute,
			MaxResponseHeaderBytes: 16 << 10,
		}}}
}

// Run sends until ctx ends.
func (d *Dispatcher) Run(ctx context.Context) {
	ticker := time.NewTicker(idle)
	defer ticker.Stop()
	var tidied time.Time
	for {
		if err := d.Once(ctx); err != nil && ctx.Err() == nil {
			d.options.Logger.Warn("the outbox could not be served", "error", err)
		}
		if now := time.Now(); now.Sub(tidied) > time.Hour {
			if more, err := d.options.Outbox.Tidy(ctx); err != nil || !more {
				tidied = now
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Once sends everything that is due now and waits until each attempt has been settled.
func (d *Dispatcher) Once(ctx context.Context) error {
	for {
		if due, err := d.options.Outbox.Due(ctx); err != nil || !due {
			return err
		}
		taken, err := d.options.Outbox.Take(ctx, batch)
		if err != nil {
			return err
		}
		slots := make(chan struct{}, together)
		failed := make(chan error, len(taken))
		var wait sync.WaitGroup
		for _, s := range taken {
			slots <- struct{}{}
			wait.Go(func() {
				defer func() { <-slots }()
				failed <- d.deliver(ctx, s)
			})
		}
		wait.Wait()
		close(failed)
		for err := range failed {
			if err != nil {
				return err
			}
		}
	}
}

// deliver makes one attempt and settles it. An attempt that our own end cut off is not the receiver's fault: the lease brings
// the message back.
func (d *Dispatcher) deliver(ctx context.Context, s notify.Sending) error {
	result := d.attempt(ctx, s)
	if ctx.Err() != nil && !result.Arrived {
		return ctx.Err()
	}
	if !result.Arrived {
		d.options.Logger.Warn("a message did not arrive", "message", s.Message.ID, "webhook", s.Webhook.ID, "attempt", s.Message.Attempts+1, "failure", result.Failure)
	}
	return d.options.Outbox.Settle(context.WithoutCancel(ctx), s.Message.ID, result)
}

func (d *Dispatcher) attempt(ctx context.Context, s notify.Sending) notify.Result {
	now := d.options.Clock()
	body := []byte(s.Message.Body)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Webhook.URL, bytes.NewReader(body))
	if err != nil {
		return notify.Result{Failure: "the address cannot be used"}
	}
	var signatures []string
	for _, secret := range s.Webhook.Secrets(now) {
		signer, err := standardwebhooks.NewWebhookRaw(secret)
		if err != nil {
			return notify.Result{Failure: "the secret cannot be used"}
		}
		signature, err := signer.Sign(s.Message.ID, now, body)
		if err != nil {
			return notify.Result{Failure: "the message cannot be signed"}
		}
		signatures = append(signatures, signature)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "hemnyckel")
	req.Header.Set(standardwebhooks.HeaderWebhookID, s.Message.ID)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	resp, err := d.client.Do(req)
	if err != nil {
		return notify.Result{Failure: inWords(err)}
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	switch {
	case resp.StatusCode/100 == 2:
		return notify.Result{Arrived: true}
	case resp.StatusCode == http.StatusGone:
		return notify.Result{Gone: true, Failure: "the receiver answered 410 Gone"}
	}
	return notify.Result{Failure: fmt.Sprintf("the receiver answered %d", resp.StatusCode)}
}

// inWords says what an attempt met without saying where: addresses may carry secrets, and errors quote them.
func inWords(err error) string {
	if errors.Is(err, errInside) {
		return "the address is inside a network and not allowed"
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return "no answer in time"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "the name could not be looked up"
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "the connection was refused"
	}
	if strings.Contains(err.Error(), "tls:") || strings.Contains(err.Error(), "x509:") {
		return "the certificate or TLS was not accepted"
	}
	return "the connection failed"
}

var errInside = errors.New("delivery: an address inside a network")

// special are the addresses that do not lead to a system on the internet (RFC 6890 and its successors), beside those that
// package netip knows by itself.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

// mayDial is asked for every address that is really dialed, after names have been looked up, so that a name that leads
// somewhere else the second time gets nowhere.
func mayDial(allowed []netip.Prefix, address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errInside
	}
	ip := at.Addr().Unmap().WithZone("")
	for _, p := range allowed {
		if p.Contains(ip) {
			return nil
		}
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return errInside
	}
	for _, p := range special {
		if p.Contains(ip) {
			return errInside
		}
	}
	return nil
}
