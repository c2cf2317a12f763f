package keysync

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
)

// Classes of anomalies in what keys bring home, as the journal's field "class" says them.
const (
	ClassUnreadable = "unreadable" // a batch that does not open, or is not genuine
	ClassStranger   = "stranger"   // from a lock that we do not know, or have not claimed
	ClassGap        = "gap"        // records are missing between what we had and what came
	ClassFork       = "fork"       // the same place in the log told twice, differently
	ClassRollback   = "rollback"   // a lock that has gone back and told its past anew
	ClassActivation = "activation" // an activation that is not genuine, of an unknown key or person, or told twice differently
	ClassLeftOut    = "left-out"   // records that the lock still has were left out by whoever carried the later ones
)

// anomaly is one thing to tell the journal.
type anomaly struct {
	class    string
	subjects []string
	detail   string
}

func (a anomaly) entry() journal.Entry {
	return journal.Entry{Kind: journal.RecordsAnomalous, Subjects: a.subjects, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"}, {Name: "class", Value: a.class}, {Name: "detail", Value: a.detail}}}
}

// genuine is a batch whose signature is the lock's.
type genuine struct {
	credential.LogBatch
	lock  fleet.Lock
	start credential.Hash // of the lock's chain
}

// takeover takes genuine batches into the state and the journal, in one transaction.
type takeover struct {
	tx        Tx
	heads     map[uint32]Head
	epochs    map[uint32]uint16 // newest epoch that each lock has shown in this visit
	touched   []uint32          // locks, in order
	entries   []journal.Entry
	anomalies []anomaly
	noted     map[anomalyOf]bool   // so that a long mail does not fill the journal
	keys      map[uint32]fleet.Key // that records name
	records   int                  // new ones
}

// takeOver sorts the batches so that each lock's come in the order of its log.
func takeOver(ctx context.Context, tx Tx, batches []genuine) (*takeover, error) {
	slices.SortStableFunc(batches, func(a, b genuine) int {
		return cmp.Or(cmp.Compare(a.Lock, b.Lock), cmp.Compare(a.First(), b.First()))
	})
	t := &takeover{tx: tx, epochs: map[uint32]uint16{}, noted: map[anomalyOf]bool{}}
	var locks, keys []uint32
	for _, b := range batches {
		locks = append(locks, b.Lock)
		for _, r := range b.Records {
			keys = append(keys, r.Key)
		}
	}
	t.touched = distinct(locks)
	var err error
	if t.heads, err = tx.LockHeads(ctx, t.touched); err != nil {
		return nil, err
	}
	if t.keys, err = tx.KeysByDevice(ctx, distinct(keys)); err != nil {
		return nil, err
	}
	for _, b := range batches {
		if err := t.batch(ctx, b); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func distinct(all []uint32) []uint32 {
	slices.Sort(all)
	return slices.Compact(all)
}

// batch takes over one batch: what is new in it is stored and told to the journal, and the lock's head moves on.
func (t *takeover) batch(ctx context.Context, b genuine) error {
	head := t.headFor(b)
	t.epochs[b.Lock] = max(t.epochs[b.Lock], b.Epoch)
	have, err := t.tx.LockRecords(ctx, b.Lock, head.Epoch, b.First(), b.Through())
	if err != nil {
		return err
	}
	bodies, err := encodings(b.Records)
	if err != nil {
		return err
	}
	if forked(b, bodies, have, head) {
		class := ClassFork
		if b.Last < head.Seq {
			class = ClassRollback
		}
		t.note(class, b, "records "+strconv.Itoa(int(b.First()))+" to "+strconv.Itoa(int(b.Through()))+" contradict what came before")
		return nil
	}
	if b.First() > head.Seq+1 && b.Oldest <= head.Seq+1 {
		// The lock had the missing ones when it gave these: their courier has kept them back. Taking these would acknowledge
		// the missing ones too, and the lock would overwrite them. As it is, it gives all of them to the next visitor.
		t.note(ClassLeftOut, b, "records "+strconv.Itoa(int(head.Seq)+1)+" to "+strconv.Itoa(int(b.First())-1)+" did not come with the later ones")
		return nil
	}
	if b.First() > head.Seq+1 {
		// The lock itself says that it no longer keeps what is missing for us: it has been overwritten, or was known to a
		// database that has since been restored. Waiting would not bring it. An older batch that still comes is taken.
		t.note(ClassGap, b, "records "+strconv.Itoa(int(head.Seq)+1)+" to "+strconv.Itoa(int(b.First())-1)+" are missing")
	}
	if err := t.store(ctx, b, head.Epoch, bodies, have); err != nil {
		return err
	}
	if b.Through() > head.Seq {
		if head.Head, err = b.Head(); err != nil {
			return err
		}
		head.Seq = b.Through()
	}
	head.BlockList, head.Seen = max(head.BlockList, b.Blocks.Number), t.tx.Now()
	t.heads[b.Lock] = head
	return t.tx.PutLockHead(ctx, head)
}

// headFor is the head of the batch's identity: a lock that was reset begins anew.
func (t *takeover) headFor(b genuine) Head {
	head, ok := t.heads[b.Lock]
	if ok && head.Identity == b.Identity {
		return head
	}
	epoch := b.Epoch
	if ok {
		epoch = max(epoch, head.Epoch+1)
	}
	return Head{Lock: b.Lock, Epoch: epoch, Identity: b.Identity, Head: b.start} // nor does it know any block list
}

func encodings(records []credential.Record) ([][]byte, error) {
	out := make([][]byte, len(records))
	for i, r := range records {
		var err error
		if out[i], err = credential.Encode(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// forked reports whether a batch contradicts what is stored: a record that differs, or a chain that does not lead to or
// from the head.
func forked(b genuine, bodies [][]byte, have map[uint32][]byte, head Head) bool {
	chain := b.Prev
	for i, r := range b.Records {
		if r.Seq == head.Seq+1 && chain != head.Head {
			return true
		}
		// One whose time has passed is an empty body: that it was there is all that is known of it.
		if old, ok := have[r.Seq]; ok && len(old) > 0 && !bytes.Equal(old, bodies[i]) {
			return true
		}
		var err error
		if chain, err = r.Chain(chain); err != nil {
			return true
		}
		if r.Seq == head.Seq && chain != head.Head {
			return true
		}
	}
	return false
}

func (t *takeover) store(ctx context.Context, b genuine, epoch uint16, bodies [][]byte, have map[uint32][]byte) error {
	var fresh []StoredRecord
	for i, r := range b.Records {
		if _, ok := have[r.Seq]; ok {
			continue
		}
		fresh = append(fresh, StoredRecord{Lock: b.Lock, Epoch: epoch, Seq: r.Seq, At: r.Time.Time(), Event: r.Event, Body: bodies[i]})
		t.entries = append(t.entries, t.entry(b.lock, epoch, r))
	}
	t.records += len(fresh)
	return t.tx.InsertLockRecords(ctx, fresh)
}

// anomalyOf is a class of anomaly of one lock.
type anomalyOf struct {
	class string
	lock  uint32
}

// note keeps the first anomaly of each class and lock in a visit.
func (t *takeover) note(class string, b genuine, detail string) {
	if t.noted[anomalyOf{class, b.Lock}] {
		return
	}
	t.noted[anomalyOf{class, b.Lock}] = true
	t.anomalies = append(t.anomalies, anomaly{class: class, subjects: []string{b.lock.ID}, detail: detail})
}

// entry tells the journal of one record. No name is in it: the person behind an activation is looked up when it is read,
// by those who may.
func (t *takeover) entry(lock fleet.Lock, epoch uint16, r credential.Record) journal.Entry {
	e := journal.Entry{Kind: journal.LockReported, At: r.Time.Time(), Quality: journal.Device, Subjects: []string{lock.ID}}
	switch r.Event {
	case credential.EventOpened:
		e.Kind = journal.DoorOpened
	case credential.EventRefused:
		e.Kind = journal.DoorRefused
	}
	if r.Quality == credential.TimeLost || r.Flags&credential.FlagTimeUnverified != 0 {
		e.Quality = journal.Unverified
	}
	if e.At.Year() < 1971 { // a lock that has never known the time: only the order is certain
		e.At, e.Quality = time.Time{}, journal.Unverified
	}
	add := func(name, value string) { e.Fields = append(e.Fields, journal.Field{Name: name, Value: value}) }
	if r.Activation != 0 {
		add(journal.FieldActor, "activation:"+strconv.FormatUint(r.Activation, 10))
		add("activation", strconv.FormatUint(r.Activation, 10))
	}
	if k, ok := t.keys[r.Key]; ok {
		e.Subjects = append(e.Subjects, k.ID)
		add("key", k.Number)
	} else if r.Key != 0 {
		add("device", strconv.FormatUint(uint64(r.Key), 10))
	}
	add("lock", lock.Serial)
	add("event", strconv.Itoa(int(r.Event)))
	if r.Code != credential.OK {
		add("code", r.Code.String())
	}
	add("sequence", strconv.FormatUint(uint64(epoch), 10)+"/"+strconv.FormatUint(uint64(r.Seq), 10))
	add("flags", strconv.Itoa(int(r.Flags)))
	add("info", strconv.FormatUint(uint64(r.Info), 10))
	return e
}

// acks permits each lock that was heard of to overwrite what is now home. They are handed out after the commit only.
func (t *takeover) acks(a *credential.Authority) ([][]byte, error) {
	var out [][]byte
	for _, lock := range t.touched {
		h, ok := t.heads[lock]
		if !ok || h.Seq == 0 {
			continue
		}
		raw, err := a.IssueAck(credential.Ack{Lock: h.Identity, Epoch: t.epochs[lock], Seq: h.Seq, Head: h.Head})
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}
