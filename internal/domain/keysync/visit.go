package keysync

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strconv"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
)

// Visit is what a station relays for a key.
type Visit struct {
	Handshake credential.Hash // of the channel, as the station has seen it
	Request   []byte          // signed by the key
	Mail      []byte          // encoded credential.Mail
}

// prepared is a visit after everything that needs no database has been judged once.
type prepared struct {
	request   credential.SyncRequest
	mail      credential.Mail
	mailHash  credential.Hash
	digest    [32]byte // of the request, which binds the mail
	batches   []genuine
	anomalies []anomaly
}

// Visit serves one visit at a station and returns the encoded SyncResponse for the key. It is safe to repeat.
func (s *Service) Visit(ctx context.Context, station fleet.Station, v Visit) ([]byte, error) {
	p, err := s.prepare(ctx, station, v)
	if err != nil {
		return nil, err
	}
	var response []byte
	err = s.db.Update(ctx, func(tx Tx) error {
		response, err = s.serve(ctx, tx, station, p)
		return err
	})
	if err != nil {
		return nil, s.refused(ctx, station, p.request.Key, err)
	}
	return response, nil // nothing has been acknowledged before this point
}

// refused tells the journal of a key that has proved itself and gets nothing: a lost key that turns up, or a copy. The
// refusal stands whether it can be told or not.
func (s *Service) refused(ctx context.Context, station fleet.Station, device uint32, why error) error {
	p, ok := errors.AsType[*problem.Error](why)
	if !ok || p.Kind != problem.Denied {
		return why
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		found, err := tx.KeysByDevice(ctx, []uint32{device})
		if err != nil {
			return err
		}
		key := found[device]
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.KeyRefused, Subjects: []string{key.ID, station.ID}, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: "station:" + station.ID},
			{Name: "key", Value: key.Number},
			{Name: "station", Value: station.Name},
			{Name: "code", Value: p.Code},
		}})
	})
	if err != nil {
		return p.With(err)
	}
	return why
}

// prepare opens and verifies, outside the transaction that others wait for.
func (s *Service) prepare(ctx context.Context, station fleet.Station, v Visit) (*prepared, error) {
	p := &prepared{mailHash: sha256.Sum256(v.Mail), digest: sha256.Sum256(v.Request)}
	var err error
	if p.request, err = credential.ParseSyncRequest(v.Request); err != nil {
		return nil, ErrVisit.With(err)
	}
	if p.mail, err = credential.DecodeMail(v.Mail); err != nil {
		return nil, ErrVisit.With(err)
	}
	opened, sealed := s.openBatches(p.mail.Batches)
	err = s.db.View(ctx, func(tx Tx) error {
		key, err := enrolledKey(ctx, tx, p.request.Key)
		if err != nil {
			return err
		}
		if !s.fresh(p.request.Nonce, station.Device, tx.Now()) {
			return ErrNonce
		}
		if err := proven(key, v, p.request); err != nil {
			return err
		}
		p.anomalies = sealed
		return p.verify(ctx, tx, opened)
	})
	return p, err
}

// enrolledKey returns a key that can prove what it is.
func enrolledKey(ctx context.Context, tx Tx, device uint32) (fleet.Key, error) {
	found, err := tx.KeysByDevice(ctx, []uint32{device})
	if err != nil {
		return fleet.Key{}, err
	}
	key, ok := found[device]
	if !ok || key.Certificate == nil {
		return key, ErrNotEnrolled
	}
	return key, nil
}

// syncable returns a key that may be synced.
func syncable(ctx context.Context, tx Tx, device uint32) (fleet.Key, error) {
	key, err := enrolledKey(ctx, tx, device)
	switch {
	case err != nil:
		return key, err
	case key.State == fleet.KeyIssued:
		return key, nil
	case key.State == fleet.KeyBlocked:
		return key, ErrBlocked
	case key.State == fleet.KeyBroken:
		return key, ErrBroken
	case key.State == fleet.KeySuspect:
		return key, ErrMissed
	}
	return key, ErrInStock // also any state that we do not know
}

