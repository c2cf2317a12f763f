package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/program/ceremony"
	"hemnyckel/internal/program/keystore"
	"hemnyckel/internal/program/municipality"
)

// Passphrases are typed at a terminal, where they are not shown, or come on standard input, a line each, where there is none.

var (
	errPassphraseMissing = problem.New(problem.Invalid, "passphrase-missing",
		"Ingen lösenfras kom på standard in. Kör i en terminal, eller ge en rad för varje lösenfras.",
		"No passphrase came on standard input. Run in a terminal, or give a line for each passphrase.")
	errPassphraseDiffers = problem.New(problem.Invalid, "passphrase-differs",
		"De två lösenfraserna är olika. Inget har skrivits; börja om.", "The two passphrases differ. Nothing was written; start again.")
)

// options are what a municipality is opened with.
func (p *program) options() municipality.Options {
	sources := keystore.Environment()
	sources.PassphraseFile = p.pass
	if p.terminal() {
		sources.Prompt = func(q keystore.Question) ([]byte, error) {
			if q.Kind == keystore.PIN {
				return p.secret("PIN för säkerhetsmodulen %s", "PIN of the security module %s", q.For)
			}
			return p.secret("Lösenfras för %s", "Passphrase of %s", q.For)
		}
	}
	return municipality.Options{Keys: p.keys, Ask: sources.Ask}
}

// terminal reports whether a person can be asked.
func (p *program) terminal() bool {
	f, ok := p.stdin.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// secret asks for one line that is not shown.
func (p *program) secret(sv, en string, args ...any) ([]byte, error) {
	if !p.terminal() {
		return p.line()
	}
	fmt.Fprintf(p.stderr, problem.Text{SV: sv, EN: en}.In(p.lang)+": ", args...)
	b, err := term.ReadPassword(int(p.stdin.(*os.File).Fd()))
	fmt.Fprintln(p.stderr)
	if err != nil {
		return nil, errPassphraseMissing.With(err)
	}
	return b, nil
}

const maxPassphrase = 1 << 10

// line reads one line of standard input and nothing beyond it.
func (p *program) line() ([]byte, error) {
	var out []byte
	for b := make([]byte, 1); len(out) < maxPassphrase; {
		_, err := io.ReadFull(p.stdin, b)
		if err != nil && len(out) == 0 {
			return nil, errPassphraseMissing
		}
		if err != nil || b[0] == '\n' {
			return bytes.TrimSuffix(out, []byte("\r")), nil
		}
		out = append(out, b[0])
	}
	return nil, errPassphraseMissing
}

// newPassphrase has somebody choose a passphrase; at a terminal it is typed twice.
func (p *program) newPassphrase(sv, en string) ([]byte, error) {
	first, err := p.secret("Ny lösenfras för "+sv, "New passphrase of "+en)
	if err != nil {
		return nil, err
	}
	if err := keystore.CheckPassphrase(first); err != nil {
		return nil, err
	}
	if p.terminal() {
		again, err := p.secret("Samma lösenfras igen", "The same passphrase again")
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(first, again) {
			return nil, errPassphraseDiffers
		}
	}
	return first, nil
}

// newPassphrases has each custodian choose one.
func (p *program) newPassphrases(people []ceremony.Custodian) error {
	for i := range people {
		var err error
		if people[i].Passphrase, err = p.newPassphrase(people[i].Name, people[i].Name); err != nil {
			return err
		}
	}
	return nil
}

// twoShares is shares of as many custodians as it takes, which is found out before anybody is asked for anything.
func (p *program) twoShares(t *ceremony.Transcript, files []string) ([]ceremony.Share, error) {
	if len(files) != ceremony.Needed {
		return nil, ceremony.ErrTooFew.Fill(len(files))
	}
	return p.shares(t, files)
}

// shares opens custodians' files, each with the passphrase of its custodian, and says at once if one is not of this root.
func (p *program) shares(t *ceremony.Transcript, files []string) ([]ceremony.Share, error) {
	var all []ceremony.Share
	for _, file := range files {
		passphrase, err := p.secret("Lösenfras för delen i %s", "Passphrase of the share in %s", file)
		if err != nil {
			return nil, err
		}
		s, err := ceremony.ReadShare(file, passphrase)
		if err != nil {
			return nil, err
		}
		if err := t.CheckShare(s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}
