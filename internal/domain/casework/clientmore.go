package casework

import (
	"context"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
)

// maxClientOrders is how many of a client's orders their page shows.
const maxClientOrders = 20

// ClientOrder is one of a client's orders with its groups in words.
type ClientOrder struct {
	Order
	Group, ToGroup string
}

// KeyOut is a physical key to a client's door that is not back with them.
type KeyOut struct {
	receipt.Key
	Holder     receipt.Holder
	HolderName string // of a provider
	Waiting    bool   // a hand-over is under way
	ReceiptID  string // by which it changes hands, or last did; "" if it never has
	Returnable bool   // it was lent until there was a lock on the door, and there is one
}

// ClientMore is what else a client's page tells.
type ClientMore struct {
	Orders    []ClientOrder
	KeysOut   []KeyOut
	Standing  consent.Standing  // for the lock on the own door
	Entrance  consent.Standing  // for a lock in the entrance; its Answer is "" where there is no entrance
	Agreement consent.Agreement // ClientID "": none
	Emergency time.Time         // until when the reader has emergency access; zero: has none
}

// MoreTx is what it takes to read it.
type MoreTx interface {
	OrdersOf(ctx context.Context, clientID string) ([]Order, error)
	OpenKeysOf(ctx context.Context, clientIDs []string) ([]receipt.Key, error)
	ReceiptsOfKey(ctx context.Context, keyID string) ([]receipt.Receipt, error)
	ProviderNames(ctx context.Context, orgNumbers []string) (map[string]string, error)
	Agreements(ctx context.Context, clientIDs []string) (map[string]consent.Agreement, error)
}

func (out *ClientPage) addMore(ctx context.Context, tx PagesTx, who Reader, c care.Client) (err error) {
	if out.Emergency, err = tx.EmergencyUntil(ctx, who.Actor, c.ID, out.Now); err != nil {
		return err
	}
	standing, err := standingAt(ctx, tx, []string{c.DwellingID})
	if err != nil {
		return err
	}
	out.Standing = standing[c.DwellingID]
	if out.Entrance, err = entranceStanding(ctx, tx, c.DwellingID); err != nil {
		return err
	}
	agreed, err := tx.Agreements(ctx, []string{c.ID})
	if err != nil {
		return err
	}
	out.Agreement = agreed[c.ID]
	if err := out.addOrders(ctx, tx, who); err != nil {
		return err
	}
	return out.addKeys(ctx, tx, who)
}

// addOrders reads a client's orders: to an organisation with groups only its own.
func (out *ClientPage) addOrders(ctx context.Context, tx PagesTx, who Reader) error {
	orders, err := tx.OrdersOf(ctx, out.Person.ID)
	if err != nil {
		return err
	}
	var groups []string
	for _, o := range orders {
		if who.related() && o.Orderer != who.Organisation || len(out.Orders) == maxClientOrders {
			continue
		}
		if out.Person.Protected && !out.Person.Revealed { // what people have written may say who it is
			o.Reason, o.Reference, o.Answer = "", "", ""
		}
		out.Orders = append(out.Orders, ClientOrder{Order: o})
		groups = append(groups, o.GroupID, o.ToGroupID)
	}
	names, err := tx.GroupsByID(ctx, distinct(groups))
	for i := range out.Orders {
		o := &out.Orders[i]
		o.Group, o.ToGroup = names[o.GroupID].Name, names[o.ToGroupID].Name
	}
	return err
}

// addKeys reads who has the client's physical keys: to an organisation with groups only those that it has or is about to get.
func (out *ClientPage) addKeys(ctx context.Context, tx PagesTx, who Reader) error {
	keys, err := tx.OpenKeysOf(ctx, []string{out.Person.ID})
	if err != nil {
		return err
	}
	own, _ := receipt.PartyOf(routine.Who{Actor: who.Actor, Role: routine.Role(who.Role), Organisation: who.Organisation})
	locked := false
	for _, l := range out.Locks {
		locked = locked || l.OnDoor
	}
	var providers []string
	for _, k := range keys {
		of, err := tx.ReceiptsOfKey(ctx, k.ID)
		if err != nil {
			return err
		}
		one, party := KeyOut{Key: k}, false
		one.Holder, one.ReceiptID = receipt.HolderOf(of)
		for _, r := range of {
			if r.State.Open() {
				one.Waiting, one.ReceiptID, party = true, r.ID, r.To == own
			}
		}
		if who.related() && one.Holder != own && !party {
			continue
		}
		one.Returnable = locked && k.Purpose == receipt.Waiting && one.Holder.Kind != receipt.Client
		out.KeysOut = append(out.KeysOut, one)
		providers = append(providers, one.Holder.ID)
	}
	names, err := tx.ProviderNames(ctx, distinct(providers))
	for i := range out.KeysOut {
		out.KeysOut[i].HolderName = names[out.KeysOut[i].Holder.ID]
	}
	return err
}
