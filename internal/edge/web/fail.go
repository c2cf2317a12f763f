package web

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
)

// ErrorWriter answers with a problem in some form: JSON, a page, an OperationOutcome. The status is p.Status; headers that
// belong to the status have been set.
type ErrorWriter func(w http.ResponseWriter, r *http.Request, p api.Problem)

// Fail answers a request with an error. It is the only way in which the front doors do so.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	p := Describe(r.Context(), err)
	h := w.Header()
	maps.Copy(h, FailHeaders(p))
	h.Set("Content-Language", Language(r.Context()))
	stateOf(r.Context()).writer(w, r, p)
}

// FailHeaders are the headers that the status of a problem demands (RFC 9110 §11.6.1, §10.2.3).
func FailHeaders(p api.Problem) http.Header {
	h := http.Header{}
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="hemnyckel"`)
	case http.StatusForbidden:
		if p.Code == ErrScope.Code {
			h.Set("WWW-Authenticate", `Bearer realm="hemnyckel", error="insufficient_scope"`)
		}
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "2")
	}
	return h
}

// Errors lets writer answer the errors of everything that h handles, also those that web itself finds.
func Errors(writer ErrorWriter, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stateOf(r.Context()).writer = writer
		h.ServeHTTP(w, r)
	})
}

// WriteProblem is the ErrorWriter of RFC 9457.
func WriteProblem(w http.ResponseWriter, _ *http.Request, p api.Problem) {
	WriteJSON(w, p.Status, "application/problem+json", p)
}

// WantsPage reports whether the caller is a browser that shows a page, for an ErrorWriter that has both forms.
func WantsPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// WriteJSON answers with v as JSON of some media type.
func WriteJSON(w http.ResponseWriter, status int, mediaType string, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types always can; the router answers and logs it
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the caller has gone away: nobody is left to tell
}

// logProblem tells the log what the caller is not told. Causes of refusals can quote input, so they are left out.
func (s *state) logProblem(ctx context.Context, p *problem.Error, err error) {
	switch {
	case p.Kind == problem.Internal:
		s.logger.ErrorContext(ctx, "request failed", "request", s.id, "code", p.Code, "cause", err.Error())
	case p.Kind == problem.Unavailable && ctx.Err() == nil:
		s.logger.WarnContext(ctx, "request not served", "request", s.id, "code", p.Code, "cause", err.Error())
	}
	s.code = p.Code
}
