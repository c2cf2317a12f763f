package sso_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/sso"
)

const loa3 = "http://id.elegnamnden.se/loa/1.0/loa3"

// issuer is a provider of identity by the Swedish profile that can be made to lie.
type issuer struct {
	t      *testing.T
	server *httptest.Server
	client *ecdsa.PrivateKey
	key    *ecdsa.PrivateKey
	keyID  string
	nonce  string
	code   string // PKCE challenge of the code that was given
	now    time.Time
	id     map[string]any // what is changed in the ID token
	info   map[string]any // and in UserInfo
	lie    string
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newIssuer(t *testing.T) *issuer {
	o := &issuer{t: t, client: newKey(t), key: newKey(t), keyID: "one", now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), id: map[string]any{}, info: map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		if o.lie == "down" {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		at := o.server.URL
		if o.lie == "other issuer" {
			at = "https://evil.example"
		}
		o.json(w, map[string]any{"issuer": at, "authorization_endpoint": o.server.URL + "/authorize", "token_endpoint": o.server.URL + "/token",
			"userinfo_endpoint": o.server.URL + "/userinfo", "jwks_uri": o.server.URL + "/keys", "id_token_signing_alg_values_supported": []string{"ES256", "none"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		o.json(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: o.key.Public(), KeyID: o.keyID, Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", o.token)
	mux.HandleFunc("/userinfo", o.userInfo)
	o.server = httptest.NewServer(mux)
	t.Cleanup(o.server.Close)
	return o
}

func (o *issuer) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (o *issuer) sign(claims, changed map[string]any) string {
	for name, v := range changed {
		claims[name] = v
	}
	if o.lie == "alg none" {
		text, _ := json.Marshal(claims)
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(text) + "."
	}
	key := any(o.key)
	if o.lie == "other key" {
		key = newKey(o.t)
	}
	signing := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: o.keyID}}
	if o.lie == "public key as secret" {
		public, err := x509.MarshalPKIXPublicKey(o.key.Public())
		if err != nil {
			o.t.Error(err)
		}
		signing = jose.SigningKey{Algorithm: jose.HS256, Key: public}
	}
	s, err := jose.NewSigner(signing, nil)
	if err != nil {
		o.t.Error(err)
	}
	text, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		o.t.Error(err)
	}
	return text
}

// token checks the client as the profile says: its signed assertion and the proof of the code.
func (o *issuer) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		o.t.Error(err)
	}
	proof := sha256.Sum256([]byte(r.Form.Get("code_verifier")))
	assertion, err := jwt.ParseSigned(r.Form.Get("client_assertion"), []jose.SignatureAlgorithm{jose.ES256})
	var c jwt.Claims
	if err == nil {
		err = assertion.Claims(o.client.Public(), &c)
	}
	if err == nil {
		err = c.Validate(jwt.Expected{Issuer: "portal", Subject: "portal", AnyAudience: jwt.Audience{o.server.URL + "/token"}, Time: o.now})
	}
	if err != nil || r.Form.Get("code") != "the-code" || base64.RawURLEncoding.EncodeToString(proof[:]) != o.code || r.Form.Get("client_secret") != "" {
		o.t.Logf("token: %v", err)
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	if o.lie == "token down" {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	answer := map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": o.sign(map[string]any{"iss": o.server.URL, "sub": "s-1", "aud": "portal",
		"nonce": o.nonce, "iat": o.now.Unix(), "exp": o.now.Add(5 * time.Minute).Unix(), "auth_time": o.now.Unix(), "acr": loa3}, o.id)}
	if o.lie == "no ID token" {
		delete(answer, "id_token")
	}
	o.json(w, answer)
}

func (o *issuer) userInfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer access" {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	claims := map[string]any{"iss": o.server.URL, "aud": "portal", "sub": "s-1", "https://id.oidc.se/claim/orgAffiliation": "karin@2120000142"}
	if o.lie == "unsigned" {
		o.json(w, claims)
		return
	}
	w.Header().Set("Content-Type", "application/jwt")
	_, _ = w.Write([]byte(o.sign(claims, o.info)))
}

func (o *issuer) provider(change func(*sso.Config)) *sso.Provider {
	o.t.Helper()
	c := sso.Config{ID: "kommunen", Name: "Kommunens inloggning", Issuer: o.server.URL, ClientID: "portal", Key: o.client, KeyID: "k1",
		Redirect: "https://nyckel.kommun.example/login/svar/kommunen", Levels: []string{loa3}, Clock: func() time.Time { return o.now }}
	if change != nil {
		change(&c)
	}
	p, err := sso.New(c)
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

// login goes the browser's way.
func (o *issuer) login(p *sso.Provider, again bool) (identity.External, error) {
	o.t.Helper()
	address, pending, err := p.Begin(o.t.Context(), again)
	if err != nil {
		return identity.External{}, err
	}
	at, err := url.Parse(address)
	if err != nil {
		o.t.Fatal(err)
	}
	q := at.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("state")) < 22 || q.Get("redirect_uri") != "https://nyckel.kommun.example/login/svar/kommunen" || q.Get("acr_values") != loa3 || q.Get("response_type") != "code" {
		o.t.Errorf("the request is not the profile's: %v", q)
	}
	if again != (q.Get("prompt") == "login") {
		o.t.Errorf("again: got prompt %q", q.Get("prompt"))
	}
	o.nonce, o.code = q.Get("nonce"), q.Get("code_challenge")
	answer := url.Values{"state": {q.Get("state")}, "code": {"the-code"}}
	switch o.lie {
	case "other state":
		answer.Set("state", "x")
	case "cancelled":
		answer = url.Values{"state": {q.Get("state")}, "error": {"access_denied"}}
	case "other code":
		answer.Set("code", "another")
	case "other iss":
		answer.Set("iss", "https://evil.example")
	}
	return p.Finish(o.t.Context(), pending, answer)
}

