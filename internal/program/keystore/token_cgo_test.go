//go:build cgo

package keystore

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"hemnyckel/credential"
)

// softHSM makes a token of Debian's softhsm2 in a folder of its own and returns its address. A machine without it fails: what
// was not tested does not work.
func softHSM(t *testing.T) string {
	t.Helper()
	libraries, _ := filepath.Glob("/usr/lib*/softhsm/libsofthsm2.so")
	more, _ := filepath.Glob("/usr/lib/*/softhsm/libsofthsm2.so")
	libraries = append(libraries, more...)
	util, err := exec.LookPath("softhsm2-util")
	if err != nil || len(libraries) == 0 {
		t.Fatal("SoftHSM is missing (Debian package softhsm2): run make prerequisites")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(config, []byte("directories.tokendir = "+dir+"\nobjectstore.backend = file\nlog.level = ERROR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", config)
	if out, err := exec.Command(util, "--init-token", "--free", "--label", "prov", "--pin", "1234", "--so-pin", "12345678").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return "pkcs11:token=prov?module-path=" + libraries[0]
}

func pin(text string) Ask { return func(Question) ([]byte, error) { return []byte(text), nil } }

func signs(s *Store, kind string, pub credential.PublicKey) error {
	signer, err := s.Signer(kind, pub)
	if err != nil {
		return err
	}
	raw, err := credential.Sign(signer, credential.KindTimeToken, credential.TimeToken{IssuedAt: 1})
	if err != nil {
		return err
	}
	_, err = credential.Verify[credential.TimeToken](credential.Verifier{}, credential.KindTimeToken, raw, credential.MaxObject, pub)
	return err
}

// A key in a hardware module signs, is found again by another process's store, and is nowhere in the folder.
func TestKeysInAModule(t *testing.T) {
	hsm := softHSM(t)
	s, err := Create(filepath.Join(t.TempDir(), "keys"), nil, 10, pin("1234"))
	if err != nil {
		t.Fatal(err)
	}
	name, key, err := s.NewSigner("config", hsm)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := credential.PublicKeyOf(key)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := parseAddress(s.Place(name)); err != nil || len(a.ID) != 16 {
		t.Errorf("lies at %q (%v)", s.Place(name), err)
	}
	for _, kind := range []string{"grant-issuer", "revocation"} {
		if _, _, err := s.NewSigner(kind, hsm); err != nil {
			t.Fatal(err)
		}
	}
	if err := signs(s, "config", pub); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	again := Open(s.Dir(), pin("1234"))
	done := make(chan error)
	for range 8 {
		go func() { done <- signs(again, "config", pub) }()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := again.publish("config-0000000000000000.pkcs11", []byte(hsm+"\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := again.fetch("config-0000000000000000"); !errors.Is(err, ErrURI) {
		t.Errorf("an address without a key: %v, want %v", err, ErrURI)
	}
	a, _ := parseAddress(hsm)
	a.ID = []byte("nobody")
	if _, err := again.inToken(a.String()); !errors.Is(err, ErrNotInToken) {
		t.Errorf("a key that is not there: %v, want %v", err, ErrNotInToken)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAModuleThatCannotBeUsedSaysWhy(t *testing.T) {
	hsm := softHSM(t)
	for name, c := range map[string]struct {
		uri  string
		ask  Ask
		want error
	}{
		"wrong PIN":    {hsm, pin("4321"), ErrTokenPIN},
		"no PIN":       {hsm, Sources{}.Ask, ErrNoPIN},
		"nobody":       {hsm, nil, ErrNoPIN},
		"other token":  {"pkcs11:token=annan?module-path=" + mustModule(hsm), pin("1234"), ErrToken},
		"no module":    {"pkcs11:token=prov?module-path=/nowhere.so", pin("1234"), ErrToken},
		"not a module": {"pkcs11:token=prov?module-path=/etc/hostname", pin("1234"), ErrToken},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Create(filepath.Join(t.TempDir(), "keys"), nil, 10, c.ask)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, _, err := s.NewSigner("config", c.uri); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func mustModule(uri string) string {
	a, err := parseAddress(uri)
	if err != nil {
		panic(err)
	}
	return a.Module
}

// A wrong PIN is tried once, however often somebody wants to sign: modules lock themselves after a few.
func TestAWrongPINIsTriedOnce(t *testing.T) {
	hsm := softHSM(t)
	asked := 0
	s, err := Create(filepath.Join(t.TempDir(), "keys"), nil, 10, func(Question) ([]byte, error) { asked++; return []byte("4321"), nil })
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, _, err := s.NewSigner("config", hsm); !errors.Is(err, ErrTokenPIN) {
			t.Errorf("got %v, want %v", err, ErrTokenPIN)
		}
	}
	if asked != 1 {
		t.Errorf("tried %d times, want once", asked)
	}
}

// What names a library that becomes part of the process is believed only where nobody else can write.
func TestAnAddressThatOthersMayWrite(t *testing.T) {
	hsm := softHSM(t)
	s, err := Create(filepath.Join(t.TempDir(), "keys"), nil, 10, pin("1234"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	name, _, err := s.NewSigner("config", hsm)
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o602, 0o620} {
		if err := os.Chmod(s.path(name+reference), mode); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignerNamed(name); !errors.Is(err, ErrWritable) {
			t.Errorf("mode %o: got %v, want %v", mode, err, ErrWritable)
		}
	}
}
