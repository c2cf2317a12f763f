package restapi

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/web"
)

// Receipts keeps the receipts for physical keys. casework.Service is one.
type Receipts interface {
	DraftReceipt(ctx context.Context, who routine.Who, in casework.NewReceipt) (receipt.Receipt, error)
	ShowReceipt(ctx context.Context, who routine.Who, id, lang string) (casework.ReceiptPaper, error)
	SignReceipt(ctx context.Context, who routine.Who, id string, sign receipt.Signature) (receipt.Receipt, error)
	CancelReceipt(ctx context.Context, who routine.Who, id, reason string) (receipt.Receipt, error)
	Receipt(ctx context.Context, who routine.Who, id string) (receipt.Line, error)
	Receipts(ctx context.Context, who routine.Who, f casework.ReceiptFilter, after receipt.Cursor, limit int) ([]receipt.Line, error)
	ReceiptFile(ctx context.Context, who routine.Who, id string) (receipt.File, error)
	ReceiptForm(lang string) routine.LetterTexts
}

// receipts are the operations about physical keys (V2.6): for the lock manager all, for
// providers and the alarm team those that they are a party to.
func (h *Handler) receipts(to *routes) {
	parties := []routine.Role{routine.LockManager, routine.AlarmTeam, routine.Provider, routine.HealthUnit, routine.Delivery}
	const one = "/api/v1/receipts/{id}"
	list(to, op{ID: "list-receipts", Path: "/api/v1/receipts", Summary: "List receipts for physical keys", Roles: parties,
		Doc: "The newest first; with due or late those that wait for signatures, the first due first. Providers, and the alarm team as the alarm unit, see those by which they give or get a key."}, h.listReceipts)
	create(to, op{ID: "draft-receipt", Path: "/api/v1/receipts", Summary: "Make a receipt", Roles: parties,
		Doc: "Most receipts follow from orders by themselves. This is for a key that is left by agreement, or that changed hands before."},
		func(x api.Receipt) string { return "/api/v1/receipts/" + x.ID }, h.draftReceipt)
	read(to, op{ID: "read-receipt", Path: one, Summary: "Read a receipt", Roles: parties}, h.receipt)
	change(to, http.MethodPost, op{ID: "sign-receipt", Path: one + "/sign", Summary: "Both parties have signed", Roles: parties, MaxBody: 8 << 20,
		Doc: "The key has changed hands: the receipt before is handed over. When the client has the key back, the whole chain is closed."}, h.receipt,
		func(ctx context.Context, r request, in api.ReceiptSignature) (api.Receipt, error) {
			_, err := h.options.Receipts.SignReceipt(ctx, r.Who, r.id("id"), receipt.Signature{How: receipt.How(in.How), From: in.SignedFrom, To: in.SignedTo, Scan: in.Scan})
			return h.readAgain(ctx, r, err)
		})
	change(to, http.MethodPost, op{ID: "cancel-receipt", Path: one + "/cancel", Summary: "It will not take place", Roles: parties}, h.receipt,
		func(ctx context.Context, r request, in api.Reason) (api.Receipt, error) {
			_, err := h.options.Receipts.CancelReceipt(ctx, r.Who, r.id("id"), in.Reason)
			return h.readAgain(ctx, r, err)
		})
	file(to, op{ID: "receipt-paper", Path: one + "/paper", Summary: "The receipt, to sign", Roles: parties,
		Doc: "Two copies on one page. That it was printed is noted, and so is that the client's name was read."}, []string{"application/pdf"}, h.receiptPaper)
	file(to, op{ID: "receipt-scan", Path: one + "/scan", Summary: "The signed paper", Roles: parties}, []string{"application/pdf", "image/jpeg", "image/png"}, h.receiptScan)
	file(to, op{ID: "receipt-form", Path: "/api/v1/receipt-form", Summary: "An empty receipt, and how to use it", Roles: anyone(),
		Doc: "For municipal and private providers alike."}, []string{"application/pdf"}, h.receiptForm)
}

