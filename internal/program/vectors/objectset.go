package vectors

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"hemnyckel/credential"
)

// Short names for the codes and kinds of the tables below.
const (
	ok        = credential.OK
	malformed = credential.CodeMalformed
	forged    = credential.CodeSignature
	chain     = credential.CodeChain
)

func objectSet() *Set {
	s := &Set{About: "Signed objects, each judged on its own."}
	s.certificates()
	s.grants()
	s.activations()
	s.blockLists()
	s.fromConfig()
	s.acks()
	s.batches()
	s.mandates()
	s.roots()
	s.syncRequests()
	s.paths()
	return s
}

func (s *Set) certificates() {
	one := func(code credential.Code, name, about string, raw []byte, by string) {
		var out args
		if code == ok {
			out = payload(raw)
		}
		s.add(code, "certificate", name, about, args{"bytes": h(raw), "signer": h(key(by))}, out)
	}
	for role := credential.RoleGrantIssuer; role <= credential.RoleConfig; role++ {
		one(ok, "certificate-"+slug(authorityNames[role]), "The root certifies an authority.", authority(role), "root")
	}
	station, lock, keys := cert("station CA", stationCert()), cert("device CA", lockCert()), cert("device CA", keyCert())
	one(ok, "certificate-station", "A station, of seven days, for one group.", station, "station CA")
	one(ok, "certificate-lock", "A lock, with both of its keys.", lock, "device CA")
	one(ok, "certificate-key", "A key.", keys, "device CA")
	one(forged, "certificate-other-signer", "Genuine, held against another key.", lock, "station CA")
	one(forged, "certificate-flipped-payload", "One bit of the lock number is another.", flip(lock, 24), "device CA")
	one(forged, "certificate-flipped-signature", "One bit of the signature is another.", flip(lock, -1), "device CA")
	one(forged, "certificate-as-grant", "Signed over the external_aad of a grant.", sign("device CA", credential.KindGrant, lockCert()), "device CA")
	one(malformed, "certificate-empty", "No bytes.", []byte{}, "device CA")
	one(malformed, "certificate-cut", "The last byte is missing.", lock[:len(lock)-1], "device CA")
	one(malformed, "certificate-trailing", "A byte too many.", append(bytes.Clone(lock), 0), "device CA")
	one(malformed, "certificate-tagged", "With COSE's tag 18 in front, which is never sent.", append([]byte{0xd2}, lock...), "device CA")
	c := lockCert()
	c.Role = 9
	one(malformed, "certificate-role-9", "A role that does not exist.", cert("device CA", c), "device CA")
	c = lockCert()
	c.Exchange = credential.ExchangeKey{}
	one(malformed, "certificate-without-exchange", "A lock's certificate has an exchange key.", cert("device CA", c), "device CA")
	c = lockCert()
	c.Expires = c.NotBefore
	one(malformed, "certificate-ends-at-once", "It ends when it begins.", cert("device CA", c), "device CA")
	c = stationCert()
	c.Expires = c.NotBefore + 7*days + hours + 1
	one(credential.CodeCaps, "certificate-station-too-long", "A station's certificate lives 7 days and an hour at most.", cert("station CA", c), "station CA")
	c = lockCert()
	c.Issuer = public("station CA").Hash()
	one(chain, "certificate-names-another-issuer", "The issuer it names is not who signed it.", cert("device CA", c), "device CA")
	loose := resigned("device CA", credential.KindCertificate, unordered(lockCert()))
	one(malformed, "certificate-not-canonical", "Two fields of the map have changed places; the signature is good.", loose, "device CA")
	one(malformed, "certificate-unknown-field", "A field 99 that this version does not know; the signature is good.",
		resigned("device CA", credential.KindCertificate, withField(encode(lockCert()), 99)), "device CA")

	s.chains()
}

