// Package sso logs people in through a provider of identity, as the Swedish OpenID Connect profile 1.0 says (oidc-sweden).
//
// It owns one provider's conversation: discovery, the authorization request (code, PKCE S256, state, nonce), the client's signed
// assertion (private_key_jwt, RFC 7523), and the checking of the ID token and the signed UserInfo. It owns no accounts: who the person is
// here, internal/domain/identity says. What must be remembered between the two steps the caller keeps (internal/edge/portal/login).
//
// Promises: whatever is missing, late, unsigned, for somebody else or from somebody else is refused, and nobody is let in; a provider that
// is down or slow costs ten seconds at most, however many wait for it, and one that does not stop talking is cut off; keys are fetched for
// each login, and what the provider says of itself each hour; a personal identity number is asked for, and passed on, only where there is
// no work identity.
package sso

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/oauth2"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
)

// Bounds of the conversation.
const (
	patience   = 10 * time.Second // for everything that one step asks of the provider
	skew       = time.Minute      // between the provider's clock and ours
	tokenLife  = 5 * time.Minute  // of an ID token at most (the profile, §3)
	maxAnswer  = 256 << 10
	newsAfter  = time.Hour // what a provider says of itself is asked for anew
	minEntropy = 32        // bytes of state and nonce; the profile asks for 16
)

// ScopeWork asks for the work identity (orgAffiliation), ScopeNumber for the personal identity number.
const (
	ScopeWork   = "https://id.oidc.se/scope/naturalPersonOrgId"
	ScopeNumber = "https://id.oidc.se/scope/naturalPersonNumber"
)

// Config is one provider as the municipality has it.
type Config struct {
	ID, Name string
	Issuer   string
	ClientID string
	Key      crypto.Signer // of the client's assertions: ECDSA P-256 or RSA
	KeyID    string
	Redirect string   // exact, as the provider knows it
	Levels   []string // levels of assurance (acr) that are enough
	Scopes   []string // beside openid; none: ScopeWork
	Client   *http.Client
	Clock    func() time.Time
}

// Problems of a login through a provider. Codes are stable.
var (
	ErrDown = problem.New(problem.Unavailable, "sso-down",
		"%s svarar inte just nu. Försök igen om en stund, eller logga in på ett annat sätt.",
		"%s does not answer right now. Try again in a moment, or log in another way.")
	ErrRefused = problem.New(problem.Denied, "sso-refused",
		"Inloggningen hos %s avbröts. Försök igen, eller logga in på ett annat sätt.",
		"The login at %s was cancelled. Try again, or log in another way.")
	ErrUntrusted = problem.New(problem.Denied, "sso-untrusted",
		"Svaret från %s går inte att lita på, så du har inte loggats in. Försök igen; händer det en gång till, säg till systemansvarig.",
		"The answer from %s cannot be trusted, so you have not been logged in. Try again; if it happens once more, tell the system owner.")
	ErrLevel = problem.New(problem.Denied, "sso-level",
		"Inloggningen hos %s var inte tillräckligt säker för det här. Välj ett starkare sätt att legitimera dig, till exempel tjänstekort.",
		"The login at %s was not secure enough for this. Choose a stronger way to identify yourself, such as an identity card.")
)

// ErrConfig says that a provider's configuration is not complete.
var ErrConfig = problem.New(problem.Invalid, "sso-config",
	"Inställningen för identitetstjänsten %s är inte komplett: %s.", "The configuration of the provider of identity %s is not complete: %s.")

// Provider is a provider of identity. It is safe for concurrent use.
type Provider struct {
	cfg    Config
	signer jose.Signer

	turn  chan struct{} // held by who asks what the provider says of itself; guards what follows
	found discovered
	down  time.Time // when it last did not answer
}

// discovered is what a provider says of itself (OpenID Connect Discovery 1.0 §3).
type discovered struct {
	*oidc.Provider `json:"-"` // nil until it has answered
	UserInfo       string     `json:"userinfo_endpoint"`
	Keys           string     `json:"jwks_uri"`
	SaysWho        bool       `json:"authorization_response_iss_parameter_supported"` // RFC 9207 §3
	at             time.Time  // when it answered
}

// New returns a provider. It asks the provider nothing yet: one that is down must not keep a server from starting.
func New(c Config) (*Provider, error) {
	if c.Client == nil {
		c.Client = &http.Client{}
	}
	c.Client = bounded(c.Client)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{ScopeWork}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	signer, err := newSigner(c.Key, c.KeyID)
	if err != nil {
		return nil, ErrConfig.Fill(c.ID, "key").With(err)
	}
	return &Provider{cfg: c, signer: signer, turn: make(chan struct{}, 1)}, nil
}

