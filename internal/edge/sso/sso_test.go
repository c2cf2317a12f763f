package sso_test

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/sso"
)

const (
	loa3     = "http://id.elegnamnden.se/loa/1.0/loa3"
	redirect = "https://nyckel.kommun.example/login/svar/kommunen"
)

// programAt names where the provider of identity has been built for these tests.
const programAt = "HEMNYCKEL_TEST_SSOSIM"

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "ssosim")
	if err != nil {
		panic(err)
	}
	program := filepath.Join(folder, "ssosim")
	if out, err := exec.Command("go", "build", "-o", program, "hemnyckel/internal/edge/sso/ssosim").CombinedOutput(); err != nil {
		panic(string(out))
	}
	if err := os.Setenv(programAt, program); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// issuer is a provider of identity by the Swedish profile, in a process of its own, that lies when it is told to.
type issuer struct {
	*testing.T
	url string
	key crypto.Signer // of the client
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	file := filepath.Join(t.TempDir(), "client.pem")
	c := exec.CommandContext(t.Context(), os.Getenv(programAt), "-redirect", redirect, "-key", file)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{t, strings.TrimSpace(address), readKey(t, file)}
}

func readKey(t *testing.T, file string) crypto.Signer {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(crypto.Signer)
}

// claims are changes of what is true.
type claims map[string]any

// lie is ssosim's.
type lie struct {
	Say    string            `json:"say"`
	At     string            `json:"at"`
	Self   claims            `json:"self"`
	Answer map[string]string `json:"answer"`
	ID     claims            `json:"id"`
	Info   claims            `json:"info"`
}

func (o *issuer) tell(l lie) {
	o.Helper()
	text, err := json.Marshal(l)
	if err != nil {
		o.Fatal(err)
	}
	answer, err := http.Post(o.url+"/lie", "application/json", bytes.NewReader(text))
	if err != nil {
		o.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		o.Fatalf("it does not lie: %d, %v", answer.StatusCode, err)
	}
}

// config is how the provider is configured here; who waits for it waits briefly, so that the tests do not.
func (o *issuer) config() sso.Config {
	return sso.Config{ID: "kommunen", Name: "Kommunens inloggning", Issuer: o.url, ClientID: "portal", Key: o.key, KeyID: "k1",
		Redirect: redirect, Levels: []string{loa3}, Client: &http.Client{Timeout: time.Second}}
}

func (o *issuer) provider() *sso.Provider {
	o.Helper()
	p, err := sso.New(o.config())
	if err != nil {
		o.Fatal(err)
	}
	return p
}

// login goes the browser's way as somebody.
func (o *issuer) login(p *sso.Provider, who string, again bool) (identity.External, error) {
	o.Helper()
	address, pending, err := p.Begin(o.Context(), again)
	if err != nil {
		return identity.External{}, err
	}
	return p.Finish(o.Context(), pending, o.through(address, who))
}

// through is what the browser comes back with.
func (o *issuer) through(address, who string) url.Values {
	o.Helper()
	at, err := url.Parse(address)
	if err != nil {
		o.Fatal(err)
	}
	still := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := still.PostForm(address, url.Values{"who": {who}})
	if err != nil {
		o.Fatal(err)
	}
	answer.Body.Close()
	back, err := answer.Location()
	if err != nil || !strings.HasPrefix(back.String(), redirect+"?") || at.Query().Get("acr_values") != loa3 {
		o.Fatalf("asked by %v: got %d to %v, %v", at.Query(), answer.StatusCode, back, err)
	}
	return back.Query()
}

func names(e identity.External) (all []string) {
	for _, n := range e.Names {
		all = append(all, string(n.Kind)+" "+n.Value)
	}
	return all
}

