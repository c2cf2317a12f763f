package casework

import (
	"context"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// ErrLockElsewhere says that a lock sits somewhere else already.
var ErrLockElsewhere = problem.New(problem.Conflict, "lock-elsewhere",
	"Lås %s är redan monterat någon annanstans. Kontrollera serienumret.",
	"Lock %s is mounted somewhere else already. Check the serial number.")

// Mount records that a door lock or key box from stock now sits at a client's dwelling: rights follow for everybody who
// lives there, and the mounting tasks that waited for it are done. certify, when given, makes the lock's certificate for its
// number, and is called inside the transaction. Mounting the same lock at the same dwelling again is not an error: a
// technician whose tool lost contact simply repeats it.
func (s *Service) Mount(ctx context.Context, actor, serial, personalNumber string, certify func(number uint32) ([]byte, error)) (fleet.Lock, error) {
	var mounted fleet.Lock
	err := s.db.Update(ctx, func(tx Tx) error {
		client, lock, err := s.mountable(ctx, tx, serial, personalNumber)
		if err != nil {
			return err
		}
		if lock.State != fleet.Mounted {
			lock.State, lock.DwellingID, lock.MountedAt = fleet.Mounted, client.DwellingID, tx.Now()
		}
		if certify != nil {
			if lock.Certificate, err = certify(lock.Number); err != nil {
				return err
			}
		}
		if err := tx.PutLocks(ctx, []fleet.Lock{lock}); err != nil {
			return err
		}
		mounted = lock
		return s.afterMounting(ctx, tx, actor, client, lock)
	})
	return mounted, err
}

// LockAt returns the lock with that serial number if it is mounted at the client's dwelling, or could be.
func (s *Service) LockAt(ctx context.Context, serial, personalNumber string) (lock fleet.Lock, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		_, lock, err = s.mountable(ctx, tx, serial, personalNumber)
		return err
	})
	return lock, err
}

// mountable finds client and lock and checks that the one may sit at the other.
func (s *Service) mountable(ctx context.Context, tx Tx, serial, personalNumber string) (care.Client, fleet.Lock, error) {
	clients, err := tx.ClientsByNumber(ctx, []string{personalNumber})
	if err != nil {
		return care.Client{}, fleet.Lock{}, err
	}
	client, ok := clients[personalNumber]
	if !ok {
		return client, fleet.Lock{}, ErrClientUnknown
	}
	locks, err := tx.LocksBySerial(ctx, []string{serial})
	if err != nil {
		return client, fleet.Lock{}, err
	}
	lock, ok := locks[serial]
	switch {
	case !ok:
		return client, lock, fleet.ErrLockUnknown.Fill(serial)
	case lock.State == fleet.Mounted && lock.DwellingID != client.DwellingID, lock.Kind == fleet.Entrance:
		return client, lock, ErrLockElsewhere.Fill(serial)
	}
	there, err := tx.LocksOfDwellings(ctx, []string{client.DwellingID})
	for _, other := range there {
		if other.ID != lock.ID {
			return client, lock, fleet.ErrSecondLock.Fill(other.Serial)
		}
	}
	return client, lock, err
}

// afterMounting gives rights through the new lock and closes what waited for it.
func (s *Service) afterMounting(ctx context.Context, tx Tx, actor string, client care.Client, lock fleet.Lock) error {
	home, err := tx.ClientsOfDwellings(ctx, []string{client.DwellingID})
	if err != nil {
		return err
	}
	if _, err := s.refresh(ctx, tx, idsOf(home)); err != nil {
		return err
	}
	if err := s.finishTasks(ctx, tx, idsOf(home), routine.Mount); err != nil {
		return err
	}
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.LockMounted, Subjects: append(idsOf(home), lock.ID), Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor},
		{Name: "serial", Value: lock.Serial},
	}})
}
