package main

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// lie is how the provider is to be wrong.
type lie struct {
	// Say is one of: "down", "slow", "endless", "elsewhere" (every answer sends on to another site), "unsigned" (UserInfo), "no ID token",
	// "alg none", "other key", "public key as secret", "other keys" (signs by one that it does not publish, under the same name), "new key"
	// (which is no lie: from now on another).
	Say    string            `json:"say"`
	At     string            `json:"at"`     // the path that Say is for, of those that are ways to be unreachable; "": all
	Self   map[string]any    `json:"self"`   // changed in what the provider says of itself
	Answer map[string]string `json:"answer"` // changed in the address that the browser is sent back to
	ID     map[string]any    `json:"id"`     // changed in the ID token
	Info   map[string]any    `json:"info"`   // changed in UserInfo
}

func (p *provider) told() lie {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lies
}

func (p *provider) beTold(w http.ResponseWriter, r *http.Request) {
	var l lie
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	in.DisallowUnknownFields()
	if err := in.Decode(&l); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	key, err := newKey()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lies = l
	if l.Say == "new key" {
		p.key, p.keyID = key, p.keyID+"1"
	}
}

// lying answers as a provider does that cannot be reached or does not answer to the point.
func (p *provider) lying(otherwise http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		l := p.told()
		if l.At != "" && l.At != r.URL.Path {
			otherwise(w, r)
			return
		}
		switch l.Say {
		case "down":
			http.Error(w, "down", http.StatusBadGateway)
		case "slow":
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
			}
		case "endless":
			w.Header().Set("Content-Type", "application/json")
			for blank := bytes.Repeat([]byte(" "), 64<<10); r.Context().Err() == nil; {
				if _, err := w.Write(blank); err != nil {
					return
				}
			}
		case "elsewhere":
			http.Redirect(w, r, "http://127.0.0.1:9"+r.URL.Path, http.StatusTemporaryRedirect)
		default:
			otherwise(w, r)
		}
	}
}

// sign signs claims, or not, as it has been told.
func (p *provider) sign(claims map[string]any, say string) string {
	text, err := json.Marshal(claims)
	if err != nil {
		return err.Error()
	}
	if say == "alg none" {
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(text) + "."
	}
	p.mu.Lock()
	var key crypto.Signer = p.key
	id := p.keyID
	p.mu.Unlock()
	how := jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: id}}
	switch say {
	case "other key", "other keys":
		other, err := newKey()
		if err != nil {
			return err.Error()
		}
		if say == "other key" {
			id = "unknown"
		}
		how.Key = jose.JSONWebKey{Key: other, KeyID: id}
	case "public key as secret":
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			return err.Error()
		}
		how = jose.SigningKey{Algorithm: jose.HS256, Key: public}
	}
	signer, err := jose.NewSigner(how, nil)
	if err != nil {
		return err.Error()
	}
	signed, err := signer.Sign(text)
	if err != nil {
		return err.Error()
	}
	out, err := signed.CompactSerialize()
	if err != nil {
		return err.Error()
	}
	return out
}
