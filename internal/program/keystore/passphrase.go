package keystore

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"hemnyckel/internal/base/problem"
)

// Problems with passphrases.
var (
	ErrNoPassphrase = problem.New(problem.Denied, "keys-locked",
		"Nycklarna i %s är krypterade och ingen lösenfras är given. Ange en fil med --passphrase-file (eller HEMNYCKEL_PASSPHRASE_FILE), lägg den som hemnyckel-passphrase bland tjänstens credentials, eller kör i en terminal.",
		"The keys in %s are encrypted and no passphrase is given. Name a file with --passphrase-file (or HEMNYCKEL_PASSPHRASE_FILE), put it as hemnyckel-passphrase among the service's credentials, or run in a terminal.")
	ErrNoPIN = problem.New(problem.Denied, "hsm-locked",
		"Säkerhetsmodulen %s behöver en PIN. Ange en fil med HEMNYCKEL_PIN_FILE, lägg den som hemnyckel-pin bland tjänstens credentials, eller kör i en terminal.",
		"The security module %s needs a PIN. Name a file with HEMNYCKEL_PIN_FILE, put it as hemnyckel-pin among the service's credentials, or run in a terminal.")
	ErrNoUnlockCode = problem.New(problem.Denied, "station-unlock-missing",
		"Stationens mapp krypteras med en upplåsningskod, och ingen är given. Gör en med hemnyckel station code och ange en fil med --unlock-file, eller lägg den som hemnyckel-unlock bland tjänstens credentials. Utan kryptering, för prov: --unsealed.",
		"The station's folder is sealed with an unlock code, and none is given. Make one with hemnyckel station code and name a file with --unlock-file, or put it as hemnyckel-unlock among the service's credentials. Without sealing, for trials: --unsealed.")
	ErrPassphraseFile = problem.New(problem.Invalid, "keys-passphrase-file",
		"Lösenfrasen går inte att läsa ur %s. Filen ska innehålla en rad.", "The passphrase cannot be read from %s. The file holds one line.")
	ErrPassphraseOpen = problem.New(problem.Invalid, "keys-passphrase-open",
		"Andra på datorn kan läsa %[1]s, så det som står där används inte. Låt bara dig själv läsa filen: chmod 600 %[1]s",
		"Others on this machine can read %[1]s, so what it says is not used. Let nobody but you read the file: chmod 600 %[1]s")
	ErrWeak = problem.New(problem.Invalid, "keys-passphrase-short",
		"En lösenfras ska ha minst %d tecken. Ta till exempel fem ord som inte hör ihop.",
		"A passphrase has at least %d characters. Take, for example, five words that do not belong together.")
)

// MinPassphrase is the fewest characters of a passphrase that somebody chooses.
const MinPassphrase = 12

// Kind is what is asked for.
type Kind int

// The kinds.
const (
	Passphrase Kind = iota // of a folder
	PIN                    // of a hardware module
	UnlockCode             // of a station's folder
)

// Question asks for a secret that a person or the operating system holds.
type Question struct {
	Kind Kind
	For  string // folder or token
}

// Ask answers a question.
type Ask func(Question) ([]byte, error)

// Sources are the places where answers come from, in the order in which they are tried.
type Sources struct {
	PassphraseFile string // from a flag or HEMNYCKEL_PASSPHRASE_FILE
	PINFile        string // from HEMNYCKEL_PIN_FILE
	UnlockFile     string // from a flag or HEMNYCKEL_UNLOCK_FILE
	Credentials    string // systemd's $CREDENTIALS_DIRECTORY
	Prompt         Ask    // a terminal; nil: there is none
}

// Environment is what the process's environment says. A passphrase itself is never read from it, since other programs can see it
// there.
func Environment() Sources {
	return Sources{PassphraseFile: os.Getenv("HEMNYCKEL_PASSPHRASE_FILE"), PINFile: os.Getenv("HEMNYCKEL_PIN_FILE"), UnlockFile: os.Getenv("HEMNYCKEL_UNLOCK_FILE"),
		Credentials: os.Getenv("CREDENTIALS_DIRECTORY")}
}

// Ask answers from the first source that has an answer.
func (s Sources) Ask(q Question) ([]byte, error) {
	file, credential, none := s.PassphraseFile, "hemnyckel-passphrase", ErrNoPassphrase
	switch q.Kind {
	case PIN:
		file, credential, none = s.PINFile, "hemnyckel-pin", ErrNoPIN
	case UnlockCode:
		file, credential, none = s.UnlockFile, "hemnyckel-unlock", ErrNoUnlockCode
	}
	if file != "" {
		if err := private(file); err != nil {
			return nil, err
		}
		return readLine(file)
	}
	if s.Credentials != "" {
		b, err := readLine(filepath.Join(s.Credentials, credential))
		if !errors.Is(err, fs.ErrNotExist) {
			return b, err
		}
	}
	if s.Prompt != nil {
		return s.Prompt(q)
	}
	return nil, none.Fill(q.For)
}

// private fails for a file whose secret others may have read. What systemd hands over as a credential it guards itself; a pipe, as in
// <(command), is nobody else's.
func private(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return ErrPassphraseOpen.Fill(path)
	}
	return nil // a file that is not there is told of when it is read
}

// readLine reads the one line of a file.
func readLine(path string) ([]byte, error) {
	b, err := readBounded(path)
	b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	if err == nil && (len(b) == 0 || bytes.ContainsRune(b, '\n')) {
		err = errors.New("not one line")
	}
	if err != nil {
		return nil, ErrPassphraseFile.Fill(path).With(err)
	}
	return b, nil
}

// CheckPassphrase says whether a chosen passphrase is long enough.
func CheckPassphrase(p []byte) error {
	if len([]rune(string(p))) < MinPassphrase {
		return ErrWeak.Fill(MinPassphrase)
	}
	return nil
}
