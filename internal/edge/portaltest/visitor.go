package portaltest

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/storage"
)

// Visitor is somebody at the portal.
type Visitor struct {
	w      *Town
	Client *http.Client
}

// Visitor is somebody with cookies of their own, logged in as an account; "" is nobody.
func (w *Town) Visitor(account string) *Visitor {
	w.T.Helper()
	v := &Visitor{w, browser(w.T)}
	if account != "" {
		v.Post("/login", url.Values{"account": {account}}, http.StatusOK)
	}
	return v
}

// The accounts that somebody can visit as.
const (
	Officer    = "demo:karin-ek"
	Technician = "demo:jonas-berg"
	Manager    = "demo:amira-lund" // of a provider: the municipality's own
	Nurse      = "demo:petra-vik"
	Alarm      = "demo:love-holm"
	Owner      = "demo:mira-sand"
)

// Do sends a request as a browser does, and returns the page of an answer with the wanted status.
func (v *Visitor) Do(r *http.Request, err error, want int) string {
	v.w.T.Helper()
	v.w.Must(err)
	r.Header.Set("Accept", "text/html")
	answer, err := v.Client.Do(r)
	v.w.Must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	v.w.Must(err)
	if answer.StatusCode != want {
		v.w.T.Fatalf("%s %s: got %d, want %d:\n%s", r.Method, r.URL.Path, answer.StatusCode, want, Text(string(body)))
	}
	return string(body)
}

// Get asks for a page.
func (v *Visitor) Get(path string, want int) string {
	v.w.T.Helper()
	r, err := http.NewRequestWithContext(v.w.T.Context(), "GET", v.w.Server.URL+path, nil)
	return v.Do(r, err, want)
}

// Post sends a form.
func (v *Visitor) Post(path string, form url.Values, want int) string {
	v.w.T.Helper()
	r, err := http.NewRequestWithContext(v.w.T.Context(), "POST", v.w.Server.URL+path, strings.NewReader(form.Encode()))
	v.w.Must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.Do(r, err, want)
}

// Text is what a page says, without markup and with single spaces.
func Text(page string) string {
	page = regexp.MustCompile(`(?s)<head>.*?</head>|<svg.*?</svg>|<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(page), " ")
}

// Says fails the test unless the page says all of it.
func Says(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(Text(page), s) {
			t.Errorf("the page does not say %q:\n%s", s, Text(page))
		}
	}
}

// Hides fails the test if the page holds any of it, in text or markup.
func Hides(t *testing.T, page string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(page, s) {
			t.Errorf("the page gives away %q", s)
		}
	}
}

// Reads are the journal's entries of reads that name a subject, newest first.
func (w *Town) Reads(subject string) (all []journal.Record) {
	w.T.Helper()
	w.Must(w.DB.View(w.T.Context(), func(tx *storage.Tx) error {
		records, err := journal.Timeline(w.T.Context(), tx, subject, 100, "")
		for _, r := range records {
			if r.Kind == journal.ClientRead {
				all = append(all, r)
			}
		}
		return err
	}))
	return all
}

// Opening is where the first opening of a lock stands in the journal.
func (w *Town) Opening(serial string) (index int64) {
	w.T.Helper()
	w.Must(w.DB.View(w.T.Context(), func(tx *storage.Tx) error {
		records, err := journal.Timeline(w.T.Context(), tx, w.ID("locks", serial), 100, "")
		for _, r := range records {
			if r.Kind == journal.DoorOpened {
				index = r.Index
			}
		}
		return err
	}))
	return index
}
