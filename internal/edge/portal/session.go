package portal

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"sync"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
)

// Role is what somebody works as.
type Role string

// The roles of the demo login.
const (
	CaseOfficer Role = "case-officer"
	Technician  Role = "technician"
	SystemOwner Role = "system-owner"
)

// need is a part of the portal.
type need int

const (
	everybody need = iota
	seeClients
	seeKeys
	seeLog
)

// May is the one decision of which role sees what. What is not named here is not seen.
func (r Role) May(n need) bool {
	switch r {
	case CaseOfficer:
		return n == everybody || n == seeClients || n == seeKeys
	case Technician:
		return n == everybody || n == seeClients || n == seeKeys || n == seeLog
	case SystemOwner:
		return n == everybody || n == seeKeys || n == seeLog
	}
	return false
}

func (r Role) name() problem.Text {
	switch r {
	case CaseOfficer:
		return tRoleOfficer
	case Technician:
		return tRoleTech
	case SystemOwner:
		return tRoleOwner
	}
	return problem.Text{SV: string(r), EN: string(r)}
}

func (r Role) sees() problem.Text {
	switch r {
	case CaseOfficer:
		return tRoleOfficerD
	case Technician:
		return tRoleTechD
	}
	return tRoleOwnerD
}

// Account is a person who can log in.
type Account struct {
	ID   string // in the journal
	Name string
	Role Role
}

func (a *Account) reader() casework.Reader { return casework.Reader{Actor: a.ID, Role: string(a.Role)} }

// demoAccounts are the made-up persons of the demo login.
func demoAccounts() []Account {
	return []Account{
		{"demo:karin-ek", "Karin Ek", CaseOfficer},
		{"demo:jonas-berg", "Jonas Berg", Technician},
		{"demo:mira-sand", "Mira Sand", SystemOwner},
	}
}

const (
	cookieName   = "hemnyckel_session"
	sessionLife  = 8 * time.Hour // from login
	sessionIdle  = time.Hour     // from the last page
	maxSessions  = 10_000
	sessionBytes = 32
)

type session struct {
	account    Account
	ends, idle time.Time
}

// sessions are who is logged in. They are in memory only.
type sessions struct {
	clock func() time.Time
	mu    sync.Mutex
	all   map[string]session // guarded by mu
}

func newSessions(clock func() time.Time) *sessions {
	return &sessions{clock: clock, all: map[string]session{}}
}

// start logs somebody in. It reports false when there are too many.
func (s *sessions) start(a Account) (id string, ok bool) {
	secret := make([]byte, sessionBytes)
	rand.Read(secret)
	id = base64.RawURLEncoding.EncodeToString(secret)
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
		return "", false
	}
	s.all[id] = session{a, now.Add(sessionLife), now.Add(sessionIdle)}
	return id, true
}

// find returns who a session belongs to, or nil, and keeps it from falling asleep.
func (s *sessions) find(id string) *Account {
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.all[id]
	if !ok || v.over(now) {
		delete(s.all, id)
		return nil
	}
	v.idle = now.Add(sessionIdle)
	s.all[id] = v
	return &v.account
}

func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, id)
}

func (v session) over(now time.Time) bool { return !now.Before(v.ends) || !now.Before(v.idle) }

func (h *Handler) loginPage(p *page) error {
	return p.render(http.StatusOK, loginForm(p.view, demoAccounts(), problem.Text{}))
}

// login writes the login in the journal before the session exists: nobody is in without a trace.
func (h *Handler) login(p *page) error {
	chosen := p.r.PostForm.Get("account")
	for _, a := range demoAccounts() {
		if a.ID != chosen {
			continue
		}
		if err := h.Pages.Login(p.r.Context(), a.reader(), "demo"); err != nil {
			return err
		}
		h.forget(p)
		id, ok := h.sessions.start(a)
		if !ok {
			return problem.New(problem.Unavailable, "sessions-full", tBusy.SV, tBusy.EN)
		}
		h.cookie(p, id, int(sessionLife.Seconds()))
		http.Redirect(p.w, p.r, "/", http.StatusSeeOther)
		return nil
	}
	return p.render(http.StatusUnprocessableEntity, loginForm(p.view, demoAccounts(), tLoginGone))
}

func (h *Handler) logout(p *page) error {
	h.forget(p)
	h.cookie(p, "", -1)
	http.Redirect(p.w, p.r, "/login", http.StatusSeeOther)
	return nil
}

// forget ends the session that the request came with.
func (h *Handler) forget(p *page) {
	if c, err := p.r.Cookie(cookieName); err == nil {
		h.sessions.end(c.Value)
	}
}

func (h *Handler) cookie(p *page, value string, age int) {
	http.SetCookie(p.w, &http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true,
		Secure: p.r.TLS != nil, SameSite: http.SameSiteLaxMode})
}
