package main

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	codeLife  = time.Minute
	tokenLife = 5 * time.Minute // of an ID token (the profile, §3)
)

// person is somebody made up, with the profile's claims.
type person struct {
	name   string
	claims map[string]any
}

func people() map[string]person {
	return map[string]person{
		"karin": {"Karin Ek", map[string]any{"https://id.oidc.se/claim/orgAffiliation": "karin@2120009002"}},
		"bo":    {"Bo Alm", map[string]any{"https://id.oidc.se/claim/personalIdentityNumber": "189001019802"}},
	}
}

// grant is what a code or an access token stands for.
type grant struct {
	who, nonce, challenge, level string
	at                           time.Time // when the person showed who they are
	until                        time.Time
}

type provider struct {
	issuer, client, redirect string
	clientKey                crypto.PublicKey

	mu     sync.Mutex // guards what follows
	key    crypto.Signer
	keyID  string
	grants map[string]grant
	lies   lie
}

func newProvider(issuer, client, redirect string, clientKey crypto.PublicKey) (*provider, error) {
	key, err := newKey()
	return &provider{issuer: issuer, client: client, redirect: redirect, clientKey: clientKey, key: key, keyID: "1", grants: map[string]grant{}}, err
}

func (p *provider) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.lying(p.configuration))
	mux.HandleFunc("GET /keys", p.lying(p.keys))
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.lying(p.token))
	mux.HandleFunc("GET /userinfo", p.lying(p.userInfo))
	mux.HandleFunc("POST /lie", p.beTold)
	return mux
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // who asked has gone
}

func (p *provider) configuration(w http.ResponseWriter, r *http.Request) {
	out := map[string]any{"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token",
		"userinfo_endpoint": p.issuer + "/userinfo", "jwks_uri": p.issuer + "/keys", "authorization_response_iss_parameter_supported": true,
		"id_token_signing_alg_values_supported": []string{"ES256"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"private_key_jwt"}}
	maps.Copy(out, p.told().Self)
	answer(w, out)
}

func (p *provider) keys(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: p.keyID, Algorithm: "ES256", Use: "sig"}}}
	p.mu.Unlock()
	answer(w, set)
}

// authorize asks who somebody is, unless they have said so before and need not say it again, and sends them back with a code.
func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if err := p.request(q); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	who, at := remembered(r)
	if r.Method == http.MethodPost {
		who, at = r.PostFormValue("who"), time.Now()
	}
	if _, known := people()[who]; !known || r.Method == http.MethodGet && (q.Get("prompt") == "login" || q.Get("max_age") != "") {
		_ = loginPage().Execute(w, people())
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "ssosim", Value: who + "." + strconv.FormatInt(at.Unix(), 10), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	level, _, _ := strings.Cut(q.Get("acr_values"), " ")
	code := p.give(grant{who: who, nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), level: level, at: at, until: time.Now().Add(codeLife)})
	back := url.Values{"state": {q.Get("state")}, "code": {code}, "iss": {p.issuer}}
	for name, value := range p.told().Answer {
		back.Set(name, value)
	}
	http.Redirect(w, r, p.redirect+"?"+back.Encode(), http.StatusSeeOther)
}

// request checks what the profile demands of a client's request.
func (p *provider) request(q url.Values) error {
	switch {
	case q.Get("client_id") != p.client, q.Get("redirect_uri") != p.redirect:
		return errors.New("another client, or another address to go back to")
	case q.Get("response_type") != "code", !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		return errors.New("not a login by code")
	case q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43:
		return errors.New("no PKCE by S256")
	case len(q.Get("state")) < 22 || len(q.Get("nonce")) < 22:
		return errors.New("state and nonce can be guessed")
	}
	return nil
}

func remembered(r *http.Request) (who string, at time.Time) {
	c, err := r.Cookie("ssosim")
	if err != nil {
		return "", at
	}
	who, since, _ := strings.Cut(c.Value, ".")
	seconds, err := strconv.ParseInt(since, 10, 64)
	if err != nil {
		return "", at
	}
	return who, time.Unix(seconds, 0)
}

func loginPage() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"name": func(p person) string { return p.name }}).Parse(`<!doctype html><html lang="sv"><title>Legitimera dig</title><h1>Vem är du?</h1>
<form method="post">{{range $id, $p := .}}<p><button name="who" value="{{$id}}">{{name $p}}</button></p>{{end}}</form></html>`))
}

func (p *provider) give(g grant) (secret string) {
	secret = rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.grants[secret] = g
	return secret
}

// take returns what a code stands for, once.
func (p *provider) take(code string) (grant, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, ok := p.grants[code]
	delete(p.grants, code)
	return g, ok && time.Now().Before(g.until)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	g, ok := p.take(r.PostFormValue("code"))
	proof := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	err := p.isClient(r)
	if err == nil && (!ok || base64.RawURLEncoding.EncodeToString(proof[:]) != g.challenge || r.PostFormValue("redirect_uri") != p.redirect) {
		err = errors.New("the code is not good")
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]string{"error": "invalid_grant", "error_description": err.Error()})
		return
	}
	now, told := time.Now(), p.told()
	claims := map[string]any{"iss": p.issuer, "sub": "s-" + g.who, "aud": p.client, "nonce": g.nonce, "iat": now.Unix(), "exp": now.Add(tokenLife).Unix(),
		"auth_time": g.at.Unix(), "acr": g.level}
	maps.Copy(claims, told.ID)
	g.until = now.Add(codeLife)
	out := map[string]any{"access_token": p.give(g), "token_type": "Bearer", "expires_in": int(codeLife.Seconds())}
	if told.Say != "no ID token" {
		out["id_token"] = p.sign(claims, told.Say)
	}
	answer(w, out)
}

// isClient checks the client's signed assertion (RFC 7523 §3).
func (p *provider) isClient(r *http.Request) error {
	assertion, err := jwt.ParseSigned(r.PostFormValue("client_assertion"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return err
	}
	var c jwt.Claims
	if err := assertion.Claims(p.clientKey, &c); err != nil {
		return err
	}
	if r.PostForm.Has("client_secret") || c.ID == "" || c.Expiry == nil {
		return errors.New("not private_key_jwt")
	}
	return c.ValidateWithLeeway(jwt.Expected{Issuer: p.client, Subject: p.client, AnyAudience: jwt.Audience{p.issuer + "/token"}, Time: time.Now()}, time.Second)
}

func (p *provider) userInfo(w http.ResponseWriter, r *http.Request) {
	secret, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	g, ok := p.take(secret)
	if !ok {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	told := p.told()
	claims := map[string]any{"iss": p.issuer, "aud": p.client, "sub": "s-" + g.who}
	maps.Copy(claims, people()[g.who].claims)
	maps.Copy(claims, told.Info)
	if told.Say == "unsigned" {
		answer(w, claims)
		return
	}
	w.Header().Set("Content-Type", "application/jwt")
	fmt.Fprint(w, p.sign(claims, told.Say))
}
