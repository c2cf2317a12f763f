package page

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/web"
)

// Names of cookies; under TLS each has the prefix __Host-, which binds it to this very host and to TLS.
const (
	sessionCookie = "hemnyckel_session"
	flashCookie   = "hemnyckel_flash"
	stepCookie    = "hemnyckel_inloggning"
)

func cookieName(r *http.Request, name string) string {
	if web.Private(r) {
		return "__Host-" + name
	}
	return name
}

func setCookie(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	seconds := int(age.Seconds())
	if seconds <= 0 {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName(r, name), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true,
		Secure: web.Private(r), SameSite: http.SameSiteLaxMode})
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(cookieName(r, name))
	if err != nil {
		return ""
	}
	return c.Value
}

// Session is the token of the session that the request came with, or "".
func (p *Request) Session() string { return cookie(p.R, sessionCookie) }

// KeepSession lets the browser keep a session's token for so long. Not at all: it forgets it.
func (p *Request) KeepSession(token string, life time.Duration) {
	setCookie(p.W, p.R, sessionCookie, token, life)
}

// Step is the secret under which something is kept between two steps of a login, or "".
func (p *Request) Step() string { return cookie(p.R, stepCookie) }

// KeepStep lets the browser keep it for so long. Not at all: it forgets it.
func (p *Request) KeepStep(secret string, life time.Duration) {
	setCookie(p.W, p.R, stepCookie, secret, life)
}

// Choice is what the reader has chosen for this browser, such as a language, or "".
func Choice(r *http.Request, name string) string { return cookie(r, name) }

// KeepChoice keeps it for a year.
func KeepChoice(w http.ResponseWriter, r *http.Request, name, value string) {
	setCookie(w, r, name, value, 365*24*time.Hour)
}

const maxFlash = 2000

func keepFlash(w http.ResponseWriter, r *http.Request, f ui.Flash) {
	text, err := json.Marshal(f)
	if err != nil || len(text) > maxFlash {
		return // it is only a courtesy
	}
	setCookie(w, r, flashCookie, base64.RawURLEncoding.EncodeToString(text), time.Minute)
}

// TakeFlash returns what the page before has left to be said, once.
func TakeFlash(w http.ResponseWriter, r *http.Request) *ui.Flash {
	value := cookie(r, flashCookie)
	if value == "" {
		return nil
	}
	setCookie(w, r, flashCookie, "", 0)
	var f ui.Flash
	text, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(text) > maxFlash || json.Unmarshal(text, &f) != nil || f.Text.SV == "" {
		return nil
	}
	if !strings.HasPrefix(f.Undo, "/") || ownPath(f.Undo) != f.Undo {
		f.Undo = ""
	}
	return &f
}