type receiptFilter struct {
	Client string `query:"client" doc:"Of one client, by id."`
	Key    string `query:"key" doc:"Of one key, by id: its chain."`
	State  string `query:"state" enum:"drafted,shown,signed,handed-over,closed,cancelled"`
	Due    bool   `query:"due" doc:"Only those that wait for signatures."`
	Late   bool   `query:"late" doc:"Only those that have waited so long that somebody should be reminded."`
}

func (h *Handler) listReceipts(ctx context.Context, r request, f receiptFilter, p page) ([]api.Receipt, string, error) {
	found, err := h.options.Receipts.Receipts(ctx, r.Who, casework.ReceiptFilter{ClientID: f.Client, KeyID: f.Key, State: receipt.State(f.State), Due: f.Due, Late: f.Late},
		receiptPlace(p.After), p.Limit+1)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(found) > p.Limit {
		found = found[:p.Limit]
		last := found[p.Limit-1]
		next = strconv.FormatInt(last.Due.UnixMicro(), 10) + "." + last.ID
	}
	rows := make([]api.Receipt, len(found))
	for i, l := range found {
		rows[i] = h.wireReceipt(ctx, l)
	}
	return rows, next, nil
}

// receiptPlace reads what listReceipts wrote.
func receiptPlace(text string) receipt.Cursor {
	due, id, _ := strings.Cut(text, ".")
	n, _ := strconv.ParseInt(due, 10, 64)
	return receipt.Cursor{Due: time.UnixMicro(n).UTC(), ID: id}
}

func (h *Handler) draftReceipt(ctx context.Context, r request, in api.NewReceipt) (api.Receipt, error) {
	due, err := r.day("due", in.Due)
	if err != nil {
		return api.Receipt{}, err
	}
	n := casework.NewReceipt{NewReceipt: receipt.NewReceipt{KeyID: in.KeyID, ClientID: in.ClientID, Purpose: receipt.Purpose(in.Purpose), Door: receipt.Door(in.Door),
		Copies: in.Copies, To: receipt.Holder{Kind: receipt.HolderKind(in.To.Kind), ID: groupName(in.To.Organisation)}, Due: due}}
	if in.PersonalNumber != "" {
		if n.PersonalNumber, err = h.number(in.PersonalNumber); err != nil {
			return api.Receipt{}, err
		}
	}
	made, err := h.options.Receipts.DraftReceipt(ctx, r.Who, n)
	if err != nil {
		return api.Receipt{}, err
	}
	line, err := h.options.Receipts.Receipt(ctx, r.Who, made.ID)
	return h.wireReceipt(ctx, line), err
}

func (h *Handler) receipt(ctx context.Context, r request) (api.Receipt, error) {
	return h.readAgain(ctx, r, nil)
}

// readAgain answers a receipt as it is now, unless something went wrong.
func (h *Handler) readAgain(ctx context.Context, r request, err error) (api.Receipt, error) {
	if err != nil {
		return api.Receipt{}, err
	}
	line, err := h.options.Receipts.Receipt(ctx, r.Who, r.id("id"))
	return h.wireReceipt(ctx, line), err
}

func (h *Handler) wireReceipt(ctx context.Context, l receipt.Line) api.Receipt {
	lang := web.Language(ctx)
	return api.Receipt{ID: l.ID, Number: l.Number, KeyID: l.KeyID, Label: l.Label, Purpose: string(l.Purpose), Door: string(l.Door), Copies: l.Copies, ClientID: l.ClientID,
		Previous: l.Previous, From: wireHolder(l.From), To: wireHolder(l.To), Parties: holderName(l.From, lang) + " → " + holderName(l.To, lang),
		Rule: l.Rule, OrderID: l.OrderID, State: string(l.State), Due: l.Due.In(h.options.Zone).Format(time.DateOnly), Signed: orNil(l.Signed), How: string(l.How),
		HasScan: l.FileID != "", Ended: orNil(l.Ended)}
}

func wireHolder(x receipt.Holder) api.Holder {
	return api.Holder{Kind: string(x.Kind), Organisation: x.ID}
}