func TestALoginByTheProfile(t *testing.T) {
	o := newIssuer(t)
	p := o.provider()
	who, err := o.login(p, "karin", false)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"affiliation karin@2120009002", "sub s-karin"}
	if who.Issuer != o.url || who.Level != loa3 || !slices.Equal(names(who), want) || time.Since(who.At) > time.Minute {
		t.Errorf("got %+v", who)
	}
	// Keys that have been changed are fetched anew.
	o.tell(lie{Say: "new key"})
	if _, err := o.login(p, "karin", true); err != nil {
		t.Errorf("after a change of keys: %v", err)
	}
	// When somebody showed who they are is told as it was: the provider remembers people.
	early := time.Now().Add(-3 * time.Hour).Truncate(time.Second)
	o.tell(lie{ID: claims{"auth_time": early.Unix()}})
	if who, err := o.login(p, "karin", false); err != nil || !who.At.Equal(early) {
		t.Errorf("remembered: got %v, %v; want %v", who.At, err, early)
	}
}

// A personal identity number is a name only where there is no work identity, and only one that is firm.
func TestNumbers(t *testing.T) {
	o := newIssuer(t)
	p := o.provider()
	const (
		personal     = "https://id.oidc.se/claim/personalIdentityNumber"
		coordination = "https://id.oidc.se/claim/coordinationNumber"
		former       = "https://id.oidc.se/claim/previousCoordinationNumber"
	)
	for _, c := range []struct {
		what, who string
		info      claims
		want      []string
		former    string
	}{
		{"beside a work identity", "karin", claims{personal: "189001019802", former: "189001619999"}, []string{"affiliation karin@2120009002", "sub s-karin"}, ""},
		{"alone", "bo", claims{former: "189001619999"}, []string{"sub s-bo", "number 189001019802"}, "189001619999"},
		{"confirmed", "bo", claims{personal: "", coordination: "189001619999", coordination + "Level": "confirmed", former: "189001629980"},
			[]string{"sub s-bo", "number 189001619999"}, "189001629980"},
		{"not confirmed", "bo", claims{personal: "", coordination: "189001619999", coordination + "Level": "uncertain", former: "189001629980"},
			[]string{"sub s-bo"}, ""},
	} {
		o.tell(lie{Info: c.info})
		if who, err := o.login(p, c.who, false); err != nil || !slices.Equal(names(who), c.want) || who.FormerNumber != c.former {
			t.Errorf("%s: got %v, former %q, %v; want %v, %q", c.what, names(who), who.FormerNumber, err, c.want, c.former)
		}
	}
}

