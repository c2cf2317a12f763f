package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/notify"
)

// SMS carries letters through the HTTP gateway of a telephone company. How the gateway wants to be asked is its own: the names of the
// fields, and JSON or a form.
type SMS struct {
	URL        string
	JSON       bool              // the fields as a JSON object; else as a form
	ToField    string            // whom
	TextField  string            // what
	Fixed      map[string]string // fields that are always the same, such as the sender
	AuthHeader string            // such as Authorization; "": none
	Secret     string            // its value
	Taken      string            // what an answer holds when the message was taken; "": any 2xx does
}

// gateway follows no redirect: it could lead the secret somewhere else.
func gateway() *http.Client {
	return &http.Client{Timeout: attemptTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Send makes one attempt.
func (s *SMS) Send(ctx context.Context, l notify.Letter, origin string) notify.Result {
	body, kind, err := s.form(l, origin)
	if err != nil {
		return notify.Result{Failure: "the message cannot be written"}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return notify.Result{Failure: "the gateway's address cannot be used"}
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "hemnyckel")
	r.Header.Set("Idempotency-Key", l.ID)
	if s.AuthHeader != "" {
		r.Header.Set(s.AuthHeader, s.Secret)
	}
	answer, err := gateway().Do(r)
	if err != nil {
		return notify.Result{Failure: inWords(err)}
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	switch {
	case answer.StatusCode/100 == 2 && (s.Taken == "" || strings.Contains(string(said), s.Taken)):
		return notify.Result{Arrived: true}
	case answer.StatusCode/100 == 2 && err != nil:
		return notify.Result{Failure: inWords(err)}
	case answer.StatusCode/100 == 2:
		return notify.Result{Failure: "the gateway's answer does not say that the message was taken"}
	case answer.StatusCode == http.StatusUnprocessableEntity: // 410 says that the gateway is gone, which is not the number's fault
		return notify.Result{Gone: true, Failure: fmt.Sprintf("the gateway does not take the number (%d)", answer.StatusCode)}
	}
	return notify.Result{Failure: fmt.Sprintf("the gateway answered %d", answer.StatusCode)}
}

func (s *SMS) form(l notify.Letter, origin string) (body []byte, kind string, err error) {
	fields := maps.Clone(s.Fixed)
	if fields == nil {
		fields = map[string]string{}
	}
	fields[s.ToField], fields[s.TextField] = l.To, short(l, origin)
	if s.JSON {
		body, err = json.Marshal(fields)
		return body, "application/json", err
	}
	q := url.Values{}
	for name, value := range fields {
		q.Set(name, value)
	}
	return []byte(q.Encode()), "application/x-www-form-urlencoded", nil
}

var tShortMany = problem.Text{SV: "%d nya aviseringar", EN: "%d new notices"}

// short is a letter in one line: one thing with its number, or how many there are, and where.
func short(l notify.Letter, origin string) string {
	what, path := about(l.About[0], l.Lang), l.About[0].Path
	if len(l.About) > 1 {
		what, path = fmt.Sprintf(tShortMany.In(l.Lang), len(l.About)), "/aviseringar"
	}
	return "Hemnyckel: " + what + ". " + origin + path
}
