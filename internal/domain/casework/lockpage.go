package casework

import (
	"context"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/disclosure"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
)

// Limits of what a lock's page and the list of locks show.
const (
	MaxLocks      = 50     // locks on one page of the list
	MaxLockFile   = 10_000 // locks in one file
	maxLockRights = 400    // rights to one lock: an entrance has one for every service behind it
	maxLockThings = 10     // faults, tasks, anomalies, and what has become of the lock
)

// LockFacts is a lock with what it last told of itself.
type LockFacts struct {
	MountedLock
	State      fleet.LockState
	Reason     string // why it was scrapped, or what is wrong with it
	DwellingID string
	EntranceID string
	BlockList  int64 // number of the block list that the lock has told of; 0: none
	Config     int64 // likewise of its configuration
	Battery    int   // per cent; 0: not told
	Listed     int64 // number of the newest block list that there is
}

// LockLife is a turn in a lock's life.
type LockLife struct {
	At   time.Time
	What string // arrived, mounted, dismounted, warranty, answered
}

// LockAnomaly is what was strange in what keys have brought home from a lock.
type LockAnomaly struct {
	At      time.Time
	Class   string
	Detail  string
	Settled time.Time // zero while nobody has dealt with it
}

// LockGroup is a group that may open a lock now or is going to.
type LockGroup struct {
	ID, Code, Name, Provider string
	Periods                  []access.Period
	Synced                   int // keys of the group that open now, once somebody has activated them
}

// GroupRight is a right with its group in words.
type GroupRight struct {
	access.Right
	Code, Name, Provider string
}

// GroupKey is one of a group's keys that are in use.
type GroupKey struct {
	ID, Number, GroupID string
	Synced, SyncedUntil time.Time // zero: never
}

// LockTx is what locks' pages read beyond what others do.
type LockTx interface {
	// PageLockFacts returns one lock.
	PageLockFacts(ctx context.Context, id string) (LockFacts, bool, error)
	// PageDoorSince returns from when those whose own door a lock is on have been behind it, by client.
	PageDoorSince(ctx context.Context, lockID string) (map[string]time.Time, error)
	// DoorTimes is as in [disclosure.Tx].
	DoorTimes(ctx context.Context, clientID string) ([]disclosure.DoorTime, error)
	// PageLocks returns at most limit locks by serial number.
	PageLocks(ctx context.Context, f LockFilter, limit int) ([]LockFacts, error)
	// PageRightsAt returns at most limit rights to a lock that have not ended, by group and time.
	PageRightsAt(ctx context.Context, lockID string, limit int) ([]GroupRight, error)
	// PageGroupKeys returns the keys of groups that are in use.
	PageGroupKeys(ctx context.Context, groupIDs []string) ([]GroupKey, error)
	// PageEntrancesOf returns the locks of the entrance before a dwelling.
	PageEntrancesOf(ctx context.Context, dwellingID string) ([]MountedLock, error)
	// PageLockTasks returns at most limit open tasks about a lock.
	PageLockTasks(ctx context.Context, lockID string, limit int) ([]TaskLine, error)
	// PageLockLife returns at most limit turns in a lock's life, the latest first.
	PageLockLife(ctx context.Context, lockID, serial string, limit int) ([]LockLife, error)
	// PageLockAnomalies returns at most limit anomalies about a lock, the latest first.
	PageLockAnomalies(ctx context.Context, lockID string, limit int) ([]LockAnomaly, error)
	// DwellingsBehind is as in [EntranceTx], PropertiesByID as in [consent.Tx].
	DwellingsBehind(ctx context.Context, entranceIDs []string) ([]string, error)
	PropertiesByID(ctx context.Context, ids []string) (map[string]consent.Property, error)
	// ListFaults is as in [support.FaultTx].
	ListFaults(ctx context.Context, f support.Faults, thingID string) ([]support.Fault, error)
}

// ErrNoLock says that there is no lock that the reader may see, which is the same answer.
var ErrNoLock = problem.New(problem.NotFound, "page-lock-unknown",
	"Låset finns inte, eller så sitter det inte hos någon av era kunder. Sök på nytt.",
	"There is no such lock, or it is not at any client of yours. Search again.")

