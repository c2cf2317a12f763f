package lockcore

import (
	"io"

	"hemnyckel/credential"
)

// Session is one conversation of a lock, as a machine over frames: what comes in, what goes out. After an error or when
// Done it answers nothing more.
type Session struct {
	lock   *Lock
	s      *secure
	names  names
	next   stage
	visit  *visit
	code   credential.Code // of the verdict
	opened bool

	born    *credential.PublicKey // the lock's key when the session began
	fetched uint32                // by an installer who resets: the next record to hand over
	mailed  bool
	again   bool // a refused visitor has brought mail and may show itself once more
}

// stage is what a session waits for.
type stage uint8

const (
	stageHandshake stage = iota
	stageFirst           // Present or ClaimStart
	stageInstall         // ClaimInstall
	stageReset           // ResetFetch or ResetConfirm
	stageOpen            // Open or Down
	stageDone
)

// NewSession begins a conversation.
func (l *Lock) NewSession() *Session { return &Session{lock: l} }

// Done reports whether the conversation is over.
func (s *Session) Done() bool { return s.next == stageDone }

// Serve runs one session over a stream. The deadline is the caller's.
func (l *Lock) Serve(rw io.ReadWriter) error {
	s := l.NewSession()
	defer s.End()
	for !s.Done() {
		in, err := readFrame(rw, MaxMail+tagBytes)
		if err != nil {
			if err == io.EOF && (s.next >= stageOpen || s.again) {
				return nil // the visitor left after the verdict, which is their right
			}
			return err
		}
		out, err := s.Step(in)
		if err != nil {
			return err
		}
		if err := writeFrame(rw, out); err != nil {
			return err
		}
	}
	return nil
}

// End is told when the visitor has left, in whatever way: one that could have brought a newer block list and did not send any
// mail is logged. After it the session answers nothing more.
func (s *Session) End() {
	s.lock.mu.Lock()
	defer s.lock.mu.Unlock()
	l := s.lock
	if s.visit != nil && s.visit.holder && !s.mailed && l.fresh() == nil && l.claim != nil && !s.outlived() {
		s.noteWithheld()
	}
	s.next, s.visit = stageDone, nil
}

// outlived reports whether the lock has been reset since the session began.
func (s *Session) outlived() bool { return s.born != nil && *s.born != s.lock.id.PublicKey() }

// Step takes one frame and gives the answer. An error ends the session.
func (s *Session) Step(in []byte) (out []byte, err error) {
	s.lock.mu.Lock()
	defer s.lock.mu.Unlock()
	defer func() {
		if err != nil {
			s.next = stageDone
		}
	}()
	if err := s.lock.fresh(); err != nil {
		return nil, err
	}
	if s.outlived() {
		return nil, credential.Refuse(credential.CodeProtocol, "the lock has been reset meanwhile")
	}
	switch s.next {
	case stageHandshake:
		return s.handshake(in)
	case stageDone:
		return nil, credential.Refuse(credential.CodeProtocol, "the session is over")
	}
	if s.next == stageFirst && len(in) > MaxPresent+tagBytes {
		return nil, credential.Refuse(credential.CodeProtocol, "a first message of %d bytes, at most %d", len(in)-tagBytes, MaxPresent)
	}
	plain, err := s.s.open(in)
	if err != nil {
		return nil, err
	}
	m, err := DecodeMessage(plain)
	if err != nil {
		return nil, err
	}
	answer, err := s.answer(m)
	if err != nil {
		return nil, err
	}
	b, err := credential.Encode(answer)
	if err != nil {
		return nil, err
	}
	return s.s.seal(b)
}

func (s *Session) handshake(m1 []byte) (m2 []byte, err error) {
	l := s.lock
	if s.s, err = newSecure(ToLock, false, l.id.Exchange); err != nil {
		return nil, err
	}
	born := l.id.PublicKey()
	s.born = &born
	ephemeral, asks, err := s.s.hear(m1)
	if err != nil {
		return nil, err
	}
	var g Greeting
	if l.claim != nil && asks.flags&flagMet == 0 {
		g.Certificate = l.claim.Certificate
	}
	g.Known, s.names = l.known.offer(ephemeral)
	payload, err := credential.Encode(g)
	if err != nil {
		return nil, err
	}
	s.next = stageFirst
	return s.s.reply(payload)
}

