package credential

// Leaves are those of a grant. They are read and written by hand: a sync response has hundreds, and reading them by the general decoder
// took a key longer than all signatures of the sync.
type Leaves []Leaf

// leastLeaf is the shortest encoding of a leaf.
const leastLeaf = 16

// Append appends the canonical encoding of l: what [Encode] gives.
func (l Leaf) Append(b []byte) []byte {
	b = append(b, 0x80|7)
	b = appendUint(b, uint64(l.Lock))
	b = appendUint(b, uint64(l.Rights))
	b = appendUint(b, uint64(l.Epoch))
	b = appendUint(b, uint64(l.From))
	b = appendUint(b, uint64(l.Until))
	b = append(appendByteString(b, len(l.Salt)), l.Salt[:]...)
	return append(appendByteString(b, len(l.Window)), l.Window...)
}

// MarshalCBOR implements cbor.Marshaler.
func (all Leaves) MarshalCBOR() ([]byte, error) {
	b := make([]byte, 0, 3+len(all)*maxLeafBytes)
	n := len(b)
	b = appendUint(b, uint64(len(all)))
	b[n] |= 0x80
	for _, l := range all {
		b = l.Append(b)
	}
	return b, nil
}

// UnmarshalCBOR implements cbor.Unmarshaler, for the canonical encoding and no other.
func (all *Leaves) UnmarshalCBOR(b []byte) error {
	r := reader{rest: b}
	n := int(r.head(4, MaxLeaves))
	if n > len(r.rest)/leastLeaf {
		return Refuse(CodeMalformed, "%d leaves in %d bytes", n, len(b))
	}
	out := make(Leaves, n)
	for i := range out {
		l := &out[i]
		if r.head(4, 7) != 7 {
			r.bad = true
		}
		l.Lock = uint32(r.head(0, 1<<32-1))
		l.Rights = Rights(r.head(0, 1<<8-1))
		l.Epoch = uint16(r.head(0, 1<<16-1))
		l.From = uint8(r.head(0, 1<<8-1))
		l.Until = uint8(r.head(0, 1<<8-1))
		if copy(l.Salt[:], r.bytes(len(l.Salt))) != len(l.Salt) {
			r.bad = true
		}
		l.Window = Window(r.bytes(len(r.rest)))
	}
	if r.bad || len(r.rest) != 0 {
		return Refuse(CodeMalformed, "leaves that are not in canonical form")
	}
	*all = out
	return nil
}

// reader reads canonical CBOR (RFC 8949 §4.2.1) item by item. What it gives means nothing once it is bad.
type reader struct {
	rest []byte
	bad  bool
}

// head reads the head of an item of a major type, in its shortest form, whose value is not above most.
func (r *reader) head(major byte, most uint64) uint64 {
	if r.bad || len(r.rest) == 0 || r.rest[0]>>5 != major {
		r.bad = true
		return 0
	}
	info := r.rest[0] & 31
	r.rest = r.rest[1:]
	n := uint64(info)
	if info >= 24 {
		n = r.long(info - 24)
	}
	if n > most {
		r.bad = true
	}
	if r.bad {
		return 0
	}
	return n
}

// long reads a value of 1 << size bytes, which fits no shorter form.
func (r *reader) long(size byte) (n uint64) {
	if size > 3 || len(r.rest) < 1<<size {
		r.bad = true
		return 0
	}
	for _, c := range r.rest[:1<<size] {
		n = n<<8 | uint64(c)
	}
	r.rest = r.rest[1<<size:]
	r.bad = n < [...]uint64{24, 1 << 8, 1 << 16, 1 << 32}[size]
	return n
}

// bytes reads a byte string of at most most bytes.
func (r *reader) bytes(most int) []byte {
	n := int(r.head(2, uint64(most)))
	if r.bad || n > len(r.rest) {
		r.bad = true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}
