package retention

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/domain/journal"
)

// Sizes of one step: each a transaction of some tens of milliseconds at most.
const (
	stepThings  = 20
	stepEntries = 200
	stepRuns    = 24 // entries of many records each
)

// Count is what a run does, or would do, with one class.
type Count struct {
	Class     Class
	Before    time.Time // records that ended before this are due; zero where nobody has decided a time
	Due       int       // erased, or would be
	Held      int       // kept by a hold or by a request for the log
	Waits     int       // still in use
	Undecided bool      // the profile gives no time: all is kept
}

// Report is a run, class by class; entries of the journal last.
type Report []Count

// Progress is told after each step: what has been done of a class. It may be nil.
type Progress func(c Class, done int)

// Preview counts what a run would do now. Nothing is changed.
func (s *Service) Preview(ctx context.Context) (Report, error) { return s.run(ctx, true, nil) }

// Run erases what is due, in steps, until nothing is left or ctx ends. It can be started again at any time.
func (s *Service) Run(ctx context.Context, progress Progress) (Report, error) {
	return s.run(ctx, false, progress)
}

func (s *Service) run(ctx context.Context, dry bool, progress Progress) (Report, error) {
	if progress == nil {
		progress = func(Class, int) {}
	}
	var out Report
	for _, c := range things() {
		count, err := s.things(ctx, c, dry, progress)
		if err != nil {
			return out, err
		}
		out = append(out, count)
	}
	kept, err := s.kept(ctx, dry)
	if err != nil {
		return out, err
	}
	doors, rest := Count{Class: DoorLog}, Count{Class: other, Due: kept}
	for _, k := range journal.Kinds() {
		count, err := s.kind(ctx, k, dry, progress)
		if err != nil {
			return out, err
		}
		to := &rest
		if classOf(k.Kind) == DoorLog {
			to = &doors
			to.Before, to.Undecided = count.Before, count.Undecided
		}
		to.Due, to.Held = to.Due+count.Due, to.Held+count.Held
	}
	return append(out, doors, rest), nil
}

// things erases the records of one class.
func (s *Service) things(ctx context.Context, c Class, dry bool, progress Progress) (Count, error) {
	count := Count{Class: c}
	for after := ""; ; {
		var page []Thing
		var held Held
		err := s.db.View(ctx, func(tx Tx) (err error) {
			var decided bool
			if count.Before, decided = cutoff(s.profile, c, tx.Now()); !decided {
				count.Before, count.Undecided = time.Time{}, true
				return nil
			}
			if held, err = s.held(ctx, tx); err != nil {
				return err
			}
			page, err = tx.DueThings(ctx, c, count.Before, after, stepThings)
			return err
		})
		if err != nil || len(page) == 0 {
			return count, err
		}
		after = page[len(page)-1].ID
		for _, t := range page {
			switch {
			case held.thing(t):
				count.Held++
			case t.Waits != "":
				count.Waits++
			case dry:
				count.Due++
			default:
				gone, err := s.erase(ctx, c, t, count.Before)
				if err != nil {
					return count, err
				}
				if gone {
					count.Due++
				}
			}
		}
		progress(c, count.Due)
	}
}

// erase removes one record: first what the journal says of it, a step at a time, then its rows. It looks again, in the last
// transaction, whether the record may still go.
func (s *Service) erase(ctx context.Context, c Class, t Thing, before time.Time) (gone bool, err error) {
	for cursor, more := journal.Cursor(""), true; more; {
		err := s.db.Update(ctx, func(tx Tx) (err error) {
			if held, err := s.held(ctx, tx); err != nil || held.thing(t) {
				more = false
				return err
			}
			cursor, more, err = eraseTimeline(ctx, tx, c, t, cursor)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		gone = false
		held, err := s.held(ctx, tx)
		if err != nil || held.thing(t) {
			return err
		}
		now, err := tx.DueThings(ctx, c, before, prior(t.ID), 1)
		if err != nil || len(now) == 0 || now[0].ID != t.ID || now[0].Waits != "" {
			return err
		}
		if err := tx.EraseThing(ctx, c, t.ID); err != nil {
			return err
		}
		gone = true
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.RecordsErased, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: "system"}, {Name: journal.FieldGround, Value: "retention:" + string(c)}, {Name: "record", Value: t.ID}}})
	})
	return gone, err
}

// prior is a text that sorts just before an id.
func prior(id string) string { return id[:len(id)-1] }

