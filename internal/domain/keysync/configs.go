package keysync

import (
	"context"
	"sync"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
)

// LockEpoch is a lock and the epoch that it shall be at.
type LockEpoch struct {
	Lock  uint32 // number
	Epoch uint32
}

// maxConfigs is how many configurations a key is given to carry.
const maxConfigs = credential.MaxMailConfigs

// configAge is how long it may take until a visit sees that a lock has got its configuration.
const configAge = time.Minute

// configsFor are locks of the key's group whose configuration is older than ours, if there ever was another than the first: as many as a
// key carries, and the next ones with every visit of its, since nobody knows which doors it will come to.
func (s *Service) configsFor(ctx context.Context, tx Tx, key fleet.Key, m *made) ([]LockEpoch, error) {
	version := s.authority.ConfigVersion()
	if version <= 1 {
		return nil, nil
	}
	if age := tx.Now().Sub(m.dueAt); m.dueOf != version || age < 0 || age >= configAge {
		due, err := tx.ConfigsDue(ctx, key.GroupID, tx.Now(), version)
		if err != nil {
			return nil, err
		}
		m.due, m.dueAt, m.dueOf = due, tx.Now(), version
	}
	n := min(len(m.due), maxConfigs)
	out := make([]LockEpoch, n)
	for i := range out {
		out[i] = m.due[(uint64(key.Counter)*uint64(n)+uint64(i))%uint64(len(m.due))]
	}
	return out, nil
}

// configs remembers what has been signed: every key of a group carries the same.
type configs struct {
	mu  sync.Mutex
	by  credential.KeyHash // the key that signed
	of  uint32             // the version
	all map[LockEpoch][]byte
}

// maxSigned bounds what is remembered: some 250 bytes each.
const maxSigned = 1 << 15

// signed are an arrival's configurations.
func (c *configs) signed(by *credential.Authority, a *arrival) ([][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	issuer, version := by.InUse(credential.RoleConfig).Key.Hash(), by.ConfigVersion()
	if c.all == nil || c.by != issuer || c.of != version || len(c.all) >= maxSigned {
		c.by, c.of, c.all = issuer, version, map[LockEpoch][]byte{}
	}
	out := make([][]byte, 0, len(a.configs))
	for _, l := range a.configs {
		raw, ok := c.all[l]
		if !ok {
			var err error
			if raw, err = by.IssueConfig(credential.LockConfig{Lock: l.Lock, Epoch: uint16(l.Epoch)}, a.now); err != nil {
				return nil, err
			}
			c.all[l] = raw
		}
		out = append(out, raw)
	}
	return out, nil
}