func (s *Session) answer(m Message) (Message, error) {
	switch {
	case s.next == stageFirst && m.Present != nil:
		return Message{Verdict: s.present(m.Present)}, nil
	case s.next == stageFirst && m.ClaimStart != nil:
		return s.claimStart(m.ClaimStart)
	case s.next == stageInstall && m.ClaimInstall != nil:
		return s.claimInstall(m.ClaimInstall)
	case s.next == stageFirst && m.ResetStart != nil:
		return s.resetStart(m.ResetStart), nil
	case s.next == stageReset && m.ResetFetch != nil:
		return s.resetFetch()
	case s.next == stageReset && m.ResetConfirm != nil:
		return s.resetConfirm(), nil
	case s.next == stageOpen && m.Open != nil:
		return Message{Opened: s.open()}, nil
	case s.next == stageOpen && m.Down != nil:
		return Message{Up: s.letters(m.Down)}, nil
	}
	return Message{}, credential.Refuse(credential.CodeProtocol, "a message out of turn")
}

// letters takes mail. What was the matter with a refused visitor may be that the lock had not heard of a new root, a newer
// block list or the time: once in a session it may show itself again.
func (s *Session) letters(d *Down) *Up {
	s.next, s.mailed = stageDone, true
	if s.code != credential.OK && !s.again {
		s.next, s.again = stageFirst, true
	}
	return s.mail(d)
}

func (s *Session) present(p *Present) *Verdict {
	l := s.lock
	s.next, s.code = stageOpen, credential.OK
	p.Issuer, p.Station, p.StationCA = s.names.whole(p.Issuer), s.names.whole(p.Station), s.names.whole(p.StationCA)
	var err error
	if s.visit, err = l.decide(p, s.s.hash); err != nil {
		s.code = credential.CodeOf(err)
		if s.visit.genuine && l.refused(s.visit, s.code) != nil {
			s.code = credential.CodeStorage
		}
	}
	if !s.visit.holder {
		return &Verdict{Code: s.code}
	}
	v := &Verdict{
		Code: s.code, Seq: l.head.Last, Head: HeadMark(l.head.Head[:]),
		Blocks: l.blocks.list.Version, Config: l.config.Version, Wants: s.visit.wants(),
	}
	v.Time, _ = l.clock(l.head)
	if nonce, wanted := l.timeNonce(); wanted {
		v.Nonce, v.Wants = nonce, v.Wants|WantTime
	}
	return v
}

// wants is what the lock can tell that it lacks from what the visitor has shown.
func (v *visit) wants() (w Wants) {
	if v.grant.Blocks.Newer(v.lock.blocks.list.Version) {
		w |= WantBlocks
	}
	if v.leaf.Epoch > v.lock.config.Epoch {
		w |= WantConfig
	}
	return w
}

// refused logs a refusal, unless that would cost a strict lock a record of an opening. Whoever shows a copied grant without
// its key does not get anything overwritten.
func (l *Lock) refused(v *visit, code credential.Code) error {
	if l.strictlyFull() || l.crowded() && !v.holder && v.checkHolder() != nil {
		return nil
	}
	c := l.begin()
	c.append(credential.Record{
		Event: credential.EventRefused, Key: v.grant.Key, Activation: v.act.Serial, Code: code,
	})
	return c.commit()
}

// open stores the record and everything that the opening changes, and then moves the bolt.
func (s *Session) open() *Opened {
	switch {
	case s.code != credential.OK:
		return &Opened{Code: s.code}
	case s.opened:
		return &Opened{Code: credential.CodeOpenUsed}
	}
	s.opened = true
	l, v := s.lock, s.visit
	if err := v.again(); err != nil {
		if l.refused(v, credential.CodeOf(err)) != nil {
			return &Opened{Code: credential.CodeStorage}
		}
		return &Opened{Code: credential.CodeOf(err)}
	}
	c := l.begin()
	r := credential.Record{Event: credential.EventOpened, Key: v.grant.Key, Activation: v.act.Serial}
	after, behind := l.seen.with(v.grant.Key, v.p.Counter)
	if behind {
		r.Flags |= credential.FlagCounterBehind
	}
	if v.quality == credential.TimeLost {
		r.Flags |= credential.FlagTimeUnverified
		c.head.Unverified++
	} else {
		c.head.Unverified = 0
	}
	c.put(SlotCounters, after)
	known, learnt := l.known.with(v.p.Issuer, v.p.StationCA, v.p.Station)
	if learnt {
		c.put(SlotKnown, known)
	}
	c.head.Epoch = max(c.head.Epoch, v.leaf.Epoch)
	c.nudge(max(v.grant.NotBefore, v.act.NotBefore))
	seq := c.append(r)
	if err := c.commit(); err != nil {
		return &Opened{Code: credential.CodeOf(err)}
	}
	l.seen, l.known = after, known
	l.cfg.Bolt()
	return &Opened{Seq: seq}
}
