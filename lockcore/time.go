package lockcore

import (
	"crypto/rand"
	"time"

	"hemnyckel/credential"
)

// Limits on what times in grants and activations may do to the floor.
const (
	MaxRaiseVisit = 10 * time.Minute
	MaxRaiseDay   = time.Hour
	// MaxUnverified is how many openings a lock with a lost clock permits until somebody brings a server's later time. A stolen
	// key cannot: its own token is as old as its last sync.
	MaxUnverified = 20
	// timeStep is the least step of the clock that is logged.
	timeStep = 2 * time.Minute
)

// reading is what a lock makes of its clock. Its state is one of three.
//
//	lost      the clock does not know the time: the floor alone is known, and what has passed since; no time is too late
//	running   the lock's own clock says what it is, and nobody has said otherwise
//	verified  a server has answered a nonce since the last start: it lies between at and latest
//
// The own clock is believed within the bounds. Bounds from before the last start are carried on by the own clock alone, and
// are running.
type reading struct {
	at      credential.Instant // the best estimate, never below the floor
	latest  credential.Instant // it is not later than this
	quality credential.Quality
}

// bounds are what a time token has told: at Up seconds since start Boot, when the own clock showed Own, it was Earliest to Latest.
type bounds struct {
	_                struct{}           `cbor:",toarray"`
	Since            credential.Instant // when the config authority's certificate began under which they were told
	Boot             uint16
	Up               int64
	Own              credential.Instant // 0 when it was lost
	Earliest, Latest credential.Instant
}

// driftHours is how many hours it takes a counter to be wrong by an hour, at most: 278 ppm, ten times a watch crystal's.
const driftHours = 3600

// carried are the bounds after the time that has passed since they were told.
func (b bounds) carried(elapsed credential.Instant) (earliest, latest credential.Instant) {
	drift := elapsed/driftHours + 1
	return b.Earliest + elapsed - drift, b.Latest + elapsed + drift
}

// read is the lock's time as of h. A clock that shows what no record can carry is lost, whatever it says of itself.
func (l *Lock) read(h head) reading {
	own, ok := l.cfg.Now()
	ok = ok && own.Valid()
	b, quality, least := h.Bounds, credential.TimeLost, l.least(h)
	var elapsed credential.Instant
	switch up, counts := l.uptime(); {
	case b.Latest == 0: // nobody has told
	case counts && b.Boot == h.Boot && up >= b.Up:
		elapsed, quality = credential.Instant(up-b.Up), credential.TimeVerified
	case ok && b.Own != 0 && own >= b.Own:
		elapsed, quality = own-b.Own, credential.TimeRunning
	}
	if quality != credential.TimeLost {
		earliest, latest := b.carried(elapsed)
		at := earliest
		if ok {
			at = min(max(own, earliest), latest)
		}
		return reading{max(at, least), max(latest, least), quality}
	}
	if ok {
		t := max(own, least)
		return reading{t, t, credential.TimeRunning}
	}
	return reading{least, endOfTime, credential.TimeLost}
}

// least is the floor, and what has passed for certain since it was raised.
func (l *Lock) least(h head) credential.Instant {
	up, counts := l.uptime()
	floor := h.floor()
	if !counts || floor == 0 || floor != l.head.floor() || up < l.floorUp {
		return floor
	}
	passed := credential.Instant(up - l.floorUp)
	return floor + passed - min(passed, passed/driftHours+1)
}

// endOfTime is later than every time that an object can carry.
const endOfTime credential.Instant = 1 << 32

// clock is the estimate alone and how far it can be trusted.
func (l *Lock) clock(h head) (credential.Instant, credential.Quality) {
	r := l.read(h)
	return r.at, r.quality
}

// uptime is the seconds since the start, if the lock counts them.
func (l *Lock) uptime() (int64, bool) {
	if l.cfg.Uptime == nil {
		return 0, false
	}
	return int64(l.cfg.Uptime() / time.Second), true
}

// told is the latest time that one of a server's roles has signed, and when the certificate began under which it has. Under one
// certificate the time only goes forward. A certificate that began later takes the place of all before: whoever has stolen a role's
// key can push a lock's time to the end of its certificate, and the root's next certificate for the role takes it back.
type told struct {
	_           struct{} `cbor:",toarray"`
	Since, Time credential.Instant
}

// and is what has been told once t has been signed too, under a certificate that began at since.
func (o told) and(since, t credential.Instant) told {
	switch {
	case since > o.Since:
		return told{Since: since, Time: t}
	case since == o.Since:
		o.Time = max(o.Time, t)
	}
	return o
}

// hear lifts the floor to a time that a server has signed, without bound. A lock that has lost its clock has been told something new,
// and counts its openings from here.
func (c *change) hear(role *told, by credential.Certificate, t credential.Instant) {
	before, _ := c.l.clock(c.head)
	floor := c.head.floor()
	if *role = role.and(by.NotBefore, t); c.head.floor() > floor {
		c.head.Unverified = 0
	}
	c.stepped(before)
}

