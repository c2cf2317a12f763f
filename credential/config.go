package credential

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
}

// TimeToken is a server's statement of the time. With a lock's nonce it also bounds the time from above.
type TimeToken struct {
	Issuer   KeyHash `cbor:"1,keyasint"`
	IssuedAt Instant `cbor:"6,keyasint"`
	Nonce    [8]byte `cbor:"10,keyasint,omitzero"`
}

// Ack permits a lock to overwrite its records up to and including Seq. It is bound to one identity, one epoch and one
// state of the chain, so that it means nothing to the lock after a reset.
type Ack struct {
	Issuer KeyHash `cbor:"1,keyasint"`
	Lock   KeyHash `cbor:"2,keyasint"` // hash of the lock's signing key
	Epoch  uint16  `cbor:"10,keyasint"`
	Seq    uint32  `cbor:"11,keyasint"`
	Head   Hash    `cbor:"12,keyasint"` // chain head after Seq
}

// LockConfig verifies a configuration by the config authority's certificate.
func (v Verifier) LockConfig(raw []byte, config Certificate) (LockConfig, error) {
	c, err := Verify[LockConfig](v, KindConfig, raw, MaxObject, config.Key)
	if err == nil && (c.Lock == 0 || !c.IssuedAt.Valid() || c.Ingest.IsZero()) {
		err = Refuse(CodeMalformed, "configuration without lock number, time or ingest key")
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

// Ack verifies an acknowledgement by the config authority's certificate.
func (v Verifier) Ack(raw []byte, config Certificate) (Ack, error) {
	a, err := Verify[Ack](v, KindAck, raw, MaxObject, config.Key)
	return a, configIssuer(err, a.Issuer, config.NotBefore, config)
}

// ParseAck reads an acknowledgement without judging it: a key sorts its mail by lock with it.
func ParseAck(raw []byte) (Ack, error) { return Parse[Ack](raw, MaxObject) }

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
