package login_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portaltest"
)

// person is somebody with a browser at a portal where people log in for real.
type person struct {
	*testing.T
	w      *portaltest.Town
	client *http.Client
	origin string
}

// open starts a town whose portal has no demo login.
func open(t *testing.T, change func(*portal.Config)) *person {
	w := portaltest.New(t, t.TempDir())
	p := &person{T: t, w: w}
	w.Server = w.Serve(func(c *portal.Config) {
		c.Demo, c.Origin = nil, "https://nyckel.kommun.example"
		if change != nil {
			change(c)
		}
	})
	p.browser()
	return p
}

// browser is a new one, with no cookies.
func (p *person) browser() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.Fatal(err)
	}
	p.client = &http.Client{Jar: jar}
}

func (p *person) do(method, path string, form url.Values, want int) string {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), method, p.w.Server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := p.client.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		p.Fatal(err)
	}
	if answer.StatusCode != want {
		p.Fatalf("%s %s: got %d, want %d\n%s", method, path, answer.StatusCode, want, portaltest.Text(string(body)))
	}
	return string(body)
}

func (p *person) get(path string, want int) string { p.Helper(); return p.do("GET", path, nil, want) }

func (p *person) post(path string, form url.Values, want int) string {
	p.Helper()
	return p.do("POST", path, form, want)
}

func (p *person) says(page, words string) {
	p.Helper()
	if !strings.Contains(portaltest.Text(page), words) {
		p.Errorf("the page does not say %q:\n%s", words, portaltest.Text(page))
	}
}

// account makes an account and returns the first code.
func (p *person) account(gives ...identity.Give) (identity.Account, string) {
	p.Helper()
	a, code, err := p.w.Accounts.Create(p.Context(), identity.Operator(), identity.NewAccount{Name: "Karin Ek", LoginName: "karin"}, &gives[0])
	if err != nil {
		p.Fatal(err)
	}
	for _, g := range gives[1:] {
		if _, err := p.w.Accounts.Give(p.Context(), identity.Operator(), a.ID, g); err != nil {
			p.Fatal(err)
		}
	}
	return a, code
}

var officer = identity.Give{Role: routine.CaseOfficer, Organisation: portaltest.Organisation}

const long = "korp tråd molnvagn sju"

var hidden = regexp.MustCompile(`name="hemlighet" value="([A-Z2-7]+)"`)

// enrol sets password and app with the first code, and returns the app's secret and the recovery codes.
func (p *person) enrol(code string) (secret string, recovery []string) {
	p.Helper()
	p.says(p.post("/login/kod", url.Values{"kod": {code}}, 200), "Välj hur du ska logga in")
	secret = hidden.FindStringSubmatch(p.get("/konto/losenord", 200))[1]
	page := p.post("/konto/losenord", url.Values{"hemlighet": {secret}, "losenord": {long}, "kod": {p.totp(secret)}}, 200)
	p.says(page, "Skriv upp dina reservkoder")
	p.w.Clock.Time = p.w.Clock.Time.Add(time.Minute)
	return secret, regexp.MustCompile(`[2-9A-Z]{5}(-[2-9A-Z]{5}){3}`).FindAllString(page, -1)
}

func (p *person) totp(secret string) string {
	p.Helper()
	code, err := totp.GenerateCode(secret, p.w.Clock.Time)
	if err != nil {
		p.Fatal(err)
	}
	return code
}

