package web

import (
	"context"
	"net/http"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
)

// ErrScope means that a token is genuine but not for this.
var ErrScope = problem.New(problem.Denied, "scope-missing",
	"Åtkomstnyckeln gäller inte för det här. Be systemägaren om en nyckel med rätt behörighet (%s).",
	"The token is not for this. Ask the system owner for a token with the right scope (%s).")

// Authenticator tells whose a token is. identity.Tokens is one.
type Authenticator interface {
	Authenticate(ctx context.Context, secret string) (identity.Principal, error)
}

// Authenticate finds whose request it is by its bearer token (RFC 6750 §2.1; never in the address). Without a token, or with
// more than one, nobody is asked and the answer is the same as for a false one.
func Authenticate(r *http.Request, a Authenticator) (identity.Principal, error) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return identity.Principal{}, identity.ErrUnauthenticated
	}
	scheme, secret, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return identity.Principal{}, identity.ErrUnauthenticated
	}
	return a.Authenticate(r.Context(), strings.TrimSpace(secret))
}
