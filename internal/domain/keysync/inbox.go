package keysync

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Status is how the inbox stands.
type Status struct {
	Waiting  int       // letters that have not been taken over
	Oldest   time.Time // when the first of them came; zero while there is none
	SetAside int       // letters that could not be taken over
}

// Status tells how the inbox stands.
func (s *Service) Status(ctx context.Context) (out Status, err error) {
	err = s.db.View(ctx, func(tx Tx) (err error) {
		out, err = tx.InboxStatus(ctx)
		return err
	})
	return out, err
}

// Bounds of one step. A transaction takes some tens of milliseconds, in which visits wait.
const (
	stepLetters = 12 // read at once: at most 6 MiB
	stepBatches = 64 // taken over in a transaction: their acknowledgements are one signature
)

// Unpack takes over what waits in the inbox, in the order in which it came, until nothing is left or ctx ends, and stores the signed
// acknowledgements with it. It returns how many letters were taken over or set aside. It may be stopped anywhere, and called again.
func (s *Service) Unpack(ctx context.Context) (taken int, err error) {
	return s.unpack(ctx, func(context.Context) {})
}

func (s *Service) unpack(ctx context.Context, pause func(context.Context)) (taken int, err error) {
	s.unpacking.Lock()
	defer s.unpacking.Unlock()
	next := s.openLetters(ctx, 0)
	for {
		opened := <-next
		if opened.err != nil || len(opened.letters) == 0 {
			return taken, opened.err
		}
		last := opened.letters[len(opened.letters)-1].ID
		next = s.openLetters(ctx, last) // while these are stored
		n, err := s.take(ctx, opened.letters)
		taken += n
		if err != nil {
			<-next
			return taken, err
		}
		pause(ctx)
	}
}

// opened is a letter whose batches have been opened and verified.
type opened struct {
	Letter
	activations [][]byte
	batches     []genuine
	anomalies   []anomaly
	fault       error // the program failed on it
}

type openedLetters struct {
	letters []*opened
	err     error
}

// openLetters opens the next letters, on all processors, beside whatever else is done.
func (s *Service) openLetters(ctx context.Context, after int64) <-chan openedLetters {
	out := make(chan openedLetters, 1)
	go func() {
		var o openedLetters
		o.letters, o.err = s.open(ctx, after)
		out <- o
	}()
	return out
}

func (s *Service) open(ctx context.Context, after int64) ([]*opened, error) {
	var letters []Letter
	err := s.db.View(ctx, func(tx Tx) (err error) {
		letters, err = tx.Letters(ctx, after, stepLetters)
		return err
	})
	if err != nil || len(letters) == 0 {
		return nil, err
	}
	all := make([]*opened, len(letters))
	var work []*sealed
	for i, l := range letters {
		all[i] = &opened{Letter: l}
		mail, err := credential.DecodeMail(l.Mail)
		if err != nil {
			all[i].fault = err
			continue
		}
		all[i].activations = mail.Activations
		for _, raw := range mail.Batches {
			work = append(work, &sealed{letter: all[i], raw: raw})
		}
	}
	parallel(work, func(b *sealed) error {
		b.signed, b.batch, b.err = s.authority.OpenBatch(b.raw)
		return b.err
	})
	locks, keys, err := s.named(ctx, work)
	if err != nil {
		return nil, err
	}
	parallel(work, func(b *sealed) error { return b.verify(s.verifier(), locks, keys) })
	sort(work)
	for _, o := range all {
		inOrder(o.batches)
	}
	return all, nil
}

// sealed is a batch on its way to be genuine.
type sealed struct {
	letter  *opened
	raw     []byte
	signed  []byte
	batch   credential.Object[credential.LogBatch]
	err     error
	lock    *fleet.Lock // nil for a stranger's
	genuine genuine
}

// parallel does the work on all processors. A panic is the batch's own fault.
func parallel(work []*sealed, do func(*sealed) error) {
	onAll(work, func(b *sealed) { safely(&b.err, func() error { return do(b) }) })
}

// onAll does something with each, on all processors.
func onAll[T any](all []T, do func(T)) {
	var group sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for part := range slices.Chunk(all, max(1, (len(all)+n-1)/n)) {
		group.Go(func() {
			for _, one := range part {
				do(one)
			}
		})
	}
	group.Wait()
}

func safely(err *error, do func() error) {
	defer func() {
		if p := recover(); p != nil {
			*err = fmt.Errorf("keysync: %v", p)
		}
	}()
	*err = do()
}