// eraseTimeline erases a step's worth of the entries about a record. What also concerns a client who is still there stays, as
// long as nobody has written anything in it: it names both by opaque ids, of which one soon means nothing.
func eraseTimeline(ctx context.Context, tx Tx, c Class, t Thing, from journal.Cursor) (next journal.Cursor, more bool, err error) {
	page, err := journal.Timeline(ctx, tx, t.ID, stepEntries, from)
	if err != nil || len(page) == 0 {
		return "", false, err
	}
	var subjects []string
	for _, r := range page {
		subjects = append(subjects, r.Subjects...)
	}
	slices.Sort(subjects)
	others, err := tx.OthersAmong(ctx, slices.Compact(subjects))
	if err != nil {
		return "", false, err
	}
	delete(others, t.ID)
	var places []journal.Place
	for _, r := range page {
		if c == Clients && shared(r, others) || c != Clients && !owns(c, r.Kind) {
			continue
		}
		places = append(places, r.Place())
	}
	_, err = journal.Erase(ctx, tx, places, journal.Field{Name: journal.FieldActor, Value: "system"},
		journal.Field{Name: journal.FieldGround, Value: "retention:" + string(c)})
	return page[len(page)-1].Cursor(), len(page) == stepEntries, err
}

func shared(r journal.Record, others map[string]bool) bool {
	written := r.Value("reason") != "" || r.Value("note") != "" || r.Value("reference") != ""
	return !written && slices.ContainsFunc(r.Subjects, func(s string) bool { return others[s] })
}

// owns reports whether entries of a kind go with a record of a class.
func owns(c Class, k journal.Kind) bool { return classOf(k) == c }

// classOf says by which class's time entries of a kind go: with their record, or, for the log of doors and what belongs to no
// record, by their own age.
func classOf(k journal.Kind) Class {
	switch k {
	case journal.DoorOpened, journal.DoorRefused, journal.LockReported, journal.LockRecords:
		return DoorLog
	case journal.ReceiptChanged:
		return Receipts
	case journal.DisclosureChanged, journal.EntriesDisclosed:
		return Disclosures
	case journal.OrderReceived, journal.TaskChanged, journal.DecisionRecorded, journal.ProviderChanged:
		return Orders
	case journal.ClientChanged, journal.RegisterApplied:
		return Clients
	}
	prefix, _, _ := strings.Cut(string(k), ".")
	switch prefix {
	case "consent", "owner", "property", "letter":
		return Consents
	case "charge":
		return Charges
	case "fault":
		return Faults
	}
	return other
}

// kind erases the entries of one kind that go by their own age.
func (s *Service) kind(ctx context.Context, k journal.Info, dry bool, progress Progress) (Count, error) {
	count := Count{Class: classOf(k.Kind)}
	if k.KeepDays == 0 || count.Class != DoorLog && count.Class != other {
		return count, nil
	}
	keep := time.Duration(k.KeepDays) * 24 * time.Hour
	if count.Class == DoorLog {
		if decided, ok := s.profile.KeptFor(string(DoorLog)); ok && decided > 0 {
			keep = decided
		}
	}
	from := int64(-1)
	for more := true; more; {
		var done step
		run := s.db.Update
		if dry {
			run = s.db.View
		}
		err := run(ctx, func(tx Tx) (err error) {
			count.Before = tx.Now().Add(-keep)
			done, err = s.entries(ctx, tx, k.Kind, from, count.Before, dry)
			return err
		})
		if err != nil {
			return count, err
		}
		count.Due, count.Held = count.Due+done.erased, count.Held+done.held
		from, more = done.next, done.more
		progress(count.Class, count.Due)
	}
	return count, nil
}

// step is what one transaction did with entries.
type step struct {
	erased, held int
	next         int64
	more         bool
}

// entries handles a step's worth of entries of a kind; from < 0 begins where the last run ended.
func (s *Service) entries(ctx context.Context, tx Tx, k journal.Kind, from int64, before time.Time, dry bool) (out step, err error) {
	if from < 0 {
		if from, err = tx.RetentionCursor(ctx, k); err != nil {
			return out, err
		}
	}
	limit := stepEntries
	if k == journal.LockRecords {
		limit = stepRuns
	}
	rows, err := tx.SignedOfKind(ctx, k, from, limit)
	if err != nil {
		return out, err
	}
	held, err := s.held(ctx, tx)
	if err != nil {
		return out, err
	}
	out.next, out.more = from, len(rows) == limit
	var due due
	for _, row := range rows {
		r, err := row.Record()
		if err != nil {
			return out, err
		}
		if !r.Erased && !r.Received.Before(before) {
			out.more = false // entries come in the order in which they were received
			break
		}
		out.next = r.Index + 1
		if err := due.add(row, held); err != nil {
			return out, err
		}
	}
	out.erased, out.held = due.count, due.kept
	if dry || out.next == from {
		return out, nil
	}
	return out, s.take(ctx, tx, k, due, out.next)
}