// LockFilter chooses locks. The zero value chooses all.
type LockFilter struct {
	Kind   fleet.LockKind
	State  fleet.LockState
	Serial string // how the serial number begins
	After  string // serial number of the last lock of the page before
}

// LockList is a page of locks. It says nothing of where they sit.
type LockList struct {
	Now   time.Time
	Locks []LockFacts
	Next  string // the After of the next page; "" on the last
}

// Locks answers the list of locks to those who see every thing.
func (p *Pages) Locks(ctx context.Context, who Reader, f LockFilter) (LockList, error) {
	var out LockList
	if !seesThings(routine.Role(who.Role)) {
		return out, ErrMayNot
	}
	err := p.db.View(ctx, func(tx PagesTx) (err error) {
		out = LockList{Now: tx.Now()}
		out.Locks, err = tx.PageLocks(ctx, f, MaxLocks+1)
		if len(out.Locks) > MaxLocks {
			out.Locks = out.Locks[:MaxLocks]
			out.Next = out.Locks[MaxLocks-1].Serial
		}
		return err
	})
	return out, err
}

// LockFile is the locks of a choice for a file, once the journal has that they were taken out: at most [MaxLockFile], or it says that there
// are more.
func (p *Pages) LockFile(ctx context.Context, who Reader, f LockFilter) (LockList, error) {
	var out LockList
	if !seesThings(routine.Role(who.Role)) {
		return out, ErrMayNot
	}
	f.After = ""
	err := p.db.View(ctx, func(tx PagesTx) (err error) {
		out = LockList{Now: tx.Now()}
		out.Locks, err = tx.PageLocks(ctx, f, MaxLockFile+1)
		return orLong(err, len(out.Locks), MaxLockFile)
	})
	if err == nil {
		err = p.note(ctx, who, "locks", "")
	}
	if err != nil {
		return LockList{}, err
	}
	return out, nil
}

// LockPage is everything about one lock.
type LockPage struct {
	Now       time.Time
	Lock      LockFacts
	People    []Person // behind it, whom the reader may read about; of an entrance nobody
	Protected bool     // somebody behind the door has protected identity: what tells where it is, is left out
	Homes     int      // clients behind an entrance, counted up to 200
	Groups    []LockGroup
	More      bool           // there are more rights than were read
	Chains    []RightChain   // to the clients' own door; of an entrance none
	Entrances []MountedLock  // before a dwelling's door
	Agreed    consent.Answer // what the house's owners have said; "" where the lock is at no house
	Against   int            // owners who do not agree
	House     LockHouse      // whose house it is, to those who read the register; nothing where somebody behind a door is protected
	Stays     *TaskLine      // the open question whether a lock may stay that no owner agrees to any longer
	Faults    []support.Fault
	Tasks     []TaskLine
	Anomalies []LockAnomaly // for those who look after locks
	Life      []LockLife    // for those who see every thing
	Events    []journal.Record
	Next      journal.Cursor
	Things    map[string]Thing
}

// LockPage answers the page of a lock, once the journal has that it was read, and whose door it is. Others than those who see
// every thing see the locks of the clients whom they may read about.
func (p *Pages) LockPage(ctx context.Context, who Reader, id string, before journal.Cursor) (LockPage, error) {
	var out LockPage
	err := p.db.View(ctx, func(tx PagesTx) (err error) {
		out, err = lockPage(ctx, tx, who, id, before)
		return err
	})
	if err == nil {
		subjects := []string{id}
		for _, one := range out.People {
			subjects = append(subjects, one.ID)
		}
		err = p.note(ctx, who, "lock", "", subjects...)
	}
	if err != nil {
		return LockPage{}, err
	}
	return out, nil
}

