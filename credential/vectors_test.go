package credential_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"hemnyckel/credential"
)

// hexed is bytes as they stand in a vector.
type hexed []byte

func (b *hexed) UnmarshalJSON(raw []byte) error {
	if len(raw) == 0 || raw[0] != '"' { // a lock's state, which package lockcore reads
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	var err error
	*b, err = hex.DecodeString(text)
	return err
}

// vector is a golden vector of this package's objects: see docs/protocol.md.
type vector struct {
	Name, Op string
	Code     credential.Code
	In       struct {
		Bytes, Signer, Root, Via, Held, Revocation, Authority, Lock, Hashes, Mail, Key, Holder, Secret, Head, Ingest, Handshake hexed
		Device                                                                                                                  hexed `json:"device_ca"`
		Next                                                                                                                    hexed
		Window                                                                                                                  hexed
		Statements                                                                                                              []hexed
		Role                                                                                                                    credential.Role
		Purpose                                                                                                                 credential.MandatePurpose
		Index, Size, Counter, Epoch, Number                                                                                     uint32
		Zone                                                                                                                    credential.Zone
		NotBefore                                                                                                               credential.Instant `json:"not_before"`
		At                                                                                                                      credential.Instant
	}
	Out map[string]any
}

// vectors reads a set of golden vectors.
func vectors(t testing.TB, file string) []vector {
	t.Helper()
	b := must(os.ReadFile(filepath.Join("testdata", "vectors", file)))(t)
	var set struct{ Vectors []vector }
	if err := json.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Vectors) == 0 {
		t.Fatalf("%s is empty", file)
	}
	return set.Vectors
}

// judge does what a vector asks for. ok is false for what package lockcore judges.
func (v vector) judge() (out map[string]any, err error, ok bool) {
	in, verify := v.In, credential.Verifier{}
	switch v.Op {
	case "certificate":
		_, err = verify.Certificate(in.Bytes, pub(in.Signer))
		return object(in.Bytes, err), err, true
	case "chain":
		_, _, err = verify.Chain(pub(in.Root), in.Role, in.Bytes, in.Via)
		return nil, err, true
	case "grant":
		_, err = verify.Grant(in.Bytes, pub(in.Signer))
		hash := credential.HashGrant(in.Bytes)
		return with(object(in.Bytes, err), "hash", hash[:]), err, true
	case "activation":
		_, err = verify.Activation(in.Bytes, pub(in.Signer))
		return object(in.Bytes, err), err, true
	case "block-list":
		var held credential.BlockList
		if len(in.Held) > 0 {
			if held, err = credential.ParseBlockList(in.Held); err != nil {
				return nil, err, true
			}
		}
		_, err = verify.NewerBlockList(held, pub(in.Root), in.Bytes, in.Revocation)
		return object(in.Bytes, err), err, true
	case "config", "time":
		err = v.fromAuthority()
		return object(in.Bytes, err), err, true
	case "ack":
		return v.ack()
	case "batch":
		b, err := verify.Batch(in.Bytes, pub(in.Lock))
		head, _ := b.Head()
		return with(object(in.Bytes, err), "head", head[:]), err, true
	case "mandate":
		_, _, err = verify.Mandate(pub(in.Root), in.Bytes, in.Device, pub(in.Lock), in.Purpose)
		return object(in.Bytes, err), err, true
	case "sync-request":
		_, err = verify.SyncRequest(in.Bytes, in.Mail, pub(in.Key))
		return object(in.Bytes, err), err, true
	}
	return v.judgeMore()
}

func (v vector) judgeMore() (out map[string]any, err error, ok bool) {
	in, verify := v.In, credential.Verifier{}
	switch v.Op {
	case "root-statement":
		s, err := verify.RootStatement(in.Bytes, pub(in.Root), credential.Hash(in.Next))
		return with(nil, "root", s.Key[:]), err, true
	case "follow-roots":
		var chain [][]byte
		for _, s := range in.Statements {
			chain = append(chain, s)
		}
		r, _ := credential.Roots{Root: pub(in.Root), Next: credential.Hash(in.Next), Epoch: in.Epoch}.Follow(chain)
		return map[string]any{"root": hex.EncodeToString(r.Root[:]), "epoch": float64(r.Epoch)}, nil, true
	case "path":
		_, err = credential.Path{Index: in.Index, Hashes: in.Hashes}.Check(credential.Grant{Root: credential.Hash(in.Root), Size: in.Size}, in.Bytes)
		return nil, err, true
	case "possession":
		return nil, verify.Possession(credential.Proof(in.Bytes), credential.Hash(in.Handshake), in.Counter, pub(in.Holder)), true
	case "open-batch":
		ingest, err := ecdh.X25519().NewPrivateKey(in.Ingest)
		if err != nil {
			return nil, err, true
		}
		signed, err := credential.OpenBatch(in.Bytes, ingest)
		return with(nil, "signed", signed), err, true
	case "chain-start":
		head := credential.ChainStart(pub(in.Lock))
		return with(nil, "head", head[:]), nil, true
	case "chain-record":
		r, err := credential.ParseRecord(in.Bytes)
		if err != nil {
			return nil, err, true
		}
		head, err := r.Chain(credential.Hash(in.Head))
		return with(nil, "head", head[:]), err, true
	case "commit-root":
		next := credential.CommitRoot(pub(in.Root))
		return with(nil, "next", next[:]), nil, true
	case "window":
		l := credential.Leaf{Window: credential.Window(in.Window)}
		return map[string]any{"in": l.InWindow(credential.Grant{Zone: in.Zone, NotBefore: in.NotBefore}, in.At, in.At)}, nil, true
	case "station-message":
		_, err = credential.DecodeStationMessage(in.Bytes)
		return nil, err, true
	case "station-greeting":
		_, err = credential.Decode[credential.StationGreeting](in.Bytes, 2048)
		return nil, err, true
	case "mail":
		_, err = credential.DecodeMail(in.Bytes)
		return nil, err, true
	case "sync-response":
		_, err = credential.DecodeSyncResponse(in.Bytes)
		return nil, err, true
	case "enrolment":
		_, _, err = credential.DecodeEnrolment(in.Bytes, pub(in.Holder))
		return nil, err, true
	case "signing-key":
		k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), in.Secret)
		if err != nil {
			return nil, err, true
		}
		p, err := credential.PublicKeyOf(k)
		hash := p.Hash()
		return with(with(nil, "public", p[:]), "hash", hash[:]), err, true
	case "exchange-key":
		k, err := ecdh.X25519().NewPrivateKey(in.Secret)
		if err != nil {
			return nil, err, true
		}
		x := credential.ExchangeKeyOf(k)
		hash := x.Hash()
		return with(with(nil, "public", x[:]), "hash", hash[:]), nil, true
	case "code":
		c := credential.Code(in.Number)
		sv, en := c.Text()
		return map[string]any{"name": c.String(), "sv": sv, "en": en}, credential.Refuse(c, ""), true
	}
	return nil, nil, false
}

