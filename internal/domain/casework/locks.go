package casework

import (
	"context"
	"slices"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// fileLocks is the register that locks come from.
const fileLocks = "las"

// entrances makes entrances with their locks. The people behind a lock that is new or has moved get their rights through it.
func (a *applier) entrances(ctx context.Context, b RegisterBatch) error {
	if len(b.Entrances) == 0 {
		return nil
	}
	codes := make([]string, len(b.Entrances))
	for i, e := range b.Entrances {
		codes[i] = e.Code
	}
	have, err := a.tx.EntrancesByCode(ctx, codes)
	if err != nil {
		return err
	}
	var added []care.Entrance
	var locks []fleet.Lock
	for _, e := range b.Entrances {
		id := have[e.Code].ID
		if id == "" {
			id = newID()
			added = append(added, care.Entrance{ID: id, Code: e.Code})
		} else if len(e.Locks) > 0 {
			a.ports = append(a.ports, id)
		}
		for _, l := range e.Locks {
			l.EntranceID = id
			locks = append(locks, l)
		}
	}
	if err := a.tx.PutEntrances(ctx, added); err != nil {
		return err
	}
	return a.putLocks(ctx, locks)
}

func (a *applier) stock(ctx context.Context, b RegisterBatch) error {
	return a.putLocks(ctx, b.Stock)
}

// putDoorLocks mounts the registers' locks where no other lock is mounted (V2.1-b). A lock that has a place of its own in the
// same import gives way: locks that have changed places, or moved on one after the other, do so whatever the order of rows.
func (a *applier) putDoorLocks(ctx context.Context, clients []RegisterClient) error {
	var dwellings []string
	for _, c := range clients {
		if c.Lock != nil {
			dwellings = append(dwellings, c.Dwelling.ID)
		}
	}
	if len(dwellings) == 0 {
		return nil
	}
	mounted, err := a.tx.LocksOfDwellings(ctx, distinct(dwellings))
	if err != nil {
		return err
	}
	there := map[string]fleet.Lock{}
	for _, l := range mounted {
		there[l.DwellingID] = l
	}
	var down, up []fleet.Lock
	for _, c := range clients {
		if c.Lock == nil {
			continue
		}
		if other := there[c.Dwelling.ID]; other.Serial != "" && other.Serial != c.Lock.Serial {
			if a.run.Moving == nil || !a.run.Moving(other.Serial) {
				text := fleet.ErrSecondLock.Fill(other.Serial).Text
				a.fault(fileLocks, c.LockRow, "personnummer", fleet.ErrSecondLock.Code, text.SV, text.EN)
				// It may be the client that has moved and not the row that is new: the next import shall try it again all the same.
				if err := a.tx.DropRegisterRows(ctx, fileLocks, []string{c.Lock.Serial}); err != nil {
					return err
				}
				continue
			}
			other.State, other.DwellingID = fleet.InStock, ""
			down = append(down, other)
		}
		l := *c.Lock
		l.DwellingID = c.Dwelling.ID
		there[c.Dwelling.ID] = l
		up = append(up, l)
	}
	if err := a.putLocks(ctx, down); err != nil {
		return err
	}
	return a.putLocks(ctx, up)
}

// putLocks stores locks under the ids and numbers that they have, or new ones. What the device itself has said (certificate,
// epoch) stays. Whoever lived where a lock sat before is among those whose rights follow.
func (a *applier) putLocks(ctx context.Context, locks []fleet.Lock) error {
	if len(locks) == 0 {
		return nil
	}
	serials := make([]string, len(locks))
	for i, l := range locks {
		serials[i] = l.Serial
	}
	have, err := a.tx.LocksBySerial(ctx, serials)
	if err != nil {
		return err
	}
	number, err := a.tx.MaxLockNumber(ctx)
	if err != nil {
		return err
	}
	out := make([]fleet.Lock, 0, len(locks))
	for _, l := range locks {
		old, known := have[l.Serial]
		switch {
		case !known:
			a.doors = append(a.doors, l.DwellingID)
			number++
			l.ID, l.Number, l.Epoch = newID(), number, 1
		case old.State == fleet.Mounted && l.State != fleet.Mounted && a.said[rowName{fileLocks, l.Serial}]:
			continue // mounted by the system; the register has not heard of it yet and only says again what it said
		default:
			l.ID, l.Number, l.Epoch, l.Certificate = old.ID, old.Number, old.Epoch, old.Certificate
			if err := a.moved(ctx, old, &l); err != nil {
				return err
			}
		}
		out = append(out, l)
	}
	return a.tx.PutLocks(ctx, out)
}

// moved notices that a lock leaves its place, and raises its epoch: a lock in use takes the higher epoch from the first
// grant that carries it, and from then on refuses every grant that was given for its old place.
func (a *applier) moved(ctx context.Context, old fleet.Lock, now *fleet.Lock) error {
	if old.State == now.State && old.DwellingID == now.DwellingID && old.EntranceID == now.EntranceID {
		return nil
	}
	a.doors = append(a.doors, now.DwellingID)
	var people []care.Client
	if old.State == fleet.Mounted {
		now.Epoch++
		var err error
		if people, err = a.left(ctx, old); err != nil {
			return err
		}
	}
	if old.State == fleet.Mounted || now.State != fleet.Mounted {
		was := old
		was.State = now.State
		a.entries = append(a.entries, lockEntry(a.run.actor(), journal.LockRemoved, people, was))
	}
	if now.State == fleet.Mounted {
		a.entries = append(a.entries, lockEntry(a.run.actor(), journal.LockMounted, nil, *now))
	}
	return nil
}

// left notes where a lock no longer sits, and returns who lives at that door.
func (a *applier) left(ctx context.Context, old fleet.Lock) (people []care.Client, err error) {
	if old.EntranceID != "" {
		a.ports = append(a.ports, old.EntranceID)
	}
	if old.DwellingID != "" {
		a.homes = append(a.homes, old.DwellingID)
		people, err = a.tx.ClientsOfDwellings(ctx, []string{old.DwellingID})
	}
	if err != nil {
		return nil, err
	}
	return people, a.tx.EndMounting(ctx, old.ID) // what was known of it held where it sat
}

// settleDoors ends the work of mounting at doors that have got a lock by the registers. A dismounting stays where the lock has
// gone: the door and the client's keys are to be seen to all the same, and another row may put another lock there.
func (a *applier) settleDoors(ctx context.Context) error {
	if _, dry := a.tx.(dryTx); dry {
		return nil
	}
	people, err := a.tx.ClientsOfDwellings(ctx, slices.DeleteFunc(distinct(a.doors), func(id string) bool { return id == "" }))
	if err != nil {
		return err
	}
	people = slices.DeleteFunc(people, func(c care.Client) bool { return a.made[c.ID] }) // nothing waits for who is new
	if len(people) == 0 {
		return nil
	}
	open, err := a.tx.OpenTasks(ctx, idsOf(people))
	if err != nil {
		return err
	}
	for _, t := range open {
		if !slices.Contains(routine.Moot(routine.DoorLock), t.Kind) {
			continue
		}
		if err := a.s.closeTask(ctx, a.tx, a.run.actor(), t, TaskCancelled, reasonSits); err != nil {
			return err
		}
	}
	return nil
}
