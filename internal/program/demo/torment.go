package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hemnyckel/api"
	"hemnyckel/internal/storage"
)

// bringHome visits every door once more, so that its last records find a key to ride home with, syncs those keys, and
// compares: every opening that a key has seen is in the journal, once.
func (d *Day) bringHome(ctx context.Context) (openings int, err error) {
	for _, role := range []string{"colleague", "stranger", "alarm"} {
		if err := d.activate(ctx, 0, role, role); err != nil {
			return 0, err
		}
	}
	for i := range d.cast.doors {
		role := "colleague"
		if i == 0 {
			role = "stranger"
		}
		if err := d.wantOpen(ctx, role, i); err != nil {
			return 0, err
		}
	}
	for _, role := range []string{"colleague", "stranger"} {
		if err := d.activate(ctx, 1, role, ""); err != nil {
			return 0, err
		}
	}
	if err := d.unpacked(ctx); err != nil {
		return 0, err
	}
	home, err := d.openingsHome(ctx)
	if err == nil && home != d.result.Openings {
		err = fmt.Errorf("%d doors were opened, the journal has %d openings", d.result.Openings, home)
	}
	return home, err
}

// unpacked waits until the server has taken over everything that keys have brought.
func (d *Day) unpacked(ctx context.Context) error {
	return again(ctx, func() error {
		status, err := d.m.Sync.Status(ctx)
		if err == nil && status.Waiting+status.SetAside > 0 {
			err = fmt.Errorf("%d visits' mail waits, %d could not be taken over", status.Waiting, status.SetAside)
		}
		return err
	})
}

// Torment goes on working after the day, ordering, syncing and opening doors, until the server has been killed as often as
// Config.Kills says. Then everything that was acknowledged must be there, once.
func (d *Day) Torment(ctx context.Context) error {
	for i := 0; d.Kills() < d.cfg.Kills; i++ {
		if err := d.activate(ctx, i%2, "colleague", "colleague"); err != nil {
			return err
		}
		if err := d.wantOpen(ctx, "colleague", 1+i%4); err != nil {
			return err
		}
	}
	if err := d.flood.stop(); err != nil {
		return err
	}
	d.result.Orders += len(d.flood.acknowledged)
	if _, err := d.bringHome(ctx); err != nil {
		return err
	}
	if err := d.wantOrders(ctx, d.cast.newbie.ID.String(), d.acknowledged); err != nil {
		return err
	}
	if err := d.wantOrders(ctx, d.cast.doors[2].client.String(), d.flood.acknowledged); err != nil {
		return err
	}
	_, err := d.check(ctx)
	return err
}

// flood is a case system that orders without pause, an alarm and its end, while the server is being killed.
type flood struct {
	quit, done   chan struct{}
	acknowledged []string // ids; read after stop
	err          error
}

// pour starts the flood for the client behind the third door, whose home care it leaves alone.
func (d *Day) pour(ctx context.Context) {
	f := &flood{quit: make(chan struct{}), done: make(chan struct{})}
	d.flood = f
	go func() {
		defer close(f.done)
		for i := 0; f.err == nil; i++ {
			select {
			case <-f.quit:
				return
			case <-time.After(50 * time.Millisecond):
			}
			kind := []string{"alarm-granted", "alarm-renounced"}[i%2]
			key, order := uuid.NewString(), api.Order{Kind: kind, PersonalNumber: d.cast.doors[2].client.String(), Effective: d.today(), Reference: fmt.Sprintf("plåga-%d", i)}
			f.err = again(ctx, func() error {
				placed, err := d.rest.PlaceOrder(ctx, key, order)
				if err == nil {
					f.acknowledged = append(f.acknowledged, placed.ID)
				}
				return err
			})
		}
	}()
}

func (f *flood) stop() error {
	close(f.quit)
	<-f.done
	return f.err
}

// wantOrders checks that a client's acknowledged orders are stored and that no reference is stored twice.
func (d *Day) wantOrders(ctx context.Context, personalNumber string, acknowledged []string) error {
	return d.m.DB.View(ctx, func(tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(ctx, []string{personalNumber})
		if err != nil {
			return err
		}
		stored, err := tx.OrdersOf(ctx, clients[personalNumber].ID)
		if err != nil {
			return err
		}
		references := map[string]bool{}
		for _, o := range stored { // the newest five hundred
			if references[o.Reference] && o.Reference != "" {
				return fmt.Errorf("order %s is stored twice", o.Reference)
			}
			references[o.Reference] = true
		}
		for _, id := range acknowledged {
			if _, found, err := tx.OrderByID(ctx, id); err != nil || !found {
				return fmt.Errorf("order %s was acknowledged and is lost (%v)", id, err)
			}
		}
		return nil
	})
}
