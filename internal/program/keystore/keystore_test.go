package keystore_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/internal/program/keystore"
)

// quick is the cost of a passphrase in tests.
const quick = 10

func answer(text string) keystore.Ask {
	return func(keystore.Question) ([]byte, error) { return []byte(text), nil }
}

func nobody(t *testing.T) keystore.Ask {
	return func(q keystore.Question) ([]byte, error) {
		t.Errorf("asked for %v", q)
		return nil, errors.New("nobody is here")
	}
}

func create(t *testing.T, passphrase []byte, ask keystore.Ask) *keystore.Store {
	t.Helper()
	s, err := keystore.Create(filepath.Join(t.TempDir(), "keys"), passphrase, quick, ask)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func reopen(t *testing.T, s *keystore.Store, ask keystore.Ask) *keystore.Store {
	t.Helper()
	return keystore.Open(s.Dir(), ask)
}

// sign has a signer sign something, and checks it.
func sign(s *keystore.Store, pub credential.PublicKey) error {
	signer, err := s.Signer("grant-issuer", pub)
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

func newKey(t *testing.T, s *keystore.Store) (string, credential.PublicKey) {
	t.Helper()
	name, key, err := s.NewSigner("grant-issuer", "")
	if err != nil {
		t.Fatal(err)
	}
	pub, err := credential.PublicKeyOf(key)
	if err != nil {
		t.Fatal(err)
	}
	return name, pub
}

func TestKeysSurviveInAFolder(t *testing.T) {
	for name, passphrase := range map[string][]byte{"plain": nil, "encrypted": []byte("fem ord som inte hor ihop")} {
		t.Run(name, func(t *testing.T) {
			s := create(t, passphrase, nil)
			file, pub := newKey(t, s)
			exchange, err := s.NewExchanger("ingest")
			if err != nil {
				t.Fatal(err)
			}
			asked := 0
			again := reopen(t, s, func(keystore.Question) ([]byte, error) { asked++; return passphrase, nil })
			if asked != 0 || again.Encrypted() != (passphrase != nil) {
				t.Errorf("asked %d times before anything was needed, encrypted %v", asked, again.Encrypted())
			}
			for range 2 {
				if err := sign(again, pub); err != nil {
					t.Fatal(err)
				}
			}
			opener, err := again.Exchanger("ingest", exchange)
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := credential.SealBatch(exchange, []byte("records"))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := credential.OpenBatch(sealed, opener); err != nil || string(got) != "records" {
				t.Errorf("got %q, %v", got, err)
			}
			if want := len(passphrase) / max(len(passphrase), 1); asked != want {
				t.Errorf("asked %d times, want %d", asked, want)
			}
			if again.Place(file) != filepath.Join(s.Dir(), file+".age") || again.Place("config-00") != "" {
				t.Errorf("lies at %q", again.Place(file))
			}
		})
	}
}

// Nothing in the folder holds a secret as it is, not even with the unlocking key in the open: that is in a file of its own.
func TestSecretsAreNowhereInTheOpen(t *testing.T) {
	s := create(t, nil, nil)
	secret := make([]byte, 32)
	rand.Read(secret)
	if err := s.Add("journal-00", secret); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(s.Dir())
	if err != nil || len(files) != 2 {
		t.Fatalf("got %v, %v", files, err)
	}
	for _, f := range files {
		path := filepath.Join(s.Dir(), f.Name())
		b, err := os.ReadFile(path)
		if err != nil || bytes.Contains(b, secret) {
			t.Errorf("%s holds the secret as it is (%v)", f.Name(), err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want it for its owner only", f.Name(), info.Mode(), err)
		}
	}
}

func TestWhatCannotBeOpenedSaysWhy(t *testing.T) {
	good := []byte("fem ord som inte hor ihop")
	for name, c := range map[string]struct {
		passphrase []byte
		ask        keystore.Ask
		spoil      func(t *testing.T, s *keystore.Store, key string)
		want       error
	}{
		"wrong passphrase": {good, answer("fem ord som hor ihop"), nil, keystore.ErrPassphrase},
		"nobody to ask":    {good, nil, nil, keystore.ErrNoPassphrase},
		"no source":        {good, keystore.Sources{}.Ask, nil, keystore.ErrNoPassphrase},
		"folder gone":      {nil, nil, func(t *testing.T, s *keystore.Store, _ string) { os.RemoveAll(s.Dir()) }, keystore.ErrNone},
		"key gone": {nil, nil, func(t *testing.T, s *keystore.Store, key string) { os.Remove(filepath.Join(s.Dir(), key+".age")) },
			keystore.ErrAbsent},
		"readable by others": {nil, nil, func(t *testing.T, s *keystore.Store, _ string) {
			os.Chmod(filepath.Join(s.Dir(), "unlock.key"), 0o644)
		}, keystore.ErrReadable},
		"unlock.key damaged": {nil, nil, func(t *testing.T, s *keystore.Store, _ string) {
			os.WriteFile(filepath.Join(s.Dir(), "unlock.key"), []byte("AGE-SECRET-KEY-PQ-1"), 0o600)
		}, keystore.ErrDamaged},
		"unlock.age cut": {good, answer(string(good)), func(t *testing.T, s *keystore.Store, _ string) {
			os.Truncate(filepath.Join(s.Dir(), "unlock.age"), 60)
		}, keystore.ErrDamaged},
		"key cut": {nil, nil, func(t *testing.T, s *keystore.Store, key string) {
			os.Truncate(filepath.Join(s.Dir(), key+".age"), 1000)
		}, keystore.ErrDamaged},
		"key too long": {nil, nil, func(t *testing.T, s *keystore.Store, key string) {
			os.Truncate(filepath.Join(s.Dir(), key+".age"), 1<<20)
		}, keystore.ErrFolder},
		"another key under its name": {nil, nil, func(t *testing.T, s *keystore.Store, key string) {
			other, _ := newKey(t, s)
			os.Rename(filepath.Join(s.Dir(), other+".age"), filepath.Join(s.Dir(), key+".age"))
		}, keystore.ErrDamaged},
		"key of another folder": {nil, nil, func(t *testing.T, s *keystore.Store, key string) {
			strange := create(t, nil, nil)
			other, _ := newKey(t, strange)
			os.Rename(filepath.Join(strange.Dir(), other+".age"), filepath.Join(s.Dir(), key+".age"))
		}, keystore.ErrDamaged},
		"reference nonsense": {nil, nil, func(t *testing.T, s *keystore.Store, key string) {
			os.WriteFile(filepath.Join(s.Dir(), key+".pkcs11"), []byte("pkcs11:token=x;id=%01?module-path=/x&pin-value=1"), 0o600)
		}, keystore.ErrURI},
	} {
		t.Run(name, func(t *testing.T) {
			s := create(t, c.passphrase, nil)
			key, pub := newKey(t, s)
			again := reopen(t, s, c.ask)
			if c.spoil != nil {
				c.spoil(t, s, key)
			}
			if err := sign(again, pub); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestFolders(t *testing.T) {
	s := create(t, nil, nil)
	if _, err := keystore.Create(s.Dir(), []byte("fem ord som inte hor ihop"), quick, nil); !errors.Is(err, keystore.ErrExists) {
		t.Errorf("a second folder in the same place: %v, want %v", err, keystore.ErrExists)
	}
	if err := keystore.Open("", nil).Add("a-00", nil); !errors.Is(err, keystore.ErrUnnamed) {
		t.Errorf("no folder named: %v, want %v", err, keystore.ErrUnnamed)
	}
	if err := keystore.Open(filepath.Join(s.Dir(), "elsewhere"), nil).Exists(); !errors.Is(err, keystore.ErrNone) {
		t.Errorf("a folder that is not there: %v, want %v", err, keystore.ErrNone)
	}
	if err := s.Add("same-00", []byte("a")); err != nil {
		t.Fatal(err)
	}
	if err := s.Add("same-00", []byte("b")); !errors.Is(err, keystore.ErrExists) {
		t.Errorf("a name that is taken: %v, want %v", err, keystore.ErrExists)
	}
	if got, err := s.Secret("same-00"); err != nil || string(got) != "a" {
		t.Errorf("got %q, %v: want what was kept first", got, err)
	}
	for _, name := range []string{"", "unlock", "../x", "a/b", "a.b", strings.Repeat("a", 81), "Å"} {
		if err := s.Add(name, []byte("a")); !errors.Is(err, keystore.ErrName) {
			t.Errorf("name %q: %v, want %v", name, err, keystore.ErrName)
		}
	}
}

func TestAPassphraseIsSetAndChanged(t *testing.T) {
	s := create(t, nil, nil)
	_, pub := newKey(t, s)
	for _, passphrase := range []string{"det forsta av tva", "det andra av tva"} {
		if err := s.SetPassphrase([]byte(passphrase), quick); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(s.Dir(), "unlock.key")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the unlocking key still lies in the open: %v", err)
		}
		if err := sign(reopen(t, s, answer(passphrase)), pub); err != nil {
			t.Error(err)
		}
		if err := sign(reopen(t, s, answer("nagot helt annat")), pub); !errors.Is(err, keystore.ErrPassphrase) {
			t.Errorf("got %v, want %v", err, keystore.ErrPassphrase)
		}
	}
}

// A power cut between two files leaves an unlocking key in the open. That is said, and the next change of passphrase takes it away.
func TestAnUnlockingKeyLeftInTheOpen(t *testing.T) {
	for _, left := range []string{"unlock.key", ".unlock.key-0a1b2c3d", "..unlock.key-0a1b2c3d-123"} {
		s := create(t, nil, nil)
		open, err := os.ReadFile(filepath.Join(s.Dir(), "unlock.key"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetPassphrase([]byte("det forsta av tva"), quick); err != nil {
			t.Fatal(err)
		}
		if !s.Encrypted() {
			t.Fatal("not encrypted")
		}
		file := filepath.Join(s.Dir(), left)
		if err := os.WriteFile(file, open, 0o600); err != nil {
			t.Fatal(err)
		}
		if s.Encrypted() {
			t.Errorf("%s lies there and the folder is said to be encrypted", left)
		}
		if err := reopen(t, s, answer("det forsta av tva")).SetPassphrase([]byte("det andra av tva"), quick); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) || !s.Encrypted() {
			t.Errorf("%s still lies there: %v", left, err)
		}
	}
}

func TestSources(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file, pin := write("file", "from a file\n"), write("pin", "1234\r\n")
	write("hemnyckel-passphrase", "from systemd")
	open := write("open", "anybody's")
	if err := os.Chmod(open, 0o640); err != nil {
		t.Fatal(err)
	}
	prompt := answer("typed")
	passphrase := keystore.Question{Kind: keystore.Passphrase, For: "x"}
	for name, c := range map[string]struct {
		s    keystore.Sources
		q    keystore.Question
		want string
		err  error
	}{
		"file first":        {keystore.Sources{PassphraseFile: file, Credentials: dir, Prompt: prompt}, passphrase, "from a file", nil},
		"then credentials":  {keystore.Sources{Credentials: dir, Prompt: prompt}, passphrase, "from systemd", nil},
		"then the terminal": {keystore.Sources{Credentials: t.TempDir(), Prompt: prompt}, passphrase, "typed", nil},
		"PIN":               {keystore.Sources{PassphraseFile: file, PINFile: pin}, keystore.Question{Kind: keystore.PIN}, "1234", nil},
		"no PIN":            {keystore.Sources{PassphraseFile: file}, keystore.Question{Kind: keystore.PIN}, "", keystore.ErrNoPIN},
		"nothing":           {keystore.Sources{}, passphrase, "", keystore.ErrNoPassphrase},
		"no such file":      {keystore.Sources{PassphraseFile: file + "x", Prompt: prompt}, passphrase, "", keystore.ErrPassphraseFile},
		"empty file":        {keystore.Sources{PassphraseFile: write("empty", "\n")}, passphrase, "", keystore.ErrPassphraseFile},
		"two lines":         {keystore.Sources{PassphraseFile: write("two", "a\nb\n")}, passphrase, "", keystore.ErrPassphraseFile},
		"read by others":    {keystore.Sources{PassphraseFile: open, Prompt: prompt}, passphrase, "", keystore.ErrPassphraseOpen},
		"PIN read by all":   {keystore.Sources{PINFile: open}, keystore.Question{Kind: keystore.PIN}, "", keystore.ErrPassphraseOpen},
		"a whole disk":      {keystore.Sources{PassphraseFile: write("long", strings.Repeat("a", 1<<20))}, passphrase, "", keystore.ErrPassphraseFile},
	} {
		got, err := c.s.Ask(c.q)
		if string(got) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: got %q, %v, want %q, %v", name, got, err, c.want, c.err)
		}
	}
	if err := keystore.CheckPassphrase([]byte("kortare")); !errors.Is(err, keystore.ErrWeak) {
		t.Errorf("got %v, want %v", err, keystore.ErrWeak)
	}
}

// FuzzSealed: whatever a file holds, it is refused without harm; and a file cannot make us work for hours.
func FuzzSealed(f *testing.F) {
	good, err := keystore.Seal([]byte("secret"), []byte("fem ord som inte hor ihop"), 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(bytes.Replace(good, []byte(" 1\n"), []byte(" 60\n"), 1))
	want := sha256.Sum256([]byte("secret"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.Contains(b, []byte(" 1")) || bytes.Contains(b, []byte(" 2")) {
			if !bytes.Equal(b, good) {
				return // some costs are legitimate, and slow
			}
		}
		out, err := keystore.OpenSealed(b, []byte("fem ord som inte hor ihop"), "x")
		if err == nil && sha256.Sum256(out) != want {
			t.Errorf("%q opened as %q", b, out)
		}
	})
}
