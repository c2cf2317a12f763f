package journal

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	tileBytes  = tileWidth * tlog.HashSize
)

// edge is the right edge of the tree: at each level the tile that is not yet full. It is all that is needed to extend
// the tree and to compute its root.
type edge struct {
	size   int64
	levels [][]byte // levels[l] is the data of the unfinished tile at level l, empty if the last one is just full
}

// edgeIDs names the tiles that come next at each level of a tree of n entries.
func edgeIDs(n int64) []TileID {
	ids := []TileID{{0, n >> tileHeight}}
	for l := 1; n>>(tileHeight*l) > 0; l++ {
		ids = append(ids, TileID{l, n >> (tileHeight * (l + 1))})
	}
	return ids
}

// edgeWidth is the number of hashes in the unfinished tile at level l of a tree of n entries.
func edgeWidth(n int64, l int) int { return int(n >> (tileHeight * l) & (tileWidth - 1)) }

// loadEdge reads the right edge of a tree of n entries. It is an error if a tile has any other width than n gives it:
// one that is too wide comes from a later head than the one stored.
func loadEdge(ctx context.Context, tx Tx, n int64) (*edge, error) {
	ids := edgeIDs(n)
	data, err := tx.JournalTiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	e := &edge{size: n}
	for l, d := range data {
		if len(d) != edgeWidth(n, l)*tlog.HashSize {
			return nil, &tileError{ids[l], fmt.Sprintf("has %d bytes where %d entries give %d", len(d), n, edgeWidth(n, l)*tlog.HashSize)}
		}
		e.levels = append(e.levels, append(make([]byte, 0, tileBytes), d...))
	}
	return e, nil
}

// tileError says which stored tile is wrong, and how.
type tileError struct {
	TileID
	fault string
}

func (e *tileError) Error() string {
	return fmt.Sprintf("tile %d/%d %s", e.Level, e.N, e.fault)
}

// add appends one leaf hash and hands each tile that becomes full to full.
func (e *edge) add(h tlog.Hash, full func(Tile)) {
	for l := 0; ; l++ {
		if l == len(e.levels) {
			e.levels = append(e.levels, make([]byte, 0, tileBytes))
		}
		e.levels[l] = append(e.levels[l], h[:]...)
		if len(e.levels[l]) < tileBytes {
			break
		}
		n := e.size >> (tileHeight * (l + 1)) // the size before this leaf: still inside the tile that it fills
		full(Tile{TileID{l, n}, e.levels[l]})
		h = subtree(e.levels[l])
		e.levels[l] = make([]byte, 0, tileBytes)
	}
	e.size++
}

// unfinished returns the tiles at the edge that hold anything that a tree of only since entries does not have.
func (e *edge) unfinished(since int64) []Tile {
	var tiles []Tile
	for l, d := range e.levels {
		if len(d) > 0 && e.size>>(tileHeight*l) > since>>(tileHeight*l) {
			tiles = append(tiles, Tile{TileID{l, e.size >> (tileHeight * (l + 1))}, d})
		}
	}
	return tiles
}

// root is the RFC 6962 tree hash. The subtrees that it is made of all end in unfinished tiles, so the edge has them.
func (e *edge) root() (tlog.Hash, error) {
	return tlog.TreeHash(e.size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			t := tlog.TileForIndex(tileHeight, x)
			if t.L >= len(e.levels) || t.N != e.size>>(tileHeight*(t.L+1)) {
				return nil, errors.New("journal: a hash outside the edge of the tree")
			}
			t.W = len(e.levels[t.L]) / tlog.HashSize
			h, err := tlog.HashFromTile(t, e.levels[t.L], x)
			if err != nil {
				return nil, err
			}
			hashes[i] = h
		}
		return hashes, nil
	}))
}

// subtree is the hash over the hashes of a full tile.
func subtree(data []byte) tlog.Hash {
	if len(data) == tlog.HashSize {
		return tlog.Hash(data)
	}
	half := len(data) / 2
	return tlog.NodeHash(subtree(data[:half]), subtree(data[half:]))
}

// tileReader lets tlog read and authenticate stored tiles. It keeps what it has read, for proofs share most tiles.
type tileReader struct {
	ctx  context.Context
	tx   Tx
	seen map[TileID][]byte
}

func (r *tileReader) Height() int { return tileHeight }

func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {} // they come from our own storage

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var missing []TileID
	for _, t := range tiles {
		id := TileID{t.L, t.N}
		if _, ok := r.seen[id]; !ok {
			missing = append(missing, id)
		}
	}
	data, err := r.tx.JournalTiles(r.ctx, missing)
	if err != nil {
		return nil, err
	}
	for i, id := range missing {
		r.seen[id] = data[i]
	}
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		d, want := r.seen[TileID{t.L, t.N}], t.W*tlog.HashSize
		if len(d) < want {
			return nil, &tileError{TileID{t.L, t.N}, "is missing or too short"}
		}
		out[i] = d[:want]
	}
	return out, nil
}
