package bench

import (
	"context"
	"time"

	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// counting counts the rows that an order writes, so that the bare transaction beside it writes as many.
type counting struct {
	*storage.Tx
	n *int
}

func (c counting) InsertOrder(ctx context.Context, o casework.Order) error {
	*c.n++
	return c.Tx.InsertOrder(ctx, o)
}

func (c counting) PutIdempotencyKey(ctx context.Context, orderer, key, digest, orderID string) error {
	*c.n++
	return c.Tx.PutIdempotencyKey(ctx, orderer, key, digest, orderID)
}

func (c counting) InsertTasks(ctx context.Context, t []casework.Task) error {
	*c.n += len(t)
	return c.Tx.InsertTasks(ctx, t)
}

func (c counting) LinkTasks(ctx context.Context, orderID string, t []casework.Task) error {
	*c.n += len(t)
	return c.Tx.LinkTasks(ctx, orderID, t)
}

func (c counting) PutServices(ctx context.Context, s []care.Service) error {
	*c.n += len(s)
	return c.Tx.PutServices(ctx, s)
}

func (c counting) SetClientEnded(ctx context.Context, id string, at time.Time) error {
	*c.n++
	return c.Tx.SetClientEnded(ctx, id, at)
}

func (c counting) PutGrounds(ctx context.Context, g []access.Ground) error {
	*c.n += len(g)
	return c.Tx.PutGrounds(ctx, g)
}

func (c counting) PutRights(ctx context.Context, r []access.Right) error {
	*c.n += len(r)
	return c.Tx.PutRights(ctx, r)
}

func (c counting) DeleteGrounds(ctx context.Context, ids []string) error {
	*c.n += len(ids)
	return c.Tx.DeleteGrounds(ctx, ids)
}

func (c counting) DeleteRights(ctx context.Context, r []access.Right) error {
	*c.n += len(r)
	return c.Tx.DeleteRights(ctx, r)
}

func (c counting) InsertJournalEntries(ctx context.Context, rows []journal.Row) error {
	*c.n += len(rows)
	return c.Tx.InsertJournalEntries(ctx, rows)
}

// spread returns the ids of about n clients, evenly from among all.
func spread(ctx context.Context, tx *storage.Tx, n int) ([]string, error) {
	var all []string
	for after := ""; ; {
		page, err := tx.ClientIDsAfter(ctx, after, 5000)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		all, after = append(all, page...), page[len(page)-1]
	}
	step := max(len(all)/n, 1)
	var out []string
	for i := 0; i < len(all); i += step {
		out = append(out, all[i])
	}
	return out, nil
}

// kinds returns the code of an alarm group, and the codes of home care groups by id, one of them also under "".
func kinds(groups []care.Group) (alarm string, homeCare map[string]string) {
	homeCare = map[string]string{}
	for _, g := range groups {
		switch g.Kind {
		case routine.AlarmGroup:
			alarm = g.Code
		case routine.HomeCareGroup:
			homeCare[g.ID], homeCare[""] = g.Code, g.Code
		}
	}
	return alarm, homeCare
}

// openHomeCare is the group of a client's only home care without an end, "" when there is none or more.
func openHomeCare(services []care.Service, at time.Time) string {
	group := ""
	for _, v := range services {
		if v.Kind != routine.HomeCare || !at.Before(v.Until) {
			continue
		}
		if group != "" || v.Until != routine.Forever || !v.From.Before(at) {
			return ""
		}
		group = v.Group.ID
	}
	return group
}

func hasKind(services []care.Service, kind routine.ServiceKind) bool {
	for _, v := range services {
		if v.Kind == kind {
			return true
		}
	}
	return false
}
