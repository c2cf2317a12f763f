package receipt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Signature is how both parties have signed.
type Signature struct {
	How  How
	From string // who signed for the giver
	To   string // who signed for the receiver
	Scan []byte // the paper; needed where it was signed on one
}

func (s *Signature) check() error {
	s.From, s.To = strings.TrimSpace(s.From), strings.TrimSpace(s.To)
	switch {
	case s.How != OnPaper && s.How != OnScreen:
		return ErrHow.On("how")
	case s.From == "" || !plain(s.From, 100):
		return ErrNames.On("signed_from")
	case s.To == "" || !plain(s.To, 100):
		return ErrNames.On("signed_to")
	case len(s.Scan) > MaxFile, len(s.Scan) > 0 && media(s.Scan) == "", s.How == OnPaper && len(s.Scan) == 0:
		return ErrFile.On("scan")
	}
	return nil
}

// media is what a file is by its first bytes, or "": what a sender calls it is not asked.
func media(b []byte) string {
	for _, m := range []struct{ media, begins string }{
		{"application/pdf", "%PDF-"}, {"image/jpeg", "\xff\xd8\xff"}, {"image/png", "\x89PNG\r\n\x1a\n"},
	} {
		if bytes.HasPrefix(b, []byte(m.begins)) {
			return m.media
		}
	}
	return ""
}

// Sign records that both parties have signed and the key has changed hands. The receipt by which the giver had it is handed
// over; when the client has the key back, the whole chain is closed, and the time for which it is kept begins.
func Sign(ctx context.Context, tx Tx, who routine.Who, id string, s Signature) (Receipt, error) {
	if err := s.check(); err != nil {
		return Receipt{}, err
	}
	r, err := Find(ctx, tx, who, id)
	if err != nil {
		return r, err
	}
	if !r.State.Open() {
		return r, ErrState
	}
	if r.FileID, err = keep(ctx, tx, s.Scan); err != nil {
		return r, err
	}
	if r.Previous != "" { // before the next holder's, so that no two hold the key at any moment
		if err := handOver(ctx, tx, who, r.Previous); err != nil {
			return r, err
		}
	}
	r.State, r.Signed, r.How, r.SignedFrom, r.SignedTo = Signed, tx.Now(), s.How, s.From, s.To
	if r.Shown.IsZero() {
		r.Shown = r.Signed
	}
	if err := tx.UpdateReceipt(ctx, r); err != nil {
		return r, err
	}
	if r.To.Kind == Client {
		if r, err = closeChain(ctx, tx, r); err != nil {
			return r, err
		}
	}
	return r, note(ctx, tx, who.Actor, r, journal.Field{Name: "signed", Value: string(s.How)})
}

func handOver(ctx context.Context, tx Tx, who routine.Who, id string) error {
	before, ok, err := tx.ReceiptByID(ctx, id)
	if err != nil {
		return err
	}
	if !ok || before.State != Signed {
		return ErrState // somebody else has taken the key over meanwhile
	}
	before.State, before.Ended = HandedOver, tx.Now()
	if err := tx.UpdateReceipt(ctx, before); err != nil {
		return err
	}
	return note(ctx, tx, who.Actor, before)
}

func closeChain(ctx context.Context, tx Tx, r Receipt) (Receipt, error) {
	k, ok, err := tx.PhysicalKey(ctx, r.KeyID)
	if err == nil && !ok {
		err = ErrKeyUnknown
	}
	if err != nil {
		return r, err
	}
	k.Closed = tx.Now()
	if err := tx.PutPhysicalKey(ctx, k); err != nil {
		return r, err
	}
	r.State, r.Ended = Closed, tx.Now()
	return r, tx.CloseReceipts(ctx, r.KeyID)
}

// keep stores a scanned paper and returns its id, "" for none.
func keep(ctx context.Context, tx Tx, scan []byte) (string, error) {
	if len(scan) == 0 {
		return "", nil
	}
	sum := sha256.Sum256(scan)
	f := File{ID: newID(), Media: media(scan), Digest: hex.EncodeToString(sum[:]), Body: scan, Created: tx.Now()}
	return f.ID, tx.InsertReceiptFile(ctx, f)
}

// Return drafts the way home of the keys of a home that choose names by their holder: after a death or a move all of them,
// after a service those that were left with its provider by agreement (V1.1-d, V2.1-e, V2.1-h, S-e).
func Return(ctx context.Context, tx Tx, actor string, w Wish, choose func(Key, Holder) bool) (changed bool, err error) {
	keys, err := tx.OpenKeysOf(ctx, w.Home)
	if err != nil {
		return false, err
	}
	w.To = Holder{Kind: Client}
	for _, k := range keys {
		of, err := tx.ReceiptsOfKey(ctx, k.ID)
		if err != nil {
			return changed, err
		}
		holder, _ := HolderOf(of)
		if open, ok := underWay(of); ok {
			holder = open.To
		}
		if !choose(k, holder) {
			continue
		}
		one, err := want(ctx, tx, actor, k, w)
		if err != nil {
			return changed, err
		}
		changed = changed || one
	}
	return changed, nil
}
