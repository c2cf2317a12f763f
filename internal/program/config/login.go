// Package config reads what whoever runs a server says about it in files: how people log in, and how they are told of things.
//
// It owns the file's form and the list of its faults. It does not own what is done with it: internal/program/server starts with it, and
// internal/edge/sso checks each provider of identity. Secrets are not in the file; it names the files that they are in.
//
// Promise: a key that is not known, and a value that cannot be used, is refused before anything is started.
package config

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/sso"
)

// Login is how people log in.
type Login struct {
	Origin    string     `toml:"origin"`   // as browsers see the portal: https://nyckel.kommun.example
	Providers []Provider `toml:"provider"` // in the order of the login page
}

// Provider is one provider of identity.
type Provider struct {
	ID       string   `toml:"id"`        // in addresses: small letters, digits and hyphens
	Name     string   `toml:"name"`      // on the button
	Issuer   string   `toml:"issuer"`    // https://…
	ClientID string   `toml:"client_id"` // what the provider calls us
	KeyFile  string   `toml:"key_file"`  // PEM, PKCS #8: signs our assertions; beside this file unless absolute
	KeyID    string   `toml:"key_id"`    // what the provider calls the key
	Levels   []string `toml:"levels"`    // levels of assurance that are enough
	Scopes   []string `toml:"scopes"`    // none: the work identity
}

// Problems with the file. Codes are stable.
var (
	ErrLogin = problem.New(problem.Invalid, "login-file",
		"Filen %s går inte att använda: %s.", "The file %s cannot be used: %s.")
	errOrigin = errors.New("origin is an address such as https://nyckel.kommun.example, without a path")
)

const maxFile = 1 << 20

// ReadLogin reads the file.
func ReadLogin(path string) (Login, []*sso.Provider, error) {
	text, err := readBounded(path)
	var l Login
	if err == nil {
		l, err = parseLogin(text)
	}
	if err != nil {
		return l, nil, ErrLogin.Fill(path, err.Error()).With(err)
	}
	var all []*sso.Provider
	for _, c := range l.Providers {
		p, err := l.provider(filepath.Dir(path), c)
		if err != nil {
			return l, nil, err
		}
		all = append(all, p)
	}
	return l, all, nil
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = errors.New("too large")
	}
	return text, err
}

func parseLogin(text []byte) (l Login, err error) {
	err = toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&l)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		err = errors.New("unknown key " + strings.Join(strict.Errors[0].Key(), "."))
	}
	if err == nil && !l.goodOrigin() {
		err = errOrigin
	}
	return l, err
}

func (l Login) goodOrigin() bool {
	at, err := url.Parse(l.Origin)
	local := err == nil && (at.Hostname() == "localhost" || at.Hostname() == "127.0.0.1")
	return err == nil && at.Host != "" && l.Origin == at.Scheme+"://"+at.Host && (at.Scheme == "https" || at.Scheme == "http" && local)
}

func (l Login) provider(folder string, c Provider) (*sso.Provider, error) {
	file := c.KeyFile
	if !filepath.IsAbs(file) {
		file = filepath.Join(folder, file)
	}
	key, err := readKey(file)
	if err != nil {
		return nil, ErrLogin.Fill(file, "a private key in PEM (PKCS #8) is needed").With(err)
	}
	return sso.New(sso.Config{ID: c.ID, Name: c.Name, Issuer: c.Issuer, ClientID: c.ClientID, Key: key, KeyID: c.KeyID,
		Redirect: l.Origin + "/login/svar/" + c.ID, Levels: c.Levels, Scopes: c.Scopes})
}

func readKey(path string) (crypto.Signer, error) {
	text, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("not a signing key")
	}
	return signer, nil
}
