package municipality

import (
	"context"
	"errors"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/lockcore"
)

// Certify makes what a lock with these keys is given when it is taken into use.
type Certify = func(lockcore.Candidate) (lockcore.ClaimInstall, error)

// MountAndClaim mounts a lock at a client's door and makes it the municipality's. claim talks to the lock, which shows its
// keys; the lock's number, certificate and place are committed before the lock is given them, so that a lock never holds a
// certificate that the municipality does not know. If claim fails after that, the whole is simply repeated.
func (m *Municipality) MountAndClaim(ctx context.Context, actor, serial, personalNumber string, claim func(Certify) error) error {
	committed := false
	err := claim(func(c lockcore.Candidate) (lockcore.ClaimInstall, error) {
		now := m.clock()
		lock, err := m.Casework.Mount(ctx, actor, serial, personalNumber, func(number uint32) ([]byte, error) {
			return m.Authority.IssueLock(number, c.Key, c.Exchange, now)
		})
		if err != nil {
			return lockcore.ClaimInstall{}, err
		}
		committed = true
		return m.install(c, lock, now)
	})
	if !committed && credential.CodeOf(err) == credential.CodeClaimed {
		// Its own answer was lost the last time. It is ours if it sits where we say.
		return m.wantMounted(ctx, serial, personalNumber, err)
	}
	return err
}

func (m *Municipality) install(c lockcore.Candidate, lock fleet.Lock, now time.Time) (lockcore.ClaimInstall, error) {
	config, err := m.Authority.IssueConfig(credential.LockConfig{Lock: lock.Number, Version: 1, Epoch: uint16(lock.Epoch)}, now)
	if err != nil {
		return lockcore.ClaimInstall{}, err
	}
	return lockcore.NewInstall(m.Authority, c, lock.Certificate, config, now)
}

func (m *Municipality) wantMounted(ctx context.Context, serial, personalNumber string, claimed error) error {
	lock, err := m.Casework.LockAt(ctx, serial, personalNumber)
	if err != nil {
		return errors.Join(claimed, err)
	}
	if lock.State != fleet.Mounted || lock.Certificate == nil {
		return claimed
	}
	return nil
}
