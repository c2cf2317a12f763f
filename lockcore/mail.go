package lockcore

import (
	"bytes"

	"hemnyckel/credential"
)

// mail takes what a visitor brought and gives what it may carry. Each piece stands on its own signature: one that is not
// good is left, the others are taken.
func (s *Session) mail(d *Down) *Up {
	l := s.lock
	if l.claim == nil {
		return &Up{}
	}
	v := credential.Verifier{Memory: &l.memory}
	l.takeRoots(d.Roots) // first: what follows may be by the new root's authorities
	l.takeBlocks(v, d)
	l.takeAuthority(v, d)
	if !s.visit.holder {
		return &Up{}
	}
	s.noteWithheld()
	return l.up(s.visit.grant.Blocks)
}

// takeBlocks keeps a newer block list. Old signatures are forgotten if it comes from another signer than the one before.
func (l *Lock) takeBlocks(v credential.Verifier, d *Down) {
	if len(d.Blocks) == 0 {
		return
	}
	b, err := v.NewerBlockList(l.blocks.list, l.root(d.Revocation), d.Blocks, d.Revocation)
	if err != nil {
		return
	}
	s := signed{Object: d.Blocks, Certificate: d.Revocation}
	same := len(l.blocks.Certificate) == 0 || bytes.Equal(s.Certificate, l.blocks.Certificate)
	c := l.begin()
	c.put(SlotBlocks, s)
	if by, err := credential.ParseCertificate(d.Revocation); err == nil { // it has been verified with the list
		c.hear(&c.head.Revocation, by, b.IssuedAt)
	}
	c.append(credential.Record{Event: credential.EventBlockList, Info: uint32(b.Version.Number)})
	if c.commit() == nil {
		l.blocks = blockState{s, b}
		if !same {
			l.forget()
		}
	}
}

// takeAuthority handles everything that the config authority signs.
func (l *Lock) takeAuthority(v credential.Verifier, d *Down) {
	if len(d.Authority) == 0 {
		return
	}
	a, _, err := v.Chain(l.root(d.Authority), credential.RoleConfig, d.Authority, nil)
	if err != nil || l.blocks.list.Blocked(credential.BlockCertificate, a.Serial) {
		return
	}
	// What follows is looked at before it is verified: much of what visitors bring others have brought before. What is news is verified
	// once, so that it need not be remembered.
	v = credential.Verifier{Parsed: &l.parsed}
	l.takeTime(v, d.Time, a)
	l.takeConfig(v, d, a)
	for _, raw := range d.Acks[:min(len(d.Acks), MaxDownAcks)] {
		l.takeAck(v, raw, a)
	}
}

func (l *Lock) takeTime(v credential.Verifier, raw []byte, a credential.Certificate) {
	t, err := credential.ParseTimeToken(raw)
	if err != nil || a.NotBefore < l.head.Config.Since {
		return
	}
	age, mine := l.age(t.Nonce)
	if !mine && l.head.Config.and(a.NotBefore, t.IssuedAt) == l.head.Config {
		return
	}
	if t, err = v.TimeToken(raw, a); err != nil {
		return
	}
	c := l.begin()
	if mine {
		c.bound(a, t.IssuedAt, age)
	} else {
		c.hear(&c.head.Config, a, t.IssuedAt)
	}
	_ = c.commit() // a time that could not be stored is not known; the next visitor brings another
}

func (l *Lock) takeConfig(v credential.Verifier, d *Down, a credential.Certificate) {
	cfg, err := credential.ParseLockConfig(d.Config)
	if err != nil || cfg.Lock != l.claim.Number || !l.newer(cfg, a) {
		return
	}
	if cfg, err = v.LockConfig(d.Config, a); err != nil {
		return
	}
	c := l.begin()
	s := c.setConfig(d.Config, d.Authority, a, cfg)
	c.append(credential.Record{Event: credential.EventConfig, Info: cfg.Version})
	if c.commit() == nil {
		l.config = s
	}
}

// newer compares a configuration with the lock's own: by when the certificates began that they are signed under, as with times (see
// told), and then by version.
func (l *Lock) newer(cfg credential.LockConfig, a credential.Certificate) bool {
	own, err := credential.ParseCertificate(l.config.Certificate)
	if err != nil || a.NotBefore == own.NotBefore {
		return cfg.Version > l.config.Version
	}
	return a.NotBefore > own.NotBefore
}

func (c *change) setConfig(raw, authority []byte, a credential.Certificate, cfg credential.LockConfig) configState {
	s := signed{Object: raw, Certificate: authority}
	c.put(SlotConfig, s)
	c.head.Epoch = max(c.head.Epoch, cfg.Epoch)
	c.hear(&c.head.Config, a, cfg.IssuedAt)
	return configState{s, cfg}
}

func (l *Lock) takeAck(v credential.Verifier, raw []byte, a credential.Certificate) {
	k, err := credential.ParseAck(raw)
	c := l.begin()
	if err != nil || c.acknowledge(k) != nil {
		return
	}
	if _, err := v.Ack(raw, a); err == nil {
		_ = c.commit() // records that stay unacknowledged are sent and acknowledged again
	}
}

// noteWithheld logs a visitor whose grant was made when a newer block list existed than the one the lock has now.
func (s *Session) noteWithheld() {
	l := s.lock
	if !s.visit.grant.Blocks.Newer(l.blocks.list.Version) || l.strictlyFull() {
		return
	}
	c := l.begin()
	c.append(credential.Record{Event: credential.EventWithheld, Key: s.visit.grant.Key, Activation: s.visit.act.Serial})
	_ = c.commit() // an observation; the door has been decided
}

func (l *Lock) up(known credential.Version) *Up {
	var u Up
	if b, _, err := l.batches(l.oldest()); err == nil {
		u.Batches = b
	}
	if l.blocks.list.Version.Newer(known) {
		u.Blocks, u.Revocation = l.blocks.Object, l.blocks.Certificate
	}
	return &u
}
