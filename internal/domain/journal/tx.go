package journal

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"hemnyckel/internal/base/txn"
)

// Tx is what the journal needs of a transaction. Storage implements it; nothing here is called outside a transaction.
type Tx interface {
	txn.Clock

	// InsertJournalEntries stores new, pending rows, in as few statements as it can. Subjects are not looked at.
	InsertJournalEntries(ctx context.Context, rows []Row) error
	// PendingJournal returns at most limit rows that have no index yet, by ascending id.
	PendingJournal(ctx context.Context, limit int) ([]Row, error)
	// SequenceJournal gives ids[i] the index first+i. It fails, changing nothing, if any of them is missing or has an
	// index.
	SequenceJournal(ctx context.Context, first int64, ids []string) error
	// IndexJournal stores one subject row for each (subject, AtUS, ID) of rows.
	IndexJournal(ctx context.Context, rows []Row) error

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
	// JournalByID returns the rows that exist among ids, in any order. At most 1 024 ids.
	JournalByID(ctx context.Context, ids []string) ([]Row, error)
	// JournalOfSubject returns at most limit indexed rows of a subject, newest event first, strictly before (beforeUS,
	// beforeID).
	JournalOfSubject(ctx context.Context, subject string, beforeUS int64, beforeID string, limit int) ([]Row, error)
	// JournalList returns at most limit rows by descending id, strictly before beforeID ("" = from the newest). No
	// kinds = all.
	JournalList(ctx context.Context, kinds []Kind, beforeID string, limit int) ([]Row, error)
	// CountJournal counts rows, of the given kinds if any are given. It may read an index from end to end.
	CountJournal(ctx context.Context, kinds []Kind) (int64, error)

	// CountJournalIndex counts all subject rows.
	CountJournalIndex(ctx context.Context) (int64, error)

	// EraseJournal sets body to each row's Body and both times to 0, and deletes its subject rows (Subjects, AtUS, ID).
	EraseJournal(ctx context.Context, rows []Row) error
}

// Row is an entry as it is stored.
type Row struct {
	ID         string // UUIDv7
	Index      int64  // place in the tree, -1 while pending
	Kind       Kind
	AtUS       int64  // time of the event, microseconds since 1970 UTC; 0 when erased
	ReceivedUS int64  // time of receipt, same unit; 0 when erased
	Body       string // JSON, see body
	Leaf       tlog.Hash

	// Subjects is set when rows are indexed or erased. Storage leaves it nil when it reads.
	Subjects []string
}

// Head is the newest signed state of the log. The zero Head is that of a log without entries.
type Head struct {
	Size       int64     // number of integrated entries
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
