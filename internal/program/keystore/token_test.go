package keystore

import (
	"bytes"
	"errors"
	"testing"
)

func TestAddresses(t *testing.T) {
	a := address{Token: "hemnyckel prov", Module: "/usr/lib/softhsm/libsofthsm2.so", ID: []byte{0, 1, 0xff, ';'}}
	got, err := parseAddress(a.String() + "\n")
	if err != nil || got.Token != a.Token || got.Module != a.Module || !bytes.Equal(got.ID, a.ID) {
		t.Errorf("got %+v, %v, want %+v", got, err, a)
	}
	for _, uri := range []string{"", "pkcs11:", "token=a?module-path=/b", "pkcs11:token=a", "pkcs11:?module-path=/b", "pkcs11:token=a;object=b?module-path=/c",
		"pkcs11:token=a?module-path=/b&pin-value=1234", "pkcs11:token=%zz?module-path=/b", "pkcs11:token=a;;?module-path=/b",
		"pkcs11:token=a?module-path=b.so", "pkcs11:token=a?module-path=./b.so", "pkcs11:token=a;token=c?module-path=/b", "pkcs11:token=a?module-path=/b&module-path=/c",
		"pkcs11:token=a%00b?module-path=/b", "pkcs11:token=a?module-path=/b%00.so"} {
		if _, err := parseAddress(uri); !errors.Is(err, ErrURI) {
			t.Errorf("%q: got %v, want %v", uri, err, ErrURI)
		}
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("pkcs11:token=a;id=%01?module-path=/b")
	f.Add("pkcs11:token=a%26%3b?module-path=/b%26%3b%3d%25/c")
	f.Fuzz(func(t *testing.T, uri string) {
		a, err := parseAddress(uri)
		if err != nil {
			return
		}
		again, err := parseAddress(a.String())
		if err != nil || again.Token != a.Token || again.Module != a.Module || !bytes.Equal(again.ID, a.ID) {
			t.Errorf("%q became %q: %v", uri, a, err)
		}
	})
}
