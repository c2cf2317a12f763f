package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	saltSize     = 16
	leafVersion  = "hemnyckel-entry/v1"
	partsVersion = "hemnyckel-entry-with-parts/v1"
	partVersion  = "hemnyckel-part/v1"
)

// appendMessage appends what is committed to for one field: name and value, each with its length, which makes them
// unambiguous.
func appendMessage(b []byte, name, value string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}

// commit returns SHA-256 over salt and message. The salt hides the value from guessing, for most values are easily guessed;
// all salts have one length, so that none can be taken for the beginning of a message. Selective disclosure of claims (RFC
// 9901) and of mobile driving licences (ISO/IEC 18013-5) commits in the same manner.
func commit(salt, message []byte) tlog.Hash {
	var short [2 * sha256.BlockSize]byte
	return sha256.Sum256(append(append(short[:0], salt...), message...))
}

// leafBytes is what a leaf of the tree is the hash of: version, kind and commitments, each part with its length. It sorts
// commitments in place, so that their order tells nothing about which field is which.
func leafBytes(version string, kind Kind, commitments []tlog.Hash) []byte {
	slices.SortFunc(commitments, compareHashes)
	b := make([]byte, 0, 1+len(version)+1+len(kind)+2+len(commitments)*tlog.HashSize+2+tlog.HashSize)
	b = append(b, byte(len(version)))
	b = append(b, version...)
	b = append(b, byte(len(kind)))
	b = append(b, kind...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(commitments)))
	for i := range commitments {
		b = append(b, commitments[i][:]...)
	}
	return b
}

// leafHash is the leaf of an entry. That of an entry with parts also holds their number and the root of the tree over them.
func leafHash(kind Kind, commitments []tlog.Hash, parts partsRoot) tlog.Hash {
	if parts.count == 0 {
		return tlog.RecordHash(leafBytes(leafVersion, kind, commitments))
	}
	b := binary.BigEndian.AppendUint16(leafBytes(partsVersion, kind, commitments), uint16(parts.count))
	return tlog.RecordHash(append(b, parts.root[:]...))
}

// partHash is the leaf of a part in the tree of its entry.
func partHash(kind Kind, commitments []tlog.Hash) tlog.Hash {
	return tlog.RecordHash(leafBytes(partVersion, kind, commitments))
}

// partsRoot stands for the parts of an entry; the zero one for none.
type partsRoot struct {
	count int
	root  tlog.Hash // RFC 6962 tree hash over the leaves of the parts
}

// treeOf is the RFC 6962 tree hash over leaves.
func treeOf(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := split(len(leaves))
	return tlog.NodeHash(treeOf(leaves[:k]), treeOf(leaves[k:]))
}

// pathOf is the audit path of leaf i (RFC 6962 §2.1.1).
func pathOf(leaves []tlog.Hash, i int) []tlog.Hash {
	if len(leaves) == 1 {
		return nil
	}
	k := split(len(leaves))
	if i < k {
		return append(pathOf(leaves[:k], i), treeOf(leaves[k:]))
	}
	return append(pathOf(leaves[k:], i-k), treeOf(leaves[:k]))
}

// split is the largest power of two below n.
func split(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) }

func compareHashes(a, b tlog.Hash) int { return bytes.Compare(a[:], b[:]) }
