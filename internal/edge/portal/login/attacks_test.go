package login_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/login"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
)

// through sends a form as a proxy on this machine does, for a browser somewhere.
func (p *person) through(path string, form url.Values, from string) *http.Response {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), "POST", p.w.Server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.Fatal(err)
	}
	r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Forwarded-For": {from}, "X-Forwarded-Proto": {"https"}, "Accept": {"text/html"}}
	answer, err := p.client.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

// Behind a proxy, who guesses makes only their own network wait.
func TestGuessingBehindAProxy(t *testing.T) {
	p := open(t, nil)
	last := 0
	for range 51 {
		last = p.through("/login/kod", url.Values{"kod": {"x"}}, "192.0.2.1").StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the guessing network: got %d, want 429", last)
	}
	if got := p.through("/login/kod", url.Values{"kod": {"x"}}, "192.0.2.2").StatusCode; got != http.StatusUnauthorized {
		t.Errorf("another: got %d, want 401", got)
	}
}

func TestEveryCookieIsBoundToTheHostUnderTLS(t *testing.T) {
	p := open(t, nil)
	_, code := p.account(officer)
	for path, form := range map[string]url.Values{"/login/passkey/fraga": {}, "/login/kod": {"kod": {code}}, "/login/kod?lang=en": {"kod": {"x"}}} {
		answer := p.through(path, form, "192.0.2.1")
		if len(answer.Cookies()) == 0 && answer.Request.Method == "POST" {
			t.Errorf("%s: no cookie", path)
		}
		for _, c := range answer.Cookies() {
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("%s: got %v", path, c)
			}
		}
	}
}

// Who must first confirm who they are is asked before the device makes a passkey, not after.
func TestAPasskeyIsNotMadeInVain(t *testing.T) {
	p := open(t, nil)
	_, code := p.account(officer)
	secret, _ := p.enrol(code)
	p.browser()
	p.post("/login/losenord", url.Values{"namn": {"karin"}, "losenord": {long}, "kod": {p.totp(secret)}}, 200)
	p.post("/konto/passkey/fraga", url.Values{}, 200)
	p.w.Clock.Time = p.w.Clock.Time.Add(6 * time.Minute)
	p.post("/konto/passkey/fraga", url.Values{}, 403)
	p.says(p.post("/konto/passkey", url.Values{"namn": {"Min telefon"}}, 401), "Bekräfta att det är du")
	p.says(p.post("/bekrafta", url.Values{"kod": {"000000"}, "_till": {"/konto"}}, 422), "Koden stämmer inte")
	p.says(p.post("/bekrafta", url.Values{"kod": {p.totp(secret)}, "_till": {"/konto"}}, 200), "Så loggar du in")
	p.post("/konto/passkey/fraga", url.Values{}, 200)
	broken := p.post("/konto/passkey", url.Values{"namn": {"Min <b>telefon"}, "svar": {"{}"}}, 422)
	p.says(broken, "Det gick inte att använda passkeyn")
	if !strings.Contains(broken, `value="Min &lt;b&gt;telefon"`) {
		t.Error("the name that was typed is not kept")
	}
}

// One person's passkey does not confirm another, and a question asked for making a passkey is no question for logging in.
func TestPasskeysOfAnother(t *testing.T) {
	p := open(t, nil)
	a, code := p.account(officer)
	secret, _ := p.enrol(code)
	rp := virtualwebauthn.RelyingParty{Name: "Söderköpinge kommun", ID: "nyckel.kommun.example", Origin: "https://nyckel.kommun.example"}
	device := virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(a.ID)})
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	options, err := virtualwebauthn.ParseAttestationOptions(p.post("/konto/passkey/fraga", url.Values{}, 200))
	if err != nil {
		t.Fatal(err)
	}
	made := virtualwebauthn.CreateAttestationResponse(rp, device, key, *options)
	p.post("/login/passkey", url.Values{"svar": {made}}, 403)
	options, err = virtualwebauthn.ParseAttestationOptions(p.post("/konto/passkey/fraga", url.Values{}, 200))
	if err != nil {
		t.Fatal(err)
	}
	p.post("/konto/passkey", url.Values{"svar": {virtualwebauthn.CreateAttestationResponse(rp, device, key, *options)}, "namn": {"Min telefon"}}, 200)
	device.AddCredential(key)

	other, first, err := p.w.Accounts.Create(t.Context(), identity.Operator(), identity.NewAccount{Name: "Bo Alm", LoginName: "bo.alm"}, &officer)
	if err != nil {
		t.Fatal(err)
	}
	p.browser()
	theirs, _ := p.enrol(first)
	p.browser()
	p.post("/login/losenord", url.Values{"namn": {"bo.alm"}, "losenord": {long}, "kod": {p.totp(theirs)}}, 200)
	asked, err := virtualwebauthn.ParseAssertionOptions(p.post("/login/passkey/fraga", url.Values{}, 200))
	if err != nil {
		t.Fatal(err)
	}
	p.says(p.post("/bekrafta", url.Values{"svar": {virtualwebauthn.CreateAssertionResponse(rp, device, key, *asked)}}, 422), "Du bekräftade som någon annan")
	_, _ = other, secret
}

