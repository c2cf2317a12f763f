package keysync

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// NonceLife is how long a visit may take from nonce to request, retries included.
const NonceLife = 2 * time.Minute

// Nonce begins a visit at a station.
func (s *Service) Nonce(ctx context.Context, station uint32) ([16]byte, error) {
	var out [16]byte
	err := s.db.View(ctx, func(tx Tx) error {
		out = s.nonce(station, uint32(tx.Now().Add(NonceLife).Unix()))
		return nil
	})
	return out, err
}

// nonce is the expiry in Unix seconds and 12 bytes of a MAC that ties it to the station.
func (s *Service) nonce(station, expires uint32) (out [16]byte) {
	binary.BigEndian.PutUint32(out[:], expires)
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte("hemnyckel/nonce/1\x00"))
	mac.Write(binary.BigEndian.AppendUint32(nil, station))
	mac.Write(out[:4])
	copy(out[4:], mac.Sum(nil))
	return out
}

// fresh reports whether the nonce is ours, for this station, and has not expired.
func (s *Service) fresh(nonce [16]byte, station uint32, now time.Time) bool {
	expires := binary.BigEndian.Uint32(nonce[:])
	want := s.nonce(station, expires)
	return hmac.Equal(nonce[:], want[:]) && now.Unix() < int64(expires)
}
