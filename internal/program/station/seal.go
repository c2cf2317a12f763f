package station

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/program/keystore"
)

// Problems of sealed folders. Codes are stable.
var (
	ErrLocked = problem.New(problem.Unavailable, "station-locked",
		"Stationen är låst. Skriv upplåsningskoden på stationens skärm, eller ge den när stationen startas.",
		"The station is locked. Type the unlock code on the station's screen, or give it when the station is started.")
	ErrUnlockCode = problem.New(problem.Denied, "station-unlock-code",
		"Upplåsningskoden stämmer inte. Försök igen. Är den borta: spärra stationen och anslut den på nytt med en tom mapp.",
		"The unlock code is not right. Try again. If it is lost: block the station and enrol it anew with an empty folder.")
	ErrUnsealed = problem.New(problem.Conflict, "station-not-sealed",
		"Stationens mapp är inte krypterad, och det som har legat öppet blir inte hemligt i efterhand. Spärra stationen och anslut den på nytt med en tom mapp.",
		"The station's folder is not sealed, and what has lain in the open does not become secret afterwards. Block the station and enrol it anew with an empty folder.")
)

// fileSeal is the folder's key, encrypted under the unlock code (age, scrypt). It is written first: a folder without it is not sealed.
const fileSeal = "unlock.age"

// sealKind binds what is sealed to its use.
const sealKind = "hemnyckel/station-file/1\x00"

// maxSeal bounds what an unlocking reads.
const maxSeal = 16 << 10

// sealed are files that are encrypted where they lie: AES-256-GCM with a random nonce, under one key, each bound to its name, so that
// none can be put in another's place. A nonce would repeat after some 2^32 writes, which is a thousand years of a busy station.
type sealed struct {
	in   Files
	aead cipher.AEAD
}

// Seal returns the files of a folder that is sealed under an unlock code; an empty folder is sealed by it, at a cost of trying one code that is
// normally [keystore.Work]. Everything but the names, the sizes and the number of files is hidden. What it does not do: whoever can write to the disk can put
// a whole older file back.
func Seal(in Files, code []byte, work int) (Files, error) {
	names, err := in.List()
	if err != nil {
		return nil, err
	}
	code = normalCode(code)
	var key []byte
	switch {
	case slices.Contains(names, fileSeal):
		key, err = openSeal(in, code)
	case slices.ContainsFunc(names, func(name string) bool { return !strings.HasPrefix(name, ".") }): // others are what a power cut left
		err = ErrUnsealed
	default:
		key, err = newSeal(in, code, work)
	}
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrDamaged.Fill(fileSeal).With(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealed{in, aead}, err
}

func newSeal(in Files, code []byte, work int) ([]byte, error) {
	if err := keystore.CheckPassphrase(code); err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	rand.Read(key) // never fails (crypto/rand)
	b, err := keystore.Seal(key, code, work)
	if err != nil {
		return nil, err
	}
	return key, in.Write(fileSeal, b)
}

func openSeal(in Files, code []byte) ([]byte, error) {
	b, err := in.Read(fileSeal)
	if err != nil {
		return nil, err
	}
	if len(b) > maxSeal {
		return nil, ErrDamaged.Fill(fileSeal)
	}
	key, err := keystore.OpenSealed(b, code, fileSeal)
	switch {
	case errors.Is(err, keystore.ErrPassphrase):
		return nil, ErrUnlockCode.With(err)
	case err != nil || len(key) != 32:
		return nil, ErrDamaged.Fill(fileSeal).With(err)
	}
	return key, nil
}

// isSealed reports whether a folder is.
func isSealed(in Files) (bool, error) {
	_, err := in.Read(fileSeal)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// NewCode makes an unlock code for people: twenty digits, which a keypad has, in groups of four.
func NewCode() string {
	groups := make([]string, 5)
	for i := range groups {
		var b [4]byte
		for j := range b {
			b[j] = digit()
		}
		groups[i] = string(b[:])
	}
	return strings.Join(groups, "-")
}

// digit is a decimal digit, each as likely.
func digit() byte {
	for {
		var b [1]byte
		rand.Read(b[:])
		if b[0] < 250 {
			return '0' + b[0]%10
		}
	}
}

// normalCode brings a code of digits into one form, however it is grouped; another is what it is.
func normalCode(code []byte) []byte {
	digits := strings.NewReplacer("-", "", " ", "").Replace(string(code))
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return code
	}
	return []byte(digits)
}

// Read implements Files.
func (s sealed) Read(name string) ([]byte, error) {
	if name == fileSeal {
		return nil, fs.ErrNotExist
	}
	b, err := s.in.Read(name)
	if err != nil {
		return nil, err
	}
	if b, err = s.aead.Open(nil, nil, b, []byte(sealKind+name)); err != nil {
		return nil, ErrDamaged.Fill(name).With(fmt.Errorf("not sealed under this folder's key as %s: %w", name, err))
	}
	return b, nil
}

// Write implements Files.
func (s sealed) Write(name string, data []byte) error {
	return s.in.Write(name, s.aead.Seal(nil, nil, data, []byte(sealKind+name)))
}

// Remove implements Files.
func (s sealed) Remove(name string) error { return s.in.Remove(name) }

// List implements Files.
func (s sealed) List() ([]string, error) {
	names, err := s.in.List()
	return slices.DeleteFunc(names, func(name string) bool { return name == fileSeal }), err
}
