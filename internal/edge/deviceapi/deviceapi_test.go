package deviceapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/edge/deviceapi"
	"hemnyckel/internal/edge/web"
)

// behind is what stands behind the front door in these tests: it knows one token and one secret, and remembers what came.
type behind struct {
	cert    []byte
	visits  []keysync.Visit
	reports []keysync.Report
	staff   int
	err     error
}

const (
	token  = "one-time"
	secret = "own-secret"
)

func (b *behind) Connect(_ context.Context, shown string, _ credential.PublicKey, _ credential.ExchangeKey, _ string) (fleet.Station, error) {
	if shown != token {
		return fleet.Station{}, fleet.ErrStationUnknown
	}
	return fleet.Station{Certificate: b.cert}, b.err
}

func (b *behind) Recognise(ctx context.Context, shown string) (fleet.Station, error) {
	return b.Authenticate(ctx, shown)
}

func (b *behind) Authenticate(_ context.Context, shown string) (fleet.Station, error) {
	if shown != secret {
		return fleet.Station{}, fleet.ErrStationUnknown
	}
	return fleet.Station{ID: "t1", Device: 3}, nil
}

func (b *behind) Renew(context.Context, uint32) (fleet.Renewed, error) {
	return fleet.Renewed{Station: fleet.Station{Name: "Norr 1", Certificate: b.cert}, Now: time.Unix(1_800_000_000, 0),
		Due: []fleet.Key{{Number: "N00001"}, {Number: "N00002", SyncedUntil: time.Unix(1_800_000_100, 0)}}}, b.err
}

func (b *behind) BlockList(context.Context) ([]byte, error)             { return []byte{1}, nil }
func (b *behind) Nonce(context.Context, uint32) (n [16]byte, err error) { return n, b.err }

func (b *behind) Visit(_ context.Context, _ fleet.Station, v keysync.Visit) ([]byte, error) {
	b.visits = append(b.visits, v)
	return []byte("response"), b.err
}

func (b *behind) ReportActivations(_ context.Context, _ fleet.Station, r []keysync.Report) (keysync.Settled, error) {
	b.reports = r
	return keysync.Settled{Rejected: []int{1}}, b.err
}

func (b *behind) Verifiers(context.Context) ([]identity.StaffVerifier, error) {
	all := make([]identity.StaffVerifier, b.staff)
	for i := range all {
		all[i] = identity.StaffVerifier{Pseudonym: uint32(i), BadgeHash: "b", PIN: "p",
			Groups: []identity.StaffGroup{{Number: 11, From: time.Unix(0, 0), Until: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}}}
	}
	return all, nil
}

