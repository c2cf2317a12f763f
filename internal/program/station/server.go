package station

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"hemnyckel/api"
	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/edge/deviceapi"
)

// ErrUnreachable says that the server cannot be had now.
var ErrUnreachable = problem.New(problem.Unavailable, "server-unreachable",
	"Servern går inte att nå. Nycklar kan ändå aktiveras i upp till fem dagar efter sin senaste synkning.",
	"The server cannot be reached. Keys can still be activated for up to five days after their last sync.")

// server is the other end of deviceapi.
type server struct {
	base   string
	secret string
	http   *http.Client
}

func newServer(base, secret string, client *http.Client) *server {
	if client == nil {
		client = &http.Client{Timeout: 15 * time.Second}
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the secret goes nowhere else
	return &server{strings.TrimRight(base, "/"), secret, &own}
}

func (s *server) enrol(ctx context.Context, token string, id *credential.Identity) (credential.Roots, error) {
	req := deviceapi.Enrol{Key: id.PublicKey(), Exchange: id.ExchangeKey(), SecretHash: fleet.HashStationSecret(s.secret)}
	e, err := call[deviceapi.Enrolled](ctx, s, token, deviceapi.PathEnrol, req, deviceapi.MaxSmall)
	return e.Roots, err
}

func (s *server) refresh(ctx context.Context) (deviceapi.Refresh, error) {
	return call[deviceapi.Refresh](ctx, s, s.secret, deviceapi.PathRefresh, deviceapi.Empty{}, deviceapi.MaxRefresh)
}

func (s *server) nonce(ctx context.Context) ([16]byte, error) {
	n, err := call[deviceapi.Nonce](ctx, s, s.secret, deviceapi.PathNonce, deviceapi.Empty{}, deviceapi.MaxSmall)
	return n.Nonce, err
}

func (s *server) report(ctx context.Context, reports []deviceapi.Report) (deviceapi.Settled, error) {
	return call[deviceapi.Settled](ctx, s, s.secret, deviceapi.PathActivations, deviceapi.Activations{Reports: reports}, deviceapi.MaxSmall)
}

// visit relays a key's upload. An answer that is lost is asked for again: the server knows a repetition.
func (s *server) visit(ctx context.Context, v deviceapi.Visit) ([]byte, error) {
	raw, err := credential.Encode(v)
	if err != nil {
		return nil, err
	}
	for attempt := 0; ; attempt++ {
		answer, err := s.post(ctx, s.secret, deviceapi.PathVisit, raw, credential.MaxMail)
		if err == nil || problem.KindOf(err) != problem.Unavailable || attempt == 2 {
			return answer, err
		}
		if err := pause(ctx, attempt, 200*time.Millisecond, 2*time.Second); err != nil {
			return nil, err
		}
	}
}

// pause waits first·2^attempt, at most longest, half of it at random.
func pause(ctx context.Context, attempt int, first, longest time.Duration) error {
	d := min(first<<min(attempt, 20), longest)
	timer := time.NewTimer(d/2 + rand.N(d/2+1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func call[T any](ctx context.Context, s *server, secret, path string, body any, limit int) (T, error) {
	var none T
	raw, err := credential.Encode(body)
	if err != nil {
		return none, err
	}
	answer, err := s.post(ctx, secret, path, raw, limit)
	if err != nil {
		return none, err
	}
	v, err := credential.Decode[T](answer, limit)
	if err != nil {
		return none, ErrUnreachable.With(fmt.Errorf("answer of %s: %w", path, err))
	}
	return v, nil
}

// post sends a body and returns the answer's. What is not a refusal by the server is ErrUnreachable: the request may or may not
// have been served.
func (s *server) post(ctx context.Context, secret, path string, body []byte, limit int) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, ErrServer.With(err)
	}
	req.Header.Set("Content-Type", deviceapi.MediaType)
	req.Header.Set("Authorization", "Bearer "+secret)
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, ErrUnreachable.With(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, int64(limit)+1))
	if err != nil {
		return nil, ErrUnreachable.With(err)
	}
	if resp.StatusCode == http.StatusOK && len(answer) <= limit {
		return answer, nil
	}
	return nil, refusal(resp.StatusCode, answer)
}

// refusals are the server's answers that a station has words for in both languages.
var refusals = []*problem.Error{
	keysync.ErrNotEnrolled, keysync.ErrBlocked, keysync.ErrBroken, keysync.ErrInStock, keysync.ErrNonce, keysync.ErrProof,
	keysync.ErrCounter, keysync.ErrVisit, fleet.ErrStationUnknown,
}

// refusal turns an answer that is not 200 into an error. Only the server itself can refuse: what a proxy in between
// says in another form counts as unreachable.
func refusal(status int, answer []byte) error {
	var p api.Problem
	if err := json.Unmarshal(answer, &p); err != nil || p.Code == "" || status >= 500 {
		return ErrUnreachable.With(fmt.Errorf("status %d", status))
	}
	for _, e := range refusals {
		if e.Code == p.Code {
			return e
		}
	}
	kind := problem.Denied
	if status == http.StatusUnauthorized {
		kind = problem.Unauthenticated
	}
	return problem.New(kind, p.Code, p.Detail, p.Detail).With(errors.New(p.Title))
}
