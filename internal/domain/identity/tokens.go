package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Scope is what a token may be used for: to act in a role, "role:lock-manager", or only to read in it,
// "role:lock-manager:read". A token without a scope can do nothing.
type Scope string

// ScopeOf returns the scope of acting in a role.
func ScopeOf(r routine.Role) Scope { return "role:" + Scope(r) }

// ReadScopeOf returns the scope of reading in a role.
func ReadScopeOf(r routine.Role) Scope { return ScopeOf(r) + ":read" }

// Roles returns every role that a token can have.
func Roles() []routine.Role {
	return []routine.Role{routine.CaseOfficer, routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam,
		routine.LockManager, routine.SystemOwner, routine.Registrar, routine.Auditor}
}

// Scopes returns every scope.
func Scopes() []Scope {
	var all []Scope
	for _, r := range Roles() {
		all = append(all, ScopeOf(r), ReadScopeOf(r))
	}
	return all
}

// MaxTokenLife is the longest time for which a token is made.
const MaxTokenLife = 2 * 366 * 24 * time.Hour

// Token is the right of one organisation's system to call us. Its secret is not in it, and nowhere else either.
type Token struct {
	ID           string
	Organisation string // organisation number, ten digits
	Scopes       []Scope
	Created      time.Time
	Expires      time.Time
	Revoked      time.Time // zero while it has not been
}

// Valid reports whether the token can be used at t.
func (k Token) Valid(t time.Time) bool {
	return k.Revoked.IsZero() && t.Before(k.Expires) && len(k.Scopes) > 0
}

// Principal is who a request comes from.
type Principal struct {
	TokenID      string
	Organisation string // organisation number, ten digits
	Scopes       []Scope
}

// Actor is what the journal calls the principal.
func (p Principal) Actor() string { return "token:" + p.TokenID }

// Acts returns the first of the roles in which the principal may act, and false if there is none: then it may not.
func (p Principal) Acts(roles ...routine.Role) (routine.Role, bool) {
	return first(roles, func(r routine.Role) bool { return slices.Contains(p.Scopes, ScopeOf(r)) })
}

// Reads returns the first of the roles in which the principal may read, and false if there is none: then it may not.
func (p Principal) Reads(roles ...routine.Role) (routine.Role, bool) {
	return first(roles, func(r routine.Role) bool {
		return slices.Contains(p.Scopes, ScopeOf(r)) || slices.Contains(p.Scopes, ReadScopeOf(r))
	})
}

func first(roles []routine.Role, may func(routine.Role) bool) (routine.Role, bool) {
	if i := slices.IndexFunc(roles, may); i >= 0 {
		return roles[i], true
	}
	return "", false
}

// TokenTx is what tokens need of a database transaction.
type TokenTx interface {
	journal.Tx

	// InsertToken stores a new token under the SHA-256 of its secret, in hexadecimal.
	InsertToken(ctx context.Context, k Token, hash string) error
	// TokenByHash returns the token and the hash as it is stored.
	TokenByHash(ctx context.Context, hash string) (k Token, stored string, ok bool, err error)
	// TokenByID returns the token of that id.
	TokenByID(ctx context.Context, id string) (Token, bool, error)
	// SetTokenRevoked records from when on the token is refused.
	SetTokenRevoked(ctx context.Context, id string, at time.Time) error
	// Tokens returns all tokens, the newest first.
	Tokens(ctx context.Context) ([]Token, error)
}

// Problems with tokens. Codes are stable.
var (
	// ErrUnauthenticated answers every secret that does not work, whatever the reason: nobody learns whether one existed.
	ErrUnauthenticated = problem.New(problem.Unauthenticated, "token-invalid",
		"Åtkomstnyckel saknas eller gäller inte. Skicka en giltig nyckel i huvudet Authorization: Bearer, eller be systemägaren om en ny.",
		"The token is missing or not valid. Send a valid one in the header Authorization: Bearer, or ask the system owner for a new one.")
	ErrTokenUnknown = problem.New(problem.NotFound, "token-unknown",
		"Det finns ingen åtkomstnyckel %q. Se listan över nycklar.", "There is no token %q. See the list of tokens.")
	ErrTokenScope = problem.New(problem.Invalid, "token-scope",
		"Behörigheten %q finns inte. Välj bland: %s.", "There is no scope %q. Choose among: %s.")
	ErrTokenExpiry = problem.New(problem.Invalid, "token-expiry",
		"Åtkomstnyckelns slutdag måste ligga i framtiden, högst två år bort.",
		"The token's last day must lie in the future, at most two years ahead.")
)

// Tokens makes, checks and revokes tokens. Nothing is kept in memory: each check reads the database, so that a revocation
// holds from the moment it is committed, on every server.
type Tokens struct {
	db txn.Runner[TokenTx]
}

// NewTokens returns the tokens of one municipality.
func NewTokens(db txn.Runner[TokenTx]) *Tokens { return &Tokens{db} }