func (s *Set) chains() {
	two := func(code credential.Code, name, about string, role credential.Role, raw, via []byte) {
		s.add(code, "chain", name, about, args{"bytes": h(raw), "via": h(via), "role": role, "root": h(key("root"))}, nil)
	}
	two(ok, "chain-lock", "Root, device CA, lock.", credential.RoleLock, cert("device CA", lockCert()), authority(credential.RoleDeviceCA))
	two(ok, "chain-config", "Root, config authority; nothing in between.", credential.RoleConfig, authority(credential.RoleConfig), nil)
	two(chain, "chain-other-root", "The authority is of another root.", credential.RoleLock, cert("device CA", lockCert()),
		cert("another root", authorityCert(credential.RoleDeviceCA, "another root", "device CA")))
	two(chain, "chain-wrong-authority", "A station CA may not certify locks.", credential.RoleLock,
		cert("station CA", lockBy("station CA")), authority(credential.RoleStationCA))
	two(chain, "chain-wrong-role", "A key's certificate is not a lock's.", credential.RoleLock, cert("device CA", keyCert()), authority(credential.RoleDeviceCA))
	c := lockCert()
	c.NotBefore = start - 2*hours
	two(chain, "chain-before-authority", "It began before its authority's life.", credential.RoleLock, cert("device CA", c), authority(credential.RoleDeviceCA))
}

func lockBy(issuer string) credential.Certificate {
	c := lockCert()
	c.Issuer = public(issuer).Hash()
	return c
}

func (s *Set) grants() {
	raw := sign("grant issuer", credential.KindGrant, grantOver(treeOf(openLeaf(), 8)))
	one := func(code credential.Code, name, about string, raw []byte) {
		var out args
		if code == ok {
			out = payload(raw)
			hash := credential.HashGrant(raw)
			out["hash"] = h(hash[:])
		}
		s.add(code, "grant", name, about, args{"bytes": h(raw), "signer": h(key("grant issuer"))}, out)
	}
	changed := func(f func(*credential.Grant)) []byte {
		g := grantOver(treeOf(openLeaf(), 8))
		f(&g)
		return sign("grant issuer", credential.KindGrant, g)
	}
	one(ok, "grant", "A grant over eight leaves.", raw)
	one(ok, "grant-with-zone", "With local time: one hour east, from the 40th hour on two.", changed(func(g *credential.Grant) { g.Zone = credential.Zone{4, 40, 8} }))
	one(forged, "grant-flipped", "One bit of the signature is another.", flip(raw, -1))
	one(malformed, "grant-half-hour", "It does not begin at a whole hour.", changed(func(g *credential.Grant) { g.NotBefore += 1800 }))
	one(malformed, "grant-of-seven", "Seven leaves is no power of two.", changed(func(g *credential.Grant) { g.Size = 7 }))
	one(malformed, "grant-of-too-many", "8192 leaves are too many.", changed(func(g *credential.Grant) { g.Size = 8192 }))
	one(malformed, "grant-of-none", "No leaves.", changed(func(g *credential.Grant) { g.Size = 0 }))
	one(malformed, "grant-after-2106", "It ends after every time that can be written.", changed(func(g *credential.Grant) { g.Expires = 1 << 32 }))
	one(malformed, "grant-before-1970", "It begins before 1970.", changed(func(g *credential.Grant) { g.NotBefore = -3600 }))
	one(malformed, "grant-bad-zone", "More than fourteen hours from UTC.", changed(func(g *credential.Grant) { g.Zone = credential.Zone{57, 0, 0} }))
}

func (s *Set) activations() {
	grant := sign("grant issuer", credential.KindGrant, grantOver(treeOf(openLeaf(), 8)))
	one := func(code credential.Code, name, about string, raw []byte) {
		var out args
		if code == ok {
			out = payload(raw)
		}
		s.add(code, "activation", name, about, args{"bytes": h(raw), "signer": h(key("station"))}, out)
	}
	a := activationOf(grant)
	raw := sign("station", credential.KindActivation, a)
	one(ok, "activation", "An activation of the vector \"grant\".", raw)
	one(credential.CodeActivationSig, "activation-flipped", "One bit of the signature is another.", flip(raw, -64))
	a.Rights = credential.RightOpen
	one(ok, "activation-narrowed", "It narrows the rights.", sign("station", credential.KindActivation, a))
	a.Expires = a.NotBefore - 1
	one(malformed, "activation-backwards", "It ends before it begins.", sign("station", credential.KindActivation, a))
}