// A provider that is down, or lies, lets nobody in.
func TestAProviderThatLies(t *testing.T) {
	o := newIssuer(t)
	at := time.Now()
	for name, c := range map[string]struct {
		lie
		again bool
		want  error
	}{
		"down":                 {lie: lie{Say: "down"}, want: sso.ErrDown},
		"slow":                 {lie: lie{Say: "slow"}, want: sso.ErrDown},
		"endless":              {lie: lie{Say: "endless"}, want: sso.ErrDown},
		"token down":           {lie: lie{Say: "down", At: "/token"}, want: sso.ErrDown},
		"token slow":           {lie: lie{Say: "slow", At: "/token"}, want: sso.ErrDown},
		"token endless":        {lie: lie{Say: "endless", At: "/token"}, want: sso.ErrDown},
		"keys down":            {lie: lie{Say: "down", At: "/keys"}, want: sso.ErrDown},
		"keys endless":         {lie: lie{Say: "endless", At: "/keys"}, want: sso.ErrDown},
		"info down":            {lie: lie{Say: "down", At: "/userinfo"}, want: sso.ErrDown},
		"info endless":         {lie: lie{Say: "endless", At: "/userinfo"}, want: sso.ErrDown},
		"sent elsewhere":       {lie: lie{Say: "elsewhere", At: "/token"}, want: sso.ErrUntrusted},
		"info elsewhere":       {lie: lie{Say: "elsewhere", At: "/userinfo"}, want: sso.ErrUntrusted},
		"other issuer":         {lie: lie{Self: claims{"issuer": "https://evil.example"}}, want: sso.ErrDown},
		"readable token":       {lie: lie{Self: claims{"token_endpoint": "http://evil.example/token"}}, want: sso.ErrUntrusted},
		"readable login":       {lie: lie{Self: claims{"authorization_endpoint": "javascript:alert(1)"}}, want: sso.ErrUntrusted},
		"readable info":        {lie: lie{Self: claims{"userinfo_endpoint": ""}}, want: sso.ErrUntrusted},
		"readable keys":        {lie: lie{Self: claims{"jwks_uri": "file:///etc/passwd"}}, want: sso.ErrUntrusted},
		"cancelled":            {lie: lie{Answer: map[string]string{"error": "access_denied", "code": ""}}, want: sso.ErrRefused},
		"other state":          {lie: lie{Answer: map[string]string{"state": "x"}}, want: sso.ErrUntrusted},
		"other code":           {lie: lie{Answer: map[string]string{"code": "x"}}, want: sso.ErrUntrusted},
		"other iss":            {lie: lie{Answer: map[string]string{"iss": "https://evil.example"}}, want: sso.ErrUntrusted},
		"no iss":               {lie: lie{Answer: map[string]string{"iss": ""}}, want: sso.ErrUntrusted},
		"no ID token":          {lie: lie{Say: "no ID token"}, want: sso.ErrUntrusted},
		"alg none":             {lie: lie{Say: "alg none"}, want: sso.ErrUntrusted},
		"other key":            {lie: lie{Say: "other key"}, want: sso.ErrUntrusted},
		"swapped key":          {lie: lie{Say: "other keys"}, want: sso.ErrUntrusted},
		"public key as secret": {lie: lie{Say: "public key as secret"}, want: sso.ErrUntrusted},
		"unsigned":             {lie: lie{Say: "unsigned"}, want: sso.ErrUntrusted},
		"wrong issuer":         {lie: lie{ID: claims{"iss": "https://evil.example"}}, want: sso.ErrUntrusted},
		"wrong audience":       {lie: lie{ID: claims{"aud": "another"}}, want: sso.ErrUntrusted},
		"several audiences":    {lie: lie{ID: claims{"aud": []string{"portal", "another"}}}, want: sso.ErrUntrusted},
		"issued to another":    {lie: lie{ID: claims{"azp": "another"}}, want: sso.ErrUntrusted},
		"wrong nonce":          {lie: lie{ID: claims{"nonce": "x"}}, want: sso.ErrUntrusted},
		"no nonce":             {lie: lie{ID: claims{"nonce": ""}}, want: sso.ErrUntrusted},
		"expired":              {lie: lie{ID: claims{"iat": at.Add(-time.Hour).Unix(), "exp": at.Add(-time.Hour + time.Minute).Unix()}}, want: sso.ErrUntrusted},
		"from the future":      {lie: lie{ID: claims{"iat": at.Add(time.Hour).Unix(), "exp": at.Add(time.Hour + time.Minute).Unix()}}, want: sso.ErrUntrusted},
		"for too long":         {lie: lie{ID: claims{"exp": at.Add(time.Hour).Unix()}}, want: sso.ErrUntrusted},
		"no subject":           {lie: lie{ID: claims{"sub": ""}}, want: sso.ErrUntrusted},
		"level too low":        {lie: lie{ID: claims{"acr": "http://id.elegnamnden.se/loa/1.0/loa2"}}, want: sso.ErrLevel},
		"no level":             {lie: lie{ID: claims{"acr": ""}}, want: sso.ErrLevel},
		"not asked anew":       {again: true, lie: lie{ID: claims{"auth_time": at.Add(-time.Hour).Unix()}}, want: sso.ErrUntrusted},
		"no time":              {again: true, lie: lie{ID: claims{"auth_time": 0}}, want: sso.ErrUntrusted},
		"info of another":      {lie: lie{Info: claims{"sub": "s-bo"}}, want: sso.ErrUntrusted},
		"info for another":     {lie: lie{Info: claims{"aud": "another"}}, want: sso.ErrUntrusted},
		"info by another":      {lie: lie{Info: claims{"iss": "https://evil.example"}}, want: sso.ErrUntrusted},
		"old info":             {lie: lie{Info: claims{"iat": at.Add(-time.Hour).Unix()}}, want: sso.ErrUntrusted},
		"expired info":         {lie: lie{Info: claims{"exp": at.Add(-time.Hour).Unix()}}, want: sso.ErrUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			o := &issuer{t, o.url, o.key}
			o.tell(c.lie)
			who, err := o.login(o.provider(), "karin", c.again)
			if !errors.Is(err, c.want) || len(who.Names) > 0 {
				t.Errorf("got %+v, %v; want %v", who, err, c.want)
			}
			if known, ok := errors.AsType[*problem.Error](err); ok && strings.Contains(known.Text.SV, o.url) {
				t.Errorf("the reader is told %q", known.Text.SV)
			}
		})
	}
}

