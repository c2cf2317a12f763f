package lockcore

import (
	"hemnyckel/credential"
)

// visit is one key in front of one lock. The steps of the decision fill it in.
type visit struct {
	lock      *Lock
	claim     *claim // the lock's, when the proofs were judged
	handshake credential.Hash
	p         *Present

	shown struct { // not judged yet
		activation credential.Object[credential.Activation]
		station    credential.Object[credential.Certificate]
	}
	grant     credential.Grant
	issuer    credential.Certificate
	station   credential.Certificate
	stationCA credential.Certificate
	act       credential.Activation
	leaf      credential.Leaf
	genuine   bool // the grant is: refusals from here on are logged
	holder    bool // the visitor holds the grant's key: the log may ride with it

	now     credential.Instant // never below the floor: what has ended before it has ended for certain
	soon    credential.Instant // now and the tolerance for a slow clock: beginnings are held against it
	quality credential.Quality
	// It is some moment from earliest to latest. While the clock is lost only the floor is known, and if the activation is
	// valid at all, now lies within it; otherwise both are now.
	earliest, latest credential.Instant
}

// step is one check of a decision.
type step struct {
	name  string
	check func(*visit) error
}

// proofs and circumstances are the decision, in this order, as the specification states it. The first step that refuses decides.
// Proofs hold for the whole session; circumstances are looked at again when the bolt is asked for, as time goes on and another
// visitor may have brought a newer block list.
var proofs = [...]step{
	{"grant signature", (*visit).checkGrant},
	{"issuer role", (*visit).checkRole},
	{"grant cap", (*visit).checkGrantCap},
	{"activation shown", (*visit).checkShown},
	{"activation cap", (*visit).checkActivationCap},
	{"station certificate cap", (*visit).checkStationCap},
	{"station certificate", (*visit).checkStation},
	{"activation signature", (*visit).checkActivation},
	{"activation of this grant", (*visit).checkSameGrant},
	{"activation within grant", (*visit).checkWithin},
	{"station group", (*visit).checkGroup},
	{"possession", (*visit).checkHolder},
	{"leaf", (*visit).checkLeaf},
}

var circumstances = [...]step{
	{"this lock", (*visit).checkLock},
	{"epoch", (*visit).checkEpoch},
	{"right", (*visit).checkRight},
	{"grant time", (*visit).checkGrantTime},
	{"activation time", (*visit).checkActivationTime},
	{"certificate time", (*visit).checkCertificateTime},
	{"leaf dates", (*visit).checkDates},
	{"leaf window", (*visit).checkWindow},
	{"lost clock", (*visit).checkClock},
	{"block list", (*visit).checkBlocks},
	{"generation", (*visit).checkGeneration},
	{"room in the log", (*visit).checkLog},
}

// decide judges a visit. nil is the only answer that opens.
func (l *Lock) decide(p *Present, handshake credential.Hash) (*visit, error) {
	v := &visit{lock: l, p: p, handshake: handshake}
	return v, v.judge()
}

func (v *visit) judge() error {
	if v.claim = v.lock.claim; v.claim == nil {
		return credential.Refuse(credential.CodeUnclaimed, "")
	}
	if err := v.each(proofs[:]); err != nil {
		return err
	}
	v.look()
	return v.each(circumstances[:])
}

// again judges what can have changed since the visitor proved what it has: everything, if the lock has got another root or
// owner since.
func (v *visit) again() error {
	if v.claim != v.lock.claim {
		return v.judge()
	}
	v.look()
	return v.each(circumstances[:])
}

func (v *visit) each(steps []step) error {
	for _, s := range steps {
		if err := s.check(v); err != nil {
			return err
		}
	}
	return nil
}

// look reads the lock's clock.
func (v *visit) look() {
	r := v.lock.read(v.lock.head)
	v.now, v.quality, v.soon = r.at, r.quality, r.latest.Add(credential.ClockSkew)
	v.earliest, v.latest = r.at, r.latest
	if r.at < r.latest {
		v.earliest = max(r.at, min(v.act.NotBefore, r.latest))
		v.latest = max(v.earliest, min(r.latest, v.act.Expires-1))
	}
}

func (v *visit) verifier() credential.Verifier {
	return credential.Verifier{Memory: &v.lock.memory, Parsed: &v.lock.parsed}
}

func (v *visit) checkGrant() (err error) {
	v.grant, v.issuer, err = v.verifier().GrantSigned(v.lock.root(v.p.Issuer), v.p.Grant, v.p.Issuer)
	return err
}

func (v *visit) checkRole() error { return v.grant.CheckIssuer(v.issuer) }

// checkGrantCap is the last that a genuine grant has to pass.
func (v *visit) checkGrantCap() error {
	err := v.grant.CheckCaps(v.issuer)
	v.genuine = err == nil
	return err
}