func (s *Set) blockLists() {
	revocation := authority(credential.RoleRevocation)
	entries := []credential.BlockEntry{
		{Kind: credential.BlockKey, ID: 2018, Expiry: credential.DayOf(start) + 7},
		{Kind: credential.BlockGrant, ID: 3002, Expiry: credential.DayOf(start) + 5},
		{Kind: credential.BlockStation, ID: 4, Expiry: credential.DayOf(start) + 7},
		{Kind: credential.BlockStaff, ID: staffNo + 1, Expiry: credential.DayOf(start) + 1},
		{Kind: credential.BlockCertificate, ID: 2001, Expiry: credential.DayOf(start) + 365},
	}
	held := func(number uint64, blocked ...credential.BlockEntry) []byte {
		l := blockList(blocked...)
		l.Version.Number = number
		return sign("revocation", credential.KindBlockList, l)
	}
	one := func(code credential.Code, name, about string, raw, held, by []byte) {
		var out args
		if code == ok {
			out = payload(raw)
		}
		s.add(code, "block-list", name, about, args{"bytes": h(raw), "held": h(held), "revocation": h(by), "root": h(key("root"))}, out)
	}
	l := blockList(entries...)
	l.Generations = []credential.GroupGeneration{{Group: groupNo, Minimum: 2}}
	raw := sign("revocation", credential.KindBlockList, l)
	one(ok, "block-list", "One entry of each kind and a least generation.", raw, nil, revocation)
	one(ok, "block-list-newer", "In the place of an older one.", raw, held(uint64(start)-1), revocation)
	one(ok, "block-list-empty", "Nobody is blocked.", sign("revocation", credential.KindBlockList, blockList([]credential.BlockEntry{}...)), nil, revocation)
	one(credential.CodeStale, "block-list-same", "Not newer than the one that is held.", raw, held(uint64(start)), revocation)
	one(credential.CodeStale, "block-list-older", "Older than the one that is held.", raw, held(uint64(start)+1), revocation)
	one(forged, "block-list-flipped", "One bit of the signature is another.", flip(raw, -1), nil, revocation)
	one(chain, "block-list-wrong-role", "Signed by the config authority.", sign("config", credential.KindBlockList, l), nil, authority(credential.RoleConfig))
	bad := l
	bad.Version.Epoch = 2
	one(chain, "block-list-other-epoch", "The certificate counts for epoch 1.", sign("revocation", credential.KindBlockList, bad), nil, revocation)
	bad = l
	bad.IssuedAt = start + 365*days
	one(chain, "block-list-from-the-future", "Issued after its certificate's end.", sign("revocation", credential.KindBlockList, bad), nil, revocation)
	next := authorityCert(credential.RoleRevocation, "root", "next revocation")
	next.Epoch, next.Serial = 2, 1014
	newer := blockList(entries...)
	newer.Issuer, newer.Version = public("next revocation").Hash(), credential.Version{Epoch: 2, Number: 1}
	leaked := held(1<<53, entries[0])
	one(ok, "block-list-next-epoch", "A higher epoch takes the place of the highest number.", sign("next revocation", credential.KindBlockList, newer), leaked, cert("root", next))
	one(credential.CodeBlockedCert, "block-list-signer-blocked", "The list that is held blocks the signer.", raw,
		held(1, credential.BlockEntry{Kind: credential.BlockCertificate, ID: 1004, Expiry: credential.DayOf(start) + 365}), revocation)
	many := blockList()
	for i := range 257 {
		many.Entries = append(many.Entries, credential.BlockEntry{Kind: credential.BlockKey, ID: uint64(i), Expiry: 1})
	}
	one(malformed, "block-list-too-long", "257 entries.", sign("revocation", credential.KindBlockList, many), nil, revocation)
}

