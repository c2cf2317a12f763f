package delivery

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hemnyckel/internal/domain/notify"
)

// Post is where letters to people come from. notify.Post is one.
type Post interface {
	Plan(ctx context.Context) (more bool, err error)
	Take(ctx context.Context, by notify.Channel, limit int) ([]notify.Letter, error)
	Settle(ctx context.Context, l notify.Letter, r notify.Result) error
	Remind(ctx context.Context) error
}

// Carrier carries letters by one channel. An attempt ends when ctx does. Origin is the portal's, which links lead to.
type Carrier interface {
	Send(ctx context.Context, l notify.Letter, origin string) notify.Result
}

// Courier tells people by the channels that there are. Several may serve the same municipality.
type Courier struct {
	Post     Post
	Carriers map[notify.Channel]Carrier // none: people are told in the portal only
	Origin   string                     // of the portal: https://nyckel.kommun.example
	Logger   *slog.Logger               // nil: silent
}

// Bounds of letters. All that are taken at one time have been tried before their lease is out (notify.Lease), however slow the
// server or gateway is.
const (
	letterTime  = 20 * time.Second // one attempt
	letters     = 16               // taken at one time, and at most in a second: a great day does not drown a mail server
	lettersBy   = 4                // on their way at one time by one channel
	remindEvery = 10 * time.Minute
)

// Run sends until ctx ends. A channel that is slow holds up no other.
func (c *Courier) Run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	for by, carrier := range c.Carriers {
		all.Go(func() { c.every(ctx, idle, func() error { return c.send(ctx, by, carrier) }) })
	}
	all.Go(func() { c.every(ctx, remindEvery, func() error { return c.Post.Remind(ctx) }) })
	c.every(ctx, idle, func() error { return c.plan(ctx) })
}

func (c *Courier) every(ctx context.Context, pause time.Duration, f func() error) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		if err := f(); err != nil && ctx.Err() == nil {
			c.logger().Error("people were not told", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (c *Courier) logger() *slog.Logger {
	if c.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Logger
}

// Once plans what is new, and makes one attempt with what is due.
func (c *Courier) Once(ctx context.Context) error {
	if err := c.plan(ctx); err != nil {
		return err
	}
	for by, carrier := range c.Carriers {
		if err := c.send(ctx, by, carrier); err != nil {
			return err
		}
	}
	return nil
}

func (c *Courier) plan(ctx context.Context) error {
	for {
		if more, err := c.Post.Plan(ctx); err != nil || !more {
			return err
		}
	}
}

func (c *Courier) send(ctx context.Context, by notify.Channel, carrier Carrier) error {
	taken, err := c.Post.Take(ctx, by, letters)
	if err != nil {
		return err
	}
	slots, failed := make(chan struct{}, lettersBy), make(chan error, len(taken))
	for _, l := range taken {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			failed <- c.carry(ctx, carrier, l)
		}()
	}
	for range taken {
		if e := <-failed; e != nil {
			err = e
		}
	}
	return err
}

// carry makes one attempt with a letter and settles it. One that our own end cut off is nobody's fault: the lease brings the
// letter back.
func (c *Courier) carry(ctx context.Context, carrier Carrier, l notify.Letter) error {
	attempt, done := context.WithTimeout(ctx, letterTime)
	defer done()
	result := carrier.Send(attempt, l, c.Origin)
	if ctx.Err() != nil && !result.Arrived {
		return ctx.Err()
	}
	if !result.Arrived {
		c.logger().Warn("a letter did not arrive", "letter", l.ID, "by", l.By, "failure", result.Failure)
	}
	return c.Post.Settle(context.WithoutCancel(ctx), l, result)
}
