// Package keystore keeps secret keys out of the database: each in a file of its own, encrypted, or in a hardware module that
// never gives it away. Whoever signs gets a crypto.Signer and cannot tell the difference.
//
// It owns the folder, its format, the hardware modules (PKCS#11) and where passphrases come from. It does not own what keys are
// for: names are the caller's, certificates are somebody else's. internal/program/municipality keeps a municipality's keys in it,
// internal/program/ceremony has its way of asking for passphrases.
//
// A folder holds one unlocking key and any number of secrets encrypted to it, all in the age format, so that they can be read with the
// age tool should this program be gone:
//
//	unlock.age     the unlocking key, encrypted under a passphrase (scrypt), or
//	unlock.key     the unlocking key as it is: protected by its permissions and nothing else
//	NAME.age       a secret
//	NAME.pkcs11    where a secret lies in a hardware module: an RFC 7512 URI
//
// What this protects against: with unlock.age, somebody who gets hold of the folder or a copy of it, but not the passphrase. With
// unlock.key, somebody who gets hold of the database or a backup of it alone. Neither helps against somebody who is in control of the
// running program: a hardware module keeps the secret even then, though not what is signed with it meanwhile.
//
// Promises: a secret is on disk, whole, before Add returns; no secret is ever replaced; nothing is asked before a secret is needed, and
// then once.
package keystore

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"filippo.io/age"

	"hemnyckel/internal/base/durable"
	"hemnyckel/internal/base/problem"
)

// Problems of key folders. Each says what to do.
var (
	ErrNone = problem.New(problem.NotFound, "keys-missing",
		"Det finns inga nycklar i %s. Ange rätt mapp med --keys (eller HEMNYCKEL_KEYS), eller lägg tillbaka mappen från dess kopia: en säkerhetskopia av databasen innehåller inga nycklar.",
		"There are no keys in %s. Give the right folder with --keys (or HEMNYCKEL_KEYS), or put the folder back from its copy: a backup of the database holds no keys.")
	ErrUnnamed = problem.New(problem.Invalid, "keys-folder-unnamed",
		"En kommun i PostgreSQL behöver en mapp för sina nycklar, som inte ska ligga i databasen. Ange --keys MAPP (eller HEMNYCKEL_KEYS).",
		"A municipality in PostgreSQL needs a folder for its keys, which are not to lie in the database. Give --keys DIR (or HEMNYCKEL_KEYS).")
	ErrAbsent = problem.New(problem.NotFound, "key-missing",
		"Nyckeln %s finns inte i %s. Lägg tillbaka den från mappens kopia, eller byt den: hemnyckel ca rotate, eller ca request.",
		"The key %s is not in %s. Put it back from the folder's copy, or replace it: hemnyckel ca rotate, or ca request.")
	ErrExists = problem.New(problem.Conflict, "keys-exist",
		"Det finns redan nycklar i %s. Inget har ändrats.", "There are keys in %s already. Nothing was changed.")
	ErrPassphrase = problem.New(problem.Denied, "keys-passphrase",
		"Lösenfrasen stämmer inte för %s. Försök igen.", "The passphrase is not right for %s. Try again.")
	ErrDamaged = problem.New(problem.Conflict, "key-damaged",
		"Nyckelfilen %s är skadad eller hör till en annan mapp. Lägg tillbaka den från mappens kopia.",
		"The key file %s is damaged or belongs to another folder. Put it back from the folder's copy.")
	ErrReadable = problem.New(problem.Denied, "keys-readable",
		"Andra användare kan läsa %s. Kör: chmod 600 %s — och byt nycklarna om någon annan kan ha läst dem.",
		"Other users can read %s. Run: chmod 600 %s — and replace the keys if somebody else may have read them.")
	ErrWritable = problem.New(problem.Denied, "keys-writable",
		"Andra användare kan skriva i %s, som säger vilket program nyckeln hämtas med. Kontrollera vad som står där och kör: chmod 600 %s",
		"Other users can write to %s, which says by what program the key is fetched. Check what it says, and run: chmod 600 %s")
	ErrFolder = problem.New(problem.Unavailable, "keys-folder",
		"Nyckelmappen %s går inte att läsa eller skriva. Kontrollera sökväg, ägare och rättigheter.",
		"The key folder %s cannot be read or written. Check its path, owner and permissions.")
	ErrName = problem.New(problem.Internal, "key-name",
		"%q är inget namn på en nyckel.", "%q is no name of a key.")
)

const (
	unlockSealed = "unlock.age"
	unlockPlain  = "unlock.key"
	sealed       = ".age"
	reference    = ".pkcs11"

	maxFile = 16 << 10 // bytes of any file in a folder
)

// Work is the cost of trying one passphrase, as a power of two (scrypt): about a second and a quarter of a gigabyte.
const Work = 18

