package casework

import (
	"context"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
)

// Orders and locks say who shall hold a client's physical key; receipts follow from that, and the tasks about them end with
// the signatures.

// settleReceipts drafts the receipts that an outcome calls for, or takes back those that have lost their reason. by is the
// order that led to it, or "".
func (s *Service) settleReceipts(ctx context.Context, tx Tx, actor string, home []string, clientID, by string, due []routine.ReceiptDue) error {
	for _, d := range due {
		to, err := holder(ctx, tx, d.To)
		if err != nil {
			return err
		}
		w := receipt.Wish{Home: home, ClientID: clientID, Purpose: receipt.Purpose(d.Purpose), To: to, Rule: d.Rule, OrderID: by, Due: d.Due}
		if _, err := receipt.Want(ctx, tx, s.profile.Receipts, actor, w); err != nil {
			return err
		}
	}
	return nil
}

// holder is the organisation behind what the routine calls a holder: a key moves between organisations, not between the
// groups of one.
func holder(ctx context.Context, tx Tx, h routine.Holder) (receipt.Holder, error) {
	if h.Kind != routine.HeldByProvider {
		return receipt.Holder{Kind: receipt.HolderKind(h.Kind)}, nil
	}
	groups, err := tx.GroupsByID(ctx, []string{h.Group})
	return receipt.Holder{Kind: receipt.Provider, ID: groups[h.Group].OrgNumber}, err
}

// receiptsAfter drafts what an order calls for, and sends keys home that no rule has given to somebody: all of them when
// nobody who lives there is served any longer, and those that a provider keeps by agreement when it serves nobody there (S-e).
func (s *Service) receiptsAfter(ctx context.Context, tx Tx, who Orderer, o Order, f file, out routine.Outcome) error {
	if err := s.settleReceipts(ctx, tx, who.Actor, f.home, f.client.ID, o.ID, out.Receipts); err != nil || len(out.Rules) == 0 {
		return err
	}
	f.situation.Services = out.Services
	if err := s.staleHandOvers(ctx, tx, who.Actor, f); err != nil {
		return err
	}
	if err := s.keysHome(ctx, tx, who, o, f, out); err != nil {
		return err
	}
	return s.idleKeyTasks(ctx, tx, "system", f.home)
}

func (s *Service) keysHome(ctx context.Context, tx Tx, who Orderer, o Order, f file, out routine.Outcome) error {
	keys, err := tx.OpenKeysOf(ctx, f.home)
	if err != nil || len(keys) == 0 {
		return err
	}
	serving, err := servingFrom(ctx, tx, f.home, o.Effective, anyService)
	if err != nil {
		return err
	}
	w := receipt.Wish{Home: f.home, ClientID: f.client.ID, Rule: out.Rules[0], OrderID: o.ID, Due: o.Effective}
	_, err = receipt.Return(ctx, tx, who.Actor, w, func(_ receipt.Key, h receipt.Holder) bool {
		return len(serving) == 0 || h.Kind == receipt.Provider && !serving[h.ID]
	})
	return err
}

func anyService(routine.ServiceKind) bool { return true }

// servesAs says which services make a client somebody's: to the alarm team its alarms, to nurses health care, to a delivery firm shopping,
// whatever else their organisation does.
func servesAs(who routine.Who) func(routine.ServiceKind) bool {
	if who.Is(routine.AlarmTeam, routine.HealthUnit, routine.Delivery) {
		return func(k routine.ServiceKind) bool { return k == who.Role.Serves() }
	}
	return anyService
}

// servingFrom are the organisations that serve somebody in a home, by services of some kinds, at a time or later.
func servingFrom(ctx context.Context, tx Tx, home []string, at time.Time, as func(routine.ServiceKind) bool) (map[string]bool, error) {
	services, err := tx.ServicesOf(ctx, home)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, of := range services {
		for _, v := range of {
			if as(v.Kind) && v.From.Before(v.Until) && at.Before(v.Until) {
				ids = append(ids, v.Group.ID)
			}
		}
	}
	groups, err := tx.GroupsByID(ctx, distinct(ids))
	serving := map[string]bool{}
	for _, g := range groups {
		serving[g.OrgNumber] = true
	}
	return serving, err
}