func (v vector) fromAuthority() error {
	authority, err := credential.ParseCertificate(v.In.Authority)
	if err != nil {
		return err
	}
	if v.Op == "config" {
		_, err = credential.Verifier{}.LockConfig(v.In.Bytes, authority)
	} else {
		_, err = credential.Verifier{}.TimeToken(v.In.Bytes, authority)
	}
	return err
}

func (v vector) ack() (map[string]any, error, bool) {
	authority, err := credential.ParseCertificate(v.In.Authority)
	if err != nil {
		return nil, err, true
	}
	ack, err := credential.Verifier{}.Ack(v.In.Bytes, authority)
	if err != nil {
		return nil, err, true
	}
	raw, _ := credential.Encode(ack)
	text, _ := cbor.Diagnose(raw)
	return map[string]any{"payload": text}, nil, true
}

func pub(b []byte) credential.PublicKey {
	if len(b) != 33 {
		return credential.PublicKey{}
	}
	return credential.PublicKey(b)
}

// object is what a good object says, in diagnostic notation.
func object(raw []byte, err error) map[string]any {
	if err != nil {
		return nil
	}
	o, err := credential.Read[cbor.RawMessage](raw, credential.MaxBlockList)
	if err != nil {
		return map[string]any{"payload": err.Error()}
	}
	text, err := cbor.Diagnose(o.Body)
	if err != nil {
		text = err.Error()
	}
	return map[string]any{"payload": text}
}

func with(out map[string]any, name string, b []byte) map[string]any {
	if out == nil {
		out = map[string]any{}
	}
	out[name] = hex.EncodeToString(b)
	return out
}

// Every golden vector is accepted with exactly these fields, or refused with exactly this code. What the vectors say is a promise to
// other implementations: when this test fails, the code is wrong, not the file.
func TestGoldenVectors(t *testing.T) {
	for _, file := range []string{"keys.json", "codes.json", "primitives.json", "objects.json", "sealed.json", "messages.json"} {
		for _, v := range vectors(t, file) {
			out, err, mine := v.judge()
			if !mine {
				continue
			}
			code := credential.CodeOf(err)
			if v.Op == "code" && v.In.Number == 0 {
				code = credential.OK
			}
			if code != v.Code {
				t.Errorf("%s: got %v (%v), want %v", v.Name, code, err, v.Code)
			}
			if v.Out != nil && !reflect.DeepEqual(out, v.Out) {
				t.Errorf("%s: got %v, want %v", v.Name, out, v.Out)
			}
		}
	}
}

// Every code has a vector that is refused with it, but those that tell of a device's state and of no bytes at all.
func TestEveryCodeHasAVector(t *testing.T) {
	stateOnly := map[credential.Code]bool{
		credential.CodeBusy:          true, // another session is going on
		credential.CodeNotEnrolled:   true, // the key has no certificate, or the server does not know it
		credential.CodeStationRefuse: true, // a sentence on the station's screen says why
		credential.CodeGrantMissing:  true, // the key has never been synced
		credential.CodeNoLeaf:        true, // the key finds no leaf for the lock
	}
	seen := map[credential.Code]bool{}
	for _, file := range []string{"primitives.json", "objects.json", "sealed.json", "messages.json", "decisions.json", "dialogues.json"} {
		for _, v := range vectors(t, file) {
			seen[v.Code] = true
		}
	}
	for _, c := range credential.Codes() {
		if seen[c] == stateOnly[c] {
			t.Errorf("code %v has a vector: %v; is about a state alone: %v", c, seen[c], stateOnly[c])
		}
	}
}

// The bare files are the vectors' main input.
func TestBinaryVectors(t *testing.T) {
	for _, file := range []string{"primitives.json", "objects.json", "sealed.json", "messages.json", "decisions.json"} {
		for _, v := range vectors(t, file) {
			if v.In.Bytes == nil {
				continue
			}
			b, err := os.ReadFile(filepath.Join("testdata", "vectors", "binary", fmt.Sprintf("%s.cbor", v.Name)))
			if err != nil || string(b) != string(v.In.Bytes) {
				t.Errorf("%s: %v, or other bytes than the JSON", v.Name, err)
			}
		}
	}
}
