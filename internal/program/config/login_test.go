package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const good = `origin = "https://nyckel.kommun.example"

[[provider]]
id = "kommunen"
name = "Kommunens inloggning"
issuer = "https://id.kommun.example"
client_id = "hemnyckel"
key_file = "client.pem"
levels = ["http://id.elegnamnden.se/loa/1.0/loa3"]
`

func TestReadLogin(t *testing.T) {
	folder := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "client.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, says string }{
		"good":             {good, ""},
		"origin only":      {`origin = "http://localhost:8080"`, ""},
		"no origin":        {``, "origin"},
		"plain origin":     {`origin = "http://nyckel.kommun.example"`, "origin"},
		"origin with path": {`origin = "https://nyckel.kommun.example/x"`, "origin"},
		"unknown key":      {good + `secret = "x"`, "unknown key provider.secret"},
		"no key file":      {strings.ReplaceAll(good, "client.pem", "other.pem"), "PKCS #8"},
		"key file is none": {strings.ReplaceAll(good, "client.pem", "login.toml"), "PKCS #8"},
		"plain issuer":     {strings.ReplaceAll(good, "https://id", "http://id"), "issuer"},
		"no levels":        {strings.ReplaceAll(good, "levels", "#"), "levels"},
		"not TOML":         {"<xml>", "cannot be used"},
	} {
		path := filepath.Join(folder, "login.toml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		l, providers, err := ReadLogin(path)
		switch {
		case c.says == "" && (err != nil || l.Origin == "" || len(providers) != len(l.Providers)):
			t.Errorf("%s: got %v", name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
	}
}

func FuzzLogin(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("origin = \"http://localhost:8080\"\nprovider = 1"))
	f.Add([]byte("origin = \"https://nyckel.kommun.example@evil.example\""))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := parseLogin(text)
		if err != nil {
			return
		}
		if at, err := url.Parse(l.Origin); err != nil || at.Host == "" || at.User != nil || at.String() != l.Origin {
			t.Errorf("origin %q is accepted: %v", l.Origin, err)
		}
	})
}