func (c Config) check() error {
	switch {
	case c.ID == "" || strings.Trim(c.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return ErrConfig.Fill(c.ID, "id")
	case c.Name == "":
		return ErrConfig.Fill(c.ID, "name")
	case !encrypted(c.Issuer):
		return ErrConfig.Fill(c.ID, "issuer")
	case c.ClientID == "":
		return ErrConfig.Fill(c.ID, "client_id")
	case c.Key == nil:
		return ErrConfig.Fill(c.ID, "key")
	case len(c.Levels) == 0:
		return ErrConfig.Fill(c.ID, "levels")
	case c.Redirect == "":
		return ErrConfig.Fill(c.ID, "origin")
	}
	return nil
}

// encrypted reports whether an address is one that nobody between can read or change: of TLS, or of this machine.
func encrypted(address string) bool {
	at, err := url.Parse(address)
	return err == nil && at.Host != "" && at.User == nil && (at.Scheme == "https" || at.Scheme == "http" && at.Hostname() == "127.0.0.1")
}

// bounded is a client for whom an answer ends with an error where it is too long, and who is not sent on: a provider's addresses are those
// that it has told, and what is sent to them is for nobody else.
func bounded(c *http.Client) *http.Client {
	out := *c
	if out.Timeout == 0 {
		out.Timeout = patience
	}
	out.Transport = boundedTransport{c.Transport}
	out.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &out
}

type boundedTransport struct{ next http.RoundTripper }

func (b boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	answer, err := next.RoundTrip(r)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, maxAnswer)
	}
	return answer, err
}

// ID is the provider's name in addresses.
func (p *Provider) ID() string { return p.cfg.ID }

// Name is what people call it.
func (p *Provider) Name() string { return p.cfg.Name }

// pending is what must be remembered until the browser comes back.
type pending struct {
	State, Nonce, Verifier string
	Begun                  int64 // Unix seconds
	Again                  bool
}

func random() string {
	b := make([]byte, minEntropy)
	rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Begin is login.Provider's.
func (p *Provider) Begin(ctx context.Context, again bool) (address, kept string, err error) {
	ctx, done := p.context(ctx)
	defer done()
	found, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	now := pending{State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), Begun: p.cfg.Clock().Unix(), Again: again}
	text, err := json.Marshal(now)
	if err != nil {
		return "", "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(now.Nonce), oauth2.S256ChallengeOption(now.Verifier),
		oauth2.SetAuthURLParam("acr_values", strings.Join(p.cfg.Levels, " "))}
	if again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return p.oauth(found).AuthCodeURL(now.State, options...), string(text), nil
}

func (p *Provider) context(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, done := context.WithTimeout(ctx, patience)
	return oidc.ClientContext(ctx, p.cfg.Client), done
}

func (p *Provider) oauth(found discovered) *oauth2.Config {
	at := found.Endpoint()
	at.AuthStyle = oauth2.AuthStyleInParams
	return &oauth2.Config{ClientID: p.cfg.ClientID, Endpoint: at, RedirectURL: p.cfg.Redirect, Scopes: append([]string{oidc.ScopeOpenID}, p.cfg.Scopes...)}
}

// discover reads what the provider says of itself, once it has answered, and again when that is old; as long as it then does not answer
// the old holds. Who has waited while it did not answer another does not ask in turn.
func (p *Provider) discover(ctx context.Context) (discovered, error) {
	came := p.cfg.Clock()
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return discovered{}, ErrDown.Fill(p.cfg.Name).With(ctx.Err())
	}
	switch {
	case p.found.Provider != nil && p.cfg.Clock().Sub(p.found.at) < newsAfter:
		return p.found, nil
	case p.down.After(came):
		return discovered{}, ErrDown.Fill(p.cfg.Name)
	}
	news, err := p.ask(ctx)
	now := p.cfg.Clock()
	switch {
	case err == nil:
		news.at = now
		p.found = news
	case p.found.Provider != nil && errors.Is(err, ErrDown):
		p.found.at = now.Add(time.Minute - newsAfter) // ask again in a minute
	default:
		p.down = now
		return discovered{}, err
	}
	return p.found, nil
}

