package ceremony

import (
	"crypto"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/durable"
	"hemnyckel/internal/base/problem"
)

// Kinds of what is signed here. They mean nothing to a lock.
const (
	kindKey    credential.Kind = "hemnyckel/ceremony/key/1"
	kindAnswer credential.Kind = "hemnyckel/ceremony/answer/1"
	kindEntry  credential.Kind = "hemnyckel/ceremony/entry/1"
)

// Names of the blocks in files (PEM, RFC 7468), so that nobody takes one for another.
const (
	blockRequest = "HEMNYCKEL CA REQUEST"
	blockAnswer  = "HEMNYCKEL CA ANSWER"
	blockEntry   = "HEMNYCKEL CA ENTRY"
)

const (
	maxObject = 128 << 10 // bytes of a request, an answer or an entry
	maxText   = 4 << 20   // bytes of a file
)

// Key is a key that asks for a role's certificate.
type Key struct {
	Role  credential.Role      `cbor:"1,keyasint"`
	Key   credential.PublicKey `cbor:"2,keyasint"`
	Epoch uint32               `cbor:"3,keyasint"` // revocation: at least this
	Place string               `cbor:"4,keyasint"` // where its secret lies, for the transcript
	Proof []byte               `cbor:"5,keyasint"` // by the key itself
}

// claim is what a key signs about itself.
type claim struct {
	Municipality string               `cbor:"1,keyasint"`
	Role         credential.Role      `cbor:"2,keyasint"`
	Key          credential.PublicKey `cbor:"3,keyasint"`
}

// NewKey asks for a certificate for signer's key.
func NewKey(municipality string, role credential.Role, signer crypto.Signer, place string) (Key, error) {
	pub, err := credential.PublicKeyOf(signer)
	if err != nil {
		return Key{}, err
	}
	proof, err := credential.Sign(signer, kindKey, claim{Municipality: municipality, Role: role, Key: pub})
	return Key{Role: role, Key: pub, Place: place, Proof: proof}, err
}

// Request is what a server asks of its root.
type Request struct {
	Municipality string             `cbor:"1,keyasint"` // its id
	Name         string             `cbor:"2,keyasint"` // what people call it
	At           credential.Instant `cbor:"3,keyasint"`
	Keys         []Key              `cbor:"4,keyasint"`
}

// Text is the request as a file.
func (r Request) Text() ([]byte, error) {
	b, err := credential.Encode(r)
	return pem.EncodeToMemory(&pem.Block{Type: blockRequest, Bytes: b}), err
}

// ReadRequest reads a request and checks that the server has every key that it asks for.
func ReadRequest(file string) (Request, error) {
	b, err := readBlock(file, blockRequest, ErrRequest)
	if err != nil {
		return Request{}, err
	}
	r, err := credential.Decode[Request](b, maxObject)
	if err != nil || len(r.Keys) == 0 || len(r.Keys) > len(roleNames) || !validName(r.Name) {
		return Request{}, ErrRequest.Fill(file).With(err)
	}
	for _, k := range r.Keys {
		got, err := credential.Verify[claim](credential.Verifier{}, kindKey, k.Proof, credential.MaxObject, k.Key)
		if err != nil || got != (claim{Municipality: r.Municipality, Role: k.Role, Key: k.Key}) || RoleName(k.Role) == "" {
			return Request{}, ErrProof.Fill(RoleName(k.Role)).With(err)
		}
	}
	return r, nil
}

// Answer is what a server gets back: everything that is public about its root, so that answers may come late, twice or in another
// order.
type Answer struct {
	At    credential.Instant `cbor:"1,keyasint"`
	Trust Trust              `cbor:"2,keyasint"`
	Entry credential.Hash    `cbor:"3,keyasint"` // SHA-256 of the transcript's last entry
}

// text is the answer as a file, signed by its root.
func (a Answer) text(root crypto.Signer) ([]byte, error) {
	b, err := credential.Sign(root, kindAnswer, a)
	return pem.EncodeToMemory(&pem.Block{Type: blockAnswer, Bytes: b}), err
}

// ReadAnswer reads an answer, and checks that its root has signed it and everything in it. Whether that is the right root is the
// caller's question.
func ReadAnswer(file string) (Answer, error) {
	b, err := readBlock(file, blockAnswer, ErrAnswer)
	if err != nil {
		return Answer{}, err
	}
	a, err := credential.Parse[Answer](b, maxObject)
	if err == nil {
		a, err = credential.Verify[Answer](credential.Verifier{}, kindAnswer, b, maxObject, a.Trust.Root)
	}
	if err == nil {
		err = a.Trust.Check()
	}
	if err != nil {
		return Answer{}, ErrAnswer.Fill(file).With(err)
	}
	return a, nil
}

// readBlock reads a file that holds one block.
func readBlock(file, kind string, other *problem.Error) ([]byte, error) {
	b, err := readFile(file, maxText)
	if err != nil {
		return nil, err
	}
	block, rest := pem.Decode(b)
	if block == nil || block.Type != kind || len(rest) != 0 || len(block.Headers) != 0 {
		return nil, other.Fill(file)
	}
	return block.Bytes, nil
}

func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, ErrFile.Fill(path).With(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil || int64(len(b)) > limit {
		return nil, ErrFile.Fill(path).With(err)
	}
	return b, nil
}

// WriteNew writes a file that is not there yet, whole or not at all.
func WriteNew(path string, content []byte, exists *problem.Error) error {
	if _, err := os.Lstat(path); err == nil {
		return exists.Fill(path)
	}
	part, err := os.CreateTemp(filepath.Dir(path), ".ca-*")
	if err != nil {
		return ErrFile.Fill(path).With(err)
	}
	defer os.Remove(part.Name())
	part.Close()
	if err := durable.WriteFile(part.Name(), content, 0o600); err != nil {
		return ErrFile.Fill(path).With(err)
	}
	err = durable.Publish(part.Name(), path)
	switch {
	case errors.Is(err, fs.ErrExist):
		return exists.Fill(path).With(err)
	case err != nil:
		return ErrFile.Fill(path).With(err)
	}
	return nil
}

func at(i credential.Instant) string { return i.Time().Format(time.RFC3339) }
