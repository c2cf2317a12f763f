package login

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"sync"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/portal/page"
)

const (
	sessionLife  = 8 * time.Hour // from login
	sessionIdle  = time.Hour     // from the last page
	maxSessions  = 10_000
	sessionBytes = 32
)

var errBusy = problem.New(problem.Unavailable, "sessions-full", tBusy.SV, tBusy.EN)

// Memory is sessions in memory only: a restart logs everybody out. It is safe for concurrent use.
type Memory struct {
	clock func() time.Time
	mu    sync.Mutex
	all   map[string]session // guarded by mu
}

var _ Sessions = (*Memory)(nil)

type session struct {
	who        page.Principal
	ends, idle time.Time
}

// NewMemory returns no sessions yet.
func NewMemory(clock func() time.Time) *Memory {
	return &Memory{clock: clock, all: map[string]session{}}
}

// Start begins a session, unless there are too many.
func (s *Memory) Start(_ context.Context, who page.Principal) (string, time.Duration, error) {
	secret := make([]byte, sessionBytes)
	rand.Read(secret)
	token := base64.RawURLEncoding.EncodeToString(secret)
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= maxSessions {
		for k, v := range s.all {
			if v.over(now) {
				delete(s.all, k)
			}
		}
	}
	if len(s.all) >= maxSessions {
		return "", 0, errBusy
	}
	s.all[token] = session{who, now.Add(sessionLife), now.Add(sessionIdle)}
	return token, sessionLife, nil
}

// Find returns who a session belongs to, and keeps it from falling asleep.
func (s *Memory) Find(_ context.Context, token string) (page.Principal, bool, error) {
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.all[token]
	if !ok || v.over(now) {
		delete(s.all, token)
		return page.Principal{}, false, nil
	}
	v.idle = now.Add(sessionIdle)
	s.all[token] = v
	v.who.Ends = v.idle
	if v.ends.Before(v.idle) {
		v.who.Ends = v.ends
	}
	return v.who, true, nil
}

// End ends a session.
func (s *Memory) End(_ context.Context, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, token)
	return nil
}

func (v session) over(now time.Time) bool { return !now.Before(v.ends) || !now.Before(v.idle) }