// proven checks that the key signed this request, for this mail, over the channel that the station has.
func proven(key fleet.Key, v Visit, r credential.SyncRequest) error {
	cert, err := credential.ParseCertificate(key.Certificate)
	if err != nil {
		return err
	}
	if _, err := (credential.Verifier{}).SyncRequest(v.Request, v.Mail, cert.Key); err != nil {
		return ErrProof.With(err)
	}
	if subtle.ConstantTimeCompare(r.Handshake[:], v.Handshake[:]) != 1 {
		return ErrProof.With(credential.Refuse(credential.CodeSignature, "signed for another channel"))
	}
	return nil
}

type openedBatch struct {
	signed []byte
	batch  credential.LogBatch
}

// openBatches opens what it can. All that it cannot is one anomaly: a key full of rubbish shall not fill the journal.
func (s *Service) openBatches(sealed [][]byte) (opened []openedBatch, bad []anomaly) {
	var first error
	for _, one := range sealed {
		signed, batch, err := s.authority.OpenBatch(one)
		if err == nil {
			opened = append(opened, openedBatch{signed, batch})
		} else if first == nil {
			first = err
		}
	}
	if first != nil {
		bad = append(bad, anomaly{class: ClassUnreadable,
			detail: strconv.Itoa(len(sealed)-len(opened)) + " batches; the first: " + first.Error()})
	}
	return opened, bad
}

// verify keeps the batches whose signature is their lock's. Of the others the first is told: of strangers, and of each lock.
func (p *prepared) verify(ctx context.Context, tx Tx, opened []openedBatch) error {
	var numbers []uint32
	for _, o := range opened {
		numbers = append(numbers, o.batch.Lock)
	}
	locks, err := tx.LocksByNumber(ctx, distinct(numbers))
	if err != nil {
		return err
	}
	told := map[string]bool{} // by lock, "" for strangers
	for _, o := range opened {
		lock, ok := locks[o.batch.Lock]
		if !ok || lock.Certificate == nil {
			if !told[""] {
				p.anomalies = append(p.anomalies, anomaly{class: ClassStranger, detail: "lock number " + strconv.FormatUint(uint64(o.batch.Lock), 10)})
			}
			told[""] = true
			continue
		}
		cert, err := credential.ParseCertificate(lock.Certificate)
		if err != nil {
			return err
		}
		batch, err := credential.Verifier{}.Batch(o.signed, cert.Key)
		if err != nil {
			if !told[lock.ID] {
				p.anomalies = append(p.anomalies, anomaly{class: ClassUnreadable, subjects: []string{lock.ID}, detail: err.Error()})
			}
			told[lock.ID] = true
			continue
		}
		p.batches = append(p.batches, genuine{LogBatch: batch, lock: lock, start: credential.ChainStart(cert.Key)})
	}
	return nil
}

// serve is the visit's one transaction.
func (s *Service) serve(ctx context.Context, tx Tx, station fleet.Station, p *prepared) ([]byte, error) {
	key, err := syncable(ctx, tx, p.request.Key)
	if err != nil {
		return nil, err
	}
	repeated, err := moveCounter(ctx, tx, &key, p)
	if err != nil {
		return nil, err
	}
	taken, err := takeOver(ctx, tx, p.batches)
	if err != nil {
		return nil, err
	}
	reported, err := s.takeActivations(ctx, tx, station, p.mail.Activations, false)
	if err != nil {
		return nil, err
	}
	out, issued, err := s.grant(ctx, tx, &key, station)
	if err != nil {
		return nil, err
	}
	if err := tx.PutKeys(ctx, []fleet.Key{key}); err != nil {
		return nil, err
	}
	entries := append(taken.entries, reported.entries...)
	anomalies := append(taken.anomalies, reported.anomalies...)
	if !repeated {
		anomalies = append(p.anomalies, anomalies...)
	}
	for _, a := range anomalies {
		entries = append(entries, a.entry())
	}
	entries = append(entries, syncedEntry(key, station, issued, taken.records, repeated))
	if err := journal.Append(ctx, tx, entries...); err != nil {
		return nil, err
	}
	if out.Acks, err = taken.acks(s.authority); err != nil {
		return nil, err
	}
	out.MailReceived = p.mailHash
	return credential.Encode(out)
}

