package keysync

import (
	"context"
	"crypto/subtle"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
)

// maxTogether bounds how many visits share a transaction.
const maxTogether = 64

// commitTime bounds a shared transaction, which outlives the requests that it serves.
const commitTime = 30 * time.Second

// queue is where visits wait for the transaction that they share. While one transaction runs the next ones gather.
type queue struct {
	mu      sync.Mutex
	waiting []*arrival
	busy    bool
}

// join has an arrival served together with those that wait. Whoever finds nobody at work starts the work.
func (q *queue) join(ctx context.Context, a *arrival, serve func(context.Context, []*arrival)) error {
	q.mu.Lock()
	q.waiting = append(q.waiting, a)
	first := !q.busy
	q.busy = true
	q.mu.Unlock()
	if first {
		go q.work(context.WithoutCancel(ctx), serve)
	}
	select {
	case <-a.done:
		return nil
	case <-ctx.Done():
		q.leave(a)
		return ctx.Err() // it may be served all the same: the key asks again, and is known
	}
}

// leave takes an arrival that nobody waits for any longer out of the queue, which so holds no more than there are requests.
func (q *queue) leave(a *arrival) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.DeleteFunc(q.waiting, func(b *arrival) bool { return a == b })
}

func (q *queue) work(ctx context.Context, serve func(context.Context, []*arrival)) {
	for {
		q.mu.Lock()
		n := min(len(q.waiting), maxTogether)
		together := slices.Clone(q.waiting[:n])
		q.waiting = slices.Delete(q.waiting, 0, n)
		q.busy = n > 0
		q.mu.Unlock()
		if n == 0 {
			return
		}
		serve(ctx, together)
		for _, a := range together {
			close(a.done)
		}
	}
}

// commit serves visits in one transaction. One that breaks it for all is found by serving each alone.
func (s *Service) commit(ctx context.Context, all []*arrival) {
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	var err error
	safely(&err, func() error { // a panic here is in no request's goroutine: it would end the server
		return s.db.Update(ctx, func(tx Tx) error { return s.serve(ctx, tx, all) })
	})
	switch {
	case err == nil:
	case len(all) == 1 || passing(err):
		for _, a := range all {
			a.outcome = outcome{err: err} // nothing was saved, or nobody knows
		}
	default:
		for i := range all {
			s.commit(ctx, all[i:i+1])
		}
	}
}

