package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"hemnyckel/internal/base/problem"
)

// Parameters of Argon2id (RFC 9106): 19 MiB and two passes, the smallest setting that OWASP's cheat sheet for storing
// passwords names, so that a small station answers a person at once. Online guessing is what the station's lock-out stops.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSalt   = 16
	argonKey    = 32
)

// Bounds of a PIN and a badge.
const (
	MinPIN   = 4
	MaxPIN   = 12
	MaxBadge = 64
)

// Problems with badges and PINs. Codes are stable.
var (
	ErrPINForm = problem.New(problem.Invalid, "pin-form",
		"Koden ska vara 4 till 12 siffror.", "The PIN must be 4 to 12 digits.")
	ErrPINTrivial = problem.New(problem.Invalid, "pin-trivial",
		"Koden är för lätt att gissa. Välj en utan upprepningar och nummerföljder.",
		"The PIN is too easy to guess. Choose one without repetitions and runs of numbers.")
	ErrBadge = problem.New(problem.Invalid, "badge-form",
		"Brickans nummer ska vara 4 till 64 bokstäver och siffror. Läs av brickan igen.",
		"The badge's number must be 4 to 64 letters and digits. Read the badge again.")
)

// CheckPIN refuses a PIN that is malformed or among the first that anyone would try.
func CheckPIN(pin string) error {
	if len(pin) < MinPIN || len(pin) > MaxPIN || strings.Trim(pin, "0123456789") != "" {
		return ErrPINForm
	}
	if trivial(pin) {
		return ErrPINTrivial
	}
	return nil
}

// trivial finds one digit or one short pattern repeated, runs up or down, and the middle column of the keypad.
func trivial(pin string) bool {
	for period := 1; period <= len(pin)/2; period++ {
		if len(pin)%period == 0 && strings.Repeat(pin[:period], len(pin)/period) == pin {
			return true
		}
	}
	up, down := true, true
	for i := 1; i < len(pin); i++ {
		step := (int(pin[i]) - int(pin[i-1]) + 10) % 10
		up, down = up && step == 1, down && step == 9
	}
	return up || down || pin == "2580" || pin == "0852"
}

// NormalBadge is a badge's number as it is hashed: capitals, without blanks, dashes and colons.
func NormalBadge(badge string) (string, error) {
	b := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", ":", "").Replace(badge))
	if len(b) < 4 || len(b) > MaxBadge || strings.Trim(b, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return "", ErrBadge
	}
	return b, nil
}

// HashBadge is what is stored of a badge and sent to stations. A badge's number can be read by whoever holds it, so it is a name
// rather than a secret: the hash keeps it out of plain sight, the PIN is what protects.
func HashBadge(normal string) string {
	d := sha256.Sum256([]byte("hemnyckel/badge/1\x00" + normal))
	return hex.EncodeToString(d[:])
}

// NewVerifier makes the Argon2id verifier of a PIN or a password, in the usual text form.
func NewVerifier(secret string) string {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails (crypto/rand)
	key := argon2.IDKey([]byte(secret), salt, argonTime, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// VerifyPIN reports whether pin is the one that verifier was made of.
func VerifyPIN(verifier, pin string) bool { return len(pin) <= MaxPIN && fits(verifier, pin) }

// fits reports whether a secret is the one that verifier was made of. A verifier that cannot be read, or whose cost is beyond what we
// write, fits nothing.
func fits(verifier, secret string) bool {
	if len(secret) > MaxPassword {
		return false
	}
	parts := strings.Split(verifier, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false
	}
	if memory > 4*argonMemory || passes == 0 || passes > 10 || lanes == 0 || lanes > 8 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil || len(salt) > 64 {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) != argonKey {
		return false
	}
	got := argon2.IDKey([]byte(secret), salt, passes, memory, lanes, argonKey)
	return subtle.ConstantTimeCompare(got, want) == 1
}
