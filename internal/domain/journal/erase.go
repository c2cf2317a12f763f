package journal

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Erase takes the values, salts, times and subjects of what stands at these places (at most MaxErase) and appends, in the same
// transaction, an entry of kind EntriesErased with the given fields (actor and ground at least) that says which. What stays of
// an entry are kind, place and commitments, and of a part its leaf, so every proof keeps verifying. Places that are unknown or
// already erased are passed over; it returns how many were erased. An entry that is not what the tree says is not erased, but
// ErrDamaged, for erasing it would hide that somebody changed it.
func Erase(ctx context.Context, tx Tx, places []Place, ground ...Field) (int, error) {
	if len(places) > MaxErase {
		return 0, ErrEntry.Fill(fmt.Sprintf("%s: more than %d places in one call", EntriesErased, MaxErase))
	}
	at := map[int64][]Place{}
	for _, p := range places {
		at[p.Index] = append(at[p.Index], p)
	}
	rows, err := tx.JournalByIndex(ctx, slices.Collect(maps.Keys(at)))
	if err != nil {
		return 0, err
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Index, b.Index) })
	var changed []Row
	var names []string
	leaves := map[int64]tlog.Hash{}
	for _, r := range rows {
		b, err := r.open()
		if err != nil {
			return 0, err
		}
		leaf := b.leafHash()
		erased, after := b.erase(at[r.Index])
		if len(erased) == 0 {
			continue
		}
		for _, p := range erased {
			names = append(names, p.String())
		}
		changed, leaves[r.Index] = append(changed, r.become(b, after)), leaf
	}
	if len(changed) == 0 {
		return 0, nil
	}
	if err := sameLeaves(ctx, tx, leaves); err != nil {
		return 0, err
	}
	if err := tx.EraseJournal(ctx, changed); err != nil {
		return 0, err
	}
	own := []Field{{"count", strconv.Itoa(len(names))}, {"entries", strings.Join(names, " ")}}
	return len(names), Append(ctx, tx, Entry{Kind: EntriesErased, Fields: append(own, ground...)})
}

// erase returns which of the places hold something, and what the body is without that.
func (b body) erase(places []Place) (erased []Place, after body) {
	if b.isErased() {
		return nil, b
	}
	slices.SortFunc(places, Place.compare)
	if places[0].Part == 0 {
		if places[0].Field != "" { // an entry's own fields go together
			return nil, b
		}
		return places[:1], b.bare()
	}
	after = b
	after.parts = slices.Clone(b.parts)
	for _, p := range slices.Compact(places) {
		if p.Part < 1 || p.Part > len(after.parts) || after.parts[p.Part-1].erased() {
			continue
		}
		if s, ok := after.parts[p.Part-1].without(p.Field); ok {
			after.parts[p.Part-1], erased = s, append(erased, p)
		}
	}
	return erased, after
}

// bare is the body with only its commitments. They are sorted: the order of the fields goes too.
func (b body) bare() body {
	all := b.commitments()
	slices.SortFunc(all, compareHashes)
	return body{section: section{kind: b.kind, gone: all}, erased: b.partsRoot()}
}

// without is a part without one of its fields, or, for "", without anything but its leaf.
func (s section) without(field string) (section, bool) {
	if field == "" {
		return section{leaf: partHash(s.kind, s.commitments())}, true
	}
	i := slices.IndexFunc(s.open, func(f openField) bool { return string(f.name) == field })
	if i < 0 {
		return s, false
	}
	f := s.open[i]
	s.gone = append(slices.Clone(s.gone), commit(f.salt, f.message))
	s.open = slices.Delete(slices.Clone(s.open), i, i+1)
	return s, true
}

// become returns r with another body, and what it is no longer found by.
func (r Row) become(b, after body) Row {
	on, kinds := b.marks()
	still, stillKinds := after.marks()
	r.On = slices.DeleteFunc(on, func(m Mark) bool { return slices.Contains(still, m) })
	r.Kinds = slices.DeleteFunc(kinds, func(k Kind) bool { return slices.Contains(stillKinds, k) })
	r.Body = seal(r.Index, r.Kind, after.encode())
	return r
}

// encode is the content of a body of which something is erased.
func (b body) encode() []byte {
	if !b.isErased() {
		return b.appendPartly(nil)
	}
	content := []byte{bodyErased}
	if b.erased.count > 0 {
		content = binary.BigEndian.AppendUint16([]byte{bodyErasedParts}, uint16(b.erased.count))
		content = append(content, b.erased.root[:]...)
	}
	for i := range b.gone {
		content = append(content, b.gone[i][:]...)
	}
	return content
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