func holderName(x receipt.Holder, lang string) string {
	sv, en := string(x.Kind), string(x.Kind)
	switch x.Kind {
	case receipt.Client:
		sv, en = "kunden", "the client"
	case receipt.Provider:
		sv, en = "utförare "+x.ID, "provider "+x.ID
	case receipt.LockManager:
		sv, en = "låsförvaltaren", "the lock manager"
	case receipt.AlarmUnit:
		sv, en = "larmenheten", "the alarm unit"
	}
	if lang == "en" {
		return en
	}
	return sv
}

func (h *Handler) receiptScan(ctx context.Context, r request) (document, error) {
	f, err := h.options.Receipts.ReceiptFile(ctx, r.Who, r.id("id"))
	ending := map[string]string{"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}[f.Media]
	return document{Name: "kvittens" + ending, Type: f.Media, Body: f.Body}, err
}

// receiptPaper is what the parties sign.
func (h *Handler) receiptPaper(ctx context.Context, r request) (document, error) {
	lang := web.Language(ctx)
	p, err := h.options.Receipts.ShowReceipt(ctx, r.Who, r.id("id"), lang)
	if err != nil {
		return document{}, err
	}
	c, l := p.Client, p.Line
	return h.receiptPDF(lang, l.Number, p.Printed, p.Letter, []string{c.Name + ", " + joined(c.Street, c.Apartment, c.Postal+" "+c.Town), p.From, p.To,
		l.Label + " (" + strconv.Itoa(l.Copies) + ")", doorName(l.Door, lang), purposeName(l.Purpose, lang)})
}

// receiptForm is the same with lines to write on.
func (h *Handler) receiptForm(ctx context.Context, _ request) (document, error) {
	lang := web.Language(ctx)
	return h.receiptPDF(lang, "", h.options.Clock(), h.options.Receipts.ReceiptForm(lang), make([]string, 6))
}

// receiptPDF makes the paper: values are client, giver, receiver, key, door and purpose.
func (h *Handler) receiptPDF(lang, number string, made time.Time, letter routine.LetterTexts, values []string) (document, error) {
	labels, title := []string{"Kund", "Lämnas av", "Tas emot av", "Nyckelns märkning (antal)", "Dörr", "Ändamål"}, "Nyckelkvittens"
	form := paper.Receipt{Lang: lang, Made: made, Number: number, Code: number, Text: letter.Text, Copies: [2]string{"Den som lämnar", "Den som tar emot"},
		Signed: []string{"Lämnat: namn och datum", "Mottaget: namn och datum"}}
	if lang == "en" {
		labels, title = []string{"Client", "Handed over by", "Received by", "Label of the key (copies)", "Door", "Purpose"}, "Key receipt"
		form.Copies, form.Signed = [2]string{"Giver's copy", "Receiver's copy"}, []string{"Handed over: name and date", "Received: name and date"}
	}
	form.Title = title
	if letter.Title != "" {
		form.Title = letter.Title
	}
	for i, label := range labels {
		form.Lines = append(form.Lines, paper.Pair{Label: label, Value: values[i]})
	}
	var pdf bytes.Buffer
	err := paper.WriteReceipt(&pdf, form)
	return document{Name: "nyckelkvittens.pdf", Type: "application/pdf", Body: pdf.Bytes()}, err
}

func doorName(d receipt.Door, lang string) string {
	return chosen(lang, map[receipt.Door][2]string{receipt.OwnDoor: {"bostadens dörr", "the dwelling's door"},
		receipt.EntranceDoor: {"porten", "the entrance"}, receipt.OtherDoor: {"annan dörr", "another door"}}[d])
}

func purposeName(p receipt.Purpose, lang string) string {
	return chosen(lang, map[receipt.Purpose][2]string{receipt.InBox: {"ligger i nyckelgömman", "lies in the key box"},
		receipt.Waiting: {"lånas tills låset är monterat", "lent until the lock is mounted"}, receipt.Spare: {"reservnyckel", "spare key"}}[p])
}

func chosen(lang string, texts [2]string) string {
	if lang == "en" {
		return texts[1]
	}
	return texts[0]
}

// joined is what there is of some words, with commas between.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}
