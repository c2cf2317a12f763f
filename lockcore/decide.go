package lockcore

import (
	"hemnyckel/credential"
)

// visit is one key in front of one lock. The steps of the decision fill it in.
type visit struct {
	lock      *Lock
	handshake credential.Hash
	p         *Present
	now       credential.Instant
	quality   credential.Quality

	grant     credential.Grant
	issuer    credential.Certificate
	station   credential.Certificate
	stationCA credential.Certificate
	act       credential.Activation
	leaf      credential.Leaf
	genuine   bool // the grant is: refusals from here on are logged
	holder    bool // the visitor holds the grant's key: the log may ride with it
}

// proofs and circumstances are the decision, in this order. The first step that refuses decides. Proofs hold for the whole
// session; circumstances are looked at again when the bolt is asked for, as time goes on and another visitor may have
// brought a newer block list.
var proofs = [...]func(*visit) error{
	(*visit).checkGrant, // signature, role, caps
	(*visit).checkCaps,
	(*visit).checkStation,
	(*visit).checkActivation,
	(*visit).checkSameGrant,
	(*visit).checkWithin,
	(*visit).checkGroup,
	(*visit).checkHolder,
}

var circumstances = [...]func(*visit) error{
	(*visit).checkLeaf,
	(*visit).checkTime,
	(*visit).checkBlocks,
	(*visit).checkLog,
}

// decide judges a visit. nil is the only answer that opens.
func (l *Lock) decide(p *Present, handshake credential.Hash) (*visit, error) {
	v := &visit{lock: l, p: p, handshake: handshake}
	if l.claim == nil {
		return v, credential.Refuse(credential.CodeUnclaimed, "")
	}
	for _, step := range proofs {
		if err := step(v); err != nil {
			return v, err
		}
	}
	return v, v.still()
}