func door(tb testing.TB, b *behind) http.Handler {
	tb.Helper()
	auth, err := credential.NewAuthority(time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	return web.New(web.Options{}, deviceapi.New(b, b, b, b, auth))
}

func post(h http.Handler, path, bearer string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", deviceapi.MediaType)
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func encode(tb testing.TB, v any) []byte {
	tb.Helper()
	raw, err := credential.Encode(v)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func code(w *httptest.ResponseRecorder) string {
	var p struct{ Code string }
	_ = json.Unmarshal(w.Body.Bytes(), &p) // an answer that is no problem has no code
	return p.Code
}

func TestEveryAddressNeedsItsSecret(t *testing.T) {
	h := door(t, &behind{})
	for _, path := range []string{deviceapi.PathEnrol, deviceapi.PathRefresh, deviceapi.PathNonce, deviceapi.PathVisit, deviceapi.PathActivations} {
		wrong := map[string]bool{"": true, "x": true, token: path != deviceapi.PathEnrol, secret: path == deviceapi.PathEnrol}
		body := encode(t, deviceapi.Empty{})
		if path == deviceapi.PathEnrol {
			body = encode(t, deviceapi.Enrol{})
		}
		for bearer, refused := range wrong {
			w := post(h, path, bearer, body)
			if got := w.Code == http.StatusUnauthorized; got != refused {
				t.Errorf("%s with %q: got %d %s", path, bearer, w.Code, code(w))
			}
		}
		if w := httptest.NewRecorder(); true {
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != http.StatusMethodNotAllowed {
				t.Errorf("GET %s: got %d", path, w.Code)
			}
		}
	}
}

func TestRefreshOfAWholeMunicipality(t *testing.T) {
	b := &behind{cert: []byte("certificate"), staff: 5000}
	w := post(door(t, b), deviceapi.PathRefresh, secret, encode(t, deviceapi.Empty{}))
	got, err := credential.Decode[deviceapi.Refresh](w.Body.Bytes(), deviceapi.MaxRefresh)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, chunk := range got.Staff {
		n += len(chunk)
	}
	if n != 5000 || got.Name != "Norr 1" || len(got.Due) != 2 || got.Due[0].Until != 0 || got.Due[1].Until != 1_800_000_100 {
		t.Errorf("got %d people, name %q, due %+v", n, got.Name, got.Due)
	}
	if m := got.Staff[4][0].Groups[0]; m.Group != 11 || m.Until <= m.From {
		t.Errorf("membership without end: %+v", m)
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	b := &behind{}
	h := door(t, b)
	many := deviceapi.Activations{Reports: make([]deviceapi.Report, deviceapi.MaxReports+1)}
	for name, c := range map[string]struct {
		path string
		body []byte
		want string
	}{
		"empty":                   {deviceapi.PathVisit, nil, deviceapi.ErrBody.Code},
		"not canonical":           {deviceapi.PathNonce, []byte{0xbf, 0xff}, deviceapi.ErrBody.Code},
		"something after it":      {deviceapi.PathNonce, []byte{0xa0, 0x00}, deviceapi.ErrBody.Code},
		"another address's":       {deviceapi.PathVisit, encode(t, deviceapi.Nonce{}), deviceapi.ErrBody.Code},
		"a mail that is too long": {deviceapi.PathVisit, encode(t, deviceapi.Visit{Mail: make([]byte, deviceapi.MaxVisit)}), web.ErrBodyTooLarge.Code},
		"too many reports":        {deviceapi.PathActivations, encode(t, many), deviceapi.ErrBody.Code},
	} {
		if w := post(h, c.path, secret, c.body); code(w) != c.want {
			t.Errorf("%s: got %d %q, want %q", name, w.Code, code(w), c.want)
		}
	}
	if len(b.visits)+len(b.reports) != 0 {
		t.Error("a refused body came through")
	}
}

func TestAnswers(t *testing.T) {
	b := &behind{}
	h := door(t, b)
	visit := deviceapi.Visit{Handshake: credential.Hash{1}, Request: []byte("r"), Mail: []byte("m")}
	if w := post(h, deviceapi.PathVisit, secret, encode(t, visit)); w.Body.String() != "response" || len(b.visits) != 1 || string(b.visits[0].Mail) != "m" {
		t.Errorf("visit: got %d %q", w.Code, w.Body)
	}
	reports := deviceapi.Activations{Reports: []deviceapi.Report{{Body: []byte("a"), Offline: true}, {Body: []byte("b")}}}
	w := post(h, deviceapi.PathActivations, secret, encode(t, reports))
	settled, err := credential.Decode[deviceapi.Settled](w.Body.Bytes(), deviceapi.MaxSmall)
	if err != nil || len(settled.Rejected) != 1 || len(b.reports) != 2 || !b.reports[0].Offline {
		t.Errorf("report: got %+v, %v", settled, err)
	}
	b.err = keysync.ErrBlocked
	if w := post(h, deviceapi.PathVisit, secret, encode(t, visit)); w.Code != http.StatusForbidden || code(w) != keysync.ErrBlocked.Code {
		t.Errorf("a blocked key: got %d %s", w.Code, w.Body)
	}
	b.err = errors.New("tabellen är låst")
	if w := post(h, deviceapi.PathVisit, secret, encode(t, visit)); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "tabellen") {
		t.Errorf("a fault of ours: got %d %s", w.Code, w.Body)
	}
}

// fuzz holds for every address: an answer with a status below 500, never a panic.
func fuzz(f *testing.F, path, bearer string, seeds ...any) {
	for _, s := range seeds {
		f.Add(encode(f, s))
	}
	f.Add([]byte{0xbf, 0xff})
	h := door(f, &behind{cert: []byte{1}})
	f.Fuzz(func(t *testing.T, body []byte) {
		if w := post(h, path, bearer, body); w.Code >= 500 || w.Code != 200 && code(w) == "" {
			t.Fatalf("%x: got %d %s", body, w.Code, w.Body)
		}
	})
}

func FuzzEnrol(f *testing.F) {
	fuzz(f, deviceapi.PathEnrol, token, deviceapi.Enrol{SecretHash: strings.Repeat("0", 64)})
}
func FuzzRefresh(f *testing.F) { fuzz(f, deviceapi.PathRefresh, secret, deviceapi.Empty{}) }
func FuzzNonce(f *testing.F)   { fuzz(f, deviceapi.PathNonce, secret, deviceapi.Empty{}) }
func FuzzVisit(f *testing.F) {
	fuzz(f, deviceapi.PathVisit, secret, deviceapi.Visit{Request: []byte{1}, Mail: []byte{2}})
}
func FuzzActivations(f *testing.F) {
	fuzz(f, deviceapi.PathActivations, secret, deviceapi.Activations{Reports: []deviceapi.Report{{Body: []byte{1}, Offline: true}}})
}
