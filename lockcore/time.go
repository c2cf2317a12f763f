package lockcore

import (
	"time"

	"hemnyckel/credential"
)

// Limits on what times in grants and activations may do to the floor.
const (
	MaxRaiseVisit = 10 * time.Minute
	MaxRaiseDay   = time.Hour
	// MaxUnverified is how many openings a lock with a lost clock permits before time must be repaired.
	MaxUnverified = 20
	// timeStep is the least step of the clock that is logged.
	timeStep = 2 * time.Minute
)

// clock is the lock's time as of h: its own clock, never below the floor; the floor alone while the clock is lost. A clock
// that shows what no record can carry is lost, whatever it says of itself.
func (l *Lock) clock(h head) (credential.Instant, credential.Quality) {
	t, ok := l.cfg.Now()
	if !ok || !t.Valid() {
		return h.Floor, credential.TimeLost
	}
	return max(t, h.Floor), credential.TimeRunning
}

// raise lifts the floor to a time that a server has signed, without bound.
func (c *change) raise(t credential.Instant) {
	if t <= c.head.Floor {
		return
	}
	before, _ := c.l.clock(c.head)
	c.head.Floor = t
	after, _ := c.l.clock(c.head)
	if step := after.Sub(before); step > timeStep {
		c.append(credential.Record{Event: credential.EventTimeStep, Info: uint32(min(step/time.Second, 1<<32-1))})
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
	by := min(t-c.head.Floor, credential.Instant(MaxRaiseVisit/time.Second), left)
	if by <= 0 {
		return
	}
	c.head.Raised += uint32(by)
	c.raise(c.head.Floor + by)
}