// NewReceipt is a receipt that a person asks for. The client may be named by identity number.
type NewReceipt struct {
	receipt.NewReceipt
	PersonalNumber string
}

// DraftReceipt makes a receipt by hand: for a key that was handed over before the register was there, a spare key that is
// left by agreement, or a hand-over that no order says (V2.6, S-e).
func (s *Service) DraftReceipt(ctx context.Context, who routine.Who, in NewReceipt) (receipt.Receipt, error) {
	var made receipt.Receipt
	err := s.db.Update(ctx, func(tx Tx) error {
		if err := s.mayDraft(ctx, tx, who, &in); err != nil {
			return err
		}
		var err error
		made, err = receipt.Draft(ctx, tx, s.profile.Receipts, who, in.NewReceipt)
		return err
	})
	return made, err
}

// mayDraft finds whose key a receipt is for. Who holds a key may pass it on; one that they do not hold a provider, or the alarm
// unit, may ask for only while it serves the client: having had a key once gives no way back to it.
func (s *Service) mayDraft(ctx context.Context, tx Tx, who routine.Who, in *NewReceipt) error {
	if in.KeyID != "" {
		if receipt.Handles(who.Role) {
			return nil
		}
		of, err := tx.ReceiptsOfKey(ctx, in.KeyID)
		if err != nil {
			return err
		}
		holder, _ := receipt.HolderOf(of)
		if own, party := receipt.PartyOf(who); party && holder == own {
			return nil
		}
		k, _, err := tx.PhysicalKey(ctx, in.KeyID)
		if err != nil {
			return err
		}
		in.ClientID = k.ClientID
	}
	client, err := s.keyOwner(ctx, tx, who, *in)
	in.ClientID = client.ID
	return err
}

// keyOwner finds the client. A provider finds its own clients only, the alarm unit those with an alarm, and neither learns
// anything of others.
func (s *Service) keyOwner(ctx context.Context, tx Tx, who routine.Who, in NewReceipt) (care.Client, error) {
	var c care.Client
	var ok bool
	if in.ClientID != "" {
		found, err := tx.ClientsByID(ctx, []string{in.ClientID})
		if err != nil {
			return c, err
		}
		c, ok = found[in.ClientID]
	} else {
		found, err := tx.ClientsByNumber(ctx, []string{in.PersonalNumber})
		if err != nil {
			return c, err
		}
		c, ok = found[in.PersonalNumber]
	}
	if receipt.Handles(who.Role) {
		if !ok {
			return c, ErrClientUnknown.On("client")
		}
		return c, nil
	}
	serving := map[string]bool{}
	if ok {
		var err error
		if serving, err = servingFrom(ctx, tx, []string{c.ID}, tx.Now(), servesAs(who)); err != nil {
			return c, err
		}
	}
	if !serving[who.Organisation] {
		return care.Client{}, receipt.ErrMayNot
	}
	return c, nil
}

// ReceiptPaper is what stands on a receipt.
type ReceiptPaper struct {
	Line    receipt.Line
	Client  Person // named, for both parties know whose door it is
	From    string
	To      string
	Letter  routine.LetterTexts // the municipality's own words, if its profile has any
	Printed time.Time
}

