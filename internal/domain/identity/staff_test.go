package identity_test

import (
	"errors"
	"strings"
	"testing"

	"hemnyckel/internal/domain/identity"
)

func TestCheckPIN(t *testing.T) {
	for pin, want := range map[string]error{
		"4719": nil, "90210": nil, "1357": nil, "481516234207": nil,
		"": identity.ErrPINForm, "123": identity.ErrPINForm, "12a4": identity.ErrPINForm, "1234567890123": identity.ErrPINForm, "４７１９": identity.ErrPINForm,
		"0000": identity.ErrPINTrivial, "1234": identity.ErrPINTrivial, "9876": identity.ErrPINTrivial, "1212": identity.ErrPINTrivial,
		"123123": identity.ErrPINTrivial, "7890": identity.ErrPINTrivial, "2580": identity.ErrPINTrivial,
	} {
		if got := identity.CheckPIN(pin); !errors.Is(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%q: got %v, want %v", pin, got, want)
		}
	}
}

func TestVerifier(t *testing.T) {
	v := identity.NewVerifier("4719")
	if !identity.VerifyPIN(v, "4719") || identity.VerifyPIN(v, "4718") || identity.VerifyPIN(v, "") {
		t.Error("the verifier does not tell PINs apart")
	}
	if identity.NewVerifier("4719") == v {
		t.Error("two verifiers of one PIN are equal: no salt")
	}
	for _, bad := range []string{"", "$", strings.Replace(v, "argon2id", "argon2i", 1), strings.Replace(v, "m=19456", "m=4000000", 1),
		strings.Replace(v, "t=2", "t=0", 1), strings.Replace(v, "p=1", "p=0", 1), v[:len(v)-4], v + "AA"} {
		if identity.VerifyPIN(bad, "4719") {
			t.Errorf("%q lets in", bad)
		}
	}
}

func FuzzVerifyPIN(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA", "4719")
	f.Fuzz(func(t *testing.T, verifier, pin string) {
		if strings.Count(verifier, "$") == 5 && len(verifier) > 60 {
			return // well formed ones are slow on purpose
		}
		if identity.VerifyPIN(verifier, pin) {
			t.Fatalf("%q lets %q in", verifier, pin)
		}
	})
}
