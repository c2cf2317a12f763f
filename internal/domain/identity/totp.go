package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"hemnyckel/internal/base/problem"
)

// A code from an app is RFC 6238 as every app has it: SHA-1, six digits, thirty seconds. One step before or after is accepted
// (RFC 6238 §5.2), each code once.
const (
	totpStep   = 30 // seconds
	totpSecret = 20 // bytes (RFC 4226 §4 recommends 160 bits)
)

// ErrTOTP says that a code does not fit.
var ErrTOTP = problem.New(problem.Invalid, "totp-wrong",
	"Koden stämmer inte. Vänta på nästa kod i appen och skriv den. Kontrollera att telefonens klocka går rätt.",
	"The code is not right. Wait for the next one in the app and type that. Check that the phone's clock is right.")

func base32Text() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// NewTOTP is a new secret for an app, and the address that apps read from a QR code.
func NewTOTP(municipality, loginName string) (secret, address string) {
	b := make([]byte, totpSecret)
	rand.Read(b)
	secret = base32Text().EncodeToString(b)
	return secret, TOTPAddress(municipality, loginName, secret)
}

// TOTPAddress is the address that apps read, of a secret that there is.
func TOTPAddress(municipality, loginName, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {municipality}}
	return "otpauth://totp/" + url.PathEscape(municipality+":"+loginName) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// GoodTOTP reports whether a text can be such a secret.
func GoodTOTP(secret string) bool {
	b, err := base32Text().DecodeString(secret)
	return err == nil && len(b) == totpSecret
}

// matchTOTP returns the time step whose code this is. It compares with all three, so that how long it takes says nothing.
func matchTOTP(secret, code string, t time.Time) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(code) != 6 {
		return 0, false
	}
	now := t.Unix() / totpStep
	for _, at := range []int64{now - 1, now, now + 1} {
		want, err := hotp.GenerateCodeCustom(secret, uint64(at), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = at, true
		}
	}
	return step, ok
}
