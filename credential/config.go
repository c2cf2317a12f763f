package credential

import "time"

// IngestOverlap is how long after its announcement a lock goes over to the next ingest key, whether or not anybody tells it. The server
// opens what is sealed to either meanwhile, and keeps former ones for a year.
const IngestOverlap = 90 * 24 * time.Hour

// LockConfig is how one lock shall behave. A higher version replaces a lower one; the epoch never falls.
type LockConfig struct {
	Issuer      KeyHash     `cbor:"1,keyasint"`
	Lock        uint32      `cbor:"2,keyasint"`
	IssuedAt    Instant     `cbor:"6,keyasint"`
	Version     uint32      `cbor:"10,keyasint"`
	Epoch       uint16      `cbor:"11,keyasint"`
	Ingest      ExchangeKey `cbor:"12,keyasint"`           // log batches are sealed to it
	StrictClock bool        `cbor:"13,keyasint,omitempty"` // refuse while the clock is lost
	StrictLog   bool        `cbor:"14,keyasint,omitempty"` // refuse while the log is full of unacknowledged records
	NextIngest  ExchangeKey `cbor:"15,keyasint,omitzero"`  // announced: log batches are sealed to it from IngestEnds on
	IngestEnds  Instant     `cbor:"16,keyasint,omitempty"` // 0 without NextIngest
}

// IngestAt is the key that log batches are sealed to at now.
func (c LockConfig) IngestAt(now Instant) ExchangeKey {
	if !c.NextIngest.IsZero() && now >= c.IngestEnds {
		return c.NextIngest
	}
	return c.Ingest
}

func (c LockConfig) check() error {
	switch {
	case c.Lock == 0 || !c.IssuedAt.Valid() || c.Ingest.IsZero():
		return Refuse(CodeMalformed, "configuration without lock number, time or ingest key")
	case c.NextIngest.IsZero() != (c.IngestEnds == 0) || !c.IngestEnds.Valid():
		return Refuse(CodeMalformed, "the next ingest key and its time are announced together")
	}
	return nil
}

// TimeToken is a server's statement of the time. With a lock's nonce it also bounds the time from above.
type TimeToken struct {
	Issuer   KeyHash `cbor:"1,keyasint"`
	IssuedAt Instant `cbor:"6,keyasint"`
	Nonce    [8]byte `cbor:"10,keyasint,omitzero"`
}

// LockConfig verifies a configuration by the config authority's certificate.
func (v Verifier) LockConfig(raw []byte, config Certificate) (LockConfig, error) {
	c, err := Verify[LockConfig](v, KindConfig, raw, MaxObject, config.Key)
	if err == nil {
		err = c.check()
	}
	return c, configIssuer(err, c.Issuer, c.IssuedAt, config)
}

// TimeToken verifies a time token by the config authority's certificate.
func (v Verifier) TimeToken(raw []byte, config Certificate) (TimeToken, error) {
	t, err := Verify[TimeToken](v, KindTimeToken, raw, MaxObject, config.Key)
	if err == nil && !t.IssuedAt.Valid() {
		err = Refuse(CodeMalformed, "time token without a time")
	}
	return t, configIssuer(err, t.Issuer, t.IssuedAt, config)
}

// ParseTimeToken reads a time token without judging it.
func ParseTimeToken(raw []byte) (TimeToken, error) { return Parse[TimeToken](raw, MaxObject) }

// ParseLockConfig reads a configuration without judging it.
func ParseLockConfig(raw []byte) (LockConfig, error) { return Parse[LockConfig](raw, MaxObject) }

// configIssuer keeps a leaked key from stating a time past its certificate's end.
func configIssuer(err error, issuer KeyHash, at Instant, config Certificate) error {
	if err != nil {
		return err
	}
	if config.Role != RoleConfig || issuer != config.Key.Hash() || !config.ValidAt(at) {
		return Refuse(CodeChain, "not from the config authority")
	}
	return nil
}