// stepped logs that a change has moved the clock by more than timeStep.
func (c *change) stepped(before credential.Instant) {
	after, _ := c.l.clock(c.head)
	c.logStep(after.Sub(before))
}

func (c *change) logStep(step time.Duration) {
	r := credential.Record{Event: credential.EventTimeStep}
	if step < 0 {
		step, r.Flags = -step, credential.FlagStepBack
	}
	if step > timeStep {
		r.Info = uint32(min(step/time.Second, 1<<32-1))
		c.append(r)
	}
}

// nudge lifts the floor towards a time in a grant or activation, within the visit's and the day's allowance.
func (c *change) nudge(t credential.Instant) {
	now, quality := c.l.clock(c.head)
	if quality == credential.TimeLost {
		return
	}
	if day := credential.DayOf(now); day != c.head.RaiseDay {
		c.head.RaiseDay, c.head.Raised = day, 0
	}
	left := credential.Instant(MaxRaiseDay/time.Second) - credential.Instant(c.head.Raised)
	floor := c.head.floor()
	by := min(t-floor, credential.Instant(MaxRaiseVisit/time.Second), left)
	if by <= 0 {
		return
	}
	c.head.Raised += uint32(by)
	c.head.Seen = floor + by
	c.stepped(now)
}

// bound takes a token for a nonce of the lock's own, given age seconds ago: it is now between the token's time and age later. What was
// known before narrows it, unless the two contradict each other: then the server is believed.
func (c *change) bound(by credential.Certificate, token credential.Instant, age int64) {
	before, _ := c.l.clock(c.head)
	c.head.Config = c.head.Config.and(by.NotBefore, token)
	up, _ := c.l.uptime()
	b := bounds{Since: by.NotBefore, Boot: c.head.Boot, Up: up, Earliest: token, Latest: token + credential.Instant(age) + 1}
	if own, ok := c.l.cfg.Now(); ok && own.Valid() {
		b.Own = own
	}
	if old := c.l.read(c.head); old.quality == credential.TimeVerified && c.head.Bounds.Since == b.Since {
		earliest, latest := c.head.Bounds.carried(credential.Instant(up - c.head.Bounds.Up))
		if earliest <= b.Latest && b.Earliest <= latest {
			b.Earliest, b.Latest = max(b.Earliest, earliest), min(b.Latest, latest)
		}
	}
	c.head.Bounds, c.head.Unverified = b, 0
	c.stepped(before)
}

// Nonces. A lock wants a token when its clock is lost, nobody has answered for a week, or who answered has been replaced. It asks
// every visitor and any answer will do, so a nonce is given to all visitors of an hour. A lock that counts no seconds has no use for a
// nonce; it wants any token when its clock is lost or no server has been heard of for a day.
const (
	maxNonces    = 48
	nonceEvery   = int64(time.Hour / time.Second)
	verifiedLong = credential.Instant(7 * 24 * 3600)
	unheardLong  = credential.Instant(24 * 3600)
)

// nonce is one that the lock has given out in this start. They are forgotten at the next: the counter begins anew.
type nonce struct {
	value [8]byte
	up    int64
}

// timeNonce is the nonce for a visitor to take home, if the lock wants a time token; it is zero if any token will do.
func (l *Lock) timeNonce() (value [8]byte, wanted bool) {
	r := l.read(l.head)
	up, counts := l.uptime()
	if !counts {
		return value, r.quality == credential.TimeLost || r.at-l.head.floor() > unheardLong
	}
	b := l.head.Bounds
	if r.quality == credential.TimeVerified && credential.Instant(up-b.Up) <= verifiedLong && b.Since == l.head.Config.Since {
		return value, false
	}
	if n := len(l.nonces); n > 0 && up-l.nonces[n-1].up < nonceEvery {
		return l.nonces[n-1].value, true
	}
	rand.Read(value[:]) // never fails (crypto/rand)
	l.nonces = append(l.nonces[max(0, len(l.nonces)+1-maxNonces):], nonce{value, up})
	return value, true
}

// age is how many seconds ago the lock gave out a nonce.
func (l *Lock) age(value [8]byte) (int64, bool) {
	up, counts := l.uptime()
	for _, n := range l.nonces {
		if counts && n.value == value && up >= n.up {
			return up - n.up, true
		}
	}
	return 0, false
}

// watched is what the clock showed when it was last looked at.
type watched struct {
	reading
	up int64
}

// watch logs that the clock has been moved, or lost or found, since it was last looked at. The counter of seconds tells.
func (l *Lock) watch() error {
	last := l.watched
	l.look()
	if l.claim == nil || last == nil || l.watched == nil {
		return nil
	}
	passed := credential.Instant(l.watched.up - last.up)
	step := l.watched.at - last.at - passed
	if max(step, -step).Sub(passed/driftHours) <= timeStep {
		return nil
	}
	c := l.begin()
	c.logStep(step.Sub(0))
	return c.commit()
}

// look notes what the clock shows.
func (l *Lock) look() {
	if up, counts := l.uptime(); counts {
		l.watched = &watched{l.read(l.head), up}
	}
}