func (s *Set) fromConfig() {
	config := authority(credential.RoleConfig)
	one := func(code credential.Code, op, name, about string, raw, by []byte) {
		var out args
		if code == ok {
			out = payload(raw)
		}
		s.add(code, op, name, about, args{"bytes": h(raw), "authority": h(by)}, out)
	}
	c := configOf()
	raw := sign("config", credential.KindConfig, c)
	one(ok, "config", "config", "A lock's first configuration.", raw, config)
	one(forged, "config", "config-flipped", "One bit of the signature is another.", flip(raw, -1), config)
	one(chain, "config", "config-wrong-role", "Signed by the revocation authority.", sign("revocation", credential.KindConfig, c), authority(credential.RoleRevocation))
	c.StrictClock, c.StrictLog, c.NextIngest, c.IngestEnds = true, true, exchangePublic("next ingest"), start+90*days
	one(ok, "config", "config-strict", "Strict in both ways, with the next ingest key announced.", sign("config", credential.KindConfig, c), config)
	c.IngestEnds = 0
	one(malformed, "config", "config-half-announced", "The next ingest key without its time.", sign("config", credential.KindConfig, c), config)
	c = configOf()
	c.Lock = 0
	one(malformed, "config", "config-of-no-lock", "Lock number 0.", sign("config", credential.KindConfig, c), config)
	t := credential.TimeToken{Issuer: public("config").Hash(), IssuedAt: start}
	one(ok, "time", "time", "The time, for any lock.", sign("config", credential.KindTimeToken, t), config)
	t.Nonce = [8]byte{1, 2, 3, 4, 5, 6, 7, 8}
	raw = sign("config", credential.KindTimeToken, t)
	one(ok, "time", "time-for-nonce", "The time, for one lock's nonce.", raw, config)
	one(forged, "time", "time-flipped", "One bit of the signature is another.", flip(raw, -1), config)
	t.IssuedAt = start + 365*days
	one(chain, "time", "time-from-the-future", "After its certificate's end.", sign("config", credential.KindTimeToken, t), config)
}

// acks are acknowledgements alone and in the tree over three of them and a leaf that is zero.
func (s *Set) acks() {
	one := func(code credential.Code, name, about string, slip credential.AckSlip) {
		var out args
		if code == ok {
			out = args{"payload": must(cbor.Diagnose(encode(slip.Ack)))}
		}
		s.add(code, "ack", name, about, args{"bytes": h(encode(slip)), "authority": h(authority(credential.RoleConfig))}, out)
	}
	ack := credential.Ack{Lock: public("lock").Hash(), Epoch: 1, Seq: 3, Head: must(batchOf().Head())}
	leaf := func(a credential.Ack) credential.Hash { return sha256.Sum256(append([]byte{0}, encode(a)...)) }
	node := func(a, b credential.Hash) credential.Hash { return sha256.Sum256(slices.Concat([]byte{1}, a[:], b[:])) }
	tree := credential.AckTree{Issuer: public("config").Hash(), Root: leaf(ack), Size: 1}
	slip := func(t credential.AckTree, index uint32, beside ...credential.Hash) credential.AckSlip {
		path := credential.Path{Index: index, Hashes: []byte{}}
		for _, b := range beside {
			path.Hashes = append(path.Hashes, b[:]...)
		}
		return credential.AckSlip{Signed: sign("config", credential.KindAck, t), Ack: ack, Path: path}
	}
	one(ok, "ack", "Acknowledges the vector \"batch\".", slip(tree, 0))
	others := [3]credential.Hash{leaf(credential.Ack{Lock: public("other lock").Hash(), Epoch: 1, Seq: 7, Head: credential.Hash{1}}),
		leaf(credential.Ack{Lock: public("third lock").Hash(), Epoch: 2, Seq: 9, Head: credential.Hash{2}})}
	four := tree
	four.Root, four.Size = node(node(others[0], leaf(ack)), node(others[1], others[2])), 4
	upper := node(others[1], others[2])
	one(ok, "ack-among-three", "The second of three.", slip(four, 1, others[0], upper))
	one(chain, "ack-elsewhere", "Not where the path says.", slip(four, 0, others[0], upper))
	one(chain, "ack-short-path", "The path ends below the root.", slip(four, 1, others[0]))
	changed := slip(four, 1, others[0], upper)
	changed.Ack.Seq++
	one(chain, "ack-changed", "Another record than the tree has.", changed)
	forgedSlip := slip(tree, 0)
	forgedSlip.Signed = flip(forgedSlip.Signed, -1)
	one(forged, "ack-flipped", "One bit of the signature is another.", forgedSlip)
	bad := tree
	bad.Issuer[0] ^= 1
	one(chain, "ack-names-another-issuer", "The issuer it names is not who signed it.", slip(bad, 0))
	bad = tree
	bad.Size = 3
	one(malformed, "ack-among-no-power-of-two", "A tree of three.", slip(bad, 0))
	bad.Size = 128
	one(malformed, "ack-among-too-many", "A tree of 128.", slip(bad, 0))
}