// An answer belongs to the login that was begun, once.
func TestAnAnswerIsForOneLogin(t *testing.T) {
	o := newIssuer(t)
	p := o.provider()
	address, pending, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	answer := o.through(address, "karin")
	_, other, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{other, "", "{}", `{"State":""}`} {
		if _, err := p.Finish(t.Context(), kept, answer); !errors.Is(err, sso.ErrUntrusted) {
			t.Errorf("begun as %q: got %v", kept, err)
		}
	}
	if _, err := p.Finish(t.Context(), pending, answer); err != nil {
		t.Error(err)
	}
	if _, err := p.Finish(t.Context(), pending, answer); !errors.Is(err, sso.ErrUntrusted) {
		t.Errorf("the same answer again: got %v", err)
	}
}

// Who waits while somebody else waits for a slow provider waits no longer than that.
func TestManyWaitForASlowProviderAtOnce(t *testing.T) {
	o := newIssuer(t)
	o.tell(lie{Say: "slow"})
	clock := &ticking{}
	c := o.config()
	c.Client.Transport = clock
	p, err := sso.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, _, err := p.Begin(t.Context(), false); !errors.Is(err, sso.ErrDown) {
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if n := clock.count(); n > 2 {
		t.Errorf("it was asked %d times, one after another, want those who waited to be told", n)
	}
}

// ticking counts requests.
type ticking struct {
	mu sync.Mutex
	n  int
}

func (c *ticking) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

func (c *ticking) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// What a provider says of itself is asked for again; while it does not answer then, what it said before holds.
func TestAProviderMoves(t *testing.T) {
	o := newIssuer(t)
	late := time.Duration(0)
	c := o.config()
	c.Clock = func() time.Time { return time.Now().Add(late) }
	p, err := sso.New(c)
	if err != nil {
		t.Fatal(err)
	}
	begin := func() string {
		t.Helper()
		address, _, err := p.Begin(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		at, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return at.Path
	}
	if got := begin(); got != "/authorize" {
		t.Fatal(got)
	}
	o.tell(lie{Say: "down"})
	late = 2 * time.Hour
	if got := begin(); got != "/authorize" {
		t.Errorf("while it is down: got %s", got)
	}
	o.tell(lie{Self: claims{"authorization_endpoint": o.url + "/new"}})
	if got := begin(); got != "/authorize" {
		t.Errorf("at once: got %s", got)
	}
	late += time.Minute
	if got := begin(); got != "/new" {
		t.Errorf("a minute later: got %s", got)
	}
}

func TestConfigurations(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := sso.Config{ID: "k", Name: "K", Issuer: "https://id.example", ClientID: "c", Key: key, Redirect: "https://x/y", Levels: []string{loa3}}
	if _, err := sso.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*sso.Config){
		"id": func(c *sso.Config) { c.ID = "../x" }, "name": func(c *sso.Config) { c.Name = "" }, "plain issuer": func(c *sso.Config) { c.Issuer = "http://id.example" },
		"issuer with a password": func(c *sso.Config) { c.Issuer = "https://a:b@id.example" },
		"client":                 func(c *sso.Config) { c.ClientID = "" }, "key": func(c *sso.Config) { c.Key = nil }, "levels": func(c *sso.Config) { c.Levels = nil }, "redirect": func(c *sso.Config) { c.Redirect = "" },
	} {
		c := good
		change(&c)
		if _, err := sso.New(c); !errors.Is(err, sso.ErrConfig) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