// provider is one whose answers are what a test says.
type provider struct {
	err error
	at  time.Time
}

func (o *provider) ID() string   { return "prov" }
func (o *provider) Name() string { return "Provlegitimation" }
func (o *provider) Begin(_ context.Context, again bool) (string, string, error) {
	return "https://id.example/authorize", "pending", nil
}

func (o *provider) Finish(context.Context, string, url.Values) (identity.External, error) {
	return identity.External{Issuer: "https://id.example", At: o.at, Names: []identity.Identifier{{Kind: identity.Subject, Value: "s-1"}}}, o.err
}

func TestLoginThroughAProvider(t *testing.T) {
	o := &provider{}
	p := open(t, func(c *portal.Config) { c.Providers = []login.Provider{o} })
	a, _ := p.account(officer)
	through := func(form url.Values, want int) string {
		t.Helper()
		p.says(p.post("/login/via/prov", form, 200), "Du skickas till Provlegitimation")
		return p.get("/login/svar/prov?code=x&state=y", want)
	}
	p.says(through(url.Values{}, 403), "har inget konto här")
	p.get("/login/svar/prov?code=x&state=y", 403) // the same answer again
	p.w.Must(p.w.Accounts.Identify(t.Context(), identity.Operator(), a.ID, identity.Identifier{Issuer: "https://id.example", Kind: identity.Subject, Value: "s-1"}))

	o.err = problem.New(problem.Denied, "sso-untrusted", "Svaret går inte att lita på.", "The answer cannot be trusted.").With(context.Canceled)
	p.says(through(url.Values{}, 403), "går inte att lita på")
	if n := p.entries(journal.LoginRefused, "reason", "sso-untrusted: context canceled"); n != 1 {
		t.Errorf("the journal tells of %d answers that were refused, want 1", n)
	}
	p.get("/konto", 200) // the login page: nobody is in

	// A provider that lies or is down does not cost what was typed when the session ended: it waits for the next attempt.
	typed := url.Values{"_till": {"/fel/anmal"}, "_sant": {"allt"}, "_kvar.description": {"Nyckeln är böjd"}}
	for _, o.err = range []error{o.err, problem.New(problem.Unavailable, "sso-down", "Legitimationen svarar inte.", "The provider does not answer.")} {
		if got := through(typed, map[bool]int{true: 403, false: 429}[problem.KindOf(o.err) == problem.Denied]); !strings.Contains(got, `name="_kvar.description" value="Nyckeln är böjd"`) {
			t.Errorf("%v: what was typed is lost:\n%s", o.err, got)
		}
	}
	o.err = nil
	p.says(through(typed, 200), "Det du fyllde i finns kvar")
	p.browser()

	// The provider remembers the person since the morning: in, and asked anew before what is dangerous; then what was asked for is done.
	o.at = p.w.Clock.Time.Add(-3 * time.Hour)
	p.says(through(url.Values{"_till": {"/kunder"}}, 200), "Sök kund")
	path := "/kunder/" + p.w.ID("clients", portaltest.Ulla) + "/utdrag"
	p.says(p.get(path, 401), "Bekräfta med Provlegitimation")
	o.at = p.w.Clock.Time
	if got := through(url.Values{"igen": {"ja"}, "_till": {path}}, 200); !strings.HasPrefix(got, "%PDF") && strings.Contains(got, "<html") {
		p.says(got, "Utdrag")
	}
	p.get(path, 200)

	// Somebody who confirms as another is not let through, nor becomes the other.
	bo, _, err := p.w.Accounts.Create(t.Context(), identity.Operator(), identity.NewAccount{Name: "Bo Alm"}, &officer)
	p.w.Must(err)
	p.w.Must(p.w.Accounts.Close(t.Context(), identity.Operator(), a.ID, "has left"))
	p.w.Must(p.w.Accounts.Identify(t.Context(), identity.Operator(), bo.ID, identity.Identifier{Issuer: "https://id.example", Kind: identity.Subject, Value: "s-1"}))
	p.says(p.get("/kunder", 200), "Logga in")
	p.says(through(url.Values{"_till": {"//evil.example/"}}, 200), "Bo Alm")
}

// entries counts the journal's entries of a kind whose field has a value.
func (p *person) entries(kind journal.Kind, field, value string) (n int) {
	p.Helper()
	p.w.Must(p.w.DB.View(p.Context(), func(tx *storage.Tx) error {
		rows, err := tx.PendingJournal(p.Context(), 1000)
		for _, r := range rows {
			record, err := r.Record()
			if err != nil {
				return err
			}
			if record.Kind == kind && record.Value(field) == value {
				n++
			}
		}
		return err
	}))
	return n
}
