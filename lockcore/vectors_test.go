package lockcore_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

type hexed []byte

func (b *hexed) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	var err error
	*b, err = hex.DecodeString(text)
	return err
}

// lockVector is the state of a lock in a golden vector.
type lockVector struct {
	Unclaimed    bool               `json:"unclaimed"`
	Root         hexed              `json:"root"`
	NextRoot     hexed              `json:"next_root"`
	PreviousRoot hexed              `json:"previous_root"`
	Until        credential.Instant `json:"previous_root_until"`
	Number       uint32             `json:"number"`
	Epoch        uint16             `json:"epoch"`
	Clock        string             `json:"clock"`
	Now          credential.Instant `json:"now"`
	Latest       credential.Instant `json:"latest"`
	Unverified   uint8              `json:"unverified"`
	StrictClock  bool               `json:"strict_clock"`
	StrictLog    bool               `json:"strict_log"`
	LogFull      bool               `json:"log_full"`
	Blocks       hexed              `json:"block_list"`
	NoButton     bool               `json:"button_not_pressed"`
	Broken       bool               `json:"storage_broken"`
}

func (v lockVector) lock(t *testing.T, id *credential.Identity, code string) *lockcore.Lock {
	t.Helper()
	roots := credential.Roots{Root: credential.PublicKey(v.Root), Next: credential.Hash(v.NextRoot), Until: v.Until}
	if len(v.PreviousRoot) > 0 {
		roots.Previous = credential.PublicKey(v.PreviousRoot)
	}
	return must(lockcore.NewVectorLock(lockcore.VectorLock{
		Unclaimed: v.Unclaimed, Roots: roots, Number: v.Number, Epoch: v.Epoch, Lost: v.Clock == "lost", Now: v.Now, Latest: v.Latest, Unverified: v.Unverified,
		StrictClock: v.StrictClock, StrictLog: v.StrictLog, Full: v.LogFull, Blocks: v.Blocks, Identity: id, Code: code, NoButton: v.NoButton, Broken: v.Broken,
	}))(t)
}

func readVectors[T any](t testing.TB, file string) []T {
	t.Helper()
	b := must(os.ReadFile(filepath.Join("..", "credential", "testdata", "vectors", file)))(t)
	var set struct{ Vectors []T }
	if err := json.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Vectors) == 0 {
		t.Fatalf("%s is empty", file)
	}
	return set.Vectors
}

// Every decision that the golden vectors state is this lock's, also when it has just judged the same.
func TestGoldenDecisions(t *testing.T) {
	type vector struct {
		Name string
		Code credential.Code
		In   struct {
			Lock      lockVector
			Handshake hexed
			Bytes     hexed
		}
	}
	id := must(credential.NewIdentity())(t)
	for _, v := range readVectors[vector](t, "decisions.json") {
		lock := v.In.Lock.lock(t, id, "")
		for _, when := range []string{"first", "again"} {
			if err := lock.DecideOver(v.In.Bytes, credential.Hash(v.In.Handshake)); credential.CodeOf(err) != v.Code {
				t.Errorf("%s, %s: got %v, want %v", v.Name, when, err, v.Code)
			}
		}
	}
}

// Every conversation that the golden vectors state goes that way with this lock.
func TestGoldenDialogues(t *testing.T) {
	type vector struct {
		Name string
		In   struct {
			Lock      lockVector
			Code      string `json:"claim_code"`
			Signing   hexed  `json:"identity_signing"`
			Exchange  hexed  `json:"identity_exchange"`
			Handshake hexed
			Turns     []struct {
				Send   hexed
				Answer string
				Code   credential.Code
			}
		}
	}
	for _, v := range readVectors[vector](t, "dialogues.json") {
		id := must(credential.ParseIdentity(append(bytes.Clone(v.In.Signing), v.In.Exchange...)))(t)
		s := v.In.Lock.lock(t, id, v.In.Code).SessionAfter(credential.Hash(v.In.Handshake))
		for i, turn := range v.In.Turns {
			if answer, code := s.Turn(turn.Send); answer != turn.Answer || code != turn.Code {
				t.Errorf("%s, turn %d: got %s %v, want %s %v", v.Name, i+1, answer, code, turn.Answer, turn.Code)
			}
		}
	}
}

