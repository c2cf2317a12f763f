package bench

import (
	"context"
	"strconv"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
)

// journalFamilies measure the log: entries appended with salts and commitments, a page of them per transaction, and entries
// taken into the signed tree with their timelines. The limits write the same bytes, and the same number of rows, bare.
func journalFamilies() []family {
	var all []family
	for _, engine := range engines() {
		all = append(all, family{
			names: []string{"journal-append/" + engine, "journal-integrate/" + engine},
			about: "entries appended with commitments, and taken into the signed tree",
			run:   func(ctx context.Context, s *session) error { return journals(ctx, s, engine) },
		})
	}
	return all
}

func journals(ctx context.Context, s *session, engine string) error {
	target, err := s.target(ctx, engine)
	if err != nil {
		return err
	}
	defer s.drop(target)
	m, err := municipality.Open(ctx, target, municipality.Options{Create: true})
	if err != nil {
		return err
	}
	defer m.Close()
	pages := s.size(100, 2)
	entries := openings(batchRows)
	if err := appendPages(ctx, m, entries, 1); err != nil { // warm
		return err
	}
	began := time.Now()
	if err := appendPages(ctx, m, entries, pages); err != nil {
		return err
	}
	appended := time.Since(began)
	bytes, err := entryBytes(ctx, engine, target)
	if err != nil {
		return err
	}
	began = time.Now()
	if _, err := m.Log.Integrate(ctx); err != nil {
		return err
	}
	integrated := time.Since(began)

	b, err := newBare(ctx, engine, target, bytes)
	if err != nil {
		return err
	}
	defer b.drop(ctx)
	bare, err := b.write(ctx, pages*batchRows)
	if err != nil {
		return err
	}
	s.note("  an entry is %d bytes beside its key; %d entries", bytes, pages*batchRows)
	n := pages * batchRows
	if err := s.emit("journal-append/"+engine, perSecond(n, appended), "entries/s", perSecond(n, bare)); err != nil {
		return err
	}
	// An entry that enters the tree is one row added for its kind and one for each of its subjects.
	rows, err := b.write(ctx, n*(1+len(entries[0].Subjects)))
	if err != nil {
		return err
	}
	return s.emit("journal-integrate/"+engine, perSecond(n+batchRows, integrated), "entries/s", perSecond(n, rows))
}

func appendPages(ctx context.Context, m *municipality.Municipality, entries []journal.Entry, pages int) error {
	for range pages {
		err := m.DB.Update(ctx, func(tx *storage.Tx) error { return journal.Append(ctx, tx, entries...) })
		if err != nil {
			return err
		}
	}
	return nil
}

// openings are entries of the most frequent kind: a door that a key has opened.
func openings(n int) []journal.Entry {
	all := make([]journal.Entry, n)
	for i := range all {
		all[i] = journal.Entry{Kind: journal.DoorOpened, Quality: journal.Device,
			Subjects: []string{"client-" + strconv.Itoa(i%40), "lock-" + strconv.Itoa(i%40)},
			Fields: []journal.Field{{Name: journal.FieldActor, Value: "activation:" + strconv.Itoa(i)},
				{Name: "sequence", Value: strconv.Itoa(i)}, {Name: "key", Value: "N" + strconv.Itoa(i%20)}}}
	}
	return all
}

// entryBytes is how much a stored entry is, beside its key: its text, and a hash and times at most.
func entryBytes(ctx context.Context, engine, target string) (int, error) {
	db, err := pool(engine, target)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	var body float64
	err = db.QueryRowContext(ctx, "SELECT AVG(LENGTH(body)) FROM journal_entries").Scan(&body)
	return int(body), err
}
