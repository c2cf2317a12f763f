package lockcore_test

import (
	"net"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

const hour = time.Hour

// forge signs what an honest authority or station would not.
func (w *world) forgeActivation(id *credential.Identity, change func(*credential.Activation)) {
	w.t.Helper()
	a := w.activation()
	change(&a)
	w.rawA = must(credential.Sign(id.Signing, credential.KindActivation, a))(w.t)
}

func (w *world) otherStation(id, group uint32) *credential.Identity {
	w.t.Helper()
	s := must(credential.NewIdentity())(w.t)
	w.stCert = must(w.auth.IssueStation(id, group, s.PublicKey(), s.ExchangeKey(), w.now))(w.t)
	return s
}

func (w *world) bring(b credential.BlockList) {
	w.t.Helper()
	w.visit(w.blockList(b))
}

// refusal is a way to get a code out of a lock.
type refusal struct {
	code  credential.Code
	world func(*world) // before the world is made
	do    func(*world)
}

// refusals are the codes of the decision, one after the other in the order in which the lock decides.
func refusals() []refusal {
	entry := func(k credential.BlockKind, id uint64) credential.BlockList {
		return credential.BlockList{Entries: []credential.BlockEntry{{Kind: k, ID: id}}}
	}
	return []refusal{
		{code: credential.OK},
		{code: credential.CodeMalformed, do: func(w *world) { w.rawG = []byte("nonsense") }},
		{code: credential.CodeGrantSignature, do: func(w *world) { w.rawG[len(w.rawG)-1] ^= 1 }},
		{code: credential.CodeIssuerRole, do: func(w *world) { w.wrongIssuer() }},
		{code: credential.CodeCaps, do: func(w *world) { w.longGrant() }},
		{code: credential.CodeActivationMissing, do: func(w *world) { w.rawA = nil }},
		{code: credential.CodeCaps, world: func(w *world) { w.grant.Shift = 24 * 60 }, do: func(w *world) {
			w.forgeActivation(w.station, func(a *credential.Activation) { a.Expires = a.NotBefore.Add(17 * hour) })
		}},
		{code: credential.CodeStationCert, do: func(w *world) { w.stCert[len(w.stCert)-1] ^= 1 }},
		{code: credential.CodeActivationSig, do: func(w *world) { w.rawA[len(w.rawA)-1] ^= 1 }},
		{code: credential.CodeActivationSig, do: func(w *world) {
			w.forgeActivation(w.station, func(a *credential.Activation) { a.Station++ })
		}},
		{code: credential.CodeOtherGrant, do: func(w *world) {
			w.sync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1})
		}},
		{code: credential.CodeOutsideGrant, do: func(w *world) {
			w.forgeActivation(w.station, func(a *credential.Activation) { a.Expires = a.NotBefore.Add(13 * hour) })
		}},
		{code: credential.CodeStationGroup, do: func(w *world) {
			w.forgeActivation(w.otherStation(4, group+1), func(a *credential.Activation) { a.Station = 4 })
		}},
		{code: credential.OK, do: func(w *world) { // a station of every group, proves V2.5-b
			w.forgeActivation(w.otherStation(4, 0), func(a *credential.Activation) { a.Station = 4 })
		}},
		{code: credential.CodeNotHolder, do: func(w *world) { w.key = must(credential.NewSigningKey())(w.t) }},
		{code: credential.CodeEpochOld, do: func(w *world) { w.resync(credential.Leaf{Lock: lockNo, Rights: 1, Epoch: 0}) }},
		{code: credential.CodeNoRight, do: func(w *world) { w.resync(credential.Leaf{Lock: lockNo, Rights: 2, Epoch: 1}) }},
		{code: credential.CodeGrantEarly, do: func(w *world) {
			w.now = w.now.Add(3 * hour)
			w.resync(credential.Leaf{Lock: lockNo, Rights: 1, Epoch: 1})
			w.now = w.now.Add(-3 * hour)
		}},
		{code: credential.CodeGrantExpired, do: func(w *world) { w.now = w.now.Add(5*24*hour + time.Second) }},
		{code: credential.CodeActivationEarly, do: func(w *world) {
			w.forgeActivation(w.station, func(a *credential.Activation) { a.NotBefore += 3601 })
		}},
		{code: credential.CodeActivationExpired, do: func(w *world) { w.now = w.now.Add(12 * hour) }},
		{code: credential.CodeCertTime, do: func(w *world) {
			w.now = w.now.Add(7*24*hour - hour) // the station's certificate has one hour left
			w.resync(credential.Leaf{Lock: lockNo, Rights: 1, Epoch: 1})
			w.now = w.now.Add(hour)
		}},
		{code: credential.CodeRightEarly, do: func(w *world) { w.resync(credential.Leaf{Lock: lockNo, Rights: 1, Epoch: 1, From: 1}) }},
		{code: credential.CodeRightEnded, do: func(w *world) {
			w.resync(credential.Leaf{Lock: lockNo, Rights: 1, Epoch: 1, Until: 1})
			w.now = w.now.Add(hour)
		}},
		{code: credential.CodeOutsideHours, do: func(w *world) { // it is Monday, 07.20 UTC, 08.20 local time
			w.inWindow(credential.Span{Days: 1, From: 0, Until: 8}, credential.Span{Days: credential.AllDays &^ 1, From: 0, Until: 24})
		}},
		{code: credential.OK, do: func(w *world) { w.inWindow(credential.Span{Days: 1, From: 8, Until: 9}) }},
		{code: credential.CodeOutsideHours, do: func(w *world) { // the activation's shift ends at 20.20
			w.inWindow(credential.Span{Days: 1, From: 21, Until: 24})
			w.clockOK = false
		}},
		{code: credential.OK, do: func(w *world) { // a lock that does not know the time reaches the client
			w.inWindow(credential.Span{Days: 1, From: 20, Until: 24})
			w.clockOK = false
		}},
		{code: credential.CodeNoRight, do: func(w *world) {
			w.forgeActivation(w.station, func(a *credential.Activation) { a.Rights = 2 }) // narrowed to something else
		}},
		{code: credential.CodeClockLost, do: func(w *world) { w.strict(credential.LockConfig{StrictClock: true}); w.clockOK = false }},
		{code: credential.CodeBlockedKey, do: func(w *world) { w.bring(entry(credential.BlockKey, keyID)) }},
		{code: credential.CodeBlockedGrant, do: func(w *world) {
			w.bring(entry(credential.BlockGrant, must(credential.ParseGrant(w.rawG))(w.t).Serial))
		}},
		{code: credential.CodeBlockedStation, do: func(w *world) { w.bring(entry(credential.BlockStation, stationID)) }},
		{code: credential.CodeBlockedStaff, do: func(w *world) { w.bring(entry(credential.BlockStaff, staff)) }},
		{code: credential.CodeBlockedCert, do: func(w *world) {
			w.bring(entry(credential.BlockCertificate, must(credential.ParseCertificate(w.stCert))(w.t).Serial))
		}},
		{code: credential.CodeGenerationOld, do: func(w *world) {
			w.bring(credential.BlockList{Generations: []credential.GroupGeneration{{Group: group, Minimum: 2}}})
		}},
		{code: credential.CodeLogFull, do: func(w *world) {
			w.strict(credential.LockConfig{StrictLog: true})
			for range w.ring {
				w.visit(lockcore.Down{})
			}
		}},
	}
}

