package credential

// Version orders block lists: the epoch, which only the root can raise (by the revocation certificate), then the number.
type Version struct {
	_      struct{} `cbor:",toarray"`
	Epoch  uint32
	Number uint64
}

// Newer reports whether v replaces o.
func (v Version) Newer(o Version) bool {
	if v.Epoch != o.Epoch {
		return v.Epoch > o.Epoch
	}
	return v.Number > o.Number
}

// Next is the version of the next list issued at now in the same epoch.
func (v Version) Next(now Instant) Version {
	return Version{Epoch: v.Epoch, Number: max(v.Number+1, uint64(now))}
}

// BlockKind is what a block entry names.
type BlockKind uint8

// The kinds of block entries.
const (
	BlockKey         BlockKind = 1 // by key id
	BlockGrant       BlockKind = 2 // by serial
	BlockStation     BlockKind = 3 // by station id
	BlockStaff       BlockKind = 4 // by pseudonym
	BlockCertificate BlockKind = 5 // by serial
)

// BlockEntry blocks one thing until everything that could use it has expired.
type BlockEntry struct {
	_      struct{} `cbor:",toarray"`
	Kind   BlockKind
	ID     uint64
	Expiry Day // the last day on which the entry is needed
}

// GroupGeneration refuses a group's grants below a generation.
type GroupGeneration struct {
	_       struct{} `cbor:",toarray"`
	Group   uint32
	Minimum uint32
}

// Bounds of a block list.
const (
	MaxBlockEntries = 256
	MaxGenerations  = 64
)

// BlockList is a signed snapshot of everything that is blocked now.
type BlockList struct {
	Issuer      KeyHash           `cbor:"1,keyasint"`
	IssuedAt    Instant           `cbor:"6,keyasint"`
	Version     Version           `cbor:"10,keyasint"`
	Entries     []BlockEntry      `cbor:"11,keyasint"`
	Generations []GroupGeneration `cbor:"12,keyasint,omitempty"`
}

func (b BlockList) check() error {
	switch {
	case len(b.Entries) > MaxBlockEntries || len(b.Generations) > MaxGenerations:
		return Refuse(CodeMalformed, "block list of %d entries and %d generations", len(b.Entries), len(b.Generations))
	case !b.IssuedAt.Valid():
		return Refuse(CodeMalformed, "block list issued at no time")
	}
	return nil
}

// Blocked reports whether the list names kind and id.
func (b BlockList) Blocked(kind BlockKind, id uint64) bool {
	for _, e := range b.Entries {
		if e.Kind == kind && e.ID == id {
			return true
		}
	}
	return false
}

// BlockedAt is Blocked for whoever knows the time: an entry that has ended blocks nothing any more. What it was for has
// expired by the same clock, and the name may have come back, as a key that has been found.
func (b BlockList) BlockedAt(kind BlockKind, id uint64, now Instant) bool {
	for _, e := range b.Entries {
		if e.Kind == kind && e.ID == id && now < e.Expiry.End() {
			return true
		}
	}
	return false
}

// MinGeneration is the lowest generation of a group's grants that still counts.
func (b BlockList) MinGeneration(group uint32) uint32 {
	for _, g := range b.Generations {
		if g.Group == group {
			return g.Minimum
		}
	}
	return 0
}

// BlockListChain verifies a block list from the root: the revocation certificate, whose epoch must be the list's, and
// the list's own signature. Whether it is newer than another is the caller's question.
func (v Verifier) BlockListChain(root PublicKey, raw, revocation []byte) (BlockList, error) {
	c, _, err := v.Chain(root, RoleRevocation, revocation, nil)
	if err != nil {
		return BlockList{}, err
	}
	b, err := Verify[BlockList](v, KindBlockList, raw, MaxBlockList, c.Key)
	if err != nil {
		return BlockList{}, err
	}
	if b.Issuer != c.Key.Hash() || b.Version.Epoch != c.Epoch {
		return BlockList{}, Refuse(CodeChain, "block list of epoch %d under a certificate of epoch %d", b.Version.Epoch, c.Epoch)
	}
	// A leaked key must not be able to push clocks past its certificate's end.
	if !c.ValidAt(b.IssuedAt) {
		return BlockList{}, Refuse(CodeChain, "block list issued outside its certificate's life")
	}
	return b, b.check()
}

// NewerBlockList is BlockListChain for whoever holds a list: it refuses one that is not newer, and one whose signer the held
// list blocks. A list of a higher epoch is by a signer that the root has put in the place of all before.
func (v Verifier) NewerBlockList(held BlockList, root PublicKey, raw, revocation []byte) (BlockList, error) {
	b, err := v.BlockListChain(root, raw, revocation)
	if err != nil {
		return BlockList{}, err
	}
	c, err := ParseCertificate(revocation)
	switch {
	case err != nil:
		return BlockList{}, err
	case !b.Version.Newer(held.Version):
		return BlockList{}, Refuse(CodeStale, "block list %v, %v is held", b.Version, held.Version)
	case b.Version.Epoch == held.Version.Epoch && held.Blocked(BlockCertificate, c.Serial):
		return BlockList{}, Refuse(CodeBlockedCert, "the block list's signer is blocked")
	}
	return b, nil
}

// ParseBlockList reads a block list without judging it.
func ParseBlockList(raw []byte) (BlockList, error) {
	b, err := Parse[BlockList](raw, MaxBlockList)
	if err == nil {
		err = b.check()
	}
	return b, err
}