func lockPage(ctx context.Context, tx PagesTx, who Reader, id string, before journal.Cursor) (LockPage, error) {
	out := LockPage{Now: tx.Now()}
	var ok bool
	var err error
	if out.Lock, ok, err = tx.PageLockFacts(ctx, id); err != nil || !ok {
		return out, orNoLock(err)
	}
	if err := out.behind(ctx, tx, who); err != nil {
		return out, err
	}
	for _, part := range []func(context.Context, PagesTx, Reader) error{out.rights, out.place, out.troubles, out.past} {
		if err := part(ctx, tx, who); err != nil {
			return out, err
		}
	}
	if out.Lock.IsMounted { // what it did elsewhere, or for others, concerns them
		of := []subject{{id: id, since: out.Lock.Since}}
		if out.Events, out.Next, err = timeline(ctx, tx, of, before); err != nil {
			return out, err
		}
	}
	if out.Things, err = thingsIn(ctx, tx, out.Events); err != nil {
		return out, err
	}
	return out, addUses(ctx, tx, out.Chains, out.Events, before)
}

func orNoLock(err error) error {
	if err == nil {
		return ErrNoLock
	}
	return err
}

// behind finds who lives behind the lock, and whether the reader may see it.
func (out *LockPage) behind(ctx context.Context, tx PagesTx, who Reader) error {
	role := routine.Role(who.Role)
	ids, err := tx.PageBehind(ctx, out.Lock.ID, maxBehind)
	if err != nil {
		return err
	}
	clients, err := tx.ClientsByID(ctx, ids)
	if err != nil {
		return err
	}
	out.Homes = len(clients)
	for _, c := range clients { // that somebody in the house is protected, an entrance does not tell: nobody's page leads there
		out.Protected = out.Protected || c.Protected && out.Lock.OnDoor
	}
	if seesClients(role) {
		if out.People, err = people(ctx, tx, who, ids); err != nil {
			return err
		}
	}
	if !seesThings(role) && len(out.People) == 0 {
		return ErrNoLock
	}
	if out.Lock.Since = out.Lock.Mounted; !out.Lock.OnDoor {
		out.People = nil
		return nil
	}
	out.People = out.People[:min(len(out.People), journal.MaxSubjects-1)]
	return out.since(ctx, tx, ids)
}

// since finds from when what a door's lock has told concerns those who live there now: those of them whom the reader reads about, or all.
// Where nobody lives, it concerns the last who did.
func (out *LockPage) since(ctx context.Context, tx PagesTx, home []string) error {
	since, err := tx.PageDoorSince(ctx, out.Lock.ID)
	if err != nil || len(since) == 0 {
		return err
	}
	if len(out.People) > 0 {
		home = nil
		for _, p := range out.People {
			home = append(home, p.ID)
		}
	}
	out.Lock.Since = routine.Forever
	for id, at := range since {
		if (len(home) == 0 || slices.Contains(home, id)) && at.Before(out.Lock.Since) {
			out.Lock.Since = at
		}
	}
	return nil
}

// rights reads who may open, now and later, and for a client's own door what that rests on.
func (out *LockPage) rights(ctx context.Context, tx PagesTx, who Reader) error {
	rights, err := tx.PageRightsAt(ctx, out.Lock.ID, maxLockRights+1)
	if err != nil {
		return err
	}
	out.More = len(rights) > maxLockRights
	rights = rights[:min(len(rights), maxLockRights)]
	var groups []string
	for _, r := range rights {
		groups = append(groups, r.GroupID)
	}
	keys, err := tx.PageGroupKeys(ctx, distinct(groups))
	if err != nil {
		return err
	}
	out.Groups = lockGroups(rights, keys, out.Now)
	if !out.Lock.OnDoor {
		return nil
	}
	var seen []access.Right
	for _, r := range rights {
		if slices.ContainsFunc(out.People, func(p Person) bool { return p.ID == r.ClientID }) {
			seen = append(seen, r.Right)
		}
	}
	out.Chains, err = chainsOfRights(ctx, tx, seen, []MountedLock{out.Lock.MountedLock}, out.Now)
	return err
}

