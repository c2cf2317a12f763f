package station

import (
	"bytes"
	"strings"
	"testing"
)

// However people group the digits of an unlock code it is the same code, and nothing that they type becomes an empty one.
func FuzzNormalCode(f *testing.F) {
	f.Add([]byte("4711-0815-1234-5678-9012"))
	f.Add([]byte("4711 0815 lösenord"))
	f.Add([]byte(" - "))
	f.Fuzz(func(t *testing.T, code []byte) {
		got := normalCode(code)
		if again := normalCode(got); !bytes.Equal(again, got) || len(code) > 0 && len(got) == 0 {
			t.Errorf("%q became %q, which became %q", code, got, again)
		}
		if strings.Trim(string(got), "0123456789") == "" && len(got) > 1 {
			if other := normalCode([]byte(string(got[:1]) + " - " + string(got[1:]))); !bytes.Equal(other, got) {
				t.Errorf("%q, grouped otherwise, became %q", got, other)
			}
		}
	})
}