func TestEveryRefusal(t *testing.T) {
	for _, c := range refusals() {
		t.Run(c.code.String(), func(t *testing.T) {
			w := newWorld(t, func(w *world) {
				if c.world != nil {
					c.world(w)
				}
			})
			if c.do != nil {
				c.do(w)
			}
			w.wantCode(c.code)
		})
	}
}

// inWindow gives the key a right within some hours of the week in a place an hour east of Greenwich.
func (w *world) inWindow(spans ...credential.Span) {
	w.t.Helper()
	w.grant.Zone = credential.Zone{4}
	w.resync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1, Window: must(credential.NewWindow(spans...))(w.t)})
}

func (w *world) resync(l credential.Leaf) {
	w.t.Helper()
	w.sync(l)
	w.activate()
}

// strict sends the lock a new configuration.
func (w *world) strict(c credential.LockConfig) {
	w.t.Helper()
	c.Lock, c.Version, c.Epoch = lockNo, 2, 1
	w.visit(lockcore.Down{
		Authority: w.auth.Certificate(credential.RoleConfig),
		Config:    must(w.auth.IssueConfig(c, w.now))(w.t),
	})
}

// wrongIssuer has a station CA sign a grant: a genuine key of the municipality in the wrong role.
func (w *world) wrongIssuer() {
	w.t.Helper()
	rogue := must(credential.NewSigningKey())(w.t)
	pub := must(credential.PublicKeyOf(rogue))(w.t)
	root := must(credential.NewSigningKey())(w.t)
	rootPub := must(credential.PublicKeyOf(root))(w.t)
	cert := credential.Certificate{
		Issuer: rootPub.Hash(), Key: pub, Role: credential.RoleConfig, Serial: 5,
		NotBefore: credential.At(w.now) - 3600, Expires: credential.At(w.now) + 3600,
	}
	w.reroot(rootPub)
	w.issuer = must(credential.Sign(root, credential.KindCertificate, cert))(w.t)
	g := must(credential.ParseGrant(w.rawG))(w.t)
	g.Issuer = pub.Hash()
	w.rawG = must(credential.Sign(rogue, credential.KindGrant, g))(w.t)
}

