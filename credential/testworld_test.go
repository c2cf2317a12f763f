package credential_test

import (
	"crypto/ecdsa"
	"testing"
	"time"

	"hemnyckel/credential"
)

var noon = time.Date(2026, 3, 2, 12, 20, 0, 0, time.UTC)

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// holder makes a key pair.
func holder(t testing.TB) (*ecdsa.PrivateKey, credential.PublicKey) {
	t.Helper()
	k := must(credential.NewSigningKey())(t)
	return k, must(credential.PublicKeyOf(k))(t)
}

// padded is a tree over n locks.
func padded(t testing.TB, n int) *credential.Tree {
	t.Helper()
	leaves := make([]credential.Leaf, n)
	for i := range leaves {
		leaves[i] = credential.Leaf{Lock: uint32(100_000 + i), Rights: credential.RightOpen, Epoch: 1}
	}
	return must(credential.NewTree(must(credential.PadLeaves(leaves))(t)))(t)
}

// sample is one valid object of each kind, with the key that signed it.
type sample struct {
	auth                                                *credential.Authority
	station                                             *credential.Identity
	lock                                                *credential.Identity
	tree                                                *credential.Tree
	grant, activation, stCert, blocks, batch, sealed    []byte
	config, token, ack, request, mail, response, stated []byte
}

func newSample(t testing.TB) sample {
	t.Helper()
	s := sample{
		auth: must(credential.NewAuthority(noon))(t), station: must(credential.NewIdentity())(t), lock: must(credential.NewIdentity())(t),
		tree: padded(t, 600),
	}
	key, pub := holder(t)
	blocks := credential.Version{Epoch: 1, Number: uint64(noon.Unix())}
	s.stCert = must(s.auth.IssueStation(3, 12, s.station.PublicKey(), s.station.ExchangeKey(), noon))(t)
	s.grant = must(s.auth.IssueGrant(credential.Grant{Key: 1017, Holder: pub, Generation: 1, Blocks: blocks, Shift: 720, Group: 12}, s.tree, noon))(t)
	g := must(credential.ParseGrant(s.grant))(t)
	s.activation = must(credential.SignActivation(s.station, credential.Activation{
		Station: 3, Key: 1017, NotBefore: credential.At(noon), Expires: credential.At(noon.Add(12 * time.Hour)),
		Serial: credential.ActivationSerial(3, 70_000), Grant: credential.HashGrant(s.grant), Staff: 1 << 60,
	}, g))(t)
	list := credential.BlockList{Version: blocks}
	for i := range uint64(200) {
		list.Entries = append(list.Entries, credential.BlockEntry{Kind: credential.BlockKey, ID: 1000 + i, Expiry: credential.DayOf(credential.At(noon)) + 7})
	}
	s.blocks = must(s.auth.IssueBlockList(list, noon))(t)
	s.config = must(s.auth.IssueConfig(credential.LockConfig{Lock: 100_300, Version: 1, Epoch: 1}, noon))(t)
	s.token = must(s.auth.IssueTime([8]byte{1}, noon))(t)
	s.batch = must(credential.SignBatch(s.lock.Signing, batchOf(s.lock, 32)))(t)
	s.sealed = must(credential.SealBatch(s.auth.Ingest(), s.batch))(t)
	acks := make([]credential.Ack, 10) // those of a key's mail
	acks[6] = credential.Ack{Lock: s.lock.PublicKey().Hash(), Epoch: 1, Seq: 1032, Head: credential.Hash{1}}
	s.ack = must(s.auth.IssueAcks(acks))(t)[6]
	s.mail = must(credential.Encode(credential.Mail{Batches: [][]byte{s.sealed}, Activations: [][]byte{s.activation}}))(t)
	s.request = must(credential.SignSyncRequest(key, credential.SyncRequest{Key: 1017, Counter: 5}))(t)
	s.response = must(credential.Encode(credential.SyncResponse{
		Grant: s.grant, Leaves: s.tree.Leaves(), Issuer: s.auth.Certificate(credential.RoleGrantIssuer), Blocks: s.blocks, Acks: [][]byte{s.ack},
	}))(t)
	s.stated = must(credential.EncodeStationMessage(credential.StationMessage{Hello: &credential.Hello{Certificate: s.stCert, Grant: s.grant}}))(t)
	return s
}

func batchOf(lock *credential.Identity, n uint32) credential.LogBatch {
	b := credential.LogBatch{
		Lock: 100_300, Identity: lock.PublicKey().Hash(), Epoch: 1, Prev: credential.ChainStart(lock.PublicKey()), Battery: 90, Last: 1000 + n, Oldest: 1001,
		Blocks: credential.Version{Epoch: 1, Number: uint64(noon.Unix())}, Config: 1,
	}
	for i := range n {
		b.Records = append(b.Records, credential.Record{
			Seq: 1001 + i, Boot: 2, Time: credential.At(noon), Quality: credential.TimeRunning, Event: credential.EventOpened, Key: 1017,
			Activation: credential.ActivationSerial(3, 70_000),
		})
	}
	return b
}