// lockGroups puts rights together by group, those that hold now first.
func lockGroups(rights []GroupRight, keys []GroupKey, now time.Time) []LockGroup {
	var out []LockGroup
	of := map[string][]access.Right{}
	for _, r := range rights {
		if of[r.GroupID] == nil {
			out = append(out, LockGroup{ID: r.GroupID, Code: r.Code, Name: r.Name, Provider: r.Provider})
		}
		of[r.GroupID] = append(of[r.GroupID], r.Right)
	}
	for i := range out {
		out[i].Periods = access.Union(of[out[i].ID])
		for _, k := range keys {
			if k.GroupID == out[i].ID && k.SyncedUntil.After(now) {
				out[i].Synced++
			}
		}
	}
	slices.SortStableFunc(out, func(a, b LockGroup) int {
		return order(access.May(of[b.ID], now), access.May(of[a.ID], now))
	})
	return out
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// troubles reads faults and work, to an organisation with groups what it has reported itself.
func (out *LockPage) troubles(ctx context.Context, tx PagesTx, who Reader) error {
	f := support.Faults{Thing: support.Lock, Page: support.Page{Limit: maxLockThings}}
	if who.related() {
		f.Organisation = who.Organisation
	}
	var err error
	if out.Faults, err = tx.ListFaults(ctx, f, out.Lock.ID); err != nil {
		return err
	}
	if out.Tasks, err = tx.PageLockTasks(ctx, out.Lock.ID, maxLockThings); err != nil {
		return err
	}
	if out.Protected { // what people have written may say whose it is
		for i := range out.Faults {
			out.Faults[i].Description, out.Faults[i].Done = "", ""
		}
		for i := range out.Tasks {
			out.Tasks[i].Note, out.Tasks[i].Reason, out.Tasks[i].Fault = "", "", ""
		}
	}
	return nil
}

// past reads what has become of the thing, and what was strange about it.
func (out *LockPage) past(ctx context.Context, tx PagesTx, who Reader) error {
	role := routine.Role(who.Role)
	var err error
	if seesThings(role) {
		if out.Life, err = tx.PageLockLife(ctx, out.Lock.ID, out.Lock.Serial, maxLockThings); err != nil {
			return err
		}
	}
	if role == routine.LockManager || role == routine.SystemOwner {
		out.Anomalies, err = tx.PageLockAnomalies(ctx, out.Lock.ID, maxLockThings)
	}
	return err
}

// Use is how far a right has come: with the group's keys, and at the door.
type Use struct {
	Key    string    // number of the group's key that was last synced; "": none has been
	Synced time.Time // when
	Until  time.Time // when the sync ends
	Opened time.Time // when a key of the group last opened the lock; zero: not among the latest events
	With   string    // number of that key
}

// addUses says of each right what has come of it. events are the latest at the door, unless the reader looks at those before a
// place: then they are read.
func addUses(ctx context.Context, tx PagesTx, chains []RightChain, events []journal.Record, before journal.Cursor) error {
	if before != "" {
		events = nil
		i := slices.IndexFunc(chains, func(c RightChain) bool { return c.Lock.OnDoor }) // a home has one
		if i >= 0 {
			var err error
			if events, err = lately(ctx, tx, chains[i].Lock); err != nil {
				return err
			}
		}
	}
	var groups []string
	for _, c := range chains {
		groups = append(groups, c.Right.GroupID)
	}
	keys, err := tx.PageGroupKeys(ctx, distinct(groups))
	if err != nil {
		return err
	}
	for i := range chains {
		chains[i].Use = useOf(chains[i], keys, events)
	}
	return nil
}

func useOf(c RightChain, keys []GroupKey, events []journal.Record) (u Use) {
	of := map[string]string{}
	for _, k := range keys {
		if k.GroupID != c.Right.GroupID {
			continue
		}
		of[k.ID] = k.Number
		if k.Synced.After(u.Synced) {
			u.Key, u.Synced, u.Until = k.Number, k.Synced, k.SyncedUntil
		}
	}
	for _, r := range events { // the newest first
		if r.Kind != journal.DoorOpened || !slices.Contains(r.Subjects, c.Right.LockID) {
			continue
		}
		for _, s := range r.Subjects {
			if number, ok := of[s]; ok {
				u.Opened, u.With = r.At, number
				return u
			}
		}
	}
	return u
}

// lately are the latest events at a lock since it has been the client's.
func lately(ctx context.Context, tx PagesTx, l MountedLock) ([]journal.Record, error) {
	if !l.IsMounted {
		return nil, nil
	}
	records, err := journal.Timeline(ctx, tx, l.ID, MaxTimeline, "")
	return slices.DeleteFunc(records, func(r journal.Record) bool { return r.At.Before(l.Since) }), err
}
