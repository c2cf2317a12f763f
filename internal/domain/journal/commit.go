package journal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	saltSize    = 16
	leafVersion = "hemnyckel-entry/v1"
)

// appendMessage appends what is committed to for one field: name and value, each with its length, which makes them
// unambiguous.
func appendMessage(b []byte, name, value string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}

// commit sets h to HMAC-SHA-256 of one field's message. The salt hides the value from guessing, for most values are
// easily guessed. All salts have one length, since HMAC takes a key and the same key with zeroes after it for equal.
func commit(h *tlog.Hash, salt, message []byte) {
	mac := hmac.New(sha256.New, salt)
	mac.Write(message)
	mac.Sum(h[:0])
}

// leafBytes is what a leaf of the tree is the hash of: version, kind and commitments, each part with its length. It sorts
// commitments in place, so that their order tells nothing about which field is which.
func leafBytes(kind Kind, commitments []tlog.Hash) []byte {
	slices.SortFunc(commitments, compareHashes)
	b := make([]byte, 0, 1+len(leafVersion)+1+len(kind)+2+len(commitments)*tlog.HashSize)
	b = append(b, byte(len(leafVersion)))
	b = append(b, leafVersion...)
	b = append(b, byte(len(kind)))
	b = append(b, kind...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(commitments)))
	for i := range commitments {
		b = append(b, commitments[i][:]...)
	}
	return b
}

func leafHash(kind Kind, commitments []tlog.Hash) tlog.Hash {
	return tlog.RecordHash(leafBytes(kind, commitments))
}

func compareHashes(a, b tlog.Hash) int { return bytes.Compare(a[:], b[:]) }
