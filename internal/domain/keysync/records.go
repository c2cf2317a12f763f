package keysync

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
)

// genuine is a batch whose signature is the lock's, with all that can be made of it before the transaction that takes it over.
type genuine struct {
	credential.LogBatch
	signed []byte
	lock   fleet.Lock
	start  credential.Hash   // of the lock's chain
	bodies [][]byte          // of its records
	heads  []credential.Hash // of the chain: before the first record, and after each
	parts  []journal.Part    // what its records tell the journal
}

// newGenuine prepares a batch. keys are those that its records name.
func newGenuine(o credential.Object[credential.LogBatch], signed []byte, lock fleet.Lock, start credential.Hash, keys map[uint32]fleet.Key) genuine {
	b := genuine{LogBatch: o.Body, signed: signed, lock: lock, start: start}
	n := len(b.Records)
	b.bodies, b.heads, b.parts = make([][]byte, n), make([]credential.Hash, n+1), make([]journal.Part, n)
	b.heads[0] = b.Prev
	all := make([]byte, 0, n*40)
	tell := teller{keys: keys, fields: make([]journal.Field, 0, 3*n)}
	for i, r := range b.Records {
		from := len(all)
		all = r.Append(all)
		b.bodies[i] = all[from:len(all):len(all)]
		b.heads[i+1] = credential.ChainOver(b.heads[i], b.bodies[i])
		b.parts[i] = tell.part(r)
	}
	return b
}

// takeover takes genuine batches into the state and the journal, in one transaction.
type takeover struct {
	tx        Tx
	epoch     uint32 // of our block lists
	heads     map[uint32]Head
	moved     map[uint32]bool   // heads that must be stored
	raised    map[uint32]uint16 // epochs of locks that are ahead of ours
	newest    uint64            // block list that a lock has reported
	fresh     []RecordRun
	evidence  []Evidence
	missing   map[uint64]uint32 // activations that new records name, with the lock
	entries   []journal.Entry
	anomalies []anomaly
	noted     map[anomalyOf]bool // so that a long mail does not fill the journal
}

// newTakeover asks for what the batches need.
func newTakeover(ctx context.Context, tx Tx, epoch uint32, batches []genuine) (t *takeover, err error) {
	t = &takeover{tx: tx, epoch: epoch, moved: map[uint32]bool{}, raised: map[uint32]uint16{}, missing: map[uint64]uint32{}, noted: map[anomalyOf]bool{}}
	var locks []uint32
	for _, b := range batches {
		locks = append(locks, b.Lock)
	}
	t.heads, err = tx.LockHeads(ctx, distinct(locks))
	return t, err
}

// inOrder sorts the batches of a mail so that each lock's come in the order of its log.
func inOrder(batches []genuine) {
	slices.SortStableFunc(batches, func(a, b genuine) int {
		return cmp.Or(cmp.Compare(a.Lock, b.Lock), cmp.Compare(a.First(), b.First()))
	})
}

func distinct(all []uint32) []uint32 {
	slices.Sort(all)
	return slices.Compact(all)
}