func TestALoginByTheProfile(t *testing.T) {
	o := newIssuer(t)
	p := o.provider(nil)
	who, err := o.login(p, false)
	if err != nil {
		t.Fatal(err)
	}
	want := []identity.Identifier{{Kind: identity.Affiliation, Value: "karin@2120000142"}, {Kind: identity.Subject, Value: "s-1"}}
	if who.Issuer != o.server.URL || who.Level != loa3 || !slices.Equal(who.Names, want) {
		t.Errorf("got %+v", who)
	}
	// Keys that have been changed are fetched anew.
	o.key, o.keyID = newKey(t), "two"
	if _, err := o.login(p, true); err != nil {
		t.Errorf("after a change of keys: %v", err)
	}
	// A personal identity number is a name only where there is no work identity.
	o.info = map[string]any{"https://id.oidc.se/claim/personalIdentityNumber": "189001019802", "https://id.oidc.se/claim/previousCoordinationNumber": "189001619999"}
	if who, err := o.login(p, false); err != nil || !slices.Equal(who.Names, want) || who.FormerNumber != "" {
		t.Errorf("beside a work identity: got %+v, %v", who, err)
	}
	o.info["https://id.oidc.se/claim/orgAffiliation"] = ""
	if who, err := o.login(p, false); err != nil || who.Names[1].Kind != identity.Number || who.FormerNumber != "189001619999" {
		t.Errorf("without one: got %+v, %v", who, err)
	}
}

// A provider that is down, or lies, lets nobody in.
func TestAProviderThatLies(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		id, info map[string]any
		again    bool
		want     error
	}{
		"down":                   {want: sso.ErrDown},
		"other issuer":           {want: sso.ErrDown},
		"token down":             {want: sso.ErrDown},
		"cancelled":              {want: sso.ErrRefused},
		"other state":            {want: sso.ErrUntrusted},
		"other code":             {want: sso.ErrUntrusted},
		"other iss":              {want: sso.ErrUntrusted},
		"no ID token":            {want: sso.ErrUntrusted},
		"alg none":               {want: sso.ErrUntrusted},
		"other key":              {want: sso.ErrUntrusted},
		"public key as secret":   {want: sso.ErrUntrusted},
		"unsigned":               {want: sso.ErrUntrusted},
		"wrong issuer":           {id: map[string]any{"iss": "https://evil.example"}, want: sso.ErrUntrusted},
		"wrong audience":         {id: map[string]any{"aud": "another"}, want: sso.ErrUntrusted},
		"several audiences":      {id: map[string]any{"aud": []string{"portal", "another"}}, want: sso.ErrUntrusted},
		"issued to another":      {id: map[string]any{"azp": "another"}, want: sso.ErrUntrusted},
		"wrong nonce":            {id: map[string]any{"nonce": "x"}, want: sso.ErrUntrusted},
		"no nonce":               {id: map[string]any{"nonce": ""}, want: sso.ErrUntrusted},
		"expired":                {id: map[string]any{"iat": at.Add(-time.Hour).Unix(), "exp": at.Add(-time.Hour + time.Minute).Unix()}, want: sso.ErrUntrusted},
		"from the future":        {id: map[string]any{"iat": at.Add(time.Hour).Unix(), "exp": at.Add(time.Hour + time.Minute).Unix()}, want: sso.ErrUntrusted},
		"for too long":           {id: map[string]any{"exp": at.Add(time.Hour).Unix()}, want: sso.ErrUntrusted},
		"no subject":             {id: map[string]any{"sub": ""}, want: sso.ErrUntrusted},
		"level too low":          {id: map[string]any{"acr": "http://id.elegnamnden.se/loa/1.0/loa2"}, want: sso.ErrLevel},
		"no level":               {id: map[string]any{"acr": ""}, want: sso.ErrLevel},
		"not asked anew":         {again: true, id: map[string]any{"auth_time": at.Add(-time.Hour).Unix()}, want: sso.ErrUntrusted},
		"info of another":        {info: map[string]any{"sub": "s-2"}, want: sso.ErrUntrusted},
		"info for another":       {info: map[string]any{"aud": "another"}, want: sso.ErrUntrusted},
		"info by another issuer": {info: map[string]any{"iss": "https://evil.example"}, want: sso.ErrUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			o := newIssuer(t)
			o.lie, o.id, o.info = name, c.id, c.info
			who, err := o.login(o.provider(nil), c.again)
			if !errors.Is(err, c.want) || len(who.Names) > 0 {
				t.Errorf("got %+v, %v; want %v", who, err, c.want)
			}
		})
	}
}

func TestConfigurations(t *testing.T) {
	o := newIssuer(t)
	good := sso.Config{ID: "k", Name: "K", Issuer: "https://id.example", ClientID: "c", Key: o.client, Redirect: "https://x/y", Levels: []string{loa3}}
	if _, err := sso.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*sso.Config){
		"id": func(c *sso.Config) { c.ID = "../x" }, "name": func(c *sso.Config) { c.Name = "" }, "plain issuer": func(c *sso.Config) { c.Issuer = "http://id.example" },
		"client": func(c *sso.Config) { c.ClientID = "" }, "key": func(c *sso.Config) { c.Key = nil }, "levels": func(c *sso.Config) { c.Levels = nil }, "redirect": func(c *sso.Config) { c.Redirect = "" },
	} {
		c := good
		change(&c)
		if _, err := sso.New(c); !errors.Is(err, sso.ErrConfig) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