// Create makes a token for an organisation (its number in any accepted form) and returns it with its secret, which is shown
// now and never again. actor is who makes it, for the journal.
func (s *Tokens) Create(ctx context.Context, actor, organisation string, scopes []Scope, expires time.Time) (Token, string, error) {
	org, err := swedish.ParseOrgNumber(organisation)
	if err != nil {
		return Token{}, "", err
	}
	scopes, err = checkScopes(scopes)
	if err != nil {
		return Token{}, "", err
	}
	secret := newSecret()
	var made Token
	err = s.db.Update(ctx, func(tx TokenTx) error {
		now := tx.Now()
		if !expires.After(now) || expires.After(now.Add(MaxTokenLife)) {
			return ErrTokenExpiry
		}
		made = Token{ID: uuid.Must(uuid.NewV7()).String(), Organisation: org.String(), Scopes: scopes,
			Created: now, Expires: expires.UTC().Truncate(time.Microsecond)}
		if err := tx.InsertToken(ctx, made, hashOf(secret)); err != nil {
			return err
		}
		return journal.Append(ctx, tx, tokenEntry(journal.TokenCreated, actor, made))
	})
	if err != nil {
		return Token{}, "", err
	}
	return made, secret, nil
}

// Authenticate tells whose secret this is. Whatever is wrong with it, the answer is ErrUnauthenticated; when the database
// cannot be asked, it is that error, and nobody gets in.
func (s *Tokens) Authenticate(ctx context.Context, secret string) (Principal, error) {
	if !wellFormed(secret) {
		return Principal{}, ErrUnauthenticated // a typing error need not cost a database query
	}
	var who Principal
	err := s.db.View(ctx, func(tx TokenTx) error {
		hash := hashOf(secret)
		k, stored, ok, err := tx.TokenByHash(ctx, hash)
		if err != nil {
			return err
		}
		// The database has found the row by its hash, which tells a stranger nothing of the secret. Comparing once more in
		// constant time keeps a collation or a prefix search from ever letting in what is merely similar.
		same := subtle.ConstantTimeCompare([]byte(stored), []byte(hash)) == 1
		if !ok || !same || !k.Valid(tx.Now()) {
			return ErrUnauthenticated
		}
		who = Principal{TokenID: k.ID, Organisation: k.Organisation, Scopes: k.Scopes}
		return nil
	})
	return who, err
}

// Revoke ends a token at once. Revoking it again changes nothing and is no error.
func (s *Tokens) Revoke(ctx context.Context, actor, id string) error {
	return s.db.Update(ctx, func(tx TokenTx) error {
		k, ok, err := tx.TokenByID(ctx, id)
		if err != nil {
			return err
		}
		if !ok {
			return ErrTokenUnknown.Fill(id)
		}
		if !k.Revoked.IsZero() {
			return nil
		}
		if err := tx.SetTokenRevoked(ctx, id, tx.Now()); err != nil {
			return err
		}
		return journal.Append(ctx, tx, tokenEntry(journal.TokenRevoked, actor, k))
	})
}

// List returns all tokens, also those that are no longer valid, the newest first.
func (s *Tokens) List(ctx context.Context) ([]Token, error) {
	var all []Token
	err := s.db.View(ctx, func(tx TokenTx) error {
		var err error
		all, err = tx.Tokens(ctx)
		return err
	})
	return all, err
}

func checkScopes(scopes []Scope) ([]Scope, error) {
	all := Scopes()
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = string(s)
	}
	if len(scopes) == 0 {
		return nil, ErrTokenScope.Fill("", strings.Join(names, ", "))
	}
	for _, s := range scopes {
		if !slices.Contains(all, s) {
			return nil, ErrTokenScope.Fill(string(s), strings.Join(names, ", "))
		}
	}
	sorted := slices.Clone(scopes)
	slices.Sort(sorted)
	return slices.Compact(sorted), nil
}

func tokenEntry(kind journal.Kind, actor string, k Token) journal.Entry {
	return journal.Entry{Kind: kind, Subjects: []string{k.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor},
		{Name: "organisation", Value: k.Organisation},
		{Name: "scopes", Value: JoinScopes(k.Scopes)},
		{Name: "expires", Value: k.Expires.UTC().Format(time.RFC3339)},
	}}
}

// JoinScopes writes scopes as one text, separated by blanks (as OAuth 2.0 does, RFC 6749 §3.3).
func JoinScopes(scopes []Scope) string {
	var b strings.Builder
	for i, s := range scopes {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(s))
	}
	return b.String()
}

// SplitScopes reads what JoinScopes wrote.
func SplitScopes(text string) []Scope {
	var scopes []Scope
	for _, s := range strings.Fields(text) {
		scopes = append(scopes, Scope(s))
	}
	return scopes
}

// A secret is "hnk_", 32 random bytes and a CRC-32 of all that, in hexadecimal. Prefix and checksum are for programs that
// search published code for lost secrets, and for telling a typing error from a token that has been revoked; they protect
// nothing.
const (
	secretPrefix = "hnk_"
	secretSize   = len(secretPrefix) + 2*32 + 8
)

func newSecret() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	text := secretPrefix + hex.EncodeToString(b[:])
	return text + checksum(text)
}

func checksum(text string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) }

func wellFormed(secret string) bool {
	if len(secret) != secretSize || !strings.HasPrefix(secret, secretPrefix) {
		return false
	}
	body := secret[:secretSize-8]
	_, err := hex.DecodeString(body[len(secretPrefix):])
	return err == nil && secret[secretSize-8:] == checksum(body)
}

// hashOf is all that is kept of a secret. It has 256 random bits, so a plain hash is as hard to undo as a slow one.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
