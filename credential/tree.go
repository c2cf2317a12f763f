package credential

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of a grant's tree (RFC 6962 §2.1).
type Hash = [32]byte

// MaxLeaves bounds a grant: an alarm team's 2 000 doors and as much again.
const MaxLeaves = 4096

// Rights are what a leaf permits.
type Rights uint8

// RightOpen is the right to open. Others may come.
const RightOpen Rights = 1

// Leaf is a right to one lock. It is shown to that lock only; the salt keeps other locks from guessing their neighbours
// in the path.
type Leaf struct {
	_      struct{} `cbor:",toarray"`
	Lock   uint32   // lock number; 0 is padding and belongs to no lock
	Rights Rights
	Epoch  uint16 // the lock's epoch when issued
	From   uint8  // whole hours after the grant's NotBefore
	Until  uint8  // likewise, half-open; 0 is as long as the grant
	Salt   [8]byte
	Window Window // the hours of the week; empty is always
}

// Span is the time during which the leaf holds in a grant.
func (l Leaf) Span(g Grant) (from, until Instant) {
	from, until = g.NotBefore+Instant(l.From)*Hour, g.Expires
	if l.Until != 0 {
		until = min(until, g.NotBefore+Instant(l.Until)*Hour)
	}
	return from, until
}

// maxLeafBytes is the longest encoding of a leaf.
const maxLeafBytes = 25 + 3*MaxSpans

// Path proves that a leaf is in a grant's tree.
type Path struct {
	_      struct{} `cbor:",toarray"`
	Index  uint32
	Hashes []byte // 32 bytes each, from the leaf upwards
}

// PadLeaves sorts leaves by lock, gives each a fresh salt and fills up to a power of two with leaves of no lock, so that
// the size tells nobody how many doors a key opens. At most one leaf per lock.
func PadLeaves(leaves []Leaf) ([]Leaf, error) {
	if len(leaves) > MaxLeaves {
		return nil, Refuse(CodeMalformed, "%d leaves, at most %d fit in a grant", len(leaves), MaxLeaves)
	}
	size := 1 << bits.Len(uint(max(len(leaves), 1)-1))
	out := make([]Leaf, size)
	copy(out, leaves)
	slices.SortFunc(out[:len(leaves)], func(a, b Leaf) int { return cmp.Compare(a.Lock, b.Lock) })
	for i, l := range out[:len(leaves)] {
		if l.Lock == 0 || i > 0 && out[i-1].Lock == l.Lock {
			return nil, Refuse(CodeMalformed, "lock %d is 0 or twice in a grant", l.Lock)
		}
	}
	salts := make([]byte, 8*size)
	rand.Read(salts) // never fails (crypto/rand)
	for i := range out {
		copy(out[i].Salt[:], salts[8*i:])
	}
	return out, nil
}

// Tree is the hash tree over padded leaves.
type Tree struct {
	leaves []Leaf
	levels [][]tlog.Hash // levels[0] are the leaf hashes, the last has the root alone
}

// NewTree hashes leaves as PadLeaves gave them. As their number is a power of two, pairing level by level is the tree of
// RFC 6962 §2.1; a test holds it against tlog's own.
func NewTree(leaves []Leaf) (*Tree, error) {
	n := len(leaves)
	if !sizeOfTree(uint32(n), MaxLeaves) {
		return nil, Refuse(CodeMalformed, "%d leaves is not a power of two up to %d", n, MaxLeaves)
	}
	level := make([]tlog.Hash, n)
	b := make([]byte, 0, 1+maxLeafBytes)
	for i, l := range leaves {
		if err := checkWindow(l.Window); err != nil {
			return nil, err
		}
		b = l.Append(append(b[:0], 0))
		level[i] = sha256.Sum256(b)
	}
	return &Tree{leaves: leaves, levels: hashed(level)}, nil
}

// sizeOfTree reports whether a tree of ours can have n leaves, if it has most at most.
func sizeOfTree(n, most uint32) bool { return n > 0 && n <= most && n&(n-1) == 0 }

// hashed are the levels of the tree over leaf hashes, whose number is a power of two, up to the root. Like the leaves' they are hashed
// in one go and not in the three steps of tlog, which takes half as long.
func hashed(level []tlog.Hash) [][]tlog.Hash {
	levels := [][]tlog.Hash{level}
	node := [1 + 2*tlog.HashSize]byte{1}
	for len(level) > 1 {
		up := make([]tlog.Hash, len(level)/2)
		for i := range up {
			copy(node[1:], level[2*i][:])
			copy(node[1+tlog.HashSize:], level[2*i+1][:])
			up[i] = sha256.Sum256(node[:])
		}
		level = up
		levels = append(levels, level)
	}
	return levels
}

func rootOf(levels [][]tlog.Hash) Hash { return Hash(levels[len(levels)-1][0]) }

// Root is the tree's root hash.
func (t *Tree) Root() Hash { return rootOf(t.levels) }

// Size is the padded number of leaves.
func (t *Tree) Size() uint32 { return uint32(len(t.leaves)) }

// Leaves are the padded leaves; the caller does not change them.
func (t *Tree) Leaves() []Leaf { return t.leaves }

// Find returns the encoded leaf of a lock and its path.
func (t *Tree) Find(lock uint32) (leaf []byte, path Path, ok bool) {
	for i := range t.leaves {
		if l := &t.leaves[i]; l.Lock == lock && lock != 0 {
			return l.Append(make([]byte, 0, maxLeafBytes)), pathIn(t.levels, i), true
		}
	}
	return nil, Path{}, false
}

// pathIn is the path of leaf i.
func pathIn(levels [][]tlog.Hash, i int) Path {
	p := Path{Index: uint32(i), Hashes: make([]byte, 0, (len(levels)-1)*tlog.HashSize)}
	for _, level := range levels[:len(levels)-1] {
		p.Hashes = append(p.Hashes, level[i^1][:]...)
		i /= 2
	}
	return p
}

// Check verifies that leaf, its exact encoding, stands at the path's place in the tree of g, and returns it.
func (p Path) Check(g Grant, leaf []byte) (Leaf, error) {
	if err := p.fits(g.Size); err != nil {
		return Leaf{}, err
	}
	l, err := Decode[Leaf](leaf, maxLeafBytes)
	if err == nil {
		err = checkWindow(l.Window)
	}
	if err == nil {
		err = p.in(g.Root, g.Size, leaf)
	}
	if err != nil {
		return Leaf{}, err
	}
	return l, nil
}

// fits refuses a path that no tree of size leaves has.
func (p Path) fits(size uint32) error {
	if p.Index >= size || len(p.Hashes) != (bits.Len32(size)-1)*tlog.HashSize {
		return Refuse(CodeNotThisLock, "path does not fit a tree of %d leaves", size)
	}
	return nil
}

// in refuses what does not stand at the path's place in the tree of size leaves, a power of two, under root.
func (p Path) in(root Hash, size uint32, leaf []byte) error {
	if err := p.fits(size); err != nil {
		return err
	}
	proof := make(tlog.RecordProof, len(p.Hashes)/tlog.HashSize)
	for i := range proof {
		proof[i] = tlog.Hash(p.Hashes[i*tlog.HashSize:])
	}
	if err := tlog.CheckRecord(proof, int64(size), tlog.Hash(root), int64(p.Index), tlog.RecordHash(leaf)); err != nil {
		return Refuse(CodeNotThisLock, "%w", err)
	}
	return nil
}