// longGrant has a genuine issuer sign six days.
func (w *world) longGrant() {
	w.t.Helper()
	issuer := must(credential.NewSigningKey())(w.t)
	pub := must(credential.PublicKeyOf(issuer))(w.t)
	root := must(credential.NewSigningKey())(w.t)
	rootPub := must(credential.PublicKeyOf(root))(w.t)
	cert := credential.Certificate{
		Issuer: rootPub.Hash(), Key: pub, Role: credential.RoleGrantIssuer, Serial: 5,
		NotBefore: credential.At(w.now) - 7200, Expires: credential.At(w.now.Add(30 * 24 * hour)),
	}
	w.reroot(rootPub)
	w.issuer = must(credential.Sign(root, credential.KindCertificate, cert))(w.t)
	g := must(credential.ParseGrant(w.rawG))(w.t)
	g.Issuer, g.Expires = pub.Hash(), g.NotBefore.Add(credential.MaxGrantLife+time.Second)
	w.rawG = must(credential.Sign(issuer, credential.KindGrant, g))(w.t)
}

// reroot makes the lock trust a root of the test's own, by rewriting its memory: nothing else could.
func (w *world) reroot(root credential.PublicKey) {
	w.t.Helper()
	type claim struct {
		Roots       credential.Roots `cbor:"1,keyasint"`
		Number      uint32           `cbor:"2,keyasint"`
		Certificate []byte           `cbor:"3,keyasint"`
	}
	c := must(credential.Decode[claim](w.store.slots[lockcore.SlotClaim], 1024))(w.t)
	c.Roots.Root = root
	w.store.slots[lockcore.SlotClaim] = must(credential.Encode(c))(w.t)
	w.start()
}

// A key that has no leaf for the lock can show another lock's: the path is genuine, the lock is not the one.
func TestNeighboursLeafIsRefused(t *testing.T) {
	w := newWorld(t)
	p := w.present(nil)
	leaf, path, _ := w.tree.Find(10_001)
	p.Leaf, p.Path = leaf, path
	if got := w.judge(p); got != credential.CodeNotThisLock {
		t.Errorf("got %v, want %v", got, credential.CodeNotThisLock)
	}
}

// judge sends a hand-made presentation with a proof for this very session.
func (w *world) judge(p lockcore.Present) credential.Code {
	w.t.Helper()
	var code credential.Code
	bolts := w.bolts
	err := w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		verdict, err := v.ShowRaw(w.key, p)
		if err != nil {
			code = credential.CodeOf(err)
			return nil
		}
		code = verdict.Code
		if code != credential.OK {
			if o, err := v.Open(); err != nil || o.Code == credential.OK {
				w.t.Errorf("OPEN after %v gave %v, %v", code, o, err)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if w.bolts != bolts {
		w.t.Fatalf("the bolt moved on %v", code)
	}
	return code
}

// present is what the key would show, with change applied.
func (w *world) present(change func(*lockcore.Present)) lockcore.Present {
	w.t.Helper()
	leaf, path, ok := w.tree.Find(lockNo)
	if !ok {
		w.t.Fatal("no leaf")
	}
	w.count++
	p := lockcore.Present{
		Counter: w.count, Grant: w.rawG, Issuer: w.auth.Certificate(credential.RoleGrantIssuer), Leaf: leaf, Path: path,
		Activation: w.rawA, Station: w.stCert, StationCA: w.auth.Certificate(credential.RoleStationCA),
	}
	if change != nil {
		change(&p)
	}
	return p
}

// Every byte of everything that a key shows, flipped, is refused: by the decision itself, not by the channel.
func TestEveryFlippedByteIsRefused(t *testing.T) {
	w := newWorld(t)
	w.wantCode(credential.OK) // signatures are remembered from here on, which must not help a forgery
	parts := map[string]func(*lockcore.Present) *[]byte{
		"grant":      func(p *lockcore.Present) *[]byte { return &p.Grant },
		"issuer":     func(p *lockcore.Present) *[]byte { return &p.Issuer },
		"leaf":       func(p *lockcore.Present) *[]byte { return &p.Leaf },
		"path":       func(p *lockcore.Present) *[]byte { return &p.Path.Hashes },
		"activation": func(p *lockcore.Present) *[]byte { return &p.Activation },
		"station":    func(p *lockcore.Present) *[]byte { return &p.Station },
		"station CA": func(p *lockcore.Present) *[]byte { return &p.StationCA },
	}
	for name, part := range parts {
		honest := w.present(nil)
		n := len(*part(&honest))
		for i := range n {
			p := w.present(nil)
			b := append([]byte(nil), *part(&p)...)
			b[i] ^= 1 << (i % 8)
			*part(&p) = b
			if got := w.lock.Judge(w.key, p); got == credential.OK {
				t.Errorf("%s: byte %d of %d flipped, and the door would open", name, i, n)
			}
			p = w.present(nil)
			*part(&p) = (*part(&p))[:i]
			if got := w.lock.Judge(w.key, p); got == credential.OK {
				t.Errorf("%s: cut to %d of %d bytes, and the door would open", name, i, n)
			}
		}
	}
	p := w.present(nil)
	if got := w.lock.Judge(w.key, p); got != credential.OK {
		t.Fatalf("got %v for what nobody touched: the test proves nothing", got)
	}
}