func (s *Set) batches() {
	one := func(code credential.Code, name, about string, b credential.LogBatch, spoil func([]byte) []byte) {
		raw := sign("lock", credential.KindBatch, b)
		var out args
		if code == ok {
			out = payload(raw)
			head := must(b.Head())
			out["head"] = h(head[:])
		}
		if spoil != nil {
			raw = spoil(raw)
		}
		s.add(code, "batch", name, about, args{"bytes": h(raw), "lock": h(key("lock"))}, out)
	}
	changed := func(f func(*credential.LogBatch)) credential.LogBatch {
		b := batchOf()
		f(&b)
		return b
	}
	one(ok, "batch", "A lock's first three records.", batchOf(), nil)
	one(forged, "batch-flipped", "One bit of the signature is another.", batchOf(), func(b []byte) []byte { return flip(b, -1) })
	one(malformed, "batch-reordered", "Two records have changed places.", changed(func(b *credential.LogBatch) {
		b.Records[0], b.Records[1] = b.Records[1], b.Records[0]
	}), nil)
	one(malformed, "batch-with-a-gap", "A record in the middle is missing.", changed(func(b *credential.LogBatch) {
		b.Records = append(b.Records[:1], b.Records[2])
	}), nil)
	one(malformed, "batch-empty", "No records.", changed(func(b *credential.LogBatch) { b.Records = []credential.Record{} }), nil)
	one(malformed, "batch-past-the-last", "It reaches past the newest record.", changed(func(b *credential.LogBatch) { b.Last = 2 }), nil)
	one(malformed, "batch-before-the-oldest", "It begins before the oldest record.", changed(func(b *credential.LogBatch) { b.Oldest = 2 }), nil)
	one(chain, "batch-of-another-life", "It names another identity of the lock.", changed(func(b *credential.LogBatch) { b.Identity[0] ^= 1 }), nil)
}

func (s *Set) mandates() {
	one := func(code credential.Code, name, about string, raw []byte, lock string, p credential.MandatePurpose) {
		var out args
		if code == ok {
			out = payload(raw)
		}
		s.add(code, "mandate", name, about, args{
			"bytes": h(raw), "root": h(key("root")), "device_ca": h(authority(credential.RoleDeviceCA)), "lock": h(key(lock)), "purpose": p,
		}, out)
	}
	claim := sign("device CA", credential.KindMandate, mandateOf(credential.MandateClaim))
	one(ok, "mandate-claim", "Permits to claim the lock.", claim, "lock", credential.MandateClaim)
	one(ok, "mandate-reset", "Permits to reset the lock.", sign("device CA", credential.KindMandate, mandateOf(credential.MandateReset)), "lock", credential.MandateReset)
	one(credential.CodeInstaller, "mandate-other-purpose", "To claim is not to reset.", claim, "lock", credential.MandateReset)
	one(credential.CodeInstaller, "mandate-other-lock", "For another lock.", claim, "another lock", credential.MandateClaim)
	one(credential.CodeInstaller, "mandate-flipped", "One bit of the signature is another.", flip(claim, -1), "lock", credential.MandateClaim)
	m := mandateOf(credential.MandateClaim)
	m.Expires = m.NotBefore + 7*days + hours + 1
	one(credential.CodeInstaller, "mandate-too-long", "A mandate lives 7 days and an hour at most.", sign("device CA", credential.KindMandate, m), "lock", credential.MandateClaim)
}

