package keysync

import (
	"context"
	"time"
)

// How Run works.
const (
	lookEvery   = time.Second          // for mail that another process has received, or that a crash has left
	orphanEvery = time.Minute          // for activations that can no longer come
	yieldStep   = 5 * time.Millisecond // how often it looks whether visits are under way
	yieldLong   = time.Second          // how long it lets visits go first, at each step
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
			err = s.SettleOrphans(ctx)
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

// yield waits while visits are under way, no longer than yieldLong.
func (s *Service) yield(ctx context.Context) {
	for range yieldLong / yieldStep {
		if s.underWay.Load() == 0 || ctx.Err() != nil {
			return
		}
		s.rest(ctx, yieldStep)
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