// ShowReceipt gives what a receipt says, to print or to show for signing, and notes that the client's name was read. A party
// is shown it while it is under way, and while it has the key.
func (s *Service) ShowReceipt(ctx context.Context, who routine.Who, id, lang string) (ReceiptPaper, error) {
	var out ReceiptPaper
	err := s.db.Update(ctx, func(tx Tx) error {
		r, err := receipt.Show(ctx, tx, who, id)
		if own, _ := receipt.PartyOf(who); err == nil && !receipt.Handles(who.Role) && !r.State.Open() && (r.State != receipt.Signed || r.To != own) {
			err = receipt.ErrOver // it would name where the client lives now
		}
		if err != nil {
			return err
		}
		k, _, err := tx.PhysicalKey(ctx, r.KeyID)
		if err != nil {
			return err
		}
		out = ReceiptPaper{Line: receipt.Line{Receipt: r, Label: k.Label, Purpose: k.Purpose, Door: k.Door, Copies: k.Copies}, Printed: tx.Now()}
		if err := out.name(ctx, tx, s.profile); err != nil {
			return err
		}
		out.Letter, _ = s.profile.Letter(routine.ReceiptLetter, lang, map[string]string{
			"from": out.From, "to": out.To, "key": k.Label, "date": out.Printed.Format(time.DateOnly)})
		return noteRead(ctx, tx, Reader{Actor: who.Actor, Role: string(who.Role)}, "receipt", "", r.ClientID)
	})
	return out, err
}

// name writes the client and both parties out.
func (p *ReceiptPaper) name(ctx context.Context, tx Tx, profile routine.Profile) error {
	clients, err := tx.ClientsByID(ctx, []string{p.Line.ClientID})
	if err != nil {
		return err
	}
	c := clients[p.Line.ClientID]
	homes, err := tx.Dwellings(ctx, []string{c.DwellingID})
	if err != nil {
		return err
	}
	p.Client = revealed(c, homes[c.DwellingID])
	names, err := tx.ProviderNames(ctx, []string{p.Line.From.ID, p.Line.To.ID})
	p.From, p.To = partyName(profile, p.Line.From, names, p.Client.Name), partyName(profile, p.Line.To, names, p.Client.Name)
	return err
}

func partyName(profile routine.Profile, h receipt.Holder, names map[string]string, client string) string {
	switch h.Kind {
	case receipt.Client:
		return client
	case receipt.Provider:
		return names[h.ID]
	case receipt.AlarmUnit:
		return unitName(profile, routine.UnitAlarm)
	}
	return unitName(profile, routine.UnitLockManager)
}

func unitName(profile routine.Profile, k routine.UnitKind) string {
	if u, ok := profile.Unit(k); ok && u.Name != "" {
		return u.Name
	}
	return profile.Name
}

// SignReceipt records that a key has changed hands; tasks that asked for it are done.
func (s *Service) SignReceipt(ctx context.Context, who routine.Who, id string, sign receipt.Signature) (receipt.Receipt, error) {
	var signed receipt.Receipt
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		if signed, err = receipt.Sign(ctx, tx, who, id, sign); err != nil {
			return err
		}
		if err := s.nextHandOver(ctx, tx, who.Actor, signed); err != nil {
			return err
		}
		return s.afterReceipt(ctx, tx, signed)
	})
	if err != nil {
		return receipt.Receipt{}, err
	}
	return signed, nil
}

// afterReceipt closes the tasks that a signature has carried out, unless another key of the home is still to follow.
func (s *Service) afterReceipt(ctx context.Context, tx Tx, r receipt.Receipt) error {
	home, err := homeOf(ctx, tx, r.ClientID)
	if err != nil {
		return err
	}
	waiting, err := s.handOversWaiting(ctx, tx, home)
	if err != nil {
		return err
	}
	k, _, err := tx.PhysicalKey(ctx, r.KeyID)
	if err != nil {
		return err
	}
	if done := taskOf(k, r); !waiting[done] {
		if err := s.finishTasks(ctx, tx, home, done); err != nil {
			return err
		}
	}
	return s.idleKeyTasks(ctx, tx, "system", home) // a hand-over that was planned may have lost its reason on the way
}