// maxWork bounds what a file can make us spend, in case somebody else wrote it.
const maxWork = 20

// Store is one folder. It is safe for concurrent use.
type Store struct {
	dir string
	ask Ask

	mu       sync.Mutex
	identity *age.HybridIdentity // nil until it is needed; guarded by mu
	tokens   map[string]token    // open hardware modules; guarded by mu
	refused  map[string]error    // those that did not take the PIN; guarded by mu
}

// Create makes a folder with a fresh unlocking key, encrypted under passphrase; nil leaves it in the open, for its owner only. work
// is normally [Work]. A folder that has one already is [ErrExists].
func Create(dir string, passphrase []byte, work int, ask Ask) (*Store, error) {
	if dir == "" {
		return nil, ErrUnnamed
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, ErrFolder.Fill(dir).With(err)
	}
	s := &Store{dir: dir, ask: ask}
	for _, name := range []string{unlockSealed, unlockPlain} {
		if _, err := os.Lstat(s.path(name)); err == nil {
			return nil, ErrExists.Fill(dir)
		}
	}
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, err
	}
	s.identity = identity
	return s, s.writeUnlock(passphrase, work)
}

// Open returns the store in dir. Whether there is one, and whether it can be unlocked, shows when something in it is needed; "" is a
// place that nobody has named.
func Open(dir string, ask Ask) *Store { return &Store{dir: dir, ask: ask} }

// Exists says whether there is a folder with keys.
func (s *Store) Exists() error {
	_, err := s.plain()
	return err
}

// Dir is the folder.
func (s *Store) Dir() string { return s.dir }

// Encrypted reports whether a passphrase guards the folder. It does not while the unlocking key also lies there in the open.
func (s *Store) Encrypted() bool {
	plain, err := s.plain()
	open, unread := s.inTheOpen()
	return err == nil && !plain && unread == nil && len(open) == 0
}

// inTheOpen lists the files with an unlocking key that no passphrase guards: the one that is used, and what a power cut left of it.
func (s *Store) inTheOpen() (names []string, err error) {
	all, err := os.ReadDir(s.dir)
	for _, f := range all {
		if f.Name() == unlockPlain || strings.HasPrefix(f.Name(), ".") && strings.HasPrefix(strings.TrimLeft(f.Name(), "."), unlockPlain+"-") {
			names = append(names, f.Name())
		}
	}
	return names, err
}

// plain reports whether the unlocking key lies in the open. An encrypted one takes precedence: after a change that was interrupted
// both may be there.
func (s *Store) plain() (bool, error) {
	if s.dir == "" {
		return false, ErrUnnamed
	}
	for _, name := range []string{unlockSealed, unlockPlain} {
		switch _, err := os.Stat(s.path(name)); {
		case err == nil:
			return name == unlockPlain, nil
		case !errors.Is(err, fs.ErrNotExist):
			return false, ErrFolder.Fill(s.dir).With(err)
		}
	}
	return false, ErrNone.Fill(s.dir)
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

// SetPassphrase encrypts the unlocking key under another passphrase. Secrets stay as they are. Copies of the folder from before
// open with what they opened with.
func (s *Store) SetPassphrase(passphrase []byte, work int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.unlock(); err != nil {
		return err
	}
	b, err := sealWith(passphrase, work, []byte(s.identity.String()))
	if err != nil {
		return err
	}
	if err := durable.WriteFile(s.path(unlockSealed), b, 0o600); err != nil {
		return ErrFolder.Fill(s.dir).With(err)
	}
	open, err := s.inTheOpen()
	for _, name := range open {
		err = errors.Join(err, os.Remove(s.path(name)))
	}
	if err = errors.Join(err, durable.SyncFolder(s.dir)); err != nil {
		return ErrFolder.Fill(s.dir).With(err)
	}
	return nil
}

// writeUnlock publishes a new folder's unlocking key.
func (s *Store) writeUnlock(passphrase []byte, work int) error {
	name, b := unlockPlain, []byte(s.identity.String()+"\n")
	if passphrase != nil {
		var err error
		if b, err = sealWith(passphrase, work, []byte(s.identity.String())); err != nil {
			return err
		}
		name = unlockSealed
	}
	return s.publish(name, b)
}

// publish writes a file that is not there yet.
func (s *Store) publish(name string, content []byte) error {
	part := s.path("." + name + "-" + nonce())
	if err := durable.WriteFile(part, content, 0o600); err != nil {
		return ErrFolder.Fill(s.dir).With(err)
	}
	err := durable.Publish(part, s.path(name))
	if err == nil {
		return nil
	}
	os.Remove(part)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists.Fill(s.path(name)).With(err)
	}
	return ErrFolder.Fill(s.dir).With(err)
}

// Unlock asks for the passphrase now rather than when the first secret is needed.
func (s *Store) Unlock() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unlock()
}

