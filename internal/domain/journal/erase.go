package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Erase takes the values, salts, times and subjects of the entries at these indexes (at most MaxErase) and appends, in the
// same transaction, an entry of kind EntriesErased with the given fields (actor and ground at least) that says which. What
// stays are kind, place and commitments, so every proof keeps verifying. Indexes that are unknown or already erased are
// passed over; it returns how many were erased. An entry that is not what the tree says is not erased, but ErrDamaged, for
// erasing it would hide that somebody changed it.
func Erase(ctx context.Context, tx Tx, indexes []int64, ground ...Field) (int, error) {
	if len(indexes) > MaxErase {
		return 0, ErrEntry.Fill(fmt.Sprintf("%s: more than %d entries in one call", EntriesErased, MaxErase))
	}
	rows, err := tx.JournalByIndex(ctx, indexes)
	if err != nil {
		return 0, err
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Index, b.Index) })
	var erased []Row
	var names []string
	leaves := map[int64]tlog.Hash{}
	for _, r := range rows {
		b, err := r.open()
		if err != nil {
			return 0, err
		}
		if b.isErased() {
			continue
		}
		bare, leaf := r.bare(b)
		erased, names, leaves[r.Index] = append(erased, bare), append(names, strconv.FormatInt(r.Index, 10)), leaf
	}
	if len(erased) == 0 {
		return 0, nil
	}
	if err := sameLeaves(ctx, tx, leaves); err != nil {
		return 0, err
	}
	if err := tx.EraseJournal(ctx, erased); err != nil {
		return 0, err
	}
	own := []Field{{"count", strconv.Itoa(len(erased))}, {"entries", strings.Join(names, " ")}}
	return len(erased), Append(ctx, tx, Entry{Kind: EntriesErased, Fields: append(own, ground...)})
}

// bare returns r with only its commitments left in the body, and its leaf; AtUS and Subjects still name the subject rows
// to delete. The commitments are sorted: the order of the fields goes too.
func (r Row) bare(b body) (Row, tlog.Hash) {
	all := b.commitments()
	leaf := leafHash(r.Kind, all) // sorts
	content := make([]byte, 0, 1+len(all)*tlog.HashSize+8+1+len(r.Kind)+sealSize)
	content = append(content, bodyErased)
	for i := range all {
		content = append(content, all[i][:]...)
	}
	r.AtUS, r.Subjects, r.Body = microseconds(b.at), b.subjects(), seal(r.Index, r.Kind, content)
	return r, leaf
}

// sameLeaves compares the leaves at these indexes with the tree's, as far as the tree reaches.
func sameLeaves(ctx context.Context, tx Tx, leaves map[int64]tlog.Hash) error {
	head, err := tx.JournalHead(ctx)
	if err != nil {
		return err
	}
	tiles := &tileReader{ctx, tx, map[TileID][]byte{}}
	for index, leaf := range leaves {
		if index >= head.Size {
			continue
		}
		tile := tlog.Tile{H: tileHeight, L: 0, N: index >> tileHeight, W: int(index%tileWidth) + 1}
		data, err := tiles.ReadTiles([]tlog.Tile{tile})
		if _, missing := errors.AsType[*tileError](err); missing {
			return damaged("blad 0/%d saknas", "tile 0/%d is missing", tile.N).With(err)
		} else if err != nil {
			return err
		}
		if tlog.Hash(data[0][(tile.W-1)*tlog.HashSize:]) != leaf {
			return damaged("post %d är ändrad", "entry %d has been changed", index)
		}
	}
	return nil
}