// named looks up the locks of the batches, and the keys that their records name.
func (s *Service) named(ctx context.Context, work []*sealed) (locks map[uint32]fleet.Lock, keys map[uint32]fleet.Key, err error) {
	var numbers, devices []uint32
	for _, b := range work {
		if b.err != nil {
			continue
		}
		numbers = append(numbers, b.batch.Body.Lock)
		for _, r := range b.batch.Body.Records {
			if n := len(devices); n == 0 || devices[n-1] != r.Key {
				devices = append(devices, r.Key)
			}
		}
	}
	if len(numbers) == 0 {
		return nil, nil, nil
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		if locks, err = tx.LocksByNumber(ctx, distinct(numbers)); err == nil {
			keys, err = tx.KeysByDevice(ctx, distinct(devices))
		}
		return err
	})
	return locks, keys, err
}

// verify checks that the lock signed the batch, and prepares it.
func (b *sealed) verify(v credential.Verifier, locks map[uint32]fleet.Lock, keys map[uint32]fleet.Key) error {
	if b.err != nil {
		return b.err
	}
	lock, ok := locks[b.batch.Body.Lock]
	if !ok || lock.Certificate == nil {
		return nil
	}
	b.lock = &lock
	cert, err := v.ReadCertificate(lock.Certificate)
	if err == nil {
		err = v.CheckBatch(b.batch, cert.Body.Key)
	}
	if err == nil {
		b.genuine = newGenuine(b.batch, b.signed, lock, credential.ChainStart(cert.Body.Key), keys)
	}
	return err
}

// sort puts each batch with its letter, or makes it one of the letter's anomalies. Of what is not genuine the first is told: of
// what does not open, of strangers, and of each lock. A key full of rubbish shall not fill the journal.
func sort(work []*sealed) {
	type of struct {
		letter *opened
		class  string
		lock   string
	}
	told := map[of]bool{}
	for _, b := range work {
		bad := anomaly{class: ClassUnreadable}
		switch {
		case b.lock != nil && b.err == nil:
			b.letter.batches = append(b.letter.batches, b.genuine)
			continue
		case b.err != nil && b.lock == nil:
			bad.detail = "a batch that does not open: " + b.err.Error()
		case b.err != nil:
			bad.subjects, bad.detail = []string{b.lock.ID}, b.err.Error()
		default:
			bad.class, bad.detail = ClassStranger, "lock number "+strconv.FormatUint(uint64(b.batch.Body.Lock), 10)
		}
		this := of{letter: b.letter, class: bad.class}
		if b.lock != nil {
			this.lock = b.lock.ID
		}
		if !told[this] {
			told[this] = true
			b.letter.anomalies = append(b.letter.anomalies, bad)
		}
	}
}

// take takes letters over, in transactions of a bounded size. A letter that breaks its transaction is set aside.
func (s *Service) take(ctx context.Context, letters []*opened) (taken int, err error) {
	for len(letters) > 0 {
		n, batches := 0, 0
		for n < len(letters) && letters[n].fault == nil && (n == 0 || batches+len(letters[n].batches) <= stepBatches) {
			batches += len(letters[n].batches)
			n++
		}
		n = max(n, 1) // one that has its own fault already, alone
		err := s.takeTogether(ctx, letters[:n])
		if err != nil && !passing(err) {
			err = s.takeEach(ctx, letters[:n])
		}
		if err != nil {
			return taken, err
		}
		taken += n
		letters = letters[n:]
	}
	return taken, nil
}

