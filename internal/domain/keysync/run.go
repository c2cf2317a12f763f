package keysync

import (
	"context"
	"errors"
	"time"
)

// How Run works.
const (
	lookEvery   = time.Second          // for mail that another process has received, or that a crash has left
	orphanEvery = time.Minute          // for activations that can no longer come
	yieldStep   = 5 * time.Millisecond // how often it looks whether visits are under way
	yieldLong   = time.Second          // how long it lets visits go first, at each step
	yieldQuiet  = 4                    // looks in a row at which no visit has come
	retryAfter  = time.Second
)

// ring wakes Run.
func (s *Service) ring() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run takes over mail as it comes, until ctx ends; failed is told what went wrong. Visits go first: while any is under way it takes
// one step a second, so that a backlog shrinks also under a load that never ends.
func (s *Service) Run(ctx context.Context, failed func(error)) {
	look, orphans := time.NewTicker(lookEvery), time.NewTicker(orphanEvery)
	defer look.Stop()
	defer orphans.Stop()
	settle := true
	for {
		_, err := s.unpack(ctx, s.yield)
		if err == nil && settle {
			err = errors.Join(s.SettleOrphans(ctx), s.ForgetAside(ctx))
			settle = err != nil
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			failed(err)
			s.rest(ctx, retryAfter)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-look.C:
		case <-orphans.C:
			settle = true
		}
	}
}

// yield waits while visits are coming, no longer than yieldLong. Between two commits there is often none under way: what counts is
// that none has come for a while.
func (s *Service) yield(ctx context.Context) {
	before := s.yielded
	s.yielded = s.arrived.Load()
	if s.yielded == before && s.underWay.Load() == 0 {
		return // none came during the step
	}
	for quiet, polls := 0, 0; quiet < yieldQuiet && polls < int(yieldLong/yieldStep) && ctx.Err() == nil; polls++ {
		s.rest(ctx, yieldStep)
		last := s.yielded
		s.yielded = s.arrived.Load()
		if quiet++; s.yielded != last || s.underWay.Load() > 0 {
			quiet = 0
		}
	}
}

func (*Service) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
