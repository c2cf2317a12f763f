package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
)

// AllowBody raises or lowers the limit of this request's body to n bytes. Call it before anything is read.
func AllowBody(w http.ResponseWriter, r *http.Request, n int64) {
	s := stateOf(r.Context())
	if s.body == nil {
		s.body = r.Body
	}
	s.limit = n
	r.Body = http.MaxBytesReader(w, s.body, n)
}

// ReadBody reads the whole body of a request, which must be of one of the media types, not compressed, and no larger than
// the limit.
func ReadBody(r *http.Request, mediaTypes ...string) ([]byte, error) {
	wrong := ErrMediaType.Fill(strings.Join(mediaTypes, ", "))
	got, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(mediaTypes, got) {
		return nil, wrong
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, wrong
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, wrong
	}
	limit := stateOf(r.Context()).limit
	if r.ContentLength > limit {
		return nil, ErrBodyTooLarge.Fill(limit)
	}
	body, err := io.ReadAll(r.Body)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, ErrBodyTooLarge.Fill(limit)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, ErrTimeout.With(err)
	}
	if err != nil {
		return nil, ErrBodyLost.With(err)
	}
	return body, nil
}