// From a code on paper to a password with an app, out, and in again to where one was going. By plain forms alone.
func TestFirstCodeToPassword(t *testing.T) {
	p := open(t, nil)
	_, code := p.account(officer)
	p.says(p.get("/kunder", 200), "Logga in") // no page without a login
	secret, recovery := p.enrol(code)
	if len(recovery) != 10 {
		t.Errorf("got %d recovery codes, want 10", len(recovery))
	}
	p.says(p.get("/kunder", 200), "Välj hur du ska logga in") // the paper opens the own account and nothing else
	p.post("/logout", url.Values{}, 200)

	wrong := p.post("/login/losenord", url.Values{"namn": {"karin"}, "losenord": {"fel"}, "kod": {p.totp(secret)}}, 401)
	p.says(wrong, "Det gick inte att logga in")
	if strings.Contains(wrong, "fel\"") {
		t.Error("the password is sent back")
	}
	page := p.post("/login/losenord", url.Values{"namn": {"karin"}, "losenord": {long}, "kod": {p.totp(secret)}, "_till": {"/kunder"}}, 200)
	p.says(page, "Sök kund")
	p.says(page, "Karin Ek")

	p.browser()
	p.post("/login/losenord", url.Values{"namn": {"karin"}, "losenord": {long}, "kod": {recovery[0]}}, 200)
	p.says(p.get("/konto", 200), "Firefox, Linux (den här)")
	p.says(p.get("/konto", 200), "9 reservkoder är kvar")
	p.says(p.post("/konto/avsluta", url.Values{}, 200), "Utloggad där.")
}

func TestChoosingForWhomOneWorks(t *testing.T) {
	p := open(t, nil)
	_, code := p.account(officer, identity.Give{Role: routine.Auditor, Organisation: portaltest.Organisation})
	secret, _ := p.enrol(code)
	p.browser()
	page := p.post("/login/losenord", url.Values{"namn": {"karin"}, "losenord": {long}, "kod": {p.totp(secret)}, "_till": {"/logg"}}, 200)
	p.says(page, "Vilket uppdrag arbetar du i nu?")
	p.says(p.get("/kunder", 200), "Vilket uppdrag arbetar du i nu?") // until one has chosen there are no pages
	p.post("/uppdrag", url.Values{"uppdrag": {"another"}}, 422)
	ids := regexp.MustCompile(`name="uppdrag"[^>]*value="([^"]+)"`).FindAllStringSubmatch(page, -1)
	p.says(p.post("/uppdrag", url.Values{"uppdrag": {ids[1][1]}, "_till": {"/logg"}}, 200), "Logg")
	p.get("/kunder", 403) // an auditor reads the journal and nothing else
}

// What somebody loses is lost with the next click.
func TestALeaverIsOut(t *testing.T) {
	p := open(t, nil)
	a, code := p.account(officer)
	secret, _ := p.enrol(code)
	p.browser()
	p.post("/login/losenord", url.Values{"namn": {"karin"}, "losenord": {long}, "kod": {p.totp(secret)}}, 200)
	p.says(p.get("/kunder", 200), "Sök kund")
	if err := p.w.Accounts.Close(p.Context(), identity.Operator(), a.ID, "has left"); err != nil {
		t.Fatal(err)
	}
	p.says(p.get("/kunder", 200), "Logga in")
	p.says(p.post("/kunder", url.Values{"q": {"Hansson"}}, 401), "Det du fyllde i finns kvar")
}

func TestHostileLogins(t *testing.T) {
	p := open(t, nil)
	for _, c := range []struct {
		path string
		form url.Values
		want int
	}{
		{"/login", url.Values{"account": {portaltest.Owner}}, 422}, // there is no demonstration here
		{"/login/losenord", nil, 401},
		{"/login/losenord", url.Values{"namn": {strings.Repeat("x", 9000)}, "losenord": {strings.Repeat("y", 9000)}, "kod": {"1"}}, 401},
		{"/login/losenord", url.Values{"namn": {"' OR 1=1 --"}, "losenord": {"x"}, "kod": {"<script>"}}, 401},
		{"/login/kod", url.Values{"kod": {"AAAAA-AAAAA-AAAAA-AAAAA"}}, 401},
		{"/login/passkey", url.Values{"svar": {"{}"}}, 403},
		{"/login/passkey", url.Values{"svar": {strings.Repeat("[", 9000)}}, 403},
		{"/login/via/unknown", nil, 401},
		{"/uppdrag", url.Values{"uppdrag": {"x"}}, 200},
		{"/bekrafta", url.Values{"kod": {"123456"}}, 401},
		{"/konto/avsluta", url.Values{"session": {"x"}}, 401},
		{"/konto/losenord", url.Values{"losenord": {long}}, 401},
		{"/konto/passkey/ta-bort", url.Values{"passkey": {"x"}}, 401},
		{"/konto/passkey", url.Values{"svar": {"{}"}}, 401},
	} {
		form := c.form
		if form == nil {
			form = url.Values{}
		}
		page := p.post(c.path, form, c.want)
		if strings.Contains(page, "<script>") {
			t.Errorf("%s: what was typed is in the page as it was", c.path)
		}
	}
	p.get("/login/svar/unknown?code=x&state=y", 403)
	p.says(p.get("/login?till=https://evil.example/", 200), "Logga in")
}

