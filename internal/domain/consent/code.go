package consent

import (
	"crypto/rand"
	"strings"

	"hemnyckel/internal/base/problem"
)

// A code stands on every letter, in print and as a QR code, and brings the reply to its case. It says nothing by itself: nine
// signs by chance (45 bits) and one that tells a misread code from a right one.

// Crockford's alphabet has no letters that look like digits.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const codePrefix = "HEMNYCKEL-"

// ErrCode says that something is not the code of a letter.
var ErrCode = problem.New(problem.Invalid, "letter-code",
	"Koden stämmer inte. Läs av QR-koden igen eller skriv de tio tecknen som står på svarstalongen.",
	"The code is not right. Scan the QR code again, or write the ten signs on the reply slip.")

func newCode() string {
	var b [9]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = codeAlphabet[b[i]%32]
	}
	return string(b[:]) + string(codeAlphabet[checkSign(string(b[:]))])
}

// CodePayload is what the QR code of a letter holds.
func CodePayload(code string) string { return codePrefix + code }

// ShowCode is a code as people read it: 7K3M9-QX2TC.
func ShowCode(code string) string { return code[:5] + "-" + code[5:] }

// ParseCode reads a code as a scanner gives it or a person writes it: with or without prefix, hyphens and blanks, in any case,
// and with the letters that look like digits taken for those.
func ParseCode(s string) (string, error) {
	if len(s) > 64 {
		return "", ErrCode
	}
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	s = strings.ReplaceAll(strings.TrimPrefix(s, codePrefix), "-", "")
	s = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(s)
	if len(s) != 10 || strings.Trim(s, codeAlphabet) != "" || codeAlphabet[checkSign(s[:9])] != s[9] {
		return "", ErrCode
	}
	return s, nil
}

// checkSign is Luhn's algorithm for 32 signs: it finds every single misread sign, and nearly all that have changed places.
func checkSign(s string) int {
	sum, factor := 0, 2
	for i := len(s) - 1; i >= 0; i-- {
		v := strings.IndexByte(codeAlphabet, s[i]) * factor
		sum += v/32 + v%32
		factor = 3 - factor
	}
	return (32 - sum%32) % 32
}