// The rest of the golden vectors that concern this package: forms of messages, names, adverts, the code's proofs and one handshake.
func TestGoldenMessages(t *testing.T) {
	type vector struct {
		Name, Op string
		Code     credential.Code
		In       struct {
			Bytes, Handshake, Ephemeral hexed
			Lock                        hexed
			Code, End, Prologue         string
			Initiator                   hexed `json:"initiator_ephemeral"`
			Responder                   hexed `json:"responder_ephemeral"`
			Static                      hexed `json:"responder_static"`
			Greeting                    hexed `json:"payload_2"`
			ToLock                      hexed `json:"plain_to_responder"`
			ToKey                       hexed `json:"plain_to_initiator"`
		}
		Out struct {
			Is          bool
			Proof, Name hexed
			M1          hexed `json:"message_1"`
			M2          hexed `json:"message_2"`
			Handshake   hexed
			ToLock      hexed `json:"to_responder"`
			ToKey       hexed `json:"to_initiator"`
		}
	}
	wants := map[string]int{}
	for _, v := range append(readVectors[vector](t, "messages.json"), readVectors[vector](t, "primitives.json")...) {
		var err error
		wants[v.Op]++
		switch v.Op {
		case "message":
			_, err = lockcore.DecodeMessage(v.In.Bytes)
		case "greeting":
			_, err = credential.Decode[lockcore.Greeting](v.In.Bytes, 2048)
		case "advert":
			var a lockcore.Advert
			if a, err = lockcore.ParseAdvert(v.In.Bytes); err == nil && a.Is(credential.ExchangeKey(v.In.Lock)) != v.Out.Is {
				t.Errorf("%s: recognised or not, against the vector", v.Name)
			}
		case "claim-proof":
			if got := lockcore.ClaimProof(v.In.Code, v.In.End, credential.Hash(v.In.Handshake)); !bytes.Equal(got[:], v.Out.Proof) {
				t.Errorf("%s: got %x, want %x", v.Name, got, v.Out.Proof)
			}
		case "certificate-name":
			if got := lockcore.NameIn(v.In.Ephemeral, v.In.Bytes); !bytes.Equal(got[:], v.Out.Name) {
				t.Errorf("%s: got %x, want %x", v.Name, got, v.Out.Name)
			}
		case "noise":
			id := must(credential.ParseIdentity(append(bytes.Repeat([]byte{1}, 32), v.In.Static...)))(t)
			key := must(lockcore.FixedEphemeral(lockcore.Purpose(v.In.Prologue), true, nil, v.In.Initiator))(t)
			lock := must(lockcore.FixedEphemeral(lockcore.ToLock, false, id, v.In.Responder))(t)
			m1 := must(key.Start(0))(t)
			if err := lock.Hear(m1); err != nil {
				t.Fatal(err)
			}
			m2 := must(lock.Reply(v.In.Greeting))(t)
			payload, static, err := key.Finish(m2)
			h := key.Hash()
			if err != nil || !bytes.Equal(payload, v.In.Greeting) || static != id.ExchangeKey() || !bytes.Equal(m1, v.Out.M1) ||
				!bytes.Equal(m2, v.Out.M2) || !bytes.Equal(h[:], v.Out.Handshake) {
				t.Errorf("%s: another handshake (%v)", v.Name, err)
			}
			if got := must(key.Seal(v.In.ToLock))(t); !bytes.Equal(got, v.Out.ToLock) {
				t.Errorf("%s: got %x to the lock, want %x", v.Name, got, v.Out.ToLock)
			}
			if got, err := key.Open(v.Out.ToKey); err != nil || !bytes.Equal(got, v.In.ToKey) {
				t.Errorf("%s: got %x, %v from the lock", v.Name, got, err)
			}
		default:
			wants[v.Op]--
		}
		if wants[v.Op] > 0 && credential.CodeOf(err) != v.Code {
			t.Errorf("%s: got %v, want %v", v.Name, err, v.Code)
		}
	}
	for _, op := range []string{"message", "greeting", "advert", "claim-proof", "certificate-name", "noise"} {
		if wants[op] == 0 {
			t.Errorf("no vector of %s", op)
		}
	}
}