// A passkey made and used with a software authenticator; what a thief could send does not get in.
func TestPasskeys(t *testing.T) {
	p := open(t, nil)
	a, code := p.account(officer)
	p.post("/login/kod", url.Values{"kod": {code}}, 200)
	rp := virtualwebauthn.RelyingParty{Name: "Söderköpinge kommun", ID: "nyckel.kommun.example", Origin: "https://nyckel.kommun.example"}
	device := virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(a.ID)})
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)

	attest := func(rp virtualwebauthn.RelyingParty) string {
		t.Helper()
		options, err := virtualwebauthn.ParseAttestationOptions(p.post("/konto/passkey/fraga", url.Values{}, 200))
		if err != nil {
			t.Fatal(err)
		}
		return virtualwebauthn.CreateAttestationResponse(rp, device, key, *options)
	}
	elsewhere := rp
	elsewhere.Origin = "https://evil.example"
	p.post("/konto/passkey", url.Values{"svar": {attest(elsewhere)}, "namn": {"Min telefon"}}, 422)
	p.says(p.post("/konto/passkey", url.Values{"svar": {attest(rp)}, "namn": {"Min telefon"}}, 200), "Passkeyn är tillagd.")
	device.AddCredential(key)

	ask := func() *virtualwebauthn.AssertionOptions {
		t.Helper()
		options, err := virtualwebauthn.ParseAssertionOptions(p.post("/login/passkey/fraga", url.Values{}, 200))
		if err != nil {
			t.Fatal(err)
		}
		return options
	}
	p.browser()
	svar := virtualwebauthn.CreateAssertionResponse(rp, device, key, *ask())
	p.says(p.post("/login/passkey", url.Values{"svar": {svar}, "_till": {"/kunder"}}, 200), "Sök kund")
	p.browser()
	p.post("/login/passkey", url.Values{"svar": {svar}}, 403) // without the browser that asked
	ask()
	p.post("/login/passkey", url.Values{"svar": {svar}}, 401) // an answer to another question
	p.post("/login/passkey", url.Values{"svar": {virtualwebauthn.CreateAssertionResponse(elsewhere, device, key, *ask())}}, 401)
	other := device
	other.Options.UserHandle = []byte("somebody-else")
	p.post("/login/passkey", url.Values{"svar": {virtualwebauthn.CreateAssertionResponse(rp, other, key, *ask())}}, 401)
	unverified := device
	unverified.Options.UserNotVerified = true
	p.post("/login/passkey", url.Values{"svar": {virtualwebauthn.CreateAssertionResponse(rp, unverified, key, *ask())}}, 401)
	stranger := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	stranger.ID = key.ID
	p.post("/login/passkey", url.Values{"svar": {virtualwebauthn.CreateAssertionResponse(rp, device, stranger, *ask())}}, 401)
}

// A dangerous act asks anew, keeps the form, and goes on.
func TestConfirming(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	w.Clock.Time = w.Clock.Time.Add(6 * time.Minute)
	page := v.Post("/bekrafta", url.Values{"_till": {"/kunder"}, "_kvar.q": {"Hansson"}}, 200)
	if !strings.Contains(page, `name="q" value="Hansson"`) {
		t.Error("what was typed is not kept")
	}
}

func TestAnswersAreJSON(t *testing.T) {
	p := open(t, nil)
	var options struct {
		PublicKey struct{ Challenge, UserVerification, RPID string }
	}
	if err := json.Unmarshal([]byte(p.post("/login/passkey/fraga", url.Values{}, 200)), &options); err != nil {
		t.Fatal(err)
	}
	if o := options.PublicKey; len(o.Challenge) < 40 || o.UserVerification != "required" || o.RPID != "nyckel.kommun.example" {
		t.Errorf("got %+v", o)
	}
}