func (s *Set) roots() {
	one := func(code credential.Code, name, about string, raw []byte, old, next string) {
		var out args
		if code == ok {
			out = args{"root": h(key("next root"))}
		}
		commit := credential.CommitRoot(public(next))
		s.add(code, "root-statement", name, about, args{"bytes": h(raw), "root": h(key(old)), "next": h(commit[:])}, out)
	}
	planned := stated(1, "root", "next root", "root after", start+7*days)
	one(ok, "root-statement", "A planned change: the old root counts seven days more.", planned, "root", "next root")
	one(ok, "root-statement-leaked", "The old root has leaked and counts no more.", stated(1, "root", "next root", "root after", 0), "root", "next root")
	one(credential.CodeRoot, "root-statement-not-committed", "Not the root that was committed to.", planned, "root", "another root")
	one(forged, "root-statement-other-old", "Not signed by the root that is believed.", planned, "another root", "next root")
	one(forged, "root-statement-flipped", "One bit of the old root's signature is another.", flip(planned, -1), "root", "next root")
	one(forged, "root-statement-unsigned-by-next", "The new root has not signed.", sign("root", credential.KindRootStatement,
		sign("root", credential.KindRootNext, rootStatement(1, "root", "next root", "root after", 0))), "root", "next root")
	one(credential.CodeCaps, "root-statement-long-overlap", "The old root would count for eight days.", stated(1, "root", "next root", "root after", start+8*days), "root", "next root")
	one(malformed, "root-statement-epoch-0", "The first change has epoch 1.", stated(0, "root", "next root", "root after", 0), "root", "next root")

	second := stated(2, "next root", "root after", "another root", 0)
	follow := func(name, about string, chain [][]byte, root string, epoch uint32) {
		commit := credential.CommitRoot(public("next root"))
		list := make([]h, len(chain))
		for i, c := range chain {
			list[i] = c
		}
		s.add(ok, "follow-roots", name, about, args{"root": h(key("root")), "next": h(commit[:]), "epoch": 0, "statements": list},
			args{"root": h(key(root)), "epoch": epoch})
	}
	follow("follow-two", "Two changes, oldest first.", [][]byte{planned, second}, "root after", 2)
	follow("follow-none", "The first change is missing: nothing is followed.", [][]byte{second}, "root", 0)
	follow("follow-noise", "What is not good is passed over.", [][]byte{{1, 2, 3}, planned}, "next root", 1)
}

func (s *Set) syncRequests() {
	mail := encode(credential.Mail{Batches: [][]byte{}, Activations: [][]byte{{1, 2, 3}}})
	r := credential.SyncRequest{
		Key: keyNo, Counter: 41, Nonce: [16]byte{9}, Handshake: credential.Hash{8}, Blocks: credential.Version{Epoch: 1, Number: uint64(start)}, Mail: sha256.Sum256(mail),
	}
	raw := sign("key", credential.KindSyncRequest, r)
	one := func(code credential.Code, name, about string, raw, mail []byte) {
		var out args
		if code == ok {
			out = payload(raw)
		}
		s.add(code, "sync-request", name, about, args{"bytes": h(raw), "mail": h(mail), "key": h(key("key"))}, out)
	}
	one(ok, "sync-request", "A key proves to the server that it is there.", raw, mail)
	one(forged, "sync-request-flipped", "One bit of the signature is another.", flip(raw, -1), mail)
	one(forged, "sync-request-other-mail", "The mail is not what the key signed for.", raw, flip(mail, -1))
}

func (s *Set) paths() {
	t := treeOf(openLeaf(), 8)
	one := func(code credential.Code, name, about string, t *credential.Tree, leaf []byte, p credential.Path) {
		root := t.Root()
		s.add(code, "path", name, about, args{"bytes": h(leaf), "index": p.Index, "hashes": h(p.Hashes), "root": h(root[:]), "size": t.Size()}, nil)
	}
	leaf, path, _ := t.Find(lockNo)
	one(ok, "path", "The first of eight leaves.", t, leaf, path)
	other, otherPath, _ := t.Find(lockNo + 3)
	one(ok, "path-fourth", "The fourth.", t, other, otherPath)
	single := treeOf(openLeaf(), 1)
	alone, none, _ := single.Find(lockNo)
	one(ok, "path-single", "The only leaf: the path is empty.", single, alone, none)
	notHere := credential.CodeNotThisLock
	one(notHere, "path-other-leaf", "Another's leaf in this place.", t, other, path)
	one(notHere, "path-other-place", "This leaf in another place.", t, leaf, credential.Path{Index: 1, Hashes: path.Hashes})
	one(notHere, "path-too-short", "A hash is missing.", t, leaf, credential.Path{Index: 0, Hashes: path.Hashes[32:]})
	one(notHere, "path-outside", "A place outside the tree.", t, leaf, credential.Path{Index: 8, Hashes: path.Hashes})
	one(notHere, "path-flipped", "One bit of a hash is another.", t, leaf, credential.Path{Index: 0, Hashes: flip(path.Hashes, 40)})
	one(malformed, "path-leaf-trailing", "A byte after the leaf.", t, append(bytes.Clone(leaf), 0), path)
	w := openLeaf()
	w.Window = "\x1f\x12\x08"
	bad := encode(w)
	one(malformed, "path-bad-window", "From 18 until 8 o'clock: a night is two spans.", t, bad, path)
}

func key(name string) []byte {
	k := public(name)
	return k[:]
}
