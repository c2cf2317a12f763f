package identity

import (
	"context"
	"time"
)

// Secrets are what an account's local login is checked against.
type Secrets struct {
	Password string // Argon2id verifier, or ""
	TOTP     string // base32, or ""
	Step     int64  // the newest time step whose code has been used
}

// Local reports whether there is a local login.
func (s Secrets) Local() bool { return s.Password != "" && s.TOTP != "" }

// Passkey is a WebAuthn credential. What is in its record only the front door that made it knows.
type Passkey struct {
	ID        string // the credential's, base64url
	AccountID string
	Name      string
	Record    string
	Created   time.Time
	Used      time.Time // zero: not since it was made
}

// CodeKind is what a code that works once is for.
type CodeKind string

// The kinds.
const (
	FirstCode    CodeKind = "first"    // to set up an account
	RecoveryCode CodeKind = "recovery" // in place of a code from an app that is lost
)

type factorTx interface {
	// AccountByLogin returns the active account with a login name.
	AccountByLogin(ctx context.Context, name string) (Account, Secrets, bool, error)
	SecretsOf(ctx context.Context, accountID string) (Secrets, error)
	SetSecrets(ctx context.Context, accountID string, s Secrets) error
	// ClearFactors takes password, app, codes and passkeys.
	ClearFactors(ctx context.Context, accountID string) error

	// InsertCodes stores the hashes of codes in place of those of the kind that there were.
	InsertCodes(ctx context.Context, accountID string, k CodeKind, hashes []string, until time.Time) error
	// UseCode takes a code away and says whose it was, if it was good at t.
	UseCode(ctx context.Context, k CodeKind, hash string, t time.Time) (accountID string, ok bool, err error)
	CountCodes(ctx context.Context, accountID string, k CodeKind) (int, error)

	PutPasskey(ctx context.Context, k Passkey) error
	PasskeyByID(ctx context.Context, id string) (Passkey, bool, error)
	Passkeys(ctx context.Context, accountID string) ([]Passkey, error)
	DeletePasskey(ctx context.Context, accountID, id string) error

	Attempts(ctx context.Context, subject string) (failures int, at, until time.Time, err error)
	PutAttempts(ctx context.Context, subject string, failures int, at, until time.Time) error
	ForgetAttempts(ctx context.Context, subject string) error

	InsertState(ctx context.Context, hash, body string, until time.Time) error
	// TrimStates forgets what is over at t, and of the rest all but the newest keep.
	TrimStates(ctx context.Context, t time.Time, keep int) error
	// TakeState removes a state and returns it, if it was good at t.
	TakeState(ctx context.Context, hash string, t time.Time) (body string, ok bool, err error)
}