// takeEach finds the letter that cannot be taken over.
func (s *Service) takeEach(ctx context.Context, letters []*opened) error {
	for i := range letters {
		err := s.takeTogether(ctx, letters[i:i+1])
		if err != nil && !passing(err) {
			err = s.setAside(ctx, letters[i].Letter, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeTogether takes letters over: those of many batches in several transactions, the others in one.
func (s *Service) takeTogether(ctx context.Context, letters []*opened) (err error) {
	if letters[0].fault != nil {
		return letters[0].fault
	}
	if len(letters) == 1 {
		one := letters[0]
		for len(one.batches) > stepBatches { // what has been taken over is not taken again if this is interrupted
			part := &opened{Letter: one.Letter, batches: one.batches[:stepBatches]}
			if err := s.commitLetters(ctx, []*opened{part}, false); err != nil {
				return err
			}
			one.batches = one.batches[stepBatches:]
		}
	}
	return s.commitLetters(ctx, letters, true)
}

func (s *Service) commitLetters(ctx context.Context, letters []*opened, whole bool) (err error) {
	var moved []uint32
	safely(&err, func() error {
		return s.db.Update(ctx, func(tx Tx) (err error) {
			moved, err = s.takeOver(ctx, tx, letters, whole)
			return err
		})
	})
	if err == nil {
		s.moved.add(moved)
	}
	return err
}

// takeOver is the transaction in which letters become records, entries and heads, and returns the locks whose heads have moved. The
// letters go if they are whole.
func (s *Service) takeOver(ctx context.Context, tx Tx, letters []*opened, whole bool) ([]uint32, error) {
	var ids []int64
	var batches []genuine
	for _, l := range letters {
		ids, batches = append(ids, l.ID), append(batches, l.batches...)
	}
	here, err := tx.HaveLetters(ctx, ids)
	if err != nil {
		return nil, err
	}
	t, err := newTakeover(ctx, tx, s.authority.InUse(credential.RoleRevocation).Epoch, batches)
	if err != nil {
		return nil, err
	}
	var entries []journal.Entry
	for _, l := range letters {
		if !here[l.ID] { // another process was quicker
			continue
		}
		reported, err := s.takeActivations(ctx, tx, l.StationID, l.activations, false)
		if err != nil {
			return nil, err
		}
		entries = append(entries, reported.entries...)
		t.anomalies = append(append(t.anomalies, l.anomalies...), reported.anomalies...)
		for _, b := range l.batches {
			if err := t.batch(ctx, b); err != nil {
				return nil, err
			}
		}
	}
	if err := t.write(ctx, s.authority); err != nil {
		return nil, err
	}
	if err := t.catchUp(ctx, s.authority); err != nil {
		return nil, err
	}
	if whole {
		if err := tx.DeleteLetters(ctx, ids); err != nil {
			return nil, err
		}
	}
	return slices.Collect(maps.Keys(t.moved)), tell(ctx, tx, append(entries, t.entries...), t.anomalies)
}

// setAside keeps a letter that the program fails on out of the way of the others.
func (s *Service) setAside(ctx context.Context, l Letter, why error) error {
	return s.db.Update(ctx, func(tx Tx) error {
		if err := tx.SetAside(ctx, l, why.Error()); err != nil {
			return err
		}
		return tell(ctx, tx, nil, []anomaly{{class: ClassSetAside, subjects: []string{l.KeyID},
			detail: "letter " + strconv.FormatInt(l.ID, 10) + ": " + cut(why.Error(), 300)}})
	})
}

// Retry puts letters that were set aside back among those that wait, for whoever has repaired the program, and returns how many. What
// fails again is set aside again.
func (s *Service) Retry(ctx context.Context, who routine.Who) (total int, err error) {
	if !mayTend(who) {
		return 0, ErrMayNot
	}
	for after, more := int64(0), true; more; {
		var ids []int64
		err := s.db.Update(ctx, func(tx Tx) (err error) {
			if ids, err = tx.TakeBackLetters(ctx, after, stepLetters); err != nil || len(ids) == 0 {
				return err
			}
			return journal.Append(ctx, tx, journal.Entry{Kind: journal.ConfigChanged, Fields: []journal.Field{
				{Name: journal.FieldActor, Value: who.Actor}, {Name: "setting", Value: "inbox-retry"}, {Name: "value", Value: strconv.Itoa(len(ids))}}})
		})
		if err != nil {
			return total, err
		}
		if more = len(ids) == stepLetters; len(ids) > 0 {
			after = ids[len(ids)-1]
		}
		total += len(ids)
	}
	s.ring()
	return total, nil
}

// asideLife is how long a letter that was set aside is kept for whoever repairs the program. It tells who used a key; its records
// come home again, as no lock has been told that they have.
const asideLife = 90 * 24 * time.Hour

// ForgetAside deletes letters that have been aside for ninety days.
func (s *Service) ForgetAside(ctx context.Context) error {
	var status Status
	err := s.db.View(ctx, func(tx Tx) (err error) {
		status, err = tx.InboxStatus(ctx)
		return err
	})
	if err != nil || status.SetAside == 0 {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error { return tx.ForgetAside(ctx, tx.Now().Add(-asideLife)) })
}

func cut(text string, n int) string { return text[:min(n, len(text))] }
