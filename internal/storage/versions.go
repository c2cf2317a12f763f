package storage

import (
	"context"

	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/fleet"
)

// Every change of what a group may open raises the group's version in the same transaction, so that what has been made of its
// rights (internal/domain/keysync) need not be made anew for each key. Once in a transaction is enough: nobody else sees what
// lies in between.

const raise = ` ON CONFLICT (group_id) DO UPDATE SET version = rights_versions.version + 1`

// raiseVersions raises the versions of groups whose rights change.
func (tx *Tx) raiseVersions(ctx context.Context, rights []access.Right) error {
	var groups [][]any
	for _, r := range rights {
		if tx.raised[r.GroupID] {
			continue
		}
		if tx.raised == nil {
			tx.raised = map[string]bool{}
		}
		tx.raised[r.GroupID] = true
		groups = append(groups, []any{r.GroupID, int64(1)})
	}
	return tx.insert(ctx, "rights_versions", []string{"group_id", "version"}, groups, raise)
}

// raiseByLocks raises the versions of all groups that have a right to one of the locks.
func (tx *Tx) raiseByLocks(ctx context.Context, locks []fleet.Lock) error {
	ids := make([]string, len(locks))
	for i, l := range locks {
		ids[i] = l.ID
	}
	return execIn(ctx, tx, `INSERT INTO rights_versions (group_id, version) SELECT DISTINCT group_id, 1 FROM rights WHERE lock_id IN %s`+raise, ids)
}

// raiseByClient raises the versions of all groups that have a right for a client's sake.
const raiseByClient = `INSERT INTO rights_versions (group_id, version) SELECT DISTINCT group_id, 1 FROM rights WHERE client_id = $1` + raise