// taskOf is the kind of task that a receipt carries out.
func taskOf(k receipt.Key, r receipt.Receipt) routine.TaskKind {
	switch {
	case r.To.Kind == receipt.Client:
		return routine.ReturnKeys
	case k.Purpose == receipt.Spare:
		return routine.TakeSpare
	}
	return routine.TakeReceipt
}

func homeOf(ctx context.Context, tx Tx, clientID string) ([]string, error) {
	clients, err := tx.ClientsByID(ctx, []string{clientID})
	if err != nil {
		return nil, err
	}
	home, err := tx.ClientsOfDwellings(ctx, []string{clients[clientID].DwellingID})
	return idsOf(home), err
}

// CancelReceipt ends a hand-over that will not take place.
func (s *Service) CancelReceipt(ctx context.Context, who routine.Who, id, reason string) (out receipt.Receipt, err error) {
	err = s.db.Update(ctx, func(tx Tx) (err error) {
		if out, err = receipt.Cancel(ctx, tx, who, id, reason); err != nil {
			return err
		}
		home, err := homeOf(ctx, tx, out.ClientID)
		if err != nil {
			return err
		}
		return s.idleKeyTasks(ctx, tx, who.Actor, home)
	})
	return out, err
}

// Receipt returns a receipt to somebody who handles it.
func (s *Service) Receipt(ctx context.Context, who routine.Who, id string) (out receipt.Line, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		r, err := receipt.Find(ctx, tx, who, id)
		if err != nil {
			return err
		}
		k, _, err := tx.PhysicalKey(ctx, r.KeyID)
		out = receipt.Line{Receipt: r, Label: k.Label, Purpose: k.Purpose, Door: k.Door, Copies: k.Copies}
		return err
	})
	return out, err
}

// ReceiptFilter chooses receipts of a list.
type ReceiptFilter struct {
	ClientID string
	KeyID    string
	State    receipt.State
	Due      bool // under way, the first due first
	Late     bool // under way, and due so long ago that somebody should be reminded
}

// Receipts returns at most limit receipts after a place: to all but the lock manager those that they give or get a key by.
func (s *Service) Receipts(ctx context.Context, who routine.Who, f ReceiptFilter, after receipt.Cursor, limit int) ([]receipt.Line, error) {
	in := receipt.Filter{ClientID: f.ClientID, KeyID: f.KeyID, State: f.State, Due: f.Due || f.Late}
	if !receipt.Handles(who.Role) {
		own, party := receipt.PartyOf(who)
		if !party {
			return nil, receipt.ErrMayNot
		}
		in.Party = own
	}
	var out []receipt.Line
	err := s.db.View(ctx, func(tx Tx) (err error) {
		if f.Late {
			in.Before = tx.Now().AddDate(0, 0, -s.profile.Receipts.RemindDays)
		}
		out, err = tx.Receipts(ctx, in, after, limit)
		return err
	})
	return out, err
}

// ReceiptFile returns the scanned paper of a receipt. It has names on it, so that it was read is noted.
func (s *Service) ReceiptFile(ctx context.Context, who routine.Who, id string) (receipt.File, error) {
	var out receipt.File
	err := s.db.Update(ctx, func(tx Tx) error {
		r, err := receipt.Find(ctx, tx, who, id)
		if err != nil {
			return err
		}
		f, ok, err := tx.ReceiptFile(ctx, r.FileID)
		if err == nil && !ok {
			err = receipt.ErrUnknown
		}
		if err != nil {
			return err
		}
		out = f
		return noteRead(ctx, tx, Reader{Actor: who.Actor, Role: string(who.Role)}, "receipt", "", r.ClientID)
	})
	return out, err
}

// ReceiptForm is what an empty receipt says, in the municipality's words: the same for every provider (V2.6-f).
func (s *Service) ReceiptForm(lang string) routine.LetterTexts {
	out, _ := s.profile.Letter(routine.ReceiptLetter, lang, map[string]string{"from": "________", "to": "________", "key": "________", "date": "________"})
	return out
}
