package vectors

import (
	"strings"

	"github.com/fxamacker/cbor/v2"

	"hemnyckel/credential"
)

// resigned signs bytes that no honest encoder would give.
func resigned(by string, kind credential.Kind, payload []byte) []byte {
	return sign(by, kind, cbor.RawMessage(payload))
}

// unordered is a certificate's payload with its first two fields in each other's places: issuer, 10 bytes, and subject, 6.
func unordered(c credential.Certificate) []byte {
	b := encode(c)
	out := append([]byte{b[0]}, b[11:17]...)
	out = append(out, b[1:11]...)
	return append(out, b[17:]...)
}

// withField is a map of fewer than 23 fields with one more, whose value is 0.
func withField(b []byte, number byte) []byte {
	out := append([]byte{b[0] + 1}, b[1:]...)
	return append(out, 0x18, number, 0)
}

func slug(name string) string { return strings.ToLower(strings.ReplaceAll(name, " ", "-")) }
