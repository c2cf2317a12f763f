package casework

import (
	"context"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
)

// The pages of receipts for physical keys (V2.6): whoever handles a receipt sees it, and whose key it is as long as they may read about
// the client. Whom a page named is in the journal before it is answered.

// MaxReceipts is how many receipts a page of the list has.
const MaxReceipts = 50

// Why receipts are read, as the journal says it.
const (
	ReceiptsShown    = "receipts"
	ReceiptsExported = "receipts-exported"
)

// ReceiptRow is a receipt with whose key it is for.
type ReceiptRow struct {
	receipt.Line
	Home             Person // masked; its ID is "" when the reader may not read about the client
	FromName, ToName string // of providers
	Late             bool   // under way for so long that somebody should be reminded
}

// ReceiptList is a page of receipts.
type ReceiptList struct {
	Now  time.Time
	All  []ReceiptRow
	Next receipt.Cursor // the place of the next page; its ID is "" on the last
}

func (r Reader) who() routine.Who {
	return routine.Who{Actor: r.Actor, Role: routine.Role(r.Role), Organisation: r.Organisation}
}

// ReceiptList returns a page of the receipts that somebody handles, purpose is ReceiptsShown or ReceiptsExported.
func (s *Service) ReceiptList(ctx context.Context, who Reader, f ReceiptFilter, after receipt.Cursor, purpose string) (out ReceiptList, err error) {
	lines, err := s.Receipts(ctx, who.who(), f, after, MaxReceipts+1)
	if err != nil {
		return out, err
	}
	var next receipt.Cursor
	if len(lines) > MaxReceipts {
		lines = lines[:MaxReceipts]
		next = receipt.Cursor{Due: lines[MaxReceipts-1].Due, ID: lines[MaxReceipts-1].ID}
	}
	err = s.db.View(ctx, func(tx Tx) error {
		out = ReceiptList{Now: tx.Now(), Next: next}
		out.All, err = s.receiptRows(ctx, tx, who, lines)
		return err
	})
	if err == nil {
		err = s.noteReceipts(ctx, who, purpose, out.All)
	}
	if err != nil {
		return ReceiptList{}, err
	}
	return out, nil
}

// receiptRows says whose keys receipts are for, and who the parties are.
func (s *Service) receiptRows(ctx context.Context, tx Tx, who Reader, lines []receipt.Line) ([]ReceiptRow, error) {
	var clientIDs, providers []string
	for _, l := range lines {
		clientIDs, providers = append(clientIDs, l.ClientID), append(providers, l.From.ID, l.To.ID)
	}
	clients, err := tx.ClientsByID(ctx, distinct(clientIDs))
	if err != nil {
		return nil, err
	}
	homes, err := tx.Dwellings(ctx, dwellingsOf(clients))
	if err != nil {
		return nil, err
	}
	if err := mayRead(ctx, tx, who, clients, homes); err != nil {
		return nil, err
	}
	names, err := tx.ProviderNames(ctx, distinct(providers))
	if err != nil {
		return nil, err
	}
	late := tx.Now().AddDate(0, 0, -s.profile.Receipts.RemindDays)
	out := make([]ReceiptRow, len(lines))
	for i, l := range lines {
		out[i] = ReceiptRow{Line: l, FromName: names[l.From.ID], ToName: names[l.To.ID], Late: l.State.Open() && l.Due.Before(late)}
		if c, ok := clients[l.ClientID]; ok {
			out[i].Home = masked(c, homes[c.DwellingID])
		}
	}
	return out, nil
}

