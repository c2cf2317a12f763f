// Package portal is the pages that the municipality's people see.
//
// It owns the pages' routes, forms, words (one catalogue, Swedish and English), look, and the sessions of a local demo
// login. It does not own what the pages say: internal/domain/casework reads that, and writes in the journal who read it.
// Its neighbour internal/edge/web stands around it: security headers, protection against forms from other sites, limits and
// the access log are the router's, and errors that arise there come back to be answered as pages ([Handler.WriteError]).
//
// Promises: every page works without scripts, and the content security policy allows none; addresses hold opaque ids and
// filters, never a name or an identity number; who lives with protected identity is masked until somebody gives a reason;
// a role sees only what it needs ([Role.May]), and what is not allowed is refused; without a login there are no pages.
//
// Issue 04 replaces the demo login by the municipality's identity provider and adds the rest of the pages (orders, blocking,
// disclosure, follow-up of reads). Sessions live in memory: a restart logs everybody out.
package portal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/edge/web"
)

//go:embed assets
var assets embed.FS

// Pages is what the portal asks of the domain. [casework.Pages] is it.
type Pages interface {
	Overview(ctx context.Context) (casework.Overview, error)
	SearchClients(ctx context.Context, who casework.Reader, query string) (casework.Hits, error)
	ClientPage(ctx context.Context, who casework.Reader, id string, look casework.Look) (casework.ClientPage, error)
	Tasks(ctx context.Context, who casework.Reader) (casework.TaskList, error)
	Keys(ctx context.Context, f casework.KeyFilter) (casework.KeyList, error)
	KeyPage(ctx context.Context, who casework.Reader, id string, before journal.Cursor) (casework.KeyPage, error)
	Why(ctx context.Context, lockSerial, groupCode string) (casework.WhyPage, error)
	Log(ctx context.Context, f journal.Filter, before journal.Cursor) (casework.LogPage, error)
	LogEntry(ctx context.Context, who casework.Reader, index int64) (casework.LogEntry, error)
	Login(ctx context.Context, who casework.Reader, method string) error
}

var _ Pages = (*casework.Pages)(nil)

// Config is what the portal depends on.
type Config struct {
	Pages        Pages
	Municipality string           // its name, in the header of every page
	DemoLogin    bool             // let anybody choose who to be; false: no page opens
	Zone         *time.Location   // of the times that people read; nil: UTC
	Clock        func() time.Time // of sessions; nil: time.Now
}

// Handler answers the portal's addresses. It is safe for concurrent use.
type Handler struct {
	Config
	sessions *sessions
	files    http.Handler
	version  string // of the style sheet, in its address
}

// New returns the portal of one municipality.
func New(c Config) *Handler {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	style, err := assets.ReadFile("assets/portal.css")
	if err != nil {
		panic(err) // it is embedded
	}
	sum := sha256.Sum256(style)
	return &Handler{Config: c, sessions: newSessions(c.Clock), files: http.FileServerFS(assets),
		version: hex.EncodeToString(sum[:6])}
}

// Mount adds the portal's addresses to mux, which must be a web.Router's.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /assets/", h.asset)
	mux.Handle("GET /login", h.open(h.loginPage))
	mux.Handle("POST /login", h.open(h.login))
	mux.Handle("POST /logout", h.open(h.logout))
	mux.Handle("GET /{$}", h.closed(everybody, h.start))
	mux.Handle("GET /kunder", h.closed(seeClients, h.searchPage))
	mux.Handle("POST /kunder", h.closed(seeClients, h.search))
	mux.Handle("GET /kunder/{id}", h.closed(seeClients, h.client))
	mux.Handle("POST /kunder/{id}", h.closed(seeClients, h.reveal))
	mux.Handle("GET /uppgifter", h.closed(seeClients, h.tasks))
	mux.Handle("GET /nycklar", h.closed(seeKeys, h.keys))
	mux.Handle("GET /nycklar/{id}", h.closed(seeKeys, h.key))
	mux.Handle("GET /varfor", h.closed(seeKeys, h.why))
	mux.Handle("GET /logg", h.closed(seeLog, h.log))
	mux.Handle("GET /logg/{index}", h.closed(seeLog, h.entry))
}

// page is one request on its way to becoming a page.
type page struct {
	view
	w http.ResponseWriter
	r *http.Request
}

type action func(p *page) error

// open serves what is there before anybody has logged in.
func (h *Handler) open(do action) http.Handler {
	return h.wrap(func(p *page) error {
		if !h.DemoLogin {
			return p.render(http.StatusServiceUnavailable, noLogin(p.view))
		}
		return do(p)
	})
}

// closed serves those who have logged in and whose role includes a need.
func (h *Handler) closed(n need, do action) http.Handler {
	return h.open(func(p *page) error {
		switch {
		case p.who == nil:
			http.Redirect(p.w, p.r, "/login", http.StatusSeeOther)
			return nil
		case !p.who.Role.May(n):
			return errDenied
		}
		return do(p)
	})
}

var (
	errDenied = problem.New(problem.Denied, "page-denied", tDenied.SV, tDenied.EN)
	errForm   = problem.New(problem.Invalid, "page-form", tForm.SV, tForm.EN)
)

const maxForm = 16 << 10

// wrap gives every page its view and its form, and words for what goes wrong.
func (h *Handler) wrap(do action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &page{view: h.look(w, r), w: w, r: r}
		web.AllowBody(w, r, maxForm)
		if err := r.ParseForm(); err != nil {
			h.fail(p, errForm.With(err))
			return
		}
		if err := do(p); err != nil {
			h.fail(p, err)
		}
	})
}

// look finds out who asks and in which language. The choice of language is kept in a cookie.
func (h *Handler) look(w http.ResponseWriter, r *http.Request) view {
	v := view{lang: "sv", now: h.Clock(), zone: h.Zone, demo: h.DemoLogin, municipality: h.Municipality,
		style: "/assets/portal.css?v=" + h.version, url: r.URL, section: "/" + strings.SplitN(r.URL.Path, "/", 3)[1]}
	if c, err := r.Cookie("lang"); err == nil && c.Value == "en" {
		v.lang = "en"
	}
	if l := r.URL.Query().Get("lang"); l == "sv" || l == "en" {
		v.lang = l
		http.SetCookie(w, &http.Cookie{Name: "lang", Value: l, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
			Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
	}
	if c, err := r.Cookie(cookieName); err == nil && h.DemoLogin {
		v.who = h.sessions.find(c.Value)
	}
	return v
}

// render writes a whole page, or nothing of it.
func (p *page) render(status int, body templ.Component) error {
	var b bytes.Buffer
	if err := body.Render(p.r.Context(), &b); err != nil {
		return err
	}
	p.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	p.w.WriteHeader(status)
	_, _ = p.w.Write(b.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

// asset serves style sheet and icon. Their addresses hold their version.
func (h *Handler) asset(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/") { // no listing of the folder
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	h.files.ServeHTTP(w, r)
}