// still judges everything that can have changed since the visitor proved what it has.
func (v *visit) still() error {
	v.now, v.quality = v.lock.clock(v.lock.head)
	for _, step := range circumstances {
		if err := step(v); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) verifier() credential.Verifier { return credential.Verifier{Memory: &v.lock.memory} }

func (v *visit) checkGrant() (err error) {
	v.grant, v.issuer, err = v.verifier().GrantChain(v.lock.claim.Root, v.p.Grant, v.p.Issuer)
	v.genuine = err == nil
	return err
}

// checkCaps looks at lives before signatures: a life that is too long is refused whoever signed it.
func (v *visit) checkCaps() error {
	if len(v.p.Activation) == 0 {
		return credential.Refuse(credential.CodeActivationMissing, "")
	}
	a, err := credential.ParseActivation(v.p.Activation)
	if err != nil {
		return err
	}
	if err := a.CheckCaps(); err != nil {
		return err
	}
	_, err = credential.ParseCertificate(v.p.Station)
	return err
}

func (v *visit) checkStation() (err error) {
	v.station, v.stationCA, err = v.verifier().Chain(v.lock.claim.Root, credential.RoleStation, v.p.Station, v.p.StationCA)
	if err != nil && credential.CodeOf(err) != credential.CodeCaps {
		return credential.Refuse(credential.CodeStationCert, "%w", err)
	}
	return err
}

func (v *visit) checkActivation() (err error) {
	v.act, err = v.verifier().Activation(v.p.Activation, v.station.Key)
	if err == nil && v.act.Station != v.station.Subject {
		return credential.Refuse(credential.CodeActivationSig, "signed by station %d for station %d", v.station.Subject, v.act.Station)
	}
	return err
}

func (v *visit) checkSameGrant() error {
	if v.act.Grant != credential.HashGrant(v.p.Grant) {
		return credential.Refuse(credential.CodeOtherGrant, "")
	}
	return nil
}

func (v *visit) checkWithin() error { return v.act.Within(v.grant) }

// checkGroup holds a station to its group; a station of group 0 serves every key of the municipality (V2.5-b).
func (v *visit) checkGroup() error {
	if v.station.Group != 0 && v.station.Group != v.grant.Group {
		return credential.Refuse(credential.CodeStationGroup, "station of group %d, key of group %d", v.station.Group, v.grant.Group)
	}
	return nil
}

func (v *visit) checkHolder() error {
	err := v.verifier().Possession(v.p.Proof, v.handshake, v.p.Counter, v.grant.Holder)
	v.holder = err == nil
	return err
}

func (v *visit) checkLeaf() (err error) {
	if v.leaf, err = v.p.Path.Check(v.grant, v.p.Leaf); err != nil {
		return err
	}
	rights := v.leaf.Rights
	if v.act.Rights != 0 {
		rights &= v.act.Rights
	}
	switch {
	case v.leaf.Lock != v.lock.claim.Number:
		return credential.Refuse(credential.CodeNotThisLock, "leaf of lock %d", v.leaf.Lock)
	case v.leaf.Epoch < v.lock.head.Epoch:
		return credential.Refuse(credential.CodeEpochOld, "epoch %d, %d needed", v.leaf.Epoch, v.lock.head.Epoch)
	case rights&credential.RightOpen == 0:
		return credential.Refuse(credential.CodeNoRight, "")
	}
	return nil
}

// checkTime compares everything that has a life with the lock's time. What has ended before the floor has ended for certain,
// as v.now is never below it; beginnings get the tolerance of [credential.ClockSkew] for a lock whose clock is slow.
func (v *visit) checkTime() error {
	soon := v.now.Add(credential.ClockSkew)
	from, until := v.leaf.Span(v.grant)
	earliest, latest := v.now, v.now
	if v.quality == credential.TimeLost {
		// Only the floor is known. If the activation is valid at all, now lies within it.
		soon = max(soon, v.act.NotBefore)
		earliest, latest = max(v.now, v.act.NotBefore), v.act.Expires-1
	}
	switch {
	case v.now >= v.grant.Expires:
		return credential.Refuse(credential.CodeGrantExpired, "")
	case soon < v.grant.NotBefore:
		return credential.Refuse(credential.CodeGrantEarly, "")
	case v.now >= v.act.Expires:
		return credential.Refuse(credential.CodeActivationExpired, "")
	case soon < v.act.NotBefore:
		return credential.Refuse(credential.CodeActivationEarly, "")
	case !v.certificatesLive(soon):
		return credential.Refuse(credential.CodeCertTime, "")
	case latest < from:
		return credential.Refuse(credential.CodeRightEarly, "")
	case earliest >= until:
		return credential.Refuse(credential.CodeRightEnded, "")
	case v.quality == credential.TimeLost:
		return v.checkLostClock()
	}
	return nil
}

func (v *visit) certificatesLive(soon credential.Instant) bool {
	for _, c := range []credential.Certificate{v.issuer, v.stationCA, v.station} {
		if v.now >= c.Expires || soon < c.NotBefore {
			return false
		}
	}
	return true
}

// checkLostClock applies the stated policy: reach the client a bounded number of times, unless the lock is strict.
func (v *visit) checkLostClock() error {
	if v.lock.config.StrictClock || v.act.NotBefore < v.lock.head.Floor || v.lock.head.Unverified >= MaxUnverified {
		return credential.Refuse(credential.CodeClockLost, "")
	}
	return nil
}

func (v *visit) checkBlocks() error {
	l := v.lock.blocks.list
	for _, b := range []struct {
		kind credential.BlockKind
		id   uint64
		code credential.Code
	}{
		{credential.BlockKey, uint64(v.grant.Key), credential.CodeBlockedKey},
		{credential.BlockGrant, v.grant.Serial, credential.CodeBlockedGrant},
		{credential.BlockStation, uint64(v.station.Subject), credential.CodeBlockedStation},
		{credential.BlockStaff, v.act.Staff, credential.CodeBlockedStaff},
		{credential.BlockCertificate, v.issuer.Serial, credential.CodeBlockedCert},
		{credential.BlockCertificate, v.station.Serial, credential.CodeBlockedCert},
		{credential.BlockCertificate, v.stationCA.Serial, credential.CodeBlockedCert},
	} {
		if l.Blocked(b.kind, b.id) {
			return credential.Refuse(b.code, "")
		}
	}
	if v.grant.Generation < l.MinGeneration(v.grant.Group) {
		return credential.Refuse(credential.CodeGenerationOld, "")
	}
	return nil
}

func (v *visit) checkLog() error {
	if v.lock.strictlyFull() {
		return credential.Refuse(credential.CodeLogFull, "")
	}
	return nil
}
