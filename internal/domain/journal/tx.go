package journal

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"hemnyckel/internal/base/txn"
)

// Tx is what the journal needs of a transaction. Storage implements it; nothing here is called outside a transaction.
type Tx interface {
	txn.Clock

	// NextJournal returns the index of the next entry: one more than the highest stored, and not below the size of the
	// stored head. No other transaction may get the same and commit.
	NextJournal(ctx context.Context) (int64, error)
	// InsertJournalEntries stores new rows, in as few statements as it can. On and Kinds are not looked at. It fails if an
	// index is taken.
	InsertJournalEntries(ctx context.Context, rows []Row) error
	// PendingJournal returns at most limit rows that the stored head does not cover, by ascending index.
	PendingJournal(ctx context.Context, limit int) ([]Row, error)
	// IndexJournal makes rows findable: one subject row for each (mark, Index) and one kind row for each (kind, Index). It
	// returns how many of these were not there before.
	IndexJournal(ctx context.Context, rows []Row) (int64, error)

	// JournalHead returns the stored head, and the zero Head if there is none.
	JournalHead(ctx context.Context) (Head, error)
	// SetJournalHead replaces old by next and reports whether the stored head was old (size and root; zero = none
	// stored).
	SetJournalHead(ctx context.Context, old, next Head) (bool, error)

	// JournalTiles returns, in the same order, the data of each tile; nil for one that is not stored.
	JournalTiles(ctx context.Context, ids []TileID) ([][]byte, error)
	// PutJournalTiles stores or replaces tiles.
	PutJournalTiles(ctx context.Context, tiles []Tile) error

	// JournalRange returns at most limit rows with index ≥ from, by ascending index.
	JournalRange(ctx context.Context, from int64, limit int) ([]Row, error)
	// JournalByIndex returns the rows that exist among indexes, in any order. At most 1 024 indexes.
	JournalByIndex(ctx context.Context, indexes []int64) ([]Row, error)
	// JournalOfSubject returns at most limit indexed rows of a subject, each with the mark that it was found by, the latest
	// first, strictly before (beforeUS, beforeIndex).
	JournalOfSubject(ctx context.Context, subject string, beforeUS, beforeIndex int64, limit int) ([]Row, error)
	// JournalList returns at most limit rows by descending index, all below before. No kinds = all; otherwise those that are
	// indexed under one of them, and all that the stored head does not cover.
	JournalList(ctx context.Context, kinds []Kind, before int64, limit int) ([]Row, error)
	// CountJournal counts rows that are indexed under these kinds, and pending ones of them. It may read an index from end to end.
	CountJournal(ctx context.Context, kinds []Kind) (int64, error)
	// CountJournalIndex counts all subject rows and kind rows.
	CountJournalIndex(ctx context.Context) (int64, error)

	// EraseJournal sets body to each row's Body and deletes the subject rows (On, Index) and kind rows (Kinds, Index).
	EraseJournal(ctx context.Context, rows []Row) error
}

// Row is an entry as it is stored.
type Row struct {
	Index int64 // place in the log, from 0
	Kind  Kind
	Body  []byte // see body

	// On and Kinds are what the row is found by, set when rows are indexed, and what of that goes when they are erased.
	// Storage reads neither, but for JournalOfSubject, which sets On.
	On    []Mark
	Kinds []Kind
}

// Mark is a place on a subject's timeline.
type Mark struct {
	Subject string
	AtUS    int64 // microseconds since 1970 UTC
}

// Head is the newest signed state of the log. The zero Head is that of a log without entries.
type Head struct {
	Size       int64     // number of integrated entries: those with lower indexes
	Root       tlog.Hash // RFC 6962 tree hash over them
	Checkpoint string    // the signed note that says so
}

// TileID names a tile of height 8: the Nth at Level.
type TileID struct {
	Level int
	N     int64
}

// Tile is a stored tile: 1 to 256 hashes of 32 bytes, one after the other.
type Tile struct {
	TileID
	Data []byte
}
