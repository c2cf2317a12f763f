package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Holder is who has a physical key.
type Holder struct {
	Kind         string `json:"kind" enum:"client,provider,lock-manager,alarm-unit" doc:"client is also the estate."`
	Organisation string `json:"organisation,omitempty" doc:"Organisation number of a provider."`
}

// NewReceipt asks for a receipt: of a key in the register, or of a client's that is not there yet. Who hands it over follows
// from the receipts before.
type NewReceipt struct {
	KeyID          string `json:"key_id,omitempty" doc:"The key, if the register knows it. Else the five below."`
	ClientID       string `json:"client_id,omitempty" doc:"The client, or:"`
	PersonalNumber string `json:"personal_number,omitempty" maxLength:"20"`
	Purpose        string `json:"purpose,omitempty" enum:"box,waiting,spare" doc:"What for: it lies in the key box, it is lent until the lock is up, or it is a spare key."`
	Door           string `json:"door,omitempty" enum:"own,entrance,other"`
	Copies         int    `json:"copies,omitempty" doc:"How many keys, 1–20."`
	To             Holder `json:"to" doc:"Who gets it; client when it goes back."`
	Due            string `json:"due,omitempty" format:"date" doc:"By when; today if it is not said."`
}

// Receipt is one change of hands of a physical key.
type Receipt struct {
	ID       string     `json:"id"`
	Number   string     `json:"number" doc:"On the paper." sv:"Kvittens" en:"Receipt"`
	KeyID    string     `json:"key_id"`
	Label    string     `json:"label" doc:"On the key's tag; it names nobody." sv:"Nyckel" en:"Key"`
	Purpose  string     `json:"purpose" enum:"box,waiting,spare" sv:"Ändamål" en:"Purpose"`
	Door     string     `json:"door" enum:"own,entrance,other" sv:"Dörr" en:"Door"`
	Copies   int        `json:"copies" sv:"Antal" en:"Copies"`
	ClientID string     `json:"client_id" sv:"Kundens id" en:"Client's id"`
	Previous string     `json:"previous_id,omitempty" doc:"The receipt by which the giver has the key."`
	From     Holder     `json:"from"`
	To       Holder     `json:"to"`
	Parties  string     `json:"parties" doc:"Both, for people." sv:"Från och till" en:"From and to"`
	Rule     string     `json:"rule" doc:"Line of the routine." sv:"Regel" en:"Rule"`
	OrderID  string     `json:"order_id,omitempty"`
	State    string     `json:"state" enum:"drafted,shown,signed,handed-over,closed,cancelled" sv:"Läge" en:"State"`
	Due      string     `json:"due" format:"date" sv:"Senast" en:"Due"`
	Signed   *time.Time `json:"signed,omitempty" sv:"Underskriven" en:"Signed"`
	How      string     `json:"how,omitempty" enum:"paper,screen" sv:"Hur" en:"How"`
	HasScan  bool       `json:"has_scan,omitempty" doc:"The signed paper is kept."`
	Ended    *time.Time `json:"ended,omitempty" sv:"Avslutad" en:"Ended"`
}

// ReceiptSignature says that both parties have signed.
type ReceiptSignature struct {
	How        string `json:"how" enum:"paper,screen"`
	SignedFrom string `json:"signed_from" maxLength:"100" doc:"Who signed for the giver."`
	SignedTo   string `json:"signed_to" maxLength:"100" doc:"Who signed for the receiver."`
	Scan       []byte `json:"scan,omitempty" doc:"The signed paper as PDF, JPEG or PNG, in base64, at most 5 MB. Needed where it was signed on paper."`
}

// Reason is why something is done.
type Reason struct {
	Reason string `json:"reason" maxLength:"500"`
}

// ReceiptFilter narrows [Client.Receipts]; the zero value takes all that one may see.
type ReceiptFilter struct {
	ClientID, KeyID, State string
	Due                    bool // under way, the first due first
	Late                   bool // under way, and due so long ago that somebody should be reminded
}

// Receipts lists receipts.
func (c *Client) Receipts(ctx context.Context, f ReceiptFilter) iter.Seq2[Receipt, error] {
	return pages[Receipt](ctx, c, "/api/v1/receipts", "client", f.ClientID, "key", f.KeyID, "state", f.State, "due", flag(f.Due), "late", flag(f.Late))
}

// Receipt reads a receipt.
func (c *Client) Receipt(ctx context.Context, id string) (Receipt, ETag, error) {
	var out Receipt
	tag, err := c.get(ctx, "/api/v1/receipts/"+url.PathEscape(id), &out)
	return out, tag, err
}

// DraftReceipt makes a receipt, once however often it is sent with the same key.
func (c *Client) DraftReceipt(ctx context.Context, key string, in NewReceipt) (Receipt, error) {
	var out Receipt
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/receipts", key, "", in, &out)
	return out, err
}

// SignReceipt says that both parties have signed a receipt and the key has changed hands.
func (c *Client) SignReceipt(ctx context.Context, id string, seen ETag, in ReceiptSignature) (Receipt, error) {
	var out Receipt
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/receipts/"+url.PathEscape(id)+"/sign", "", seen, in, &out)
	return out, err
}
