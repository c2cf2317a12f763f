package vectors

import (
	"bytes"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// claimCode is the code inside the vectors' lock, in its one form.
const claimCode = "AAAABBBBCCCCDDDD"

// lockState is a lock as a vector describes it.
type lockState struct {
	Unclaimed    bool               `json:"unclaimed,omitempty"`
	Root         h                  `json:"root"`
	NextRoot     h                  `json:"next_root"` // commitment
	PreviousRoot h                  `json:"previous_root,omitempty"`
	Until        credential.Instant `json:"previous_root_until,omitempty"`
	Number       uint32             `json:"number"`
	Epoch        uint16             `json:"epoch"` // leaves below it are refused
	Clock        string             `json:"clock"` // "running", "lost" or "verified"
	Now          credential.Instant `json:"now"`   // of a lost clock the floor, of a verified one the earliest
	Latest       credential.Instant `json:"latest,omitempty"`
	Unverified   uint8              `json:"unverified"` // openings since the clock was lost
	StrictClock  bool               `json:"strict_clock"`
	StrictLog    bool               `json:"strict_log"`
	LogFull      bool               `json:"log_full"`
	Blocks       h                  `json:"block_list"` // signed list that it holds, empty for none

	NoButton      bool `json:"button_not_pressed,omitempty"`
	StorageBroken bool `json:"storage_broken,omitempty"` // everything can be read and nothing written
}

func newLock() lockState {
	next := credential.CommitRoot(public("next root"))
	return lockState{Root: key("root"), NextRoot: next[:], Number: lockNo, Epoch: 1, Clock: "running", Now: start, Blocks: h{}}
}

func (l *lockState) block(b credential.BlockList) {
	l.Blocks = sign("revocation", credential.KindBlockList, b)
}

// scene is one key in front of one lock, honest until a case changes something.
type scene struct {
	lock       lockState
	leaf       credential.Leaf
	size       int
	show       uint32 // the leaf of this lock is shown
	grant      func(*credential.Grant)
	grantBy    string
	grantKind  credential.Kind
	issuer     []byte
	activation func(*credential.Activation)
	actBy      string
	station    []byte
	stationCA  []byte
	holder     string
	spoil      func(*lockcore.Present)
}

func newScene() *scene {
	return &scene{
		lock: newLock(), leaf: openLeaf(), size: 8, show: lockNo, grantBy: "grant issuer", grantKind: credential.KindGrant,
		issuer: authority(credential.RoleGrantIssuer), actBy: "station", station: cert("station CA", stationCert()),
		stationCA: authority(credential.RoleStationCA), holder: "key",
	}
}

func (sc *scene) present() lockcore.Present {
	t := treeOf(sc.leaf, sc.size)
	g := grantOver(t)
	if sc.grant != nil {
		sc.grant(&g)
	}
	raw := sign(sc.grantBy, sc.grantKind, g)
	a := activationOf(raw)
	if sc.activation != nil {
		sc.activation(&a)
	}
	leaf, path, found := t.Find(sc.show)
	if !found {
		panic("no such leaf")
	}
	p := lockcore.Present{
		Counter: 41, Grant: raw, Issuer: sc.issuer, Leaf: leaf, Path: path, Activation: sign(sc.actBy, credential.KindActivation, a),
		Station: sc.station, StationCA: sc.stationCA, Proof: must(credential.SignPossession(signing(sc.holder), handshakeHash, 41)),
	}
	if sc.spoil != nil {
		sc.spoil(&p)
	}
	return p
}

func (s *Set) decide(code credential.Code, name, about string, change func(*scene)) {
	sc := newScene()
	if change != nil {
		change(sc)
	}
	s.add(code, "decision", name, about, args{
		"lock": sc.lock, "handshake": h(handshakeHash[:]), "bytes": h(encode(sc.present())),
	}, nil)
}

func decisionSet() *Set {
	s := &Set{About: "A lock's whole decision: the lock's state and the present message, and the code of the verdict."}
	s.accepted()
	s.proofs1to12()
	s.circumstances()
	s.order()
	s.verified()
	return s
}

// verified are decisions of a lock that a server has told the time within bounds: it is some moment from now to latest.
func (s *Set) verified() {
	between := func(from, to credential.Instant, more func(*scene)) func(*scene) {
		return func(sc *scene) {
			sc.lock.Clock, sc.lock.Now, sc.lock.Latest = "verified", from, to
			if more != nil {
				more(sc)
			}
		}
	}
	one := func(code credential.Code, name, about string, change func(*scene)) {
		s.decide(code, "decision-verified-"+name, about, change)
	}
	window := func(w credential.Window) func(*scene) { return func(sc *scene) { sc.leaf.Window = w } }
	one(ok, "ok", "The lock knows that it is within the shift, and no closer.", between(start+hours, start+2*hours, nil))
	one(ok, "ok-maybe-begun", "It is at least an hour before the shift; the latest that it may be is within the tolerance.", between(start-3*hours, start-hours, nil))
	one(credential.CodeActivationEarly, "early", "Even the latest that it may be is more than an hour before the shift.", between(start-3*hours, start-hours-1, nil))
	one(credential.CodeActivationExpired, "expired", "Even the earliest that it may be is after the shift.", between(start+12*hours, start+13*hours, nil))
	one(ok, "ok-maybe-ended", "It may be that the shift has ended, and that it has not.", between(start+12*hours-1, start+13*hours, nil))
	one(credential.CodeRightEarly, "right-early", "The right begins at 08:00, and it is a second before at the latest.", between(start, start/hours*hours+hours-1, func(sc *scene) { sc.leaf.From = 1 }))
	one(ok, "ok-right-maybe-begun", "The right begins at 08:00, and it is 08:00 at the latest.", between(start, start/hours*hours+hours, func(sc *scene) { sc.leaf.From = 1 }))
	one(ok, "ok-window", "From 8 to 9 o'clock, and it is between 07:20 and 08:20.", between(start, start+hours, window("\x1f\x08\x09")))
	one(credential.CodeOutsideHours, "outside-hours", "From 9 to 10 o'clock, and it is between 07:20 and 08:20.", between(start, start+hours, window("\x1f\x09\x0a")))
	one(credential.CodeOutsideHours, "outside-hours-of-shift", "Only before the shift could it be within the window, and then the activation is not valid.",
		between(start-2*hours, start, window("\x1f\x05\x07")))
}

func (s *Set) accepted() {
	one := func(name, about string, change func(*scene)) { s.decide(ok, "decision-"+name, about, change) }
	one("ok", "Everything is as it should be.", nil)
	one("ok-single-leaf", "The only leaf of its grant.", func(sc *scene) { sc.size = 1 })
	one("ok-thousand-leaves", "One of 1024 leaves.", func(sc *scene) { sc.size = 1024 })
	one("ok-station-of-all", "A station of group 0 serves every key.", func(sc *scene) {
		c := stationCert()
		c.Group = 0
		sc.station = cert("station CA", c)
	})
	one("ok-last-second", "The last second of the shift.", func(sc *scene) { sc.lock.Now = start + 12*hours - 1 })
	one("ok-slow-lock", "The lock is an hour behind the station: the tolerance.", func(sc *scene) { sc.lock.Now = start - hours })
	one("ok-higher-epoch", "A leaf of a later epoch than the lock's.", func(sc *scene) { sc.leaf.Epoch = 9 })
	one("ok-dates", "Within the leaf's dates.", func(sc *scene) { sc.leaf.From, sc.leaf.Until, sc.lock.Now = 1, 3, start+hours })
	one("ok-window", "Within the leaf's window.", func(sc *scene) { sc.leaf.Window = "\x1f\x07\x13" })
	one("ok-narrowed", "The activation names the right to open.", func(sc *scene) {
		sc.activation = func(a *credential.Activation) { a.Rights = credential.RightOpen }
	})
	one("ok-lost-clock", "The clock is lost, the floor before the shift, 19 openings so far.", func(sc *scene) {
		sc.lock.Clock, sc.lock.Now, sc.lock.Unverified = "lost", start-100*days, 19
	})
	one("ok-lost-clock-in-shift", "The clock is lost, and the floor is within the shift.", func(sc *scene) { sc.lock.Clock, sc.lock.Now = "lost", start+hours })
	one("ok-lost-clock-window", "The clock is lost: some hour of the shift is within the window.", func(sc *scene) {
		sc.lock.Clock, sc.lock.Now, sc.leaf.Window = "lost", start-10*days, "\x01\x12\x13"
	})
	one("ok-block-entry-ended", "The key was blocked until yesterday.", func(sc *scene) {
		sc.lock.block(blockList(credential.BlockEntry{Kind: credential.BlockKey, ID: uint64(keyNo), Expiry: credential.DayOf(start) - 1}))
	})
	one("ok-others-blocked", "Others are blocked.", func(sc *scene) {
		sc.lock.block(blockList(credential.BlockEntry{Kind: credential.BlockKey, ID: uint64(keyNo) + 1, Expiry: credential.DayOf(start) + 7},
			credential.BlockEntry{Kind: credential.BlockStation, ID: uint64(keyNo), Expiry: credential.DayOf(start) + 7}))
	})
	one("ok-generation", "The least generation that counts.", func(sc *scene) { sc.leastGeneration(1) })
	one("ok-previous-root", "The root has changed; what the previous one certified counts a while.", func(sc *scene) {
		sc.lock.Root, sc.lock.PreviousRoot, sc.lock.Until = key("next root"), key("root"), start+1
	})
}

func (sc *scene) leastGeneration(n uint32) {
	l := blockList([]credential.BlockEntry{}...)
	l.Generations = []credential.GroupGeneration{{Group: groupNo, Minimum: n}}
	sc.lock.block(l)
}

// proofs1to12 are the codes up to 12: what does not depend on the moment.
func (s *Set) proofs1to12() {
	one := func(code credential.Code, name, about string, change func(*scene)) {
		s.decide(code, "decision-"+name, about, change)
	}
	spoil := func(f func(*lockcore.Present)) func(*scene) { return func(sc *scene) { sc.spoil = f } }
	issued := func(f func(*credential.Certificate)) func(*scene) {
		return func(sc *scene) {
			c := authorityCert(credential.RoleGrantIssuer, "root", "grant issuer")
			f(&c)
			sc.issuer = cert("root", c)
		}
	}
	one(malformed, "malformed-grant", "The grant is no object.", spoil(func(p *lockcore.Present) { p.Grant = []byte("nonsense") }))
	one(malformed, "malformed-station", "No station certificate.", spoil(func(p *lockcore.Present) { p.Station = nil }))
	one(credential.CodeGrantSignature, "grant-flipped", "One bit of the grant's signature is another.", spoil(func(p *lockcore.Present) { p.Grant = flip(p.Grant, -1) }))
	one(credential.CodeGrantSignature, "grant-other-kind", "The grant is signed as an activation.", func(sc *scene) { sc.grantKind = credential.KindActivation })
	one(credential.CodeGrantSignature, "issuer-other-root", "The issuer is another municipality's.", func(sc *scene) {
		sc.issuer = cert("another root", authorityCert(credential.RoleGrantIssuer, "another root", "grant issuer"))
	})
	one(credential.CodeGrantSignature, "previous-root-ended", "The previous root counts no more.", func(sc *scene) {
		sc.lock.Root, sc.lock.PreviousRoot, sc.lock.Until = key("next root"), key("root"), start
	})
	one(credential.CodeIssuerRole, "issuer-role", "Signed by the config authority.", func(sc *scene) {
		sc.issuer, sc.grantBy = authority(credential.RoleConfig), "config"
		sc.grant = func(g *credential.Grant) { g.Issuer = public("config").Hash() }
	})
	one(credential.CodeIssuerRole, "issuer-not-begun", "The grant began before its issuer.", issued(func(c *credential.Certificate) { c.NotBefore = start }))
	one(credential.CodeCaps, "grant-too-long", "Five days, one hour and a second.", func(sc *scene) {
		sc.grant = func(g *credential.Grant) { g.Expires = g.NotBefore + 5*days + hours + 1 }
	})
	one(credential.CodeCaps, "issuer-cap", "The issuer may sign a day at most.", issued(func(c *credential.Certificate) { c.Cap = 24 }))
	one(credential.CodeActivationMissing, "activation-missing", "No activation: whoever has it or not, a grant alone opens nothing.", spoil(func(p *lockcore.Present) { p.Activation = nil }))
	one(credential.CodeCaps, "activation-too-long", "Sixteen hours and a second, and the grant permits it.", func(sc *scene) {
		sc.grant = func(g *credential.Grant) { g.Shift = 1440 }
		sc.activation = func(a *credential.Activation) { a.Expires = a.NotBefore + 16*hours + 1 }
	})
	one(credential.CodeCaps, "station-too-long", "The station's certificate lives eight days.", func(sc *scene) {
		c := stationCert()
		c.Expires = start + 8*days
		sc.station = cert("station CA", c)
	})
	one(credential.CodeStationCert, "station-flipped", "One bit of the station certificate's signature is another.", spoil(func(p *lockcore.Present) { p.Station = flip(p.Station, -1) }))
	one(credential.CodeStationCert, "station-by-device-ca", "The device CA may not certify stations.", func(sc *scene) {
		c := stationCert()
		c.Issuer = public("device CA").Hash()
		sc.station, sc.stationCA = cert("device CA", c), authority(credential.RoleDeviceCA)
	})
	one(credential.CodeStationCert, "station-is-a-key", "A key's certificate in the station's place.", func(sc *scene) {
		sc.station, sc.stationCA = cert("device CA", keyCert()), authority(credential.RoleDeviceCA)
	})
	one(credential.CodeActivationSig, "activation-flipped", "One bit of the activation's signature is another.", spoil(func(p *lockcore.Present) { p.Activation = flip(p.Activation, -1) }))
	one(credential.CodeActivationSig, "activation-other-station", "It names another station than the one that signed.", func(sc *scene) {
		sc.activation = func(a *credential.Activation) { a.Station++ }
	})
	one(credential.CodeOtherGrant, "activation-other-grant", "The activation is for another grant of the key.", func(sc *scene) {
		sc.activation = func(a *credential.Activation) { a.Grant[0] ^= 1 }
	})
	outside := func(name, about string, f func(*credential.Activation)) {
		one(credential.CodeOutsideGrant, name, about, func(sc *scene) { sc.activation = f })
	}
	outside("activation-other-key", "The activation is for another key.", func(a *credential.Activation) { a.Key++ })
	outside("activation-before-grant", "The activation begins before the grant.", func(a *credential.Activation) { a.NotBefore -= 2 * hours })
	outside("activation-after-grant", "The activation ends after the grant.", func(a *credential.Activation) {
		a.NotBefore, a.Expires = start+5*days-hours, start+5*days+1
	})
	outside("activation-beyond-shift", "The activation is longer than the grant's shift.", func(a *credential.Activation) { a.Expires++ })
	one(credential.CodeStationGroup, "station-group", "A station of another group.", func(sc *scene) {
		c := stationCert()
		c.Group++
		sc.station = cert("station CA", c)
	})
	one(credential.CodeNotHolder, "not-holder", "Another key shows the grant.", func(sc *scene) { sc.holder = "another key" })
	one(credential.CodeNotThisLock, "neighbours-leaf", "The leaf of the lock next door, with its own path.", func(sc *scene) { sc.show = lockNo + 1 })
	one(credential.CodeNotThisLock, "leaf-changed", "The leaf is not in the tree.", spoil(func(p *lockcore.Present) {
		l := openLeaf()
		l.Epoch = 2
		p.Leaf = encode(l)
	}))
	one(credential.CodeNotThisLock, "path-cut", "The path is too short.", spoil(func(p *lockcore.Present) { p.Path.Hashes = bytes.Clone(p.Path.Hashes[:64]) }))
}

func (s *Set) circumstances() {
	one := func(code credential.Code, name, about string, change func(*scene)) {
		s.decide(code, "decision-"+name, about, change)
	}
	at := func(now credential.Instant) func(*scene) { return func(sc *scene) { sc.lock.Now = now } }
	one(credential.CodeEpochOld, "epoch-old", "A leaf from before the lock's epoch.", func(sc *scene) { sc.lock.Epoch = 2 })
	one(credential.CodeNoRight, "no-right", "A right, but not to open.", func(sc *scene) { sc.leaf.Rights = 2 })
	one(credential.CodeNoRight, "right-narrowed-away", "The activation leaves no right to open.", func(sc *scene) {
		sc.activation = func(a *credential.Activation) { a.Rights = 2 }
	})
	one(credential.CodeGrantEarly, "grant-early", "More than an hour before the grant.", at(start/hours*hours-hours-1))
	one(credential.CodeGrantExpired, "grant-expired", "The first second after the grant.", at(start+5*days))
	one(credential.CodeActivationEarly, "activation-early", "More than an hour before the shift.", at(start-hours-1))
	one(credential.CodeActivationExpired, "activation-expired", "The first second after the shift.", at(start+12*hours))
	one(credential.CodeCertTime, "station-certificate-ended", "The station's certificate ended in the shift.", func(sc *scene) {
		c := stationCert()
		c.Expires = start + hours
		sc.station, sc.lock.Now = cert("station CA", c), start+hours
	})
	one(credential.CodeCertTime, "issuer-ended", "The issuer's certificate ended in the grant.", func(sc *scene) {
		c := authorityCert(credential.RoleGrantIssuer, "root", "grant issuer")
		c.Expires = start + hours
		sc.issuer, sc.lock.Now = cert("root", c), start+hours
	})
	one(credential.CodeRightEarly, "right-early", "The right begins at 08:00 and it is a second before: no tolerance.", func(sc *scene) { sc.leaf.From, sc.lock.Now = 1, start/hours*hours+hours-1 })
	one(credential.CodeRightEnded, "right-ended", "The right ended at 08:00, now.", func(sc *scene) { sc.leaf.Until, sc.lock.Now = 1, start/hours*hours+hours })
	one(credential.CodeOutsideHours, "outside-hours", "Weekdays from 8 to 18, and it is 07:20.", func(sc *scene) { sc.leaf.Window = "\x1f\x08\x12" })
	one(credential.CodeOutsideHours, "outside-hours-local", "From 7 to 8 on the wall, where it is 08:20.", func(sc *scene) {
		sc.leaf.Window = "\x1f\x07\x08"
		sc.grant = func(g *credential.Grant) { g.Zone = credential.Zone{4} }
	})
	one(credential.CodeOutsideHours, "outside-hours-lost-clock", "The clock is lost, and no hour of the shift is within the window.", func(sc *scene) {
		sc.lock.Clock, sc.lock.Now, sc.leaf.Window = "lost", start-10*days, "\x02\x00\x18"
	})
	one(credential.CodeClockLost, "clock-lost-strict", "The clock is lost, and the lock strict.", func(sc *scene) { sc.lock.Clock, sc.lock.StrictClock = "lost", true })
	one(credential.CodeClockLost, "clock-lost-used-up", "The clock is lost, and 20 openings have been.", func(sc *scene) { sc.lock.Clock, sc.lock.Unverified = "lost", 20 })
	one(credential.CodeActivationExpired, "clock-lost-old-shift", "The clock is lost, and the shift ended before the floor.", func(sc *scene) { sc.lock.Clock, sc.lock.Now = "lost", start+12*hours })
	blocked := func(code credential.Code, name string, kind credential.BlockKind, id uint64) {
		one(code, name, "Named by the lock's block list.", func(sc *scene) {
			sc.lock.block(blockList(credential.BlockEntry{Kind: kind, ID: id, Expiry: credential.DayOf(start)}))
		})
	}
	blocked(credential.CodeBlockedKey, "blocked-key", credential.BlockKey, uint64(keyNo))
	blocked(credential.CodeBlockedGrant, "blocked-grant", credential.BlockGrant, 3001)
	blocked(credential.CodeBlockedStation, "blocked-station", credential.BlockStation, uint64(stationNo))
	blocked(credential.CodeBlockedStaff, "blocked-staff", credential.BlockStaff, staffNo)
	blocked(credential.CodeBlockedCert, "blocked-issuer", credential.BlockCertificate, 1001)
	blocked(credential.CodeBlockedCert, "blocked-station-certificate", credential.BlockCertificate, 2003)
	blocked(credential.CodeBlockedCert, "blocked-station-ca", credential.BlockCertificate, 1002)
	one(credential.CodeGenerationOld, "generation-old", "Below the least generation of the group.", func(sc *scene) { sc.leastGeneration(2) })
	one(credential.CodeLogFull, "log-full", "A strict lock has no room for the record.", func(sc *scene) { sc.lock.StrictLog, sc.lock.LogFull = true, true })
}

// order has several things wrong at once: the first step that refuses decides.
func (s *Set) order() {
	one := func(code credential.Code, name, about string, change func(*scene)) {
		s.decide(code, "order-"+name, about, change)
	}
	blockedKey := credential.BlockEntry{Kind: credential.BlockKey, ID: uint64(keyNo), Expiry: credential.DayOf(start) + 30}
	one(credential.CodeGrantSignature, "signature-before-missing", "A forged grant without an activation.", func(sc *scene) {
		sc.spoil = func(p *lockcore.Present) { p.Grant, p.Activation = flip(p.Grant, -1), nil }
	})
	one(credential.CodeIssuerRole, "role-before-caps", "The wrong role signed too long a grant.", func(sc *scene) {
		sc.issuer, sc.grantBy = authority(credential.RoleConfig), "config"
		sc.grant = func(g *credential.Grant) { g.Issuer, g.Expires = public("config").Hash(), g.NotBefore+30*days }
	})
	one(credential.CodeCaps, "cap-before-signature", "Too long an activation, signed by nobody.", func(sc *scene) {
		sc.activation = func(a *credential.Activation) { a.Expires = a.NotBefore + 17*hours }
		sc.spoil = func(p *lockcore.Present) { p.Activation = flip(p.Activation, -1) }
	})
	one(credential.CodeNotHolder, "holder-before-leaf", "Another key, another's leaf.", func(sc *scene) { sc.holder, sc.show = "another key", lockNo+1 })
	one(credential.CodeGrantExpired, "expired-before-blocked", "Expired and blocked.", func(sc *scene) {
		sc.lock.Now = start + 5*days
		sc.lock.block(blockList(blockedKey))
	})
	one(credential.CodeRightEnded, "dates-before-window", "The right has ended, and it is outside the window.", func(sc *scene) {
		sc.leaf.Until, sc.leaf.Window, sc.lock.Now = 1, "\x1f\x12\x13", start+hours
	})
	one(credential.CodeClockLost, "clock-before-blocked", "A strict lock with a lost clock, and a blocked key.", func(sc *scene) {
		sc.lock.Clock, sc.lock.StrictClock = "lost", true
		sc.lock.block(blockList(blockedKey))
	})
	one(credential.CodeBlockedKey, "blocked-before-generation", "A blocked key of an old generation.", func(sc *scene) {
		l := blockList(blockedKey)
		l.Generations = []credential.GroupGeneration{{Group: groupNo, Minimum: 2}}
		sc.lock.block(l)
	})
	one(credential.CodeEpochOld, "epoch-before-time", "An old epoch in an expired grant.", func(sc *scene) { sc.lock.Epoch, sc.lock.Now = 2, start+5*days })
}
