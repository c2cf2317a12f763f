package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxBody is how many bytes a request's body has at most, unless the handler allows more.
const MaxBody = 1 << 20

// Handler is a front door: it puts its addresses on the router.
type Handler interface {
	Mount(mux *http.ServeMux)
}

// Options of a Router.
type Options struct {
	Logger  *slog.Logger     // nil: silent
	Timeout time.Duration    // deadline of a request's context; 0: 30 s
	Errors  ErrorWriter      // nil: WriteProblem. The portal gives its own, which shows pages to browsers
	Clock   func() time.Time // for the duration in the log; nil: time.Now
}

// Router serves what the handlers have mounted, with everything that belongs around it.
type Router struct {
	mux     *http.ServeMux
	options Options
	csrf    *http.CrossOriginProtection
}

// New returns a router of these handlers.
func New(o Options, handlers ...Handler) *Router {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Errors == nil {
		o.Errors = WriteProblem
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	router := &Router{mux: http.NewServeMux(), options: o, csrf: http.NewCrossOriginProtection()}
	for _, h := range handlers {
		h.Mount(router.mux)
	}
	return router
}

// state is what belongs to one request. It is used by the request's own goroutine only.
type state struct {
	id     string
	lang   string
	writer ErrorWriter
	logger *slog.Logger
	body   io.ReadCloser // as it came, without limit
	limit  int64
	code   string // of the problem that was answered
}

type stateKey struct{}

// stateOf finds the request's state. Outside a Router (a test of a single handler) there are defaults.
func stateOf(ctx context.Context) *state {
	if s, ok := ctx.Value(stateKey{}).(*state); ok {
		return s
	}
	return &state{lang: "sv", writer: WriteProblem, logger: slog.New(slog.DiscardHandler), limit: MaxBody}
}

// RequestID is the number of a request, made by us, in its answer's X-Request-Id and in the log.
func RequestID(ctx context.Context) string { return stateOf(ctx).id }

// Language is the language to answer in: "sv" or "en".
func Language(ctx context.Context) string { return stateOf(ctx).lang }

// ServeHTTP answers one request.
func (router *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := router.options.Clock()
	s := &state{id: rand.Text()[:12], lang: negotiate(r.Header.Get("Accept-Language")), writer: router.options.Errors,
		logger: router.options.Logger, body: r.Body, limit: MaxBody}
	ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), stateKey{}, s), router.options.Timeout)
	defer cancel()
	r = r.WithContext(ctx)
	answer := &recorder{ResponseWriter: w}
	secure(w.Header(), r)
	w.Header().Set("X-Request-Id", s.id)
	r.Body = http.MaxBytesReader(answer, r.Body, MaxBody)
	defer router.log(s, answer, r, start)
	defer router.recover(answer, r)
	router.route(answer, r)
}

// route finds the handler. The mux would answer what it does not know in plain text; we answer as for any other error.
func (router *Router) route(w http.ResponseWriter, r *http.Request) {
	if err := router.csrf.Check(r); err != nil {
		Fail(w, r, ErrCrossOrigin.With(err))
		return
	}
	if !utf8.ValidString(r.URL.Path) || strings.ContainsRune(r.URL.Path, 0) { // nothing is called so, and databases disagree about it
		Fail(w, r, ErrNoPage)
		return
	}
	h, pattern := router.mux.Handler(r)
	if pattern != "" {
		router.mux.ServeHTTP(w, r)
		return
	}
	found := &probe{header: http.Header{}}
	h.ServeHTTP(found, r)
	switch found.status {
	case http.StatusMethodNotAllowed:
		w.Header()["Allow"] = found.header["Allow"]
		Fail(w, r, ErrMethod.Fill(r.Method))
	case http.StatusMovedPermanently, http.StatusPermanentRedirect, http.StatusTemporaryRedirect:
		h.ServeHTTP(w, r) // a slash too many or too few
	default:
		Fail(w, r, ErrNoPage)
	}
}

// recover answers a panic as an internal error. If the answer had begun, the connection is broken off instead, so that
// half an answer is not taken for a whole one.
func (router *Router) recover(w *recorder, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	router.options.Logger.Error("panic", "request", RequestID(r.Context()), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	if w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	stateOf(r.Context()).writer = WriteProblem // the usual writer may be what panicked
	Fail(w, r, ErrInternal)
}

// log writes the access log. The pattern stands in for the address, which may name a person's things.
func (router *Router) log(s *state, w *recorder, r *http.Request, start time.Time) {
	router.options.Logger.Info("request", "request", s.id, "method", method(r.Method), "route", r.Pattern, "status", w.status,
		"bytes", w.bytes, "ms", router.options.Clock().Sub(start).Milliseconds(), "code", s.code)
}

// method keeps what a stranger calls a method out of the log.
func method(m string) string {
	if len(m) > 10 || strings.Trim(m, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "?"
	}
	return m
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController flush, hijack and set deadlines.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// probe takes an answer without sending it.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }
