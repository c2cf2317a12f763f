package identity_test

import (
	"errors"
	"strings"
	"testing"

	"hemnyckel/internal/domain/identity"
)

// proves V2.7-b
func TestPasswords(t *testing.T) {
	for _, c := range []struct {
		password string
		want     error
	}{
		{"korp tråd molnvagn sju", nil},
		{"Xk7#pQ2vLm9z", nil},
		{"blåbärspaj och regn", nil},
		{"elva tecken", identity.ErrPasswordShort},
		{"", identity.ErrPasswordShort},
		{"\xff\xfe\xfd\xff\xfe\xfd\xff\xfe\xfd\xff\xfe\xfd", identity.ErrPasswordShort},
		{strings.Repeat("lång fras ", 26), identity.ErrPasswordLong},
		{"aaaaaaaaaaaa", identity.ErrPasswordCommon},
		{"abababababab", identity.ErrPasswordCommon},
		{"123456789012", identity.ErrPasswordCommon},
		{"qwertyuiopåasdf", identity.ErrPasswordCommon},
		{"Sommar2026!!", identity.ErrPasswordCommon},
		{"Lösenord123456", identity.ErrPasswordCommon},
		{"P4ssw0rd2026!", identity.ErrPasswordCommon},
		{"KarinEk-2026!!", identity.ErrPasswordCommon},
		{"Hemtjänst2026!", identity.ErrPasswordCommon},
	} {
		if err := identity.CheckPassword(c.password, "Karin", "karinek"); !errors.Is(err, c.want) {
			t.Errorf("%q: got %v, want %v", c.password, err, c.want)
		}
	}
}

func FuzzCheckPassword(f *testing.F) {
	f.Add("korp tråd molnvagn sju", "karin")
	f.Add("\xffabc", "")
	f.Fuzz(func(t *testing.T, password, name string) {
		if len(password) > 1000 || len(name) > 100 {
			return
		}
		err := identity.CheckPassword(password, name)
		if err == nil && len(password) < identity.MinPassword {
			t.Errorf("%q is accepted", password)
		}
	})
}
