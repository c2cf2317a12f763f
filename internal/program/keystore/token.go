package keystore

import (
	"crypto"
	"encoding/hex"
	"net/url"
	"strings"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
)

// Problems with hardware modules.
var (
	ErrNoModules = problem.New(problem.Unavailable, "hsm-not-built",
		"Det här programmet är byggt utan stöd för säkerhetsmoduler (PKCS#11). Bygg det med en C-kompilator: CGO_ENABLED=1 go build ./cmd/hemnyckel",
		"This program was built without support for security modules (PKCS#11). Build it with a C compiler: CGO_ENABLED=1 go build ./cmd/hemnyckel")
	ErrURI = problem.New(problem.Invalid, "hsm-address",
		"%q är ingen adress till en säkerhetsmodul. Skriv pkcs11:token=NAMN?module-path=/sökväg/till/modul.so",
		"%q is no address of a security module. Write pkcs11:token=NAME?module-path=/path/to/module.so")
	ErrToken = problem.New(problem.Unavailable, "hsm-unavailable",
		"Säkerhetsmodulen %s svarar inte, har ingen sådan token, eller PIN är fel. Kontrollera modulens fil, tokens namn och PIN; försök inte många gånger: modulen kan låsa sig.",
		"The security module %s does not answer, has no such token, or the PIN is wrong. Check the module's file, the token's name and the PIN; do not try many times: the module may lock itself.")
	ErrNotInToken = problem.New(problem.NotFound, "hsm-key-missing",
		"Nyckeln finns inte i säkerhetsmodulen %s. Kontrollera att det är rätt token.", "The key is not in the security module %s. Check that it is the right token.")
)

// token is an open hardware module.
type token interface {
	generate(id, label []byte) (crypto.Signer, error)
	find(id []byte) (crypto.Signer, error) // nil, nil: not there
	close() error
}

// address is what is used of an RFC 7512 URI: pkcs11:token=T;id=%01?module-path=/x.so
type address struct {
	Token, Module string
	ID            []byte
}

// parseAddress reads a URI; of a key it has an id, of a token only it has none. Attributes that are not known are refused, since
// ignoring one could mean another key.
func parseAddress(uri string) (address, error) {
	bad := ErrURI.Fill(uri)
	rest, ok := strings.CutPrefix(strings.TrimSpace(uri), "pkcs11:")
	if !ok || len(uri) > maxFile {
		return address{}, bad
	}
	path, query, _ := strings.Cut(rest, "?")
	var a address
	ok = attributes(path, ";", func(name, value string) bool {
		switch name {
		case "token":
			a.Token = value
		case "id":
			a.ID = []byte(value)
		default:
			return false
		}
		return true
	}) && attributes(query, "&", func(name, value string) bool {
		a.Module = value
		return name == "module-path"
	})
	if !ok || a.Token == "" || a.Module == "" {
		return a, bad
	}
	return a, nil
}

// attributes gives every name=value of a list to set, until that does not know one.
func attributes(list, separator string, set func(name, value string) bool) bool {
	for attribute := range strings.SplitSeq(list, separator) {
		name, value, _ := strings.Cut(attribute, "=")
		value, err := url.PathUnescape(value)
		if err != nil || !set(name, value) {
			return false
		}
	}
	return true
}

// String is the URI.
func (a address) String() string {
	id := ""
	for _, b := range a.ID {
		id += "%" + hex.EncodeToString([]byte{b})
	}
	if id != "" {
		id = ";id=" + id
	}
	return "pkcs11:token=" + url.PathEscape(a.Token) + id + "?module-path=" + (&url.URL{Path: a.Module}).EscapedPath()
}

// newInToken makes a key pair in a hardware module and keeps its address.
func (s *Store) newInToken(kind, uri string) (string, crypto.Signer, error) {
	a, err := parseAddress(uri)
	if err != nil {
		return "", nil, err
	}
	t, err := s.token(a)
	if err != nil {
		return "", nil, err
	}
	a.ID = randomID()
	key, err := t.generate(a.ID, []byte("hemnyckel "+kind))
	if err != nil {
		return "", nil, ErrToken.Fill(a.Token).With(err)
	}
	pub, err := credential.PublicKeyOf(key)
	if err != nil {
		return "", nil, ErrToken.Fill(a.Token).With(err)
	}
	name := SignerName(kind, pub)
	if !validName(name) {
		return "", nil, ErrName.Fill(name)
	}
	return name, key, s.publish(name+reference, []byte(a.String()+"\n"))
}

// inToken finds a key in a hardware module.
func (s *Store) inToken(uri string) (crypto.Signer, error) {
	a, err := parseAddress(uri)
	if err != nil {
		return nil, err
	}
	if len(a.ID) == 0 {
		return nil, ErrURI.Fill(uri)
	}
	t, err := s.token(a)
	if err != nil {
		return nil, err
	}
	key, err := t.find(a.ID)
	switch {
	case err != nil:
		return nil, ErrToken.Fill(a.Token).With(err)
	case key == nil:
		return nil, ErrNotInToken.Fill(a.Token)
	}
	return key, nil
}

// token opens a hardware module, once.
func (s *Store) token(a address) (token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := a.Module + "\x00" + a.Token
	if t, ok := s.tokens[at]; ok {
		return t, nil
	}
	if s.ask == nil {
		return nil, ErrNoPIN.Fill(a.Token)
	}
	t, err := openToken(a, func() ([]byte, error) { return s.ask(Question{Kind: PIN, For: a.Token}) })
	if err != nil {
		return nil, err
	}
	if s.tokens == nil {
		s.tokens = map[string]token{}
	}
	s.tokens[at] = t
	return t, nil
}