func (p *Provider) ask(ctx context.Context) (out discovered, err error) {
	if out.Provider, err = oidc.NewProvider(ctx, p.cfg.Issuer); err != nil {
		return out, ErrDown.Fill(p.cfg.Name).With(err)
	}
	if err := out.Claims(&out); err != nil {
		return out, p.untrusted("what it says of itself")
	}
	for _, address := range []string{out.Endpoint().AuthURL, out.Endpoint().TokenURL, out.UserInfo, out.Keys} {
		if !encrypted(address) {
			return out, p.untrusted("an address of its own that others can read")
		}
	}
	return out, nil
}

func (p *Provider) untrusted(why string) error {
	return ErrUntrusted.Fill(p.cfg.Name).With(errors.New("sso: " + why))
}

// Finish is login.Provider's: it checks everything that came back.
func (p *Provider) Finish(ctx context.Context, kept string, answer url.Values) (who identity.External, err error) {
	var begun pending
	if err := json.Unmarshal([]byte(kept), &begun); err != nil || begun.State == "" {
		return who, p.untrusted("nothing was begun")
	}
	if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(begun.State)) != 1 {
		return who, p.untrusted("another state")
	}
	ctx, done := p.context(ctx)
	defer done()
	found, err := p.discover(ctx)
	if err != nil {
		return who, err
	}
	if iss := answer.Get("iss"); iss != p.cfg.Issuer && (iss != "" || found.SaysWho) { // RFC 9207 §2.4
		return who, p.untrusted("another issuer answers")
	}
	if answer.Get("error") != "" || answer.Get("code") == "" {
		return who, ErrRefused.Fill(p.cfg.Name)
	}
	assertion, err := p.assertion(found.Endpoint().TokenURL)
	if err != nil {
		return who, err
	}
	token, err := p.oauth(found).Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(begun.Verifier),
		oauth2.SetAuthURLParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
		oauth2.SetAuthURLParam("client_assertion", assertion))
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refusal.Response != nil && refusal.Response.StatusCode < 500 {
		return who, p.untrusted("the code was not accepted")
	}
	if err != nil {
		return who, ErrDown.Fill(p.cfg.Name).With(err)
	}
	keys := oidc.NewRemoteKeySet(ctx, found.Keys)
	id, err := p.idToken(ctx, keys, token, begun)
	if err != nil {
		return who, err
	}
	return p.person(ctx, keys, found.UserInfo, token, id)
}

// vouched is what an ID token says.
type vouched struct {
	*oidc.IDToken `json:"-"`
	ACR           string `json:"acr"`
	AZP           string `json:"azp"`
	AuthTime      int64  `json:"auth_time"`
}

// idToken checks the ID token: signed by the provider, for us, of this login, short-lived, and of a level that is enough.
func (p *Provider) idToken(ctx context.Context, keys oidc.KeySet, token *oauth2.Token, begun pending) (id vouched, err error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return id, p.untrusted("no ID token")
	}
	if id.IDToken, err = p.verified(ctx, keys, raw, false); err != nil {
		return id, err
	}
	if err := id.Claims(&id); err != nil {
		return id, p.untrusted("claims")
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(begun.Nonce)) != 1:
		return id, p.untrusted("another nonce")
	case id.Subject == "":
		return id, p.untrusted("no subject")
	case len(id.Audience) != 1 && id.AZP != p.cfg.ClientID, id.AZP != "" && id.AZP != p.cfg.ClientID:
		return id, p.untrusted("issued to somebody else")
	case !p.timely(id.IssuedAt) || id.Expiry.Sub(id.IssuedAt) > tokenLife:
		return id, p.untrusted("issued at another time, or for too long")
	case begun.Again && time.Unix(id.AuthTime, 0).Before(time.Unix(begun.Begun, 0).Add(-skew)):
		return id, p.untrusted("nobody was asked anew")
	case !slices.Contains(p.cfg.Levels, id.ACR):
		return id, ErrLevel.Fill(p.cfg.Name)
	}
	return id, nil
}

// timely reports whether what was issued then belongs to a login that ends now.
func (p *Provider) timely(issued time.Time) bool {
	now := p.cfg.Clock()
	return !issued.After(now.Add(skew)) && !issued.Before(now.Add(-tokenLife-skew))
}

// verified checks who has signed, and for whom. Keys that could not be fetched are no lie.
func (p *Provider) verified(ctx context.Context, keys oidc.KeySet, raw string, userInfo bool) (*oidc.IDToken, error) {
	out, err := oidc.NewVerifier(p.cfg.Issuer, keys, p.checks(userInfo)).Verify(ctx, raw)
	if err != nil && strings.Contains(err.Error(), "fetching keys") { // go-oidc has no error to ask for
		return nil, ErrDown.Fill(p.cfg.Name).With(err)
	}
	if err != nil {
		return nil, ErrUntrusted.Fill(p.cfg.Name).With(err)
	}
	return out, nil
}

