package vectors

import (
	"crypto/sha256"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hemnyckel/credential"
)

// The municipality of the vectors.
const (
	lockNo    uint32 = 104_711
	keyNo     uint32 = 2017
	stationNo uint32 = 3
	groupNo   uint32 = 12
	staffNo   uint64 = 4_503_599_627_370_597
)

// start is Monday 2 March 2026, 07:20 UTC.
var start = credential.At(time.Date(2026, 3, 2, 7, 20, 0, 0, time.UTC))

const (
	hours credential.Instant = 3600
	days  credential.Instant = 24 * hours
)

func authorityCert(role credential.Role, by, name string) credential.Certificate {
	c := credential.Certificate{
		Issuer: public(by).Hash(), NotBefore: start - hours, Expires: start + 365*days, Serial: 1000 + uint64(role), Key: public(name), Role: role,
	}
	if role == credential.RoleRevocation {
		c.Epoch = 1
	}
	return c
}

var authorityNames = map[credential.Role]string{
	credential.RoleGrantIssuer: "grant issuer", credential.RoleStationCA: "station CA", credential.RoleDeviceCA: "device CA",
	credential.RoleRevocation: "revocation", credential.RoleConfig: "config",
}

// authority is the certificate of a role below the root.
func authority(role credential.Role) []byte {
	return sign("root", credential.KindCertificate, authorityCert(role, "root", authorityNames[role]))
}

func stationCert() credential.Certificate {
	return credential.Certificate{
		Issuer: public("station CA").Hash(), Subject: stationNo, NotBefore: start - hours, Expires: start + 7*days, Serial: 2003,
		Key: public("station"), Role: credential.RoleStation, Group: groupNo, Exchange: exchangePublic("station"),
	}
}

func lockCert() credential.Certificate {
	return credential.Certificate{
		Issuer: public("device CA").Hash(), Subject: lockNo, NotBefore: start - hours, Expires: start + 3650*days, Serial: 2004,
		Key: public("lock"), Role: credential.RoleLock, Exchange: exchangePublic("lock"),
	}
}

func keyCert() credential.Certificate {
	return credential.Certificate{
		Issuer: public("device CA").Hash(), Subject: keyNo, NotBefore: start - hours, Expires: start + 3650*days, Serial: 2005,
		Key: public("key"), Role: credential.RoleKey, Group: groupNo,
	}
}

func cert(by string, c credential.Certificate) []byte { return sign(by, credential.KindCertificate, c) }

// leavesOf are leaves padded to a power of two with salts of their own; the vectors' lock first.
func leavesOf(first credential.Leaf, size int) []credential.Leaf {
	leaves := make([]credential.Leaf, size)
	for i := range leaves {
		if i < (size+1)/2+1 {
			leaves[i] = credential.Leaf{Lock: lockNo + uint32(i), Rights: credential.RightOpen, Epoch: 1}
		}
		d := sha256.Sum256([]byte{byte(i), byte(i >> 8), 's'})
		leaves[i].Salt = [8]byte(d[:8])
	}
	salt := leaves[0].Salt
	leaves[0] = first
	leaves[0].Salt = salt
	return leaves
}

func openLeaf() credential.Leaf {
	return credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1}
}

func treeOf(first credential.Leaf, size int) *credential.Tree {
	return must(credential.NewTree(leavesOf(first, size)))
}

func grantOver(t *credential.Tree) credential.Grant {
	return credential.Grant{
		Issuer: public("grant issuer").Hash(), Key: keyNo, NotBefore: start / hours * hours, Expires: start + 5*days, Serial: 3001,
		Holder: public("key"), Root: t.Root(), Size: t.Size(), Generation: 1, Blocks: credential.Version{Epoch: 1, Number: uint64(start)},
		Shift: 720, Group: groupNo,
	}
}

func activationOf(grant []byte) credential.Activation {
	return credential.Activation{
		Station: stationNo, Key: keyNo, NotBefore: start, Expires: start + 12*hours,
		Serial: credential.ActivationSerial(stationNo, 70_000), Grant: credential.HashGrant(grant), Staff: staffNo,
	}
}

func blockList(entries ...credential.BlockEntry) credential.BlockList {
	return credential.BlockList{
		Issuer: public("revocation").Hash(), IssuedAt: start, Version: credential.Version{Epoch: 1, Number: uint64(start)}, Entries: entries,
	}
}

func configOf() credential.LockConfig {
	return credential.LockConfig{
		Issuer: public("config").Hash(), Lock: lockNo, IssuedAt: start, Version: 1, Epoch: 1, Ingest: exchangePublic("ingest"),
	}
}

func batchOf() credential.LogBatch {
	return credential.LogBatch{
		Lock: lockNo, Identity: public("lock").Hash(), Epoch: 1, Prev: credential.ChainStart(public("lock")), Records: records(),
		Blocks: credential.Version{Epoch: 1, Number: uint64(start)}, Config: 1, Battery: 90, Last: 4, Oldest: 1,
	}
}

func records() []credential.Record {
	return []credential.Record{
		{Seq: 1, Boot: 1, Time: start - hours, Quality: credential.TimeRunning, Event: credential.EventClaimed, Activation: 5001},
		{Seq: 2, Boot: 1, Time: start, Quality: credential.TimeVerified, Event: credential.EventOpened, Key: keyNo, Activation: credential.ActivationSerial(stationNo, 70_000)},
		{Seq: 3, Boot: 2, Time: start + 60, Quality: credential.TimeLost, Event: credential.EventRefused, Key: keyNo, Code: credential.CodeClockLost},
	}
}

func mandateOf(p credential.MandatePurpose) credential.Mandate {
	return credential.Mandate{
		Issuer: public("device CA").Hash(), Lock: public("lock").Hash(), NotBefore: start - hours, Expires: start + days, Serial: 5001,
		Installer: public("installer"), Purpose: p,
	}
}

func rootStatement(epoch uint32, old, next, after string, until credential.Instant) credential.RootStatement {
	return credential.RootStatement{
		Issuer: public(old).Hash(), IssuedAt: start, Key: public(next), Epoch: epoch, After: credential.CommitRoot(public(after)), Until: until,
	}
}

// stated is a change of root signed by both.
func stated(epoch uint32, old, next, after string, until credential.Instant) []byte {
	inner := sign(next, credential.KindRootNext, rootStatement(epoch, old, next, after, until))
	return sign(old, credential.KindRootStatement, inner)
}

// payload is what an object says, in diagnostic notation (RFC 8949 §8), beside nothing else.
func payload(raw []byte) args {
	var parts []cbor.RawMessage
	if err := cbor.Unmarshal(raw, &parts); err != nil {
		panic(err)
	}
	var body []byte
	if err := cbor.Unmarshal(parts[2], &body); err != nil {
		panic(err)
	}
	return args{"payload": must(cbor.Diagnose(body))}
}

// flip changes one bit of a copy, in the byte at, which counts from the end when negative.
func flip(b []byte, at int) []byte {
	c := append([]byte(nil), b...)
	c[(at+len(c))%len(c)] ^= 1
	return c
}