// noteReceipts writes in the journal whom receipts named to somebody.
func (s *Service) noteReceipts(ctx context.Context, who Reader, purpose string, rows []ReceiptRow) error {
	var ids []string
	for _, r := range rows {
		if r.Home.ID != "" {
			ids = append(ids, r.Home.ID)
		}
	}
	if ids = distinct(ids); len(ids) == 0 {
		return nil
	}
	return s.db.Update(ctx, func(tx Tx) error {
		for some := range slices.Chunk(ids, journal.MaxSubjects) {
			if err := noteRead(ctx, tx, who, purpose, "", some...); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReceiptPage is one receipt with what has become of its key.
type ReceiptPage struct {
	Now     time.Time
	Receipt ReceiptRow
	Chain   []ReceiptRow // every hand-over of the key that the reader handles, the latest first
	Holder  receipt.Holder
	Order   string // id of the order that it follows from, to those who handle all receipts; or ""

	// What the reader may do now.
	Sign, Print, PassOn bool
}

// ReceiptPage returns one receipt to somebody who handles it; the read is in the journal.
func (s *Service) ReceiptPage(ctx context.Context, who Reader, id string) (out ReceiptPage, err error) {
	err = s.db.View(ctx, func(tx Tx) error { out, err = s.receiptPage(ctx, tx, who, id); return err })
	if err == nil {
		err = s.noteReceipts(ctx, who, "receipt", []ReceiptRow{out.Receipt})
	}
	if err != nil {
		return ReceiptPage{}, err
	}
	return out, nil
}

func (s *Service) receiptPage(ctx context.Context, tx Tx, who Reader, id string) (out ReceiptPage, err error) {
	r, err := receipt.Find(ctx, tx, who.who(), id)
	if err != nil {
		return out, err
	}
	own, _ := receipt.PartyOf(who.who())
	all := receipt.Handles(routine.Role(who.Role))
	f := receipt.Filter{KeyID: r.KeyID}
	if !all {
		f.Party = own
	}
	lines, err := tx.Receipts(ctx, f, receipt.Cursor{}, MaxReceipts)
	if err != nil {
		return out, err
	}
	out = ReceiptPage{Now: tx.Now()}
	if out.Chain, err = s.receiptRows(ctx, tx, who, lines); err != nil {
		return out, err
	}
	i := slices.IndexFunc(out.Chain, func(row ReceiptRow) bool { return row.ID == id })
	if i < 0 { // a key that has changed hands more often than a page shows
		return out, receipt.ErrUnknown
	}
	out.Receipt = out.Chain[i]
	key, _, err := tx.PhysicalKey(ctx, r.KeyID)
	if err != nil {
		return out, err
	}
	of, err := tx.ReceiptsOfKey(ctx, r.KeyID)
	if err != nil {
		return out, err
	}
	out.Holder, _ = receipt.HolderOf(of)
	waits := slices.ContainsFunc(of, func(r receipt.Receipt) bool { return r.State.Open() })
	out.Sign = r.State.Open()
	out.Print = all || r.State.Open() || r.State == receipt.Signed && r.To == own
	out.PassOn = key.Closed.IsZero() && !waits && out.Holder.Kind != receipt.Client && (all || out.Holder == own)
	if all {
		out.Order = r.OrderID
	}
	return out, nil
}

// ReceiptChoices is what a receipt that somebody makes by hand can be about.
type ReceiptChoices struct {
	Now      time.Time
	Home     Person      // masked; its ID is "" when the reader may not read about the client
	Key      receipt.Key // that is passed on; its ID is "" for one that is not known yet
	Holder   receipt.Holder
	HolderIs string // name of a provider
	Purposes []receipt.Purpose
	Parties  []ReceiptParty // who may get it
}

// ReceiptParty is somebody who may get a key.
type ReceiptParty struct {
	receipt.Holder
	Name string // of a provider
}

// ReceiptChoices returns what a receipt can be about: of a client's key that is not known yet, or of one that is. It is answered to those
// who may make it ([Service.DraftReceipt]).
func (s *Service) ReceiptChoices(ctx context.Context, who Reader, clientID, keyID string) (out ReceiptChoices, err error) {
	err = s.db.View(ctx, func(tx Tx) error { out, err = s.receiptChoices(ctx, tx, who, clientID, keyID); return err })
	if err == nil && out.Home.ID != "" {
		err = s.noteReceipts(ctx, who, "receipt", []ReceiptRow{{Home: out.Home}})
	}
	if err != nil {
		return ReceiptChoices{}, err
	}
	return out, nil
}

func (s *Service) receiptChoices(ctx context.Context, tx Tx, who Reader, clientID, keyID string) (out ReceiptChoices, err error) {
	in := NewReceipt{NewReceipt: receipt.NewReceipt{ClientID: clientID, KeyID: keyID}}
	if _, party := receipt.PartyOf(who.who()); !party && !receipt.Handles(routine.Role(who.Role)) {
		return out, receipt.ErrMayNot
	}
	out = ReceiptChoices{Now: tx.Now(), Holder: receipt.Holder{Kind: receipt.Client}}
	if keyID != "" {
		var known bool
		if out.Key, known, err = tx.PhysicalKey(ctx, keyID); err != nil || !known || !out.Key.Closed.IsZero() {
			return out, orElse(err, receipt.ErrKeyUnknown)
		}
		of, err := tx.ReceiptsOfKey(ctx, keyID)
		if err != nil {
			return out, err
		}
		out.Holder, _ = receipt.HolderOf(of)
		clientID = out.Key.ClientID
	}
	if err := s.mayDraft(ctx, tx, who.who(), &in); err != nil {
		return out, err
	}
	rows, err := s.receiptRows(ctx, tx, who, []receipt.Line{{Receipt: receipt.Receipt{ClientID: clientID, From: out.Holder}}})
	if err != nil {
		return out, err
	}
	out.Home, out.HolderIs = rows[0].Home, rows[0].FromName
	for _, p := range receipt.Purposes() {
		if receipt.Does(s.profile.Receipts, p) {
			out.Purposes = append(out.Purposes, p)
		}
	}
	providers, err := tx.Providers(ctx)
	out.Parties = s.parties(out, providers)
	return out, err
}

// parties are who may get a key: of one that is known by its purpose, else whoever may hold one for some purpose.
func (s *Service) parties(c ReceiptChoices, providers []care.Provider) (out []ReceiptParty) {
	purposes := c.Purposes
	if c.Key.ID != "" {
		purposes = []receipt.Purpose{c.Key.Purpose}
	}
	may := func(k receipt.HolderKind) bool {
		return slices.ContainsFunc(purposes, func(p receipt.Purpose) bool { return receipt.MayHold(s.profile.Receipts, p, k) })
	}
	for _, k := range []receipt.HolderKind{receipt.Client, receipt.LockManager, receipt.AlarmUnit} {
		if h := (receipt.Holder{Kind: k}); may(k) && h != c.Holder {
			out = append(out, ReceiptParty{Holder: h})
		}
	}
	if may(receipt.Provider) {
		slices.SortFunc(providers, func(a, b care.Provider) int { return strings.Compare(a.Name, b.Name) })
		for _, p := range providers {
			if h := (receipt.Holder{Kind: receipt.Provider, ID: p.OrgNumber}); h != c.Holder {
				out = append(out, ReceiptParty{Holder: h, Name: p.Name})
			}
		}
	}
	return out
}
