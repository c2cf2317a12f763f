package casework

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/domain/journal"
)

// subject is one of those whose entries a timeline is merged from. What happened before since, or from until on, is somebody else's.
type subject struct {
	id           string
	since, until time.Time // until zero: no end
}

// from is where reading a subject begins, on the page that begins before a place.
func (s subject) from(before journal.Cursor) (journal.Cursor, error) {
	if s.until.IsZero() {
		return before, nil
	}
	end := journal.Record{At: s.until}.Cursor()
	if before == "" {
		return end, nil
	}
	at, err := before.Time()
	if err != nil || at.Before(s.until) {
		return before, err
	}
	return end, nil
}

// source is a subject's entries, read a few at a time.
type source struct {
	subject
	next   []journal.Record
	before journal.Cursor
	ended  bool
}

// maxRounds bounds how many entries one page of a timeline may read past: reads are many and are not shown.
const maxRounds = 20

// timeline merges the entries of several subjects, newest first, and returns one page with the place of the next one.
// Reads of pages are left out: they have their own place in the journal.
func timeline(ctx context.Context, tx PagesTx, of []subject, before journal.Cursor) ([]journal.Record, journal.Cursor, error) {
	tail, err := journal.ReadTail(ctx, tx)
	if err != nil {
		return nil, "", err
	}
	sources := make([]source, len(of))
	for i, s := range of {
		if sources[i].before, err = s.from(before); err != nil {
			return nil, "", err
		}
		sources[i].subject = s
	}
	var out []journal.Record
	last := before
	for rounds := 0; ; {
		for i := range sources {
			more, err := sources[i].fill(ctx, tx, tail)
			if err != nil {
				return nil, "", err
			}
			if more {
				rounds++
			}
		}
		r, ok := newest(sources)
		if !ok {
			return out, "", nil
		}
		read := r.Kind == journal.ClientRead
		if len(out) == MaxTimeline && !read || rounds > maxRounds*len(sources) {
			return out, last, nil
		}
		last = r.Cursor()
		if !read {
			out = append(out, r)
		}
	}
}

// fill reads on when the source is empty, and reports whether it asked the database.
func (s *source) fill(ctx context.Context, tx PagesTx, tail journal.Tail) (bool, error) {
	if len(s.next) > 0 || s.ended {
		return false, nil
	}
	records, err := tail.Timeline(ctx, tx, s.id, 2*MaxTimeline, s.before)
	if err != nil {
		return true, err
	}
	s.ended = len(records) < 2*MaxTimeline
	if len(records) > 0 {
		s.before = records[len(records)-1].Cursor()
	}
	if i := slices.IndexFunc(records, func(r journal.Record) bool { return r.At.Before(s.since) }); i >= 0 {
		records, s.ended = records[:i], true
	}
	s.next = records
	return true, nil
}

// newest takes the newest entry off the sources; one that stands in several is taken off them all.
func newest(sources []source) (journal.Record, bool) {
	top := journal.Record{Index: -1}
	for _, s := range sources {
		if len(s.next) == 0 {
			continue
		}
		r := s.next[0]
		if top.Index < 0 || cmp.Or(r.At.Compare(top.At), cmp.Compare(r.Index, top.Index), cmp.Compare(r.Part, top.Part)) > 0 {
			top = r
		}
	}
	for i := range sources {
		if n := sources[i].next; len(n) > 0 && n[0].Place() == top.Place() {
			sources[i].next = n[1:]
		}
	}
	return top, top.Index >= 0
}

// activation begins an actor who is known by an activation only; the serial number follows.
const activation = "activation:"

// thingsIn says what the subjects of the records are, and the ids that their fields name. Who activated a key stands under
// the whole value of the field, prefix and all.
func thingsIn(ctx context.Context, tx PagesTx, records []journal.Record) (map[string]Thing, error) {
	ids, activations := namedIn(records)
	things := map[string]Thing{}
	var err error
	if len(ids) > 0 {
		if things, err = tx.PageThings(ctx, ids); err != nil {
			return nil, err
		}
	}
	if len(activations) == 0 {
		return things, nil
	}
	staff, err := tx.PageActivators(ctx, activations)
	for serial, number := range staff {
		things[activation+strconv.FormatInt(serial, 10)] = Thing{Kind: "staff", Label: number}
	}
	return things, err
}

// namedIn gathers the ids and the activations that records name, each once.
func namedIn(records []journal.Record) (ids []string, activations []int64) {
	add := func(value string) {
		if n, ok := strings.CutPrefix(value, activation); ok {
			if serial, err := strconv.ParseInt(n, 10, 64); err == nil && !slices.Contains(activations, serial) {
				activations = append(activations, serial)
			}
			return
		}
		if _, id, ok := strings.Cut(value, ":"); ok {
			value = id
		}
		if len(value) == 36 && !slices.Contains(ids, value) {
			ids = append(ids, value)
		}
	}
	for _, r := range records {
		for _, s := range r.Subjects {
			add(s)
		}
		for _, f := range r.Fields {
			add(f.Value)
		}
	}
	return ids, activations
}

// LogPage is one page of the journal.
type LogPage struct {
	Now     time.Time
	Entries []journal.Record
	Next    journal.Cursor
	Log     LogState
	Things  map[string]Thing
}

// Log answers a page of the journal, the last written first. It tells that things happened, not to whom.
func (p *Pages) Log(ctx context.Context, f journal.Filter, before journal.Cursor) (LogPage, error) {
	var out LogPage
	err := p.db.View(ctx, func(tx PagesTx) (err error) {
		out = LogPage{Now: tx.Now()}
		if out.Entries, err = journal.List(ctx, tx, f, MaxLogPage+1, before); err != nil {
			return err
		}
		if len(out.Entries) > MaxLogPage {
			out.Entries = out.Entries[:MaxLogPage]
			out.Next = out.Entries[MaxLogPage-1].Cursor()
		}
		if out.Things, err = thingsIn(ctx, tx, out.Entries); err != nil {
			return err
		}
		out.Log, err = logState(ctx, tx)
		return err
	})
	return out, err
}

// LogEntry is one signed entry with all its fields.
type LogEntry struct {
	Now    time.Time
	Record journal.Record
	Parts  []journal.Record // what it tells of, for one that tells of many events
	Log    LogState
	Things map[string]Thing
}

// LogEntry answers the page of one entry. An entry tells of somebody, so that it was read is noted on their timeline.
func (p *Pages) LogEntry(ctx context.Context, who Reader, index int64) (LogEntry, error) {
	var out LogEntry
	err := p.db.View(ctx, func(tx PagesTx) error {
		r, err := journal.ByIndex(ctx, tx, index)
		if err != nil {
			return err
		}
		out = LogEntry{Now: tx.Now(), Record: r}
		if out.Parts, err = journal.PartsOf(ctx, tx, index); err != nil {
			return err
		}
		if out.Log, err = logState(ctx, tx); err != nil {
			return err
		}
		out.Things, err = thingsIn(ctx, tx, append(out.Parts, r))
		return err
	})
	if err == nil && len(out.Record.Subjects) > 0 {
		err = p.note(ctx, who, "entry", "", out.Record.Subjects...)
	}
	if err != nil {
		return LogEntry{}, err
	}
	return out, nil
}
