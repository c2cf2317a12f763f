package access

import (
	"context"
	"maps"
	"slices"
	"sort"
	"strings"
)

// Change is what [Materialise] did.
type Change struct {
	Groups      []string // whose rights changed, sorted
	Added       int      // rights that are new or have another period
	Removed     int
	Clients     []ClientChange // whose rights changed, by id
	GroundsKept int
}

// ClientChange is what [Materialise] did to one client's rights.
type ClientChange struct {
	ClientID       string
	Added, Removed int
}

// Materialise makes the stored grounds and rights of the clients equal to what follows from the given grounds. It reads
// and writes only these clients' rows: its cost does not depend on how many others there are.
func Materialise(ctx context.Context, tx Tx, clientIDs []string, grounds []Ground) (Change, error) {
	var change Change
	touched := map[string]bool{}

	old, err := tx.GroundsOf(ctx, clientIDs)
	if err != nil {
		return change, err
	}
	putGrounds, staleGrounds := diffGrounds(old, grounds)
	change.GroundsKept = len(grounds) - len(putGrounds)

	doors, err := tx.DoorsOf(ctx, clientIDs)
	if err != nil {
		return change, err
	}
	have, err := tx.RightsOf(ctx, clientIDs)
	if err != nil {
		return change, err
	}
	put, stale := diffRights(have, Rights(grounds, doors))
	for _, r := range append(append([]Right(nil), put...), stale...) {
		touched[r.GroupID] = true
	}

	// Rights point at grounds: they go first and come last.
	if err := tx.DeleteRights(ctx, stale); err != nil {
		return change, err
	}
	if err := tx.DeleteGrounds(ctx, staleGrounds); err != nil {
		return change, err
	}
	if err := tx.PutGrounds(ctx, putGrounds); err != nil {
		return change, err
	}
	if err := tx.PutRights(ctx, put); err != nil {
		return change, err
	}
	for g := range touched {
		change.Groups = append(change.Groups, g)
	}
	sort.Strings(change.Groups)
	change.Added, change.Removed, change.Clients = len(put), len(stale), byClient(put, stale)
	return change, nil
}

func byClient(put, stale []Right) []ClientChange {
	counts := map[string]ClientChange{}
	for _, r := range put {
		c := counts[r.ClientID]
		counts[r.ClientID] = ClientChange{r.ClientID, c.Added + 1, c.Removed}
	}
	for _, r := range stale {
		c := counts[r.ClientID]
		counts[r.ClientID] = ClientChange{r.ClientID, c.Added, c.Removed + 1}
	}
	return slices.SortedFunc(maps.Values(counts), func(a, b ClientChange) int { return strings.Compare(a.ClientID, b.ClientID) })
}

func diffGrounds(old, want []Ground) (put []Ground, stale []string) {
	have := make(map[string]Ground, len(old))
	for _, g := range old {
		have[g.ID] = g
	}
	for _, g := range want {
		if o, ok := have[g.ID]; !ok || !sameGround(o, g) {
			put = append(put, g)
		}
		delete(have, g.ID)
	}
	for id := range have {
		stale = append(stale, id)
	}
	sort.Strings(stale)
	return put, stale
}

func sameGround(a, b Ground) bool {
	return a.GroupID == b.GroupID && a.Kind == b.Kind && a.Rule == b.Rule && a.ServiceID == b.ServiceID &&
		a.ClientID == b.ClientID && a.From.Equal(b.From) && a.Until.Equal(b.Until)
}

type rightKey struct{ ground, lock string }

func diffRights(old, want []Right) (put, stale []Right) {
	have := make(map[rightKey]Right, len(old))
	for _, r := range old {
		have[rightKey{r.GroundID, r.LockID}] = r
	}
	for _, r := range want {
		k := rightKey{r.GroundID, r.LockID}
		if o, ok := have[k]; !ok || o.GroupID != r.GroupID || !o.From.Equal(r.From) || !o.Until.Equal(r.Until) {
			put = append(put, r)
		}
		delete(have, k)
	}
	for _, r := range have {
		stale = append(stale, r)
	}
	sort.Slice(stale, func(i, j int) bool {
		if stale[i].GroundID != stale[j].GroundID {
			return stale[i].GroundID < stale[j].GroundID
		}
		return stale[i].LockID < stale[j].LockID
	})
	return put, stale
}

func sortPeriods(p []Period) {
	sort.Slice(p, func(i, j int) bool { return p[i].From.Before(p[j].From) })
}