func (s *Store) unlock() error {
	if s.identity != nil {
		return nil
	}
	plain, err := s.plain()
	if err != nil {
		return err
	}
	var text []byte
	if plain {
		text, err = s.readPrivate(unlockPlain)
	} else if text, err = s.read(unlockSealed); err == nil {
		text, err = s.openUnlock(text)
	}
	if err != nil {
		return err
	}
	s.identity, err = age.ParseHybridIdentity(strings.TrimSpace(string(text)))
	if err != nil {
		return ErrDamaged.Fill(s.dir).With(err)
	}
	return nil
}

func (s *Store) openUnlock(b []byte) ([]byte, error) {
	if s.ask == nil {
		return nil, ErrNoPassphrase.Fill(s.dir)
	}
	passphrase, err := s.ask(Question{Kind: Passphrase, For: s.dir})
	if err != nil {
		return nil, err
	}
	return OpenSealed(b, passphrase, s.path(unlockSealed))
}

// readPrivate reads a file that only its owner may read.
func (s *Store) readPrivate(name string) ([]byte, error) {
	info, err := os.Stat(s.path(name))
	if err != nil {
		return nil, ErrFolder.Fill(s.dir).With(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, ErrReadable.Fill(s.path(name), s.path(name))
	}
	return s.read(name)
}

func (s *Store) read(name string) ([]byte, error) {
	b, err := readBounded(s.path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrAbsent.Fill(name, s.dir)
	case err != nil:
		return nil, ErrFolder.Fill(s.path(name)).With(err)
	}
	return b, nil
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = errors.New("longer than any key file")
	}
	return b, err
}

// Add keeps a secret under a name that is free.
func (s *Store) Add(name string, secret []byte) error {
	if !validName(name) {
		return ErrName.Fill(name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.unlock(); err != nil {
		return err
	}
	b, err := encrypt(secret, s.identity.Recipient())
	if err != nil {
		return err
	}
	return s.publish(name+sealed, b)
}

// Secret returns what Add kept.
func (s *Store) Secret(name string) ([]byte, error) {
	if !validName(name) {
		return nil, ErrName.Fill(name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.plain(); err != nil {
		return nil, err
	}
	b, err := s.read(name + sealed)
	if err != nil {
		return nil, err
	}
	if err := s.unlock(); err != nil {
		return nil, err
	}
	secret, err := decrypt(b, s.identity)
	if err != nil {
		return nil, ErrDamaged.Fill(s.path(name + sealed)).With(err)
	}
	return secret, nil
}

// Remove forgets a key that was never put to use. In a hardware module it stays.
func (s *Store) Remove(name string) {
	if validName(name) {
		os.Remove(s.path(name + sealed))
		os.Remove(s.path(name + reference))
	}
}

// Place says where a key lies: a file, or an address in a hardware module; "" when it is not here.
func (s *Store) Place(name string) string {
	if b, err := readBounded(s.path(name + reference)); err == nil {
		return strings.TrimSpace(string(b))
	}
	if _, err := os.Stat(s.path(name + sealed)); err == nil {
		return s.path(name + sealed)
	}
	return ""
}

// Close lets go of hardware modules.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, t := range s.tokens {
		err = errors.Join(err, t.close())
	}
	s.tokens = nil
	return err
}

// Seal encrypts b under a passphrase. work is normally [Work].
func Seal(b, passphrase []byte, work int) ([]byte, error) { return sealWith(passphrase, work, b) }

func sealWith(passphrase []byte, work int, b []byte) ([]byte, error) {
	r, err := age.NewScryptRecipient(string(passphrase))
	if err != nil {
		return nil, ErrWeak.Fill(MinPassphrase).With(err)
	}
	r.SetWorkFactor(work)
	return encrypt(b, r)
}

// OpenSealed decrypts what Seal encrypted; name is what the errors call it.
func OpenSealed(b, passphrase []byte, name string) ([]byte, error) {
	id, err := age.NewScryptIdentity(string(passphrase))
	if err != nil {
		return nil, ErrPassphrase.Fill(name).With(err)
	}
	id.SetMaxWorkFactor(maxWork)
	out, err := decrypt(b, id)
	var wrong *age.NoIdentityMatchError
	switch {
	case errors.As(err, &wrong):
		return nil, ErrPassphrase.Fill(name).With(err)
	case err != nil:
		return nil, ErrDamaged.Fill(name).With(err)
	}
	return out, nil
}

func encrypt(b []byte, to age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

func decrypt(b []byte, id age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(b), id)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxFile))
}

// validName keeps names inside the folder.
func validName(name string) bool {
	ok := name != "" && len(name) <= 80 && name != "unlock"
	for _, c := range []byte(name) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	return ok
}

func nonce() string { return hex.EncodeToString(randomID()[:4]) }