// due is what goes now, and what would if it were not held.
type due struct {
	places []journal.Place // what is erased: whole entries, or parts of those that are held in part
	blank  []Place         // the locks' records that they tell of
	held   []int64         // entries that something stays in
	count  int             // records that go
	kept   int             // and that stay
}

// add sorts what an entry tells of.
func (d *due) add(row journal.Row, held Held) error {
	events, err := row.Events()
	if err != nil {
		return err
	}
	var gone []journal.Place
	kept := 0
	for _, r := range events {
		switch {
		case r.Erased:
		case held.entry(r):
			kept++
		default:
			gone, d.blank = append(gone, r.Place()), append(d.blank, placeOf(r)...)
		}
	}
	d.count, d.kept = d.count+len(gone), d.kept+kept
	if kept > 0 {
		d.held = append(d.held, row.Index)
	} else if len(gone) > 0 {
		gone = journal.Whole(row.Index)
	}
	d.places = append(d.places, gone...)
	return nil
}

// take erases entries and remembers those that are held, and how far it has come.
func (s *Service) take(ctx context.Context, tx Tx, k journal.Kind, d due, next int64) error {
	if err := d.erase(ctx, tx); err != nil {
		return err
	}
	if err := tx.KeepEntries(ctx, k, d.held); err != nil {
		return err
	}
	return tx.SetRetentionCursor(ctx, k, next)
}

func (d due) erase(ctx context.Context, tx Tx) error {
	if len(d.places) == 0 {
		return nil
	}
	if err := tx.BlankRecords(ctx, d.blank); err != nil {
		return err
	}
	_, err := journal.Erase(ctx, tx, d.places, journal.Field{Name: journal.FieldActor, Value: "system"},
		journal.Field{Name: journal.FieldGround, Value: "retention:" + string(DoorLog)})
	return err
}

// placeOf is the lock record that a record tells of: an entry's parts follow on the record that it names.
func placeOf(r journal.Record) []Place {
	epoch, seq, ok := strings.Cut(r.Value("sequence"), "/")
	e, err := strconv.ParseUint(epoch, 10, 32)
	n, bad := strconv.ParseUint(seq, 10, 32)
	if !ok || err != nil || bad != nil || classOf(r.Kind) != DoorLog {
		return nil
	}
	return []Place{{r.Value("lock"), uint32(e), uint32(n) + uint32(max(r.Part-1, 0))}}
}

// kept erases entries that were held when it was their time and are not any longer.
func (s *Service) kept(ctx context.Context, dry bool) (int, error) {
	total := 0
	for after, more := int64(-1), true; more; {
		erased := 0
		run := s.db.Update
		if dry {
			run = s.db.View
		}
		err := run(ctx, func(tx Tx) error {
			indexes, err := tx.KeptEntries(ctx, after, stepEntries)
			if err != nil || len(indexes) == 0 {
				more = false
				return err
			}
			after, more = indexes[len(indexes)-1], len(indexes) == stepEntries
			erased, err = s.letGo(ctx, tx, indexes, dry)
			return err
		})
		if err != nil {
			return total, err
		}
		total += erased
	}
	return total, nil
}

func (s *Service) letGo(ctx context.Context, tx Tx, indexes []int64, dry bool) (int, error) {
	held, err := s.held(ctx, tx)
	if err != nil {
		return 0, err
	}
	rows, err := tx.JournalByIndex(ctx, indexes)
	if err != nil {
		return 0, err
	}
	var due due
	for _, row := range rows {
		if err := due.add(row, held); err != nil {
			return 0, err
		}
	}
	if dry || due.count == 0 {
		return due.count, nil
	}
	if err := due.erase(ctx, tx); err != nil {
		return 0, err
	}
	free := slices.DeleteFunc(indexes, func(n int64) bool { return slices.Contains(due.held, n) })
	return due.count, tx.DropKept(ctx, free)
}
