// Ssosim is a made-up provider of identity by the Swedish OpenID Connect profile, as a process of its own, for tests.
//
// It owns a login page where anybody may be one of two made-up persons, a signing key that lives as long as it runs, and the checks that
// the profile has a provider make of us: exact redirect address, PKCE S256, private_key_jwt, codes that work once. It is no part of what a
// municipality runs. Its neighbours are the tests of internal/edge/sso and the journey of a login in test/browser.
//
//	ssosim -redirect http://localhost:8080/login/svar/prov -key client.pem
//
// prints the issuer's address and serves until it is stopped; the file with the client's key is made if it is not there. It lies when it
// is told to: POST /lie takes a [lie] as JSON, an empty one ends the lying.
//
// Promise: what it does when it is not told to lie, a provider by the profile may do.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	client := flag.String("client", "portal", "what the client is called")
	redirect := flag.String("redirect", "", "where the client is sent back to, exactly")
	file := flag.String("key", "", "file with the client's key, PEM (PKCS #8); made if it is not there")
	flag.Parse()
	key, err := clientKey(*file)
	if err != nil {
		log.Fatal(err)
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	p, err := newProvider("http://"+l.Addr().String(), *client, *redirect, key.Public())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.issuer)
	server := &http.Server{Handler: p.routes(), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.Serve(l))
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

func clientKey(file string) (crypto.Signer, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(file)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM", file)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s holds no key that signs", file)
	}
	return signer, nil
}

func makeKey(file string) (crypto.Signer, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}
