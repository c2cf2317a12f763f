package municipality

import (
	"context"
	"errors"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/storage"
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
	config, err := m.Authority.IssueConfig(credential.LockConfig{Lock: lock.Number, Epoch: uint16(lock.Epoch)}, now)
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

// ResetLock makes a lock of the municipality's new again. reset talks to the lock, whose button has been pressed; it is permitted by the
// code inside the lock or, without one, by a mandate for this lock. What nobody had fetched of its log is safe before the
// lock forgets it, and is taken over as if a key had carried it home. The lock's epoch rises when it is claimed again.
func (m *Municipality) ResetLock(ctx context.Context, serial, code string, reset func(lockcore.Resetter) error) error {
	var lock fleet.Lock
	err := m.DB.View(ctx, func(tx *storage.Tx) error {
		locks, err := tx.LocksBySerial(ctx, []string{serial})
		if found, ok := locks[serial]; ok {
			lock = found
		} else if err == nil {
			err = fleet.ErrLockUnknown.Fill(serial)
		}
		return err
	})
	if err != nil {
		return err
	}
	r := lockcore.Resetter{Code: code, Keep: func(batches [][]byte) error { return m.handOver(ctx, lock, batches) }}
	if code == "" {
		if err := m.mandate(lock, &r); err != nil {
			return err
		}
	}
	return reset(r)
}

// mandate lets whoever has r reset the lock that the municipality has certified.
func (m *Municipality) mandate(lock fleet.Lock, r *lockcore.Resetter) error {
	if lock.Certificate == nil {
		return credential.Refuse(credential.CodeUnclaimed, "lock %s has no certificate", lock.Serial)
	}
	certificate, err := credential.ParseCertificate(lock.Certificate)
	if err != nil {
		return err
	}
	device, err := credential.NewSigningKey()
	if err != nil {
		return err
	}
	mandate := credential.Mandate{Lock: certificate.Key.Hash(), Purpose: credential.MandateReset}
	if mandate.Installer, err = credential.PublicKeyOf(device); err != nil {
		return err
	}
	r.Device, r.DeviceCA = device, m.Authority.Certificate(credential.RoleDeviceCA)
	r.Mandate, err = m.Authority.IssueMandate(mandate, m.clock())
	return err
}

// handOver stores sealed batches beside those that keys carry home.
func (m *Municipality) handOver(ctx context.Context, lock fleet.Lock, batches [][]byte) error {
	mail, err := credential.Encode(credential.Mail{Batches: batches})
	if err != nil {
		return err
	}
	return m.DB.Update(ctx, func(tx *storage.Tx) error {
		return tx.InsertLetters(ctx, []keysync.Letter{{Received: tx.Now(), KeyID: lock.ID, Mail: mail}})
	})
}