// moveCounter lets every request through once, and the very same one again as a repetition.
func moveCounter(ctx context.Context, tx Tx, key *fleet.Key, p *prepared) (repeated bool, err error) {
	switch {
	case p.request.Counter > key.Counter:
		key.Counter = p.request.Counter
		return false, tx.SetKeyVisit(ctx, key.ID, p.digest[:])
	case p.request.Counter < key.Counter:
		return false, ErrCounter
	}
	last, err := tx.KeyVisit(ctx, key.ID)
	if err != nil {
		return false, err
	}
	if subtle.ConstantTimeCompare(last, p.digest[:]) != 1 {
		return false, ErrCounter
	}
	return true, nil
}

// grant derives the rights of the key's group for the next five days and issues them.
func (s *Service) grant(ctx context.Context, tx Tx, key *fleet.Key, station fleet.Station) (credential.SyncResponse, Issued, error) {
	var none Issued
	now := tx.Now()
	group, err := tx.GroupNumber(ctx, key.GroupID)
	if err != nil {
		return credential.SyncResponse{}, none, err
	}
	number, blocks, err := fleet.CurrentBlockList(ctx, tx, s.authority)
	if err != nil {
		return credential.SyncResponse{}, none, err
	}
	list, err := credential.ParseBlockList(blocks)
	if err != nil {
		return credential.SyncResponse{}, none, err
	}
	cert, err := credential.ParseCertificate(key.Certificate)
	if err != nil {
		return credential.SyncResponse{}, none, err
	}
	nbf, expires := credential.GrantStart(now), credential.At(now.Add(credential.GrantLife))
	tree, doors, err := s.tree(ctx, tx, key.GroupID, nbf, expires)
	if err != nil {
		return credential.SyncResponse{}, none, err
	}
	g := credential.Grant{
		Key: key.Device, NotBefore: nbf, Expires: expires, Serial: credential.NewSerial(), Holder: cert.Key, Generation: 1,
		Blocks: credential.Version{Epoch: list.Version.Epoch, Number: number}, Shift: uint16(s.profile.Shift / time.Minute), Group: group,
	}
	raw, err := s.authority.IssueGrant(g, tree, now)
	if err != nil {
		return credential.SyncResponse{}, none, err
	}
	token, err := s.authority.IssueTime([8]byte{}, now)
	if err != nil {
		return credential.SyncResponse{}, none, err
	}
	out := credential.SyncResponse{
		Grant: raw, Leaves: tree.Leaves(), Issuer: s.authority.Certificate(credential.RoleGrantIssuer),
		DeviceCAs: [][]byte{s.authority.Certificate(credential.RoleDeviceCA)},
		Config:    s.authority.Certificate(credential.RoleConfig), Time: token,
		Blocks: blocks, Revocation: s.authority.Certificate(credential.RoleRevocation),
	}
	key.SyncedAt, key.SyncedUntil = now, expires.Time()
	issued := Issued{Serial: g.Serial, KeyID: key.ID, GroupID: key.GroupID, StationID: station.ID, From: nbf.Time(), Until: expires.Time(), Locks: doors}
	return out, issued, tx.InsertGrant(ctx, issued)
}

func (s *Service) tree(ctx context.Context, tx Tx, groupID string, nbf, expires credential.Instant) (*credential.Tree, int, error) {
	rights, err := tx.RightsOfGroup(ctx, groupID, tx.Now(), expires.Time())
	if err != nil {
		return nil, 0, err
	}
	leaves := Leaves(rights, tx.Now(), nbf, expires)
	if len(leaves) > credential.MaxLeaves {
		return nil, 0, ErrTooManyDoors.Fill(len(leaves), credential.MaxLeaves)
	}
	padded, err := credential.PadLeaves(leaves)
	if err != nil {
		return nil, 0, err
	}
	tree, err := credential.NewTree(padded)
	return tree, len(leaves), err
}

func syncedEntry(key fleet.Key, station fleet.Station, g Issued, records int, repeated bool) journal.Entry {
	return journal.Entry{Kind: journal.KeySynced, Subjects: []string{key.ID, station.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "station:" + station.ID},
		{Name: "key", Value: key.Number},
		{Name: "station", Value: station.Name},
		{Name: "grant", Value: strconv.FormatUint(g.Serial, 10)},
		{Name: "until", Value: g.Until.Format(time.RFC3339)},
		{Name: "locks", Value: strconv.Itoa(g.Locks)},
		{Name: "records", Value: strconv.Itoa(records)},
		{Name: "repeated", Value: strconv.FormatBool(repeated)},
	}}
}