func (v *visit) checkShown() error {
	if len(v.p.Activation) == 0 {
		return credential.Refuse(credential.CodeActivationMissing, "")
	}
	return nil
}

// checkActivationCap and checkStationCap look at lives before signatures: one that is too long is refused whoever signed it.
func (v *visit) checkActivationCap() error {
	var err error
	if v.shown.activation, err = v.verifier().ReadActivation(v.p.Activation); err != nil {
		return err
	}
	return v.shown.activation.Body.CheckCaps()
}

func (v *visit) checkStationCap() (err error) {
	v.shown.station, err = v.verifier().ReadCertificate(v.p.Station)
	return err
}

func (v *visit) checkStation() (err error) {
	v.station, v.stationCA, err = v.verifier().ChainOf(v.lock.root(v.p.StationCA), credential.RoleStation, v.shown.station, v.p.StationCA)
	if err != nil {
		return credential.Refuse(credential.CodeStationCert, "%w", err)
	}
	return nil
}

func (v *visit) checkActivation() (err error) {
	v.act, err = v.verifier().ActivationOf(v.shown.activation, v.station.Key)
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
	v.leaf, err = v.p.Path.Check(v.grant, v.p.Leaf)
	return err
}

func (v *visit) checkLock() error {
	if v.leaf.Lock != v.lock.claim.Number {
		return credential.Refuse(credential.CodeNotThisLock, "leaf of lock %d", v.leaf.Lock)
	}
	return nil
}

func (v *visit) checkEpoch() error {
	if v.leaf.Epoch < v.lock.head.Epoch {
		return credential.Refuse(credential.CodeEpochOld, "epoch %d, %d needed", v.leaf.Epoch, v.lock.head.Epoch)
	}
	return nil
}

// checkRight lets an activation narrow the leaf's rights, never widen them.
func (v *visit) checkRight() error {
	rights := v.leaf.Rights
	if v.act.Rights != 0 {
		rights &= v.act.Rights
	}
	if rights&credential.RightOpen == 0 {
		return credential.Refuse(credential.CodeNoRight, "")
	}
	return nil
}

func (v *visit) checkGrantTime() error {
	return v.during(v.grant.NotBefore, v.grant.Expires, credential.CodeGrantEarly, credential.CodeGrantExpired)
}

func (v *visit) checkActivationTime() error {
	return v.during(v.act.NotBefore, v.act.Expires, credential.CodeActivationEarly, credential.CodeActivationExpired)
}

func (v *visit) checkCertificateTime() error {
	for _, c := range [...]*credential.Certificate{&v.issuer, &v.stationCA, &v.station} {
		if err := v.during(c.NotBefore, c.Expires, credential.CodeCertTime, credential.CodeCertTime); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) during(from, until credential.Instant, early, ended credential.Code) error {
	switch {
	case v.now >= until:
		return credential.Refuse(ended, "")
	case v.soon < from:
		return credential.Refuse(early, "")
	}
	return nil
}

// checkDates compares the hours that the leaf gives, without tolerance: they are when a right begins and ends. Without hours the right
// is as long as the grant, whose time has been judged, with tolerance for a slow lock at its beginning.
func (v *visit) checkDates() error {
	from, until := v.leaf.Span(v.grant)
	switch {
	case v.leaf.From != 0 && v.latest < from:
		return credential.Refuse(credential.CodeRightEarly, "")
	case v.earliest >= until:
		return credential.Refuse(credential.CodeRightEnded, "")
	}
	return nil
}

func (v *visit) checkWindow() error {
	if !v.leaf.InWindow(v.grant, v.earliest, v.latest) {
		return credential.Refuse(credential.CodeOutsideHours, "")
	}
	return nil
}

// checkClock applies the stated policy to a lost clock: reach the client a bounded number of times, unless the lock is strict. What
// has ended before the floor has been refused above.
func (v *visit) checkClock() error {
	if v.quality != credential.TimeLost {
		return nil
	}
	if v.lock.config.StrictClock || v.lock.head.Unverified >= MaxUnverified {
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
		if l.BlockedAt(b.kind, b.id, v.now) {
			return credential.Refuse(b.code, "")
		}
	}
	return nil
}

func (v *visit) checkGeneration() error {
	if least := v.lock.blocks.list.MinGeneration(v.grant.Group); v.grant.Generation < least {
		return credential.Refuse(credential.CodeGenerationOld, "generation %d, %d needed", v.grant.Generation, least)
	}
	return nil
}

func (v *visit) checkLog() error {
	if v.lock.strictlyFull() {
		return credential.Refuse(credential.CodeLogFull, "")
	}
	return nil
}