func (p *Provider) checks(userInfo bool) *oidc.Config {
	return &oidc.Config{ClientID: p.cfg.ClientID, Now: p.cfg.Clock, SkipExpiryCheck: userInfo,
		SupportedSigningAlgs: []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512}}
}

// claims are the Swedish profile's, as far as they are used. The HSA-id is the sector's.
type claims struct {
	Subject       string `json:"sub"`
	Affiliation   string `json:"https://id.oidc.se/claim/orgAffiliation"`
	HSA           string `json:"urn:oid:1.2.752.29.6.2.1"`
	Number        string `json:"https://id.oidc.se/claim/personalIdentityNumber"`
	Coordination  string `json:"https://id.oidc.se/claim/coordinationNumber"`
	CoordLevel    string `json:"https://id.oidc.se/claim/coordinationNumberLevel"`
	PreviousCoord string `json:"https://id.oidc.se/claim/previousCoordinationNumber"`
}

// person reads the signed UserInfo of the one whom the ID token is about.
func (p *Provider) person(ctx context.Context, keys oidc.KeySet, address string, token *oauth2.Token, id vouched) (who identity.External, err error) {
	raw, err := p.fetchUserInfo(ctx, address, token)
	if err != nil {
		return who, err
	}
	signed, err := p.verified(ctx, keys, raw, true)
	if err != nil {
		return who, err
	}
	var c claims
	if err := signed.Claims(&c); err != nil || c.Subject != id.Subject {
		return who, p.untrusted("UserInfo is about somebody else")
	}
	// The profile does not demand times here; what says that it is old is old.
	if issued := signed.IssuedAt; issued.Unix() > 0 && !p.timely(issued) || signed.Expiry.Unix() > 0 && p.cfg.Clock().After(signed.Expiry.Add(skew)) {
		return who, p.untrusted("UserInfo of another time")
	}
	who = c.external(p.cfg.Issuer, id.ACR)
	if id.AuthTime > 0 {
		who.At = time.Unix(id.AuthTime, 0)
	}
	return who, nil
}

// external puts the names in the order of their worth. A number that the person's identity does not rest on firmly is no name.
func (c claims) external(issuer, level string) identity.External {
	who := identity.External{Issuer: issuer, Level: level}
	add := func(kind identity.IdentifierKind, value string) {
		if value != "" {
			who.Names = append(who.Names, identity.Identifier{Kind: kind, Value: value})
		}
	}
	add(identity.Affiliation, c.Affiliation)
	add(identity.HSA, c.HSA)
	add(identity.Subject, c.Subject)
	if c.Affiliation == "" && c.HSA == "" {
		number := c.Number
		if number == "" && c.CoordLevel == "confirmed" {
			number = c.Coordination
		}
		if number != "" {
			add(identity.Number, number)
			who.FormerNumber = c.PreviousCoord
		}
	}
	return who
}

func (p *Provider) fetchUserInfo(ctx context.Context, address string, token *oauth2.Token) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+token.AccessToken)
	r.Header.Set("Accept", "application/jwt")
	answer, err := p.cfg.Client.Do(r)
	if err != nil {
		return "", ErrDown.Fill(p.cfg.Name).With(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	switch {
	case err != nil || answer.StatusCode >= 500:
		return "", ErrDown.Fill(p.cfg.Name).With(fmt.Errorf("sso: UserInfo: %d, %w", answer.StatusCode, err))
	case answer.StatusCode != http.StatusOK:
		return "", p.untrusted("UserInfo was refused")
	case kind != "application/jwt": // the profile, §4: never unsigned
		return "", p.untrusted("UserInfo is not signed")
	}
	return string(body), nil
}

func newSigner(key crypto.Signer, id string) (jose.Signer, error) {
	alg := jose.ES256
	if strings.Contains(fmt.Sprintf("%T", key.Public()), "rsa") {
		alg = jose.RS256
	}
	return jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: id}}, (&jose.SignerOptions{}).WithType("JWT"))
}

// assertion says who we are (RFC 7523 §3): once, for a minute, to the provider's token endpoint.
func (p *Provider) assertion(audience string) (string, error) {
	now := p.cfg.Clock()
	return jwt.Signed(p.signer).Claims(jwt.Claims{Issuer: p.cfg.ClientID, Subject: p.cfg.ClientID, Audience: jwt.Audience{audience}, ID: random(),
		IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Minute))}).Serialize()
}