// batch takes over one batch: what is new in it is stored and told to the journal, and the lock's head moves on.
func (t *takeover) batch(ctx context.Context, b genuine) error {
	head := t.headFor(b)
	have, err := t.have(ctx, b, head)
	if err != nil {
		return err
	}
	if forked(b, have, head) {
		class := ClassFork
		if b.Last < head.Seq {
			class = ClassRollback
		}
		t.contradiction(class, b, head.Epoch)
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
	t.store(b, head.Epoch, have)
	t.move(b, head)
	return nil
}

// have returns the bodies of the batch's records that are stored. None lies beyond the head.
func (t *takeover) have(ctx context.Context, b genuine, head Head) (map[uint32][]byte, error) {
	have := map[uint32][]byte{}
	if b.First() > head.Seq {
		return have, nil
	}
	have, err := t.tx.LockRecords(ctx, b.Lock, head.Epoch, b.First(), b.Through())
	if err != nil {
		return nil, err
	}
	for _, run := range t.fresh {
		if run.Lock == b.Lock && run.Epoch == head.Epoch {
			for i, body := range run.Records {
				have[run.First+uint32(i)] = body
			}
		}
	}
	return have, nil
}

// move brings a lock's head to the end of a batch.
func (t *takeover) move(b genuine, head Head) {
	if b.Through() > head.Seq {
		head.Head, head.Seq, head.Ack = b.heads[len(b.Records)], b.Through(), nil
		head.Battery = b.Battery
	}
	if b.Epoch > head.Shown {
		head.Shown, head.Ack = b.Epoch, nil
	}
	if uint32(b.Epoch) > b.lock.Epoch { // it was raised after the backup that the database was restored from
		t.raised[b.Lock] = b.Epoch
		t.note(ClassAhead, b, "the lock is at epoch "+strconv.Itoa(int(b.Epoch))+", ours was "+strconv.FormatUint(uint64(b.lock.Epoch), 10))
	}
	list := b.Blocks.Number
	if b.Blocks.Epoch != t.epoch || !fleet.Possible(list, t.tx.Now()) {
		list = 0 // not ours: that the lock has it says nothing of what it knows to be blocked
	}
	t.newest = max(t.newest, list)
	head.Oldest = max(head.Oldest, b.Oldest)
	head.BlockList, head.Config, head.Seen = max(head.BlockList, list), max(head.Config, b.Config), t.tx.Now()
	t.heads[b.Lock], t.moved[b.Lock] = head, true
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

// forked reports whether a batch contradicts what is stored: a record that differs, or a chain that does not lead to or
// from the head.
func forked(b genuine, have map[uint32][]byte, head Head) bool {
	for i, r := range b.Records {
		if r.Seq == head.Seq+1 && b.heads[i] != head.Head || r.Seq == head.Seq && b.heads[i+1] != head.Head {
			return true
		}
		// One whose time has passed is an empty body: that it was there is all that is known of it.
		if old, ok := have[r.Seq]; ok && len(old) > 0 && !bytes.Equal(old, b.bodies[i]) {
			return true
		}
	}
	return false
}

// store takes over the records that are not there yet, a run at a time: each is a row, and an entry of the journal with a
// part for each record.
func (t *takeover) store(b genuine, epoch uint16, have map[uint32][]byte) {
	known := func(i int) bool { _, ok := have[b.Records[i].Seq]; return ok }
	for i := 0; i < len(b.Records); {
		from := i
		for i < len(b.Records) && !known(i) {
			t.names(b, b.Records[i])
			i++
		}
		if i == from {
			i++
			continue
		}
		first := b.Records[from].Seq
		t.fresh = append(t.fresh, RecordRun{Lock: b.Lock, Epoch: epoch, First: first, Records: b.bodies[from:i]})
		t.entries = append(t.entries, journal.Entry{Kind: journal.LockRecords, Quality: journal.Device, Subjects: []string{b.lock.ID},
			Fields: []journal.Field{{Name: "lock", Value: b.lock.Serial},
				{Name: "sequence", Value: strconv.FormatUint(uint64(epoch), 10) + "/" + strconv.FormatUint(uint64(first), 10)}}, // of the first part
			Parts: b.parts[from:i]})
	}
}

// names notes what a new record tells of beyond itself.
func (t *takeover) names(b genuine, r credential.Record) {
	if _, named := t.missing[r.Activation]; !named && r.Activation != 0 {
		t.missing[r.Activation] = b.Lock
	}
	if r.Event == credential.EventLost {
		t.note(ClassLost, b, strconv.FormatUint(uint64(r.Info), 10)+" records were overwritten before anybody had carried them home")
	}
}

// contradiction keeps a batch that does not fit as evidence.
func (t *takeover) contradiction(class string, b genuine, epoch uint16) {
	if t.note(class, b, "records "+strconv.Itoa(int(b.First()))+" to "+strconv.Itoa(int(b.Through()))+" contradict what came before") {
		t.evidence = append(t.evidence, Evidence{Lock: b.Lock, Epoch: epoch, Through: b.Through(), Class: class, Body: b.signed})
	}
}

// write stores what has been taken over, with the acknowledgements for it: nobody has them before this is committed. Anomalies and
// entries are the caller's to tell.
func (t *takeover) write(ctx context.Context, authority *credential.Authority) error {
	if err := t.tx.InsertLockRecords(ctx, t.fresh); err != nil {
		return err
	}
	if err := t.tx.InsertEvidence(ctx, t.evidence); err != nil {
		return err
	}
	var heads []Head
	for lock := range t.moved {
		heads = append(heads, t.heads[lock])
	}
	slices.SortFunc(heads, func(a, b Head) int { return cmp.Compare(a.Lock, b.Lock) })
	if err := sign(authority, heads); err != nil {
		return ErrUnsigned.With(err)
	}
	if err := t.tx.PutLockHeads(ctx, heads); err != nil {
		return err
	}
	return t.miss(ctx)
}

// sign signs what permits each lock to overwrite what is home, for the heads that have moved on.
func sign(authority *credential.Authority, heads []Head) error {
	var moved []*Head
	var acks []credential.Ack
	for i := range heads {
		if h := &heads[i]; h.Ack == nil {
			moved = append(moved, h)
			acks = append(acks, credential.Ack{Lock: h.Identity, Epoch: h.Shown, Seq: h.Seq, Head: h.Head})
		}
	}
	slips, err := authority.IssueAcks(acks)
	for i, slip := range slips {
		moved[i].Ack = slip
	}
	return err
}

// catchUp moves our own versions past what locks have reported.
func (t *takeover) catchUp(ctx context.Context, authority *credential.Authority) error {
	if len(t.raised) > 0 {
		locks, err := t.tx.LocksByNumber(ctx, slices.Sorted(maps.Keys(t.raised)))
		if err != nil {
			return err
		}
		var all []fleet.Lock
		for number, l := range locks {
			l.Epoch = max(l.Epoch, uint32(t.raised[number]))
			all = append(all, l)
		}
		slices.SortFunc(all, func(a, b fleet.Lock) int { return cmp.Compare(a.Number, b.Number) })
		if err := t.tx.PutLocks(ctx, all); err != nil {
			return err
		}
	}
	if t.newest == 0 {
		return nil
	}
	ours, _, err := t.tx.BlockList(ctx)
	if err != nil || t.newest <= ours {
		return err
	}
	_, err = fleet.NewKeys(nil, authority).Recover(ctx, t.tx, t.newest, "")
	return err
}

// miss remembers the activations that records name and that have not come.
func (t *takeover) miss(ctx context.Context) error {
	if len(t.missing) == 0 {
		return nil
	}
	serials := make([]uint64, 0, len(t.missing))
	for serial := range t.missing {
		serials = append(serials, serial)
	}
	slices.Sort(serials)
	known, err := t.tx.ActivationBodies(ctx, serials)
	if err != nil {
		return err
	}
	for serial := range known {
		delete(t.missing, serial)
	}
	return t.tx.MissActivations(ctx, t.missing)
}

// anomalyOf is a class of anomaly of one lock.
type anomalyOf struct {
	class string
	lock  uint32
}

// note keeps the first anomaly of each class and lock in a transaction, and reports whether this is one.
func (t *takeover) note(class string, b genuine, detail string) bool {
	if t.noted[anomalyOf{class, b.Lock}] {
		return false
	}
	t.noted[anomalyOf{class, b.Lock}] = true
	t.anomalies = append(t.anomalies, anomaly{class: class, subjects: []string{b.lock.ID}, detail: detail})
	return true
}

// teller makes parts of the journal of a batch's records. Most have the same key and activation.
type teller struct {
	keys   map[uint32]fleet.Key
	fields []journal.Field // of all parts, one after the other

	activation uint64 // the latest, and how it is written
	actor      string
	subject    []string // the latest
}

// part tells the journal of one record. No name is in it: the person behind an activation is looked up when it is read, by those
// who may.
func (t *teller) part(r credential.Record) journal.Part {
	p := journal.Part{Kind: journal.LockReported, At: r.Time.Time()}
	from := len(t.fields)
	switch r.Event {
	case credential.EventOpened:
		p.Kind = journal.DoorOpened
	case credential.EventRefused:
		p.Kind = journal.DoorRefused
	}
	if r.Quality == credential.TimeLost || r.Flags&credential.FlagTimeUnverified != 0 {
		p.Quality = journal.Unverified
	}
	if p.At.Year() < 1971 { // a lock that has never known the time: only the order is certain
		p.At, p.Quality = time.Time{}, journal.Unverified
	}
	add := func(name, value string) { t.fields = append(t.fields, journal.Field{Name: name, Value: value}) }
	if r.Activation != 0 {
		if t.activation != r.Activation {
			t.activation, t.actor = r.Activation, "activation:"+strconv.FormatUint(r.Activation, 10)
		}
		add(journal.FieldActor, t.actor)
	}
	if k, ok := t.keys[r.Key]; ok {
		if len(t.subject) == 0 || t.subject[0] != k.ID {
			t.subject = []string{k.ID}
		}
		p.Subjects = t.subject
		add("key", k.Number)
	} else if r.Key != 0 {
		add("device", strconv.FormatUint(uint64(r.Key), 10))
	}
	if p.Kind == journal.LockReported {
		add("event", strconv.Itoa(int(r.Event)))
	}
	if r.Code != credential.OK {
		add("code", r.Code.String())
	}
	if r.Flags != 0 {
		add("flags", strconv.Itoa(int(r.Flags)))
	}
	if r.Info != 0 {
		add("info", strconv.FormatUint(uint64(r.Info), 10))
	}
	p.Fields = t.fields[from:len(t.fields):len(t.fields)]
	return p
}
