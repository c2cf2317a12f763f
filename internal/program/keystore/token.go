package keystore

import (
	"crypto"
	"encoding/hex"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"unicode"

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
	ErrTokenPIN = problem.New(problem.Denied, "hsm-pin",
		"Säkerhetsmodulen %s tar inte emot PIN. Den prövas inte igen förrän programmet startas om, för att modulen inte ska låsa sig: rätta PIN först.",
		"The security module %s does not take the PIN. It is not tried again before the program is started anew, lest the module lock itself: correct the PIN first.")
	ErrTokenKey = problem.New(problem.Conflict, "hsm-key-wrong",
		"Nyckeln i säkerhetsmodulen %s gör underskrifter som inte stämmer med dess publika del. Använd den inte; byt den med hemnyckel ca rotate eller ca request.",
		"The key in the security module %s makes signatures that its public half does not verify. Do not use it; replace it with hemnyckel ca rotate or ca request.")
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

// parseAddress reads a URI; of a key it has an id, of a token only it has none. Attributes that are not known, or are there twice, are refused,
// since ignoring one could mean another key. A module is named by its whole path: a name alone would be looked for in places that
// others may write to, and what is found there runs with our rights.
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
	control := strings.ContainsFunc(a.Token+a.Module, unicode.IsControl) // a C library would read no further than a NUL
	if !ok || control || a.Token == "" || !filepath.IsAbs(a.Module) {
		return address{}, bad
	}
	return a, nil
}

// attributes gives every name=value of a list to set, until that does not know one.
func attributes(list, separator string, set func(name, value string) bool) bool {
	seen := map[string]bool{}
	for attribute := range strings.SplitSeq(list, separator) {
		name, value, _ := strings.Cut(attribute, "=")
		value, err := url.PathUnescape(value)
		if err != nil || seen[name] || !set(name, value) {
			return false
		}
		seen[name] = true
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
	return "pkcs11:token=" + url.PathEscape(a.Token) + id + "?module-path=" + strings.NewReplacer("%2F", "/", "&", "%26").Replace(url.PathEscape(a.Module))
}

// proved makes sure that a key in a module signs what its public half verifies: a module is not ours, and what it gets wrong shows otherwise
// at the doors.
func proved(key crypto.Signer, token string) (credential.PublicKey, error) {
	pub, err := credential.PublicKeyOf(key)
	if err != nil {
		return pub, ErrTokenKey.Fill(token).With(err)
	}
	raw, err := credential.Sign(key, credential.KindTimeToken, credential.TimeToken{IssuedAt: 1})
	if err != nil {
		return pub, ErrToken.Fill(token).With(err)
	}
	if _, err := credential.Verify[credential.TimeToken](credential.Verifier{}, credential.KindTimeToken, raw, credential.MaxObject, pub); err != nil {
		return pub, ErrTokenKey.Fill(token).With(err)
	}
	return pub, nil
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
	pub, err := proved(key, a.Token)
	if err != nil {
		return "", nil, err
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
	_, err = proved(key, a.Token)
	return key, err
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
	if err := s.refused[at]; err != nil {
		return nil, err
	}
	t, err := openToken(a, func() ([]byte, error) { return s.ask(Question{Kind: PIN, For: a.Token}) })
	if errors.Is(err, ErrTokenPIN) {
		if s.refused == nil {
			s.refused = map[string]error{}
		}
		s.refused[at] = err
	}
	if err != nil {
		return nil, err
	}
	if s.tokens == nil {
		s.tokens = map[string]token{}
	}
	s.tokens[at] = t
	return t, nil
}