// passing reports whether an error says more of the moment than of what was to be done.
func passing(err error) bool {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p.Kind == problem.Unavailable
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// sitting is one shared transaction.
type sitting struct {
	s        *Service
	tx       Tx
	keys     map[uint32]fleet.Key
	stations map[uint32]fleet.Station
	digests  map[string][]byte // of the keys' last requests, where they matter
	states   map[string]GroupState
	blocks   []byte
	version  credential.Version
	moved    uint64 // heads that had been moved before the transaction read anything

	visited []Visited
	grants  []Issued
	letters []Letter
	entries []journal.Entry
}

// serve is the visits' transaction. It may run again: it begins anew each time.
func (s *Service) serve(ctx context.Context, tx Tx, all []*arrival) error {
	t := &sitting{s: s, tx: tx, moved: s.moved.count()}
	if err := t.load(ctx, all); err != nil {
		return err
	}
	for _, a := range all {
		a.outcome = outcome{now: tx.Now()}
		err := t.visit(ctx, a)
		if _, ok := errors.AsType[*problem.Error](err); err != nil && (!ok || passing(err)) {
			return err
		}
		a.err = err
	}
	return t.store(ctx)
}

// load asks for what the visits need, for all at once.
func (t *sitting) load(ctx context.Context, all []*arrival) error {
	var devices, stations []uint32
	for _, a := range all {
		devices, stations = append(devices, a.request.Key), append(stations, a.station.Device)
	}
	var err error
	if t.keys, err = t.tx.KeysByDevice(ctx, distinct(devices)); err != nil {
		return err
	}
	if t.stations, err = t.tx.StationsByDevice(ctx, distinct(stations)); err != nil {
		return err
	}
	var groups, repeating []string
	for _, k := range t.keys {
		groups = append(groups, k.GroupID)
	}
	for _, a := range all {
		if k := t.keys[a.request.Key]; k.Counter == a.request.Counter {
			repeating = append(repeating, k.ID)
		}
	}
	slices.Sort(groups)
	if t.states, err = t.tx.GroupStates(ctx, slices.Compact(groups)); err != nil {
		return err
	}
	slices.Sort(repeating)
	if t.digests, err = t.tx.KeyVisits(ctx, slices.Compact(repeating)); err != nil {
		return err
	}
	return t.list(ctx)
}

// list asks for the newest block list.
func (t *sitting) list(ctx context.Context) error {
	number, blocks, err := fleet.CurrentBlockList(ctx, t.tx, t.s.authority)
	if err != nil {
		return err
	}
	list, err := credential.ParseBlockList(blocks)
	t.blocks, t.version = blocks, credential.Version{Epoch: list.Version.Epoch, Number: number}
	return err
}

// recover moves our versions on if a key has a newer block list than the database knows of: it has been restored.
func (t *sitting) recover(ctx context.Context, reported credential.Version, keyID string) error {
	if reported.Epoch != t.version.Epoch || reported.Number <= t.version.Number {
		return nil
	}
	moved, err := fleet.NewKeys(nil, t.s.authority).Recover(ctx, t.tx, reported.Number, keyID)
	if err != nil || !moved {
		return err
	}
	groups := slices.Collect(maps.Keys(t.states))
	if t.states, err = t.tx.GroupStates(ctx, groups); err != nil {
		return err
	}
	return t.list(ctx)
}

// visit decides one visit and notes what must be stored.
func (t *sitting) visit(ctx context.Context, a *arrival) error {
	station := t.stations[a.station.Device]
	if station.Certificate == nil || !station.BlockedAt.IsZero() || station.ID != a.station.ID {
		return fleet.ErrStationUnknown
	}
	if !t.s.fresh(a.request.Nonce, station.Device, t.tx.Now()) {
		return ErrNonce
	}
	key, err := enrolled(t.keys, a.request.Key)
	if err == nil {
		err = a.provenBy(t.s.verifier(), key)
	}
	if err != nil {
		return err
	}
	if err := t.permitted(ctx, a, key, station); err != nil {
		if p := denied(err); p != nil {
			t.entries = append(t.entries, refusedEntry(key, station, p.Code))
		}
		return err
	}
	return nil
}

// permitted serves a key that has proved itself.
func (t *sitting) permitted(ctx context.Context, a *arrival, key fleet.Key, station fleet.Station) error {
	if err := syncable(key); err != nil {
		return err
	}
	repeated, err := t.counted(a, key)
	if err != nil {
		return err
	}
	if err := t.recover(ctx, a.request.Blocks, key.ID); err != nil {
		return err
	}
	issued, err := t.grant(ctx, a, key, station)
	if err != nil {
		return err
	}
	carried, err := t.receive(ctx, a, &key, station, repeated)
	if err != nil {
		return err
	}
	key.Counter, key.SyncedAt, key.SyncedUntil = a.request.Counter, t.tx.Now(), issued.Until
	t.keys[key.Device], t.digests[key.ID] = key, a.remembered[:]
	t.visited = append(t.visited, Visited{KeyID: key.ID, Counter: key.Counter, Digest: a.remembered, SyncedAt: key.SyncedAt, SyncedUntil: key.SyncedUntil, MailUntil: key.MailUntil})
	t.grants = append(t.grants, issued)
	t.entries = append(t.entries, syncedEntry(key, station, issued, carried, repeated))
	return nil
}

// counted lets every request through once, and the very same one again as a repetition.
func (t *sitting) counted(a *arrival, key fleet.Key) (repeated bool, err error) {
	if a.request.Counter > key.Counter {
		return false, nil
	}
	if a.request.Counter == key.Counter {
		for _, kept := range []bool{false, true} {
			if digest := a.digest(kept); subtle.ConstantTimeCompare(t.digests[key.ID], digest[:]) == 1 {
				a.kept = kept
				return true, nil
			}
		}
	}
	return false, ErrCounter
}

// grant derives the rights of the key's group for the next five days.
func (t *sitting) grant(ctx context.Context, a *arrival, key fleet.Key, station fleet.Station) (Issued, error) {
	state, ok := t.states[key.GroupID]
	if !ok {
		return Issued{}, fleet.ErrKeyNoGroup.Fill(key.Number)
	}
	cert, err := t.s.verifier().ReadCertificate(key.Certificate)
	if err != nil {
		return Issued{}, err
	}
	if a.made, err = t.s.tree(ctx, t.tx, key.GroupID, state); err != nil {
		return Issued{}, err
	}
	if a.acks, err = t.s.acksFor(ctx, t.tx, a.made, t.moved); err != nil {
		return Issued{}, err
	}
	if a.configs, err = t.s.configsFor(ctx, t.tx, key, a.made); err != nil {
		return Issued{}, err
	}
	now := t.tx.Now()
	a.blocks = t.blocks
	a.grant = credential.Grant{
		Key: key.Device, NotBefore: credential.GrantStart(now), Expires: credential.At(now.Add(credential.GrantLife)), Serial: credential.NewSerial(),
		Holder: cert.Body.Key, Generation: state.Generation, Blocks: t.version, Shift: uint16(t.s.profile.Shift / time.Minute), Group: state.Number,
	}
	if a.made.windows {
		a.grant.Zone = credential.ZoneOf(t.s.profile.place(), a.grant.NotBefore, a.grant.Expires)
	}
	return Issued{Serial: a.grant.Serial, KeyID: key.ID, GroupID: key.GroupID, StationID: station.ID,
		From: a.grant.NotBefore.Time(), Until: a.grant.Expires.Time(), Locks: len(a.made.locks)}, nil
}

func (t *sitting) store(ctx context.Context) error {
	if err := t.tx.SetVisited(ctx, t.visited); err != nil {
		return err
	}
	if err := t.tx.InsertGrants(ctx, t.grants); err != nil {
		return err
	}
	if err := t.tx.InsertLetters(ctx, t.letters); err != nil {
		return err
	}
	return journal.Append(ctx, t.tx, t.entries...)
}

func refusedEntry(key fleet.Key, station fleet.Station, code string) journal.Entry {
	return journal.Entry{Kind: journal.KeyRefused, Subjects: []string{key.ID, station.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "station:" + station.ID},
		{Name: "key", Value: key.Number},
		{Name: "station", Value: station.Name},
		{Name: "code", Value: code},
	}}
}

func syncedEntry(key fleet.Key, station fleet.Station, g Issued, carried int, repeated bool) journal.Entry {
	return journal.Entry{Kind: journal.KeySynced, Subjects: []string{key.ID, station.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "station:" + station.ID},
		{Name: "key", Value: key.Number},
		{Name: "station", Value: station.Name},
		{Name: "grant", Value: strconv.FormatUint(g.Serial, 10)},
		{Name: "until", Value: g.Until.Format(time.RFC3339)},
		{Name: "locks", Value: strconv.Itoa(g.Locks)},
		{Name: "carried", Value: strconv.Itoa(carried)}, // bytes
		{Name: "repeated", Value: strconv.FormatBool(repeated)},
	}}
}
